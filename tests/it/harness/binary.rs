//! The real program as a child process, with a data directory of its own: commands, and servers that are
//! started, signalled and waited for. A child never outlives the test's thread.

use super::child::{PATIENCE, free_port};
use super::http::{Answer, Call, Visitor};
use std::collections::BTreeMap;
use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The longest any command may take.
const LIMIT: Duration = Duration::from_secs(120);

/// A place to run the program in.
pub struct Instance {
    pub dir: tempfile::TempDir,
    pub env: BTreeMap<String, String>,
    pub port: u16,
    pub ops_port: u16,
    /// Run as this user (and group) instead of our own.
    pub uid: Option<u32>,
}

/// A command that has ended.
#[derive(Debug)]
pub struct Finished {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// A server that runs.
pub struct Server {
    pub child: Child,
    pub addr: SocketAddr,
    pub ops: SocketAddr,
    pub host: String,
    pub started: Instant,
    out: PathBuf,
    err: PathBuf,
}

impl Instance {
    /// On the database of this run of the suite.
    pub fn new() -> Self {
        let mut instance = Self::on_sqlite();
        instance.wait_for_others();
        if let Some(url) = super::app::fresh_database() {
            instance.set("DATABASE_URL", &url);
        }
        instance
    }

    /// On SQLite in the data directory, whatever the suite runs on.
    pub fn on_sqlite() -> Self {
        let dir = tempfile::Builder::new().prefix("lk-run-").tempdir().expect("a directory");
        let (port, ops_port) = (free_port(), free_port());
        let mut instance = Self { dir, env: BTreeMap::new(), port, ops_port, uid: None };
        let data = instance.data().display().to_string();
        instance.set("LATCHKEY_DATA_DIR", &data);
        instance.set("LATCHKEY_LISTEN", &format!("127.0.0.1:{port}"));
        instance.set("LATCHKEY_OPS_LISTEN", &format!("127.0.0.1:{ops_port}"));
        instance.set("LATCHKEY_PASSWORD__MEMORY_KIB", "7168");
        instance.set("LATCHKEY_PASSWORD__ITERATIONS", "1");
        instance.set("LATCHKEY_SERVER__WORKERS", "2");
        instance.set("LATCHKEY_DATABASE__POOL_SIZE", "4");
        instance
    }

    /// Gives a busy machine time; not where a database that is not there is the matter.
    pub fn wait_for_others(&mut self) {
        super::child::PATIENT.iter().for_each(|(name, seconds)| self.set(name, seconds));
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.env.insert(name.to_owned(), value.to_owned());
    }

    /// Speaks TLS with the tests' certificate, as `https://localhost:PORT`; calls to it do as well.
    pub fn speak_tls(&mut self) {
        super::tls::register(self.port);
        self.set("LATCHKEY_ISSUER", &format!("https://localhost:{}", self.port));
        super::tls::settings().iter().for_each(|(name, value)| self.set(name, value));
    }

    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    pub fn database(&self) -> PathBuf {
        self.data().join("latchkey.db")
    }

    /// Runs SQL on the SQLite file.
    pub fn sql(&self, sql: &str) {
        use diesel::Connection as _;
        use diesel::connection::SimpleConnection as _;
        let name = self.database().display().to_string();
        let mut conn = diesel::SqliteConnection::establish(&name).expect("the database");
        conn.batch_execute(sql).expect("SQL");
    }

    /// A number from the SQLite file.
    pub fn number(&self, select: &str) -> i64 {
        use diesel::Connection as _;
        use diesel::RunQueryDsl as _;
        use diesel::dsl::sql;
        use diesel::sql_types::BigInt;
        let name = self.database().display().to_string();
        let mut conn = diesel::SqliteConnection::establish(&name).expect("the database");
        diesel::select(sql::<BigInt>(&format!("({select})"))).get_result(&mut conn).expect("a number")
    }

    /// Puts everything into the SQLite file itself, so that its bytes are the whole database.
    pub fn settle(&self) {
        self.sql("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    /// The program with these arguments; `setpriv` makes the kernel end it with this thread.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL"]);
        if let Some(uid) = self.uid {
            command.args([format!("--reuid={uid}"), format!("--regid={uid}"), "--clear-groups".to_owned()]);
        }
        command.arg("--").arg(env!("CARGO_BIN_EXE_latchkey")).args(arguments);
        command.env_clear().env("PATH", "/usr/bin:/bin").envs(&self.env);
        command.current_dir(self.dir.path()).stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> Finished {
        self.run_with(arguments, "")
    }

    /// Runs a command with something on its standard input.
    #[track_caller]
    pub fn run_with(&self, arguments: &[&str], input: &str) -> Finished {
        use std::io::Write as _;
        let (out, err) = self.outputs();
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(file(&out)).stderr(file(&err));
        let mut child = command.spawn().expect("setpriv of util-linux");
        // One that reads nothing may have closed it.
        let _unread = child.stdin.take().expect("its input").write_all(input.as_bytes());
        let code = wait(&mut child, LIMIT);
        let text =
            |path: &Path| String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned();
        let finished = Finished { code: code.flatten(), out: text(&out), err: text(&err) };
        assert!(code.is_some(), "{arguments:?} did not end: {finished:?}");
        finished
    }

    /// Runs a command that must succeed; what it printed.
    #[track_caller]
    pub fn ok(&self, arguments: &[&str]) -> String {
        self.ok_with(arguments, "")
    }

    #[track_caller]
    pub fn ok_with(&self, arguments: &[&str], input: &str) -> String {
        let finished = self.run_with(arguments, input);
        assert_eq!(finished.code, Some(0), "{arguments:?}: {}{}", finished.out, finished.err);
        finished.out
    }

    /// Starts a server; `wait_ready` tells when it serves.
    pub fn start(&self) -> Server {
        self.start_as(&["serve"])
    }

    pub fn start_as(&self, arguments: &[&str]) -> Server {
        let (out, err) = self.outputs();
        let mut command = self.command(arguments);
        command.stdout(file(&out)).stderr(file(&err));
        let started = Instant::now();
        Server {
            child: command.spawn().expect("setpriv of util-linux"),
            addr: SocketAddr::from(([127, 0, 0, 1], self.port)),
            ops: SocketAddr::from(([127, 0, 0, 1], self.ops_port)),
            host: format!("localhost:{}", self.port),
            started,
            out,
            err,
        }
    }

    /// A server that is ready.
    #[track_caller]
    pub fn serve(&self) -> Server {
        let mut server = self.start();
        server.wait_ready();
        server
    }

    fn outputs(&self) -> (PathBuf, PathBuf) {
        use std::sync::atomic::{AtomicU32, Ordering};
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        (self.dir.path().join(format!("out.{n}")), self.dir.path().join(format!("err.{n}")))
    }
}

impl Finished {
    /// Asserts a refusal in plain words: this code, these words, a fix, and no panic.
    #[track_caller]
    pub fn refused(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:?}");
        for word in words {
            assert!(self.err.contains(word), "expected {word:?} in {}", self.err);
        }
        assert!(self.err.contains("fix: "), "no fix: {}", self.err);
        self.is_calm();
    }

    /// Asserts that nothing panicked.
    #[track_caller]
    pub fn is_calm(&self) {
        for word in ["panicked", "RUST_BACKTRACE", "src/"] {
            assert!(!self.err.contains(word) && !self.out.contains(word), "{self:?}");
        }
    }
}

impl Server {
    /// Waits until `readyz` says yes; how long it took from the start of the process.
    #[track_caller]
    pub fn wait_ready(&mut self) -> Duration {
        loop {
            if let Ok(stream) = std::net::TcpStream::connect(self.ops) {
                drop(stream);
                if self.ops_call("/readyz").is_some_and(|answer| answer.status == 200) {
                    return self.started.elapsed();
                }
            }
            if let Some(status) = self.child.try_wait().expect("its state") {
                panic!("the server ended with {status}: {}", self.err());
            }
            assert!(self.started.elapsed() < PATIENCE, "not ready: {}", self.err());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// GET on the ops port; `None` when nobody answers.
    pub fn ops_call(&self, path: &str) -> Option<Answer> {
        std::net::TcpStream::connect(self.ops).ok()?;
        super::http::raw(self.ops, &Call::new(self.ops, "ops", "GET", path).bytes())
    }

    pub fn call(&self, method: &str, target: &str) -> Call {
        Call::new(self.addr, &self.host, method, target)
    }

    pub fn visitor(&self) -> Visitor {
        Visitor::new(self.addr, &self.host)
    }

    pub fn out(&self) -> String {
        std::fs::read_to_string(&self.out).unwrap_or_default()
    }

    pub fn err(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.err).unwrap_or_default()).into_owned()
    }

    /// Sends a signal by name (`TERM`).
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "kill -s {name}");
    }

    /// Waits for the end; the exit code, or `None` after a signal ended it.
    #[track_caller]
    pub fn end(&mut self) -> Option<i32> {
        wait(&mut self.child, PATIENCE).unwrap_or_else(|| panic!("it still runs: {}", self.err()))
    }

    /// SIGTERM and the exit code.
    #[track_caller]
    pub fn stop(&mut self) -> Option<i32> {
        self.signal("TERM");
        self.end()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn file(path: &Path) -> File {
    File::create(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// `None` when it had to be killed, else its exit code.
fn wait(child: &mut Child, limit: Duration) -> Option<Option<i32>> {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("its state") {
            return Some(status.code());
        }
        if started.elapsed() > limit {
            let _ended = child.kill();
            let _reaped = child.wait();
            return None;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}
