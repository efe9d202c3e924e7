//! What is asked of a sign-in beyond the first proof: by this server and the person's roles, by the client's
//! record, and by the app in its request. Asked here for every path (security row P3): the authorization
//! endpoint and its pages, where a code is given, the device pages, and the sign-in itself.

use crate::domain::client::{Client, SecondFactorPolicy};
use crate::domain::session::{Class, Session};
use crate::domain::user::User;
use crate::engine::context::Policy;
use crate::protocol::authorize::AuthorizationRequest;

/// What is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    /// A class that the session itself must reach: the app or its record says so.
    pub class: Option<Class>,
    /// A second factor must stand behind the session; a remembered browser is as good.
    pub factor: bool,
    /// A class that the app would like, if the person has the means (OIDC Core §5.5.1.1: voluntary).
    pub wish: Option<Class>,
}

impl Demand {
    /// What is asked of `user` at `client`, if it is for one.
    pub fn of(
        policy: &Policy,
        user: &User,
        client: Option<&Client>,
        request: Option<&AuthorizationRequest>,
    ) -> Self {
        let rules = &policy.second_factor;
        let factor = rules.required || rules.roles.iter().any(|role| user.has_role(role));
        let always =
            client.is_some_and(|client| client.metadata.second_factor == SecondFactorPolicy::Required);
        let classes = |values: &[String]| values.iter().filter_map(|acr| Class::of(acr)).collect::<Vec<_>>();
        // Any of the essential values will do, so the lowest of them is what must be reached.
        let essential = request.and_then(|request| classes(request.required_acr()).into_iter().min());
        let wish = request.and_then(|request| classes(&request.wished_acr()).into_iter().next());
        Self { class: essential.max(always.then_some(Class::Mfa)), factor, wish }
    }

    /// Whether a session meets what must be.
    pub fn is_met_by(&self, session: &Session) -> bool {
        let reached = Class::of(&session.auth.acr);
        let factor = !self.factor || session.remembered || reached >= Some(Class::Mfa);
        factor && self.class.is_none_or(|class| reached >= Some(class))
    }

    /// Whether a session falls short of what the app would like.
    pub fn leaves_wish(&self, session: &Session) -> bool {
        self.wish.is_some_and(|wish| Class::of(&session.auth.acr) < Some(wish))
    }

    /// Whether a second factor must be given in this very sign-in: nothing remembered stands in.
    pub fn is_strict(&self, has_factor: bool) -> bool {
        let beyond = |class: Option<Class>| class.is_some_and(|class| class > Class::Password);
        beyond(self.class) || (has_factor && beyond(self.wish))
    }
}
