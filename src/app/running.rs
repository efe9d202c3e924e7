//! What the server of this instance was started with, kept in the database: a command beside it, with settings of its
//! own, prints links that work and knows who may register apps.

use crate::config::Settings;
use crate::engine::Engine;
use crate::engine::context::Policy;
use crate::engine::registration::Mode;
use crate::store::{Conn, Db, Fault, TxResult, settings as facts};

/// Keeps issuer and registration mode of this server. That it cannot is no reason not to serve.
pub async fn record(engine: &Engine) {
    let (issuer, mode) = (engine.policy.issuer.clone(), engine.policy.registration.mode.as_str());
    let now = engine.now();
    let keep = move |conn: &mut Conn, name: &str, value: &str| -> TxResult<()> {
        if facts::get(conn, name)?.as_deref() == Some(value) {
            return Ok(());
        }
        facts::set(conn, name, value, now)
    };
    let kept = engine.db.write(move |conn| {
        keep(conn, facts::ISSUER, &issuer)?;
        keep(conn, facts::REGISTRATION, mode)
    });
    if let Err(error) = kept.await {
        tracing::warn!(?error, "commands cannot learn the issuer of this server");
    }
}

/// Takes what the server has, where nobody wrote it for this command; where somebody wrote something else, says so.
///
/// # Errors
/// The store.
pub fn adopt(settings: &Settings, db: &Db, policy: &mut Policy) -> Result<Vec<String>, Fault> {
    let (issuer, mode) = db.read_blocking(|conn| {
        Ok((facts::get(conn, facts::ISSUER)?, facts::get(conn, facts::REGISTRATION)?))
    })?;
    let mut notes = Vec::new();
    if let Some(issuer) = issuer.filter(|issuer| *issuer != policy.issuer) {
        match settings.written("server.issuer") {
            None => policy.issuer = issuer,
            Some(place) => notes.push(differs(("issuer", &policy.issuer), &place, &issuer)),
        }
    }
    let mine = policy.registration.mode;
    if let Some(mode) = mode.as_deref().and_then(Mode::parse).filter(|mode| *mode != mine) {
        match settings.written("registration.mode") {
            None => policy.registration.mode = mode,
            Some(place) => notes.push(differs(("registration.mode", mine.as_str()), &place, mode.as_str())),
        }
    }
    Ok(notes)
}

fn differs((what, mine): (&str, &str), place: &str, its: &str) -> String {
    format!(
        "the {what} of this command is {mine} ({place}), but that of the server, at its last start, is {its}"
    )
}
