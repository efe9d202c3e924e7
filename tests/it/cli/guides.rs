//! The guides and examples in docs: each command in them does what it says, on an instance of its own.

use crate::harness::program::Program;

const GUIDES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/guides");

/// The commands of a page, as their words.
fn commands(page: &str) -> Vec<Vec<String>> {
    let joined = page.replace("\\\n", " ");
    let lines = joined.lines().filter_map(|line| line.strip_prefix("    latchkey "));
    lines.filter(|line| !line.starts_with("serve")).map(words).collect()
}

/// As a shell splits it; the guides use single quotes alone.
fn words(line: &str) -> Vec<String> {
    let (mut all, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for c in line.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => {
                all.push(std::mem::take(&mut word));
            }
            c => word.push(c),
        }
    }
    all.push(word);
    all.retain(|word| !word.is_empty());
    all
}

#[track_caller]
fn followed(name: &str) {
    let page = std::fs::read_to_string(format!("{GUIDES}/{name}.md")).unwrap();
    let commands = commands(&page);
    assert!(!commands.is_empty(), "{name} has commands");
    let program = Program::fresh();
    program.run(&["migrate"]).ok();
    if !page.contains("--id bookshop") {
        let add = ["client", "add", "Bookshop", "https://shop.example.com/callback", "--id", "bookshop"];
        program.run(&add).ok();
    }
    for command in commands {
        // The suite's own folder is not of this test.
        let elsewhere = command.iter().position(|word| word == "--config").unwrap_or(command.len());
        let command: Vec<&str> = command[..elsewhere].iter().map(String::as_str).collect();
        let said = program.run(&command);
        assert_eq!(said.code, 0, "{name}: {command:?}: {}{}", said.out, said.err);
    }
}

#[test]
fn the_commands_of_the_guides_work_request_objects() {
    followed("request-objects");
}

#[test]
fn the_commands_of_the_guides_work_private_key_jwt() {
    followed("private-key-jwt");
}

#[test]
fn the_commands_of_the_guides_work_pairwise() {
    followed("pairwise");
}

#[test]
fn the_commands_of_the_guides_work_resources() {
    followed("resources");
}

#[test]
fn the_commands_of_the_guides_work_logout() {
    followed("logout");
}

#[test]
fn the_commands_of_the_guides_work_browser_apps() {
    followed("browser-apps");
}

#[test]
fn the_commands_of_the_guides_work_conformance_suite() {
    followed("conformance-suite");
}

/// The settings in the guide to the suite are settings.
#[test]
fn the_configuration_in_the_guide_is_good() {
    let page = std::fs::read_to_string(format!("{GUIDES}/conformance-suite.md")).unwrap();
    let from = page.find("    # suite.toml").expect("a configuration");
    let block = page[from..].split("    latchkey").next().unwrap();
    let text: String =
        block.lines().map(|line| format!("{}\n", line.strip_prefix("    ").unwrap_or(line))).collect();
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("suite.toml");
    std::fs::write(&file, text).unwrap();
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let sources = latchkey::config::Sources {
        file: Some(file),
        env: std::collections::BTreeMap::new(),
        flags: Vec::new(),
    };
    let loaded = latchkey::config::load(sources).map_err(|problems| latchkey::config::render(&problems));
    assert!(loaded.is_ok(), "{}", loaded.err().unwrap_or_default());
}
