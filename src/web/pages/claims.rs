//! Single claims in plain words: what an app asked for by name (OIDC Core §5.5).

use crate::base::words::{Phrase, Words};
use crate::domain::user::User;
use crate::engine::released::value_of;
use crate::web::views::consent::ScopeLine;
use serde_json::Value;

/// How to say that an app sees a claim.
type Say = fn(Words) -> Phrase;

/// Each claim that may be asked for by name.
const WORDS: [(&str, Say); 19] = [
    ("name", Words::claim_name),
    ("family_name", Words::claim_family_name),
    ("given_name", Words::claim_given_name),
    ("middle_name", Words::claim_middle_name),
    ("nickname", Words::claim_nickname),
    ("preferred_username", Words::claim_preferred_username),
    ("profile", Words::claim_profile),
    ("picture", Words::claim_picture),
    ("website", Words::claim_website),
    ("gender", Words::claim_gender),
    ("birthdate", Words::claim_birthdate),
    ("zoneinfo", Words::claim_zoneinfo),
    ("locale", Words::claim_locale),
    ("updated_at", Words::claim_updated_at),
    ("email", Words::claim_email),
    ("email_verified", Words::claim_email_verified),
    ("address", Words::claim_address),
    ("phone_number", Words::claim_phone_number),
    ("phone_number_verified", Words::claim_phone_number_verified),
];

/// A claim in words.
pub fn sentence(say: Words, name: &str) -> Phrase {
    let known = WORDS.iter().find(|(known, _)| *known == name);
    known.map_or_else(|| say.claim_other(), |(_, words)| words(say))
}

/// A claim in words, with the value it would hand over.
pub fn line(say: Words, name: &str, user: &User) -> ScopeLine {
    let value = match value_of(user, name) {
        Some(Value::String(text)) => text,
        Some(Value::Bool(truth)) => if truth { say.yes() } else { say.no() }.plain(),
        _ => String::new(),
    };
    ScopeLine::new(name, sentence(say, name), &value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::claims::BY_SCOPE;

    #[test]
    fn every_claim_that_can_be_asked_for_has_its_words() {
        let all: Vec<&str> = BY_SCOPE.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        let worded: Vec<&str> = WORDS.iter().map(|(name, _)| *name).collect();
        assert_eq!(worded, all);
        for say in Words::all() {
            let mut sentences: Vec<String> = all.iter().map(|name| sentence(say, name).plain()).collect();
            sentences.sort_unstable();
            sentences.dedup();
            assert_eq!(sentences.len(), all.len(), "no two sound the same in {say:?}");
        }
    }
}
