//! Audit events: what changed, for whom, by whom. Written in the transaction of the change (V10).

/// One event before it is stored. Everything optional is `None` where it does not apply.
#[derive(Clone, Debug, Default)]
pub struct Event {
    /// For example `token.issued`; `noun.verb`, stable.
    pub kind: &'static str,
    /// The person it is about.
    pub user_id: Option<String>,
    /// The client it is about.
    pub client_id: Option<String>,
    /// What exactly (a grant, a session, a key).
    pub target: Option<String>,
    /// Who did it: a user id, `cli`, `system`.
    pub actor: Option<String>,
    /// The request's trace id.
    pub trace_id: Option<String>,
    /// Short text, never a secret.
    pub detail: Option<String>,
}

impl Event {
    /// An event of this kind.
    pub fn new(kind: &'static str) -> Self {
        Self { kind, ..Self::default() }
    }

    /// About this person.
    #[must_use]
    pub fn user(mut self, id: impl Into<String>) -> Self {
        self.user_id = Some(id.into());
        self
    }

    /// About this client.
    #[must_use]
    pub fn client(mut self, id: impl Into<String>) -> Self {
        self.client_id = Some(id.into());
        self
    }

    /// About this thing.
    #[must_use]
    pub fn target(mut self, id: impl Into<String>) -> Self {
        self.target = Some(id.into());
        self
    }

    /// Done by.
    #[must_use]
    pub fn actor(mut self, who: impl Into<String>) -> Self {
        self.actor = Some(who.into());
        self
    }

    /// In more words.
    #[must_use]
    pub fn detail(mut self, text: impl Into<String>) -> Self {
        self.detail = Some(text.into());
        self
    }
}
