//! `latchkey dev`: a throw-away database with people to sign in as and the built-in relying party.
//! Refused on any address that others can reach.

use super::open::{Runtime, StartError};
use super::serve::Extras;
use super::throwaway::Throwaway;
use crate::base::secret::Secret;
use crate::base::shell::quoted;
use crate::config::{DatabaseTarget, Settings};
use crate::engine::Engine;
use crate::engine::admin::{Actor, AdminError, AdminResult, Desk, Mode, apply_blocking, people, users};
use crate::store::Conn;
use crate::web::pages::try_it::TryClient;
use serde_json::{Map, Value};

/// Who lives in a development server: name, display name, role, enabled. The password is the name.
const PEOPLE: [(&str, &str, Option<&str>, bool); 3] = [
    ("ada", "Ada Lovelace", Some(people::ADMIN), true),
    ("bob", "Bob Builder", None, true),
    ("eve", "Eve Disabled", None, false),
];

/// Puts the data of `settings` into a directory that is removed when the server ends.
///
/// # Errors
/// When the server would be reachable by others, or a real database is configured.
pub fn throwaway(settings: &mut Settings) -> Result<Throwaway, StartError> {
    if !settings.server.listen.ip().is_loopback() || !settings.server.issuer.is_loopback() {
        return Err(StartError::new(
            format!("`latchkey dev` has known passwords and may not listen on {}", settings.server.listen),
            "Use a loopback address such as 127.0.0.1:8617, or `latchkey serve`.",
        ));
    }
    if settings.tls_files().is_some() {
        return Err(StartError::new(
            "`latchkey dev` speaks plain http to its own relying party",
            "Leave LATCHKEY_TLS_CERTIFICATE out, or use `latchkey serve`.",
        ));
    }
    if matches!(settings.database_target(), DatabaseTarget::Postgres(_)) {
        return Err(StartError::new(
            "`latchkey dev` makes its own throw-away database",
            "Leave DATABASE_URL out, or use `latchkey serve`.",
        ));
    }
    let made = Throwaway::of(settings, "dev", &Runtime::system());
    // Nothing else leads a command to what is made here.
    settings.repeated = format!(" --data-dir {}", quoted(&settings.server.data_dir.display().to_string()));
    Ok(made)
}

/// Makes the people and the relying party.
///
/// # Errors
/// When the fresh database cannot be filled.
pub fn prepare(engine: &Engine) -> Result<Extras, StartError> {
    let failed = |error: AdminError| {
        StartError::new(error.to_string(), "This is a fault of Latchkey; please report it.")
    };
    for person in PEOPLE {
        let hash = engine.passwords.hash_blocking(&Secret::new(person.0));
        let hash = hash.map_err(|refusal| StartError::new(refusal.row().cause, refusal.row().fix))?;
        let desk = Desk::of(engine, Actor::System);
        apply_blocking(&engine.db, Mode::Apply, move |conn| make(conn, &desk, person, hash))
            .map_err(failed)?;
    }
    let desk = Desk::of(engine, Actor::System);
    let issuer = engine.policy.issuer.clone();
    let with = engine.clone();
    let client = apply_blocking(&engine.db, Mode::Apply, move |conn| {
        let client = TryClient::register(conn, &desk, &issuer)?;
        with.clients.refresh(conn)?;
        Ok(client)
    });
    Ok(Extras {
        people: PEOPLE
            .iter()
            .map(|(name, _, _, enabled)| (listed(name, *enabled), (*name).to_owned()))
            .collect(),
        try_client: Some(client.map_err(failed)?),
    })
}

fn listed(name: &str, enabled: bool) -> String {
    if enabled { name.to_owned() } else { format!("{name} (disabled: it is refused)") }
}

fn make(
    conn: &mut Conn,
    desk: &Desk,
    (username, name, role, enabled): (&str, &str, Option<&str>, bool),
    hash: String,
) -> AdminResult<()> {
    let new = users::NewUser {
        username: Some(username.to_owned()),
        email: Some(format!("{username}@example.com")),
        email_verified: true,
        password_hash: Some(hash),
        roles: role.map(str::to_owned).into_iter().collect(),
        claims: Map::from_iter([("name".to_owned(), Value::from(name))]),
    };
    let user = users::create(conn, desk, new)?;
    if !enabled {
        users::set_enabled(conn, desk, user.id.as_str(), false)?;
    }
    Ok(())
}
