//! `latchkey key`, `migrate`, `config`, and what is common to all commands.

use super::assert_dry;
use crate::harness::app::on_postgres;
use crate::harness::database::number;
use crate::harness::program::Program;

#[test]
fn keys_are_listed_rotated_and_revoked() {
    let program = Program::fresh();
    program.run(&["migrate"]).ok();
    let keys = || program.run(&["key", "list", "-o", "json"]).json();
    let active = |keys: &serde_json::Value| {
        let all = keys.as_array().unwrap().iter();
        let active: Vec<String> = all
            .filter(|key| key["status"] == "active" && key["alg"] == "RS256")
            .map(|key| key["kid"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(active.len(), 1, "{keys}");
        active[0].clone()
    };
    let first = active(&keys());
    let rotated = || {
        program.run(&["key", "rotate", "--now"]).ok();
        active(&keys())
    };
    // A kid may begin with a hyphen, and then look like a flag of one letter; that needs a `--` before it.
    let flag = |kid: &String| ["-o", "-h", "-V"].iter().any(|flag| kid.starts_with(flag));
    let second = (0..8).map(|_| rotated()).find(|kid| !flag(kid)).expect("a kid that is no flag");
    assert_ne!(first, second);
    assert_dry(&program, &["key", "rotate", "--now"], "");
    assert_dry(&program, &["key", "revoke", &second], "");
    program.run(&["key", "revoke", &second]).ok();
    let after = keys();
    assert_ne!(active(&after), second);
    let revoked = after.as_array().unwrap().iter().find(|key| key["kid"] == second.as_str());
    assert!(revoked.is_none_or(|key| key["status"] == "revoked"), "{after}");
    program.run(&["key", "revoke", "nosuch"]).fails(3);
    program.run(&["key", "revoke", "-4zli9zGBAhWM4NwcThfYwnkHbs6hJgRW7U1AWMX6Mc"]).fails(3);
    program.run(&["key", "revoke", "--dry-run", "-_x"]).fails(3);
    program.run(&["key", "revoke", "--", "-o"]).fails(3);
    program.run(&["key", "revoke", &second]).fails(3);
}

#[test]
fn each_algorithm_has_keys_of_its_own() {
    let program = Program::fresh();
    program.run(&["migrate"]).ok();
    let active = |alg: &str| {
        let keys = program.run(&["key", "list", "-o", "json"]).json();
        let mut found = keys.as_array().unwrap().clone();
        found.retain(|key| key["status"] == "active" && key["alg"] == alg);
        assert_eq!(found.len(), 1, "{alg}: {keys}");
        found[0]["kid"].clone()
    };
    let algs = ["RS256", "PS256", "ES256", "EdDSA"];
    let table = program.run(&["key", "list"]).out;
    assert!(algs.iter().all(|alg| table.contains(alg)), "{table}");
    let before = algs.map(active);
    let said = program.run(&["key", "rotate", "--now", "--alg", "ES256"]);
    assert!(said.out.contains("A new ES256 key takes over at once."), "{}{}", said.out, said.err);
    let after = algs.map(active);
    let changed: Vec<&str> = (0..4).filter(|n| before[*n] != after[*n]).map(|n| algs[n]).collect();
    assert_eq!(changed, ["ES256"]);
    assert_dry(&program, &["key", "rotate", "--now", "--alg", "eddsa"], "");
    for wrong in ["none", "HS256", "RS512", ""] {
        let said = program.run(&["key", "rotate", "--now", "--alg", wrong]);
        assert!(
            said.code == 2 && said.err.contains("RS256, PS256, ES256 and EdDSA"),
            "{wrong}: {}",
            said.err
        );
    }
    program.run(&["key", "rotate", "--now"]).ok();
    let last = algs.map(active);
    assert!((0..4).all(|n| after[n] != last[n]), "without --alg all of them");
}

/// No directory, and no table in the database.
pub(super) fn nothing_is_there(program: &Program) -> bool {
    let tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'";
    !program.data_dir().exists() && (!on_postgres() || number(&program.db("look"), tables) == 0)
}

#[test]
fn a_dry_run_makes_no_instance_where_there_is_none() {
    let program = Program::fresh();
    for arguments in [
        &["client", "add", "Shop", "https://shop.example.com/cb", "--id", "shop"][..],
        &["user", "add", "ada@example.com"],
        &["setup-link"],
        &["recover"],
        &["key", "rotate", "--now"],
    ] {
        let said = program.run(&[arguments, &["--dry-run"]].concat());
        assert_eq!(said.code, 0, "{arguments:?}: {}{}", said.out, said.err);
        assert!(!said.out.is_empty(), "{arguments:?} says what it would do");
        assert!(nothing_is_there(&program), "{arguments:?}");
    }
    for arguments in [&["client", "rm", "shop"][..], &["user", "rm", "ada"], &["session", "end", "x"]] {
        program.run(&[arguments, &["--dry-run"]].concat()).fails(78);
        assert!(nothing_is_there(&program), "{arguments:?}");
    }
    program.run(&["client", "add", "Shop", "https://shop.example.com/cb", "--id", "shop"]).ok();
    assert!(!nothing_is_there(&program));
}

#[test]
fn a_database_is_made_only_when_it_is_not_a_dry_run() {
    let program = Program::fresh();
    let dry = program.run(&["migrate", "--dry-run", "-o", "json"]).json();
    assert_eq!(dry["dry_run"], true);
    assert_eq!(dry["new_database"], true);
    assert!(nothing_is_there(&program), "a dry run makes nothing");
    let made = program.run(&["migrate"]).ok();
    assert!(made.contains("made") || made.contains("Ran"), "{made}");
    let again = program.run(&["migrate"]).ok();
    assert!(again.contains("nothing to do"), "{again}");
    assert_eq!(program.run(&["migrate", "-o", "json"]).json()["migrations"], serde_json::json!([]));
}

#[test]
fn two_first_commands_at_once_are_both_fine() {
    let program = Program::fresh();
    let said: Vec<_> = std::thread::scope(|scope| {
        let migrate = || program.run(&["migrate"]);
        let both = [scope.spawn(migrate), scope.spawn(migrate)];
        both.into_iter().map(|one| one.join().unwrap()).collect()
    });
    for one in said {
        one.ok();
    }
    program.run(&["client", "list"]).ok();
}

#[test]
fn each_setting_says_where_it_comes_from() {
    let mut program = Program::fresh();
    program.instance.set("LATCHKEY_TOKENS__CODE_SECONDS", "77");
    let file = program.instance.dir.path().join("latchkey.toml");
    std::fs::write(&file, "[tokens]\naccess_token_seconds = 600\n").unwrap();
    let file = file.display().to_string();
    let told = ["config", "check", "--show-origin", "--config", &file, "--issuer", "https://id.example.com"];
    let text = program.run(&told).ok();
    let line = |key: &str| {
        let line = text.lines().find(|line| line.starts_with(&format!("{key} ")));
        line.unwrap_or_else(|| panic!("no {key}: {text}")).to_owned()
    };
    assert!(line("tokens.code_seconds").contains("77"));
    assert!(line("tokens.code_seconds").contains("LATCHKEY_TOKENS__CODE_SECONDS"));
    assert!(line("tokens.access_token_seconds").contains("600"));
    assert!(line("tokens.access_token_seconds").contains("latchkey.toml"));
    assert!(line("server.issuer").contains("https://id.example.com"));
    assert!(line("trace.max_rows").contains("default"));
    let json = program.run(&["config", "check", "-o", "json"]).json();
    assert_eq!(json["ok"], true);
    std::fs::write(program.instance.dir.path().join("latchkey.toml"), "[tokens]\ncode_secnds = 6\nx = 1\n")
        .unwrap();
    let broken = program.run(&["config", "check", "--config", &file]).fails(78);
    assert!(broken.contains("code_secnds") && broken.contains("code_seconds"), "{broken}");
    // Every other command says the same and does nothing.
    assert_eq!(program.run(&["client", "list", "--config", &file]).fails(78), broken);
}

#[test]
fn a_database_that_does_not_answer_is_temporary() {
    let nobody = format!("postgres://latchkey@127.0.0.1:{}/x", crate::harness::child::free_port());
    let program = Program::on(Some(nobody));
    let said = program.run(&["client", "list"]).fails(75);
    assert!(said.contains("fix:"), "{said}");
}

#[test]
fn every_command_has_help_and_a_wrong_one_ends_with_2() {
    let program = Program::fresh();
    let help = program.run(&["--help"]).ok();
    for noun in ["client", "user", "key", "session", "migrate", "recover", "setup-link", "trace", "config"] {
        assert!(help.contains(noun), "{noun}");
        assert!(program.run(&[noun, "--help"]).ok().contains("Usage:"), "{noun}");
    }
    assert_eq!(program.run(&["help"]).ok(), help);
    assert!(program.run(&["help", "client", "add"]).ok().contains("docs/clients.md"));
    program.run(&["nosuch"]).fails(2);
    program.run(&["client", "list", "-o", "yaml"]).fails(2);
    program.run(&["user", "list", "-o", "env"]).fails(2);
    assert!(!program.data_dir().exists(), "help and mistakes make nothing");
}
