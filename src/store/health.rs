//! Is the database well?

use super::conn::{AnyConn, Conn};
use super::fault::TxResult;
use diesel::prelude::*;
use diesel::sql_types::Text;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    quick_check: String,
}

/// The first damage SQLite finds, if any; `None` on PostgreSQL, which checks its own pages.
///
/// # Errors
/// Store errors; for a file that is no database as well.
pub fn quick_check(conn: &mut Conn) -> TxResult<Option<String>> {
    let AnyConn::Sqlite(conn) = conn else { return Ok(None) };
    let lines: Vec<Line> = diesel::sql_query("PRAGMA quick_check(1)").load(conn)?;
    Ok(lines.into_iter().map(|line| line.quick_check).find(|line| line != "ok"))
}
