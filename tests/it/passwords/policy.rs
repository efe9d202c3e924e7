//! New passwords (security row O8).

use crate::harness::app::{PASSWORD, TestApp};
use crate::harness::http::Answer;
use crate::harness::program::Program;
use std::io::Write as _;

/// A list in the form of Have I Been Pwned, with `SHA1("kvxq mbrt wz")` among others.
pub fn list() -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let mut lines: Vec<String> =
        (0..500_u32).map(|n| format!("{:08X}{:032X}:{n}", n * 8_000_000, n)).collect();
    lines.push(format!("{KVXQ}:17"));
    lines.sort();
    file.write_all((lines.join("\r\n") + "\r\n").as_bytes()).unwrap();
    file
}

const KVXQ: &str = "5B4A5770C887C19836E8B7C654656501E5EF7F72";

fn link(app: &TestApp, username: &str) -> String {
    let id = app.user(username).id.to_string();
    let made =
        app.admin(move |conn, desk| latchkey::engine::admin::links::make_recover(conn, desk, &id, 600));
    let url = made.recover_url("");
    url[url.find("/recover").unwrap()..].to_owned()
}

fn set(app: &TestApp, link: &str, password: &str) -> Answer {
    let mut visitor = app.visitor();
    let page = visitor.get(link);
    let (csrf, link) = (page.input("csrf").unwrap(), page.input("link").unwrap());
    visitor.post("/recover", &[("csrf", &csrf), ("link", &link), ("password", password)])
}

#[test]
fn sec_o8_a_password_of_the_breached_list_is_refused_and_the_link_stays() {
    let list = list();
    let path = list.path().display().to_string();
    let app = TestApp::with_env(&[("LATCHKEY_PASSWORD__BREACHED_LIST", &path)]);
    let link = link(&app, "ada");
    let refused = set(&app, &link, "kvxq mbrt wz");
    assert!(refused.text().contains("stolen from another site"), "{}", refused.text());
    assert!(!refused.text().contains("kvxq mbrt wz"), "a password is never in a page");
    for (weak, why) in [("kvxq mbrt w", "12 characters"), ("password1234", "tried first")] {
        let refused = set(&app, &link, weak);
        assert!(refused.text().contains(why), "{}", refused.text());
    }
    let taken = set(&app, &link, "kvxq mbrt wy");
    assert!(taken.text().contains("Your password is set"), "{}", taken.text());
    assert!(!taken.text().contains("to guess"), "no advice where none is needed");
}

#[test]
fn sec_o8_length_and_kinds_as_the_operator_sets_them() {
    let env = [("LATCHKEY_PASSWORD__MIN_LENGTH", "8"), ("LATCHKEY_PASSWORD__REQUIRE", "upper,digit")];
    let app = TestApp::with_env(&env);
    let link = link(&app, "ada");
    let refused = set(&app, &link, "kvxqmbrt");
    assert!(refused.text().contains("a capital letter as well."), "{}", refused.text());
    let refused = set(&app, &link, "Kvxqmb1");
    assert!(refused.text().contains("8 characters"), "{}", refused.text());
    // What was taken is never refused for being weak; how to do better is said.
    let taken = set(&app, &link, "Summer2019");
    let said = taken.text();
    assert!(said.contains("Your password is set") || said.contains("tried first"), "{said}");
}

#[test]
fn sec_o8_advice_is_said_and_refuses_nothing() {
    let app = TestApp::with_env(&[("LATCHKEY_PASSWORD__MIN_LENGTH", "8")]);
    let link = link(&app, "ada");
    let taken = set(&app, &link, "2019-03-07");
    assert!(taken.text().contains("Your password is set"), "{}", taken.text());
    assert!(taken.text().contains("harder to guess"), "{}", taken.text());
}

/// At least 64 characters and up to 1,024 bytes; one more is refused before anything is hashed.
#[test]
fn sec_o8_sec_c5_long_passwords_are_taken_whole() {
    let app = TestApp::start();
    let (long, other) =
        (format!("{}é", "kvxq mbrt wz ".repeat(78)), format!("{}è", "kvxq mbrt wz ".repeat(78)));
    let (long, other) = (long[10..].to_owned() + "12345678", other[10..].to_owned() + "12345678");
    assert!((1000..=1024).contains(&long.len()), "{}", long.len());
    let link = link(&app, "ada");
    let refused = set(&app, &link, &"kvxq mbrt wz ".repeat(79));
    assert!(refused.text().contains("at most 1024 bytes"), "{}", refused.text());
    assert!(set(&app, &link, &long).text().contains("Your password is set"));
    let sign_in = |password: &str| {
        let mut visitor = app.visitor();
        let csrf = visitor.get("/login").input("csrf").unwrap();
        visitor.post("/login", &[("csrf", &*csrf), ("username", "ada"), ("password", password)]).status
    };
    assert_eq!(sign_in(&other), 200, "every byte counts");
    assert_eq!(sign_in(&format!("{long} ")), 200);
    assert_eq!(sign_in(&long), 303);
    assert_eq!(sign_in(PASSWORD), 200);
}

#[test]
fn sec_o8_a_list_that_is_none_is_refused_at_the_start() {
    let program = Program::fresh();
    let place = program.data_dir();
    std::fs::create_dir_all(&place).unwrap();
    let bad = place.join("list.txt");
    std::fs::write(&bad, "password\n123456\n").unwrap();
    let file = place.join("latchkey.toml");
    let config = |path: &std::path::Path| {
        std::fs::write(&file, format!("[password]\nbreached_list = {:?}\n", path.display().to_string()))
            .unwrap();
    };
    let file = file.display().to_string();
    config(&bad);
    for command in [["config", "check", "--config", &file].as_slice(), &["serve", "--config", &file]] {
        let said = program.run(command).fails(78);
        assert!(
            said.contains("breached_list") && said.contains("no SHA-1") && said.contains("latchkey.toml"),
            "{said}"
        );
    }
    config(std::path::Path::new("/no/such/list"));
    assert!(program.run(&["config", "check", "--config", &file]).fails(78).contains("cannot be read"));
    let good = list();
    config(good.path());
    program.run(&["config", "check", "--config", &file]).ok();
    let said = program
        .feed(&["user", "add", "a@example.com", "--password-stdin", "--config", &file], "kvxq mbrt wz")
        .fails(65);
    assert!(said.contains("stolen from another site"), "{said}");
}
