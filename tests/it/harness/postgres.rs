//! A real PostgreSQL cluster for this test process, started when first asked for and gone with the process.

use super::child::{Guarded, PATIENCE, Start, free_port};
use std::ffi::OsString;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Who owns everything in the cluster.
const OWNER: &str = "latchkey";

/// A running cluster.
pub struct Cluster {
    binaries: PathBuf,
    socket_directory: PathBuf,
    port: u16,
    next: AtomicU32,
    server: Guarded,
}

/// Creates a fresh database in the shared cluster, as a copy of the template where one is named, and returns its URL.
pub fn database(template: Option<&str>) -> String {
    Cluster::shared().database(template)
}

impl Cluster {
    /// The cluster of this process. Nothing in it survives a crash (`fsync=off`): quick, for all but crash tests.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(|| {
            Self::start(&[
                "fsync=off",
                "synchronous_commit=off",
                "full_page_writes=off",
                "max_connections=300",
            ])
        })
    }

    /// A second cluster that keeps what it acknowledged, for tests that kill things.
    pub fn durable() -> &'static Self {
        static DURABLE: OnceLock<Cluster> = OnceLock::new();
        DURABLE.get_or_init(|| Self::start(&["max_connections=100"]))
    }

    fn start(settings: &[&str]) -> Self {
        let binaries = binaries();
        let root = tempfile::Builder::new().prefix("lk-pg-").tempdir().expect("a directory").keep();
        std::fs::set_permissions(&root, std::fs::Permissions::from_mode(0o755)).expect("its mode");
        let user = Unprivileged::find();
        if let Some(user) = &user {
            chown(&root, Some(user.uid), Some(user.gid)).expect("the directory for the server's user");
        }
        let data = root.join("data");
        initialise(&binaries, &data, user.as_ref());

        let port = free_port();
        let mut command = as_user(user.as_ref(), binaries.join("postgres"));
        command.extend([OsString::from("-D"), data.into_os_string()]);
        let own = [
            format!("port={port}"),
            "listen_addresses=127.0.0.1".to_owned(),
            format!("unix_socket_directories={}", root.display()),
            "shared_buffers=64MB".to_owned(),
        ];
        for setting in own.iter().map(String::as_str).chain(settings.iter().copied()) {
            command.extend(["-c", setting].map(OsString::from));
        }
        let program = PathBuf::from(command.remove(0));
        let server = Guarded::start(Start {
            program: &program,
            arguments: command,
            environment: Vec::new(),
            directory: &root,
            // Immediate shutdown: nobody reads this data again.
            signal: "QUIT",
            log: root.join("log"),
            remove: Some(root.clone()),
        });
        let cluster = Self { binaries, socket_directory: root, port, next: AtomicU32::new(1), server };
        cluster.wait_until_ready();
        cluster
    }

    fn wait_until_ready(&self) {
        let started = Instant::now();
        while self.run("pg_isready", &[]).is_err() {
            assert!(
                started.elapsed() < PATIENCE,
                "PostgreSQL is not ready after {PATIENCE:?}:\n{}",
                self.server.log()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Creates a fresh database (a copy of the template where one is named) and returns its URL.
    /// Nobody may be connected to the template meanwhile.
    pub fn database(&self, template: Option<&str>) -> String {
        let name = format!("t{}", self.next.fetch_add(1, Ordering::Relaxed));
        self.create(&name, template.unwrap_or("template0"));
        self.url(&name)
    }

    /// Creates the database of this name: for templates.
    pub fn create(&self, name: &str, template: &str) {
        self.run("createdb", &["--template", template, name])
            .unwrap_or_else(|e| panic!("createdb {name}: {e}"));
    }

    /// Drops the database behind a URL that `database` gave, whoever is connected to it.
    pub fn drop_database(&self, url: &str) {
        let name = url.rsplit('/').next().unwrap_or_default();
        self.run("dropdb", &["--force", name]).unwrap_or_else(|e| panic!("dropdb {name}: {e}"));
    }

    /// The URL of a database over TCP.
    pub fn url(&self, name: &str) -> String {
        format!("postgres://{OWNER}@127.0.0.1:{}/{name}", self.port)
    }

    /// The URL of a database over the Unix socket.
    pub fn socket_url(&self, name: &str) -> String {
        let host = self.socket_directory.display().to_string().replace('/', "%2F");
        format!("postgres://{OWNER}@{host}:{}/{name}", self.port)
    }

    /// Runs one statement through `psql` and returns what it prints, unaligned and without headers.
    pub fn query(&self, name: &str, sql: &str) -> String {
        self.run("psql", &["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", name, "-c", sql])
            .unwrap_or_else(|e| panic!("{sql}: {e}"))
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<String, String> {
        let output = Command::new(self.binaries.join(program))
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", self.port.to_string())
            .env("PGUSER", OWNER)
            .env("PGDATABASE", "postgres")
            .env("PGCONNECT_TIMEOUT", "60")
            .args(arguments)
            .output()
            .map_err(|e| e.to_string())?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }
}

/// The newest installed server; Debian keeps it out of PATH.
fn binaries() -> PathBuf {
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let version = entry.file_name().to_str()?.parse().ok()?;
            let binaries = entry.path().join("bin");
            binaries.join("initdb").exists().then_some((version, binaries))
        })
        .collect();
    found.sort();
    if let Some((_, path)) = found.pop() {
        return path;
    }
    std::env::var_os("PATH")
        .and_then(|path| std::env::split_paths(&path).find(|p| p.join("initdb").exists()))
        .expect("PostgreSQL is not installed: run tests/run once, or apt-get install postgresql")
}

/// The user that the server runs as when the tests are root, which PostgreSQL refuses to be.
pub struct Unprivileged {
    pub uid: u32,
    pub gid: u32,
}

impl Unprivileged {
    /// None when the tests are not root.
    pub fn find() -> Option<Self> {
        if identity(&["-u"]) != Some(0) {
            return None;
        }
        ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| Some(Self { uid: identity(&["-u", name])?, gid: identity(&["-g", name])? }))
    }
}

fn identity(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(arguments).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

/// The command line that runs a program as that user.
pub fn as_user(user: Option<&Unprivileged>, program: PathBuf) -> Vec<OsString> {
    let mut command = Vec::new();
    if let Some(user) = user {
        let to = [format!("--reuid={}", user.uid), format!("--regid={}", user.gid)];
        command.extend(["/usr/bin/setpriv", "--clear-groups"].map(OsString::from));
        command.extend(to.map(OsString::from));
    }
    command.push(program.into_os_string());
    command
}

fn initialise(binaries: &Path, data: &Path, user: Option<&Unprivileged>) {
    let command = as_user(user, binaries.join("initdb"));
    let (program, prefix) = command.split_first().expect("a program");
    let output = Command::new(program)
        .args(prefix)
        .args(["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--username", OWNER])
        .arg("-D")
        .arg(data)
        .current_dir("/")
        .output()
        .expect("initdb");
    assert!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn each_database_is_fresh_and_a_template_is_copied() {
    let cluster = Cluster::shared();
    assert!(std::ptr::eq(cluster, Cluster::shared()), "one cluster per process");
    cluster.create("the_template", "template0");
    cluster.query("the_template", "CREATE TABLE t (a bigint); INSERT INTO t VALUES (7)");
    let [one, two] = [database(Some("the_template")), database(Some("the_template"))];
    assert_ne!(one, two);
    let name = one.rsplit('/').next().expect("a name");
    cluster.query(name, "DELETE FROM t");
    assert_eq!(cluster.query(two.rsplit('/').next().expect("a name"), "SELECT a FROM t"), "7");
    let empty = database(None);
    let count = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(cluster.query(empty.rsplit('/').next().expect("a name"), count), "0");
    let over_socket = cluster.socket_url(name);
    assert_eq!(cluster.query(&over_socket, "SELECT inet_client_addr() IS NULL"), "t");
    assert_eq!(cluster.query(&one, "SHOW fsync"), "off");
    cluster.drop_database(&one);
    assert!(cluster.run("psql", &["-d", name, "-c", "SELECT 1"]).is_err(), "{name} is gone");
}
