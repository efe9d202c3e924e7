//! `[brand]`: how this server shows itself to people.

use std::path::PathBuf;

use crate::base::colour::Colour;
use crate::config::formats::{OptionalColour, OptionalFile, OptionalLink, Title};
use crate::config::key::section;

section! {
    /// How this server shows itself to people: on pages and in mails. An app can have an accent of its own
    /// (`latchkey client edit ID --set accent_color=#rrggbb`).
    pub struct Brand = "brand" {
        /// What this server is called.
        name: String => Title { longest: 60 }, "Latchkey";
        /// A picture shown before the name: PNG, JPEG or WebP, at most 256 KiB, best a square of 128 pixels or more.
        /// It is read at the start.
        logo: Option<PathBuf> => OptionalFile, "";
        /// The colour of buttons and links. Where it could not be read on the page, light or dark, it is made
        /// darker or lighter until it can.
        accent: Option<Colour> => OptionalColour, "";
        /// Where the privacy policy is; linked at the foot of each page.
        privacy_url: Option<String> => OptionalLink, "";
        /// Where the terms of use are; linked at the foot of each page.
        terms_url: Option<String> => OptionalLink, "";
        /// Where people get help; linked at the foot of each page.
        help_url: Option<String> => OptionalLink, "";
    }
}
