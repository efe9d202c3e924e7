//! Commands in another folder than the server's, or with other settings: none makes a second instance silently, and
//! what they print is about the server that runs.

use super::instance::nothing_is_there;
use crate::harness::binary::Instance;
use crate::harness::program::Program;

const URL: &str = "http://localhost:3000/callback";

#[test]
fn where_no_instance_is_nothing_is_made_to_look_at() {
    let program = Program::fresh();
    let commands: [&[&str]; 20] = [
        &["client", "list"],
        &["client", "show", "shop"],
        &["client", "edit", "shop", "--name", "X"],
        &["client", "review", "shop"],
        &["client", "rm", "shop"],
        &["client", "secret", "add", "shop"],
        &["client", "secret", "rm", "shop", "x"],
        &["user", "list"],
        &["user", "show", "ada"],
        &["user", "passwd", "ada"],
        &["user", "disable", "ada"],
        &["user", "rm", "ada"],
        &["resource", "list"],
        &["resource", "rm", "https://a.example"],
        &["registration", "token", "list"],
        &["registration", "token", "rm", "x"],
        &["key", "list"],
        &["key", "revoke", "x"],
        &["session", "end", "x"],
        &["trace", "list"],
    ];
    for command in commands {
        let said = program.run(command).fails(78);
        for word in ["there is no Latchkey in", "--data-dir", "LATCHKEY_DATA_DIR", "--config"] {
            assert!(said.contains(word), "{command:?}: {said}");
        }
        assert!(nothing_is_there(&program), "{command:?}");
    }
}

#[test]
fn a_new_instance_is_said_loudly_and_once() {
    let program = Program::fresh();
    let add = |id: &str| program.run(&["client", "add", "Shop", URL, "--id", id, "-o", "env"]);
    let first = add("one");
    assert!(first.err.contains("A NEW ONE WAS MADE") && first.err.contains("--data-dir"), "{first:?}");
    assert!(first.ok().starts_with("ISSUER="), "a .env file holds nothing of it");
    assert_eq!(add("two").err, "");
}

#[test]
fn the_command_that_dev_prints_reaches_it() {
    let instance = Instance::on_sqlite();
    let mut server = instance.start_as(&["dev"]);
    server.wait_ready();
    let out = server.out();
    let line =
        out.lines().find_map(|line| line.trim().strip_prefix("Next        latchkey ")).expect("a hint");
    let words: Vec<&str> = line.split(' ').map(|word| if word == "NAME" { "Shop" } else { word }).collect();
    let added = instance.run(&words);
    assert_eq!((added.code, added.err.as_str()), (Some(0), ""), "{added:?}");
    let at = words.iter().position(|word| *word == "--data-dir").expect("the folder");
    let people = instance.ok(&["user", "list", "--data-dir", words[at + 1]]);
    assert!(people.contains("eve"), "{people}");
    assert!(!instance.data().exists(), "nothing else was made");
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn commands_print_the_issuer_of_the_server_and_know_who_may_register() {
    let mut instance = Instance::new();
    let file = instance.dir.path().join("lk.toml");
    std::fs::write(&file, "[registration]\nmode = \"token\"\n").unwrap();
    let issuer = format!("http://127.0.0.1:{}", instance.port);
    let file = file.display().to_string();
    let mut server = instance.start_as(&["serve", "--config", &file, "--issuer", &issuer]);
    server.wait_ready();
    let again = format!("--config {file} --issuer {issuer}");
    let out = server.out();
    assert!(out.contains(&format!("`latchkey setup-link {again}`")), "{out}");
    assert!(out.contains(&format!("/callback {again}\n")), "{out}");
    let link = instance.run(&["setup-link"]);
    assert!(link.out.contains(&format!("{issuer}/setup")) && link.err.is_empty(), "{link:?}");
    let env = instance.ok(&["client", "add", "Shop", URL, "-o", "env"]);
    assert!(env.contains(&format!("ISSUER={issuer}\n")), "{env}");
    let token = instance.run(&["registration", "token", "add"]);
    assert!(token.out.contains(&format!("{issuer}/oauth2/register")) && token.err.is_empty(), "{token:?}");
    // What somebody wrote counts, and is not passed over.
    let other = "http://localhost:1";
    let differs = instance.run(&["setup-link", "--issuer", other]);
    assert!(differs.out.contains(&format!("{other}/setup")), "{differs:?}");
    assert!(differs.err.contains(other) && differs.err.contains(&issuer), "{differs:?}");
    instance.set("LATCHKEY_REGISTRATION__MODE", "off");
    let off = instance.run(&["registration", "token", "add"]);
    assert!(
        off.err.contains("registration.mode") && off.err.contains("LATCHKEY_REGISTRATION__MODE"),
        "{off:?}"
    );
    assert_eq!(server.stop(), Some(0));
}
