//! The schema: what Diesel believes is what the migrations make, on both engines; nothing that is asked often reads a
//! whole table; every table says how it stays bounded; the way back works.

mod plans;

use crate::harness::app::on_postgres;
use crate::harness::database::{Stand, declared, execute, fresh, number, query};
use latchkey::store::{Db, migrate};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Barrier;

/// The migrations in their order.
fn migrations() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut all: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort_unstable();
    all
}

fn read(migration: &Path, way: &str) -> String {
    std::fs::read_to_string(migration.join(way)).unwrap()
}

/// All of them, forth.
fn up() -> String {
    migrations().iter().map(|migration| read(migration, "up.sql")).collect()
}

/// All of them, back.
fn down() -> String {
    migrations().iter().rev().map(|migration| read(migration, "down.sql")).collect()
}

/// The tables there are, but for the migrations' own.
fn tables(db: &Db) -> BTreeSet<String> {
    let all = if on_postgres() {
        "SELECT CAST(table_name AS TEXT) AS line FROM information_schema.tables WHERE table_schema = 'public'"
    } else {
        "SELECT name AS line FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    };
    query(db, all).into_iter().filter(|name| name != "__diesel_schema_migrations").collect()
}

/// The columns of a table in their order, with Diesel's names for their types.
fn columns(db: &Db, table: &str) -> Vec<(String, String)> {
    let sql = if on_postgres() {
        format!(
            "SELECT column_name || ' ' || upper(data_type) || ' ' || CASE is_nullable WHEN 'NO' THEN 'NOT' ELSE '' END AS line
             FROM information_schema.columns WHERE table_name = '{table}' ORDER BY ordinal_position"
        )
    } else {
        format!(
            "SELECT name || ' ' || upper(type) || ' ' || CASE \"notnull\" WHEN 1 THEN 'NOT' ELSE '' END AS line
             FROM pragma_table_info('{table}') ORDER BY cid"
        )
    };
    let column = |line: String| {
        let cells: Vec<&str> = line.split(' ').collect();
        let kind = match cells[1] {
            "TEXT" => "Text",
            "BIGINT" => "BigInt",
            "BOOLEAN" => "Bool",
            other => panic!("{table}.{}: {other} is not portable", cells[0]),
        };
        let kind = if cells[2] == "NOT" { kind.to_owned() } else { format!("Nullable<{kind}>") };
        (cells[0].to_owned(), kind)
    };
    query(db, &sql).into_iter().map(column).collect()
}

#[test]
fn diesel_believes_what_the_migrations_make() {
    let stand = Stand::new();
    let db = &stand.db;
    let declared = declared();
    let names: BTreeSet<String> = declared.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(tables(db), names);
    for (table, believed) in declared {
        assert_eq!(columns(db, &table), believed, "{table}");
    }
}

#[test]
fn every_table_says_how_it_stays_bounded() {
    let words = ["pruned", "bounded", "rows", "one row", "handful", "at most", "two live", "kept for ever"];
    let up = up();
    for (at, _) in up.match_indices("CREATE TABLE") {
        let table = up[at..].lines().next().unwrap();
        let above: Vec<&str> = up[..at].lines().rev().take_while(|line| line.starts_with("--")).collect();
        let comment = above.join(" ").to_lowercase();
        assert!(words.iter().any(|word| comment.contains(word)), "{table} {comment}");
    }
}

#[test]
fn the_way_back_leaves_nothing_and_the_way_forth_works_again() {
    let stand = Stand::new();
    let db = &stand.db;
    let filled = tables(db);
    execute(db, &down());
    assert_eq!(tables(db), BTreeSet::new());
    execute(db, &up());
    assert_eq!(tables(db), filled);
}

#[test]
fn the_way_back_knows_every_table_that_holds_rows() {
    let stand = Stand::new();
    let db = &stand.db;
    let person =
        "INSERT INTO users (id, username, email_verified, enabled, roles, claims, created_at, updated_at)
        VALUES ('u', 'ada', TRUE, TRUE, '[]', '{}', 0, 0)";
    let client = "INSERT INTO clients (id, enabled, metadata, revision, created_at, updated_at) VALUES ('c', TRUE, '{}', 1, 0, 0)";
    let grant = "INSERT INTO grants (id, client_id, user_id, scope, resource, created_at, expires_at, last_used_at) VALUES ('g', 'c', 'u', '', '', 0, 0, 0)";
    let family = "INSERT INTO refresh_families (id, grant_id, generation, rotated_at, idle_expires_at, expires_at) VALUES ('f', 'g', 0, 0, 0, 0)";
    execute(db, &format!("{person}; {client}; {grant}; {family}"));
    let registration = "INSERT INTO client_registrations (client_id, digest, trusted, created_at) VALUES ('c', 'd', FALSE, 0)";
    execute(db, registration);
    execute(db, &down());
    assert_eq!(tables(db), BTreeSet::new(), "references do not stand in the way");
}

/// Two nodes that start at once: one migrates, the other waits and finds it done.
#[test]
fn sec_z14_two_that_migrate_at_once_are_both_fine() {
    for _ in 0..5 {
        let data = tempfile::tempdir().unwrap();
        let config = fresh(&data);
        let gate = Barrier::new(2);
        let ran: Vec<usize> = std::thread::scope(|scope| {
            let migrate = || {
                gate.wait();
                migrate::run(&config).unwrap_or_else(|e| panic!("{e}")).ran.len()
            };
            let nodes = [scope.spawn(migrate), scope.spawn(migrate)];
            nodes.into_iter().map(|node| node.join().unwrap()).collect()
        });
        let all = migrations().len();
        assert_eq!(
            (ran.iter().sum(), ran.iter().copied().max()),
            (all, Some(all)),
            "one of them did it: {ran:?}"
        );
        let db = Db::open(&config).unwrap();
        let known = number(&db, "SELECT count(*) FROM __diesel_schema_migrations");
        assert_eq!(usize::try_from(known), Ok(all));
        assert_eq!(migrate::pending(&config).unwrap(), Vec::<String>::new());
    }
}

#[test]
fn sec_z14_a_database_of_a_newer_version_is_refused() {
    let data = tempfile::tempdir().unwrap();
    let config = fresh(&data);
    migrate::run(&config).unwrap();
    let db = Db::open(&config).unwrap();
    execute(
        &db,
        "INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('9999', CURRENT_TIMESTAMP)",
    );
    let refused = migrate::run(&config).unwrap_err().to_string();
    assert!(refused.contains("newer Latchkey") && refused.contains("9999"), "{refused}");
}
