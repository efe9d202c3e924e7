//! The reference of all settings, rendered from the key table: `docs/configuration.md`.

use std::fmt::Write;

use super::formats::{Shape, humane};
use super::key::Key;
use super::sections::SECTIONS;

const INTRODUCTION: &str = "\
# Configuration

Latchkey needs no configuration to start. Every setting below has a default that works.

A value is taken from the first of these that has it:

1. a command-line flag,
2. an environment variable,
3. the configuration file: `--config FILE`, or the path in `LATCHKEY_CONFIG`,
4. the default.

`latchkey config check --show-origin` prints every value and where it comes from.

The file is TOML, with one table per section:

```toml
[server]
issuer = \"https://id.example.com\"

[session]
idle_seconds = 86400
```

Environment variables are called `LATCHKEY_`, the section, two underscores, the key: `LATCHKEY_SESSION__IDLE_SECONDS`.
A list is written with commas. An empty variable counts as not set. A name or key that does not exist is an error, so
that a typing error cannot go unnoticed. All errors are reported at once, and Latchkey ends with status 78.

- Secrets can be kept out of the environment: with `_FILE` after the name, the variable holds the path of a file with the
  value. One line break at its end is ignored.
- `keys.master_key` is also read from the systemd credential `master_key` (`LoadCredential=master_key:/path`).
- A configuration file that holds a secret must not be readable by every user of the machine (`chmod 640`).
- `PORT` changes the port of `server.listen` and keeps its address, whether that comes from the default, the file or the
  environment.
";

/// The reference of all settings in Markdown.
#[must_use]
pub fn reference() -> String {
    let mut text = INTRODUCTION.to_owned();
    for section in SECTIONS {
        let about = section.about.trim();
        let head = "| key | environment | default | allowed | meaning |\n| --- | --- | --- | --- | --- |";
        // Writing to a String cannot fail.
        let _ = write!(text, "\n## [{}]\n\n{about}\n\n{head}\n", section.name);
        for key in section.keys {
            text.push_str(&row(key));
        }
    }
    text
}

fn row(key: &Key) -> String {
    let description = (key.describe)();
    let mut names = vec![key.env()];
    names.extend(key.short_env.map(str::to_owned));
    if description.secret {
        let files: Vec<String> = names.iter().map(|name| format!("{name}_FILE")).collect();
        names.extend(files);
    }
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let cells = [
        format!("`{}`", key.name),
        names.join("<br>"),
        default(key, description.shape),
        description.allowed,
        key.meaning.trim().replace("  ", " "),
    ];
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    format!("| {} |\n", cells.join(" | "))
}

fn default(key: &Key, shape: Shape) -> String {
    if key.default.is_empty() {
        return "empty".to_owned();
    }
    let time = key.default.parse().ok().filter(|_| key.name.ends_with("_seconds")).and_then(humane);
    let time = time.map(|time| format!(" ({time})")).unwrap_or_default();
    format!("`{}`{time}", shape.in_file(key.default))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_written_reference_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md");
        let current = reference();
        if std::env::var_os("LATCHKEY_BLESS").is_some() {
            std::fs::write(path, &current).unwrap();
        }
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            written == current,
            "docs/configuration.md is stale: run LATCHKEY_BLESS=1 cargo test reference"
        );
    }
}
