//! `latchkey client`.

use super::assert_dry;
use crate::harness::program::Program;
use std::io::Write as _;
use std::process::{Command, Stdio};

const URL: &str = "http://localhost:3000/callback";

#[test]
fn an_app_is_added_by_name_and_url_and_its_env_can_be_sourced() {
    let program = Program::fresh();
    let env = program.run(&["client", "add", "Book $shop `x`", URL, "--id", "shop", "-o", "env"]).ok();
    let mut shell = Command::new("sh")
        .args(["-eu", "-c", "set -a; . /dev/stdin; exec env -0"])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    shell.stdin.take().unwrap().write_all(env.as_bytes()).unwrap();
    let output = shell.wait_with_output().unwrap();
    assert!(output.status.success(), "{env}");
    let sourced = String::from_utf8(output.stdout).unwrap();
    let value = |name: &str| {
        let line = sourced.split('\0').find_map(|line| line.strip_prefix(&format!("{name}=")));
        line.unwrap_or_else(|| panic!("no {name}: {env}")).to_owned()
    };
    assert_eq!(value("ISSUER"), program.issuer());
    assert_eq!((value("CLIENT_ID"), value("REDIRECT_URI")), ("shop".to_owned(), URL.to_owned()));
    assert_eq!(value("BASE_URL"), "http://localhost:3000");
    assert_eq!(value("SCOPE"), "openid profile email offline_access");
    assert!(value("CLIENT_SECRET").starts_with("lk_cs_"), "{env}");
    // For people, the same and the next step; the secret is not kept anywhere in the clear.
    let text = program.run(&["client", "show", "shop"]).ok();
    assert!(text.contains("Book $shop `x`") && text.contains(URL), "{text}");
    assert!(!text.contains(&value("CLIENT_SECRET")));
    assert!(!crate::harness::database::dump(&program).contains(&value("CLIENT_SECRET")));
}

#[test]
fn an_app_is_added_from_rfc_7591_metadata_on_standard_input() {
    let program = Program::fresh();
    let metadata = format!(
        r#"{{"client_name":"Shop","client_id":"shop","client_secret":"a-secret-chosen-by-somebody-else-42",
            "redirect_uris":["{URL}"],"token_endpoint_auth_method":"client_secret_post","x_favourite":"x"}}"#
    );
    let said = program.feed(&["client", "add", "--metadata", "-", "-o", "json"], &metadata);
    assert!(said.err.contains("x_favourite"), "what is not known is named: {}", said.err);
    let made = said.json();
    assert_eq!((&made["client_id"], &made["client_name"]), (&"shop".into(), &"Shop".into()));
    assert_eq!(made["client_secret"], "a-secret-chosen-by-somebody-else-42");
    assert_eq!(made["token_endpoint_auth_method"], "client_secret_post");
    let again = program.feed(&["client", "add", "--metadata", "-", "-o", "json"], &metadata).fails(4);
    let error: serde_json::Value = serde_json::from_str(&again).unwrap();
    assert_eq!((&error["error"]["code"], &error["error"]["exit"]), (&"conflict".into(), &4.into()));
    let broken = program.feed(&["client", "add", "--metadata", "-"], "{\"redirect_uris\": 7}").fails(65);
    assert!(broken.contains("redirect_uris"), "{broken}");
}

#[test]
fn an_app_is_listed_shown_edited_and_removed() {
    let program = Program::fresh();
    program.run(&["migrate"]).ok();
    assert!(program.run(&["client", "list"]).ok().contains("No app is registered"));
    program.run(&["client", "add", "Shop", URL, "--id", "shop"]).ok();
    let list = program.run(&["client", "list", "-o", "json"]).json();
    assert_eq!((list.as_array().unwrap().len(), &list[0]["client_id"]), (1, &"shop".into()));
    let other = "https://shop.example.com/cb";
    let edit =
        ["client", "edit", "shop", "--url", other, "--rm-url", URL, "--set", "access_token_seconds=300"];
    program.run(&[&edit[..], &["--name", "Bookshop"]].concat()).ok();
    let shown = program.run(&["client", "show", "shop", "-o", "json"]).json();
    assert_eq!(shown["redirect_uris"], serde_json::json!([other]));
    assert_eq!((&shown["client_name"], &shown["access_token_seconds"]), (&"Bookshop".into(), &300.into()));
    program.run(&["client", "edit", "shop", "--disable"]).ok();
    assert_eq!(program.run(&["client", "show", "shop", "-o", "json"]).json()["enabled"], false);
    assert!(program.run(&["client", "edit", "shop", "--set", "nonsense=1"]).fails(65).contains("nonsense"));
    assert!(program.run(&["client", "edit", "shop", "--url", "ftp://x/"]).fails(65).contains("ftp://x/"));
    let gone = program.run(&["client", "rm", "shop", "-o", "json"]).json();
    assert_eq!(gone["deleted"], "shop");
    for command in
        [&["client", "show", "shop"][..], &["client", "rm", "shop"], &["client", "edit", "shop", "--enable"]]
    {
        assert!(program.run(command).fails(3).contains("shop"), "{command:?}");
    }
    program.run(&["client", "frobnicate"]).fails(2);
    program.run(&["client", "add"]).fails(2);
}

#[test]
fn a_secret_is_replaced_with_an_overlap() {
    let program = Program::fresh();
    let first = program.run(&["client", "add", "Shop", URL, "--id", "shop", "-o", "json"]).json();
    let second = program.run(&["client", "secret", "add", "shop", "--keep-old", "3600", "-o", "json"]).json();
    assert_ne!(first["client_secret"], second["client_secret"]);
    let shown = program.run(&["client", "show", "shop", "-o", "json"]).json();
    let secrets = shown["secrets"].as_array().unwrap();
    assert_eq!(secrets.len(), 2);
    let old = secrets.iter().find(|secret| secret["id"] != second["secret_id"]).unwrap();
    assert_eq!(old["expires_at"], second["old_secret_expires_at"]);
    assert!(secrets.iter().any(|secret| secret["expires_at"].is_null()));
    let old = old["id"].as_str().unwrap();
    program.run(&["client", "secret", "rm", "shop", old]).ok();
    program.run(&["client", "secret", "rm", "shop", old]).fails(3);
    let last = second["secret_id"].as_str().unwrap();
    assert!(program.run(&["client", "secret", "rm", "shop", last]).fails(4).contains("last one"));
    let chosen = program.feed(&["client", "secret", "add", "shop", "--secret-stdin", "-o", "json"], "short");
    assert!(chosen.fails(65).contains("secret"));
}

#[test]
fn a_dry_run_with_apps_changes_nothing() {
    let program = Program::fresh();
    program.run(&["client", "add", "Shop", URL, "--id", "shop"]).ok();
    assert_dry(&program, &["client", "add", "Other", URL], "");
    assert_dry(&program, &["client", "edit", "shop", "--name", "X"], "");
    assert_dry(&program, &["client", "edit", "shop", "--disable"], "");
    assert_dry(&program, &["client", "secret", "add", "shop"], "");
    assert_dry(&program, &["client", "rm", "shop"], "");
}

#[test]
fn what_an_app_may_do_is_taken_away_again() {
    let program = Program::fresh();
    let back = "http://localhost:3000/";
    let add = [
        "client",
        "add",
        "Shop",
        URL,
        "--id",
        "shop",
        "--logout-url",
        back,
        "--scope",
        "openid",
        "--scope",
        "a b",
    ];
    program.run(&add).ok();
    let shown = || program.run(&["client", "show", "shop", "-o", "json"]).json();
    let device = "urn:ietf:params:oauth:grant-type:device_code";
    let set = ["client", "edit", "shop", "--set", "grant_types=authorization_code,refresh_token,device_code"];
    program.run(&set).ok();
    assert_eq!(shown()["grant_types"], serde_json::json!(["authorization_code", "refresh_token", device]));
    let rm = ["--rm-logout-url", back, "--rm-scope", "a", "--rm-grant", "device_code,refresh_token"];
    program.run(&[&["client", "edit", "shop"][..], &rm].concat()).ok();
    assert_eq!(
        (&shown()["scope"], &shown()["grant_types"]),
        (&"openid b".into(), &serde_json::json!(["authorization_code"]))
    );
    assert!(shown().get("post_logout_redirect_uris").is_none(), "{}", shown());
    for flag in rm.chunks(2).filter(|flag| flag[0] != "--rm-grant") {
        assert!(program.run(&[&["client", "edit", "shop"][..], flag].concat()).fails(3).contains(flag[1]));
    }
    program.run(&["client", "edit", "shop", "--set", "client_uri=https://shop.example.com"]).ok();
    program.run(&["client", "edit", "shop", "--set", "client_uri=", "--set", "scope="]).ok();
    assert!(shown().get("client_uri").is_none());
    assert_eq!(shown()["scope"], "openid profile email address phone offline_access", "the default");
    let unknown = program.run(&["client", "edit", "shop", "--grant", "magic"]).fails(65);
    assert!(unknown.contains("device_code") && unknown.contains("implicit"), "{unknown}");
    let plain = |uri: &str| {
        let set = format!("initiate_login_uri={uri}");
        program.run(&["client", "edit", "shop", "--set", &set]).fails(65)
    };
    for uri in ["http://x.example/", "http://localhost/"] {
        assert!(plain(uri).contains("must be https, also on localhost"), "{}", plain(uri));
    }
}

#[test]
fn what_is_empty_is_said_on_standard_error() {
    let program = Program::fresh();
    program.run(&["migrate"]).ok();
    for command in [["session", "list"], ["session", "deliveries"], ["trace", "list"]] {
        let said = program.run(&command);
        assert!(
            said.code == 0 && said.out.is_empty() && said.err.lines().count() == 1,
            "{command:?}: {said:?}"
        );
        assert_eq!(program.run(&[&command[..], &["-o", "json"]].concat()).json(), serde_json::json!([]));
    }
}
