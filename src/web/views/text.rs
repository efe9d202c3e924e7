//! Words and addresses that came from outside, made safe to show.
//!
//! Invariant: a view holds such words only as [`Text`] and such addresses only as [`Href`], so that a
//! name can neither turn the reading direction of the page nor carry a script as its address
//! (RFC 9700 §4.2.4). Escaping for HTML is askama's work and happens on top of this.

use std::fmt;

use url::Url;

use crate::base::text::{disturbs, line};
use crate::base::words::{Arg, Argument};

/// The longest name from outside that a page shows, in characters.
pub const NAME_LIMIT: usize = 120;

/// The longest sentence of ours that a page shows, in characters.
pub const SENTENCE_LIMIT: usize = 1_000;

/// The longest received value that a page repeats, in characters.
pub const VALUE_LIMIT: usize = 400;

/// The longest typed value that a form repeats, in characters.
pub const TYPED_LIMIT: usize = 2_000;

/// Words for a page, without control, direction or invisible formatting characters.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Text(String);

impl Text {
    /// A name on one line, see [`plain`].
    pub fn plain(raw: &str) -> Self {
        Self(plain(raw))
    }

    /// A sentence or two of ours, which may hold such a name: as [`plain`], but up to [`SENTENCE_LIMIT`].
    pub fn sentence(raw: &str) -> Self {
        Self(line(raw, SENTENCE_LIMIT))
    }

    /// The words, split at back quotes: whether a piece is code, and the piece.
    pub fn spans(&self) -> impl Iterator<Item = (bool, &str)> {
        self.0
            .split('`')
            .enumerate()
            .map(|(index, span)| (index % 2 == 1, span))
            .filter(|(_, span)| !span.is_empty())
    }

    /// A value as it was received, for the person who has to repair it: what cannot be seen is written
    /// as `\u{...}`, and at most [`VALUE_LIMIT`] characters are kept.
    pub fn visible(raw: &str) -> Self {
        let shown = raw.chars().take(VALUE_LIMIT).fold(String::new(), |mut text, char| {
            if disturbs(char) {
                text.extend(char.escape_unicode());
            } else {
                text.push(char);
            }
            text
        });
        Self(if raw.chars().nth(VALUE_LIMIT).is_some() { shown + "…" } else { shown })
    }

    /// A block of several lines (a request, a JSON document): line breaks and tabs stay.
    pub fn block(raw: &str) -> Self {
        Self(raw.chars().filter(|char| matches!(char, '\n' | '\t') || !disturbs(*char)).collect())
    }

    /// What somebody typed into a field of one line, to show it in the field again.
    pub fn typed(raw: &str) -> Self {
        Self(raw.chars().filter(|char| !disturbs(*char)).take(TYPED_LIMIT).collect())
    }

    /// The words themselves.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first letter or digit, in upper case: the mark of an app or a person without a picture.
    pub fn letter(&self) -> String {
        self.0
            .chars()
            .find(|char| char.is_alphanumeric())
            .map_or_else(|| "·".to_owned(), |char| char.to_uppercase().collect())
    }
}

impl From<&str> for Text {
    fn from(raw: &str) -> Self {
        Self::plain(raw)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// One line of words: control, direction and invisible formatting characters are dropped, every run of
/// white space becomes one space, and at most [`NAME_LIMIT`] characters are kept.
pub fn plain(raw: &str) -> String {
    line(raw, NAME_LIMIT)
}

impl Argument for Text {
    fn arg(&self) -> Arg {
        Arg::outside(&self.0)
    }
}

/// An address that a page may link or post to, exactly as it was registered.
#[derive(Clone, PartialEq, Eq)]
pub struct Href(String);

impl Href {
    /// An `http` or `https` address with a host: home pages, policies, redirect URIs of form posts.
    pub fn web(raw: &str) -> Option<Self> {
        let url = Url::parse(raw).ok()?;
        (matches!(url.scheme(), "http" | "https") && url.has_host() && tidy(raw))
            .then(|| Self(raw.to_owned()))
    }

    /// As [`Href::web`], and also the private-use schemes of native apps, which are told from `javascript:`
    /// and `data:` by the dot they must contain (RFC 8252 §7.1).
    pub fn app(raw: &str) -> Option<Self> {
        let private = Url::parse(raw).is_ok_and(|url| url.scheme().contains('.')) && tidy(raw);
        Self::web(raw).or_else(|| private.then(|| Self(raw.to_owned())))
    }

    /// An address below our own issuer, built by us and never from a request.
    pub fn own(path: String) -> Self {
        Self(path)
    }

    /// The address itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Href {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// The parser of the `url` crate forgives white space and control characters; a browser may read the
/// raw text in another way, so an address that holds any is not linked.
fn tidy(raw: &str) -> bool {
    !raw.chars().any(|char| char.is_whitespace() || disturbs(char))
}
