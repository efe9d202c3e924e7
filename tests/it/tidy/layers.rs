//! A module imports only from the layers below its own, and each named package has one home.

use super::source::{Source, Token};
use super::{Complaints, Rule, samples};

/// From the ground up; those on one line do not see each other, except that `app` and `cli` may.
const ORDER: [&[&str]; 7] =
    [&["base"], &["protocol"], &["domain"], &["store"], &["engine"], &["web"], &["app", "cli"]];

/// The package, and where it may be named: folders end with `/`.
const HOMES: [(&str, &[&str]); 19] = [
    ("redis", &["store/ephemeral/"]),
    ("diesel", &["store/"]),
    ("diesel_migrations", &["store/"]),
    ("r2d2", &["store/"]),
    ("libsqlite3_sys", &["store/"]),
    ("actix_web", &["web/", "app.rs", "app/"]),
    ("actix_http", &["web/", "app.rs", "app/"]),
    ("askama", &["web/views/"]),
    ("jsonwebtoken", &["engine/keys/"]),
    ("rsa", &["engine/keys/"]),
    ("argon2", &["engine/secrets.rs", "engine/secrets/"]),
    ("bcrypt", &["engine/secrets/"]),
    ("scrypt", &["engine/secrets/"]),
    ("zxcvbn", &["engine/passwords/"]),
    ("oxide_auth", &["engine/oxide/"]),
    ("openidconnect", &["engine/upstream/"]),
    ("oauth2", &["engine/upstream/"]),
    ("rustls", &["base/tls.rs"]),
    ("reqwest", &["engine/outbound.rs", "engine/outbound/"]),
];

pub const RULES: &[Rule] = &[
    Rule { name: "layers", check: layers, bad: samples::LAYERS_BAD, good: samples::LAYERS_GOOD },
    Rule { name: "package homes", check: homes, bad: samples::HOMES_BAD, good: samples::HOMES_GOOD },
];

/// The first component of the path: `store` for `store/db.rs`, `app` for `app.rs`.
fn layer(path: &str) -> &str {
    path.split('/').next().unwrap_or(path).trim_end_matches(".rs")
}

fn rank(layer: &str) -> Option<usize> {
    ORDER.iter().position(|row| row.contains(&layer))
}

fn may_import(from: &str, to: &str) -> bool {
    match (from, to) {
        _ if from == to => true,
        ("config", _) => to == "base",
        (_, "config") => from != "base",
        _ => match (rank(from), rank(to)) {
            (Some(from), Some(to)) => to < from || (to == from && from == ORDER.len() - 1),
            _ => false,
        },
    }
}

fn layers(sources: &[Source]) -> Complaints {
    let mut complaints = Vec::new();
    for source in sources.iter().filter(|source| !["lib.rs", "main.rs"].contains(&source.path.as_str())) {
        let from = layer(&source.path);
        if from != "config" && rank(from).is_none() {
            complaints.push(format!("src/{} belongs to no layer", source.path));
            continue;
        }
        for (to, line) in imports(source) {
            if !may_import(from, &to) {
                complaints.push(format!("{}: {from} imports {to}", source.at(line)));
            }
        }
        let depth = source.path.trim_end_matches(".rs").trim_end_matches("/mod").split('/').count();
        let supers: Vec<&str> = ["super", "::"].repeat(depth);
        let pattern = supers.get(..supers.len() - 1).unwrap_or_default();
        // That many steps up are the crate's root: another layer without its name being seen.
        complaints.extend(
            source.find(pattern).map(|line| format!("{}: leaves its layer by super", source.at(line))),
        );
    }
    complaints
}

/// The layers named after `crate::`, also in braces.
fn imports(source: &Source) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    for (index, token) in source.tokens.iter().enumerate() {
        let rest = source.tokens.get(index..).unwrap_or_default();
        if let [start, colons, next, ..] = rest
            && start.text == "crate"
            && colons.text == "::"
        {
            match next.text.as_str() {
                "{" => found.extend(first_names(rest.get(2..).unwrap_or_default())),
                name => found.push((name.to_owned(), token.line)),
            }
        }
    }
    // Macros of the crate are named at its root.
    found.retain(|(name, _)| name == "config" || rank(name).is_some());
    found
}

/// The names that begin each part of a braced list.
fn first_names(tokens: &[Token]) -> Vec<(String, usize)> {
    let (mut depth, mut at_start, mut found) = (0_usize, false, Vec::new());
    for token in tokens {
        match token.text.as_str() {
            "{" => {
                depth += 1;
                at_start = depth == 1;
            }
            "}" => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            "," if depth == 1 => at_start = true,
            name => {
                if at_start {
                    found.push((name.to_owned(), token.line));
                }
                at_start = false;
            }
        }
    }
    found
}

fn homes(sources: &[Source]) -> Complaints {
    let mut complaints = Vec::new();
    for source in sources {
        for (package, homes) in HOMES {
            let at_home = homes
                .iter()
                .any(|home| source.path == *home || (home.ends_with('/') && source.path.starts_with(home)));
            if !at_home {
                let lines = names_of(source, package);
                complaints.extend(lines.into_iter().map(|line| format!("{}: {package}", source.at(line))));
            }
        }
    }
    complaints
}

/// Lines that name the package as the start of a path.
fn names_of(source: &Source, package: &str) -> Vec<usize> {
    let text =
        |index: Option<usize>| index.and_then(|i| source.tokens.get(i)).map_or("", |t| t.text.as_str());
    let starts_path = |(index, token): &(usize, &Token)| {
        let before = text(index.checked_sub(1));
        let after = text(index.checked_add(1));
        // `use ::diesel::...` starts a path, `crate::diesel::...` does not.
        let rooted = before != "::" || !text(index.checked_sub(2)).starts_with(char::is_alphanumeric);
        let absolute = before == "::" && ["use", "pub"].contains(&text(index.checked_sub(2)));
        token.text == package && (rooted || absolute) && (after == "::" || before == "use")
    };
    source.tokens.iter().enumerate().filter(starts_path).map(|(_, token)| token.line).collect()
}
