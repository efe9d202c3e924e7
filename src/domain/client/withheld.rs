//! What an admin took from an app that registered itself: the app does not get it back by an update of its
//! own (RFC 7592 §2.2). Scopes need no such note: an app never gains any.

use super::Metadata;
use std::collections::BTreeSet;

const GRANT: &str = "grant:";
const RESPONSE: &str = "response:";
const LEGACY: &str = "legacy";

/// Grant types, response types and the legacy switch that were taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Withheld(BTreeSet<String>);

impl Withheld {
    /// From the words of the store.
    pub fn from_stored(text: Option<&str>) -> Self {
        Self(text.unwrap_or_default().split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect())
    }

    /// Words between spaces; `None` for nothing.
    pub fn to_stored(&self) -> Option<String> {
        let words: Vec<&str> = self.0.iter().map(String::as_str).collect();
        Some(words.join(" ")).filter(|text| !text.is_empty())
    }

    /// After an admin made `new` of `old`: what is gone is held back, and what is there is not any more.
    #[must_use]
    pub fn after(&self, old: &Metadata, new: &Metadata) -> Self {
        let has = parts(new);
        let gone = parts(old).into_iter().chain(self.0.iter().cloned());
        Self(gone.filter(|part| !has.contains(part)).collect())
    }

    /// Whether this grant type was taken.
    pub fn has_grant(&self, grant: &str) -> bool {
        self.0.contains(&format!("{GRANT}{grant}"))
    }

    /// Whether this response type, in its one form, was taken.
    pub fn has_response(&self, response: &str) -> bool {
        self.0.contains(&response_word(response))
    }

    /// Whether the switch for response types other than `code` was taken.
    pub fn has_legacy(&self) -> bool {
        self.0.contains(LEGACY)
    }
}

/// Response types are words between spaces themselves.
fn response_word(response: &str) -> String {
    format!("{RESPONSE}{}", response.replace(' ', "+"))
}

fn parts(metadata: &Metadata) -> BTreeSet<String> {
    let grants = metadata.grant_types.iter().map(|grant| format!("{GRANT}{grant}"));
    let responses = metadata.response_types.iter().map(|response| response_word(response));
    let legacy = metadata.legacy_response_types.then(|| LEGACY.to_owned());
    grants.chain(responses).chain(legacy).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn having(grants: &[&str], responses: &[&str], legacy: bool) -> Metadata {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let mut metadata = Metadata::named("App");
        metadata.grant_types = owned(grants);
        metadata.response_types = owned(responses);
        metadata.legacy_response_types = legacy;
        metadata
    }

    #[test]
    fn sec_i3_what_is_taken_is_held_until_an_admin_gives_it_back() {
        let all = having(&["authorization_code", "implicit"], &["code", "code id_token"], true);
        let less = having(&["authorization_code"], &["code"], false);
        let held = Withheld::default().after(&all, &less);
        assert!(held.has_grant("implicit") && held.has_response("code id_token") && held.has_legacy());
        assert!(!held.has_grant("authorization_code") && !held.has_response("code"));
        assert_eq!(Withheld::from_stored(held.to_stored().as_deref()), held);
        assert_eq!(held.after(&less, &less), held, "another edit changes nothing of it");
        assert_eq!(held.after(&less, &all), Withheld::default());
        assert_eq!(Withheld::default().to_stored(), None);
    }
}
