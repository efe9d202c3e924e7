//! Contradictions between the addresses that are listened on, TLS, the issuer and the test mode.

use std::net::SocketAddr;

use super::find;
use crate::config::formats::{Format, Issuer, IssuerFormat};
use crate::config::key::Key;
use crate::config::problem::{Place, Problem};
use crate::config::reading::{Reading, assignment};
use crate::config::sections::all_keys;

const CERTIFICATE: &str = "server.tls_certificate";
const KEY: &str = "server.tls_key";
const TESTING: &str = "testing.enabled";

/// A key that is set: its text and where it stands.
fn set<'r>(reading: &'r Reading, dotted: &str) -> Option<(String, &'r Place)> {
    reading.accepted(dotted).filter(|(text, _)| !text.trim().is_empty())
}

fn issuer(reading: &Reading) -> Option<(Issuer, &Place)> {
    let (text, place) = reading.accepted("server.issuer")?;
    Some((IssuerFormat.parse(&text).ok()?, place))
}

/// Two listeners on one port.
pub(super) fn shared_ports(reading: &Reading) -> Vec<Problem> {
    let pairs = [
        ("server.listen", "server.ops_listen"),
        ("server.listen", "server.http_listen"),
        ("server.http_listen", "server.ops_listen"),
    ];
    pairs.iter().filter_map(|(one, other)| same_port(reading, one, other)).collect()
}

fn same_port(reading: &Reading, one: &'static str, other: &'static str) -> Option<Problem> {
    let (first, first_place) = reading.accepted(one)?;
    let (second, second_place) = reading.accepted(other)?;
    let (listen, address): (SocketAddr, SocketAddr) =
        (first.trim().parse().ok()?, second.trim().parse().ok()?);
    let overlaps =
        listen.ip() == address.ip() || listen.ip().is_unspecified() || address.ip().is_unspecified();
    if listen.port() != address.port() || listen.port() == 0 || !overlaps {
        return None;
    }
    let free = SocketAddr::new(address.ip(), listen.port().checked_add(1).unwrap_or(8618)).to_string();
    let same = |other: &str, address: SocketAddr, place: &Place| {
        format!("uses the same port as {other}, which is {address} ({})", place.origin())
    };
    // The blame goes to the one that somebody wrote.
    let problem = if *second_place == Place::Default {
        let fix = format!("use another port, or set {other} to {free} or off");
        Problem::general(first_place.clone(), same(other, address, second_place), fix)
            .on(one)
            .received(&listen.to_string())
    } else {
        let declared = find(other)?;
        let fix = assignment(declared, (declared.describe)().shape, second_place, &free);
        Problem::general(second_place.clone(), same(one, listen, first_place), fix)
            .on(other)
            .received(&second)
    };
    Some(problem)
}

/// Half a pair of files, and an issuer that says something else than what is spoken.
pub(super) fn tls(reading: &Reading) -> Vec<Problem> {
    let halves = [(CERTIFICATE, KEY), (KEY, CERTIFICATE)].into_iter().filter_map(|(one, other)| {
        let (_, place) = set(reading, one).filter(|_| reading.accepted(other).is_some())?;
        set(reading, other).is_none().then(|| {
            let fix = format!("set {other} as well, or remove {one}");
            Problem::general(place.clone(), format!("set without {other}"), fix).on(one)
        })
    });
    let plain = [CERTIFICATE, "server.http_listen"].into_iter().filter_map(|key| {
        let (_, place) = set(reading, key).filter(|(text, _)| !text.trim().eq_ignore_ascii_case("off"))?;
        let (issuer, issuer_place) = issuer(reading).filter(|(issuer, _)| !issuer.is_https())?;
        let what = format!("is for https, but server.issuer is {issuer} ({})", issuer_place.origin());
        let https = issuer.as_str().replacen("http://", "https://", 1);
        let fix = format!("set server.issuer to {https}, or remove {key}");
        Some(Problem::general(place.clone(), what, fix).on(key))
    });
    halves.chain(plain).collect()
}

/// Test mode where strangers are, and its keys without it.
pub(super) fn testing(reading: &Reading) -> Vec<Problem> {
    let Some((text, place)) = reading.accepted(TESTING) else { return Vec::new() };
    if text.trim().eq_ignore_ascii_case("true") {
        return public_issuer(reading, place).into_iter().collect();
    }
    let written = |key: &Key| {
        let (text, place) = reading.accepted(&key.dotted())?;
        (text.trim() != key.default).then_some(place)
    };
    all_keys()
        .filter(|key| key.section == "testing" && key.name != "enabled")
        .filter_map(|key| {
            let fix = format!("set {TESTING} to true, or remove it");
            let place = written(key)?.clone();
            Some(Problem::general(place, format!("has no effect without {TESTING}"), fix).on(key.dotted()))
        })
        .collect()
}

fn public_issuer(reading: &Reading, place: &Place) -> Option<Problem> {
    let (issuer, issuer_place) = issuer(reading).filter(|(issuer, _)| !issuer.is_private())?;
    let what =
        format!("test mode with server.issuer {issuer} ({}), which may be public", issuer_place.origin());
    let fix = "remove it, or use an issuer on localhost, on a name without a dot or under .test, .example, \
               .internal or .local, or on a private address";
    Some(Problem::general(place.clone(), what, fix).on(TESTING))
}
