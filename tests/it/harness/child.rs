//! Child processes that cannot outlive the tests, however these end.
//!
//! A shell stands between the tests and the child and reads a pipe that only the tests hold: when they end, by
//! return, panic or SIGKILL, the pipe closes and the shell stops the child's whole process group.

use std::ffi::OsString;
use std::fs::File;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

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

    /// Waits until something listens on the loopback port; panics with the child's output after the limit.
    pub fn wait_for_port(&self, port: u16, limit: Duration) {
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                started.elapsed() < limit,
                "{} does not listen on port {port} after {limit:?}:\n{}",
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

/// A loopback port that nobody listens on at the moment, below those that outgoing connections are given, and not
/// handed out twice by this process.
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let first = std::process::id().wrapping_mul(997);
    let mut tries = std::iter::repeat_with(|| NEXT.fetch_add(1, Ordering::Relaxed)).take(2_000);
    let port = tries.find_map(|n| {
        let port = u16::try_from(11_000 + first.wrapping_add(n) % 21_000).expect("a port");
        TcpListener::bind(("127.0.0.1", port)).is_ok().then_some(port)
    });
    port.expect("a free port")
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
        assert!(started.elapsed() < Duration::from_secs(10), "the child never spoke");
        std::thread::sleep(Duration::from_millis(10));
    }
    let process = PathBuf::from(format!("/proc/{}", child.log().trim()));
    assert!(process.exists(), "{} is running", process.display());
    drop(child);
    assert!(!process.exists(), "{} has ended", process.display());
    assert!(!removed.exists(), "its directory is removed");
}
