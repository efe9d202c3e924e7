//! The house rules, held: layers, one home per package, budgets, and what may stand in one place only.
//!
//! A rule that must give way is an `#[expect(clippy::..., reason = "...")]` on the item, never an exception here.
//! Each rule has samples that it must catch and one that it must pass, so that it cannot go blind.

mod bans;
mod budgets;
mod layers;
mod places;
mod samples;
mod source;

use source::Source;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is wrong, where.
type Complaints = Vec<String>;

/// A rule over the Rust sources under `src/`.
struct Rule {
    name: &'static str,
    check: fn(&[Source]) -> Complaints,
    /// Each must be caught: files as (path below `src/`, text).
    bad: &'static [&'static [(&'static str, &'static str)]],
    /// Must pass.
    good: &'static [(&'static str, &'static str)],
}

/// A rule over the text of any file of the repository.
struct TextRule {
    name: &'static str,
    applies: fn(path: &str) -> bool,
    check: fn(line: &str) -> bool,
    bad: &'static [&'static str],
    good: &'static [&'static str],
}

/// The repository: where cargo runs the tests, or where they were built.
fn root() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from)
}

/// Every file of the project as (path below the root, content); not what is ignored.
pub fn tracked() -> Vec<(String, String)> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output();
    let names: Vec<String> = match listed {
        Ok(output) if output.status.success() => {
            String::from_utf8_lossy(&output.stdout).split('\0').map(str::to_owned).collect()
        }
        // Sources without git: a release archive.
        _ => walk(&root(), "")
            .into_iter()
            .filter(|name| !["target/", ".git/", "data/"].iter().any(|folder| name.starts_with(folder)))
            .filter(|name| !name.contains("node_modules/"))
            .collect(),
    };
    let read = |name: String| std::fs::read_to_string(root().join(&name)).ok().map(|text| (name, text));
    names.into_iter().filter_map(read).collect()
}

/// All files below a folder, as paths relative to it.
fn walk(folder: &Path, prefix: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        // Symbolic links are not followed.
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => found.extend(walk(&entry.path(), &format!("{name}/"))),
            Ok(kind) if kind.is_file() => found.push(name),
            _ => {}
        }
    }
    found.sort();
    found
}

fn sources() -> Vec<Source> {
    let folder: PathBuf = root().join("src");
    let rust = walk(&folder, "")
        .into_iter()
        .filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "rs"));
    let files: Vec<(String, String)> = rust
        .map(|name| {
            let text = std::fs::read_to_string(folder.join(&name)).expect("a source file");
            (name, text)
        })
        .collect();
    source::parse_all(&files)
}

fn rules() -> impl Iterator<Item = &'static Rule> {
    [layers::RULES, budgets::RULES, bans::RULES, places::RULES].into_iter().flatten()
}

#[test]
fn the_sources_keep_the_rules() {
    let sources = sources();
    assert!(sources.len() > 10, "only {} sources found", sources.len());
    let mut complaints = Vec::new();
    for rule in rules() {
        complaints.extend(
            (rule.check)(&sources).into_iter().map(|complaint| format!("{}: {complaint}", rule.name)),
        );
    }
    assert!(complaints.is_empty(), "{} complaints\n{}", complaints.len(), complaints.join("\n"));
}

#[test]
fn the_repository_keeps_the_rules() {
    let files = tracked();
    assert!(files.len() > 20, "only {} files found", files.len());
    let mut complaints = Vec::new();
    for rule in places::TEXT_RULES {
        for (path, text) in files.iter().filter(|(path, _)| (rule.applies)(path)) {
            let hits = text.lines().enumerate().filter(|(_, line)| (rule.check)(line));
            complaints.extend(
                hits.map(|(number, line)| format!("{}: {path}:{}: {}", rule.name, number + 1, line.trim())),
            );
        }
    }
    let names = files.iter().map(|(path, _)| path.as_str());
    complaints
        .extend(names.filter(|path| places::is_dumping_ground(path)).map(|path| format!("name: {path}")));
    assert!(complaints.is_empty(), "{} complaints\n{}", complaints.len(), complaints.join("\n"));
}

#[test]
fn every_rule_catches_its_samples() {
    let parse = |files: &[(&str, &str)]| {
        let files: Vec<(String, String)> =
            files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        source::parse_all(&files)
    };
    for rule in rules() {
        assert!(!rule.bad.is_empty(), "{} has no bad sample", rule.name);
        for sample in rule.bad {
            assert!(!(rule.check)(&parse(sample)).is_empty(), "{} misses {sample:?}", rule.name);
        }
        let complaints = (rule.check)(&parse(rule.good));
        assert!(complaints.is_empty(), "{} complains about its good sample: {complaints:?}", rule.name);
    }
    for rule in places::TEXT_RULES {
        assert!(!rule.bad.is_empty() && !rule.good.is_empty(), "{} has no samples", rule.name);
        assert!(rule.bad.iter().all(|line| (rule.check)(line)), "{} misses one of {:?}", rule.name, rule.bad);
        assert!(
            !rule.good.iter().any(|line| (rule.check)(line)),
            "{} catches one of {:?}",
            rule.name,
            rule.good
        );
    }
}
