//! The TLS listener: what it speaks, that the limits hold on it too, certificates that change while it runs,
//! and the plain http listener beside it.

use crate::harness::app::TestApp;
use crate::harness::binary::{Instance, Server};
use crate::harness::child::{PATIENCE, free_port};
use crate::harness::http::{Call, exchange, raw, read_answer};
use crate::harness::tls::{self, authority, greeted, over, roots};
use latchkey::base::tls::Files;
use rcgen::date_time_ymd;
use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs::{cipher_suite as suites, default_provider};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, ClientConnection, ProtocolVersion, StreamOwned, SupportedCipherSuite};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

const KEYS: &str = "/.well-known/jwks.json";

fn connect(addr: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(addr).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// A connection whose handshake is done.
fn opened(addr: SocketAddr) -> StreamOwned<ClientConnection, TcpStream> {
    greeted(addr, connect(addr))
}

/// A client of one suite, which offers what browsers offer by ALPN.
fn only(suite: SupportedCipherSuite) -> Arc<ClientConfig> {
    let provider = CryptoProvider { cipher_suites: vec![suite], ..default_provider() };
    let builder = ClientConfig::builder_with_provider(Arc::new(provider));
    let builder = builder.with_protocol_versions(&[suite.version()]).unwrap();
    let mut config = builder.with_root_certificates(roots()).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Arc::new(config)
}

/// A ClientHello as an old client writes it: this version, these suites, no extension but a curve.
fn old_hello(version: [u8; 2], suites: &[u16]) -> Vec<u8> {
    let two = |length: usize| u16::try_from(length).unwrap().to_be_bytes();
    let mut body = version.to_vec();
    body.extend([7; 32]);
    body.push(0);
    body.extend(two(suites.len() * 2));
    body.extend(suites.iter().flat_map(|suite| suite.to_be_bytes()));
    body.extend([1, 0]);
    // supported_groups: P-256; ec_point_formats: uncompressed; signature_algorithms: ECDSA and RSA with SHA-256
    let extensions =
        [0, 10, 0, 4, 0, 2, 0, 23, 0, 11, 0, 2, 1, 0, 0, 13, 0, 8, 0, 6, 4, 3, 8, 4, 4, 1, 0, 23, 0, 0];
    body.extend(two(extensions.len()));
    body.extend(extensions);
    let mut handshake = vec![1, 0];
    handshake.extend(two(body.len()));
    handshake.extend(body);
    let mut record = vec![22, 3, 1];
    record.extend(two(handshake.len()));
    record.extend(handshake);
    record
}

/// The alert that a ClientHello is answered with; `None` where the handshake goes on.
fn alert(addr: SocketAddr, hello: &[u8]) -> Option<u8> {
    let mut stream = connect(addr);
    stream.write_all(hello).unwrap();
    let mut head = [0; 7];
    stream.read_exact(&mut head).unwrap();
    (head[0] == 21).then_some(head[6])
}

const ECDHE_GCM: [u16; 4] = [0xc02b, 0xc02c, 0xc02f, 0xc030];

#[test]
fn b80_tls_before_1_2_is_refused_with_the_version_alert() {
    let app = TestApp::https();
    assert_eq!(alert(app.addr, &old_hello([3, 3], &ECDHE_GCM)), None, "the same hello with TLS 1.2");
    for version in [[3, 2], [3, 1], [3, 0]] {
        assert_eq!(alert(app.addr, &old_hello(version, &ECDHE_GCM)), Some(70), "{version:?}");
    }
}

#[test]
fn b80_of_tls_1_2_the_four_suites_are_spoken_and_no_others() {
    let app = TestApp::https();
    let scratch = tempfile::tempdir().unwrap();
    let rsa = rsa_files(scratch.path());
    let [certificate, key] = [&rsa.certificate, &rsa.key].map(|path| path.display().to_string());
    let with_rsa = TestApp::https_with_env(&[
        ("LATCHKEY_TLS_CERTIFICATE", certificate.as_str()),
        ("LATCHKEY_TLS_KEY", key.as_str()),
    ]);
    for (app, suite) in [
        (&app, suites::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256),
        (&app, suites::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384),
        (&with_rsa, suites::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256),
        (&with_rsa, suites::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384),
        (&app, suites::TLS13_AES_128_GCM_SHA256),
        (&app, suites::TLS13_AES_256_GCM_SHA384),
        (&with_rsa, suites::TLS13_CHACHA20_POLY1305_SHA256),
    ] {
        let mut stream = over(only(suite), connect(app.addr));
        let answer = exchange(&mut stream, &app.call("GET", KEYS).bytes()).unwrap();
        assert_eq!(answer.status, 200, "{suite:?}");
        assert_eq!(stream.conn.negotiated_cipher_suite(), Some(suite));
        assert_eq!(stream.conn.alpn_protocol(), Some(b"http/1.1".as_slice()), "no h2: {suite:?}");
        let newest = matches!(stream.conn.protocol_version(), Some(ProtocolVersion::TLSv1_3));
        assert_eq!(newest, matches!(suite, SupportedCipherSuite::Tls13(_)));
    }
    // ChaCha20, CBC with and without forward secrecy, RSA key exchange, static and anonymous DH, RC4, export, NULL.
    for weak in [
        0xcca8, 0xcca9, 0xc023, 0xc009, 0xc013, 0xc014, 0x009c, 0x002f, 0x0035, 0x0033, 0x009e, 0x006d,
        0x0005, 0x0003, 0x0000,
    ] {
        for app in [&app, &with_rsa] {
            assert_eq!(alert(app.addr, &old_hello([3, 3], &[weak])), Some(40), "{weak:#06x}");
        }
    }
}

/// A certificate on an RSA key, as many authorities still make them.
fn rsa_files(directory: &Path) -> Files {
    let key = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048).unwrap();
    let files = authority().issue_for(directory, "rsa", &key, |_| {});
    assert!(std::fs::read_to_string(&files.key).unwrap().contains("PRIVATE KEY"));
    files
}

#[test]
fn plain_http_on_the_tls_port_is_not_answered() {
    let app = TestApp::https();
    let mut stream = connect(app.addr);
    stream.write_all(&app.call("GET", "/login").bytes()).unwrap();
    assert!(read_answer(&mut stream).is_none());
}

#[test]
fn sec_u1_u2_sizes_and_slow_clients_are_limited_over_tls_too() {
    let app = TestApp::https();
    let body = format!("a={}", "b".repeat(64 * 1024));
    let call = app.call("POST", "/oauth2/token").header("Content-Type", "application/x-www-form-urlencoded");
    let answer = exchange(&mut opened(app.addr), &call.body(body.as_bytes()).bytes()).unwrap();
    assert_eq!(answer.status, 413, "{}", answer.text());
    let long = format!("/login?a={}", "b".repeat(8 * 1024));
    assert_eq!(app.call("GET", &long).send().status, 414);
    drop(app);

    let app = TestApp::https_with_env(&[("LATCHKEY_SERVER__REQUEST_TIMEOUT_SECONDS", "1")]);
    // Nothing at all, half a handshake, half a head, half a body: each ends by itself.
    let closes = |name: &str, mut stream: TcpStream| {
        let mut rest = Vec::new();
        let ended = stream.read_to_end(&mut rest);
        let reset = |error: &std::io::Error| error.kind() == std::io::ErrorKind::ConnectionReset;
        assert!(ended.as_ref().map_or_else(reset, |_| true), "{name}: {ended:?}");
    };
    let started = Instant::now();
    closes("silence", connect(app.addr));
    let mut half = connect(app.addr);
    let _cut_off = half.write_all(&old_hello([3, 3], &ECDHE_GCM)[..30]);
    closes("half a handshake", half);
    let whole = app.call("POST", "/oauth2/token").header("Connection", "keep-alive");
    let whole = whole.form(&[("grant_type", "password")]).bytes();
    for (name, sent) in [("head", 20), ("body", whole.len() - 3)] {
        let mut stream = opened(app.addr);
        // A slow machine may not be done with this before it is cut off, which is what it is to be.
        let _cut_off = stream.write_all(&whole[..sent]);
        let status = read_answer(&mut stream).map(|answer| answer.status);
        assert!(status.is_none_or(|status| [408, 503].contains(&status)), "{name}: {status:?}");
        closes(name, stream.sock);
    }
    assert!(started.elapsed() > Duration::from_secs(2), "they were cut off early: {:?}", started.elapsed());
}

#[test]
fn a_stop_finishes_what_was_begun_over_tls() {
    let mut instance = Instance::new();
    instance.speak_tls();
    instance.set("LATCHKEY_SERVER__REQUEST_TIMEOUT_SECONDS", "300");
    instance.set("LATCHKEY_SERVER__STOP_GRACE_SECONDS", "300");
    instance.set("LATCHKEY_SERVER__WORKERS", "1");
    let mut server = instance.serve();
    let bytes = server.call("POST", "/oauth2/token").form(&[("grant_type", "password")]).bytes();
    let mut open = opened(server.addr);
    open.write_all(&bytes[..bytes.len() - 1]).unwrap();
    // One worker reads in order: when later ones have their answers, it has begun with this one.
    for _ in 0..3 {
        assert_eq!(server.call("GET", KEYS).send().status, 200);
    }
    server.signal("TERM");
    let signalled = Instant::now();
    while server.ops_call("/readyz").is_none_or(|answer| answer.status != 503) {
        assert!(signalled.elapsed() < PATIENCE);
        std::thread::sleep(Duration::from_millis(10));
    }
    open.write_all(b"d").unwrap();
    assert_eq!(read_answer(&mut open).unwrap().json()["error"], "invalid_client");
    assert_eq!(server.end(), Some(0), "{}", server.err());
    assert!(
        server.err().contains("\"ip\":\"127.0.0.1\""),
        "whoever asks is known over TLS too: {}",
        server.err()
    );
}

/// The certificate that a handshake is answered with.
fn presented(addr: SocketAddr) -> CertificateDer<'static> {
    let stream = opened(addr);
    stream.conn.peer_certificates().unwrap()[0].clone().into_owned()
}

fn certificate(files: &Files) -> CertificateDer<'static> {
    CertificateDer::from_pem_file(&files.certificate).unwrap()
}

#[track_caller]
fn wait(what: &str, server: &Server, is: impl Fn() -> bool) {
    let started = Instant::now();
    while !is() {
        assert!(started.elapsed() < PATIENCE, "waited for {what}: {}", server.err());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Puts the content of other files where the server looks.
fn put(place: &Files, from: &Files) {
    let copy = |to: &Path, from: &Path| tls::write(to, &std::fs::read_to_string(from).unwrap());
    copy(&place.certificate, &from.certificate);
    copy(&place.key, &from.key);
}

#[test]
fn a_changed_certificate_is_taken_up_and_a_broken_one_is_not() {
    let mut instance = Instance::new();
    instance.speak_tls();
    let dir = instance.dir.path().to_owned();
    let first = authority().issue(&dir, "first", |_| {});
    let second = authority().issue(&dir, "second", |_| {});
    let third = authority().issue(&dir, "third", |params| params.not_after = date_time_ymd(2100, 1, 1));
    let place = Files { certificate: dir.join("tls.pem"), key: dir.join("tls.key") };
    put(&place, &first);
    instance.set("LATCHKEY_TLS_CERTIFICATE", &place.certificate.display().to_string());
    instance.set("LATCHKEY_TLS_KEY", &place.key.display().to_string());
    let server = instance.serve();
    assert_eq!(presented(server.addr), certificate(&first));
    let mut kept = opened(server.addr);

    put(&place, &second);
    wait("the second certificate", &server, || presented(server.addr) == certificate(&second));
    let alive = server.call("GET", KEYS).header("Connection", "keep-alive").bytes();
    assert_eq!(exchange(&mut kept, &alive).unwrap().status, 200, "connections go on");

    for (broken, problem) in [
        ("", "holds no certificate"),
        (&std::fs::read_to_string(&first.certificate).unwrap(), "does not fit the first certificate"),
    ] {
        tls::write(&place.certificate, broken);
        wait("the complaint", &server, || server.err().contains(problem));
        assert_eq!(presented(server.addr), certificate(&second), "the one before stays: {problem}");
    }
    std::fs::remove_file(&place.key).unwrap();
    wait("the complaint", &server, || server.err().contains("cannot be opened"));
    assert_eq!(presented(server.addr), certificate(&second), "the one before stays");

    put(&place, &third);
    wait("the third certificate", &server, || presented(server.addr) == certificate(&third));
    let said = server.err();
    let complaints = said.matches("before it stays in use").count();
    assert!((2..=3).contains(&complaints), "each once: {said}");
    assert!(!said.contains("PRIVATE KEY"), "{said}");
}

#[test]
fn a_certificate_that_browsers_refuse_is_served_with_a_warning() {
    let expired = |params: &mut rcgen::CertificateParams| params.not_after = date_time_ymd(2020, 2, 3);
    let other = |params: &mut rcgen::CertificateParams| {
        params.subject_alt_names = vec![rcgen::SanType::DnsName("other.test".try_into().unwrap())];
    };
    let day = chrono::Utc::now() + chrono::TimeDelta::days(3);
    let soon = |params: &mut rcgen::CertificateParams| {
        use chrono::Datelike as _;
        let [month, of_month] = [day.month(), day.day()].map(|part| u8::try_from(part).unwrap());
        params.not_after = date_time_ymd(day.year(), month, of_month);
    };
    let expires = format!("the certificate expires on {}", day.format("%Y-%m-%d"));
    let early = |params: &mut rcgen::CertificateParams| params.not_before = date_time_ymd(2099, 1, 2);
    type Change<'a> = &'a dyn Fn(&mut rcgen::CertificateParams);
    for (change, warning) in [
        (&expired as Change<'_>, "the certificate has expired on 2020-02-03"),
        (&other, "the certificate is not for localhost, the host of server.issuer"),
        (&early, "the certificate is not valid before 2099-01-02"),
        (&soon, &expires),
    ] {
        let mut instance = Instance::on_sqlite();
        instance.speak_tls();
        let files = authority().issue(instance.dir.path(), "own", |params| change(params));
        instance.set("LATCHKEY_TLS_CERTIFICATE", &files.certificate.display().to_string());
        instance.set("LATCHKEY_TLS_KEY", &files.key.display().to_string());
        let checked = instance.run(&["config", "check"]);
        assert_eq!(checked.code, Some(0), "{checked:?}");
        assert!(checked.err.contains(warning), "{checked:?}");
        let mut server = instance.serve();
        wait(warning, &server, || server.err().contains(warning));
        assert!(server.out().contains(warning), "{}", server.out());
        assert_eq!(server.stop(), Some(0));
    }
}

#[test]
fn commands_need_no_certificate_and_a_server_says_what_is_wrong_with_it() {
    let mut instance = Instance::on_sqlite();
    instance.speak_tls();
    instance.set("LATCHKEY_TLS_KEY", "/nowhere/tls.key");
    instance.ok(&["migrate"]);
    for command in [&["serve"][..], &["config", "check"]] {
        instance
            .run(command)
            .refused(78, &["LATCHKEY_TLS_KEY  server.tls_key: cannot be opened", "/nowhere/tls.key"]);
    }
    let flags = ["serve", "--tls-certificate", "/nowhere/tls.pem"];
    instance.run(&flags).refused(78, &["flag  server.tls_certificate: cannot be opened"]);
    instance.run(&["dev"]).refused(78, &["tls_key"]);
    tls::settings().iter().for_each(|(name, value)| instance.set(name, value));
    instance.run(&["dev"]).refused(78, &["latchkey dev", "plain http"]);
}

#[test]
fn sec_h4_plain_http_leads_to_the_issuer_and_nowhere_else() {
    let port = free_port();
    let listen = format!("127.0.0.1:{port}");
    let app = TestApp::https_with_env(&[("LATCHKEY_HTTP_LISTEN", &listen)]);
    let at: SocketAddr = listen.parse().unwrap();
    let call = |method: &str, target: &str| Call::new(at, "evil.example", method, target);
    for (target, path) in [
        ("/", "/"),
        ("/login?a=b&c=%20d", "/login?a=b&c=%20d"),
        ("//evil.example/x", "//evil.example/x"),
        ("/\\evil.example", ""),
        ("http://evil.example/x?y", "/x?y"),
        ("evil.example:80", "/"),
        ("@evil.example", ""),
        (".evil.example", ""),
        ("/%0d%0aSet-Cookie:x", "/%0d%0aSet-Cookie:x"),
    ] {
        for method in ["GET", "HEAD"] {
            let call = call(method, target).header("X-Forwarded-Host", "evil.example");
            let answer = raw(at, &call.bytes()).unwrap_or_else(|| panic!("no answer to {target}"));
            if path.is_empty() {
                // Whether such a target is read at all is the HTTP library's to say.
                assert!(answer.status == 400 || answer.location().starts_with(&format!("{}/", app.issuer)));
                continue;
            }
            assert_eq!(answer.status, 308, "{method} {target}");
            assert_eq!(answer.location(), format!("{}{path}", app.issuer), "{method} {target}");
            assert!(answer.header("strict-transport-security").is_none(), "RFC 6797 §7.2");
            assert!(answer.header("set-cookie").is_none() && answer.body.is_empty(), "{answer:?}");
        }
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"] {
        let answer = call(method, "/oauth2/token").send();
        assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD")), "{method}");
        assert!(answer.header("location").is_none(), "what came in the clear is not sent again");
    }
    let long = call("GET", &format!("/{}", "a".repeat(9000))).send();
    assert_eq!((long.status, long.header("location")), (414, None));
    let followed = raw(app.addr, &app.call("GET", "/login").bytes()).unwrap();
    assert_eq!(followed.status, 200, "where it leads, https is spoken");
}
