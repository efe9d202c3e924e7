//! Bringing the layers together: each key is taken from the highest layer that sets it, and
//! checked in every layer, so that a mistake is found even where something overrides it.

use std::collections::BTreeMap;

use super::Row;
use super::formats::{Fix, Format, Refused, Shape, list_items};
use super::key::Key;
use super::problem::{Place, Problem};

/// How a value was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// In a flag, an environment variable or the key table: plain text for any shape.
    Plain,
    /// In the file, in this shape.
    As(Shape),
    /// In the file, as something that no key takes; named in words.
    Other(&'static str),
    /// In a part of the file that is not TOML, which has its own problem.
    Broken,
}

/// One part of a value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) text: String,
    pub(super) place: Place,
}

/// One value in one layer.
#[derive(Debug, Clone)]
pub(super) struct Given {
    /// The value's parts: one, except for a list in the file.
    pub(super) items: Vec<Item>,
    pub(super) written: Written,
    pub(super) place: Place,
}

impl Given {
    /// A value written as plain text.
    pub(super) fn plain(text: impl Into<String>, place: Place) -> Self {
        let item = Item { text: text.into(), place: place.clone() };
        Self { items: vec![item], written: Written::Plain, place }
    }

    /// The value as plain text, a list with commas.
    pub(super) fn text(&self) -> String {
        self.items.iter().map(|item| item.text.as_str()).collect::<Vec<_>>().join(", ")
    }
}

/// The values of one layer by dotted key.
pub(super) type Layer = BTreeMap<String, Given>;

/// The reading of all keys from all layers.
pub(super) struct Reading {
    /// Lowest first.
    layers: Vec<Layer>,
    pub(super) problems: Vec<Problem>,
    pub(super) rows: Vec<Row>,
    accepted: BTreeMap<String, Given>,
}

impl Reading {
    pub(super) fn new(layers: Vec<Layer>) -> Self {
        Self { layers, problems: Vec::new(), rows: Vec::new(), accepted: BTreeMap::new() }
    }

    /// The accepted text of a key and where it stands; `None` where it was refused.
    pub(super) fn accepted(&self, dotted: &str) -> Option<(String, &Place)> {
        self.accepted.get(dotted).map(|given| (given.text(), &given.place))
    }

    /// Where the accepted value of each key stands.
    pub(super) fn places(&self) -> BTreeMap<String, Place> {
        self.accepted.iter().map(|(dotted, given)| (dotted.clone(), given.place.clone())).collect()
    }

    /// Reads a key from every layer; the highest one that sets it wins.
    pub(super) fn take<F: Format>(&mut self, key: &Key, format: &F) -> Option<F::Value> {
        let dotted = key.dotted();
        let default = Given::plain(key.default, Place::Default);
        let given: Vec<&Given> = std::iter::once(&default)
            .chain(self.layers.iter().filter_map(|layer| layer.get(&dotted)))
            .collect();
        let mut winner = None;
        for given in given {
            match read(key, format, given) {
                Ok(value) => winner = Some((value, given.clone())),
                Err(problems) => {
                    winner = None;
                    self.problems.extend(problems);
                }
            }
        }
        let (value, given) = winner?;
        self.rows.push(Row {
            key: dotted.clone(),
            value: format.explained(&given.text()),
            origin: given.place.origin(),
        });
        self.accepted.insert(dotted, given);
        Some(value)
    }
}

fn read<F: Format>(key: &Key, format: &F, given: &Given) -> Result<F::Value, Vec<Problem>> {
    if given.written == Written::Broken {
        return Err(Vec::new());
    }
    if let Some(problem) = wrong_shape(key, format, given) {
        return Err(vec![problem]);
    }
    let split = given.written == Written::Plain && F::SHAPE == Shape::List;
    let items: Vec<Item> = if split {
        let text = given.text();
        list_items(&text).map(|text| Item { text: text.to_owned(), place: given.place.clone() }).collect()
    } else {
        given.items.clone()
    };
    let texts: Vec<&str> = items.iter().map(|item| item.text.as_str()).collect();
    format.parse_items(&texts).map_err(|all| {
        let problem = |(position, why)| items.get(position).map(|item| refusal(key, format, item, why));
        all.into_iter().filter_map(problem).collect()
    })
}

/// A value of the file that has the wrong TOML type.
fn wrong_shape<F: Format>(key: &Key, format: &F, given: &Given) -> Option<Problem> {
    let found = match given.written {
        Written::Plain | Written::Broken => return None,
        Written::As(shape) if shape == F::SHAPE => return None,
        Written::As(Shape::Whole) => "a number",
        Written::As(Shape::Truth) => "true or false",
        Written::As(Shape::Text) => "text in quotes",
        Written::As(Shape::List) => "a list",
        Written::Other(found) => found,
    };
    let text = given.text();
    // The value may be right and only dressed wrongly: then the fix keeps it.
    let fix = match format.parse(&text) {
        Ok(_) => Fix::Value(text.clone()),
        Err(refused) => refused.fix,
    };
    let what = format!("is {found}, but needs {}", F::SHAPE.words());
    let problem =
        Problem::general(given.place.clone(), what, fix_words(key, F::SHAPE, F::SECRET, &given.place, fix))
            .on(key.dotted())
            .allowed(format.allowed());
    let shown = if given.written == Written::As(Shape::Text) { format!("\"{text}\"") } else { text };
    Some(if F::SECRET { problem } else { problem.received(&shown) })
}

fn refusal<F: Format>(key: &Key, format: &F, item: &Item, refused: Refused) -> Problem {
    let fix = fix_words(key, F::SHAPE, F::SECRET, &item.place, refused.fix);
    let problem =
        Problem::general(item.place.clone(), refused.why, fix).on(key.dotted()).allowed(format.allowed());
    if F::SECRET || item.text.is_empty() { problem } else { problem.received(&item.text) }
}

/// The fix in the words of the place where the value stands.
fn fix_words(key: &Key, shape: Shape, secret: bool, place: &Place, fix: Fix) -> String {
    match fix {
        Fix::Words(words) => words,
        Fix::Value(value) if !secret => assignment(key, shape, place, &value),
        Fix::Value(_) | Fix::Default if secret => "write it as described, or remove it".to_owned(),
        Fix::Value(_) | Fix::Default if key.default.is_empty() => {
            format!("correct it, or remove it{}", from(place))
        }
        Fix::Value(_) | Fix::Default => {
            format!("correct it, or use the default: {}", assignment(key, shape, place, key.default))
        }
    }
}

/// How to write a value at a place.
pub(super) fn assignment(key: &Key, shape: Shape, place: &Place, value: &str) -> String {
    match place {
        Place::Env(name) if name == "PORT" => format!("set PORT={value}"),
        Place::Env(name) => format!("set {name}={value}"),
        Place::Flag => format!("give {}={value}", key.dotted()),
        _ => format!("write {} = {}", key.name, shape.in_file(value)),
    }
}

fn from(place: &Place) -> &'static str {
    match place {
        Place::Env(_) => " from the environment",
        Place::Flag => " from the command line",
        _ => "",
    }
}
