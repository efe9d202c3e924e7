//! Attributes of people that become claims: standard ones have their type (OIDC Core §5.1), custom
//! ones are bounded JSON, and what the server itself states cannot be set (security row D12).

use super::fault::FieldProblem;
use crate::base::text::is_unsafe_char;
use crate::protocol::claims::{DERIVED, RESERVED, is_settable};
use crate::protocol::redirect_uri;
use serde_json::{Map, Value};

/// The most attributes of a person.
const MOST: usize = 100;
/// The longest value, bytes of JSON.
const LONGEST: usize = 4096;
/// The members of the `address` claim (OIDC Core §5.1.1).
const ADDRESS: [&str; 6] = ["formatted", "street_address", "locality", "region", "postal_code", "country"];

/// The type of a standard claim.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Uri,
    Birthdate,
    Zone,
    Locale,
    Phone,
    Truth,
    Address,
}

/// The standard claims that may be set (OIDC Core §5.1).
const STANDARD: [(&str, Kind); 15] = [
    ("name", Kind::Text),
    ("given_name", Kind::Text),
    ("family_name", Kind::Text),
    ("middle_name", Kind::Text),
    ("nickname", Kind::Text),
    ("gender", Kind::Text),
    ("profile", Kind::Uri),
    ("picture", Kind::Uri),
    ("website", Kind::Uri),
    ("birthdate", Kind::Birthdate),
    ("zoneinfo", Kind::Zone),
    ("locale", Kind::Locale),
    ("phone_number", Kind::Phone),
    ("phone_number_verified", Kind::Truth),
    ("address", Kind::Address),
];

fn kind_of(name: &str) -> Option<Kind> {
    STANDARD.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
}

/// A value as typed in a command or a form: JSON where it is JSON, else text. Standard text claims
/// are always text, so that `birthdate=1990` stays what it is.
pub fn from_text(name: &str, text: &str) -> Value {
    match kind_of(name) {
        None | Some(Kind::Truth | Kind::Address) => {
            serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
        }
        Some(_) => Value::String(text.to_owned()),
    }
}

/// All problems of a person's attributes.
pub fn problems(claims: &Map<String, Value>) -> Vec<FieldProblem> {
    let mut found = Vec::new();
    if claims.len() > MOST {
        let problem = format!("has {} entries; at most {MOST} are allowed", claims.len());
        found.push(FieldProblem::new("claims", "", problem, "Remove those that are not used."));
        return found;
    }
    for (name, value) in claims {
        let field = format!("claims.{}", crate::base::text::plain(name, 100));
        let received = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if let Err((problem, fix)) = check_name(name) {
            found.push(FieldProblem::new(field, &received, problem, fix));
        } else if let Err(problem) = check_value(name, value) {
            found.push(FieldProblem::new(field, &received, problem, "Correct it or leave it out."));
        }
    }
    found
}

fn check_name(name: &str) -> Result<(), (&'static str, &'static str)> {
    if is_settable(name) {
        return Ok(());
    }
    let root = name.split(['.', '/', '[']).next().unwrap_or_default();
    if DERIVED.contains(&root) {
        return Err((
            "follows from the account and cannot be set",
            "Change the user name or the e-mail address instead.",
        ));
    }
    if RESERVED.contains(&root) {
        return Err((
            "is stated by the server itself and cannot be set",
            "Choose another name; roles are set with --role.",
        ));
    }
    Err(("must be 1 to 100 characters of plain ASCII without spaces", "Choose another name."))
}

fn check_value(name: &str, value: &Value) -> Result<(), &'static str> {
    if value.to_string().len() > LONGEST {
        return Err("is longer than 4,096 bytes");
    }
    let Some(kind) = kind_of(name) else {
        return if value.is_null() { Err("must not be null") } else { Ok(()) };
    };
    match (kind, value) {
        (Kind::Truth, Value::Bool(_)) => Ok(()),
        (Kind::Truth, _) => Err("must be true or false"),
        (Kind::Address, Value::Object(members)) => address(members),
        (Kind::Address, _) => {
            Err("must be a JSON object, for example {\"locality\":\"Berlin\",\"country\":\"Germany\"}")
        }
        (kind, Value::String(text)) => check_text(kind, text),
        _ => Err("must be text"),
    }
}

fn check_text(kind: Kind, text: &str) -> Result<(), &'static str> {
    let within = |allowed: fn(u8) -> bool| text.bytes().all(allowed) && (1..=64).contains(&text.len());
    let good = match kind {
        Kind::Uri => return redirect_uri::validate(text, false).map_err(|unfit| unfit.0),
        Kind::Birthdate => {
            return birthdate(text).ok_or("must be YYYY-MM-DD, 0000-MM-DD (year withheld) or YYYY");
        }
        Kind::Zone => within(|b| b.is_ascii_alphanumeric() || b"/_+-".contains(&b)) && zone(text),
        Kind::Locale => within(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)) && locale(text),
        Kind::Phone => within(|b| b.is_ascii_digit() || b"+ ()-.;=ext".contains(&b)),
        Kind::Text | Kind::Truth | Kind::Address => {
            (1..=300).contains(&text.chars().count()) && !text.chars().any(is_unsafe_char)
        }
    };
    match kind {
        _ if good => Ok(()),
        Kind::Zone => Err("must be a time zone name, for example Europe/Paris"),
        Kind::Locale => Err("must be a language tag, for example en-GB"),
        Kind::Phone => Err("must be a telephone number, for example +49 30 123456"),
        _ => Err("must be 1 to 300 characters of plain text"),
    }
}

fn address(members: &Map<String, Value>) -> Result<(), &'static str> {
    for (name, value) in members {
        if !ADDRESS.contains(&name.as_str()) {
            return Err("takes formatted, street_address, locality, region, postal_code, country");
        }
        // Lines of an address are separated by line breaks (OIDC Core §5.1.1).
        let plain = |c: char| c == '\n' || !is_unsafe_char(c);
        if !value.as_str().is_some_and(|text| !text.is_empty() && text.chars().all(plain)) {
            return Err("takes members of text only, none of them empty");
        }
    }
    Ok(())
}

/// A name of the time zone database: parts that begin with a letter, between slashes (OIDC Core §5.1).
fn zone(text: &str) -> bool {
    text.split('/').all(|part| part.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// The form of BCP 47: a language of letters, then subtags, each of up to eight; some write `en_US`
/// (OIDC Core §5.1).
fn locale(text: &str) -> bool {
    let mut subtags = text.split(['-', '_']);
    let language = subtags.next().unwrap_or_default();
    (2..=8).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_alphabetic())
        && subtags.all(|subtag| (1..=8).contains(&subtag.len()))
}

fn birthdate(text: &str) -> Option<()> {
    let digits = |part: &str, len: usize| -> Option<u32> {
        (part.len() == len && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse().ok()).flatten()
    };
    let Some((year, rest)) = text.split_once('-') else { return digits(text, 4).map(|_| ()) };
    let (month, day) = rest.split_once('-')?;
    let (year, month, day) = (digits(year, 4)?, digits(month, 2)?, digits(day, 2)?);
    // A withheld year may have been a leap year.
    let year = if year == 0 { 2000 } else { i32::try_from(year).ok()? };
    chrono::NaiveDate::from_ymd_opt(year, month, day).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refused(name: &str, value: Value) -> bool {
        !problems(&Map::from_iter([(name.to_owned(), value)])).is_empty()
    }

    #[test]
    fn d12_names_the_server_states_cannot_be_set_nor_reached_by_a_path() {
        for name in RESERVED.iter().chain(&DERIVED) {
            assert!(refused(name, json!("x")), "{name}");
            for path in [format!("{name}.x"), format!("{name}[0]"), format!("{name}/x")] {
                assert!(refused(&path, json!("x")), "{path}");
            }
        }
        for name in ["", "with space", "tab\t", "n\u{e4}me", &"x".repeat(101)] {
            assert!(refused(name, json!("x")), "{name:?}");
        }
    }

    #[test]
    fn custom_claims_are_bounded_json() {
        assert!(!refused("department", json!("sales")));
        assert!(!refused("https://example.com/level", json!(3)));
        assert!(!refused("teams", json!(["a", "b"])));
        assert!(refused("department", Value::Null));
        assert!(refused("department", json!("x".repeat(5000))));
    }

    #[test]
    fn standard_claims_have_their_type() {
        let good = [
            ("name", json!("Ada Lovelace")),
            ("birthdate", json!("1815-12-10")),
            ("birthdate", json!("0000-02-29")),
            ("birthdate", json!("1815")),
            ("zoneinfo", json!("Europe/London")),
            ("zoneinfo", json!("America/Argentina/Buenos_Aires")),
            ("zoneinfo", json!("Etc/GMT+3")),
            ("zoneinfo", json!("UTC")),
            ("locale", json!("en-GB")),
            ("locale", json!("en_US")),
            ("locale", json!("zh-Hant-TW")),
            ("locale", json!("de")),
            ("phone_number", json!("+44 20 7946 0000")),
            ("phone_number_verified", json!(true)),
            ("picture", json!("https://example.com/ada.png")),
            ("address", json!({ "locality": "London", "formatted": "1 Street\nLondon" })),
        ];
        for (name, value) in good {
            assert!(!refused(name, value.clone()), "{name} {value}");
        }
        let bad = [
            ("name", json!(1)),
            ("name", json!("")),
            ("name", json!("a\u{202e}b")),
            ("birthdate", json!("10.12.1815")),
            ("birthdate", json!("1815-13-10")),
            ("birthdate", json!("1815-02-30")),
            ("birthdate", json!(1815)),
            ("zoneinfo", json!("Europe London")),
            ("zoneinfo", json!("Europe//London")),
            ("zoneinfo", json!("/London")),
            ("zoneinfo", json!("Europe/")),
            ("zoneinfo", json!("+01")),
            ("locale", json!("e")),
            ("locale", json!("en-")),
            ("locale", json!("-GB")),
            ("locale", json!("42")),
            ("locale", json!("englishlanguage")),
            ("locale", json!("en-toolongsubtag")),
            ("phone_number_verified", json!("true")),
            ("picture", json!("javascript:alert(1)")),
            ("website", json!("http://example.com")),
            ("address", json!("London")),
            ("address", json!({ "street": "x" })),
            ("address", json!({ "country": 1 })),
            ("address", json!({ "country": "" })),
        ];
        for (name, value) in bad {
            assert!(refused(name, value.clone()), "{name} {value}");
        }
    }

    #[test]
    fn typed_text_becomes_json_only_where_that_is_meant() {
        assert_eq!(from_text("birthdate", "1815"), json!("1815"));
        assert_eq!(from_text("phone_number_verified", "true"), json!(true));
        assert_eq!(from_text("level", "3"), json!(3));
        assert_eq!(from_text("department", "sales"), json!("sales"));
    }
}
