//! Single claims in plain words: what an app asked for by name (OIDC Core §5.5).

use crate::domain::user::User;
use crate::engine::released::value_of;
use crate::web::views::consent::ScopeLine;
use serde_json::Value;

/// Each claim that may be asked for by name, in words.
const WORDS: [(&str, &str); 19] = [
    ("name", "See your full name"),
    ("family_name", "See your family name"),
    ("given_name", "See your given name"),
    ("middle_name", "See your middle name"),
    ("nickname", "See your nickname"),
    ("preferred_username", "See your user name"),
    ("profile", "See the address of your profile page"),
    ("picture", "See the address of your picture"),
    ("website", "See the address of your website"),
    ("gender", "See your gender"),
    ("birthdate", "See your date of birth"),
    ("zoneinfo", "See your time zone"),
    ("locale", "See your language"),
    ("updated_at", "See when your profile last changed"),
    ("email", "See your e-mail address"),
    ("email_verified", "See whether your e-mail address is confirmed"),
    ("address", "See your postal address"),
    ("phone_number", "See your phone number"),
    ("phone_number_verified", "See whether your phone number is confirmed"),
];

/// A claim in words.
pub fn sentence(name: &str) -> &'static str {
    WORDS.iter().find(|(known, _)| *known == name).map_or("See something about you", |(_, words)| words)
}

/// A claim in words, with the value it would hand over.
pub fn line(name: &str, user: &User) -> ScopeLine {
    let value = match value_of(user, name) {
        Some(Value::String(text)) => text,
        Some(Value::Bool(truth)) => if truth { "yes" } else { "no" }.to_owned(),
        _ => String::new(),
    };
    ScopeLine::new(name, sentence(name), &value)
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
        let mut sentences: Vec<&str> = all.iter().map(|name| sentence(name)).collect();
        sentences.sort_unstable();
        sentences.dedup();
        assert_eq!(sentences.len(), all.len(), "no two sound the same");
    }
}
