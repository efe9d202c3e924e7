//! An instance as its operator knows it: commands and what they print, a server that can be killed, and its database to look
//! into from beside.

use super::app::PASSWORD;
use super::binary::{Instance, Server};
use super::http::{Call, Visitor};
use latchkey::store::{Db, DbConfig, Target};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// An instance of the real binary.
pub struct Program {
    pub instance: Instance,
    pub addr: SocketAddr,
    database: Option<String>,
}

/// How a command ended.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    /// Its output, when it ended well.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self.out
    }

    /// Its output as JSON, when it ended well.
    #[track_caller]
    pub fn json(self) -> serde_json::Value {
        let out = self.ok();
        serde_json::from_str(&out).unwrap_or_else(|e| panic!("no JSON ({e}): {out}"))
    }

    /// What it complained, when it ended with this exit code.
    #[track_caller]
    pub fn fails(self, code: i32) -> String {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        assert_eq!(self.out, "", "a failure prints nothing on standard output");
        self.err
    }
}

impl Program {
    /// On a database URL, or on SQLite in the data directory.
    pub fn on(database: Option<String>) -> Self {
        let mut instance = Instance::on_sqlite();
        let addr = SocketAddr::from(([127, 0, 0, 1], instance.port));
        instance.set("LATCHKEY_ISSUER", &format!("http://localhost:{}", instance.port));
        instance.set("LATCHKEY_DATABASE__POOL_SIZE", "8");
        if let Some(url) = &database {
            instance.set("DATABASE_URL", url);
        }
        Self { instance, addr, database }
    }

    /// On a fresh database of the kind this run of the suite is about.
    pub fn fresh() -> Self {
        let mut program = Self::on(super::app::fresh_database());
        program.instance.wait_for_others();
        program
    }

    /// `host:port` of the issuer.
    pub fn host(&self) -> String {
        format!("localhost:{}", self.addr.port())
    }

    /// The issuer.
    pub fn issuer(&self) -> String {
        format!("{}://{}", super::tls::scheme(self.addr.port()), self.host())
    }

    /// The data directory.
    pub fn data_dir(&self) -> PathBuf {
        self.instance.data()
    }

    /// Runs a command to its end.
    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> Said {
        self.feed(arguments, "")
    }

    /// Runs a command with something on its standard input.
    #[track_caller]
    pub fn feed(&self, arguments: &[&str], input: &str) -> Said {
        let ended = self.instance.run_with(arguments, input);
        ended.is_calm();
        Said { code: ended.code.unwrap_or(-1), out: ended.out, err: ended.err }
    }

    /// Starts the server and waits until it is ready; how long that took. Dropping it is SIGKILL.
    pub fn serve(&self) -> (Server, Duration) {
        let mut server = self.instance.start();
        let ready = server.wait_ready();
        (server, ready)
    }

    /// The database, as the tests look into it beside the program; `name` marks the connections on PostgreSQL.
    pub fn db(&self, name: &str) -> Db {
        let target = match &self.database {
            Some(url) => {
                let url = format!("{url}?application_name={name}");
                Target::Postgres(latchkey::base::secret::Secret::new(url))
            }
            None => Target::Sqlite(self.instance.database()),
        };
        Db::open(&DbConfig { target, pool_size: 2, statement_timeout: 30, pool_wait: 10 })
            .expect("a database")
    }

    /// Makes an account with the tests' password.
    pub fn add_user(&self, username: &str) {
        let email = format!("{username}@example.com");
        let arguments = ["user", "add", &email, "--username", username, "--password-stdin", "--verified"];
        self.feed(&arguments, PASSWORD).ok();
    }

    /// A call at the running server.
    pub fn call(&self, method: &str, target: &str) -> Call {
        Call::new(self.addr, &self.host(), method, target)
    }

    /// A fresh browser without JavaScript.
    pub fn visitor(&self) -> Visitor {
        Visitor::new(self.addr, &self.host())
    }
}
