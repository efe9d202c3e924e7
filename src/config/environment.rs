//! The environment layer: regular and short names, `_FILE` variants, `PORT`, systemd credentials.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::formats::{Format, Listen};
use super::key::Key;
use super::nearest::nearest;
use super::problem::{Place, Problem};
use super::reading::{Given, Layer};
use super::sections::all_keys;

/// Largest secret file that is read, in bytes.
const MAX_SECRET_FILE: u64 = 65_536;

/// The variable that names the configuration file.
pub(super) const CONFIG: &str = "LATCHKEY_CONFIG";

/// Names that belong to the tests of this project.
const TEST_NAMES: [&str; 2] = ["LATCHKEY_BLESS", "LATCHKEY_TEST_"];

type Env = BTreeMap<String, String>;

/// The values set in the environment. An empty variable counts as not set.
pub(super) fn layer(env: &Env, problems: &mut Vec<Problem>) -> Layer {
    let mut layer = Layer::new();
    for key in all_keys() {
        if let Some(given) = key_from(key, env, problems) {
            layer.insert(key.dotted(), given);
        }
    }
    problems.extend(env.iter().filter_map(|(name, value)| unknown(name, value)));
    layer
}

/// The names of a key, most particular first.
fn names(key: &Key) -> Vec<String> {
    std::iter::once(key.env()).chain(key.short_env.map(str::to_owned)).collect()
}

fn set<'e>(env: &'e Env, name: &str) -> Option<&'e str> {
    env.get(name).map(String::as_str).filter(|value| !value.is_empty())
}

fn key_from(key: &Key, env: &Env, problems: &mut Vec<Problem>) -> Option<Given> {
    let mut found: Vec<(String, String)> = Vec::new();
    for name in names(key) {
        let from_file = format!("{name}_FILE");
        let path = if key.secret() { set(env, &from_file) } else { None };
        match (set(env, &name), path) {
            (Some(_), Some(_)) => {
                let what = format!("set together with {name}");
                problems.push(
                    Problem::general(Place::Env(from_file), what, "unset one of the two").on(key.dotted()),
                );
            }
            (Some(value), None) => found.push((name, value.to_owned())),
            (None, Some(path)) => match secret_file(Path::new(path)) {
                Ok(value) => found.push((from_file, value)),
                Err(why) => {
                    let place = Place::Env(from_file);
                    let fix = "name a file that holds the secret and that Latchkey may read";
                    problems.push(Problem::general(place, why, fix).on(key.dotted()).received(path));
                }
            },
            (None, None) => {}
        }
    }
    // DATABASE_URL often comes from a platform, so that ours may quietly override it.
    let mut ours = found.iter().filter(|(name, _)| name.starts_with("LATCHKEY_"));
    if let (Some((first, value)), Some((second, other))) = (ours.next(), ours.next())
        && value != other
    {
        let what = format!("set to another value than {first}, which means the same");
        problems.push(
            Problem::general(Place::Env(second.clone()), what, "unset one of the two").on(key.dotted()),
        );
    }
    found.into_iter().next().map(|(name, value)| Given::plain(value, Place::Env(name)))
}

/// The content of a secret's file without its last line break.
fn secret_file(path: &Path) -> Result<String, String> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| format!("the file cannot be opened: {}", plain(&error)))?;
    file.take(MAX_SECRET_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| format!("the file cannot be read: {}", plain(&error)))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_SECRET_FILE {
        return Err(format!("the file is larger than {MAX_SECRET_FILE} bytes"));
    }
    let text = String::from_utf8(bytes).map_err(|_| "the file is not UTF-8 text".to_owned())?;
    let text = text.strip_suffix('\n').map_or(text.as_str(), |text| text.strip_suffix('\r').unwrap_or(text));
    if text.trim().is_empty() { Err("the file is empty".to_owned()) } else { Ok(text.to_owned()) }
}

/// An error of the system without its number.
pub(super) fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    let words = text.split_once(" (os error").map_or(text.as_str(), |(words, _)| words);
    words.to_lowercase()
}

/// A variable that looks like ours and is not.
fn unknown(name: &str, value: &str) -> Option<Problem> {
    let ours = name.starts_with("LATCHKEY_") && !value.is_empty() && name != CONFIG;
    if !ours || TEST_NAMES.iter().any(|test| name.starts_with(test)) || from_kubernetes(name, value) {
        return None;
    }
    let mut known: Vec<String> = vec![CONFIG.to_owned()];
    for key in all_keys() {
        for candidate in names(key) {
            if candidate == name {
                return None;
            }
            let from_file = format!("{candidate}_FILE");
            if from_file == name {
                return (!key.secret()).then(|| no_file_variant(name, &candidate, key));
            }
            if key.secret() {
                known.push(from_file);
            }
            known.push(candidate);
        }
    }
    let place = Place::Env(name.to_owned());
    if name == "LATCHKEY_PORT" {
        let fix = "set LATCHKEY_LISTEN to an address and port, or PORT to the port alone";
        return Some(Problem::general(place, "no such setting", fix));
    }
    // The common beginning says nothing about likeness.
    let close = nearest(own_part(name), known.iter().map(|known| own_part(known)))
        .and_then(|close| known.iter().find(|known| own_part(known) == close))
        .cloned();
    let fix = match &close {
        Some(close) => format!("rename it to {close}, or unset it"),
        None => "unset it; names are LATCHKEY_SECTION__KEY, with two underscores in the middle".to_owned(),
    };
    Some(Problem { nearest: close, ..Problem::general(place, "no such setting", fix) })
}

fn own_part(name: &str) -> &str {
    name.strip_prefix("LATCHKEY_").unwrap_or(name)
}

fn no_file_variant(name: &str, candidate: &str, key: &Key) -> Problem {
    let fix = format!("set {candidate} to the value itself");
    Problem::general(Place::Env(name.to_owned()), "only secrets can be read from a file", fix)
        .on(key.dotted())
}

/// Kubernetes sets `LATCHKEY_SERVICE_HOST`, `LATCHKEY_PORT=tcp://...` and more of the kind in every
/// pod beside a service that is called `latchkey`.
fn from_kubernetes(name: &str, value: &str) -> bool {
    if name.contains("__") {
        return false;
    }
    let port_part =
        name.split("_PORT_").nth(1).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    name.ends_with("_SERVICE_HOST")
        || name.contains("_SERVICE_PORT")
        || port_part
        || (name.ends_with("_PORT") && value.contains("://"))
}

/// `PORT` moves `server.listen` of the layers below the flags to another port and keeps its address.
pub(super) fn apply_port(
    env: &Env,
    below: &mut Layer,
    file: &Layer,
    warnings: &mut Vec<String>,
) -> Option<Problem> {
    const KEY: &str = "server.listen";
    let port = set(env, "PORT")?;
    let place = Place::Env("PORT".to_owned());
    let Some(number) = port.trim().parse::<u16>().ok().filter(|port| *port > 0) else {
        let problem =
            Problem::general(place, "not a port", "set PORT=8617, or unset it").on(KEY).received(port);
        return Some(problem.allowed("a whole number from 1 to 65535"));
    };
    let declared = all_keys().find(|key| key.dotted() == KEY).map_or("", |key| key.default);
    let base = below.get(KEY).or_else(|| file.get(KEY)).map_or_else(|| declared.to_owned(), Given::text);
    // An address that cannot be read is reported where it stands.
    let mut address = Listen { port: number }.parse(&base).ok()?;
    if let Some(Given { place: Place::Env(name), .. }) = below.get(KEY)
        && address.port() != number
    {
        warnings.push(format!("PORT={number} replaces the port {} of {name}", address.port()));
    }
    address.set_port(number);
    below.insert(KEY.to_owned(), Given::plain(address.to_string(), place));
    None
}

/// The master key from systemd's credentials directory (`LoadCredential=master_key:...`).
pub(super) fn credentials(env: &Env, problems: &mut Vec<Problem>) -> Layer {
    const KEY: &str = "keys.master_key";
    let mut layer = Layer::new();
    let Some(directory) = set(env, "CREDENTIALS_DIRECTORY") else {
        return layer;
    };
    let path = Path::new(directory).join("master_key");
    if !path.exists() {
        return layer;
    }
    let place = Place::Credential(path.display().to_string());
    match secret_file(&path) {
        Ok(value) => {
            layer.insert(KEY.to_owned(), Given::plain(value, place));
        }
        Err(why) => {
            let fix = "put the master key into this credential, or remove it from the unit";
            problems.push(Problem::general(place, why, fix).on(KEY));
        }
    }
    layer
}
