//! What can go wrong inside a transaction: a named refusal, or the store itself.

use crate::protocol::refusal::{Check, Refusal};
use std::fmt;

/// What kind of store error it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreErrorKind {
    /// The database does not answer, is locked, full or gone: try again.
    Unavailable,
    /// A unique value exists already.
    Conflict,
    /// A stored row does not make sense.
    Inconsistent,
    /// The file is damaged, or no database.
    Damaged,
}

/// An error of the store; the text is for the log, never for an answer (security row V11).
#[derive(Clone, Debug)]
pub struct StoreError {
    /// What kind.
    pub kind: StoreErrorKind,
    /// For the log.
    pub message: String,
}

impl StoreError {
    /// The database does not answer.
    pub fn unavailable(message: impl fmt::Display) -> Self {
        let message = message.to_string();
        let kind = if is_damage(&message) { StoreErrorKind::Damaged } else { StoreErrorKind::Unavailable };
        Self { kind, message }
    }

    /// A row that fits no variant.
    pub fn inconsistent(message: impl fmt::Display) -> Self {
        Self { kind: StoreErrorKind::Inconsistent, message: message.to_string() }
    }
}

/// SQLite's words for SQLITE_CORRUPT and SQLITE_NOTADB; Diesel hands on no code for them.
fn is_damage(message: &str) -> bool {
    ["malformed", "file is not a database"].iter().any(|words| message.contains(words))
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for StoreError {}

impl From<diesel::result::Error> for StoreError {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind, Error};
        let kind = match &error {
            Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => StoreErrorKind::Conflict,
            Error::DeserializationError(_) => StoreErrorKind::Inconsistent,
            _ => return Self::unavailable(error),
        };
        Self { kind, message: error.to_string() }
    }
}

/// Why a transaction ended without its result.
#[derive(Debug)]
pub enum Fault {
    /// A named check said no.
    Refused(Refusal),
    /// The store failed; nothing was committed.
    Store(StoreError),
}

/// The result of a job inside a transaction.
pub type TxResult<T> = Result<T, Fault>;

impl Fault {
    /// Whether what was done so far is to be committed.
    pub fn commits(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.commit)
    }

    /// The refusal to answer with: store errors become 503, or 500 when a row makes no sense.
    pub fn into_refusal(self) -> Refusal {
        match self {
            Self::Refused(refusal) => refusal,
            Self::Store(error) => {
                tracing::error!(error = %error, "store error");
                match error.kind {
                    StoreErrorKind::Unavailable | StoreErrorKind::Damaged => {
                        Refusal::new(Check::StoreUnavailable).retry_after(2)
                    }
                    StoreErrorKind::Conflict | StoreErrorKind::Inconsistent => Check::Unexpected.into(),
                }
            }
        }
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Check> for Fault {
    fn from(check: Check) -> Self {
        Self::Refused(check.into())
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<diesel::result::Error> for Fault {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}
