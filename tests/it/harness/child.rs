//! Child processes that cannot outlive the tests, however these end.
//!
//! A shell stands between the tests and the child and reads a pipe that only the tests hold: when they end, by
//! return, panic or SIGKILL, the pipe closes and the shell stops the child's whole process group.

use std::ffi::OsString;
use std::fs::File;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How long to wait for anything that should come soon: it only ever passes when something is broken.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// A disk that others keep busy may take seconds for one sync. Tests of these limits set their own.
pub const PATIENT: [(&str, &str); 3] = [
    ("LATCHKEY_SERVER__REQUEST_TIMEOUT_SECONDS", "60"),
    ("LATCHKEY_DATABASE__STATEMENT_TIMEOUT_SECONDS", "60"),
    ("LATCHKEY_DATABASE__POOL_WAIT_SECONDS", "60"),
];

/// `$1` signal, `$2` directory to remove afterwards (may be empty), the rest is the command.
const KEEPER: &str = r#"
signal=$1; directory=$2; shift 2
trap : INT TERM HUP
"$@" </dev/null &
child=$!
while read -r line; do :; done
kill -s "$signal" $child 2>/dev/null
tries=0
while kill -0 $child 2>/dev/null && [ $tries -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
[ -n "$directory" ] && rm -rf "$directory"
kill -s KILL -- -$$
"#;

/// A running child; dropping it stops it.
pub struct Guarded {
    keeper: Child,
    name: String,
    log: PathBuf,
}

/// How a child is started.
pub struct Start<'a> {
    pub program: &'a Path,
    pub arguments: Vec<OsString>,
    pub environment: Vec<(String, String)>,
    pub directory: &'a Path,
    /// Sent first when it is to end; SIGKILL follows after 5 seconds.
    pub signal: &'a str,
    /// Where its output goes.
    pub log: PathBuf,
    /// Removed when it has ended.
    pub remove: Option<PathBuf>,
}

impl Guarded {
    /// Starts the child in a process group of its own.
    pub fn start(start: Start<'_>) -> Self {
        let name = start.program.display().to_string();
        let log = File::create(&start.log).unwrap_or_else(|e| panic!("{}: {e}", start.log.display()));
        let keeper = Command::new("/bin/sh")
            .args(["-c", KEEPER, "keeper", start.signal])
            .arg(start.remove.as_deref().unwrap_or(Path::new("")))
            .arg(start.program)
            .args(&start.arguments)
            .envs(start.environment)
            .current_dir(start.directory)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(log.try_clone().expect("a second handle of the log"))
            .stderr(log)
            .spawn()
            .unwrap_or_else(|e| panic!("cannot start {name}: {e}"));
        Self { keeper, name, log: start.log }
    }

    /// What it has written so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Waits until something listens on the loopback port; panics with the child's output when nothing does.
    pub fn wait_for_port(&self, port: u16) {
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                started.elapsed() < PATIENCE,
                "{} does not listen on port {port} after {PATIENCE:?}:\n{}",
                self.name,
                self.log()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        if let Some(mut pipe) = self.keeper.stdin.take() {
            let _ = pipe.flush();
        }
        // The keeper ends by its own SIGKILL, at most 5 seconds from here.
        let _ = self.keeper.wait();
    }
}

/// Ports of one test process, and how many test processes of one person find a share of their own.
const SHARE: u32 = 3_000;
const SHARES: u32 = 7;

/// The share of ports that is this process's alone for as long as it lives: it holds the lock of a file.
fn share() -> u32 {
    static HELD: OnceLock<(u32, Option<File>)> = OnceLock::new();
    let take = |n: u32| {
        let user = std::fs::metadata("/proc/self").map_or(0, |process| process.uid());
        let file = std::env::temp_dir().join(format!("latchkey-test-ports-{user}-{n}"));
        let file = File::options().create(true).truncate(false).write(true).open(file).ok()?;
        file.try_lock().ok().map(|()| (n, Some(file)))
    };
    HELD.get_or_init(|| (0..SHARES).find_map(take).unwrap_or((std::process::id() % SHARES, None))).0
}

/// A loopback port that nobody listens on at the moment, below those that outgoing connections are given, and not
/// handed out again by this process before thousands of others, nor by another one beside it.
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let first = 11_000 + share() * SHARE;
    let mut tries = std::iter::repeat_with(|| NEXT.fetch_add(1, Ordering::Relaxed)).take(2_000);
    let port = tries.find_map(|n| {
        let port = u16::try_from(first + n % SHARE).expect("a port");
        TcpListener::bind(("127.0.0.1", port)).is_ok().then_some(port)
    });
    let port = port.expect("a free port");
    super::tls::forget(port);
    port
}

#[test]
fn a_child_ends_with_its_guard() {
    let scratch = tempfile::tempdir().expect("a directory");
    let removed = scratch.path().join("removed");
    std::fs::create_dir(&removed).expect("a directory");
    let child = Guarded::start(Start {
        program: Path::new("/bin/sh"),
        arguments: ["-c", "echo $$; exec sleep 600"].map(OsString::from).to_vec(),
        environment: Vec::new(),
        directory: scratch.path(),
        signal: "TERM",
        log: scratch.path().join("log"),
        remove: Some(removed.clone()),
    });
    let started = Instant::now();
    while !child.log().ends_with('\n') {
        assert!(started.elapsed() < PATIENCE, "the child never spoke");
        std::thread::sleep(Duration::from_millis(10));
    }
    let process = PathBuf::from(format!("/proc/{}", child.log().trim()));
    assert!(process.exists(), "{} is running", process.display());
    drop(child);
    assert!(!process.exists(), "{} has ended", process.display());
    assert!(!removed.exists(), "its directory is removed");
}
