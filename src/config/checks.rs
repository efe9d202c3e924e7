//! What must hold between keys, and what works but is unwise.

mod edge;

use std::net::IpAddr;

use super::Settings;
use super::key::Key;
use super::problem::{Place, Problem};
use super::reading::{Reading, assignment};
use super::sections::all_keys;

/// Pairs where the first must be at least as long as the second.
const AT_LEAST: [(&str, &str); 2] = [
    ("session.absolute_seconds", "session.idle_seconds"),
    ("tokens.refresh_absolute_seconds", "tokens.refresh_idle_seconds"),
];

/// What OWASP asks for as memory in KiB times rounds of argon2id, at the least.
const HASHING_FLOOR: u64 = 35_840;

/// Contradictions between keys.
pub(super) fn contradictions(reading: &Reading) -> Vec<Problem> {
    let too_short = AT_LEAST.iter().filter_map(|(long, short)| shorter(reading, long, short));
    too_short
        .chain(edge::shared_ports(reading))
        .chain(edge::tls(reading))
        .chain(edge::testing(reading))
        .collect()
}

fn shorter(reading: &Reading, long: &'static str, short: &'static str) -> Option<Problem> {
    let (long_text, long_place) = reading.accepted(long)?;
    let (short_text, short_place) = reading.accepted(short)?;
    let (long_value, short_value): (u64, u64) =
        (long_text.trim().parse().ok()?, short_text.trim().parse().ok()?);
    if long_value >= short_value {
        return None;
    }
    // The blame goes to the one that somebody wrote.
    let (key, place, text, other, other_text, other_place, word) = if *long_place == Place::Default {
        (short, short_place, short_text, long, &long_text, long_place, "longer")
    } else {
        (long, long_place, long_text.clone(), short, &short_text, short_place, "shorter")
    };
    let what = format!("{word} than {other}, which is {other_text} ({})", other_place.origin());
    let bound = if word == "longer" { "at most" } else { "at least" };
    let declared = find(key)?;
    let fix = format!(
        "{}, or change {other}",
        assignment(declared, (declared.describe)().shape, place, other_text)
    );
    Some(
        Problem::general(place.clone(), what, fix)
            .on(key)
            .received(&text)
            .allowed(format!("{bound} the value of {other}")),
    )
}

pub(super) fn find(dotted: &str) -> Option<&'static Key> {
    all_keys().find(|key| key.dotted() == dotted)
}

/// What works but is unwise, as sentences for the log.
pub(super) fn warnings(settings: &Settings, reading: &Reading) -> Vec<String> {
    let mut warnings = Vec::new();
    exposure(settings, &mut warnings);
    if settings.server.trusted_proxies.iter().any(|network| network.prefix_len() == 0) {
        warnings.push(
            "server.trusted_proxies trusts every address, so that anybody can forge the address they come from".to_owned(),
        );
    }
    let work = u64::from(settings.password.memory_kib) * u64::from(settings.password.iterations);
    if work < HASHING_FLOOR {
        warnings.push(
            "password.memory_kib and password.iterations are below the usual minimum; stolen hashes are easier to guess"
                .to_owned(),
        );
    }
    let waiting =
        settings.database.pool_wait_seconds.saturating_add(settings.database.statement_timeout_seconds);
    if waiting > settings.server.request_timeout_seconds {
        warnings.push(
            "server.request_timeout_seconds is shorter than database.pool_wait_seconds and \
             database.statement_timeout_seconds together; slow requests end without a proper answer"
                .to_owned(),
        );
    }
    for key in all_keys().filter(|key| key.secret()) {
        let dotted = key.dotted();
        if reading.accepted(&dotted).is_some_and(|(text, place)| *place == Place::Flag && !text.is_empty()) {
            warnings.push(format!(
                "{dotted} is on the command line, where other users of this machine can see it; set {}_FILE instead",
                key.env()
            ));
        }
    }
    warnings
}

fn exposure(settings: &Settings, warnings: &mut Vec<String>) {
    let server = &settings.server;
    let issuer = &server.issuer;
    if issuer.is_loopback() && !is_loopback(server.listen.ip()) {
        warnings.push(format!(
            "server.listen {} can be reached from other machines, but server.issuer {issuer} cannot; \
             set LATCHKEY_ISSUER to the https address that people use",
            server.listen
        ));
    } else if issuer.is_loopback() {
        warnings.push(format!(
            "insecure for production: server.issuer {issuer} works on this machine only; \
             set LATCHKEY_ISSUER to an https address before others use it"
        ));
    }
    if let Some(ops) = server.ops_listen.filter(|ops| !is_loopback(ops.ip())) {
        warnings.push(format!(
            "server.ops_listen {ops} shows metrics without sign-in; keep it away from the internet"
        ));
    }
}

fn is_loopback(ip: IpAddr) -> bool {
    ip.to_canonical().is_loopback()
}
