//! The configuration: defaults < file < environment < flags.
//!
//! Every key is one entry in a file of `sections/` (see `key.rs`); the struct, the names, the
//! checks, the origin of each value and `docs/configuration.md` follow from it. All problems are
//! found at once, each with its place and its fix.

mod checks;
mod environment;
mod file;
mod formats;
mod key;
mod nearest;
mod problem;
mod reading;
mod reference;
mod sections;
mod server_files;
mod syntax;
mod unknown;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use formats::{DatabaseUrl, HostPort, Issuer};
pub use problem::{Place, Problem, render};
pub use reference::reference;
pub use sections::{
    Audit, Brand, Calls, Counters, Database, Keys, Level, Limits, Log, LogFormat, Login, Password, Redis,
    Server, Session, Testing, Tokens, Trace,
};
pub use sections::{Registration, RegistrationMode};
pub use server_files::ServerFiles;

use crate::base::secret::Secret;
use formats::{Format, Listen};
use reading::{Given, Layer, Reading};

/// Where a configuration comes from. Everything is passed in, nothing is looked up.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The file given by `--config`; without it, `LATCHKEY_CONFIG` in `env` is taken.
    pub file: Option<PathBuf>,
    /// The environment variables.
    pub env: BTreeMap<String, String>,
    /// Flags as dotted key and value; the last one of a key counts.
    pub flags: Vec<(String, String)>,
}

/// The configuration, checked.
pub struct Settings {
    /// Where Latchkey is reached, listens and keeps its data.
    pub server: Server,
    /// How it shows itself.
    pub brand: Brand,
    /// Which database, and how long to wait for it.
    pub database: Database,
    /// The master key and the signing keys.
    pub keys: Keys,
    /// Lives of codes and tokens.
    pub tokens: Tokens,
    /// Lives of sessions.
    pub session: Session,
    /// How people sign in.
    pub login: Login,
    /// Rules and cost of passwords.
    pub password: Password,
    /// How much networks and clients may ask for.
    pub limits: Limits,
    /// Where nodes count together.
    pub redis: Redis,
    /// Apps that register themselves.
    pub registration: Registration,
    /// Logging.
    pub log: Log,
    /// Flow traces.
    pub trace: Trace,
    /// Whom it may call.
    pub outbound: Calls,
    /// The audit log.
    pub audit: Audit,
    /// Test mode.
    pub testing: Testing,
    /// Whether this is `latchkey dev`; set by the caller, never by configuration.
    pub dev: bool,
    /// The flags that a command beside this process needs to mean the same instance, each with a space in front; set by
    /// the caller.
    pub repeated: String,
    /// What works but is unwise, as sentences for the log.
    pub warnings: Vec<String>,
    rows: Vec<Row>,
    places: BTreeMap<String, Place>,
}

/// One key as `latchkey config check --show-origin` prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The dotted key.
    pub key: String,
    /// The value; secrets are hidden.
    pub value: String,
    /// Where it comes from: `default`, `FILE:LINE`, `env NAME` or `flag`.
    pub origin: String,
}

/// The database to open.
pub enum DatabaseTarget<'a> {
    /// SQLite in this file.
    Sqlite(PathBuf),
    /// PostgreSQL at this address.
    Postgres(&'a Secret),
}

impl Settings {
    /// Every key with its value and its origin, in the order of the reference.
    #[must_use]
    pub fn explain(&self) -> Vec<Row> {
        self.rows.clone()
    }

    /// Where somebody wrote the value of this key; `None` for a default, also one that follows another key.
    #[must_use]
    pub fn written(&self, dotted: &str) -> Option<String> {
        match self.places.get(dotted)? {
            Place::Default | Place::Follows(_) => None,
            place => Some(place.origin()),
        }
    }

    /// The database to open; without a `database.url`, `latchkey.db` in the data directory.
    #[must_use]
    pub fn database_target(&self) -> DatabaseTarget<'_> {
        match &self.database.url {
            DatabaseUrl::InDataDir => DatabaseTarget::Sqlite(self.server.data_dir.join("latchkey.db")),
            DatabaseUrl::Sqlite(path) => DatabaseTarget::Sqlite(path.clone()),
            DatabaseUrl::Postgres(url) => DatabaseTarget::Postgres(url),
        }
    }

    /// The file of the master key when `keys.master_key` is not set.
    #[must_use]
    pub fn master_key_file(&self) -> PathBuf {
        self.server.data_dir.join("keys").join("master.key")
    }
}

impl Sources {
    /// The environment of this process, with a file and flags.
    #[must_use]
    pub fn of_process(file: Option<PathBuf>, flags: Vec<(String, String)>) -> Self {
        let lossy = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
        let env = std::env::vars_os().map(|(name, value)| (lossy(name), lossy(value))).collect();
        Self { file, env, flags }
    }
}

/// Reads, merges and checks a configuration.
///
/// # Errors
/// Everything that is wrong, in the order of file, environment and flags.
pub fn load(sources: Sources) -> Result<Settings, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut warnings = Vec::new();
    let credentials = environment::credentials(&sources.env, &mut problems);
    let file = file_layer(&sources, &mut problems);
    let mut env = environment::layer(&sources.env, &mut problems);
    problems.extend(environment::apply_port(&sources.env, &mut env, &file, &mut warnings));
    let flags = flag_layer(sources.flags, &mut problems);
    let mut layers = vec![credentials, file, env, flags];
    layers.insert(0, derived(&layers));

    let mut reading = Reading::new(layers);
    let settings = read(&mut reading);
    problems.append(&mut reading.problems);
    problems.extend(checks::contradictions(&reading));
    match settings {
        Some(mut settings) if problems.is_empty() => {
            warnings.extend(checks::warnings(&settings, &reading));
            settings.warnings = warnings;
            settings.places = reading.places();
            settings.rows = reading.rows;
            Ok(settings)
        }
        _ => {
            problems.sort_by(|one, other| (&one.place, &one.key).cmp(&(&other.place, &other.key)));
            Err(problems)
        }
    }
}

fn read(reading: &mut Reading) -> Option<Settings> {
    let server = Server::read(reading);
    let brand = Brand::read(reading);
    let database = Database::read(reading);
    let keys = Keys::read(reading);
    let tokens = Tokens::read(reading);
    let session = Session::read(reading);
    let login = Login::read(reading);
    let password = Password::read(reading);
    let limits = Limits::read(reading);
    let redis = Redis::read(reading);
    let registration = Registration::read(reading);
    let outbound = Calls::read(reading);
    let log = Log::read(reading);
    let trace = Trace::read(reading);
    let audit = Audit::read(reading);
    let testing = Testing::read(reading);
    Some(Settings {
        server: server?,
        brand: brand?,
        database: database?,
        keys: keys?,
        tokens: tokens?,
        session: session?,
        login: login?,
        password: password?,
        limits: limits?,
        redis: redis?,
        registration: registration?,
        outbound: outbound?,
        log: log?,
        trace: trace?,
        audit: audit?,
        testing: testing?,
        dev: false,
        repeated: String::new(),
        warnings: Vec::new(),
        rows: Vec::new(),
        places: BTreeMap::new(),
    })
}

fn file_layer(sources: &Sources, problems: &mut Vec<Problem>) -> Layer {
    if let Some(path) = &sources.file {
        return file::layer(path, "--config", problems);
    }
    match sources.env.get(environment::CONFIG).filter(|path| !path.is_empty()) {
        Some(path) => file::layer(Path::new(path), environment::CONFIG, problems),
        None => Layer::new(),
    }
}

fn flag_layer(flags: Vec<(String, String)>, problems: &mut Vec<Problem>) -> Layer {
    let mut layer = Layer::new();
    for (dotted, value) in flags {
        if sections::all_keys().any(|key| key.dotted() == dotted) {
            layer.insert(dotted, Given::plain(value, Place::Flag));
        } else {
            problems.push(unknown::flag(&dotted));
        }
    }
    layer
}

/// The default issuer follows the port that is listened on, and whether that speaks TLS, so that one setting
/// is enough to move.
fn derived(layers: &[Layer]) -> Layer {
    let mut layer = Layer::new();
    let given = |dotted| layers.iter().rev().find_map(|layer| layer.get(dotted));
    let listen = given("server.listen").map(|given| Listen { port: 0 }.parse(&given.text()));
    let port = listen.and_then(Result::ok).map(|address| address.port()).filter(|port| *port != 0);
    let tls = given("server.tls_certificate").is_some_and(|given| !given.text().trim().is_empty());
    let place = match (port, tls) {
        (Some(_), _) => Place::Follows("server.listen"),
        (None, true) => Place::Follows("server.tls_certificate"),
        (None, false) => return layer,
    };
    let scheme = if tls { "https" } else { "http" };
    let issuer = format!("{scheme}://localhost:{}", port.unwrap_or(8617));
    layer.insert("server.issuer".to_owned(), Given::plain(issuer, place));
    layer
}

#[cfg(test)]
mod tests;
