//! What a load thread asked and what was acknowledged, code by code.

/// How far a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// It was not sent.
    No,
    /// It was sent; the answer never came.
    Perhaps,
    /// It was acknowledged.
    Yes,
}

/// A code and all that came from it.
#[derive(Debug)]
pub struct Chain {
    pub code: String,
    pub redeemed: Done,
    /// The acknowledged refresh tokens, oldest first.
    pub refresh: Vec<String>,
    /// A refresh was sent, and its answer never came.
    pub rotating: bool,
    /// The acknowledged access tokens, and whether each was revoked by itself.
    pub access: Vec<(String, Done)>,
    /// Whether all of it was ended, by revocation or by taking the access back.
    pub ended: Done,
    /// Sequence number and request, in order.
    pub story: Vec<String>,
}

impl Chain {
    pub fn of(code: String) -> Self {
        Self {
            code,
            redeemed: Done::No,
            refresh: Vec::new(),
            rotating: false,
            access: Vec::new(),
            ended: Done::No,
            story: Vec::new(),
        }
    }

    /// Whether there is a refresh token that should work.
    pub fn is_usable(&self) -> bool {
        self.redeemed == Done::Yes && self.ended == Done::No
    }
}

/// Everything one load thread did between two kills.
#[derive(Debug, Default)]
pub struct Ledger {
    pub chains: Vec<Chain>,
    /// Access tokens of the machine.
    pub machine: Vec<String>,
    /// A token of the machine was asked for, and the answer never came.
    pub machine_cut: bool,
    /// Access taken back, acknowledged.
    pub withdrawn: i64,
    /// One more was sent, and the answer never came.
    pub withdrawal_cut: bool,
    /// Answers that came.
    pub acknowledged: usize,
    /// Whether a request was cut.
    pub cut: bool,
}

impl Ledger {
    /// Notes a request about a chain before it is sent.
    pub fn note(&mut self, at: usize, what: &str) {
        let line = format!("{}: {what}", self.acknowledged);
        self.chains[at].story.push(line);
    }
}
