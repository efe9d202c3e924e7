//! Exit codes: stable, for scripts.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Ok,
    /// It failed.
    Failed,
    /// The command line is wrong.
    Usage,
    /// There is no such app, person, session, key or trace.
    NotFound,
    /// It exists already, or changed meanwhile, or does not go in the present state.
    Conflict,
    /// The data given are not as they must be (`EX_DATAERR`).
    InvalidData,
    /// The database does not answer; try again (`EX_TEMPFAIL`).
    Unavailable,
    /// The configuration is wrong (`EX_CONFIG`).
    Configuration,
}

impl Exit {
    /// The number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NotFound => 3,
            Self::Conflict => 4,
            Self::InvalidData => 65,
            Self::Unavailable => 75,
            Self::Configuration => 78,
        }
    }

    /// The word for it in JSON errors.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::Usage => "usage",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::InvalidData => "invalid_data",
            Self::Unavailable => "temporarily_unavailable",
            Self::Configuration => "bad_configuration",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Printed under `latchkey --help`.
pub const HELP: &str = "\
Exit codes:
  0   done
  1   failed
  2   wrong command line
  3   not found
  4   conflict: exists already, or changed meanwhile
  65  invalid data
  75  temporarily unavailable (database): try again
  78  bad configuration

Commands work on the database itself, also while the server runs; it follows within seconds.
Every setting: latchkey config reference";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_names_every_code() {
        let all = [
            Exit::Ok,
            Exit::Failed,
            Exit::Usage,
            Exit::NotFound,
            Exit::Conflict,
            Exit::InvalidData,
            Exit::Unavailable,
            Exit::Configuration,
        ];
        for exit in all {
            let start = format!("  {:<4}", exit.code());
            assert!(HELP.lines().any(|line| line.starts_with(&start)), "{}", exit.as_str());
        }
    }
}
