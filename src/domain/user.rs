//! A person's account.

use crate::base::clock::Seconds;
use crate::base::id::UserId;
use serde_json::{Map, Value};

/// An account.
#[derive(Clone, Debug)]
pub struct User {
    /// The `sub` claim; never reused.
    pub id: UserId,
    /// The name to sign in with.
    pub username: String,
    /// The address, if there is one.
    pub email: Option<String>,
    /// Whether the address was proven.
    pub email_verified: bool,
    /// Whether the account may do anything.
    pub enabled: bool,
    /// Roles, released as the `roles` claim.
    pub roles: Vec<String>,
    /// Other standard and custom claims.
    pub claims: Map<String, Value>,
    /// When it was made.
    pub created_at: Seconds,
    /// When it last changed.
    pub updated_at: Seconds,
}

impl User {
    /// What to call the person: `name`, else the user name.
    pub fn display_name(&self) -> &str {
        self.claims.get("name").and_then(Value::as_str).unwrap_or(&self.username)
    }

    /// Whether the account has the role.
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|r| r == role)
    }
}

/// The one form under which a typed name is looked up: NFKC, lower case, trimmed (security row
/// C4). `None` for what cannot be a name.
pub fn login_key(typed: &str) -> Option<String> {
    use unicode_normalization::UnicodeNormalization as _;
    let folded: String = typed.trim().nfkc().flat_map(char::to_lowercase).nfkc().collect();
    let clean =
        !folded.is_empty() && folded.len() <= 320 && !folded.chars().any(crate::base::text::is_unsafe_char);
    clean.then_some(folded)
}

/// Whether `text` is one plain address: exactly one `@`, no spaces, controls or comments (O7).
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let ok = |part: &str| {
        !part.is_empty()
            && !part.chars().any(|c| c.is_whitespace() || c.is_control() || "()<>,;:\\\"[]@".contains(c))
    };
    text.len() <= 254 && ok(local) && ok(domain) && !domain.starts_with('.') && !domain.ends_with('.')
}
