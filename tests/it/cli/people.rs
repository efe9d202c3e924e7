//! `latchkey user`, `session`, `recover`, `setup-link`.

use super::assert_dry;
use crate::harness::app::PASSWORD;
use crate::harness::program::Program;

#[test]
fn an_account_is_made_listed_switched_and_removed() {
    let program = Program::fresh();
    program.run(&["migrate"]).ok();
    assert!(program.run(&["user", "list"]).ok().contains("There is no account"));
    let add = ["user", "add", "ada@example.com", "--username", "ada", "--name", "Ada Lovelace"];
    let more = ["--role", "admin", "--claim", "locale=en-GB", "--verified", "--password-stdin", "-o", "json"];
    let made = program.feed(&[&add[..], &more].concat(), PASSWORD).json();
    assert_eq!((&made["username"], &made["roles"][0]), (&"ada".into(), &"admin".into()));
    assert_eq!(
        (&made["claims"]["name"], &made["claims"]["locale"]),
        (&"Ada Lovelace".into(), &"en-GB".into())
    );
    assert!(made.get("password_link").is_none());
    // Without a password there is a link to set one.
    let linked = program.run(&["user", "add", "bob@example.com", "-o", "json"]).json();
    let link = linked["password_link"].as_str().unwrap();
    assert!(link.starts_with(&program.issuer()) && link.contains("lk_ott_"), "{link}");
    let list = program.run(&["user", "list", "-o", "json"]).json();
    assert_eq!(list.as_array().unwrap().len(), 2);
    assert_eq!(program.run(&["user", "disable", "ada@example.com", "-o", "json"]).json()["enabled"], false);
    assert_eq!(program.run(&["user", "show", "ADA", "-o", "json"]).json()["enabled"], false);
    assert_eq!(program.run(&["user", "enable", "ada", "-o", "json"]).json()["enabled"], true);
    let id = made["id"].as_str().unwrap();
    assert_eq!(program.run(&["user", "rm", "ada", "-o", "json"]).json()["deleted"], id);
    for gone in ["ada", "ada@example.com", id] {
        program.run(&["user", "show", gone]).fails(3);
    }
    // The name is free again; the id is never another's.
    let next = program.feed(&[&add[..], &more].concat(), PASSWORD).json();
    assert_ne!(next["id"], made["id"]);
}

#[test]
fn sec_o8_bad_accounts_and_passwords_are_refused_with_the_reason() {
    let program = Program::fresh();
    program.add_user("ada");
    let taken = program.run(&["user", "add", "other@example.com", "--username", "ADA"]).fails(4);
    assert!(taken.contains("belongs to another account"), "{taken}");
    assert!(program.run(&["user", "add", "no-address"]).fails(65).contains("no-address"));
    assert!(
        program.run(&["user", "add", "x@example.com", "--claim", "locale"]).fails(65).contains("has no =")
    );
    for weak in ["short", "password1234", "ada@example.com"] {
        let said = program.feed(&["user", "passwd", "ada", "--password-stdin"], weak).fails(65);
        assert!(said.contains("password") && !said.contains(weak), "{said}");
    }
    program.feed(&["user", "passwd", "ada", "--password-stdin"], "").fails(65);
    program.feed(&["user", "passwd", "nobody", "--password-stdin"], PASSWORD).fails(3);
    let link = program.run(&["user", "passwd", "ada", "-o", "json"]).json();
    assert!(link["password_link"].as_str().unwrap().contains("lk_ott_"));
    let set =
        program.feed(&["user", "passwd", "ada", "--password-stdin", "-o", "json"], "another good sentence");
    assert_eq!(set.json()["password"], "set");
}

#[test]
fn the_way_back_in_is_a_link() {
    let program = Program::fresh();
    let setup = program.run(&["setup-link", "-o", "json"]).json();
    assert!(setup["setup_link"].as_str().unwrap().starts_with(&program.issuer()));
    // Without an administrator, recovery is the set-up.
    let recover = program.run(&["recover", "-o", "json"]).json();
    assert!(recover["setup_link"].is_string(), "{recover}");
    let add = |name: &str| {
        let email = format!("{name}@example.com");
        program.run(&["user", "add", &email, "--username", name, "--role", "admin"]).ok();
    };
    add("ada");
    let recover = program.run(&["recover", "-o", "json"]).json();
    assert_eq!(recover["username"], "ada");
    assert!(recover["password_link"].is_string());
    program.run(&["setup-link"]).fails(4);
    add("bob");
    assert!(program.run(&["recover"]).fails(4).contains("ada, bob"));
    assert_eq!(program.run(&["recover", "bob", "-o", "json"]).json()["username"], "bob");
    program.run(&["recover", "nobody"]).fails(3);
}

#[test]
fn a_dry_run_with_people_changes_nothing() {
    let program = Program::fresh();
    program.run(&["migrate"]).ok();
    assert_dry(&program, &["setup-link"], "");
    program.add_user("ada");
    assert_dry(&program, &["user", "add", "bob@example.com"], "");
    assert_dry(&program, &["user", "add", "bob@example.com", "--password-stdin"], PASSWORD);
    assert_dry(&program, &["user", "passwd", "ada"], "");
    assert_dry(&program, &["user", "passwd", "ada", "--password-stdin"], "another good sentence");
    assert_dry(&program, &["user", "disable", "ada"], "");
    assert_dry(&program, &["user", "rm", "ada"], "");
    assert_dry(&program, &["recover", "ada"], "");
    assert_dry(&program, &["session", "end", "--user", "ada"], "");
}

/// Somebody lost their phone and their codes.
#[test]
fn the_second_factors_of_a_person_are_shown_and_taken_away() {
    let program = Program::fresh();
    program.add_user("ada");
    assert!(program.run(&["user", "factors", "ada"]).ok().contains("has no second factor"));
    program.run(&["user", "factors", "nobody"]).fails(3);
    let db = program.db("factors");
    let row = "INSERT INTO factors (id, user_id, kind, name, sealed, last_step, created_at) \
               SELECT 'f', id, 'totp', 'Phone', '1.x.y', 1, 1 FROM users";
    crate::harness::database::execute(&db, row);
    let shown = program.run(&["user", "factors", "ada", "-o", "json"]).json();
    assert_eq!((&shown["factors"][0]["name"], &shown["recovery_codes_left"]), (&"Phone".into(), &0.into()));
    assert!(shown["factors"][0].get("sealed").is_none());
    let text = program.run(&["user", "factors", "ADA"]).ok();
    assert!(text.contains("totp") && text.contains("Phone") && text.contains("never used"), "{text}");
    assert_dry(&program, &["user", "factors", "ada", "reset"], "");
    assert_eq!(program.run(&["user", "factors", "ada", "reset", "-o", "json"]).json()["removed"], 1);
    assert!(program.run(&["user", "factors", "ada"]).ok().contains("has no second factor"));
    assert!(program.run(&["user", "factors", "ada", "reset"]).ok().contains("0 second factors"));
}
