//! Which database to use, and how to reach it.

use std::path::PathBuf;

use super::{Fix, Format, Refused};
use crate::base::secret::Secret;

/// The database as configured.
pub enum DatabaseUrl {
    /// Nothing was set: SQLite beside the other data.
    InDataDir,
    /// SQLite in this file.
    Sqlite(PathBuf),
    /// PostgreSQL at this address, which may hold a password.
    Postgres(Secret),
}

/// A database address.
pub(in crate::config) struct DatabaseFormat;

impl Format for DatabaseFormat {
    type Value = DatabaseUrl;
    const SECRET: bool = true;

    fn allowed(&self) -> String {
        "postgres://USER:PASSWORD@HOST/NAME, sqlite://PATH or a path ending in .db; empty = SQLite in the data directory"
            .to_owned()
    }

    fn parse(&self, text: &str) -> Result<DatabaseUrl, Refused> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(DatabaseUrl::InDataDir);
        }
        let scheme = text.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
        match scheme.as_deref() {
            Some("postgres" | "postgresql") => postgres(text),
            Some("sqlite") => sqlite(text),
            _ if text.ends_with(".db") && !text.contains("://") => {
                Ok(DatabaseUrl::Sqlite(PathBuf::from(text)))
            }
            Some(other) if text.contains("://") => {
                let why =
                    format!("the database {other:?} is not supported; Latchkey uses SQLite or PostgreSQL");
                Err(Refused::new(
                    why,
                    Fix::Words("use an address that starts with postgres:// or sqlite://".into()),
                ))
            }
            _ => Err(Refused::new(
                "not a database address",
                Fix::Words("start it with postgres:// or sqlite://, or name a file that ends in .db".into()),
            )),
        }
    }

    fn explained(&self, text: &str) -> String {
        match self.parse(text) {
            Ok(DatabaseUrl::InDataDir) => "SQLite in server.data_dir".to_owned(),
            Ok(DatabaseUrl::Sqlite(path)) => format!("SQLite at {}", path.display()),
            Ok(DatabaseUrl::Postgres(_)) => "PostgreSQL, address hidden".to_owned(),
            Err(_) => "(hidden)".to_owned(),
        }
    }
}

fn postgres(text: &str) -> Result<DatabaseUrl, Refused> {
    let rest = text.split_once("://").map(|(_, rest)| rest);
    if rest.is_none_or(str::is_empty) {
        let fix = Fix::Words("write it as postgres://USER:PASSWORD@HOST/NAME".into());
        return Err(Refused::new("names no host and no database", fix));
    }
    Ok(DatabaseUrl::Postgres(Secret::new(text)))
}

fn sqlite(text: &str) -> Result<DatabaseUrl, Refused> {
    let rest = text.split_once(':').map_or("", |(_, rest)| rest);
    let path = rest.strip_prefix("//").unwrap_or(rest);
    if path.is_empty() || path.contains(":memory:") {
        let fix = Fix::Words("name a file, as in sqlite://data/latchkey.db".into());
        return Err(Refused::new("names no file, but the database must outlive the process", fix));
    }
    Ok(DatabaseUrl::Sqlite(PathBuf::from(path)))
}

/// Whether the text of a `database.url` holds a password, so that its file must be private.
pub(in crate::config) fn holds_password(text: &str) -> bool {
    let userinfo = text.split_once("://").and_then(|(_, rest)| rest.rsplit_once('@')).map(|(user, _)| user);
    userinfo.is_some_and(|user| user.contains(':')) || text.contains("password=")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> String {
        match DatabaseFormat.parse(text) {
            Ok(DatabaseUrl::InDataDir) => "beside".into(),
            Ok(DatabaseUrl::Sqlite(path)) => format!("sqlite {}", path.display()),
            Ok(DatabaseUrl::Postgres(url)) => format!("postgres {}", url.reveal()),
            Err(refused) => refused.why,
        }
    }

    #[test]
    fn reads_each_kind() {
        assert_eq!(kind(""), "beside");
        assert_eq!(kind("sqlite://data/x.db"), "sqlite data/x.db");
        assert_eq!(kind("sqlite:///var/x"), "sqlite /var/x");
        assert_eq!(kind("/var/lib/latchkey.db"), "sqlite /var/lib/latchkey.db");
        assert_eq!(kind("postgresql:///x?host=/run"), "postgres postgresql:///x?host=/run");
        for bad in
            ["mysql://h/x", "sqlite::memory:", "postgres://", "postgres:", "latchkey", "host=x dbname=y"]
        {
            assert!(DatabaseFormat.parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn knows_a_password() {
        assert!(holds_password("postgres://a:b@h/x"));
        assert!(holds_password("postgres://h/x?password=b"));
        assert!(!holds_password("postgres://a@h:5432/x"));
    }

    #[test]
    fn an_explanation_hides_the_address() {
        assert_eq!(DatabaseFormat.explained("postgres://a:sesame@h/x"), "PostgreSQL, address hidden");
    }
}
