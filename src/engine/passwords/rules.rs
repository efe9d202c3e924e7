//! What is asked of a new password here: the policy of everybody, and what the operator adds to it.

use super::{Advice, Weakness, advise, check};
use crate::base::breached::BreachedList;
use crate::base::secret::Secret;
use crate::protocol::refusal::{Check, Refusal};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

/// A kind of character that an operator may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A capital letter.
    Upper,
    /// A small letter.
    Lower,
    /// A digit.
    Digit,
    /// Anything else, spaces too.
    Symbol,
}

impl Kind {
    /// By its name in the configuration.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "upper" => Some(Self::Upper),
            "lower" => Some(Self::Lower),
            "digit" => Some(Self::Digit),
            "symbol" => Some(Self::Symbol),
            _ => None,
        }
    }

    fn is(self, c: char) -> bool {
        match self {
            Self::Upper => c.is_uppercase(),
            Self::Lower => c.is_lowercase(),
            Self::Digit => c.is_numeric(),
            Self::Symbol => !c.is_alphanumeric(),
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Upper => "a capital letter",
            Self::Lower => "a small letter",
            Self::Digit => "a digit",
            Self::Symbol => "a sign that is neither letter nor digit",
        }
    }
}

/// The rules in force; cheap to clone.
#[derive(Clone)]
pub struct Rules(Arc<Inner>);

struct Inner {
    least: usize,
    require: Vec<Kind>,
    breached: Option<PathBuf>,
    /// Opened when first needed; it stays open, so that a file that is replaced meanwhile does not count by halves.
    list: OnceLock<Result<BreachedList, String>>,
}

impl Rules {
    /// At least `least` characters with those of `require` among them, not in the list at `breached`.
    pub fn new(least: usize, require: &[Kind], breached: Option<PathBuf>) -> Self {
        Self(Arc::new(Inner { least, require: require.to_vec(), breached, list: OnceLock::new() }))
    }

    /// Checks a new password. `context` are words that belong to the account or the server. What reads files
    /// happens beside the workers.
    ///
    /// # Errors
    /// [`Check::BreachedListUnreadable`]: a list that is asked for and cannot be read lets nothing through.
    pub async fn check(&self, password: &Secret, context: &[&str]) -> Result<Result<(), Weakness>, Refusal> {
        if let Err(weakness) = self.check_text(password, context) {
            return Ok(Err(weakness));
        }
        if self.0.breached.is_none() {
            return Ok(Ok(()));
        }
        let (rules, password) = (self.clone(), password.clone());
        let looked = tokio::task::spawn_blocking(move || rules.check_list(&password)).await;
        looked.map_err(|_| Refusal::new(Check::Unexpected))?
    }

    /// [`Rules::check`] for commands, in the caller's thread.
    ///
    /// # Errors
    /// As [`Rules::check`].
    pub fn check_blocking(
        &self,
        password: &Secret,
        context: &[&str],
    ) -> Result<Result<(), Weakness>, Refusal> {
        match self.check_text(password, context) {
            Ok(()) => self.check_list(password),
            Err(weakness) => Ok(Err(weakness)),
        }
    }

    /// What would make a password better, beside the workers: never a reason to refuse it.
    pub async fn advice(&self, password: &Secret, context: &[&str]) -> Option<Advice> {
        let (password, context) = (password.clone(), context.iter().map(|word| (*word).to_owned()).collect());
        let advised = tokio::task::spawn_blocking(move || {
            let context: Vec<String> = context;
            let context: Vec<&str> = context.iter().map(String::as_str).collect();
            advise(&password, &context)
        });
        advised.await.ok().flatten()
    }

    fn check_text(&self, password: &Secret, context: &[&str]) -> Result<(), Weakness> {
        check(password, self.0.least, context)?;
        let lacks = |kind: &&Kind| !password.reveal().chars().any(|c| kind.is(c));
        self.0.require.iter().find(lacks).map_or(Ok(()), |kind| Err(Weakness::Lacks(*kind)))
    }

    fn check_list(&self, password: &Secret) -> Result<Result<(), Weakness>, Refusal> {
        let Some(path) = &self.0.breached else { return Ok(Ok(())) };
        let opened = self.0.list.get_or_init(|| BreachedList::open(path).map_err(|(what, _)| what));
        let found = match opened {
            Ok(list) => list.contains(password.reveal()).map_err(|error| error.to_string()),
            Err(what) => Err(what.clone()),
        };
        match found {
            Ok(true) => Ok(Err(Weakness::Breached)),
            Ok(false) => Ok(Ok(())),
            Err(what) => {
                tracing::error!(path = %path.display(), what, "password.breached_list");
                Err(Refusal::new(Check::BreachedListUnreadable).retry_after(60))
            }
        }
    }
}
