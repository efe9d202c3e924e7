//! The start of the real program: ready within a second, few lines, and every way it can fail is a plain
//! sentence with its fix, exit 78 (75 where it may pass by itself), and changes nothing.

use crate::harness::app::on_postgres;
use crate::harness::binary::Instance;
use crate::harness::child::free_port;
use crate::harness::postgres;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

/// Every file below `dir` with its bytes; what a refused start must leave alone.
fn contents(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(contents(&path));
        } else {
            found.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
    // Reading through SQLite makes these two; they hold nothing that is not in the file itself here.
    found.retain(|(name, _)| !name.ends_with("-wal") && !name.ends_with("-shm"));
    found.sort();
    found
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// An instance on SQLite that has been used.
fn used() -> Instance {
    let instance = Instance::on_sqlite();
    instance.ok(&["user", "add", "ada@example.com", "--username", "ada"]);
    instance.settle();
    instance
}

/// Refuses to serve and to run a command, says these words, and leaves every file as it was.
#[track_caller]
fn refuses(instance: &Instance, code: i32, words: &[&str]) {
    refuses_with(instance, &["user", "list"], (code, words));
}

#[track_caller]
fn refuses_with(instance: &Instance, beside: &[&str], (code, words): (i32, &[&str])) {
    let before = contents(&instance.data());
    for command in [["serve", "--log-level=info"].as_slice(), beside] {
        instance.run(command).refused(code, words);
        let after = contents(&instance.data());
        let names = |all: &[(String, Vec<u8>)]| all.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&before), names(&after), "{command:?}");
        assert!(before == after, "{command:?} changed a file");
    }
}

#[test]
fn ready_soon_after_the_start_on_an_empty_directory_with_few_lines() {
    let instance = Instance::new();
    let mut server = instance.start();
    let took = server.wait_ready();
    println!("ready after {took:?}");
    // An optimised build on a machine that does nothing else is; others make their first RSA keys as slowly
    // as the machine wants.
    let limit = Duration::from_secs(if on_postgres() { 2 } else { 1 });
    let counts = !cfg!(debug_assertions) && std::env::var("LATCHKEY_TEST_LONG").is_ok_and(|on| on == "1");
    assert!(!counts || took < limit, "ready after {took:?}");
    let out = server.out();
    let lines: Vec<&str> = out.lines().collect();
    assert!((4..=12).contains(&lines.len()), "{out}");
    for needed in [
        format!("http://localhost:{}", instance.port),
        "/setup?link=lk_ott_".into(),
        "latchkey client add".into(),
    ] {
        assert!(out.contains(&needed), "{needed} is missing: {out}");
    }
    assert_eq!(server.stop(), Some(0), "{}", server.err());
}

#[test]
fn a_taken_port_is_named_with_another_to_choose() {
    for ops in [false, true] {
        let mut instance = Instance::on_sqlite();
        instance.ok(&["migrate"]);
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let at = taken.local_addr().unwrap().to_string();
        let name = if ops { "LATCHKEY_OPS_LISTEN" } else { "LATCHKEY_LISTEN" };
        instance.set(name, &at);
        instance.set("LATCHKEY_ISSUER", "http://localhost:8617");
        instance.run(&["serve"]).refused(78, &[&at, "in use", &format!("{name}=127.0.0.1:")]);
    }
}

#[test]
fn an_unwritable_directory_is_named() {
    let mut instance = Instance::on_sqlite();
    chmod(instance.dir.path(), 0o755);
    fs::create_dir(instance.data()).unwrap();
    chmod(&instance.data(), 0o555);
    let is_root =
        fs::metadata("/proc/self").is_ok_and(|meta| std::os::unix::fs::MetadataExt::uid(&meta) == 0);
    instance.uid = is_root.then_some(65534);
    let data = instance.data().display().to_string();
    refuses_with(&instance, &["migrate"], (78, &[&data, "cannot be written", "chown", "LATCHKEY_DATA_DIR"]));
    let inside = instance.data().join("deeper");
    instance.set("LATCHKEY_DATA_DIR", &inside.display().to_string());
    refuses_with(&instance, &["migrate"], (78, &[&inside.display().to_string(), "cannot be written"]));
}

#[test]
fn sec_v7_files_are_private_and_open_ones_are_refused() {
    let instance = used();
    let data = instance.data();
    for (path, expected) in [(data.clone(), 0o700), (data.join("keys"), 0o700), (instance.database(), 0o600)]
    {
        assert_eq!(mode(&path), expected, "{}", path.display());
    }
    assert_eq!(mode(&data.join("keys/master.key")), 0o600);
    let mut server = instance.serve();
    for entry in fs::read_dir(&data).unwrap().flatten().filter(|entry| entry.path().is_file()) {
        assert_eq!(mode(&entry.path()) & 0o077, 0, "{}", entry.path().display());
    }
    server.stop();
    instance.settle();
    for (path, open, fix) in [
        (instance.database(), 0o640, "chmod 600"),
        (instance.database(), 0o604, "chmod 600"),
        (data.join("keys/master.key"), 0o644, "chmod 600"),
        (data.join("keys"), 0o750, "chmod 700"),
        (data.clone(), 0o777, "chmod 700"),
        (data.clone(), 0o770, "chmod 700"),
    ] {
        let closed = mode(&path);
        chmod(&path, open);
        refuses(&instance, 78, &["open to other users", fix, &path.display().to_string()]);
        chmod(&path, closed);
    }
    instance.ok(&["user", "list"]);
}

#[test]
fn sec_v5_a_missing_or_wrong_master_key_stops_the_start() {
    let mut instance = used();
    let file = instance.data().join("keys/master.key");
    let kept = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    refuses(&instance, 78, &["master.key is missing", "backup"]);
    fs::remove_dir_all(instance.data().join("keys")).unwrap();
    refuses(&instance, 78, &["master.key is missing", "backup"]);
    assert!(!instance.data().join("keys").exists(), "no new key was made");
    fs::create_dir(instance.data().join("keys")).unwrap();
    chmod(&instance.data().join("keys"), 0o700);
    for (bytes, words) in [
        (b"A7".repeat(32), "not the master key"),
        (b"garbage".to_vec(), "not 32 bytes"),
        (Vec::new(), "not 32 bytes"),
        (vec![0xFF; 40], "master.key"),
    ] {
        fs::write(&file, bytes).unwrap();
        chmod(&file, 0o600);
        refuses(&instance, 78, &[words]);
    }
    fs::write(&file, &kept).unwrap();
    instance
        .set("LATCHKEY_KEYS__MASTER_KEY", "8f14e45fceea167a5a36dedd4bea2543c9f0f895fb98ab9159f51fd0297e236d");
    refuses(&instance, 78, &["not the master key"]);
    instance.env.remove("LATCHKEY_KEYS__MASTER_KEY");
    assert!(instance.ok(&["user", "list"]).contains("ada"), "with its own key everything is there");
}

#[test]
fn sec_o10_a_missing_database_is_never_replaced() {
    let instance = used();
    let database = instance.database();
    let kept = fs::read(&database).unwrap();
    for suffix in ["-wal", "-shm"] {
        // Gone already where the last command closed cleanly.
        let _absent = fs::remove_file(format!("{}{suffix}", database.display()));
    }
    fs::remove_file(&database).unwrap();
    let words = ["missing or empty", "backup", "To start anew on purpose"];
    refuses(&instance, 78, &words);
    assert!(!database.exists());
    fs::write(&database, "").unwrap();
    chmod(&database, 0o600);
    refuses(&instance, 78, &words);
    assert_eq!(fs::metadata(&database).unwrap().len(), 0);
    fs::write(&database, kept).unwrap();
    assert!(instance.ok(&["user", "list"]).contains("ada"));
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let instance = used();
    instance.sql("INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000000')");
    instance.settle();
    refuses(&instance, 78, &["newer Latchkey", "99990101000000"]);
}

#[test]
fn a_database_url_that_does_not_work_is_explained_without_its_password() {
    let nobody = format!("postgres://lk:canary-pass@127.0.0.1:{}/none", free_port());
    for (url, code, words) in [
        ("mysql://lk:canary-pass@localhost/x", 78, "postgres://"),
        ("postgres://", 78, "database.url"),
        (nobody.as_str(), 75, "PostgreSQL"),
        ("postgres://lk:canary-pass@no-such-host.invalid/none", 75, "PostgreSQL"),
    ] {
        let mut instance = Instance::on_sqlite();
        instance.set("DATABASE_URL", url);
        for command in [["serve", "--log-level=debug"].as_slice(), &["user", "list"], &["migrate"]] {
            let finished = instance.run(command);
            finished.refused(code, &[words]);
            assert!(!finished.err.contains("canary-pass"), "{}", finished.err);
        }
        assert!(!instance.database().exists(), "no other database was made instead");
    }
}

#[test]
fn a_wrong_database_name_or_password_is_explained() {
    if !on_postgres() {
        return;
    }
    let good = postgres::database(None);
    let mut instance = Instance::on_sqlite();
    instance.set("DATABASE_URL", &format!("{good}_no_such_database"));
    instance.run(&["serve"]).refused(75, &["PostgreSQL", "does not exist"]);
    instance.set("DATABASE_URL", &good);
    instance.ok(&["migrate"]);
    fs::remove_dir_all(instance.data().join("keys")).unwrap();
    instance.run(&["serve"]).refused(78, &["master.key is missing"]);
    // Another, empty database in the place of this instance's.
    let mut other = Instance::on_sqlite();
    other.set("DATABASE_URL", &postgres::database(None));
    other.ok(&["migrate"]);
    other.set("DATABASE_URL", &postgres::database(None));
    other.run(&["serve"]).refused(78, &["missing or empty"]);
}
