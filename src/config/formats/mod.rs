//! How the value of a key is written, checked and explained. One file per kind of value.

mod address;
mod brand;
mod choice;
mod database;
mod hosts;
mod issuer;
mod language;
mod master_key;
mod name;
mod path;
mod redis_url;
mod secret_text;
mod truth;
mod whole;
mod words;

pub(super) use address::{Listen, Networks, OptionalListen};
pub(super) use brand::{OptionalColour, OptionalLink, Title};
pub(super) use choice::{Choice, NumberChoice};
pub use database::DatabaseUrl;
pub(super) use database::{DatabaseFormat, holds_password};
pub use hosts::HostPort;
pub(super) use hosts::Hosts;
pub use issuer::Issuer;
pub(super) use issuer::IssuerFormat;
pub(super) use language::Language;
pub(super) use master_key::MasterKeyFormat;
pub(super) use name::Name;
pub(super) use path::{Directory, OptionalFile};
pub(super) use redis_url::RedisUrl;
pub(super) use secret_text::SecretText;
pub(super) use truth::Truth;
pub(super) use whole::{DAY, HOUR, MINUTE, humane, percent, seconds, whole, with_unit};
pub(super) use words::Words;

/// How a value is written in the file; flags and environment variables are always plain text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A whole number, without quotes.
    Whole,
    /// `true` or `false`, without quotes.
    Truth,
    /// Text in quotes.
    Text,
    /// A list of texts; separated by commas in flags and environment variables.
    List,
}

impl Shape {
    /// The shape in words, as in "needs ...".
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Whole => "a whole number without quotes",
            Self::Truth => "true or false without quotes",
            Self::Text => "text in quotes",
            Self::List => "a list of texts in brackets",
        }
    }

    /// A plain value written as this shape in the file.
    pub(super) fn in_file(self, value: &str) -> String {
        match self {
            Self::Whole | Self::Truth => value.to_owned(),
            Self::Text => quoted(value),
            Self::List => {
                let items: Vec<_> = list_items(value).map(quoted).collect();
                format!("[{}]", items.join(", "))
            }
        }
    }
}

/// Text as a TOML string.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The items of a list written with commas.
pub(super) fn list_items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}

/// Why a value was not accepted, and what to write instead.
#[derive(Debug)]
pub struct Refused {
    /// What is wrong, in plain words, without the value.
    pub(super) why: String,
    /// What to do.
    pub(super) fix: Fix,
}

/// What to do about a refused value.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fix {
    /// Write this value instead.
    Value(String),
    /// Do what the words say.
    Words(String),
    /// Nothing better than the default is known.
    Default,
}

impl Refused {
    pub(super) fn new(why: impl Into<String>, fix: Fix) -> Self {
        Self { why: why.into(), fix }
    }
}

/// One kind of value.
pub trait Format {
    /// What it becomes.
    type Value;
    /// How it is written.
    const SHAPE: Shape = Shape::Text;
    /// Whether it must never be shown.
    const SECRET: bool = false;

    /// The accepted values, in words.
    fn allowed(&self) -> String;

    /// Reads one value.
    ///
    /// # Errors
    /// Says why the text is not accepted and what to write instead.
    fn parse(&self, text: &str) -> Result<Self::Value, Refused>;

    /// Reads the items of a list; other formats have one item.
    ///
    /// # Errors
    /// Every item that is not accepted, by position.
    fn parse_items(&self, items: &[&str]) -> Result<Self::Value, Vec<(usize, Refused)>> {
        self.parse(items.first().copied().unwrap_or_default()).map_err(|refused| vec![(0, refused)])
    }

    /// The value as `latchkey config check --show-origin` may print it.
    fn explained(&self, text: &str) -> String {
        if Self::SECRET && !text.is_empty() { "(hidden)".to_owned() } else { text.to_owned() }
    }
}
