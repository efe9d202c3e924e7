//! `latchkey resource`.

use super::assert_dry;
use crate::harness::program::Program;

const API: &str = "https://api.example.com";

#[test]
fn a_resource_is_added_listed_shown_edited_and_removed() {
    let program = Program::fresh();
    program.run(&["migrate"]).ok();
    assert!(program.run(&["resource", "list"]).ok().contains("No resource is registered"));
    let add = [
        "resource",
        "add",
        API,
        "Order API",
        "--scope",
        "orders:read",
        "--scope",
        "orders:write",
        "--seconds",
        "60",
    ];
    let made = program.run(&[&add[..], &["-o", "json"]].concat()).json();
    assert_eq!((&made["identifier"], &made["name"]), (&API.into(), &"Order API".into()));
    assert_eq!(
        (&made["scope"], &made["access_token_seconds"]),
        (&"orders:read orders:write".into(), &60.into())
    );
    assert!(made["access_token_format"].is_null());
    assert!(program.run(&add).fails(4).contains("registered already"));
    let text = program.run(&["resource", "show", API]).ok();
    assert!(
        text.contains("Order API") && text.contains("orders:write") && text.contains("60 seconds"),
        "{text}"
    );
    assert!(program.run(&["resource", "ls"]).ok().contains("as the app has them"));
    program
        .run(&[
            "resource",
            "edit",
            API,
            "--rm-scope",
            "orders:write",
            "--scope",
            "orders:delete",
            "--format",
            "opaque",
            "--seconds",
            "0",
            "--name",
            "Orders",
        ])
        .ok();
    let shown = program.run(&["resource", "show", API, "-o", "json"]).json();
    assert_eq!((&shown["name"], &shown["scope"]), (&"Orders".into(), &"orders:delete orders:read".into()));
    assert_eq!(
        (&shown["access_token_format"], shown["access_token_seconds"].is_null()),
        (&"opaque".into(), true)
    );
    assert_eq!(program.run(&["resource", "list", "-o", "json"]).json().as_array().unwrap().len(), 1);
    program.run(&["resource", "edit", API, "--rm-scope", "nothing"]).fails(3);
    // An app that names it keeps it.
    let url = "http://localhost:3000/cb";
    program.run(&["client", "add", "Shop", url, "--id", "shop", "--set", &format!("resources={API}")]).ok();
    assert!(program.run(&["resource", "rm", API]).fails(4).contains("shop"));
    program.run(&["client", "edit", "shop", "--set", "resources="]).ok();
    assert_eq!(program.run(&["resource", "rm", API, "-o", "json"]).json()["deleted"], API);
    for command in
        [&["resource", "show", API][..], &["resource", "rm", API], &["resource", "edit", API, "--name", "x"]]
    {
        assert!(program.run(command).fails(3).contains(API), "{command:?}");
    }
}

#[test]
fn what_a_resource_may_not_be_is_said_by_its_field() {
    let program = Program::fresh();
    let issuer = program.issuer();
    let long = "x".repeat(101);
    let bad: [(&str, &str, &[&str], &str); 10] = [
        ("api", "API", &[], "identifier"),
        ("https://api.example.com/#x", "API", &[], "identifier"),
        ("javascript:alert(1)", "API", &[], "identifier"),
        ("https://u:p@api.example.com", "API", &[], "identifier"),
        (&issuer, "API", &[], "identifier"),
        (API, " ", &[], "name"),
        (API, &long, &[], "name"),
        (API, "API", &["--scope", "openid"], "scope"),
        (API, "API", &["--scope", "a\"b"], "scope"),
        (API, "API", &["--seconds", "5"], "access_token_seconds"),
    ];
    for (identifier, name, more, field) in bad {
        let said = program.run(&[&["resource", "add", identifier, name], more].concat()).fails(65);
        assert!(said.contains(field), "{identifier} {name} {more:?}: {said}");
    }
    program.run(&["resource", "list", "-o", "env"]).fails(2);
    assert_eq!(program.run(&["resource", "list", "-o", "json"]).json(), serde_json::json!([]));
}

#[test]
fn a_dry_run_with_resources_changes_nothing() {
    let program = Program::fresh();
    program.run(&["resource", "add", API, "API"]).ok();
    assert_dry(&program, &["resource", "add", "urn:example:other", "Other"], "");
    assert_dry(&program, &["resource", "edit", API, "--name", "X"], "");
    assert_dry(&program, &["resource", "rm", API], "");
}
