//! `latchkey session deliveries`: which apps were told that a session is over, and which are still to be.

use crate::cli::failure::Failure;
use crate::cli::local::Local;
use crate::cli::output::{Answer, Format, table, time};
use crate::domain::delivery::{Delivery, Notice};
use crate::store::outbox::{self, Filter};
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
    let rows: Vec<Vec<String>> = all.iter().map(row).collect();
    let head = ["APP", "SESSION", "STATUS", "TRIES", "SINCE", "NEXT TRY", "LAST ERROR"];
    Ok(Answer::text(table(&head, &rows)))
}

fn status(delivery: &Delivery) -> &'static str {
    delivery.outcome.map_or("pending", |outcome| outcome.as_str())
}

fn row(delivery: &Delivery) -> Vec<String> {
    let Notice::BackchannelLogout { session_id, .. } = &delivery.notice;
    vec![
        delivery.client_id.to_string(),
        session_id.to_string(),
        status(delivery).to_owned(),
        delivery.attempts.to_string(),
        time(delivery.created_at),
        if delivery.ended_at.is_none() { time(delivery.next_at) } else { String::new() },
        delivery.last_error.clone().unwrap_or_default(),
    ]
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
