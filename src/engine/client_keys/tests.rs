//! What is remembered of clients' keys, and what is not.

use super::*;
use crate::engine::keys::ClientKeySet;
use crate::engine::token::rig::{Rig, client};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;

fn at(id: &str, uri: &str) -> Client {
    client(id, |metadata| metadata.jwks_uri = Some(uri.to_owned()))
}

fn strange(id: &str) -> Client {
    Client { unreviewed: true, ..at(id, "https://rp.example/jwks") }
}

#[test]
fn sec_k3_that_we_were_busy_is_not_remembered_of_the_app() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let app = at("app", &format!("http://localhost:{}/jwks", listener.local_addr().unwrap().port()));
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _head = stream.read(&mut [0_u8; 4096]).unwrap();
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n";
        stream.write_all(format!("{head}{{\"keys\":[]}}").as_bytes()).unwrap();
    });
    let rig = Rig::new(vec![]);
    let entry = rig.engine.client_keys.entry(&app, rig.engine.now()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let held = rig.engine.outbound.fill(Caller::Reviewed);
    runtime.block_on(async {
        assert!(entry.current(&rig.engine).await.failed_at.is_none());
        let turn = entry.state().turn;
        assert!(entry.sought(&rig.engine, turn).await.is_some_and(|state| state.sought_at.is_none()));
        drop(held);
        assert!(entry.current(&rig.engine).await.read_at.is_some(), "tried again at once");
    });
    server.join().unwrap();
}

#[test]
fn sec_u4_what_a_time_is_running_for_is_not_forgotten() {
    let keys = ClientKeys::default();
    let now = 1_000_000;
    let failed = |n: usize| {
        let entry = keys.entry(&strange(&format!("app-{n}")), now).unwrap();
        entry.state().failed_at = Some(now);
    };
    (0..MOST).for_each(failed);
    assert!(keys.entry(&strange("one-more"), now + FAILED - 1).is_none(), "it is not fetched for");
    assert!(keys.entry(&strange("app-7"), now).is_some_and(|entry| entry.state().failed_at == Some(now)));
    // Nobody else is kept from anything: neither reviewed apps nor keys by value.
    assert!(keys.entry(&at("reviewed", "https://rp.example/jwks"), now).is_some());
    let by_value = client("by-value", |metadata| metadata.jwks = Some(Map::new()));
    assert!(keys.entry(&Client { unreviewed: true, ..by_value }, now).is_some());
    // When their time is over there is room again, but not that of one that is in use.
    let used = keys.entry(&strange("app-9"), now).unwrap();
    let later = now + FAILED;
    (0..MOST * 2).for_each(|n| drop(keys.entry(&strange(&format!("later-{n}")), later)));
    let same = keys.entry(&strange("app-9"), later).unwrap();
    assert!(Arc::ptr_eq(&used, &same));
    let known = keys.0.lock().unwrap();
    assert_eq!((known.unreviewed.len(), known.reviewed.len()), (MOST, 1));
}

#[test]
fn sec_k3_every_fetch_and_search_holds_its_place_for_the_floor() {
    let now = 1_000_000;
    let held_until = |change: fn(&mut State)| {
        let keys = ClientKeys::default();
        drop(keys.entry(&strange("app"), now));
        let known = keys.0.lock().unwrap();
        let entry = &known.unreviewed["app"];
        change(&mut entry.state());
        (0..100).find(|passed| !entry.is_held(now + passed))
    };
    assert_eq!(held_until(|_| ()), Some(0));
    assert_eq!(held_until(|state| state.read_at = Some(1_000_000)), Some(FLOOR));
    assert_eq!(held_until(|state| state.sought_at = Some(1_000_000)), Some(FLOOR));
    assert_eq!(held_until(|state| state.failed_at = Some(1_000_000)), Some(FAILED));
}

#[test]
fn sec_k3_another_address_does_not_end_the_floor() {
    let keys = ClientKeys::default();
    let first = keys.entry(&at("app", "https://rp.example/one"), 1000).unwrap();
    first.state().sought_at = Some(1000);
    first.state().failed_at = Some(1000);
    first.state().keys = Arc::new(ClientKeySet::default());
    let second = keys.entry(&at("app", "https://rp.example/two"), 1001).unwrap();
    assert!(!second.state().may_seek(1001 + FLOOR - 2) && second.state().failed_at.is_none());
}
