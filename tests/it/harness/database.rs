//! A database without an engine above it, and plain SQL against either kind, for tests that look below the store.

use super::program::Program;
use diesel::RunQueryDsl as _;
use diesel::connection::SimpleConnection as _;
use latchkey::base::secret::Secret;
use latchkey::store::{Conn, Db, DbConfig, StoreError, Target, TxResult, migrate};
use std::sync::{Arc, Barrier};

/// A fresh database of the kind this run of the suite is about, not migrated.
pub fn fresh(data: &tempfile::TempDir) -> DbConfig {
    let target = match super::app::fresh_database() {
        Some(url) => Target::Postgres(Secret::new(url)),
        None => Target::Sqlite(data.path().join("latchkey.db")),
    };
    DbConfig { target, pool_size: 8, statement_timeout: 60, pool_wait: 60 }
}

/// A fresh, migrated database.
pub struct Stand {
    pub db: Db,
    _data: tempfile::TempDir,
}

impl Stand {
    pub fn new() -> Self {
        let data = tempfile::tempdir().expect("a directory");
        let config = fresh(&data);
        migrate::run(&config).unwrap_or_else(|e| panic!("{e}"));
        Self { db: Db::open(&config).unwrap_or_else(|e| panic!("{e}")), _data: data }
    }

    /// Runs the job in so many threads at once, each in a transaction of its own; what they got.
    pub fn race<T: Send + 'static>(
        &self,
        threads: usize,
        job: impl Fn(&mut Conn, usize) -> TxResult<T> + Clone + Send + 'static,
    ) -> Vec<TxResult<T>> {
        let gate = Arc::new(Barrier::new(threads));
        let racers: Vec<_> = (0..threads)
            .map(|n| {
                let (db, gate, job) = (self.db.clone(), Arc::clone(&gate), job.clone());
                std::thread::spawn(move || {
                    gate.wait();
                    db.write_blocking(move |conn| job(conn, n))
                })
            })
            .collect();
        racers.into_iter().map(|racer| racer.join().expect("a racer")).collect()
    }
}

#[derive(diesel::QueryableByName)]
struct Line {
    #[diesel(sql_type = diesel::sql_types::Text)]
    line: String,
}

/// The rows of a statement whose one column is text and named `line`.
pub fn lines(conn: &mut Conn, sql: &str) -> Vec<String> {
    let query = diesel::sql_query(sql);
    let rows: Result<Vec<Line>, _> = match conn {
        Conn::Sqlite(conn) => query.load(conn),
        Conn::Postgres(conn) => query.load(conn),
    };
    rows.unwrap_or_else(|e| panic!("{sql}: {e}")).into_iter().map(|row| row.line).collect()
}

/// The rows of `line`, read from a database.
pub fn query(db: &Db, sql: &str) -> Vec<String> {
    db.read_blocking(|conn| Ok(lines(conn, sql))).unwrap_or_else(|e| panic!("{sql}: {e:?}"))
}

/// One number.
pub fn number(db: &Db, select: &str) -> i64 {
    let sql = format!("SELECT CAST(({select}) AS TEXT) AS line");
    query(db, &sql).first().expect("a row").parse().expect("a number")
}

/// Runs statements in a transaction.
pub fn execute(db: &Db, sql: &str) {
    let sql = sql.to_owned();
    let done: TxResult<()> =
        db.write_blocking(move |conn| Ok(conn.batch_execute(&sql).map_err(StoreError::from)?));
    done.unwrap_or_else(|e| panic!("{e:?}"));
}

/// The tables of `src/store/schema.rs`: name, and column by column its name and Diesel type.
pub fn declared() -> Vec<(String, Vec<(String, String)>)> {
    let store = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let mut text = std::fs::read_to_string(store.join("schema.rs")).expect("the schema");
    for part in std::fs::read_dir(store.join("schema")).expect("its parts") {
        text += &std::fs::read_to_string(part.expect("a part").path()).expect("a part of the schema");
    }
    let mut tables = Vec::new();
    for block in text.split("diesel::table! {").skip(1) {
        let block = block.split("\n}\n").next().expect("an end");
        let mut lines = block.lines().map(str::trim).filter(|line| !line.is_empty());
        let head = lines.next().expect("a name");
        let name = head.split(' ').next().expect("a name").to_owned();
        let column = |line: &str| {
            let (name, kind) = line.trim_end_matches(',').split_once(" -> ")?;
            Some((name.to_owned(), kind.to_owned()))
        };
        tables.push((name, lines.filter_map(column).collect()));
    }
    tables
}

/// Everything that is stored, as text.
pub fn dump(program: &Program) -> String {
    let db = program.db("dump");
    let mut text = String::new();
    for (table, columns) in declared() {
        let cells: Vec<String> =
            columns.iter().map(|(name, _)| format!("coalesce(CAST({name} AS TEXT), 'null')")).collect();
        let sql = format!("SELECT {} AS line FROM {table} ORDER BY 1", cells.join(" || '|' || "));
        text.push_str(&format!("[{table}]\n{}\n", query(&db, &sql).join("\n")));
    }
    text
}
