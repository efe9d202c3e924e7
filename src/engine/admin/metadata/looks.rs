//! How an app's pages look here.

use super::Found;
use crate::base::colour::Colour;
use crate::domain::client::Metadata;

/// A colour is one.
pub(super) fn check(metadata: &Metadata, found: &mut Found) {
    let Some(text) = &metadata.accent_color else { return };
    if Colour::parse(text).is_none() {
        let fix = "Write it as #rrggbb, for example #0b5d5b.";
        found.add("accent_color", text, "is not a colour", fix);
    }
}
