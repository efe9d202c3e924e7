//! Accounts of another server (security rows V4, C1): imported, signed in to, upgraded.

use crate::harness::app::TestApp;
use crate::harness::program::Program;
use latchkey::engine::admin::imports;
use latchkey::store::users;
use std::io::Write as _;

/// Of "Pässword 1", made by glibc, hashlib and Django.
const BCRYPT: &str = "$2b$04$abcdefghijklmnopqrstuuR5uy782Qx/UHkrBefTMKxGi.ufnQrC.";
const DJANGO: &str = "pbkdf2_sha256$1000$somesalt$mVoft3ORURLxB3IvcoYLN3pxFM6lUzpnVAgAPx1QiZo=";
const SCRYPT: &str = "$scrypt$ln=10,r=8,p=1$c29tZXNhbHQ$Hq8hPjSo/cSJa/YdUA8r/Ny3S3ukldzCe1u2r8jsNj4";

fn file(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

#[test]
fn sec_v4_an_imported_password_signs_in_and_becomes_argon2id() {
    let app = TestApp::start();
    let line = |name: &str, hash: &str| format!("{{\"username\":\"{name}\",\"password_hash\":\"{hash}\"}}\n");
    let text = [line("bea", BCRYPT), line("dan", DJANGO), line("sue", SCRYPT)].join("\n");
    let lines = imports::read(&text).unwrap();
    let made = app.admin(move |conn, desk| imports::make(conn, desk, lines));
    assert_eq!(made, [imports::Made::New; 3]);
    let stored =
        |name: &'static str| app.read(move |conn| users::find_by_login(conn, name)).unwrap().1.unwrap();
    let sign_in = |name: &str, password: &str| {
        let mut visitor = app.visitor();
        let csrf = visitor.get("/login").input("csrf").unwrap();
        visitor.post("/login", &[("csrf", &*csrf), ("username", name), ("password", password)])
    };
    for name in ["bea", "dan", "sue"] {
        assert!(!stored(name).starts_with("$argon2id$"), "{}", stored(name));
        let wrong = sign_in(name, "Pässword 2");
        assert_eq!(wrong.status, 200);
        assert!(!stored(name).starts_with("$argon2id$"), "a wrong password changes nothing");
        assert_eq!(sign_in(name, "Pässword 1").status, 303, "{name}");
        let upgraded = stored(name);
        assert!(upgraded.starts_with("$argon2id$v=19$"), "{upgraded}");
        assert_eq!(sign_in(name, "Pässword 1").status, 303, "{name}, again");
        assert_eq!(stored(name), upgraded);
    }
    assert!(!app.read(users::any_imported));
}

#[test]
fn an_import_is_checked_as_a_whole_and_can_be_run_again() {
    let program = Program::fresh();
    let good = format!(
        "{{\"email\":\"ada@example.com\",\"username\":\"ada\",\"name\":\"Ada L\",\"email_verified\":true,\"roles\":[\"staff\"],\"claims\":{{\"locale\":\"en-GB\"}},\"password_hash\":\"{BCRYPT}\"}}\n\n{{\"email\":\"bob@example.com\",\"enabled\":false}}\n"
    );
    let bad = good.clone()
        + "not json\n"
        + "{\"email\":\"c@example.com\",\"password_hash\":\"$1$old$x\"}\n"
        + "{\"email\":\"d@example.com\",\"admin\":true}\n"
        + "{\"username\":\"ADA\"}\n"
        + "{\"email\":7}\n";
    let broken = file(&bad);
    let said = program.run(&["user", "import", &broken.path().display().to_string()]).fails(65);
    for (line, why) in
        [(4, "not one JSON"), (5, "no known form"), (6, "admin"), (7, "name of line 1"), (8, "not text")]
    {
        assert!(
            said.lines().any(|l| l.contains(&format!("line {line}")) && l.contains(why)),
            "{line} {why}: {said}"
        );
    }
    let broken_again = program.run(&["user", "list"]);
    assert!(broken_again.out.is_empty() || !broken_again.out.contains("ada"), "nothing was made");
    let good = file(&good);
    let path = good.path().display().to_string();
    let dry = program.run(&["user", "import", &path, "--dry-run", "-o", "json"]).json();
    assert_eq!((&dry["made"], &dry["dry_run"]), (&2.into(), &true.into()));
    let made = program.run(&["user", "import", &path, "-o", "json"]).json();
    assert_eq!((&made["made"], &made["there_already"]), (&2.into(), &0.into()), "the dry run made nothing");
    let again = program.run(&["user", "import", &path, "-o", "json"]).json();
    assert_eq!((&again["made"], &again["there_already"]), (&0.into(), &2.into()));
    let ada = program.run(&["user", "show", "ada", "-o", "json"]).json();
    assert_eq!(
        (&ada["email_verified"], &ada["roles"][0], &ada["claims"]["locale"]),
        (&true.into(), &"staff".into(), &"en-GB".into())
    );
    assert_eq!(program.run(&["user", "show", "bob@example.com", "-o", "json"]).json()["enabled"], false);
    let mixed = file("{\"username\":\"ada\",\"email\":\"other@example.com\"}\n");
    let said = program.run(&["user", "import", &mixed.path().display().to_string()]).fails(65);
    assert!(said.contains("line 1") && said.contains("belongs to an account"), "{said}");
    let add = ["user", "add", "eve@example.com", "--password-hash-stdin"];
    program.feed(&add, "plain text").fails(65);
    program.feed(&add, DJANGO).ok();
    program.feed(&[&add[..], &["--password-stdin"]].concat(), DJANGO).fails(2);
}
