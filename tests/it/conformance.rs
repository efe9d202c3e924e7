//! Which test shows which line of what the certification profiles observe, and which row of the security
//! requirements: found by their names (`b52_...`, `sec_m4_...`), written to `docs/conformance.md`, and
//! complete: a line without a test fails here.

use super::tidy::tracked;
use std::collections::BTreeMap;

/// Number, specification and section, what is observed.
const LINES: &[(u32, &str, &str)] = &[
    (
        1,
        "OIDC Discovery 4.3, RFC 8414 3.3",
        "The issuer is https; it is the same text in metadata, URL and tokens",
    ),
    (
        2,
        "OIDC Discovery 3, RFC 8414 2",
        "Metadata is JSON, every endpoint https, and what it advertises works",
    ),
    (3, "OIDC Discovery 3", "The required members of the metadata are there"),
    (4, "RFC 7517 4, 5", "The JWKS has distinct kids and public members only"),
    (5, "RFC 6749 5.2", "OAuth errors are 400 or 401 with a JSON error in the allowed characters"),
    (6, "RFC 6749 5.1, OIDC Core 3.1.3.3", "Token answers are not cached and say type and life"),
    (7, "RFC 6749 10.10, Appendix A", "Codes and tokens are random and of plain characters"),
    (8, "RFC 6749 3.1, 3.2", "Unknown parameters are ignored, repeated known ones refused"),
    (9, "RFC 6749 3.3", "The order of scopes and parameters says nothing"),
    (10, "RFC 7636 4.1", "A code_verifier may hold every unreserved character"),
    (11, "OIDC Core 3.1.2.1", "The authorization endpoint takes GET and POST"),
    (
        12,
        "RFC 6749 3.1.2.4, OIDC Core 3.1.2.1",
        "redirect_uri is compared as a string; a wrong one is never visited",
    ),
    (13, "RFC 6749 4.1.2.1", "A missing response_type is told by query or page"),
    (14, "RFC 6749 4.1.2", "state comes back byte for byte"),
    (
        15,
        "OAuth Multiple Response Types 3, 5",
        "A code by query, everything else by fragment, errors as well",
    ),
    (16, "RFC 9207 2", "iss is in the response"),
    (17, "OIDC Core 2, 3.1.2.1", "nonce is optional for code, and echoed"),
    (18, "OIDC Core 3.1.2.1, 3.1.2.6", "prompt=none never shows a page"),
    (19, "OIDC Core 3.1.2.1", "prompt=login asks again"),
    (20, "OIDC Core 2, 3.1.2.1", "max_age asks again when the sign-in is older, and auth_time is told"),
    (21, "OIDC Core 3.1.2.1", "id_token_hint selects the person it names"),
    (22, "OIDC Core 3.1.2.1", "Hints, locales and display never harm"),
    (23, "OIDC Core 3.1.2.1, 5.5.1.1", "acr_values is voluntary, acr truthful"),
    (24, "RFC 6749 4.1.2.1", "Denied consent is access_denied"),
    (
        25,
        "RFC 7636, RFC 9700 2.1.1",
        "PKCE is verified when sent, and may be optional for confidential clients",
    ),
    (26, "OIDC Registration 2", "Pages show the app's name, policy and terms"),
    (27, "RFC 6749 2.3.1, OIDC Core 9", "client_secret_basic and client_secret_post, as registered"),
    (28, "RFC 6749 4.1.2", "A code works once; a second use ends what it gave"),
    (29, "RFC 6749 4.1.3", "A code is bound to client and redirect URI"),
    (30, "RFC 6749 6", "A refresh may narrow the scope, never widen it"),
    (31, "OIDC Core 12.2", "An ID token from a refresh speaks of the same sign-in"),
    (32, "OIDC Core 11", "offline_access under its conditions"),
    (
        33,
        "OIDC Core 9, 10.1.1, RFC 7523 3",
        "Client assertions; keys of jwks_uri are read again for an unknown kid",
    ),
    (34, "OIDC Core 2, 3.1.3.6, OIDC Registration 2", "ID tokens have their claims, alg and kid"),
    (35, "OIDC Core 5.4", "Claims of scopes go to userinfo, and to the ID token where nothing else is"),
    (36, "OIDC Core 5.1", "Claims have their types"),
    (37, "OIDC Core 5.4", "Each scope releases all its claims that exist"),
    (38, "OIDC Core 5.5", "The claims parameter"),
    (39, "OIDC Core 5.3, RFC 6750 2, 3", "Userinfo by GET, POST header and POST body"),
    (40, "OIDC Core 5.3.2", "Signed userinfo"),
    (
        41,
        "OIDC Core 2, OIDC Registration 2",
        "alg none for ID tokens only where registered, and for code alone",
    ),
    (42, "OIDC Core 8", "sub is the same everywhere for one client; pairwise by sector"),
    (43, "OIDC Core 6.1, 3.1.2.6", "Unsigned request objects"),
    (44, "OIDC Core 6.1", "The redirect_uri inside a request object counts"),
    (45, "OIDC Core 6.2", "request_uri is registered beforehand and fetched with care"),
    (46, "OIDC Core 6.1, RFC 9101 4, 6", "Signed request objects"),
    (
        47,
        "OIDC Core 3.2.2.1, 3.3.2.11",
        "nonce is needed where an ID token leaves by the authorization endpoint",
    ),
    (48, "OIDC Core 3.1.3.6, 3.2.2.9, 3.3.2.11", "at_hash and c_hash"),
    (49, "OIDC Core 3.3.2.5", "What a hybrid answer holds"),
    (50, "OIDC Core 3.3.3.6", "Both ID tokens of a hybrid flow name the same person"),
    (51, "OAuth Multiple Response Types", "response_type is a set"),
    (52, "OAuth Form Post Response Mode 2", "form_post for every response type"),
    (
        53,
        "OAuth Form Post Response Mode 2, CSP 3",
        "form_post is not cached, and the policy lets its target through",
    ),
    (54, "OIDC Registration 3.2, RFC 7592 3", "Registration answers 201 with what is in force"),
    (55, "RFC 7592 2", "A registration can be read and deleted"),
    (56, "OIDC Registration 2, 3.3", "Unknown metadata is ignored, unsupported metadata refused"),
    (57, "OIDC Registration 5", "sector_identifier_uri is checked"),
    (58, "OIDC Core 4, OIDC Registration 2", "initiate_login_uri is https and echoed"),
    (59, "OIDC Registration 2, OIDC Core 10.1.1", "jwks or jwks_uri, fetched, cached and refreshed"),
    (60, "OIDC Registration 2", "What is registered is enforced"),
    (61, "OIDC Core 10.1.1", "The server's keys rotate"),
    (62, "OIDC RP-Initiated Logout 2, 4", "end_session by GET and POST with a verified hint"),
    (63, "OIDC RP-Initiated Logout 2, 3", "Back only to a registered address, with state if sent"),
    (64, "OIDC RP-Initiated Logout 2", "Without a redirect: ask, then say that it is done"),
    (65, "OIDC Back-Channel Logout 2.1, 2.4, 2.5", "Every client of the session is told by a logout token"),
    (66, "OIDC Front-Channel Logout 2, 3", "Every client of the session is told by a frame"),
    (67, "OIDC Session Management 2, 3", "session_state and the check_session_iframe"),
    (95, "", "A test mode, never on by default"),
    (96, "", "Stable names on pages, a seeded user, an error page that never redirects"),
];

/// The security rows that this server's features have so far, by group.
const ROWS: &[(char, std::ops::RangeInclusive<u32>)] =
    &[('i', 1..=6), ('j', 4..=5), ('k', 1..=5), ('l', 1..=5), ('m', 1..=5)];

/// What a test says it shows: lines of the profiles, rows of the requirements.
#[derive(Default, Debug, PartialEq, Eq)]
struct Shown {
    lines: Vec<u32>,
    rows: Vec<String>,
}

/// `sec_` is followed by a row; what comes then may be further rows or lines (`b` and a number).
fn shown(name: &str) -> Shown {
    let mut shown = Shown::default();
    let words: Vec<&str> = name.split('_').collect();
    let secured = words.first() == Some(&"sec");
    for (place, word) in words.iter().enumerate().skip(usize::from(secured)) {
        let (letter, digits) = word.split_at(word.len().min(1));
        let Ok(number) = digits.parse::<u32>() else { break };
        if letter == "b" && !(secured && place == 1) {
            shown.lines.push(number);
        } else if secured {
            shown.rows.push((*word).to_owned());
        }
    }
    shown
}

/// Every test with the file it stands in.
fn tests() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (path, text) in tracked() {
        let source = (path.starts_with("src/") || path.starts_with("tests/it/")) && path.ends_with(".rs");
        if !source {
            continue;
        }
        let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
        for (at, line) in lines.iter().enumerate() {
            let name = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ");
            let Some(name) = name.and_then(|rest| rest.split('(').next()) else { continue };
            let above = &lines[at.saturating_sub(4)..at];
            if above.iter().any(|above| above.starts_with("#[") && above.contains("test]")) {
                found.push((name.to_owned(), path.clone()));
            }
        }
    }
    found.sort();
    found
}

fn document() -> String {
    let mut lines: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    let mut rows: BTreeMap<(char, u32), Vec<String>> = BTreeMap::new();
    for (name, path) in tests() {
        let shown = shown(&name);
        let told = format!("`{name}` ({path})");
        for line in shown.lines {
            lines.entry(line).or_default().push(told.clone());
        }
        for row in shown.rows {
            let (letter, number) = row.split_at(1);
            let key = (letter.chars().next().unwrap(), number.parse().unwrap());
            rows.entry(key).or_default().push(told.clone());
        }
    }
    let mut out = String::from(
        "# Conformance\n\nMade by `LATCHKEY_BLESS=1 cargo test --test it conformance`; do not edit.\n\n\
         ## What the certification profiles observe\n\n| Line | Section | Observed | Tests |\n| --- | --- | --- | --- |\n",
    );
    for (number, section, what) in LINES {
        let tests = lines.get(number).map(|tests| tests.join("<br>")).unwrap_or_default();
        out.push_str(&format!("| {number} | {section} | {what} | {tests} |\n"));
    }
    out.push_str("\n## Security requirements\n\n| Row | Tests |\n| --- | --- |\n");
    for ((letter, number), tests) in &rows {
        out.push_str(&format!("| {}{number} | {} |\n", letter.to_uppercase(), tests.join("<br>")));
    }
    out
}

#[test]
fn every_line_of_the_profiles_has_a_test() {
    let all: Vec<Shown> = tests().iter().map(|(name, _)| shown(name)).collect();
    let bare: Vec<u32> = LINES
        .iter()
        .map(|(number, ..)| *number)
        .filter(|number| !all.iter().any(|shown| shown.lines.contains(number)))
        .collect();
    assert!(bare.is_empty(), "without a test: {bare:?}");
    let rows = ROWS.iter().flat_map(|(letter, range)| range.clone().map(move |n| format!("{letter}{n}")));
    let bare: Vec<String> = rows.filter(|row| !all.iter().any(|shown| shown.rows.contains(row))).collect();
    assert!(bare.is_empty(), "without a test: {bare:?}");
}

#[test]
fn the_written_table_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/conformance.md");
    let current = document();
    if std::env::var_os("LATCHKEY_BLESS").is_some() {
        std::fs::write(path, &current).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        written == current,
        "docs/conformance.md is stale: run LATCHKEY_BLESS=1 cargo test --test it conformance"
    );
}

#[test]
fn names_say_what_they_show() {
    let of = |lines: &[u32], rows: &[&str]| Shown {
        lines: lines.to_vec(),
        rows: rows.iter().map(|row| (*row).to_owned()).collect(),
    };
    assert_eq!(shown("b15_b48_each_type"), of(&[15, 48], &[]));
    assert_eq!(shown("sec_b2_b26_the_page"), of(&[26], &["b2"]));
    assert_eq!(shown("sec_m1_m5_b63_a_valid_hint"), of(&[63], &["m1", "m5"]));
    assert_eq!(shown("each_b15_counts"), of(&[], &[]));
}
