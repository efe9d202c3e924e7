//! Broken configurations and what Latchkey says about them, word for word.
//!
//! Each `config/broken/NAME.toml` is loaded and the answer compared with `NAME.txt` beside it. Lines
//! at the top set more: `# env: NAME=VALUE`, `# flag: key=value`, `# secret: FILE=CONTENT` (a file
//! beside the configuration), `# pem: FILE=KIND` (one with a certificate or key, see `pem`), `# missing` (no configuration file is there), `# directory` (the
//! path is a directory), `# mode: 644`. `{dir}` stands for the directory of the files.
//! `LATCHKEY_BLESS=1` rewrites the answers; read each: it must tell a person what to change.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use latchkey::config::{Problem, Settings, Sources, load, render};
use rcgen::{CertificateParams, KeyPair};

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/config/broken");

/// The values of the lines `# name: value` at the top of a case.
fn orders<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let marker = format!("# {name}: ");
    text.lines()
        .take_while(|line| line.starts_with('#'))
        .filter_map(|line| line.strip_prefix(&marker))
        .collect()
}

fn pair(order: &str, dir: &str) -> (String, String) {
    let (name, value) = order.split_once('=').unwrap();
    (name.to_owned(), value.replace("{dir}", dir))
}

fn write_private(path: &Path, content: &[u8], mode: u32) {
    fs::write(path, content).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// A certificate, a key, or what people take for one.
fn pem(kind: &str) -> String {
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    let cut = |text: &str| text[..text.len() / 2].to_owned();
    let block =
        |kind: &str| format!("-----BEGIN {kind}-----\nbm90IHdoYXQgaXQgc2F5cw==\n-----END {kind}-----\n");
    match kind {
        "certificate" => certificate.pem(),
        "key" | "other key" => key.serialize_pem(),
        "cut certificate" => cut(&certificate.pem()),
        "cut key" => cut(&key.serialize_pem()),
        "locked key" => block("ENCRYPTED PRIVATE KEY"),
        "weak key" => block("RSA PRIVATE KEY"),
        "nonsense" => block("CERTIFICATE"),
        other => panic!("no such kind of file: {other}"),
    }
}

/// Loads a case in a directory of its own; the answer names its files relatively.
fn answer(case: &Path) -> Result<Settings, String> {
    let bytes = fs::read(case).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let place = tempfile::tempdir().unwrap();
    let dir = place.path().display().to_string();
    let file = place.path().join("latchkey.toml");
    let has = |order: &str| text.lines().take_while(|line| line.starts_with('#')).any(|line| line == order);
    let mode = orders(&text, "mode").first().map_or(0o600, |mode| u32::from_str_radix(mode, 8).unwrap());
    if has("# directory") {
        fs::create_dir(&file).unwrap();
    } else if !has("# missing") {
        write_private(&file, &bytes, mode);
    }
    for order in orders(&text, "secret") {
        let (name, content) = pair(order, &dir);
        write_private(&place.path().join(name), content.as_bytes(), 0o600);
    }
    for order in orders(&text, "pem") {
        let (name, kind) = pair(order, &dir);
        write_private(&place.path().join(name), pem(&kind).as_bytes(), 0o600);
    }
    let sources = Sources {
        file: Some(file),
        env: orders(&text, "env").iter().map(|order| pair(order, &dir)).collect(),
        flags: orders(&text, "flag").iter().map(|order| pair(order, &dir)).collect(),
    };
    let said = |problems: Vec<Problem>| render(&problems).replace(&format!("{dir}/"), "");
    let settings = load(sources).map_err(said)?;
    // What a server reads besides; some day in 2026.
    settings.check_files(1_800_000_000).map_err(said)?;
    Ok(settings)
}

fn cases() -> Vec<PathBuf> {
    let entries = fs::read_dir(CASES).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|kind| kind == "toml")).collect();
    cases.sort();
    cases
}

#[test]
fn every_broken_configuration_is_answered_word_for_word() {
    let mut wrong = Vec::new();
    for case in cases() {
        let name = case.file_stem().unwrap().to_string_lossy().into_owned();
        let Err(answer) = answer(&case) else {
            wrong.push(format!("{name}: was accepted"));
            continue;
        };
        let golden = case.with_extension("txt");
        if std::env::var_os("LATCHKEY_BLESS").is_some() {
            fs::write(&golden, &answer).unwrap();
        }
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        if answer != expected {
            wrong.push(format!("{name}: expected\n{expected}\nanswered\n{answer}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn there_are_enough_broken_configurations_and_no_orphans() {
    assert!(cases().len() >= 24, "{} cases", cases().len());
    for entry in fs::read_dir(CASES).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|kind| kind == "txt") {
            assert!(path.with_extension("toml").exists(), "{} belongs to no case", path.display());
        }
    }
}

#[test]
fn every_answer_names_a_place_and_a_fix_and_no_secret() {
    for case in cases() {
        let Err(answer) = answer(&case) else { panic!("{} was accepted", case.display()) };
        let problems = answer.lines().filter(|line| !line.starts_with(' ') && line.contains("  ")).count();
        let fixes = answer.lines().filter(|line| line.starts_with("    fix: ") && line.len() > 12).count();
        assert!(
            problems > 0 && problems == fixes,
            "{}: {problems} problems, {fixes} fixes\n{answer}",
            case.display()
        );
        assert!(!answer.to_lowercase().contains("sesame"), "{} shows a secret\n{answer}", case.display());
    }
}
