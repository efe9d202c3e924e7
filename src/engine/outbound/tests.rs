//! The guarded client against listeners that misbehave.

use super::places::MOST_IN_FLIGHT;
use super::{
    Allowance, Caller, LARGEST, Limits, Method, Outbound, OutboundError, Reach, Request, Response, is_public,
};
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Over soon. It ends by the whole time, also where a busy machine takes that long to connect.
const SHORT: Limits = Limits { connect: Duration::from_secs(60), total: Duration::from_secs(2) };
/// Where time is not the subject.
const AMPLE: Limits = Limits { connect: Duration::from_secs(60), total: Duration::from_secs(60) };

fn get(url: &str) -> Request {
    let (caller, method) = (Caller::Reviewed, Method::Get);
    Request { caller, method, url: url.to_owned(), headers: vec![], body: vec![], largest: LARGEST }
}

/// What `outbound` makes of the request, within its time.
fn fetch(outbound: &Outbound, request: Request) -> Result<Response, OutboundError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let outcome = runtime.block_on(async {
        tokio::time::timeout(Duration::from_secs(90), outbound.fetch(request)).await.expect("in its time")
    });
    runtime.shutdown_timeout(Duration::from_secs(1));
    outcome
}

/// The one connection that comes; none when the other side gave up before it made one.
fn connection(listener: &TcpListener) -> Option<TcpStream> {
    listener.set_nonblocking(true).expect("a listener that can be asked");
    let deadline = Instant::now() + AMPLE.total;
    while Instant::now() < deadline {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false).expect("a stream that waits");
                stream.set_read_timeout(Some(AMPLE.total)).expect("a stream that gives up");
                return Some(stream);
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(Duration::from_millis(5)),
            Err(error) => panic!("no connection: {error}"),
        }
    }
    None
}

/// A listener that reads one request, answers with `answer`, and returns what it read.
fn server(answer: Vec<u8>) -> (SocketAddr, thread::JoinHandle<String>) {
    let (addr, handle, at_once) = slow_server(answer);
    drop(at_once);
    (addr, handle)
}

/// The same, which answers when the sender is dropped.
fn slow_server(answer: Vec<u8>) -> (SocketAddr, thread::JoinHandle<String>, Sender<()>) {
    let (wait, told) = channel();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let addr = listener.local_addr().expect("an address");
    let handle = thread::spawn(move || {
        let Some(mut stream) = connection(&listener) else { return String::new() };
        let mut seen = vec![0_u8; 4096];
        // Nothing from a caller whose time was over once it was connected.
        let count = stream.read(&mut seen).unwrap_or(0);
        let _dropped = told.recv_timeout(Duration::from_secs(60));
        let _gone = stream.write_all(&answer);
        String::from_utf8_lossy(&seen[..count]).into_owned()
    });
    (addr, handle, wait)
}

/// May call `http://localhost:1` at `addr`.
fn to_self(addr: SocketAddr, limits: Limits) -> Outbound {
    let allowance = Allowance::SelfLoopback { origin: "http://localhost:1".to_owned(), listener: addr };
    Outbound::limited(allowance, limits, &[]).expect("a client")
}

fn public() -> Outbound {
    Outbound::limited(Allowance::Nothing, AMPLE, &[]).expect("a client")
}

fn failure(outcome: Result<Response, OutboundError>) -> OutboundError {
    match outcome {
        Ok(response) => panic!("answered {}", response.status),
        Err(error) => error,
    }
}

#[test]
fn sec_k1_only_public_addresses_pass() {
    let table = [
        ("0.0.0.0", false),
        ("0.1.2.3", false),
        ("10.0.0.1", false),
        ("100.63.255.255", true),
        ("100.64.0.1", false),
        ("100.127.255.255", false),
        ("100.128.0.0", true),
        ("127.0.0.1", false),
        ("127.255.255.254", false),
        ("169.254.169.254", false),
        ("172.15.255.255", true),
        ("172.16.0.1", false),
        ("172.31.255.255", false),
        ("172.32.0.0", true),
        ("192.0.0.8", false),
        ("192.0.2.1", false),
        ("192.88.99.1", false),
        ("192.168.1.1", false),
        ("198.19.255.255", false),
        ("198.51.100.7", false),
        ("203.0.113.7", false),
        ("224.0.0.1", false),
        ("239.255.255.255", false),
        ("240.0.0.1", false),
        ("255.255.255.255", false),
        ("1.1.1.1", true),
        ("93.184.216.34", true),
        ("::", false),
        ("::1", false),
        ("::127.0.0.1", false),
        ("::ffff:127.0.0.1", false),
        ("::ffff:93.184.216.34", false),
        ("64:ff9b::7f00:1", false),
        ("64:ff9b:1::1", false),
        ("100::1", false),
        ("2001::1", false),
        ("2001:2::1", false),
        ("2001:10::1", false),
        ("2001:db8::1", false),
        ("2002:7f00:1::1", false),
        ("3fff::1", false),
        ("5f00::1", false),
        ("fc00::1", false),
        ("fd12:3456::1", false),
        ("fe80::1", false),
        ("fec0::1", false),
        ("ff02::1", false),
        ("2606:4700:4700::1111", true),
        ("2a00:1450:4001:800::200e", true),
    ];
    for (text, expected) in table {
        let ip: IpAddr = text.parse().expect(text);
        assert_eq!(is_public(ip), expected, "{text}");
    }
}

#[test]
fn sec_k1_urls_that_are_refused_before_anything_is_sent() {
    let refused = |url: &str| failure(fetch(&public(), get(url)));
    for url in
        ["http://example.com/", "ftp://example.com/", "https://example.com:8443/", "https://u:p@example.com/"]
    {
        assert!(matches!(refused(url), OutboundError::UrlRefused(_)), "{url}");
    }
    // Other spellings of loopback and of private addresses, and names that lead there.
    for url in [
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://localhost/",
    ] {
        assert_eq!(refused(url), OutboundError::AddressRefused, "{url}");
    }
}

#[test]
fn sec_k1_addresses_of_our_own_and_ports() {
    let own: IpAddr = "93.184.216.34".parse().expect("an address");
    let outbound = Outbound::limited(Allowance::Nothing, AMPLE, &[own]).expect("a client");
    assert_eq!(failure(fetch(&outbound, get("https://93.184.216.34/"))), OutboundError::AddressRefused);
    // An allowed port opens the port, not the address.
    let outbound = public().allowing_ports(&[8443]);
    assert_eq!(failure(fetch(&outbound, get("https://127.0.0.1:8443/"))), OutboundError::AddressRefused);
}

#[test]
fn sec_k1_the_allowance_reaches_only_our_own_listener() {
    let (addr, handle) = server(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi".to_vec());
    let outbound = to_self(addr, AMPLE);
    for url in ["http://127.0.0.1:1/", "http://localhost:2/", "https://localhost:1/", "https://example.com/"]
    {
        assert!(matches!(failure(fetch(&outbound, get(url))), OutboundError::UrlRefused(_)), "{url}");
    }
    let answer = fetch(&outbound, get("http://localhost:1/path?q=1")).ok().expect("an answer");
    assert_eq!((answer.status, answer.body.as_slice()), (200, &b"hi"[..]));
    let seen = handle.join().expect("the server ends").to_ascii_lowercase();
    assert!(seen.starts_with("get /path?q=1 http/1.1\r\n"), "{seen}");
    assert!(seen.contains("\r\nhost: localhost:1\r\n"), "{seen}");
    let elsewhere = to_self("192.168.1.1:80".parse().expect("an address"), AMPLE);
    assert_eq!(failure(fetch(&elsewhere, get("http://localhost:1/"))), OutboundError::AddressRefused);
}

#[test]
fn sec_k2_a_redirect_is_a_failure() {
    for status in
        ["301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"]
    {
        let text =
            format!("HTTP/1.1 {status}\r\nLocation: http://localhost:1/other\r\nContent-Length: 0\r\n\r\n");
        let (addr, handle) = server(text.into_bytes());
        let outcome = fetch(&to_self(addr, AMPLE), get("http://localhost:1/"));
        assert_eq!(failure(outcome), OutboundError::Redirected, "{status}");
        handle.join().expect("the server ends");
    }
}

#[test]
fn sec_k3_an_answer_is_read_up_to_its_limit() {
    for (size, fits) in [(1000, true), (1001, false)] {
        let mut answer = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec();
        answer.extend(std::iter::repeat_n(b'x', size));
        let (addr, handle) = server(answer);
        let request = Request { largest: 1000, ..get("http://localhost:1/") };
        match fetch(&to_self(addr, AMPLE), request) {
            Ok(response) => assert!(fits && response.body.len() == size, "{size}"),
            Err(error) => assert!(!fits && error == OutboundError::TooLarge, "{size}: {error}"),
        }
        handle.join().expect("the server ends");
    }
}

#[test]
fn sec_k3_a_compressed_answer_is_refused() {
    let answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nhi".to_vec();
    let (addr, handle) = server(answer);
    assert_eq!(failure(fetch(&to_self(addr, AMPLE), get("http://localhost:1/"))), OutboundError::Encoded);
    let seen = handle.join().expect("the server ends").to_ascii_lowercase();
    assert!(!seen.contains("accept-encoding"), "{seen}");
}

#[test]
fn sec_k3_a_slow_answer_is_given_up() {
    assert_eq!(Limits::default(), Limits { connect: Duration::from_secs(2), total: Duration::from_secs(5) });
    let (addr, handle, wait) = slow_server(b"HTTP/1.1 200 OK\r\n\r\n".to_vec());
    assert_eq!(failure(fetch(&to_self(addr, SHORT), get("http://localhost:1/"))), OutboundError::TimedOut);
    drop(wait);
    handle.join().expect("the server ends");
}

#[test]
fn sec_k3_an_endless_body_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let addr = listener.local_addr().expect("an address");
    let handle = thread::spawn(move || {
        let Some(mut stream) = connection(&listener) else { return };
        let _head = stream.read(&mut [0_u8; 1024]);
        let _sent = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        // Until the other side has had enough.
        for _ in 0..1200 {
            thread::sleep(Duration::from_millis(50));
            if stream.write_all(b"x").is_err() {
                return;
            }
        }
    });
    assert_eq!(failure(fetch(&to_self(addr, SHORT), get("http://localhost:1/"))), OutboundError::TimedOut);
    handle.join().expect("the server ends");
}

#[test]
fn nobody_there_is_unreachable() {
    // A port that nobody is given by chance, unlike one that was free a moment ago.
    let addr = SocketAddr::from(([127, 0, 0, 1], 9));
    assert_eq!(failure(fetch(&to_self(addr, AMPLE), get("http://localhost:1/"))), OutboundError::Unreachable);
}

/// May also call loopback, as a server under test.
fn testing(limits: Limits) -> Outbound {
    let allowance = Allowance::Testing { loopback: true, roots: Vec::new() };
    Outbound::limited(allowance, limits, &[]).expect("a client")
}

#[test]
fn sec_k1_a_server_under_test_may_call_this_machine_and_its_network_but_not_link_local() {
    let (addr, handle) = server(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi".to_vec());
    let outbound = testing(AMPLE);
    let answer = fetch(&outbound, get(&format!("http://localhost:{}/keys", addr.port())));
    assert_eq!(answer.ok().expect("an answer").body, b"hi");
    handle.join().expect("the server ends");
    for url in ["https://10.0.0.1/", "https://192.168.7.8:8443/", "https://[fd12:3456::1]/"] {
        assert!(outbound.target(url, Caller::Reviewed).is_ok(), "{url}");
    }
    for url in
        ["https://169.254.169.254:8080/", "https://[fe80::1]/", "https://0.0.0.0/", "https://224.0.0.1/"]
    {
        assert_eq!(failure(fetch(&outbound, get(url))), OutboundError::AddressRefused, "{url}");
    }
    for url in ["http://example.com/", "http://10.0.0.1/", "ftp://localhost/"] {
        assert!(matches!(failure(fetch(&outbound, get(url))), OutboundError::UrlRefused(_)), "{url}");
    }
    let without = Allowance::Testing { loopback: false, roots: Vec::new() };
    let without = Outbound::limited(without, AMPLE, &[]).expect("a client");
    assert_eq!(failure(fetch(&without, get("https://127.0.0.1/"))), OutboundError::AddressRefused);
    assert!(matches!(failure(fetch(&without, get("http://127.0.0.1/"))), OutboundError::UrlRefused(_)));
}

#[test]
fn roots_that_are_none_are_told_when_they_are_needed() {
    let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_vec();
    let allowance = || Allowance::Testing { loopback: true, roots: broken.clone() };
    assert!(matches!(Outbound::new(allowance()), Err(OutboundError::NoTls(_))));
    let later = Outbound::when_needed(allowance(), AMPLE, &[]);
    let outcome = fetch(&later, get("http://localhost:9/"));
    assert!(matches!(failure(outcome), OutboundError::NoTls(_)));
}

#[test]
fn sec_k4_a_refusal_a_closed_port_and_silence_look_the_same() {
    let limits = Limits { connect: Duration::from_millis(300), total: Duration::from_secs(60) };
    // Takes connections, and never says a word of TLS.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let silent = format!("https://127.0.0.1:{}/", silent.local_addr().expect("an address").port());
    let (moved, server) = server(b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n".to_vec());
    let urls = [
        "https://10.0.0.1/".to_owned(),
        "https://u:p@example.com/".to_owned(),
        "not a url".to_owned(),
        "http://127.0.0.1:9/".to_owned(),
        silent,
        format!("http://127.0.0.1:{}/", moved.port()),
    ];
    let outbound = testing(limits);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    for url in urls {
        let begun = Instant::now();
        let found = runtime.block_on(outbound.fetch_for_stranger(get(&url), |answer| Ok(answer.body)));
        assert!(found.is_err(), "{url}");
        assert!(begun.elapsed() >= limits.connect, "{url} was told after {:?}", begun.elapsed());
    }
    server.join().expect("the server ends");
}

#[test]
fn sec_k4_an_answer_that_is_not_wanted_is_one_more_failure() {
    let limits = Limits { connect: Duration::from_millis(300), total: Duration::from_secs(60) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let ask = |answer: &[u8]| {
        let (addr, handle) = server(answer.to_vec());
        let request = get(&format!("http://127.0.0.1:{}/", addr.port()));
        let begun = Instant::now();
        let read = |answer: Response| if answer.body == b"hi" { Ok(answer.body) } else { Err("not that") };
        let found = runtime.block_on(testing(limits).fetch_for_stranger(request, read));
        handle.join().expect("the server ends");
        assert!(found.is_ok() || begun.elapsed() >= limits.connect);
        found
    };
    assert!(ask(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").is_ok());
    assert!(ask(b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nhi").is_err());
    assert!(ask(b"HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\nhi").is_err());
    assert!(ask(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno").is_err());
}

#[test]
fn sec_k3_classes_of_callers_take_no_place_of_each_other() {
    let (addr, handle) = server(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi".to_vec());
    let outbound = testing(AMPLE);
    let url = format!("http://localhost:{}/", addr.port());
    let calls: Vec<_> = [Caller::Unreviewed, Caller::Anyone].map(|caller| outbound.fill(caller)).into();
    // Names that the system takes for ever to look up hold places of their own.
    let lookups: Vec<_> = (0..MOST_IN_FLIGHT)
        .map(|n| outbound.classes.of(Caller::Courier).lookups.enter(&n.to_string()))
        .collect();
    for caller in [Caller::Unreviewed, Caller::Anyone, Caller::Courier] {
        let outcome = fetch(&outbound, Request { caller, ..get(&url) });
        assert_eq!(failure(outcome), OutboundError::Busy, "{caller:?}");
    }
    let answer = fetch(&outbound, Request { caller: Caller::Reviewed, ..get(&url) });
    assert_eq!(answer.ok().expect("an answer").status, 200);
    handle.join().expect("the server ends");
    drop((calls, lookups));
    assert!(outbound.classes.of(Caller::Reviewed).calls.is_empty(), "it gave its place back");
}

#[test]
fn sec_k3_whose_places_a_client_takes() {
    let mut client = crate::engine::token::rig::client("app", |_| {});
    assert_eq!((Caller::of(&client), Caller::telling(&client)), (Caller::Reviewed, Caller::Courier));
    client.unreviewed = true;
    assert_eq!((Caller::of(&client), Caller::telling(&client)), (Caller::Unreviewed, Caller::Unreviewed));
}

#[test]
fn sec_k1_what_our_own_name_leads_to_is_no_place_for_strangers() {
    let outbound = public().known_as("93.184.216.34");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let own: IpAddr = "93.184.216.34".parse().expect("an address");
    let other: IpAddr = "93.184.216.35".parse().expect("an address");
    for caller in [Caller::Unreviewed, Caller::Anyone] {
        let request = Request { caller, ..get("https://93.184.216.34/") };
        assert_eq!(failure(fetch(&outbound, request)), OutboundError::AddressRefused, "{caller:?}");
        assert_eq!(runtime.block_on(outbound.guarded(caller, Reach::Public).check(other)), Ok(()));
    }
    // Apps of the operator's own stand behind the same address.
    for caller in [Caller::Courier, Caller::Reviewed] {
        assert_eq!(
            runtime.block_on(outbound.guarded(caller, Reach::Public).check(own)),
            Ok(()),
            "{caller:?}"
        );
    }
}
