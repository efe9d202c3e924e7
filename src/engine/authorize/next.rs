//! What comes next for an authorization request: one pure decision, used at the endpoint and after
//! every page, so that no page can be skipped (security row A15).

use crate::base::clock::Seconds;
use crate::base::id::{SessionId, UserId};
use crate::domain::client::Client;
use crate::domain::session::{Class, Session};
use crate::domain::user::User;
use crate::engine::context::{Macs, Policy};
use crate::engine::login::Demand;
use crate::engine::subject;
use crate::protocol::authorize::AuthorizationRequest;
use crate::protocol::refusal::Check;
use crate::protocol::scope::Scope;
use crate::store::consents::Consent;

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Credentials must be asked.
    Login,
    /// The person is signed in; a second factor must be given as well.
    Factor,
    /// The person must say as whom to go on.
    Choose,
    /// The person must agree.
    Consent {
        /// To what.
        scope: Scope,
    },
    /// Everything is said.
    Grant {
        /// What is granted.
        scope: Scope,
    },
}

impl Step {
    /// What `prompt=none` is refused with (OIDC Core §3.1.2.6).
    pub fn refusal_without_pages(&self) -> Option<Check> {
        match self {
            Self::Login => Some(Check::LoginRequired),
            Self::Factor | Self::Choose => Some(Check::InteractionRequired),
            Self::Consent { .. } => Some(Check::ConsentRequired),
            Self::Grant { .. } => None,
        }
    }
}

/// All that the decision is made from.
pub struct Facts<'a> {
    /// The checked request.
    pub request: &'a AuthorizationRequest,
    /// Its client.
    pub client: &'a Client,
    /// Who is signed in in this browser.
    pub session: Option<&'a (Session, User)>,
    /// What they agreed to before.
    pub consent: Option<&'a Consent>,
    /// The session that signed in for this very request.
    pub answered_by: Option<&'a SessionId>,
    /// The person the request was about when it began.
    pub expected: Option<&'a UserId>,
    /// The time.
    pub now: Seconds,
    /// By what name the client knows whom.
    pub macs: &'a Macs,
    /// Who needs a second factor.
    pub policy: &'a Policy,
    /// Whether the person has one, where that makes a difference.
    pub has_factor: bool,
}

impl Facts<'_> {
    /// The person this request is about, to be stored with it.
    pub fn expectation(&self) -> Option<UserId> {
        let choosing = self.request.prompt.select_account || self.request.prompt.create;
        match self.session {
            Some((_, user)) if !choosing && self.admits(user) => Some(user.id.clone()),
            _ => None,
        }
    }

    /// What is asked of the sign-in of `user`.
    pub fn demand(&self, user: &User) -> Demand {
        Demand::of(self.policy, user, Some(self.client), Some(self.request))
    }

    fn admits(&self, user: &User) -> bool {
        subject::admits(self.macs, self.client, self.request, &user.id)
    }
}

/// What comes next.
pub fn step(facts: &Facts<'_>) -> Step {
    let Some((session, user)) = facts.session else { return Step::Login };
    let prompt = facts.request.prompt;
    let answered = facts.answered_by == Some(&session.id);
    // OIDC Prompt Create §4: whoever is signed in already is not meant.
    if prompt.create && !answered {
        return Step::Login;
    }
    if !answered {
        // OIDC Core §3.1.2.1: "login: The Authorization Server SHOULD prompt the End-User for
        // reauthentication"; max_age: "MUST attempt to actively re-authenticate".
        let max_age = facts.request.max_age.or(facts.client.metadata.default_max_age);
        let age = facts.now.saturating_sub(session.auth.auth_time);
        let stale = max_age.is_some_and(|most| age > most || most == 0);
        // A session of no class that there is here proves nothing that a factor could be added to.
        let unknown = Class::of(&session.auth.acr).is_none() && facts.demand(user).class.is_some();
        if prompt.login || stale || unknown {
            return Step::Login;
        }
        if prompt.select_account {
            return Step::Choose;
        }
    }
    // Whom the app names is known by its name for them alone; the others are asked to leave or sign in.
    if !facts.admits(user) {
        return if answered { Step::Choose } else { Step::Login };
    }
    if facts.expected.is_some_and(|expected| *expected != user.id) {
        return Step::Choose;
    }
    let demand = facts.demand(user);
    if !demand.is_met_by(session) || (!answered && facts.has_factor && demand.leaves_wish(session)) {
        return Step::Factor;
    }
    consent_or_grant(facts)
}

fn consent_or_grant(facts: &Facts<'_>) -> Step {
    let request = facts.request;
    let scope = request.scope.clone();
    if facts.client.skips_consent() && !request.prompt.consent {
        return Step::Grant { scope };
    }
    let remembered = facts.consent.is_some_and(|consent| {
        scope.is_within(&consent.scope)
            && request.resource.iter().all(|r| consent.resource.contains(r))
            && request.claims.as_ref().is_none_or(|asked| asked.is_covered(&consent.scope, &consent.claims))
    });
    // Anyone could pose as an unassured client, so its consent is never taken from memory (B4).
    if remembered && !request.prompt.consent && !facts.client.is_unassured() {
        Step::Grant { scope }
    } else {
        Step::Consent { scope }
    }
}
