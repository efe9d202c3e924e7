//! A sign-in session in one browser.

use crate::base::clock::Seconds;
use crate::base::id::{SessionId, UserId};

/// How and when a person proved who they are (OIDC Core §2: `auth_time`, `amr`, `acr`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthContext {
    /// When, seconds since the epoch.
    pub auth_time: Seconds,
    /// Methods by RFC 8176, for example `pwd`.
    pub amr: Vec<String>,
    /// The class reached.
    pub acr: String,
}

impl AuthContext {
    /// What an app that asked for the classes `asked` is told: of these the highest that was reached, else what
    /// was reached (OIDC Core §5.5.1.1).
    #[must_use]
    pub fn told(&self, asked: &[String]) -> Self {
        if asked.contains(&self.acr) {
            return self.clone();
        }
        let reached = Class::of(&self.acr);
        let asked = asked.iter().filter_map(|acr| Class::of(acr)).filter(|class| Some(*class) <= reached);
        let acr = asked.max().map_or_else(|| self.acr.clone(), |class| class.acr().to_owned());
        Self { acr, ..self.clone() }
    }
}

/// The class of a password sign-in.
pub const ACR_PASSWORD: &str = "urn:latchkey:acr:password";
/// The class of a sign-in with a second factor.
pub const ACR_MFA: &str = "urn:latchkey:acr:mfa";
/// The class of a sign-in that no other site can pass on (OIDC Extended Authentication Profile ACR Values §2).
pub const ACR_PHR: &str = "phr";

/// The classes of sign-in, lowest first: who reached one reached those below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// A password, or what is worth as much.
    Password,
    /// Two factors.
    Mfa,
    /// Resistant to phishing.
    PhishingResistant,
}

impl Class {
    /// Those that a sign-in here can reach.
    pub const REACHABLE: &[Self] = &[Self::Password, Self::Mfa];

    /// Its `acr` value.
    pub const fn acr(self) -> &'static str {
        match self {
            Self::Password => ACR_PASSWORD,
            Self::Mfa => ACR_MFA,
            Self::PhishingResistant => ACR_PHR,
        }
    }

    /// The class of an `acr` value; `None` for values that are not ours.
    pub fn of(acr: &str) -> Option<Self> {
        [Self::Password, Self::Mfa, Self::PhishingResistant].into_iter().find(|class| class.acr() == acr)
    }
}

/// A session; its cookie value is known only as a digest.
#[derive(Clone, Debug)]
pub struct Session {
    /// The `sid` claim.
    pub id: SessionId,
    /// Whose.
    pub user_id: UserId,
    /// How they signed in.
    pub auth: AuthContext,
    /// When it began.
    pub created_at: Seconds,
    /// When it was last used (kept to the minute).
    pub last_seen_at: Seconds,
    /// When it ends at the latest.
    pub expires_at: Seconds,
    /// When it was ended, if it was.
    pub ended_at: Option<Seconds>,
    /// The browser's own description, capped.
    pub user_agent: String,
    /// The network address it began from.
    pub ip: String,
    /// Whether a remembered browser stood in for the second factor.
    pub remembered: bool,
}

impl Session {
    /// Whether it is live at `now`, with an idle limit in seconds.
    pub fn is_live(&self, now: Seconds, idle: Seconds) -> bool {
        self.ended_at.is_none() && now < self.expires_at && now < self.last_seen_at.saturating_add(idle)
    }
}
