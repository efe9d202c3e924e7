//! Names that do not exist, and the one that was most likely meant.

use super::nearest::nearest;
use super::problem::{Place, Problem};
use super::sections::{SECTIONS, all_keys};

/// A name at the top of the file that is no section.
pub(super) fn section(place: Place, name: &str, is_table: bool) -> Problem {
    if !is_table && let Some(key) = all_keys().find(|key| key.name == name) {
        let fix = format!("move the line below a line that says [{}]", key.section);
        let problem = Problem::general(place, "stands outside its section", fix).on(name);
        return Problem { nearest: Some(key.dotted()), ..problem };
    }
    let close = nearest(name, SECTIONS.iter().map(|section| section.name));
    let fix = match close {
        Some(close) => format!("rename it to [{close}]"),
        None => "remove it and what belongs to it".to_owned(),
    };
    let names: Vec<&str> = SECTIONS.iter().map(|section| section.name).collect();
    let what = if is_table { "no such section" } else { "no such key" };
    let shown = if is_table { format!("[{name}]") } else { name.to_owned() };
    let problem = Problem::general(place, what, fix).on(shown);
    match close {
        Some(close) => Problem { nearest: Some(format!("[{close}]")), ..problem },
        None => problem.allowed(format!("the sections are {}", names.join(", "))),
    }
}

/// A key that its section does not have.
pub(super) fn key(place: Place, section: &str, name: &str) -> Problem {
    let dotted = format!("{section}.{name}");
    let problem = |close: Option<String>, fix: String| {
        let problem = Problem::general(place.clone(), "no such key", fix).on(dotted.clone());
        Problem { nearest: close, ..problem }
    };
    if name == section {
        return problem(None, format!("write the key alone; [{section}] above already names the section"));
    }
    // The same name elsewhere is a better guess than a similar one here.
    if let Some(other) = all_keys().find(|key| key.name == name) {
        return problem(Some(other.dotted()), format!("move it to the section [{}]", other.section));
    }
    let names: Vec<&str> = all_keys().filter(|key| key.section == section).map(|key| key.name).collect();
    if let Some(close) = nearest(name, names.iter().copied()) {
        return problem(Some(format!("{section}.{close}")), format!("rename it to {close}"));
    }
    match nearest(name, all_keys().map(|key| key.name))
        .and_then(|close| all_keys().find(|key| key.name == close))
    {
        Some(other) => {
            let fix = format!("move it to the section [{}] and rename it to {}", other.section, other.name);
            problem(Some(other.dotted()), fix)
        }
        None => {
            problem(None, "remove it".to_owned()).allowed(format!("[{section}] has {}", names.join(", ")))
        }
    }
}

/// A flag's dotted key that does not exist.
pub(super) fn flag(dotted: &str) -> Problem {
    let all: Vec<String> = all_keys().map(super::key::Key::dotted).collect();
    let same_name = || all.iter().find(|known| known.rsplit('.').next() == Some(dotted)).map(String::as_str);
    let close = nearest(dotted, all.iter().map(String::as_str)).or_else(same_name).map(str::to_owned);
    let fix = match &close {
        Some(close) => format!("rename it to {close}"),
        None => "remove it; docs/configuration.md lists every key".to_owned(),
    };
    Problem { nearest: close, ..Problem::general(Place::Flag, "no such key", fix).on(dotted) }
}
