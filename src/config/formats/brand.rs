//! How a server shows itself: a name, a colour, addresses.

use url::Url;

use super::{Fix, Format, Refused};
use crate::base::colour::Colour;
use crate::base::text;

/// A name that people read.
pub(in crate::config) struct Title {
    /// The most characters.
    pub(in crate::config) longest: usize,
}

impl Format for Title {
    type Value = String;

    fn allowed(&self) -> String {
        format!("1 to {} characters on one line", self.longest)
    }

    fn parse(&self, given: &str) -> Result<String, Refused> {
        let title = given.trim();
        let fits = (1..=self.longest).contains(&title.chars().count());
        if !fits || text::line(title, self.longest) != title {
            return Err(Refused::new("not a name on one line", Fix::Default));
        }
        Ok(title.to_owned())
    }
}

/// A colour, or none.
pub(in crate::config) struct OptionalColour;

impl Format for OptionalColour {
    type Value = Option<Colour>;

    fn allowed(&self) -> String {
        "a colour as #rrggbb; empty = none".to_owned()
    }

    fn parse(&self, text: &str) -> Result<Option<Colour>, Refused> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let wrong = || Refused::new("not a colour", Fix::Value("#0b5d5b".to_owned()));
        Colour::parse(text).map(Some).ok_or_else(wrong)
    }
}

/// The address of a page, or of a mailbox, or none.
pub(in crate::config) struct OptionalLink;

impl Format for OptionalLink {
    type Value = Option<String>;

    fn allowed(&self) -> String {
        "an https address, or mailto: and a mail address; empty = none".to_owned()
    }

    fn parse(&self, text: &str) -> Result<Option<String>, Refused> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let url =
            Url::parse(text).ok().filter(|_| !text.contains(|c: char| c.is_whitespace() || c.is_control()));
        let fits = url.is_some_and(|url| match url.scheme() {
            "https" | "http" => url.has_host(),
            "mailto" => {
                url.path().split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
            }
            _ => false,
        });
        if fits {
            return Ok(Some(text.to_owned()));
        }
        let fix = if text.contains('@') { format!("mailto:{text}") } else { format!("https://{text}") };
        Err(Refused::new("not an address that a page can link to", Fix::Value(fix)))
    }
}
