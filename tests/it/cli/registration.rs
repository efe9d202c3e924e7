//! `latchkey registration` and `latchkey client review`.

use super::assert_dry;
use crate::harness::database::dump;
use crate::harness::program::Program;
use serde_json::{Value, json};

/// Registers an app over the network with this token.
fn register(program: &Program, token: &str) -> Value {
    let body = json!({ "client_name": "Shop", "redirect_uris": ["https://rp.example.com/cb"] }).to_string();
    let call =
        program.call("POST", "/oauth2/register").bearer(token).header("Content-Type", "application/json");
    let answer = call.body(body.as_bytes()).send();
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

#[test]
fn sec_i1_tokens_are_made_listed_and_deleted() {
    let program = Program::fresh();
    program.run(&["migrate"]).ok();
    assert!(program.run(&["registration", "token", "list"]).ok().contains("no initial access token"));
    let add = ["registration", "token", "add", "--name", "Team Blue", "--uses", "5", "--days", "30"];
    let said = program.run(&[&add[..], &["-o", "json"]].concat());
    assert!(said.err.contains("registration.mode"), "it is off: {}", said.err);
    let made = said.json();
    let token = made["initial_access_token"].as_str().unwrap().to_owned();
    assert!(token.starts_with("lk_iat_"));
    assert_eq!((&made["uses"], &made["used"], &made["trusted"]), (&json!(5), &json!(0), &json!(false)));
    let life = made["expires_at"].as_i64().unwrap() - made["created_at"].as_i64().unwrap();
    assert_eq!(life, 30 * 86_400);
    let text = program.run(&["registration", "token", "add", "--trusted"]).ok();
    assert!(text.contains("for 1 app, which need no review") && text.contains("lk_iat_"), "{text}");
    assert!(!dump(&program).contains(&token), "only its digest is kept");
    let list = program.run(&["registration", "token", "list"]).ok();
    assert!(list.contains("Team Blue") && list.contains("0 of 5") && !list.contains(&token), "{list}");
    let listed = program.run(&["registration", "token", "ls", "-o", "json"]).json();
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert!(listed.as_array().unwrap().iter().all(|row| row.get("initial_access_token").is_none()));
    let id = made["id"].as_str().unwrap();
    assert_eq!(program.run(&["registration", "token", "rm", id, "-o", "json"]).json()["removed"], id);
    assert!(program.run(&["registration", "token", "rm", id]).fails(3).contains(id));
    for wrong in [["--uses", "0"], ["--uses", "x"], ["--days", "0"], ["--days", "4000"]] {
        program.run(&[&["registration", "token", "add"][..], &wrong].concat()).fails(2);
    }
    let long = "x".repeat(101);
    assert!(program.run(&["registration", "token", "add", "--name", &long]).fails(65).contains("name"));
    program.run(&["registration", "token", "list", "-o", "env"]).fails(2);
}

#[test]
fn sec_b2_an_app_that_registered_itself_is_marked_until_it_is_reviewed() {
    let mut program = Program::fresh();
    program.instance.set("LATCHKEY_REGISTRATION__MODE", "token");
    let (_server, _) = program.serve();
    let made = program.run(&["registration", "token", "add", "-o", "json"]).json();
    let app = register(&program, made["initial_access_token"].as_str().unwrap());
    let id = app["client_id"].as_str().unwrap();
    let unreviewed =
        |program: &Program| program.run(&["client", "show", id, "-o", "json"]).json()["unreviewed"].clone();
    assert_eq!(unreviewed(&program), true);
    assert!(program.run(&["client", "list"]).ok().contains("on, unverified"));
    let shown = program.run(&["client", "show", id]).ok();
    let came = format!("with initial access token {}", made["id"].as_str().unwrap());
    assert!(shown.contains("on, unverified") && shown.contains(&came), "{shown}");
    assert_dry(&program, &["client", "review", id], "");
    assert!(program.run(&["client", "review", id]).ok().contains("is reviewed"));
    assert_eq!(unreviewed(&program), false);
    assert!(!program.run(&["client", "list"]).ok().contains("unverified"));
    assert_eq!(program.run(&["client", "review", id, "--withdraw", "-o", "json"]).json()["unreviewed"], true);
    assert_eq!(unreviewed(&program), true);
    // What an admin made is the admin's own.
    program.run(&["client", "add", "Mine", "https://rp.example.com/cb", "--id", "mine"]).ok();
    assert!(program.run(&["client", "review", "mine"]).fails(4).contains("by an administrator"));
    assert!(program.run(&["client", "review", "nobody"]).fails(3).contains("nobody"));
}

#[test]
fn a_dry_run_with_tokens_changes_nothing() {
    let program = Program::fresh();
    let made = program.run(&["registration", "token", "add", "-o", "json"]).json();
    assert_dry(&program, &["registration", "token", "add", "--uses", "3"], "");
    assert_dry(&program, &["registration", "token", "rm", made["id"].as_str().unwrap()], "");
    let dry = program.run(&["registration", "token", "add", "--dry-run", "-o", "json"]).json();
    assert_eq!(dry["initial_access_token"], Value::Null);
}
