//! A damaged SQLite file: it is refused in plain words or it works, it is never a panic, and never an
//! empty database in its place (security rows Z19, O10).

use crate::harness::binary::Instance;
use latchkey::app::{OpenMode, Runtime, open_engine};
use latchkey::base::rng::Rng;
use latchkey::config::{Sources, load};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// How many damages are tried in this process; more by hand with `LATCHKEY_TEST_DAMAGES`.
fn damages() -> u64 {
    std::env::var("LATCHKEY_TEST_DAMAGES").ok().and_then(|n| n.parse().ok()).unwrap_or(200)
}

/// A filled database: its directory, and its bytes after everything was checkpointed.
fn filled() -> (Instance, Vec<u8>) {
    let instance = Instance::on_sqlite();
    instance.ok(&["client", "add", "Shop", "https://shop.example.com/cb", "--id", "shop"]);
    for n in 0..12 {
        instance.ok(&["user", "add", &format!("person{n}@example.com"), "--username", &format!("person{n}")]);
    }
    instance.settle();
    let bytes = fs::read(instance.database()).unwrap();
    assert!(bytes.len() > 60_000, "{} bytes", bytes.len());
    (instance, bytes)
}

/// One of: flipped bits, a cut, zeroed or swapped pages.
fn damage(good: &[u8], rng: &Rng) -> (String, Vec<u8>) {
    let mut bytes = good.to_vec();
    let draw = |most: usize| {
        usize::try_from(u64::from_le_bytes(rng.bytes::<8>()) % u64::try_from(most).unwrap()).unwrap()
    };
    let what = match draw(6) {
        0 | 1 => {
            let places: Vec<usize> = (0..=draw(8)).map(|_| draw(good.len())).collect();
            for at in &places {
                bytes[*at] ^= 1 << draw(8);
            }
            format!("bits flipped at {places:?}")
        }
        2 => {
            let at = draw(200);
            bytes[at] ^= 1 << draw(8);
            format!("a bit of the header flipped at {at}")
        }
        3 => {
            bytes.truncate(draw(good.len()));
            format!("cut to {} bytes", bytes.len())
        }
        4 => {
            let page = draw(good.len() / 4096) * 4096;
            bytes[page..page + 4096].fill(0);
            format!("page at {page} zeroed")
        }
        _ => {
            let (a, b) = (draw(good.len() / 4096) * 4096, draw(good.len() / 4096) * 4096);
            bytes[a..a + 4096].copy_from_slice(&good[b..b + 4096]);
            format!("page at {a} is a copy of that at {b}")
        }
    };
    (what, bytes)
}

fn put(database: &Path, bytes: &[u8]) {
    for suffix in ["-wal", "-shm"] {
        // Left behind only by the try before.
        let _absent = fs::remove_file(format!("{}{suffix}", database.display()));
    }
    fs::write(database, bytes).unwrap();
    fs::set_permissions(database, fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn sec_z19_a_damaged_database_is_refused_or_works_and_is_never_replaced() {
    let (instance, good) = filled();
    let rng = Rng::seeded(19);
    let (mut refused, mut worked) = (0, 0);
    for _ in 0..damages() {
        let (what, bytes) = damage(&good, &rng);
        put(&instance.database(), &bytes);
        let settings = load(Sources { file: None, env: instance.env.clone(), flags: Vec::new() });
        let settings = settings.unwrap_or_else(|problems| panic!("{}", latchkey::config::render(&problems)));
        let tried = std::panic::catch_unwind(|| {
            open_engine(&settings, OpenMode::Serve, &Runtime::system()).map(|opened| {
                let people = opened
                    .engine
                    .db
                    .read_blocking(|conn| latchkey::store::users::any_with_role(conn, "admin"));
                (opened.is_new, people.is_ok(), opened.engine.clients.get("shop").is_some())
            })
        });
        match tried.unwrap_or_else(|_| panic!("panicked: {what}")) {
            Ok((is_new, ..)) => {
                assert!(!is_new, "a new instance in a damaged file: {what}");
                worked += 1;
            }
            Err(error) => {
                assert!(!error.fix.is_empty() && !error.problem.is_empty(), "{what}");
                refused += 1;
            }
        }
        let left = fs::metadata(instance.database()).map_or(0, |meta| meta.len());
        assert!(left > 0 || bytes.is_empty(), "the file was emptied: {what}");
    }
    println!("{refused} refused, {worked} worked");
    assert!(refused > damages() / 4, "only {refused} damages were noticed");
    put(&instance.database(), &good);
    assert!(instance.ok(&["user", "list"]).contains("person11"), "the good file works again");
}

/// The whole file is looked at, not only what a start happens to read: without `quick_check` this
/// one would be served.
#[test]
fn sec_z19_damage_that_a_start_does_not_read_is_found_too() {
    let (instance, good) = filled();
    let root = instance.number("SELECT rootpage FROM sqlite_master WHERE name = 'config_revisions_target'");
    let page = (usize::try_from(root).unwrap() - 1) * 4096;
    let mut bytes = good.clone();
    bytes[page..page + 4096].fill(0);
    put(&instance.database(), &bytes);
    let settings = load(Sources { file: None, env: instance.env.clone(), flags: Vec::new() });
    let settings = settings.unwrap_or_else(|problems| panic!("{}", latchkey::config::render(&problems)));
    let tried = |mode| open_engine(&settings, mode, &Runtime::system()).map(|_| ());
    tried(OpenMode::Command).expect("nothing that is read at the start is damaged");
    let error = tried(OpenMode::Serve).expect_err("served with a damaged index");
    assert!(error.problem.contains("damaged"), "{error}");
}

#[test]
fn sec_z19_the_program_names_the_file_and_the_fix() {
    let (instance, good) = filled();
    let rng = Rng::seeded(20);
    let name = instance.database().display().to_string();
    let garbage: Vec<u8> = (0..2048).flat_map(|_| rng.bytes::<8>()).collect();
    let half = good[..good.len() / 2].to_vec();
    let header_only = good[..100].to_vec();
    let mut zeroed = good.clone();
    zeroed[4096..40960].fill(0);
    for bytes in
        [garbage, half, header_only, zeroed, b"SQLite format 3\0".to_vec(), b"not a database\n".to_vec()]
    {
        put(&instance.database(), &bytes);
        for command in [["serve"].as_slice(), &["migrate"], &["user", "list"]] {
            instance.run(command).refused(78, &[&name, "damaged", "backup"]);
            assert_eq!(fs::read(instance.database()).unwrap(), bytes, "{command:?} changed the damaged file");
        }
    }
}

#[test]
fn sec_z19_commands_on_randomly_damaged_files_never_panic() {
    let (instance, good) = filled();
    let rng = Rng::seeded(21);
    for _ in 0..20 {
        let (what, bytes) = damage(&good, &rng);
        put(&instance.database(), &bytes);
        for command in [["migrate"].as_slice(), &["user", "list"], &["client", "list"]] {
            let finished = instance.run(command);
            finished.is_calm();
            let codes = [Some(0), Some(1), Some(75), Some(78)];
            assert!(codes.contains(&finished.code), "{what}: {finished:?}");
        }
    }
}
