//! Commands beside a running server: it follows by itself.

use crate::harness::app::{CALLBACK, CHALLENGE, PASSWORD};
use crate::harness::child::PATIENCE;
use crate::harness::http::{Answer, Visitor, form};
use crate::harness::program::Program;
use std::time::{Duration, Instant};

/// The server looks every 200 ms; how long that takes is this machine's affair.
#[track_caller]
fn soon(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < PATIENCE, "{what}: not after {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What the token endpoint says to this client.
fn machine_token(program: &Program, id: &str, secret: &str) -> Answer {
    let call = program.call("POST", "/oauth2/token").basic(id, secret);
    call.form(&[("grant_type", "client_credentials"), ("scope", "read")]).send()
}

fn add_machine(program: &Program) -> String {
    let add =
        ["client", "add", "M", "--id", "m", "--grant", "client_credentials", "--scope", "read", "-o", "json"];
    program.run(&add).json()["client_secret"].as_str().unwrap().to_owned()
}

#[test]
fn a_running_server_follows_what_is_done_to_apps() {
    let program = Program::fresh();
    let (_server, _) = program.serve();
    let first = add_machine(&program);
    soon("a new app", || machine_token(&program, "m", &first).status == 200);
    let second = program.run(&["client", "secret", "add", "m", "-o", "json"]).json();
    let second = second["client_secret"].as_str().unwrap();
    soon("a new secret", || machine_token(&program, "m", second).status == 200);
    assert_eq!(machine_token(&program, "m", &first).status, 200, "the old secret overlaps");
    let third = program.run(&["client", "secret", "add", "m", "--keep-old", "0", "-o", "json"]);
    let third = if third.code == 0 {
        third.json()["client_secret"].as_str().unwrap().to_owned()
    } else {
        // Two live secrets at most: the oldest goes first.
        third.fails(4);
        let shown = program.run(&["client", "show", "m", "-o", "json"]).json();
        let old = shown["secrets"].as_array().unwrap().iter().find(|s| !s["expires_at"].is_null()).unwrap();
        program.run(&["client", "secret", "rm", "m", old["id"].as_str().unwrap()]).ok();
        soon("a removed secret", || machine_token(&program, "m", &first).status == 401);
        let third = program.run(&["client", "secret", "add", "m", "--keep-old", "0", "-o", "json"]).json();
        third["client_secret"].as_str().unwrap().to_owned()
    };
    soon("the newest secret", || machine_token(&program, "m", &third).status == 200);
    soon("an ended secret", || machine_token(&program, "m", second).status == 401);
    program.run(&["client", "edit", "m", "--disable"]).ok();
    soon("a disabled app", || machine_token(&program, "m", &third).status != 200);
    program.run(&["client", "edit", "m", "--enable"]).ok();
    soon("an enabled app", || machine_token(&program, "m", &third).status == 200);
    program.run(&["client", "rm", "m"]).ok();
    soon("a removed app", || machine_token(&program, "m", &third).status == 401);
}

#[test]
fn a_running_server_follows_what_is_done_to_keys() {
    let program = Program::fresh();
    let (_server, _) = program.serve();
    let kids = || {
        let jwks = program.call("GET", "/.well-known/jwks.json").send().json();
        let keys = jwks["keys"].as_array().unwrap().clone();
        keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let active = || {
        let keys = program.run(&["key", "list", "-o", "json"]).json();
        let mut all = keys.as_array().unwrap().iter();
        let active = all.find(|key| key["status"] == "active" && key["alg"] == "RS256").cloned();
        active.unwrap()["kid"].as_str().unwrap().to_owned()
    };
    let (old, secret) = (active(), add_machine(&program));
    program.run(&["key", "rotate", "--now"]).ok();
    let new = active();
    assert_ne!(old, new);
    soon("a rotated key", || kids().contains(&new));
    assert!(kids().contains(&old), "what the old key signed is still good");
    let signed_by = || {
        let answer = machine_token(&program, "m", &secret);
        let token = answer.json()["access_token"].as_str()?.to_owned();
        crate::harness::app::header(&token)["kid"].as_str().map(str::to_owned)
    };
    soon("the new key signs", || signed_by().is_some_and(|kid| kid == new));
    program.run(&["key", "revoke", &new]).ok();
    soon("a revoked key", || !kids().contains(&new) && signed_by().is_some_and(|kid| kid != new));
}

fn authorize() -> String {
    let pairs = [
        ("client_id", "web"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid"),
        ("state", "s"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    format!("/oauth2/authorize?{}", form(&pairs))
}

/// Where the person ends who signs in with this password.
fn sign_in(visitor: &mut Visitor, name: &str, password: &str) -> Answer {
    let first = visitor.get(&authorize());
    let page = visitor.follow(first);
    if page.status != 200 {
        return page;
    }
    let field = |name: &str| page.input(name).unwrap_or_else(|| panic!("no {name}: {}", page.text()));
    let (csrf, ix) = (field("csrf"), field("ix"));
    let pairs = [("csrf", csrf.as_str()), ("ix", &ix), ("username", name), ("password", password)];
    let answer = visitor.post("/login", &pairs);
    visitor.follow(answer)
}

#[test]
fn a_running_server_follows_what_is_done_to_people() {
    let program = Program::fresh();
    program.run(&["client", "add", "Web", CALLBACK, "--id", "web", "--set", "consent=skip"]).ok();
    let (_server, _) = program.serve();
    let mut ada = program.visitor();
    assert_eq!(sign_in(&mut ada, "ada", PASSWORD).param("code"), None, "nobody yet");
    program.add_user("ada");
    assert!(sign_in(&mut ada, "ada", PASSWORD).param("code").is_some(), "an account that was just made");
    let sessions = || program.run(&["session", "list", "--user", "ada", "-o", "json"]).json();
    let listed = sessions();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    let dry = ["session", "end", listed[0]["id"].as_str().unwrap(), "--dry-run"];
    program.run(&dry).ok();
    assert!(ada.get(&authorize()).param("code").is_some(), "a dry run ended nothing");
    program.run(&dry[..3]).ok();
    assert_eq!(ada.get(&authorize()).param("code"), None, "the session has ended");
    assert_eq!(sessions().as_array().unwrap().len(), 0);
    program.run(&["session", "end", "nosuch"]).fails(3);
    program.run(&["session", "end"]).fails(2);

    assert!(sign_in(&mut ada, "ada", PASSWORD).param("code").is_some());
    program.feed(&["user", "passwd", "ada", "--password-stdin"], "another good sentence").ok();
    assert_eq!(ada.get(&authorize()).param("code"), None, "the old password's sessions have ended");
    assert_eq!(sign_in(&mut program.visitor(), "ada", PASSWORD).param("code"), None);
    assert!(sign_in(&mut ada, "ada", "another good sentence").param("code").is_some());
    program.run(&["user", "disable", "ada"]).ok();
    assert_eq!(ada.get(&authorize()).param("code"), None, "disabled: signed out");
    assert_eq!(sign_in(&mut program.visitor(), "ada", "another good sentence").param("code"), None);
    program.run(&["user", "enable", "ada"]).ok();
    assert!(sign_in(&mut program.visitor(), "ada", "another good sentence").param("code").is_some());
    program.run(&["user", "rm", "ada"]).ok();
    assert_eq!(sign_in(&mut program.visitor(), "ada", "another good sentence").param("code"), None);
}

#[test]
fn the_link_of_a_command_works_at_the_running_server() {
    let program = Program::fresh();
    let (_server, _) = program.serve();
    let setup = program.run(&["setup-link", "-o", "json"]).json();
    let mut visitor = program.visitor();
    let link = setup["setup_link"].as_str().unwrap();
    let page = visitor.get(link);
    let page = visitor.follow(page);
    assert_eq!(page.status, 200, "{}", page.text());
    let older = link.to_owned();
    program.run(&["setup-link"]).ok();
    let page = program.visitor().get(&older);
    assert_ne!(page.status, 200, "a newer link voids the older one: {}", page.text());
}

#[test]
fn a_refusal_is_explained_by_its_trace() {
    let program = Program::fresh();
    program.run(&["client", "add", "Web", CALLBACK, "--id", "web"]).ok();
    let (_server, _) = program.serve();
    let wrong =
        "/oauth2/authorize?client_id=web&response_type=code&redirect_uri=https%3A%2F%2Fevil.example%2Fcb";
    let page = program.call("GET", wrong).send();
    assert_eq!(page.status, 400, "{}", page.text());
    let listed = || program.run(&["trace", "list", "--client", "web", "-o", "json"]).json();
    let started = Instant::now();
    while listed().as_array().unwrap().is_empty() {
        assert!(started.elapsed() < PATIENCE, "no trace was kept");
    }
    let id = listed()[0]["id"].as_str().unwrap().to_owned();
    assert!(page.text().contains(&id), "the page names its trace");
    let trace = program.run(&["trace", "show", &id, "-o", "json"]).json();
    let failed = trace["steps"].as_array().unwrap().iter().find(|step| step["passed"] == false).cloned();
    let failed = failed.unwrap();
    assert_eq!(failed["received"], "https://evil.example/cb", "{trace}");
    assert!(failed["expected"].as_str().unwrap().contains(CALLBACK), "{trace}");
    let text = program.run(&["trace", "show", &id]).ok();
    assert!(text.contains("https://evil.example/cb") && text.contains(CALLBACK), "{text}");
    program.run(&["trace", "show", "nosuch"]).fails(3);
}
