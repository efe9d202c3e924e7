//! Initial access tokens (RFC 7591 §3): an admin hands one to somebody who is to register apps.

use super::Desk;
use super::fault::{AdminError, AdminResult, FieldProblem};
use crate::base::clock::Seconds;
use crate::base::id::ulid;
use crate::base::secret::{InitialToken, Plain};
use crate::base::text;
use crate::domain::audit::Event;
use crate::store::Conn;
use crate::store::initial_tokens::{self, Row};

/// The longest name, characters.
const LONGEST_NAME: usize = 100;

/// A token to be made.
pub struct NewToken {
    /// What it is for.
    pub name: String,
    /// How many apps may be registered with it.
    pub uses: i64,
    /// How long it lasts, seconds.
    pub life: Seconds,
    /// Whether what is registered with it needs no review.
    pub trusted: bool,
}

/// A token that was made, to be shown once.
pub struct Made {
    /// The token.
    pub token: Plain<InitialToken>,
    /// What is stored of it.
    pub row: Row,
}

/// Makes a token.
///
/// # Errors
/// A name that cannot be shown, store errors.
pub fn make(conn: &mut Conn, desk: &Desk, new: NewToken) -> AdminResult<Made> {
    if new.name.chars().count() > LONGEST_NAME || new.name.chars().any(text::is_unsafe_char) {
        let problem = FieldProblem::new(
            "name",
            &new.name,
            "must be at most 100 characters that can be shown",
            "Give a shorter one.",
        );
        return Err(AdminError::Invalid(vec![problem]));
    }
    let token = Plain::<InitialToken>::generate(&desk.rng);
    let row = Row {
        id: ulid(&desk.clock, &desk.rng),
        digest: token.digest().as_str().to_owned(),
        name: new.name,
        trusted: new.trusted,
        uses: new.uses,
        used: 0,
        created_at: desk.now(),
        expires_at: desk.now().saturating_add(new.life),
    };
    initial_tokens::insert(conn, &row)?;
    desk.audit(conn, Event::new("initial_token.created").target(row.id.as_str()).detail(row.name.as_str()))?;
    Ok(Made { token, row })
}

/// Deletes a token at once. Apps that were registered with it stay.
///
/// # Errors
/// No such token, store errors.
pub fn remove(conn: &mut Conn, desk: &Desk, id: &str) -> AdminResult<Row> {
    let gone = initial_tokens::remove(conn, id)?;
    let gone = gone.ok_or_else(|| AdminError::not_found("initial access token", id))?;
    desk.audit(conn, Event::new("initial_token.deleted").target(id).detail(gone.name.as_str()))?;
    Ok(gone)
}
