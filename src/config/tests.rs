//! Tests of the configuration as a whole. Broken ones are in `tests/it/config_golden.rs`.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::key::Key;
use super::sections::{SECTIONS, all_keys};
use super::*;
use crate::base::crypt::MasterKey;

fn env(pairs: &[(&str, &str)]) -> Sources {
    let env = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Sources { env, ..Sources::default() }
}

fn good(sources: Sources) -> Settings {
    load(sources).unwrap_or_else(|problems| panic!("{}", render(&problems)))
}

fn bad(sources: Sources) -> String {
    match load(sources) {
        Ok(_) => panic!("it was accepted"),
        Err(problems) => render(&problems),
    }
}

fn row(settings: &Settings, key: &str) -> (String, String) {
    let rows = settings.explain();
    let row = rows.iter().find(|row| row.key == key).unwrap();
    (row.value.clone(), row.origin.clone())
}

fn private_file(dir: &tempfile::TempDir, name: &str, content: &str) -> PathBuf {
    let path = dir.path().join(name);
    fs::write(&path, content).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    path
}

const HEX_KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

fn fingerprint(hex: &str) -> Option<String> {
    let bytes: Vec<u8> =
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
    MasterKey::from_bytes(&bytes).map(|key| key.fingerprint())
}

#[test]
fn nothing_is_needed() {
    let settings = good(Sources::default());
    assert_eq!(settings.server.issuer.as_str(), "http://localhost:8617");
    assert_eq!(settings.server.listen.to_string(), "127.0.0.1:8617");
    assert_eq!(settings.server.ops_listen.map(|ops| ops.to_string()).as_deref(), Some("127.0.0.1:8618"));
    assert_eq!(settings.tokens.code_seconds, 60);
    assert_eq!(settings.session.absolute_seconds, 30 * 86_400);
    assert!(settings.keys.master_key.is_none() && !settings.dev);
    assert_eq!(settings.master_key_file(), Path::new("./data/keys/master.key"));
    assert!(
        matches!(settings.database_target(), DatabaseTarget::Sqlite(path) if path == Path::new("./data/latchkey.db"))
    );
}

#[test]
fn the_key_table_is_consistent() {
    let names: BTreeSet<String> = all_keys().map(Key::env).collect();
    assert_eq!(names.len(), all_keys().count(), "an environment name stands for two keys");
    assert!(names.len() <= 120, "{} keys are more than anybody reads", names.len());
    for section in SECTIONS {
        assert!(section.keys.iter().all(|key| key.section == section.name));
    }
    let explained: Vec<String> = good(Sources::default()).explain().into_iter().map(|row| row.key).collect();
    assert_eq!(explained, all_keys().map(Key::dotted).collect::<Vec<_>>());
}

#[test]
fn every_key_can_be_set_in_each_layer() {
    let mut sources = Sources::default();
    let mut file = String::new();
    for section in SECTIONS {
        file.push_str(&format!("[{}]\n", section.name));
        for key in section.keys.iter().filter(|key| !key.secret()) {
            file.push_str(&format!("{} = {}\n", key.name, (key.describe)().shape.in_file(key.default)));
        }
    }
    let dir = tempfile::tempdir().unwrap();
    sources.file = Some(private_file(&dir, "latchkey.toml", &file));
    for key in all_keys().filter(|key| !key.default.is_empty()) {
        sources.env.insert(key.env(), key.default.to_owned());
    }
    assert_eq!(row(&good(sources.clone()), "session.idle_seconds").1, "env LATCHKEY_SESSION__IDLE_SECONDS");
    sources.flags = all_keys().map(|key| (key.dotted(), key.default.to_owned())).collect();
    let settings = good(sources);
    assert!(settings.explain().iter().all(|row| row.origin == "flag"), "{:?}", settings.explain());
}

#[test]
fn the_highest_layer_wins_and_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = private_file(
        &dir,
        "latchkey.toml",
        "[log]\nlevel = \"warn\"\nformat = \"json\"\n\n[trace]\nmax_rows = 0x1000\n",
    );
    let mut sources = env(&[("LATCHKEY_LOG__FORMAT", "text"), ("LATCHKEY_LOG__LEVEL", "")]);
    sources.env.insert("LATCHKEY_CONFIG".into(), file.display().to_string());
    sources.flags =
        vec![("session.max_per_user".into(), "3".into()), ("session.max_per_user".into(), "4".into())];
    let settings = good(sources);
    let at = |line: u32| format!("{}:{line}", file.display());
    assert_eq!(row(&settings, "log.level"), ("warn".into(), at(2)), "an empty variable counts as not set");
    assert_eq!(row(&settings, "log.format"), ("text".into(), "env LATCHKEY_LOG__FORMAT".into()));
    assert_eq!(row(&settings, "trace.max_rows"), ("4096".into(), at(6)));
    assert_eq!(row(&settings, "session.max_per_user"), ("4".into(), "flag".into()));
    assert_eq!(row(&settings, "log.level").1, at(2));
    assert_eq!(row(&settings, "keys.rsa_bits"), ("2048".into(), "default".into()));
    assert_eq!((settings.log.level, settings.log.format), (Level::Warn, LogFormat::Text));
}

#[test]
fn a_certificate_makes_the_default_issuer_https() {
    let tls = [("LATCHKEY_TLS_CERTIFICATE", "tls.pem"), ("LATCHKEY_TLS_KEY", "tls.key")];
    let settings = good(env(&tls));
    assert_eq!(settings.server.issuer.as_str(), "https://localhost:8617");
    assert_eq!(row(&settings, "server.issuer").1, "default, follows server.tls_certificate");
    let settings = good(env(&[&tls[..], &[("PORT", "9443")]].concat()));
    assert_eq!(settings.server.issuer.as_str(), "https://localhost:9443");
    assert_eq!(row(&settings, "server.issuer").1, "default, follows server.listen");
    assert!(settings.tls_files().is_some() && good(env(&[])).tls_files().is_none());
}

#[test]
fn a_tls_key_that_others_may_read_is_worth_a_warning() {
    let dir = tempfile::tempdir().unwrap();
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate =
        rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    let certificate = private_file(&dir, "tls.pem", &certificate.pem());
    let key = private_file(&dir, "tls.key", &key.serialize_pem());
    let (certificate, path) = (certificate.display().to_string(), key.display().to_string());
    let tls = [("LATCHKEY_TLS_CERTIFICATE", certificate.as_str()), ("LATCHKEY_TLS_KEY", &path)];
    let settings = good(env(&tls));
    assert_eq!(settings.check_files(1_800_000_000).unwrap().warnings, Vec::<String>::new());
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let warnings = settings.check_files(1_800_000_000).unwrap().warnings;
    assert_eq!(warnings, [format!("every user of this machine may open {path} (mode 644)")]);
}

#[test]
fn the_file_of_the_flag_wins_over_the_one_of_the_environment() {
    let dir = tempfile::tempdir().unwrap();
    let file = private_file(&dir, "a.toml", "[log]\nlevel = \"warn\"\n");
    let sources = Sources { file: Some(file), ..env(&[("LATCHKEY_CONFIG", "/nowhere.toml")]) };
    assert_eq!(good(sources).log.level, Level::Warn);
    let answer = bad(env(&[("LATCHKEY_CONFIG", "/nowhere.toml")]));
    assert!(answer.contains("correct the path in LATCHKEY_CONFIG"), "{answer}");
}

#[test]
fn port_moves_the_listener_and_the_default_issuer() {
    let settings = good(env(&[("PORT", "9000")]));
    assert_eq!(settings.server.listen.to_string(), "127.0.0.1:9000");
    assert_eq!(settings.server.issuer.as_str(), "http://localhost:9000");
    assert_eq!(row(&settings, "server.listen").1, "env PORT");
    assert_eq!(row(&settings, "server.issuer").1, "default, follows server.listen");

    let settings = good(env(&[("PORT", "9000"), ("LATCHKEY_LISTEN", "[::]:80")]));
    assert_eq!(settings.server.listen.to_string(), "[::]:9000");
    assert!(settings.warnings.iter().any(|line| line.contains("PORT=9000")), "{:?}", settings.warnings);

    let dir = tempfile::tempdir().unwrap();
    let file = private_file(
        &dir,
        "a.toml",
        "[server]\nlisten = \"0.0.0.0:1\"\nissuer = \"https://id.example.com\"\n",
    );
    let settings = good(Sources { file: Some(file), ..env(&[("PORT", "9000")]) });
    assert_eq!(settings.server.listen.to_string(), "0.0.0.0:9000");
    assert_eq!(settings.server.issuer.as_str(), "https://id.example.com");

    let flags = vec![("server.listen".to_owned(), "127.0.0.1:7000".to_owned())];
    assert_eq!(good(Sources { flags, ..env(&[("PORT", "9000")]) }).server.listen.port(), 7000);
}

#[test]
fn secrets_come_from_files_and_are_never_shown() {
    let dir = tempfile::tempdir().unwrap();
    let key = private_file(&dir, "master_key", &format!("{HEX_KEY}\n"));
    let url = private_file(&dir, "url", "postgres://ada:sesame@db/x\r\n");
    let url = url.display().to_string();
    let mut sources = env(&[("DATABASE_URL_FILE", &url)]);
    sources.env.insert("CREDENTIALS_DIRECTORY".into(), dir.path().display().to_string());
    let settings = good(sources.clone());
    assert!(
        matches!(settings.database_target(), DatabaseTarget::Postgres(url) if url.reveal() == "postgres://ada:sesame@db/x")
    );
    assert_eq!(settings.keys.master_key.as_ref().map(MasterKey::fingerprint), fingerprint(HEX_KEY));
    assert_eq!(
        row(&settings, "database.url"),
        ("PostgreSQL, address hidden".into(), "env DATABASE_URL_FILE".into())
    );
    assert_eq!(
        row(&settings, "keys.master_key"),
        ("(hidden)".into(), format!("credential {}", key.display()))
    );

    let other = HEX_KEY.replace("00", "ff");
    sources.env.insert("LATCHKEY_KEYS__MASTER_KEY".into(), other.clone());
    let settings = good(sources);
    assert_eq!(
        settings.keys.master_key.as_ref().map(MasterKey::fingerprint),
        fingerprint(&other),
        "the variable wins"
    );
    let everything = format!("{:?} {:?}", settings.explain(), settings.warnings);
    assert!(!everything.contains("sesame") && !everything.contains(&other) && !everything.contains(HEX_KEY));
}

#[test]
fn our_name_wins_over_the_one_of_the_platform() {
    let settings =
        good(env(&[("DATABASE_URL", "postgres://h/x"), ("LATCHKEY_DATABASE__URL", "sqlite://a.db")]));
    assert!(matches!(settings.database_target(), DatabaseTarget::Sqlite(path) if path == Path::new("a.db")));
}

#[test]
fn variables_of_kubernetes_and_of_others_are_left_alone() {
    good(env(&[
        ("LATCHKEY_SERVICE_HOST", "10.0.0.1"),
        ("LATCHKEY_SERVICE_PORT_HTTP", "8617"),
        ("LATCHKEY_PORT", "tcp://10.0.0.1:8617"),
        ("LATCHKEY_PORT_8617_TCP_ADDR", "10.0.0.1"),
        ("LATCHKEY_OPS_SERVICE_HOST", "10.0.0.1"),
        ("LATCHKEY_COLOUR", ""),
        ("NO_COLOR", "1"),
        ("HOME", "/home/somebody"),
    ]));
}

#[test]
fn v7_a_file_with_a_secret_must_be_private() {
    let dir = tempfile::tempdir().unwrap();
    let file = private_file(&dir, "a.toml", &format!("[keys]\nmaster_key = \"{HEX_KEY}\"\n"));
    let sources = Sources { file: Some(file.clone()), ..Sources::default() };
    for (mode, accepted) in [(0o600, true), (0o640, true), (0o644, false), (0o602, false)] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(load(sources.clone()).is_ok(), accepted, "{mode:o}");
    }
    let file = private_file(&dir, "b.toml", "[database]\nurl = \"sqlite://a.db\"\n");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    good(Sources { file: Some(file), ..Sources::default() });
}

#[test]
fn what_works_but_is_unwise_is_said() {
    let warns = |pairs: &[(&str, &str)], part: &str| {
        let warnings = good(env(pairs)).warnings;
        assert_eq!(warnings.iter().filter(|line| line.contains(part)).count(), 1, "{part}: {warnings:?}");
    };
    warns(&[], "insecure for production: server.issuer http://localhost:8617");
    warns(&[("LATCHKEY_LISTEN", "0.0.0.0:8617")], "server.listen 0.0.0.0:8617 can be reached");
    warns(&[("LATCHKEY_OPS_LISTEN", "0.0.0.0:8618")], "server.ops_listen 0.0.0.0:8618 shows metrics");
    warns(&[("LATCHKEY_SERVER__TRUSTED_PROXIES", "::/0")], "trusts every address");
    warns(&[("LATCHKEY_PASSWORD__ITERATIONS", "1")], "below the usual minimum");
    warns(&[("LATCHKEY_DATABASE__STATEMENT_TIMEOUT_SECONDS", "30")], "request_timeout_seconds is shorter");

    let flags = vec![("database.url".to_owned(), "postgres://ada:sesame@db/x".to_owned())];
    let warnings = good(Sources { flags, ..Sources::default() }).warnings;
    assert!(warnings.iter().any(|line| line.contains("database.url is on the command line")), "{warnings:?}");
    assert!(!format!("{warnings:?}").contains("sesame"));

    let production = [("LATCHKEY_ISSUER", "https://id.example.com/auth/"), ("LATCHKEY_OPS_LISTEN", "off")];
    let settings = good(env(&production));
    assert_eq!(settings.warnings, Vec::<String>::new());
    assert_eq!(settings.server.issuer.to_string(), "https://id.example.com/auth");
    assert!(settings.server.ops_listen.is_none());
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_do_no_harm() {
    let dir = tempfile::tempdir().unwrap();
    let file = private_file(&dir, "a.toml", "\u{feff}[log]\r\nlevel = \"wrong\"\r\n");
    let answer = bad(Sources { file: Some(file), ..Sources::default() });
    assert!(answer.contains("a.toml:2:9  log.level"), "{answer}");
}

#[test]
fn no_text_makes_the_reader_panic() {
    let dir = tempfile::tempdir().unwrap();
    let pieces = [
        "[session]",
        "\n",
        "idle_seconds",
        "=",
        "é",
        "\"",
        "'",
        "{",
        "}",
        "[[",
        "]",
        "\\",
        "#",
        "\r",
        " ",
        "9e9",
        ":",
        ",",
    ];
    // A small linear congruence: the same texts in every run.
    let mut state: u64 = 8617;
    for _ in 0..2000 {
        let mut text = String::new();
        for _ in 0..12 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push_str(pieces[usize::try_from(state >> 33).unwrap() % pieces.len()]);
        }
        let file = private_file(&dir, "a.toml", &text);
        if let Err(problems) = load(Sources { file: Some(file), ..Sources::default() }) {
            assert!(problems.iter().all(|problem| !problem.fix.is_empty()), "{text:?}");
        }
    }
}
