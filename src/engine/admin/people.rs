//! The rules of an account's fields; creation and every change go through [`check`].

use super::claims;
use super::fault::FieldProblem;
use crate::base::id::is_ulid;
use crate::base::text::is_unsafe_char;
use crate::domain::user::{User, is_email, login_key};
use unicode_normalization::UnicodeNormalization as _;

/// The longest user name, characters; one that is the e-mail address may be as long as that.
const LONGEST_USERNAME: usize = 64;
/// The most roles of a person.
const MOST_ROLES: usize = 50;
/// The role that may administer this server.
pub const ADMIN: &str = "admin";

/// Brings an account into its one form: names in NFKC and trimmed (security row O7: normalise,
/// then validate), roles sorted and once each.
#[must_use]
pub fn normalized(mut user: User) -> User {
    let one_form = |text: &str| text.trim().nfkc().collect::<String>();
    user.username = one_form(&user.username);
    user.email = user.email.map(|email| one_form(&email)).filter(|email| !email.is_empty());
    user.email_verified = user.email_verified && user.email.is_some();
    user.roles.sort();
    user.roles.dedup();
    user
}

/// All problems of a normalized account.
pub fn check(user: &User) -> Vec<FieldProblem> {
    let mut found = Vec::new();
    found.extend(username(user));
    if let Some(email) = user.email.as_deref().filter(|email| !is_email(email) || login_key(email).is_none())
    {
        let problem = "is not an e-mail address";
        found.push(FieldProblem::new(
            "email",
            email,
            problem,
            "Give one plain address, for example ada@example.com.",
        ));
    }
    if user.roles.len() > MOST_ROLES {
        let problem = format!("has {} entries; at most {MOST_ROLES} are allowed", user.roles.len());
        found.push(FieldProblem::new("roles", "", problem, "Remove those that are not used."));
    }
    for role in &user.roles {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b':' | b'.' | b'_' | b'-');
        if role.is_empty() || role.len() > 64 || !role.bytes().all(plain) {
            let problem = "must be 1 to 64 characters of A-Z a-z 0-9 : . _ -";
            found.push(FieldProblem::new("roles", role, problem, "Choose a short name, for example editor."));
        }
    }
    found.extend(claims::problems(&user.claims));
    found
}

fn username(user: &User) -> Option<FieldProblem> {
    let name = user.username.as_str();
    let is_own_email = user.email.as_deref().and_then(login_key) == login_key(name) && user.email.is_some();
    let unsafe_char = |c: char| c.is_whitespace() || is_unsafe_char(c);
    let (problem, fix) = if name.is_empty() || (name.chars().count() > LONGEST_USERNAME && !is_own_email) {
        ("must be 1 to 64 characters long", "Choose a short name, for example ada.")
    } else if name.chars().any(unsafe_char) || login_key(name).is_none() {
        ("must not hold spaces or characters that cannot be seen", "Choose a plain name, for example ada.")
    } else if is_ulid(name) {
        ("has the form of an id that this server makes", "Choose another one.")
    } else if name.contains('@') && !is_own_email {
        // Whoever owns that address would find it taken, or be mistaken for this person.
        ("looks like an e-mail address that is not this account's", "Choose a name without @.")
    } else {
        return None;
    };
    Some(FieldProblem::new("username", name, problem, fix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::UserId;

    fn user(username: &str, email: Option<&str>) -> User {
        normalized(User {
            id: UserId::from_stored("01J00000000000000000000000"),
            username: username.to_owned(),
            email: email.map(str::to_owned),
            email_verified: true,
            enabled: true,
            roles: Vec::new(),
            claims: serde_json::Map::new(),
            created_at: 0,
            updated_at: 0,
        })
    }

    #[test]
    fn names_are_normalised_then_checked() {
        assert!(check(&user("  ada ", Some("ada@example.com"))).is_empty());
        assert!(check(&user("ada@example.com", Some("Ada@example.com"))).is_empty());
        assert_eq!(user("\u{ff41}da", None).username, "ada");
        assert!(!user("ada", None).email_verified, "no address, nothing verified");
        let spaced = "a b";
        let long = "x".repeat(65);
        for bad in [
            "",
            spaced,
            "a\u{202e}b",
            "a\nb",
            long.as_str(),
            "other@example.com",
            "01J00000000000000000000000",
        ] {
            assert_eq!(check(&user(bad, Some("ada@example.com"))).len(), 1, "{bad:?}");
        }
    }

    #[test]
    fn o7_an_address_is_one_plain_address() {
        for bad in [
            "ada",
            "a@b@c",
            "a b@c",
            "ada@example.com\r\nBcc: x@y",
            "ada(c)@example.com",
            "<a@b>",
            "a\u{202e}@b.c",
        ] {
            assert!(!check(&user("ada", Some(bad))).is_empty(), "{bad:?}");
        }
    }

    #[test]
    fn roles_are_plain_names() {
        let with = |role: &str| {
            let mut user = user("ada", None);
            user.roles = vec![role.to_owned()];
            check(&user).len()
        };
        assert_eq!(
            (with("admin"), with("shop:editor"), with(""), with("a\"b"), with("a b")),
            (0, 0, 1, 1, 1)
        );
    }
}
