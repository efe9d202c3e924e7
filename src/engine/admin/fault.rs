//! Why an administrator's change was refused, in words that name the field and the fix.

use crate::base::text;
use crate::protocol::refusal::{Check, Refusal};
use crate::store::{Fault, StoreError, StoreErrorKind};
use std::fmt;

/// One thing wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FieldProblem {
    /// The field by its registered name, with an index in a list: `redirect_uris[1]`.
    pub field: String,
    /// What came, capped and without control characters; empty for secrets.
    pub received: String,
    /// What is wrong with it: "must not have a fragment (#...)".
    pub problem: String,
    /// What to do.
    pub fix: String,
}

/// The longest received value that is repeated, bytes.
const SHOWN: usize = 200;

impl FieldProblem {
    /// A problem; `received` must not be a secret.
    pub fn new(
        field: impl Into<String>,
        received: &str,
        problem: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self {
            field: field.into(),
            received: text::plain(received, SHOWN),
            problem: problem.into(),
            fix: fix.into(),
        }
    }
}

impl fmt::Display for FieldProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field, self.problem)?;
        if !self.received.is_empty() {
            write!(f, " (received {})", self.received)?;
        }
        write!(f, ". {}", self.fix)
    }
}

/// Why a change was not made.
#[derive(Debug)]
pub enum AdminError {
    /// Fields are not as they must be; all of them are named.
    Invalid(Vec<FieldProblem>),
    /// There is no such thing.
    NotFound {
        /// `client`, `user`, `session`, `link`.
        kind: &'static str,
        /// As it was asked for.
        id: String,
    },
    /// It exists already, or changed meanwhile, or does not go in the present state.
    Conflict(FieldProblem),
    /// The store failed; nothing was done.
    Store(Fault),
}

/// The result of an administrator's use case.
pub type AdminResult<T> = Result<T, AdminError>;

impl AdminError {
    /// One invalid field.
    pub fn invalid(field: &str, received: &str, problem: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldProblem::new(field, received, problem, fix)])
    }

    /// There is no such thing.
    pub fn not_found(kind: &'static str, id: &str) -> Self {
        Self::NotFound { kind, id: text::plain(id, SHOWN) }
    }

    /// It does not go in the present state.
    pub fn conflict(field: &str, received: &str, problem: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::Conflict(FieldProblem::new(field, received, problem, fix))
    }

    /// Somebody else changed it between reading and writing.
    pub fn changed_meanwhile(field: &str, id: &str) -> Self {
        Self::conflict(
            field,
            id,
            "was changed by somebody else meanwhile",
            "Look at it again and repeat the change.",
        )
    }

    /// Whether a unique value existed already.
    pub fn is_taken(fault: &Fault) -> bool {
        matches!(fault, Fault::Store(StoreError { kind: StoreErrorKind::Conflict, .. }))
    }

    /// What is wrong with which field, for forms.
    pub fn problems(&self) -> Vec<FieldProblem> {
        match self {
            Self::Invalid(problems) => problems.clone(),
            Self::Conflict(problem) => vec![problem.clone()],
            Self::NotFound { .. } | Self::Store(_) => Vec::new(),
        }
    }
}

impl fmt::Display for AdminError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(problems) => {
                let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
                f.write_str(&lines.join("\n"))
            }
            Self::NotFound { kind, id } => write!(f, "there is no {kind} {id}"),
            Self::Conflict(problem) => problem.fmt(f),
            Self::Store(fault) => match fault {
                Fault::Refused(refusal) => f.write_str(refusal.row().cause),
                Fault::Store(error) => error.fmt(f),
            },
        }
    }
}

impl std::error::Error for AdminError {}

impl From<Fault> for AdminError {
    fn from(fault: Fault) -> Self {
        Self::Store(fault)
    }
}

impl From<Refusal> for AdminError {
    fn from(refusal: Refusal) -> Self {
        Self::Store(refusal.into())
    }
}

impl From<Check> for AdminError {
    fn from(check: Check) -> Self {
        Self::Store(check.into())
    }
}

/// For pages: what was wrong as a refusal; nothing is committed.
impl From<AdminError> for Fault {
    fn from(error: AdminError) -> Self {
        match error {
            AdminError::Store(fault) => fault,
            other => Refusal::new(Check::FormInvalid).with("", other.to_string()).into(),
        }
    }
}
