//! Opens the engine: data directory, database, migrations, master key, keys, clients. Every way it
//! can fail is one plain sentence and its fix; nothing is lost and nothing replaced.

use super::{check, data_dir, running};
use crate::base::clock::Clock;
use crate::base::crypt::MasterKey;
use crate::base::id::ulid;
use crate::base::rng::Rng;
use crate::base::tls;
use crate::config::{Counters, DatabaseTarget, RegistrationMode, Settings};
use crate::engine::admin::imports;
use crate::engine::authorize::RequestObjects;
use crate::engine::begun::{Begun, Limits};
use crate::engine::client_keys::ClientKeys;
use crate::engine::clients::Clients;
use crate::engine::context::{Engine, Macs, Policy, SecondFactor};
use crate::engine::keys::{self, KeyPolicy, KeyRing, Setup, master};
use crate::engine::limits::{Limits as RequestLimits, Rules as LimitRules};
use crate::engine::outbound::{Allowance, Outbound, PrivateHost, STRANGER_LIMITS};
use crate::engine::passwords::{Kind, Rules};
use crate::engine::registration::{Mode, RegistrationPolicy};
use crate::engine::resources::Resources;
use crate::engine::secrets::{PasswordSettings, Passwords};
use crate::protocol::scope::Scope;
use crate::store::ephemeral::{Ephemeral, Place};
use crate::store::{Db, DbConfig, Fault, StoreError, StoreErrorKind, Target, migrate, settings as facts};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// Why the start failed.
#[derive(Debug)]
pub struct StartError {
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub fix: String,
    /// Whether it may pass by itself (a database that does not answer).
    pub temporary: bool,
}

impl StartError {
    /// A configuration that does not work.
    pub fn new(problem: impl Into<String>, fix: &str) -> Self {
        Self { problem: problem.into(), fix: fix.to_owned(), temporary: false }
    }

    /// What the store said at the start, for people.
    pub fn store(error: &StoreError, target: &Target) -> Self {
        match (error.kind, target) {
            (StoreErrorKind::Damaged, Target::Sqlite(path)) => return check::damaged(path, &error.message),
            (StoreErrorKind::Inconsistent, _) => {
                let fix = "Nothing was changed. Use the version that wrote it, or restore a backup.";
                return Self::new(error.message.trim(), fix);
            }
            _ => {}
        }
        let (place, fix) = match target {
            Target::Sqlite(path) => (
                path.display().to_string(),
                "Check that the disk is there and not full, and that no other program holds it.",
            ),
            Target::Postgres(_) => (
                "the PostgreSQL server of DATABASE_URL".to_owned(),
                "Check host, port, user and database name in DATABASE_URL, and that the server runs.",
            ),
        };
        Self {
            problem: format!("{place} cannot be used: {}", error.message.trim()),
            fix: fix.to_owned(),
            temporary: true,
        }
    }

    fn fault(fault: &Fault, target: &Target) -> Self {
        match fault {
            Fault::Store(error) => Self::store(error, target),
            Fault::Refused(refusal) => Self::new(refusal.row().cause, refusal.row().fix),
        }
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  fix: {}", self.problem, self.fix)
    }
}

impl std::error::Error for StartError {}

/// What the engine is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenMode {
    /// To serve: also checks the file.
    Serve,
    /// For a command beside a server that may be running.
    Command,
}

/// Clock and randomness to run with.
#[derive(Clone)]
pub struct Runtime {
    /// The clock.
    pub clock: Clock,
    /// Randomness.
    pub rng: Rng,
}

impl Runtime {
    /// The machine's own.
    pub fn system() -> Self {
        Self { clock: Clock::system(), rng: Rng::system() }
    }
}

/// An opened engine.
pub struct Opened {
    /// The engine.
    pub engine: Engine,
    /// Whether this start made the instance.
    pub is_new: bool,
    /// Where a command's settings are others than the server's, as sentences.
    pub notes: Vec<String>,
}

/// Opens everything below the web.
///
/// # Errors
/// [`StartError`] with its fix.
pub fn open_engine(settings: &Settings, mode: OpenMode, runtime: &Runtime) -> Result<Opened, StartError> {
    let dir = settings.server.data_dir.as_path();
    let config = db_config(settings);
    let needs_dir = settings.keys.master_key.is_none() || matches!(config.target, Target::Sqlite(_));
    if needs_dir {
        data_dir::prepare(dir)?;
    }
    let known = data_dir::instance(dir);
    prepare_file(&config.target, known.as_deref(), dir)?;
    migrate::run(&config).map_err(|error| StartError::store(&error, &config.target))?;
    let db = Db::open(&config).map_err(|error| StartError::store(&error, &config.target))?;
    if mode == OpenMode::Serve && db.sqlite_path().is_some_and(check::is_small) {
        check::quick(&db)?;
    }
    let (master, is_new) = claim(settings, &db, runtime, known.as_deref())?;
    let failed = |fault: Fault| StartError::fault(&fault, &config.target);
    let mut policy = policy(settings);
    let notes = match mode {
        OpenMode::Serve => Vec::new(),
        OpenMode::Command => running::adopt(settings, &db, &mut policy).map_err(failed)?,
    };
    let engine = assemble((settings, policy), db, master, runtime).map_err(failed)?;
    Ok(Opened { engine, is_new, notes })
}

/// How to open the database that the settings name.
pub fn db_config(settings: &Settings) -> DbConfig {
    DbConfig {
        target: match settings.database_target() {
            DatabaseTarget::Sqlite(path) => Target::Sqlite(path),
            DatabaseTarget::Postgres(url) => Target::Postgres(url.clone()),
        },
        pool_size: settings.database.pool_size,
        statement_timeout: i64::from(settings.database.statement_timeout_seconds),
        pool_wait: u64::from(settings.database.pool_wait_seconds),
    }
}

/// A missing or empty file where an instance lived is never replaced by a new one.
fn prepare_file(target: &Target, known: Option<&str>, dir: &Path) -> Result<(), StartError> {
    let Target::Sqlite(path) = target else { return Ok(()) };
    if let Some(parent) = path.parent().filter(|parent| *parent != dir && !parent.as_os_str().is_empty()) {
        data_dir::prepare(parent)?;
    }
    let filled = std::fs::metadata(path).is_ok_and(|meta| meta.is_dir() || meta.len() > 0);
    match known {
        Some(_) if !filled => Err(lost(&path.display().to_string(), dir)),
        _ => data_dir::private_file(path).map(|_| ()),
    }
}

fn lost(place: &str, dir: &Path) -> StartError {
    StartError::new(
        format!(
            "the database {place} is missing or empty, but {} says that an instance lives here",
            dir.display()
        ),
        &format!(
            "Put the database back from its backup. To start anew on purpose, remove {}.",
            dir.join("instance").display()
        ),
    )
}

/// Loads the master key and makes sure that database, key and directory belong together.
fn claim(
    settings: &Settings,
    db: &Db,
    runtime: &Runtime,
    known: Option<&str>,
) -> Result<(MasterKey, bool), StartError> {
    let dir = settings.server.data_dir.as_path();
    let target = db_config(settings).target;
    let fault = |fault: Fault| StartError::fault(&fault, &target);
    let read = db
        .read_blocking(|conn| Ok((facts::get(conn, facts::INSTANCE)?, facts::get(conn, facts::MASTER_KEY)?)));
    let (instance, fingerprint) = read.map_err(fault)?;
    if instance.is_none() && known.is_some() {
        return Err(lost("of DATABASE_URL", dir));
    }
    let is_new = instance.is_none();
    let missing = if fingerprint.is_none() { master::Missing::Create } else { master::Missing::Refuse };
    let key_error = |error: master::MasterKeyError| StartError::new(error.to_string(), &error.fix());
    let master = match &settings.keys.master_key {
        Some(given) => given.clone(),
        None => master::load(&master::Source::DataDir(dir), missing, &runtime.clock, &runtime.rng)
            .map_err(key_error)?,
    };
    master::check(&master, fingerprint.as_deref()).map_err(key_error)?;
    let (id, print, now) = (ulid(&runtime.clock, &runtime.rng), master.fingerprint(), runtime.clock.now());
    let claimed = db.write_blocking(move |conn| {
        let print = facts::claim(conn, facts::MASTER_KEY, &print, now)?;
        Ok((facts::claim(conn, facts::INSTANCE, &id, now)?, print))
    });
    let (id, print) = claimed.map_err(fault)?;
    master::check(&master, Some(&print)).map_err(key_error)?;
    if known.is_none() && dir.is_dir() {
        data_dir::mark(dir, &id)?;
    }
    Ok((master, is_new))
}

fn assemble(
    (settings, policy): (&Settings, Policy),
    db: Db,
    master: MasterKey,
    runtime: &Runtime,
) -> Result<Engine, Fault> {
    let setup = Setup {
        issuer: policy.issuer.clone(),
        master: master.clone(),
        policy: KeyPolicy {
            rsa_bits: settings.keys.rsa_bits,
            rotation: i64::from(settings.keys.rotation_days).saturating_mul(86_400),
            jwks_max_age: i64::from(settings.keys.jwks_max_age_seconds),
            longest_token: 3600,
        },
        clock: runtime.clock.clone(),
        rng: runtime.rng.clone(),
    };
    let keys: KeyRing = keys::KeyRing::load(&db, setup)?;
    let clients = db.read_blocking(Clients::load)?;
    let resources = db.read_blocking(Resources::load)?;
    let hashing = PasswordSettings {
        memory_kib: settings.password.memory_kib,
        iterations: settings.password.iterations,
        parallelism: settings.password.parallelism,
        threads: settings.password.hash_threads,
        queue: settings.password.queue,
    };
    let passwords = Passwords::start(&hashing, &runtime.rng).map_err(StoreError::unavailable)?;
    if let Some(took) = db.write_blocking(imports::slowest)? {
        passwords.equalise(took);
    }
    let macs = Macs::derive(&master);
    let counters = Ephemeral::open(counters(settings, &db)).map_err(StoreError::unavailable)?;
    let limits = RequestLimits::new(limit_rules(settings), counters, macs.limits.clone());
    Ok(Engine {
        db,
        clock: runtime.clock.clone(),
        rng: runtime.rng.clone(),
        keys,
        clients,
        resources,
        passwords,
        password_rules: password_rules(settings),
        macs: Arc::new(macs),
        begun: Begun::default(),
        registered: Begun::default(),
        limits,
        outbound: outbound(settings),
        client_keys: ClientKeys::default(),
        request_objects: RequestObjects::default(),
        policy: Arc::new(policy),
    })
}

/// Where requests are counted.
fn counters(settings: &Settings, db: &Db) -> Place {
    match (settings.limits.counters, &settings.redis.url) {
        (Counters::Database, _) => Place::Database(db.clone()),
        (Counters::Auto, Some(url)) => Place::Redis(url.clone()),
        (Counters::Auto, None) | (Counters::Memory, _) => Place::Memory,
    }
}

fn limit_rules(settings: &Settings) -> LimitRules {
    let from = &settings.limits;
    if settings.testing.no_rate_limits {
        return LimitRules::default();
    }
    LimitRules {
        pages: from.pages_per_minute,
        programs: from.programs_per_minute,
        lookups: from.lookups_per_minute,
        client: from.client_per_minute,
        distinct_failures: from.distinct_failures,
        exempt: from.exempt.clone(),
    }
}

fn password_rules(settings: &Settings) -> Rules {
    let require: Vec<Kind> = settings.password.require.iter().filter_map(|name| Kind::named(name)).collect();
    Rules::new(settings.password.min_length, &require, settings.password.breached_list.clone())
}

/// For URLs that others supplied; never back to the address this server listens on.
fn outbound(settings: &Settings) -> Outbound {
    let (testing, listen) = (&settings.testing, settings.server.listen.ip());
    let guarded = |allowance| {
        let outbound = Outbound::when_needed(allowance, STRANGER_LIMITS, &[listen]);
        let private = settings.outbound.private_hosts.iter();
        let private = private.map(|host| PrivateHost { name: host.name.clone(), port: host.port });
        let outbound = outbound.reaching(private);
        outbound.known_as(settings.server.issuer.url().host_str().unwrap_or_default())
    };
    if !testing.enabled {
        return guarded(Allowance::Nothing);
    }
    let roots = testing.extra_ca.as_deref().map(tls::authorities).transpose();
    let roots = roots.unwrap_or_else(|why| {
        // Who serves has refused such a file already; a command fetches nothing.
        tracing::warn!(%why, "testing.extra_ca");
        None
    });
    let allowance =
        Allowance::Testing { loopback: testing.loopback_fetches, roots: roots.unwrap_or_default() };
    guarded(allowance)
}

fn registration(settings: &Settings) -> RegistrationPolicy {
    let from = &settings.registration;
    let days = |days: u32| (days > 0).then(|| i64::from(days).saturating_mul(86_400));
    RegistrationPolicy {
        mode: match from.mode {
            RegistrationMode::Off => Mode::Off,
            RegistrationMode::Token => Mode::Token,
            RegistrationMode::Open => Mode::Open,
        },
        trusted: from.trust,
        scope: Scope::of(from.scopes.iter().map(String::as_str)),
        grant_types: from.grant_types.clone(),
        legacy: from.legacy_response_types,
        secret: days(from.secret_days),
        open: if settings.testing.no_rate_limits {
            Limits { per_network: 0, total: 0 }
        } else {
            Limits { per_network: from.open_per_network, total: from.open_total }
        },
        most_open: i64::from(from.open_most_clients),
        unused: days(from.unused_days),
    }
}

fn policy(settings: &Settings) -> Policy {
    let (tokens, session) = (&settings.tokens, &settings.session);
    let limited = !settings.testing.no_rate_limits;
    let begun = Limits { per_network: session.begun_per_network, total: session.begun_total };
    Policy {
        issuer: settings.server.issuer.as_str().to_owned(),
        code: i64::from(tokens.code_seconds),
        access_token: i64::from(tokens.access_token_seconds),
        id_token: i64::from(tokens.id_token_seconds),
        refresh_idle: i64::from(tokens.refresh_idle_seconds),
        refresh_absolute: i64::from(tokens.refresh_absolute_seconds),
        refresh_grace: i64::from(tokens.refresh_grace_seconds),
        session_idle: i64::from(session.idle_seconds),
        session_absolute: i64::from(session.absolute_seconds),
        login: i64::from(session.login_seconds),
        registration: registration(settings),
        begun: if limited { begun } else { Limits { per_network: 0, total: 0 } },
        session_management: session.management,
        sessions_per_user: i64::from(session.max_per_user),
        device_tries: limited,
        max_login_delay: if limited { i64::from(settings.password.max_delay_seconds) } else { 0 },
        second_factor: SecondFactor {
            required: settings.login.second_factor,
            roles: settings.login.second_factor_roles.clone(),
            remember: i64::from(settings.login.remember_days).saturating_mul(86_400),
        },
        min_password: settings.password.min_length,
        any_loopback_port: settings.dev,
        trace_rows: i64::from(settings.trace.max_rows),
        trace_keep: i64::from(settings.trace.keep_seconds),
        audit_keep: i64::from(settings.audit.keep_days).saturating_mul(86_400),
        issued_keep: i64::from(settings.audit.issued_keep_days).saturating_mul(86_400),
        trace_sample: settings.trace.sample_successes,
    }
}
