//! The shape of the command line.

use super::*;
use clap::CommandFactory as _;

fn parses(line: &str) -> bool {
    Cli::try_parse_from(line.split(' ')).is_ok()
}

#[test]
fn the_definition_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn every_documented_command_parses() {
    let lines = [
        "latchkey",
        "latchkey serve",
        "latchkey serve --listen 127.0.0.1:9000",
        "latchkey dev",
        "latchkey client add bookshop http://localhost:3000/callback",
        "latchkey client add bookshop http://localhost:3000/a http://localhost:3000/b -o env",
        "latchkey client add Job --grant client_credentials --scope a --scope b --id job --secret-stdin",
        "latchkey client add App com.example.app:/cb --native --public --logout-url https://a.example/ --set pkce=optional",
        "latchkey client add --metadata - --dry-run",
        "latchkey client list -o json",
        "latchkey client show shop",
        "latchkey client edit shop --grant client_credentials --scope orders --disable",
        "latchkey client rm shop --dry-run",
        "latchkey client edit shop --rm-url https://a.example/ --rm-logout-url https://a.example/ --rm-scope a --rm-grant b",
        "latchkey client keys",
        "latchkey client secret add shop --keep-old 0",
        "latchkey client secret rm shop 01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "latchkey user add a@b.c --username a --name A --password-stdin --role admin --claim k=v --verified",
        "latchkey user list",
        "latchkey user show a",
        "latchkey user passwd a --password-stdin",
        "latchkey user disable a",
        "latchkey user enable a",
        "latchkey user rm a --dry-run",
        "latchkey key list",
        "latchkey key rotate --now",
        "latchkey key revoke KID",
        "latchkey session list --user a",
        "latchkey session end ID",
        "latchkey session end --user a",
        "latchkey migrate --dry-run",
        "latchkey recover",
        "latchkey recover ada",
        "latchkey setup-link",
        "latchkey trace show ID",
        "latchkey trace list --client shop",
        "latchkey config check --show-origin",
        "latchkey config reference",
        "latchkey errors",
        "latchkey healthcheck",
        "latchkey --config f.toml --data-dir d --database-url u --issuer i client list",
        "latchkey client list --config f.toml --data-dir d",
    ];
    for line in lines {
        assert!(parses(line), "{line}");
    }
}

#[test]
fn contradictions_are_refused() {
    let lines = [
        "latchkey client add",
        "latchkey client add Shop --metadata f.json",
        "latchkey client edit shop --enable --disable",
        "latchkey session end",
        "latchkey session end ID --user a",
        "latchkey client secret add shop --keep-old -1",
        "latchkey nonsense",
        "latchkey client list -o yaml",
    ];
    for line in lines {
        assert!(!parses(line), "{line}");
    }
}

/// Every command that changes something can be tried first.
#[test]
fn every_write_has_a_dry_run() {
    let reads =
        ["list", "show", "deliveries", "check", "reference", "keys", "errors", "healthcheck", "serve", "dev"];
    let mut left = vec![Cli::command()];
    while let Some(command) = left.pop() {
        let below: Vec<clap::Command> = command.get_subcommands().cloned().collect();
        if below.is_empty() && !reads.contains(&command.get_name()) {
            assert!(command.get_arguments().any(|arg| arg.get_id() == "dry_run"), "{}", command.get_name());
        }
        left.extend(below);
    }
}

/// What is in the pages for people is typed by them: each command there is one that exists.
#[test]
fn every_command_of_the_pages_parses() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = vec![root.join("README.md")];
    let folders =
        ["docs", "docs/guides", "examples/express-session", "examples/express-api", "examples/device-cli"];
    for folder in folders {
        let entries = std::fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().path());
        pages.extend(entries.filter(|path| path.extension().is_some_and(|kind| kind == "md")));
    }
    let mut seen = 0;
    for page in pages {
        let text = std::fs::read_to_string(&page).unwrap().replace("\\\n", " ");
        for line in text.lines().filter(|line| line.trim_start().starts_with("latchkey ")) {
            let words = typed(line.trim());
            assert!(Cli::try_parse_from(&words).is_ok(), "{}: {words:?}", page.display());
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen} commands");
}

/// The words of a command as a shell has them, up to a comment or a redirection.
fn typed(line: &str) -> Vec<String> {
    let (mut all, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for c in line.chars().chain([' ']) {
        match c {
            '\'' => quoted = !quoted,
            '#' | '>' if !quoted && word.is_empty() => break,
            ' ' if !quoted && !word.is_empty() => all.push(std::mem::take(&mut word)),
            ' ' if !quoted => {}
            c => word.push(c),
        }
    }
    all
}
