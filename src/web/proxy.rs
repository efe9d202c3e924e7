//! Where a request really came from: forwarded headers count only when the peer is a trusted proxy
//! (security row S6, RFC 9700 §4.13).

use actix_web::HttpRequest;
use ipnet::IpNet;
use std::net::IpAddr;
use std::sync::Once;

/// The address of the one who asked: the peer, or behind trusted proxies the right-most untrusted
/// hop of `X-Forwarded-For`. What cannot be parsed is ignored; then the peer counts.
pub fn client_ip(http: &HttpRequest, trusted: &[IpNet]) -> IpAddr {
    let peer = http.peer_addr().map_or(IpAddr::from([0, 0, 0, 0]), |addr| addr.ip().to_canonical());
    if !is_trusted(peer, trusted) {
        return peer;
    }
    let hops: Vec<&str> = http
        .headers()
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    let mut found = peer;
    for hop in hops.iter().rev() {
        let Ok(ip) = hop.parse::<IpAddr>() else { return found };
        found = ip.to_canonical();
        if !is_trusted(found, trusted) {
            return found;
        }
    }
    found
}

fn is_trusted(ip: IpAddr, trusted: &[IpNet]) -> bool {
    trusted.iter().any(|net| net.contains(&ip))
}

/// Says once per process that forwarded headers of an untrusted peer are not heard: the usual fault
/// behind a new proxy.
pub fn advise(http: &HttpRequest, trusted: &[IpNet]) {
    static SAID: Once = Once::new();
    if SAID.is_completed() {
        return;
    }
    if let Some(peer) = unheard(http, trusted) {
        SAID.call_once(|| {
            tracing::warn!(%peer, "forwarded headers are ignored: if this is your proxy, name it in LATCHKEY_SERVER__TRUSTED_PROXIES");
        });
    }
}

fn unheard(http: &HttpRequest, trusted: &[IpNet]) -> Option<IpAddr> {
    let peer = http.peer_addr()?.ip().to_canonical();
    let sent = ["x-forwarded-for", "x-forwarded-proto", "forwarded", "x-real-ip"];
    (!is_trusted(peer, trusted) && sent.iter().any(|name| http.headers().contains_key(*name))).then_some(peer)
}
