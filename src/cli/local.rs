//! The instance on this machine: settings from the global flags, the engine, and one way to read
//! and to change it.

use super::exit::Exit;
use super::failure::Failure;
use super::output::Format;
use crate::app::{self, OpenMode, Runtime};
use crate::base::secret::Secret;
use crate::base::shell::quoted;
use crate::config::{self, Settings, Sources};
use crate::engine::Engine;
use crate::engine::admin::{self, Actor, AdminResult, Desk, FieldProblem, Mode};
use crate::store::{Conn, TxResult};
use std::io::Read as _;
use std::path::PathBuf;

/// Flags every command takes.
#[derive(Debug, clap::Args)]
pub struct Global {
    /// Configuration file (TOML)
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global options")]
    pub config: Option<PathBuf>,
    /// Directory for the SQLite database and the master key [default: ./data]
    #[arg(long, global = true, value_name = "DIR", help_heading = "Global options")]
    pub data_dir: Option<String>,
    /// postgres://... or sqlite:FILE [default: latchkey.db in the data directory]
    #[arg(long, global = true, value_name = "URL", help_heading = "Global options")]
    pub database_url: Option<String>,
    /// Address under which people reach this server [default: http://localhost:8617]
    #[arg(long, global = true, value_name = "URL", help_heading = "Global options")]
    pub issuer: Option<String>,
    /// Form of the output: table, json or env
    #[arg(
        short,
        long,
        global = true,
        value_enum,
        value_name = "FORM",
        default_value = "table",
        hide_possible_values = true,
        help_heading = "Global options"
    )]
    pub output: Format,
}

/// For every command that changes something.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Write {
    /// Do everything, show what would change, and roll it back
    #[arg(long)]
    pub dry_run: bool,
}

impl Write {
    /// Whether the work is kept.
    pub fn mode(self) -> Mode {
        if self.dry_run { Mode::DryRun } else { Mode::Apply }
    }
}

impl Global {
    /// The settings, with `more` flags on top of the global ones.
    ///
    /// # Errors
    /// Every problem of the configuration, exit 78.
    pub fn settings(&self, more: &[(&str, Option<&String>)]) -> Result<Settings, Failure> {
        let mut flags = Vec::new();
        let mine = [
            ("server.data_dir", self.data_dir.as_ref()),
            ("database.url", self.database_url.as_ref()),
            ("server.issuer", self.issuer.as_ref()),
        ];
        for (key, value) in mine.iter().chain(more) {
            flags.extend(value.map(|value| ((*key).to_owned(), value.clone())));
        }
        let sources = Sources::of_process(self.config.clone(), flags);
        let mut settings = config::load(sources).map_err(|problems| Failure::configuration(&problems))?;
        settings.repeated = self.repeated();
        Ok(settings)
    }

    /// The flags that say which instance is meant, as a command beside this one needs them again: empty, or with a
    /// space in front of each.
    fn repeated(&self) -> String {
        let config = self.config.as_ref().map(|path| quoted(&path.display().to_string()));
        // An address may hold a password, which is not repeated.
        let url = |url: &String| if url.contains('@') { "\"$DATABASE_URL\"".to_owned() } else { quoted(url) };
        let flags = [
            ("--config", config),
            ("--data-dir", self.data_dir.as_deref().map(quoted)),
            ("--database-url", self.database_url.as_ref().map(url)),
            ("--issuer", self.issuer.as_deref().map(quoted)),
        ];
        flags.into_iter().filter_map(|(flag, word)| Some(format!(" {flag} {}", word?))).collect()
    }

    /// Reads the files that a server needs besides; what is unwise about them joins the warnings.
    ///
    /// # Errors
    /// Every file that cannot be used, exit 78.
    pub fn check_files(settings: &mut Settings) -> Result<(), Failure> {
        let files = settings.check_files(Runtime::system().clock.now());
        let files = files.map_err(|problems| Failure::configuration(&problems))?;
        settings.warnings.extend(files.warnings);
        Ok(())
    }

    /// Opens the instance, to look at it or to change what is there. Where none was made yet the place is the wrong
    /// one, and none is made.
    ///
    /// # Errors
    /// Configuration, no instance, database, master key.
    pub fn open(&self) -> Result<Local, Failure> {
        let settings = self.settings(&[])?;
        if !app::is_made(&settings)? {
            let what = format!("there is no Latchkey in {} yet", app::place(&settings));
            return Err(Failure::new(Exit::Configuration, what, ELSEWHERE));
        }
        self.opened(&settings, None)
    }

    /// Opens the instance to add something. Where there is none yet it is made, and that is said; a dry run happens
    /// in one that is gone afterwards, and makes none.
    ///
    /// # Errors
    /// Configuration, database, master key.
    pub fn open_for(&self, write: Write) -> Result<Local, Failure> {
        let mut settings = self.settings(&[])?;
        if app::is_made(&settings)? {
            return self.opened(&settings, None);
        }
        let place = app::place(&settings);
        if write.dry_run {
            let scratch = app::Throwaway::of(&mut settings, "dry-run", &Runtime::system());
            return self.opened(&settings, Some(scratch));
        }
        let local = self.opened(&settings, None)?;
        notice(&format!(
            "there was no Latchkey in {place}: A NEW ONE WAS MADE, with a database and a master key."
        ));
        notice(
            "a server that runs elsewhere knows nothing of this command. If it was meant for that one: remove what was made, then use",
        );
        notice("--data-dir DIR (LATCHKEY_DATA_DIR) or --config FILE as the server has them.");
        Ok(local)
    }

    fn opened(&self, settings: &Settings, scratch: Option<app::Throwaway>) -> Result<Local, Failure> {
        let opened = app::open_engine(settings, OpenMode::Command, &Runtime::system())?;
        for note in &opened.notes {
            notice(note);
        }
        let again = settings.repeated.clone();
        Ok(Local { engine: opened.engine, format: self.output, again, _scratch: scratch })
    }

    /// Refuses `-o env` where there is nothing to say in that form.
    ///
    /// # Errors
    /// Exit 2.
    pub fn no_env(&self) -> Result<(), Failure> {
        if self.output == Format::Env {
            return Err(Failure::new(
                Exit::Usage,
                "this command has no env form",
                "Use -o table or -o json.",
            ));
        }
        Ok(())
    }
}

/// What to do where no instance is.
const ELSEWHERE: &str = "Name the place that the server has: --data-dir DIR (LATCHKEY_DATA_DIR) or --config FILE. \
    `latchkey serve` makes a new one.";

/// Says something at once on standard error: it holds however the command ends.
fn notice(text: &str) {
    use std::io::Write as _;
    let _closed = writeln!(std::io::stderr().lock(), "latchkey: {text}");
}

/// The opened instance.
pub struct Local {
    /// The engine.
    pub engine: Engine,
    /// Form of the output.
    pub format: Format,
    /// The flags with which the next command means the same instance; each has a space in front.
    pub again: String,
    /// Where a dry run happens, if not here; dropped after the engine.
    _scratch: Option<app::Throwaway>,
}

impl Local {
    /// The issuer.
    pub fn issuer(&self) -> &str {
        &self.engine.policy.issuer
    }

    /// One transaction, kept or rolled back as `write` says.
    ///
    /// # Errors
    /// What the use case refuses, or the store.
    pub fn change<T, F>(&self, write: Write, work: F) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn, &Desk) -> AdminResult<T> + Send + 'static,
    {
        let desk = Desk::of(&self.engine, Actor::Cli);
        Ok(admin::apply_blocking(&self.engine.db, write.mode(), move |conn| work(conn, &desk))?)
    }

    /// Reads.
    ///
    /// # Errors
    /// The store.
    pub fn read<T>(&self, work: impl FnOnce(&mut Conn) -> TxResult<T>) -> Result<T, Failure> {
        Ok(self.engine.db.read_blocking(work)?)
    }

    /// Reads something that may not be there.
    ///
    /// # Errors
    /// Not found, or the store.
    pub fn look<T>(&self, work: impl FnOnce(&mut Conn) -> AdminResult<T>) -> Result<T, Failure> {
        Ok(self.engine.db.read_blocking(|conn| Ok(work(conn)))??)
    }

    /// The hash of a new password that passes the policy (security row O8).
    ///
    /// # Errors
    /// What is wrong with it, exit 65.
    pub fn new_password(&self, password: &Secret, context: &[&str]) -> Result<String, Failure> {
        let checked = self.engine.password_rules.check_blocking(password, context)?;
        checked.map_err(|weakness| {
            Failure::invalid(vec![FieldProblem::new(
                "password",
                "",
                format!("will not do: {weakness}"),
                "Choose another one.",
            )])
        })?;
        Ok(self.engine.passwords.hash_blocking(password)?)
    }
}

/// The longest text that is read from standard input or a file, bytes.
const LONGEST: u64 = 64 * 1024;
/// The longest import, bytes.
const LONGEST_IMPORT: u64 = 1024 * 1024 * 1024;

/// A secret from standard input, without the line break at its end.
///
/// # Errors
/// When there is none, or it is not text.
pub fn secret_from_stdin(what: &str) -> Result<Secret, Failure> {
    let text = Secret::new(read(std::io::stdin(), "standard input", LONGEST)?);
    let line = text.reveal();
    let line = line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line));
    if line.is_empty() {
        let fix = format!("Pipe it in, for example: printf %s \"$SECRET\" | latchkey ... --{what}-stdin");
        return Err(Failure::new(Exit::InvalidData, format!("no {what} came on standard input"), fix));
    }
    Ok(Secret::new(line))
}

/// A text file, or standard input for `-`.
///
/// # Errors
/// When it cannot be read, is too long or not UTF-8.
pub fn text_from(path: &str) -> Result<String, Failure> {
    if path == "-" {
        return read(std::io::stdin(), "standard input", LONGEST);
    }
    read(opened(path)?, path, LONGEST)
}

/// A text file with an import, or standard input for `-`.
///
/// # Errors
/// As [`text_from`], with room for a whole instance.
pub fn import_from(path: &str) -> Result<String, Failure> {
    if path == "-" {
        return read(std::io::stdin(), "standard input", LONGEST_IMPORT);
    }
    read(opened(path)?, path, LONGEST_IMPORT)
}

fn opened(path: &str) -> Result<std::fs::File, Failure> {
    std::fs::File::open(path).map_err(|error| {
        Failure::new(
            Exit::InvalidData,
            format!("{path} cannot be opened: {error}"),
            "Check the path and its rights.",
        )
    })
}

fn read(from: impl std::io::Read, name: &str, longest: u64) -> Result<String, Failure> {
    let mut text = String::new();
    let read = from.take(longest.saturating_add(1)).read_to_string(&mut text);
    read.map_err(|error| {
        Failure::new(Exit::InvalidData, format!("{name} cannot be read: {error}"), "Give UTF-8 text.")
    })?;
    if u64::try_from(text.len()).unwrap_or(u64::MAX) > longest {
        let what = format!("{name} is longer than {} KiB", longest / 1024);
        return Err(Failure::new(Exit::InvalidData, what, "Give less."));
    }
    Ok(text)
}
