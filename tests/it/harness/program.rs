//! The real binary in a process of its own: commands as an operator types them, and a server that can
//! be killed. Nothing of the tests' environment reaches it; it dies with the thread that started it.

use super::app::PASSWORD;
use super::child::free_port;
use super::http::{Call, Visitor, raw};
use latchkey::store::{Db, DbConfig, Target};
use std::fs::File;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Where an instance lives: a data directory, a database, two ports.
pub struct Program {
    pub data: tempfile::TempDir,
    pub database: Option<String>,
    pub addr: SocketAddr,
    pub ops_addr: SocketAddr,
    pub env: Vec<(String, String)>,
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
        let local = |port| SocketAddr::from(([127, 0, 0, 1], port));
        Self {
            data: tempfile::Builder::new().prefix("lk-bin-").tempdir().expect("a directory"),
            database,
            addr: local(free_port()),
            ops_addr: local(free_port()),
            env: Vec::new(),
        }
    }

    /// On a fresh database of the kind this run of the suite is about.
    pub fn fresh() -> Self {
        Self::on(super::app::fresh_database())
    }

    /// `host:port` of the issuer.
    pub fn host(&self) -> String {
        format!("localhost:{}", self.addr.port())
    }

    /// The issuer.
    pub fn issuer(&self) -> String {
        format!("http://{}", self.host())
    }

    /// The data directory.
    pub fn data_dir(&self) -> PathBuf {
        self.data.path().join("data")
    }

    /// The binary with its environment and these arguments.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--", env!("CARGO_BIN_EXE_latchkey")]).args(arguments);
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.current_dir(self.data.path());
        command.env("LATCHKEY_DATA_DIR", self.data_dir());
        command.env("LATCHKEY_ISSUER", self.issuer());
        command.env("LATCHKEY_LISTEN", self.addr.to_string());
        command.env("LATCHKEY_OPS_LISTEN", self.ops_addr.to_string());
        command.env("LATCHKEY_PASSWORD__MEMORY_KIB", "7168").env("LATCHKEY_PASSWORD__ITERATIONS", "1");
        command.env("LATCHKEY_SERVER__WORKERS", "2").env("LATCHKEY_DATABASE__POOL_SIZE", "8");
        if let Some(url) = &self.database {
            command.env("DATABASE_URL", url);
        }
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Said {
        self.feed(arguments, "")
    }

    /// Runs a command with something on its standard input.
    pub fn feed(&self, arguments: &[&str], input: &str) -> Said {
        let mut command = self.command(arguments);
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().expect("the binary starts");
        let mut pipe = child.stdin.take().expect("a pipe");
        // A command that does not read it is no failure.
        let _unread = pipe.write_all(input.as_bytes());
        drop(pipe);
        let output = child.wait_with_output().expect("the command ends");
        Said {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    /// Starts the server and waits until it is ready; how long that took.
    pub fn serve(&self) -> (Serving, Duration) {
        let log = self.data.path().join("log");
        let file = File::options().create(true).append(true).open(&log).expect("the log");
        let started = Instant::now();
        let mut command = self.command(&["serve"]);
        command.stdin(Stdio::null()).stdout(file.try_clone().expect("a second handle")).stderr(file);
        let mut serving = Serving { child: command.spawn().expect("the binary starts"), log };
        loop {
            if std::net::TcpStream::connect(self.ops_addr).is_ok()
                && raw(self.ops_addr, &Call::new(self.ops_addr, "localhost", "GET", "/readyz").bytes())
                    .is_some_and(|answer| answer.status == 200)
            {
                return (serving, started.elapsed());
            }
            let ended = serving.child.try_wait().expect("its state");
            assert!(
                ended.is_none() && started.elapsed() < Duration::from_secs(30),
                "{ended:?}: {}",
                serving.log()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The database, as the tests look into it beside the program.
    pub fn db(&self) -> Db {
        let target = match &self.database {
            Some(url) => Target::Postgres(latchkey::base::secret::Secret::new(url.clone())),
            None => Target::Sqlite(self.data_dir().join("latchkey.db")),
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

/// A running server; dropping it kills it.
pub struct Serving {
    child: Child,
    log: PathBuf,
}

impl Serving {
    /// SIGKILL, and the end of the process.
    pub fn kill(mut self) {
        self.end();
    }

    /// What it has written so far, over all its starts.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn end(&mut self) {
        let _gone = self.child.kill();
        let _status = self.child.wait();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.end();
    }
}
