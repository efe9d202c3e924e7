//! A sentence in somebody's language, as HTML or as plain text.

use crate::base::text;
use fluent_bundle::FluentValue;
use std::borrow::Cow;
use std::fmt;

/// Where an argument begins and ends in its reading direction (Unicode Standard Annex 9: FSI, PDI). What
/// comes from outside never holds them, see [`Arg`].
const BEGIN: char = '\u{2068}';
const END: char = '\u{2069}';
/// Stands before an argument that is a phrase of the same language and needs no isolation.
const OURS: char = '\u{e000}';
/// The longest argument, characters.
const LONGEST: usize = 1_000;
/// Everything that is more than a letter.
const MARKS: [char; 4] = [BEGIN, END, '`', '*'];

/// A sentence of a catalogue with its arguments. As HTML ([`fmt::Display`]) all of it is escaped, each
/// argument is isolated by `<bdi>`, and what the catalogue writes as `` `code` `` and `**strong**` is so
/// marked; what an argument holds never is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phrase(Cow<'static, str>);

/// A piece of a phrase.
#[derive(Clone, Copy)]
enum Piece<'a> {
    Words(&'a str),
    Open(&'static str),
    Close(&'static str),
}

impl Phrase {
    pub(super) const fn new(text: Cow<'static, str>) -> Self {
        Self(text)
    }

    /// Words from outside, on one line, isolated.
    pub fn outside(text: &str) -> Self {
        Self(Cow::Owned(format!("{BEGIN}{}{END}", text::line(text, LONGEST))))
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The words alone, for a title, an attribute or a text mail. Where any of them run from right to left,
    /// arguments stay isolated, by characters.
    pub fn plain(&self) -> String {
        let mixed = self.0.chars().any(runs_left);
        let mut text = String::with_capacity(self.0.len());
        self.walk(&mut |piece| match piece {
            Piece::Words(words) => text.push_str(words),
            Piece::Open("bdi") if mixed => text.push(BEGIN),
            Piece::Close("bdi") if mixed => text.push(END),
            Piece::Open(_) | Piece::Close(_) => {}
        });
        text
    }

    fn walk<'a>(&'a self, emit: &mut impl FnMut(Piece<'a>)) {
        let mut rest: &str = &self.0;
        // Which of the arguments we are in are isolated, and what is open outside of those.
        let (mut isolated, mut code, mut strong) = (Vec::new(), false, false);
        while let Some((words, mark, after)) = split(rest) {
            emit(Piece::Words(words));
            rest = after;
            match mark {
                BEGIN => {
                    let ours = after.strip_prefix(OURS);
                    rest = ours.unwrap_or(after);
                    let bare = ours.is_some() || after.split(END).next().is_some_and(is_number);
                    isolated.push(!bare);
                    if !bare {
                        emit(Piece::Open("bdi"));
                    }
                }
                END => {
                    if isolated.pop() == Some(true) {
                        emit(Piece::Close("bdi"));
                    }
                }
                '`' if !isolated.contains(&true) => toggle(&mut code, "code", emit),
                '*' if !isolated.contains(&true) && !code && after.starts_with('*') => {
                    rest = after.trim_start_matches('*');
                    toggle(&mut strong, "b", emit);
                }
                '`' => emit(Piece::Words("`")),
                _ => emit(Piece::Words("*")),
            }
        }
        emit(Piece::Words(rest));
    }
}

/// What stands before the next mark, the mark, and what stands after it.
fn split(text: &str) -> Option<(&str, char, &str)> {
    let (before, from) = text.split_at_checked(text.find(MARKS)?)?;
    let mark = from.chars().next()?;
    Some((before, mark, from.get(mark.len_utf8()..)?))
}

/// Whether it is a letter of a script that runs from right to left.
fn runs_left(char: char) -> bool {
    matches!(char, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}')
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn toggle<'a>(open: &mut bool, tag: &'static str, emit: &mut impl FnMut(Piece<'a>)) {
    *open = !*open;
    emit(if *open { Piece::Open(tag) } else { Piece::Close(tag) });
}

impl fmt::Display for Phrase {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut done = Ok(());
        self.walk(&mut |piece| {
            if done.is_ok() {
                done = match piece {
                    Piece::Words(words) => escape(words, out),
                    Piece::Open(tag) => write!(out, "<{tag}>"),
                    Piece::Close(tag) => write!(out, "</{tag}>"),
                };
            }
        });
        done
    }
}

fn escape(words: &str, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut rest = words;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
        let (before, from) = rest.split_at(at);
        out.write_str(before)?;
        out.write_str(match from.as_bytes().first() {
            Some(b'&') => "&#38;",
            Some(b'<') => "&#60;",
            Some(b'>') => "&#62;",
            Some(b'"') => "&#34;",
            _ => "&#39;",
        })?;
        rest = from.get(1..).unwrap_or_default();
    }
    out.write_str(rest)
}

/// What a message is filled with.
pub struct Arg(pub(super) FluentValue<'static>);

impl Arg {
    /// Words from outside, on one line, without characters that are unseen or turn the reading direction.
    pub fn outside(text: &str) -> Self {
        Self(FluentValue::from(text::line(text, LONGEST)))
    }
}

/// What can fill a message: a number, words from outside, or another phrase.
pub trait Argument {
    /// As the message takes it.
    fn arg(&self) -> Arg;
}

impl<T: Argument + ?Sized> Argument for &T {
    fn arg(&self) -> Arg {
        (**self).arg()
    }
}

impl Argument for str {
    fn arg(&self) -> Arg {
        Arg::outside(self)
    }
}

impl Argument for String {
    fn arg(&self) -> Arg {
        Arg::outside(self)
    }
}

impl Argument for Phrase {
    fn arg(&self) -> Arg {
        Arg(FluentValue::from(format!("{OURS}{}", self.0)))
    }
}

macro_rules! numbers {
    ($($kind:ty),+) => {
        $(impl Argument for $kind {
            fn arg(&self) -> Arg {
                Arg(FluentValue::from(*self))
            }
        })+
    };
}

numbers!(u32, i64, u64, usize);

#[cfg(test)]
mod tests {
    use super::*;

    fn phrase(text: &str) -> Phrase {
        Phrase::new(Cow::Owned(text.to_owned()))
    }

    #[test]
    fn html_is_escaped_and_arguments_are_isolated() {
        let found =
            phrase("Go to **\u{2068}a<b\u{2069}** with `x` in \u{2068}2\u{2069} & \u{2068}3 y\u{2069}");
        let html = "Go to <b><bdi>a&#60;b</bdi></b> with <code>x</code> in 2 &#38; <bdi>3 y</bdi>";
        assert_eq!(found.to_string(), html);
        assert_eq!(found.plain(), "Go to a<b with x in 2 & 3 y");
        assert_eq!(phrase("\u{2068}مرحبا\u{2069} a").plain(), "\u{2068}مرحبا\u{2069} a");
    }

    #[test]
    fn an_argument_marks_nothing_up() {
        let outside = Arg::outside("`a` **b** \u{2069}<i>\u{2068} \u{202e}c\nd");
        let FluentValue::String(held) = outside.0 else { panic!("a text") };
        assert_eq!(held, "`a` **b** <i> c d");
        let found = phrase(&format!("Hello \u{2068}{held}\u{2069}*"));
        assert_eq!(found.to_string(), "Hello <bdi>`a` **b** &#60;i&#62; c d</bdi>*");
    }

    #[test]
    fn a_phrase_in_a_phrase_stays_whole() {
        let inner = phrase("in \u{2068}2\u{2069} \u{2068}h\u{2069}");
        let outer = phrase(&format!("Wait \u{2068}{OURS}{}\u{2069}.", inner.0));
        assert_eq!(outer.to_string(), "Wait in 2 <bdi>h</bdi>.");
    }
}
