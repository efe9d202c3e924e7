//! The file layer: a TOML file becomes values with their line and column.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::environment::plain;
use super::formats::{Shape, holds_password};
use super::problem::{Place, Problem};
use super::reading::{Given, Item, Layer, Written};
use super::sections::{SECTIONS, all_keys};
use super::syntax;
use super::unknown;

/// Largest configuration file that is read, in bytes.
const MAX_FILE: u64 = 1_048_576;

/// A file's text, with what is needed to say where something stands in it.
pub(super) struct Source<'a> {
    pub(super) path: &'a str,
    pub(super) text: &'a str,
}

impl Source<'_> {
    /// The place of a byte offset.
    pub(super) fn place(&self, offset: usize) -> Place {
        let before = self.text.char_indices().take_while(|(at, _)| *at < offset).map(|(_, c)| c);
        let (mut line, mut column) = (1, 1);
        for c in before {
            if c == '\n' {
                line += 1;
                column = 1;
            } else {
                column += 1;
            }
        }
        Place::File { path: self.path.to_owned(), line, column }
    }
}

/// The values of a configuration file; `named_by` says in words what pointed at it.
pub(super) fn layer(path: &Path, named_by: &str, problems: &mut Vec<Problem>) -> Layer {
    let shown = path.display().to_string();
    let bytes = match read(path) {
        Ok(bytes) => bytes,
        Err((what, fix)) => {
            let fix = fix.replace("{named_by}", named_by);
            problems.push(Problem::general(Place::whole_file(&shown), what, fix));
            return Layer::new();
        }
    };
    let text = match std::str::from_utf8(&bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => {
            problems.push(not_text(&shown, &bytes, error.valid_up_to()));
            return Layer::new();
        }
    };
    let source = Source { path: &shown, text };
    let layer = parse(&source, problems);
    problems.extend(readable_by_all(path, &shown, &layer));
    layer
}

/// The bytes of the file, or what is wrong and the fix.
fn read(path: &Path) -> Result<Vec<u8>, (String, &'static str)> {
    if path.is_dir() {
        return Err(("is a directory, not a file".to_owned(), "name the file itself in {named_by}"));
    }
    let failed = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => (
            "no such file".to_owned(),
            "create it, or correct the path in {named_by}; no file is needed to start",
        ),
        ErrorKind::PermissionDenied => (
            "may not be read by the user that runs Latchkey".to_owned(),
            "give that user the right to read it (chown or chmod)",
        ),
        _ => (format!("cannot be read: {}", plain(&error)), "correct the path in {named_by}"),
    };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(failed)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_FILE {
        let what = format!("larger than {MAX_FILE} bytes, so it is no configuration file");
        return Err((what, "correct the path in {named_by}"));
    }
    Ok(bytes)
}

fn not_text(path: &str, bytes: &[u8], valid: usize) -> Problem {
    let before = bytes.get(..valid).and_then(|valid| std::str::from_utf8(valid).ok()).unwrap_or_default();
    let what = match bytes.get(..2) {
        Some([0xff, 0xfe] | [0xfe, 0xff]) => "is UTF-16 text, but needs UTF-8".to_owned(),
        _ => format!("byte 0x{:02X} is not UTF-8 text", bytes.get(valid).copied().unwrap_or_default()),
    };
    let place = Source { path, text: before }.place(valid);
    Problem::general(place, what, "save the file as UTF-8 in your editor")
}

fn parse(source: &Source<'_>, problems: &mut Vec<Problem>) -> Layer {
    let (table, errors) = DeTable::parse_recoverable(source.text);
    let syntax = syntax::explain(source, &errors);
    let mut found = Vec::new();
    let mut layer = sections(source, table.get_ref(), &mut found);
    // What the parser makes of a broken line would only repeat the same mistake in other words.
    found.retain(|problem| !syntax.doubts(&problem.place));
    for given in layer.values_mut() {
        if syntax.doubts(&given.place) || given.items.iter().any(|item| syntax.doubts(&item.place)) {
            given.written = Written::Broken;
        }
    }
    problems.extend(syntax.problems);
    problems.extend(found);
    layer
}

fn sections(source: &Source<'_>, table: &DeTable<'_>, problems: &mut Vec<Problem>) -> Layer {
    let mut layer = Layer::new();
    for (name, value) in table {
        let place = source.place(name.span().start);
        let Some(section) = SECTIONS.iter().find(|section| section.name == name.get_ref().as_ref()) else {
            problems.push(unknown::section(place, name.get_ref(), value.get_ref().is_table()));
            continue;
        };
        let DeValue::Table(keys) = value.get_ref() else {
            let example = section.keys.first().map_or("", |key| key.name);
            let what = format!("{} is a section, not a value", section.name);
            let fix = format!("write [{}] on a line of its own and below it {example} = ...", section.name);
            problems.push(Problem::general(place, what, fix));
            continue;
        };
        for (key, value) in keys {
            let dotted = format!("{}.{}", section.name, key.get_ref());
            if section.keys.iter().any(|known| known.name == key.get_ref().as_ref()) {
                layer.insert(dotted, given(source, value));
            } else {
                problems.push(unknown::key(source.place(key.span().start), section.name, key.get_ref()));
            }
        }
    }
    layer
}

fn given(source: &Source<'_>, value: &Spanned<DeValue<'_>>) -> Given {
    let place = source.place(value.span().start);
    let item = |value: &Spanned<DeValue<'_>>| Item {
        text: text(value.get_ref()),
        place: source.place(value.span().start),
    };
    match value.get_ref() {
        DeValue::Array(items) if items.iter().all(|item| item.get_ref().is_str()) => {
            Given { items: items.iter().map(item).collect(), written: Written::As(Shape::List), place }
        }
        other => Given { items: vec![item(value)], written: written(other), place },
    }
}

fn written(value: &DeValue<'_>) -> Written {
    match value {
        DeValue::String(_) => Written::As(Shape::Text),
        DeValue::Integer(_) => Written::As(Shape::Whole),
        DeValue::Float(_) => Written::Other("a number with a fraction"),
        DeValue::Boolean(_) => Written::As(Shape::Truth),
        DeValue::Datetime(_) => Written::Other("a date or time"),
        DeValue::Array(_) => Written::Other("a list whose parts are not all texts"),
        DeValue::Table(_) => Written::Other("a table"),
    }
}

/// A value in one line, as far as a message needs it.
fn text(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) if number.radix() != 10 => {
            let digits = i128::from_str_radix(number.as_str(), number.radix());
            digits.map_or_else(|_| number.to_string(), |number| number.to_string())
        }
        DeValue::Integer(number) => number.as_str().trim_start_matches('+').to_owned(),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(value) => value.to_string(),
        DeValue::Datetime(value) => value.to_string(),
        DeValue::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| text(item.get_ref())).collect();
            format!("[{}]", items.join(", "))
        }
        DeValue::Table(_) => "{...}".to_owned(),
    }
}

/// A file with a secret that every user of the machine may read.
#[cfg(unix)]
fn readable_by_all(path: &Path, shown: &str, layer: &Layer) -> Option<Problem> {
    use std::os::unix::fs::PermissionsExt;

    let secret = all_keys().filter(|key| key.secret()).find(|key| {
        let text = layer.get(&key.dotted()).map(Given::text).unwrap_or_default();
        !text.is_empty() && (!["database", "redis"].contains(&key.section) || holds_password(&text))
    })?;
    let metadata = std::fs::metadata(path).ok()?;
    let mode = metadata.permissions().mode() & 0o777;
    if !metadata.is_file() || mode & 0o007 == 0 {
        return None;
    }
    let what = format!("holds a secret, but every user of this machine may open the file (mode {mode:o})");
    let place =
        layer.get(&secret.dotted()).map_or_else(|| Place::whole_file(shown), |given| given.place.clone());
    Some(
        Problem::general(place, what, format!("run chmod 640 {shown}, or set {}_FILE instead", secret.env()))
            .on(secret.dotted()),
    )
}

#[cfg(not(unix))]
fn readable_by_all(_: &Path, _: &str, _: &Layer) -> Option<Problem> {
    None
}
