//! What is said to people, in their language: catalogues in Fluent format (`templates/locales`), held
//! against each other when this is built (`build.rs`), with a method for each message.
//!
//! To add a message: a line in each language. To add a language: a folder. Arguments come from outside as
//! well as from here, so each is kept apart from the sentence around it in its reading direction.

mod phrase;

pub use phrase::{Arg, Argument, Phrase};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;
use unic_langid::LanguageIdentifier;

include!(concat!(env!("OUT_DIR"), "/words.rs"));

/// The most language tags that are looked at of what a browser or an app sends.
const MOST_WANTED: usize = 20;

/// All messages of one language.
struct Catalogue {
    tag: &'static str,
    bundle: FluentBundle<FluentResource>,
    /// Those without arguments, ready to be said.
    fixed: Vec<String>,
}

// Nothing in it changes once it is read.
impl std::panic::RefUnwindSafe for Catalogue {}

impl Catalogue {
    fn read(tag: &'static str, sources: &[&str]) -> Self {
        let language = tag.parse().unwrap_or_else(|_| LanguageIdentifier::default());
        let mut bundle = FluentBundle::new_concurrent(vec![language]);
        for source in sources {
            // What can be read only in part was refused when this was built.
            let resource = FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(read, _)| read);
            bundle.add_resource_overriding(resource);
        }
        let mut catalogue = Self { tag, bundle, fixed: Vec::new() };
        catalogue.fixed = (0..IDS.len()).map(|number| catalogue.format(number, None)).collect();
        catalogue
    }

    fn format(&self, number: usize, args: Option<&FluentArgs<'_>>) -> String {
        let id = IDS.get(number).copied().unwrap_or_default();
        match self.bundle.get_message(id).and_then(|message| message.value()) {
            Some(pattern) => self.bundle.format_pattern(pattern, args, &mut Vec::new()).into_owned(),
            // Only in a draft: the others are held to have every message.
            None if self.tag != Words::default().tag() => Words::default().0.format(number, args),
            None => id.to_owned(),
        }
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.tag())
    }
}

/// The words of one language. Its methods are the messages, each with what it reads in English.
#[derive(Clone, Copy)]
pub struct Words(&'static Catalogue);

impl Default for Words {
    /// English.
    fn default() -> Self {
        let [english, ..] = &CATALOGUES;
        Self(english)
    }
}

impl Words {
    /// Every language there is, English first.
    pub fn all() -> impl Iterator<Item = Self> {
        CATALOGUES.iter().map(|catalogue| Self(catalogue))
    }

    /// The language of a tag (BCP 47), or the one it is a kind of: `de` for `de-AT`.
    pub fn of(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::all().find(|words| words.tag().eq_ignore_ascii_case(tag)).or_else(|| {
            Self::all().find(|words| words.tag().eq_ignore_ascii_case(primary) && !primary.is_empty())
        })
    }

    /// The first of a list of tags, in order of preference, that there is (OIDC Core §3.1.2.1, `ui_locales`).
    pub fn first_of<'a>(wanted: impl Iterator<Item = &'a str>) -> Option<Self> {
        wanted.take(MOST_WANTED).find_map(Self::of)
    }

    /// What a browser asks for (RFC 9110 §12.5.4).
    pub fn accepted(header: &str) -> Option<Self> {
        let mut wanted: Vec<(f32, &str)> = header.split(',').take(MOST_WANTED).filter_map(weighed).collect();
        // Stable: of the same weight the first counts.
        wanted.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        Self::first_of(wanted.into_iter().map(|(_, tag)| tag))
    }

    /// The tag (BCP 47), for `lang`.
    pub fn tag(self) -> &'static str {
        self.0.tag
    }

    /// `ltr` or `rtl`, for `dir`.
    pub fn dir(self) -> &'static str {
        if self.language_direction().plain() == "rtl" { "rtl" } else { "ltr" }
    }

    fn fixed(self, number: usize) -> Phrase {
        let words: &'static Catalogue = self.0;
        Phrase::new(Cow::Borrowed(words.fixed.get(number).map_or("", String::as_str)))
    }

    fn filled<const N: usize>(self, number: usize, args: [(&'static str, Arg); N]) -> Phrase {
        let mut filled = FluentArgs::with_capacity(N);
        for (name, arg) in args {
            filled.set(name, arg.0);
        }
        Phrase::new(Cow::Owned(self.0.format(number, Some(&filled))))
    }
}

/// A language range with its weight; `None` if it is not wanted at all.
fn weighed(range: &str) -> Option<(f32, &str)> {
    let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
    let weight = weight.trim().strip_prefix("q=")?.parse::<f32>().ok().filter(|weight| *weight > 0.0)?;
    Some((weight, tag.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_first_that_there_is() {
        let accepted = |header| Words::accepted(header).map(Words::tag);
        assert_eq!(accepted("de-AT,de;q=0.9,en;q=0.8"), Some("de"));
        assert_eq!(accepted("nl, fr;q=0.5, ja;q=0.7"), Some("ja"));
        assert_eq!(accepted("en;q=0, fr;q=0.001"), Some("fr"));
        assert_eq!(accepted("zh-Hant-TW"), Some("zh"));
        assert_eq!(accepted("nl, *;q=0.5, ;;, q=, x;q=nan"), None);
        assert_eq!(Words::first_of("nl ar en".split(' ')).map(Words::tag), Some("ar"));
        assert_eq!(Words::first_of(["nl"; 100].into_iter().chain(["ar"])).map(Words::tag), None);
    }

    /// What is the same word in that language, or a name.
    const SAME: [(&str, &str); 21] = [
        ("ar", "app-links"),
        ("de", "app-links"),
        ("de", "app-logo"),
        ("de", "enrol-name"),
        ("de", "factor-code"),
        ("de", "security-name"),
        ("de", "setup-discovery"),
        ("es", "app-links"),
        ("es", "error-title"),
        ("es", "moment"),
        ("es", "no"),
        ("es", "setup-discovery"),
        ("fr", "app-logo"),
        ("fr", "email"),
        ("fr", "factor-code"),
        ("fr", "minutes"),
        ("fr", "setup-discovery"),
        ("ja", "app-links"),
        ("pt", "app-links"),
        ("pt", "email"),
        ("pt", "setup-discovery"),
    ];

    #[test]
    fn nothing_is_left_in_english() {
        let english = Words::default().0;
        let mut found = Vec::new();
        for words in Words::all().skip(1) {
            let both = words.0.fixed.iter().zip(&english.fixed);
            let same = IDS.iter().zip(both).filter(|(_, (here, there))| here == there).map(|(id, _)| *id);
            found.extend(same.map(|id| (words.tag(), id)));
        }
        found.retain(|(_, id)| *id != "language-direction");
        assert_eq!(found, SAME);
    }

    #[test]
    fn a_direction_is_said_by_each_language() {
        let right_to_left: Vec<_> = Words::all().filter(|w| w.dir() == "rtl").map(Words::tag).collect();
        assert_eq!(right_to_left, ["ar"]);
        assert!(Words::all().count() >= 8);
    }
}
