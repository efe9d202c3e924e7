//! People from another server: a JSON object a line, checked as a whole before anything is made, and made in one
//! transaction for each few hundred lines, so that a run that was cut off is simply run again.

use super::fault::{AdminError, AdminResult, FieldProblem};
use super::users::{self, NewUser};
use super::{Desk, people};
use crate::base::clock::Seconds;
use crate::domain::user::{User, login_key};
use crate::engine::secrets::imported_hash;
use crate::store::{Conn, TxResult, settings, users as stored};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::time::Duration;

/// The fact that says how long the slowest imported hash took where it was imported, microseconds.
const SLOWEST: &str = "imported_hash_micros";
/// Members of a line.
const MEMBERS: [&str; 8] =
    ["email", "username", "name", "email_verified", "enabled", "roles", "claims", "password_hash"];

/// One line that can be made.
pub struct Line {
    /// Its number, from 1.
    pub number: usize,
    /// The account.
    new: NewUser,
    /// Whether it may sign in.
    enabled: bool,
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// An account was made.
    New,
    /// The account was there already; nothing was changed.
    Known,
}

/// Reads all lines; empty ones are skipped.
///
/// # Errors
/// Every line that is not as it must be, by number.
pub fn read(text: &str) -> AdminResult<Vec<Line>> {
    let mut lines = Vec::new();
    let mut problems = Vec::new();
    let mut names: HashMap<String, usize> = HashMap::new();
    for (number, text) in (1..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty()) {
        match line(number, text) {
            Ok(line) => {
                for key in keys(&line.new) {
                    if let Some(other) = names.insert(key, number).filter(|other| *other != number) {
                        let what = format!("has the name of line {other}");
                        problems.push(problem(number, "", what, "Each name belongs to one account."));
                    }
                }
                lines.push(line);
            }
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() { Ok(lines) } else { Err(AdminError::Invalid(problems)) }
}

fn problem(number: usize, field: &str, what: impl Into<String>, fix: &str) -> FieldProblem {
    let field = if field.is_empty() { format!("line {number}") } else { format!("line {number}: {field}") };
    FieldProblem::new(field, "", what, fix)
}

fn line(number: usize, text: &str) -> Result<Line, Vec<FieldProblem>> {
    let bad =
        |field: &str, what: &str| vec![problem(number, field, what, "See `latchkey user import --help`.")];
    let Ok(Value::Object(mut members)) = serde_json::from_str::<Value>(text) else {
        return Err(bad("", "is not one JSON object"));
    };
    if let Some(unknown) = members.keys().find(|name| !MEMBERS.contains(&name.as_str())) {
        return Err(bad(unknown, "is not known"));
    }
    let mut text = |name: &str| match members.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(bad(name, "is not text")),
    };
    let (email, username, name) = (text("email")?, text("username")?, text("name")?);
    let mut truth = |name: &str, otherwise| match members.remove(name) {
        None => Ok(otherwise),
        Some(Value::Bool(truth)) => Ok(truth),
        Some(_) => Err(bad(name, "is neither true nor false")),
    };
    let (verified, enabled) = (truth("email_verified", false)?, truth("enabled", true)?);
    let roles = match members.remove("roles") {
        None => Vec::new(),
        Some(roles) => serde_json::from_value(roles).map_err(|_| bad("roles", "is no list of texts"))?,
    };
    let mut claims = match members.remove("claims") {
        None => Map::new(),
        Some(Value::Object(claims)) => claims,
        Some(_) => return Err(bad("claims", "is no object")),
    };
    if let Some(name) = name {
        claims.insert("name".to_owned(), Value::from(name));
    }
    let hash = members.remove("password_hash").filter(|hash| !hash.is_null());
    let hash = hash.map(|hash| imported_hash(&hash)).transpose().map_err(|why| bad("password_hash", &why))?;
    let new = NewUser { username, email, email_verified: verified, password_hash: hash, roles, claims };
    let problems = people::check(&users::proposed(&new));
    if !problems.is_empty() {
        let named = |p: FieldProblem| FieldProblem { field: format!("line {number}: {}", p.field), ..p };
        return Err(problems.into_iter().map(named).collect());
    }
    Ok(Line { number, new, enabled })
}

/// What it will be signed in with.
fn keys(new: &NewUser) -> Vec<String> {
    let names = [new.username.as_deref(), new.email.as_deref()];
    let mut keys: Vec<String> = names.into_iter().flatten().filter_map(login_key).collect();
    keys.sort();
    keys.dedup();
    keys
}

/// Makes what is not there yet. An account with the same names stays as it is, password and all: whoever signed in
/// meanwhile must not be thrown back.
///
/// # Errors
/// Lines of which one name belongs to an account and another does not, by number; the store.
pub fn make(conn: &mut Conn, desk: &Desk, lines: Vec<Line>) -> AdminResult<Vec<Made>> {
    let mut made = Vec::new();
    let mut problems = Vec::new();
    for line in lines {
        match owner(conn, &line)? {
            Ok(Some(_)) => made.push(Made::Known),
            Ok(None) => {
                let user = users::create(conn, desk, line.new)?;
                if !line.enabled {
                    users::set_enabled(conn, desk, user.id.as_str(), false)?;
                }
                made.push(Made::New);
            }
            Err(found) => problems.push(found),
        }
    }
    if problems.is_empty() { Ok(made) } else { Err(AdminError::Invalid(problems)) }
}

/// Lines that cannot be made beside the accounts that are there.
///
/// # Errors
/// The store.
pub fn conflicts(conn: &mut Conn, lines: &[Line]) -> TxResult<Vec<FieldProblem>> {
    let mut problems = Vec::new();
    for line in lines {
        problems.extend(owner(conn, line)?.err());
    }
    Ok(problems)
}

/// The account that has all names of the line.
fn owner(conn: &mut Conn, line: &Line) -> TxResult<Result<Option<User>, FieldProblem>> {
    let mut owners: Vec<Option<User>> = Vec::new();
    for key in keys(&line.new) {
        owners.push(stored::find_by_login(conn, &key)?.map(|(user, _)| user));
    }
    let first = owners.first().cloned().flatten();
    let id = |user: &Option<User>| user.as_ref().map(|user| user.id.clone());
    if owners.iter().all(|owner| id(owner) == id(&first)) {
        return Ok(Ok(first));
    }
    let what = "has a name that belongs to an account with other names";
    Ok(Err(problem(line.number, "", what, "Compare it with `latchkey user show`.")))
}

/// One hash of each form and cost among the lines, to be measured.
pub fn hashes(lines: &[Line]) -> Vec<String> {
    let mut kinds: HashMap<String, String> = HashMap::new();
    for hash in lines.iter().filter_map(|line| line.new.password_hash.as_deref()) {
        // All but the salt and the output, which are the last two parts (of bcrypt the last one).
        let mut parts: Vec<&str> = hash.split('$').collect();
        let end = if hash.contains("$2") { 1 } else { 2 };
        parts.truncate(parts.len().saturating_sub(end));
        kinds.entry(parts.join("$")).or_insert_with(|| hash.to_owned());
    }
    kinds.into_values().take(16).collect()
}

/// Notes how long the slowest imported hash takes, for servers that start later.
///
/// # Errors
/// The store.
pub fn note_slowest(conn: &mut Conn, took: Duration, now: Seconds) -> TxResult<()> {
    let known = settings::get(conn, SLOWEST)?.and_then(|text| text.parse::<u64>().ok()).unwrap_or_default();
    let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    if took > known { settings::set(conn, SLOWEST, &took.to_string(), now) } else { Ok(()) }
}

/// How long the slowest imported hash takes, as far as any is left: all others have been replaced by hashes of ours.
///
/// # Errors
/// The store.
pub fn slowest(conn: &mut Conn) -> TxResult<Option<Duration>> {
    let Some(known) = settings::get(conn, SLOWEST)? else { return Ok(None) };
    if !stored::any_imported(conn)? {
        settings::forget(conn, SLOWEST)?;
        return Ok(None);
    }
    Ok(known.parse().ok().map(Duration::from_micros))
}
