//! `latchkey session deliveries`: which apps were told that a session is over, and which are still to be.

use crate::cli::failure::Failure;
use crate::cli::local::Local;
use crate::cli::output::{Answer, Format, table, time};
use crate::domain::delivery::{Delivery, Notice, Outcome};
use crate::store::outbox::{self, Filter};
use crate::store::users;
use serde_json::{Value, json};

/// Which deliveries.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only this app's: its client id
    #[arg(long, value_name = "ID")]
    client: Option<String>,
    /// Only those that are still to be made
    #[arg(long)]
    pending: bool,
    /// Deliveries at the most
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(i64).range(1..=100_000))]
    limit: i64,
}

/// Lists them.
///
/// # Errors
/// The store.
pub fn list(local: &Local, args: &Args) -> Result<Answer, Failure> {
    let filter = Filter { client_id: args.client.clone(), open: args.pending, most: args.limit };
    let all = local.read(|conn| outbox::list(conn, &filter))?;
    if local.format == Format::Json {
        return Ok(Answer::json(&Value::Array(all.iter().map(as_json).collect())));
    }
    if all.is_empty() {
        return Ok(Answer::default().notice("nothing was to be told to an app, or it is too long ago"));
    }
    let rows = all.iter().map(|delivery| row(local, delivery)).collect::<Result<Vec<_>, _>>()?;
    let head = ["APP", "USER", "SESSION", "STATUS", "TRIES", "SINCE", "NEXT TRY", "LAST ERROR"];
    Ok(Answer::text(table(&head, &rows)))
}

fn status(delivery: &Delivery) -> &'static str {
    delivery.outcome.map_or("pending", |outcome| outcome.as_str())
}

/// Apps and people by name, with the id beside it; by the id alone where they are gone.
fn row(local: &Local, delivery: &Delivery) -> Result<Vec<String>, Failure> {
    let Notice::BackchannelLogout { user_id, session_id } = &delivery.notice;
    let app = local.engine.clients.get(delivery.client_id.as_str());
    let app = app.map(|app| app.metadata.client_name.clone());
    let user = local.read(|conn| users::find(conn, user_id.as_str()))?.map(|user| user.username);
    let beside = |name: Option<String>, id: &str| name.map_or(id.to_owned(), |name| format!("{name} ({id})"));
    // What failed before the try that succeeded is over.
    let delivered = delivery.outcome == Some(Outcome::Delivered);
    let error = delivery.last_error.clone().filter(|_| !delivered);
    Ok(vec![
        beside(app, delivery.client_id.as_str()),
        beside(user, user_id.as_str()),
        session_id.to_string(),
        status(delivery).to_owned(),
        delivery.attempts.to_string(),
        time(delivery.created_at),
        if delivery.ended_at.is_none() { time(delivery.next_at) } else { String::new() },
        error.unwrap_or_default(),
    ])
}

fn as_json(delivery: &Delivery) -> Value {
    let Notice::BackchannelLogout { user_id, session_id } = &delivery.notice;
    json!({
        "id": delivery.id.as_str(),
        "client_id": delivery.client_id.as_str(),
        "user_id": user_id.as_str(),
        "sid": session_id.as_str(),
        "jti": delivery.jti,
        "status": status(delivery),
        "attempts": delivery.attempts,
        "created_at": delivery.created_at,
        "expires_at": delivery.expires_at,
        "next_at": delivery.ended_at.is_none().then_some(delivery.next_at),
        "ended_at": delivery.ended_at,
        "last_error": delivery.last_error,
    })
}
