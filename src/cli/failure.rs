//! Why a command did not do what it was asked: one plain sentence, and the fix.

use super::exit::Exit;
use super::output::{Format, one_line};
use crate::app::StartError;
use crate::config::{self, Problem};
use crate::engine::admin::{AdminError, FieldProblem};
use crate::protocol::refusal::Refusal;
use crate::store::{Fault, StoreError, StoreErrorKind};
use serde_json::json;

/// A failed command.
#[derive(Debug)]
pub struct Failure {
    /// Its exit code.
    pub exit: Exit,
    /// What is wrong.
    pub message: String,
    /// What to do; may be empty.
    pub fix: String,
    /// Each wrong field, where data were invalid.
    pub problems: Vec<FieldProblem>,
    /// A text for people that replaces the sentence (the list of configuration problems).
    text: Option<String>,
}

impl Failure {
    /// A failure.
    pub fn new(exit: Exit, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { exit, message: message.into(), fix: fix.into(), problems: Vec::new(), text: None }
    }

    /// Invalid data, field by field.
    pub fn invalid(problems: Vec<FieldProblem>) -> Self {
        let message = match problems.as_slice() {
            [one] => sentence(one),
            many => format!("{} things are not as they must be", many.len()),
        };
        let fix = match problems.as_slice() {
            [one] => one.fix.clone(),
            _ => String::new(),
        };
        Self { problems, ..Self::new(Exit::InvalidData, message, fix) }
    }

    /// There is no such thing; `noun` lists them (`client`, `user`).
    pub fn not_found(kind: &str, id: &str) -> Self {
        let fix = match kind {
            "secret" => "Look at `latchkey client show ID`.".to_owned(),
            _ => format!("Look at `latchkey {kind} list`."),
        };
        Self::new(Exit::NotFound, format!("there is no {kind} {}", one_line(id)), fix)
    }

    /// The configuration is wrong.
    pub fn configuration(problems: &[Problem]) -> Self {
        let message = match problems {
            [one] => format!("the configuration has a problem: {}", one.what),
            many => format!("the configuration has {} problems", many.len()),
        };
        let fields = problems.iter().map(|problem| FieldProblem {
            field: if problem.key.is_empty() { problem.place.to_string() } else { problem.key.clone() },
            received: problem.received.clone().unwrap_or_default(),
            problem: problem.what.clone(),
            fix: problem.fix.clone(),
        });
        Self {
            problems: fields.collect(),
            text: Some(config::render(problems)),
            ..Self::new(Exit::Configuration, message, "See docs/configuration.md.")
        }
    }

    /// As it is written to standard error.
    pub fn render(&self, format: Format) -> String {
        if format == Format::Json {
            let error = json!({
                "code": self.exit.as_str(),
                "exit": self.exit.code(),
                "message": self.message,
                "fix": self.fix,
                "problems": self.problems,
            });
            return format!("{}\n", json!({ "error": error }));
        }
        if let Some(text) = &self.text {
            return format!("latchkey: {text}");
        }
        let mut text = format!("latchkey: {}\n", self.message);
        if self.problems.len() > 1 {
            for problem in &self.problems {
                text.push_str(&format!("  - {}\n    fix: {}\n", sentence(problem), problem.fix));
            }
        }
        if !self.fix.is_empty() {
            text.push_str(&format!("    fix: {}\n", self.fix));
        }
        text
    }
}

fn sentence(problem: &FieldProblem) -> String {
    let received = match problem.received.as_str() {
        "" => String::new(),
        received => format!(" (received {received})"),
    };
    format!("{} {}{received}", problem.field, problem.problem)
}

impl From<AdminError> for Failure {
    fn from(error: AdminError) -> Self {
        match error {
            AdminError::Invalid(problems) => Self::invalid(problems),
            AdminError::NotFound { kind, id } => Self::not_found(kind, &id),
            AdminError::Conflict(problem) => Self {
                problems: vec![problem.clone()],
                ..Self::new(Exit::Conflict, sentence(&problem), problem.fix)
            },
            AdminError::Store(fault) => fault.into(),
        }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Refused(refusal) => refusal.into(),
            Fault::Store(error) => error.into(),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let row = refusal.row();
        Self::new(Exit::Failed, format!("{} ({})", row.cause.trim_end_matches('.'), row.code), row.fix)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let message = one_line(&error.message);
        match error.kind {
            StoreErrorKind::Unavailable => Self::new(
                Exit::Unavailable,
                format!("the database does not answer: {message}"),
                "Nothing was changed. Try again in a moment; check that it runs and that its disk is not full.",
            ),
            StoreErrorKind::Damaged => Self::new(
                Exit::Configuration,
                format!("the database is damaged: {message}"),
                "Stop everything that uses it, keep a copy of the file with its -wal, and put a backup in its place.",
            ),
            StoreErrorKind::Conflict => Self::new(
                Exit::Conflict,
                format!("somebody else changed the same thing: {message}"),
                "Nothing was changed. Look at it again and repeat the command.",
            ),
            StoreErrorKind::Inconsistent => Self::new(
                Exit::Failed,
                format!("the database holds something this version cannot read: {message}"),
                "Nothing was changed. Use the newest version, or restore a backup.",
            ),
        }
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        let exit = if error.temporary { Exit::Unavailable } else { Exit::Configuration };
        Self::new(exit, error.problem, error.fix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(field: &str) -> FieldProblem {
        FieldProblem::new(field, "x", "is wrong", "Mend it.")
    }

    #[test]
    fn one_problem_is_one_sentence_with_its_fix() {
        let text = Failure::invalid(vec![problem("scope")]).render(Format::Table);
        assert_eq!(text, "latchkey: scope is wrong (received x)\n    fix: Mend it.\n");
    }

    #[test]
    fn many_problems_are_all_listed() {
        let text = Failure::invalid(vec![problem("scope"), problem("pkce")]).render(Format::Table);
        assert!(text.contains("- scope is wrong") && text.contains("- pkce is wrong"), "{text}");
    }

    #[test]
    fn json_output_gets_a_json_error() {
        let text = Failure::not_found("client", "nosuch").render(Format::Json);
        let error: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            (error["error"]["code"].as_str(), error["error"]["exit"].as_i64()),
            (Some("not_found"), Some(3))
        );
    }
}
