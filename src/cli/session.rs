//! `latchkey session`: where people are signed in.

mod deliveries;

use super::exit::Exit;
use super::failure::Failure;
use super::local::{Global, Local, Write};
use super::output::{Answer, Format, table, time};
use crate::domain::session::Session;
use crate::engine::admin::{sessions, users};
use crate::store;
use serde_json::{Value, json};

/// What to do with sessions.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List live sessions, newest first
    #[command(visible_alias = "ls")]
    List(ListArgs),
    /// End one, or all of a person with --user
    End(EndArgs),
    /// List what apps are told of ended sessions (back-channel logout), newest first
    Deliveries(deliveries::Args),
}

/// Which sessions.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// Only this person's: user name, e-mail address or id
    #[arg(long)]
    user: Option<String>,
    /// Sessions at the most
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(i64).range(1..=100_000))]
    limit: i64,
}

/// Which session to end.
#[derive(Debug, clap::Args)]
pub struct EndArgs {
    /// Its id
    #[arg(required_unless_present = "user", conflicts_with = "user")]
    id: Option<String>,
    /// Sign this person out everywhere: sessions, refresh tokens and codes
    #[arg(long)]
    user: Option<String>,
    #[command(flatten)]
    write: Write,
}

/// Runs one.
///
/// # Errors
/// No such session or person, the store.
pub fn run(global: &Global, command: &Command) -> Result<Answer, Failure> {
    global.no_env()?;
    match command {
        Command::List(args) => list(&global.open()?, args),
        Command::End(args) => end(&global.open()?, args),
        Command::Deliveries(args) => deliveries::list(&global.open()?, args),
    }
}

fn list(local: &Local, args: &ListArgs) -> Result<Answer, Failure> {
    let now = local.engine.now();
    let all = match &args.user {
        Some(typed) => {
            let user = local.look(|conn| users::resolve(conn, typed))?;
            local.read(|conn| store::sessions::of_user(conn, user.id.as_str(), now))?
        }
        None => local.read(|conn| store::sessions::live(conn, now, args.limit))?,
    };
    let idle = local.engine.policy.session_idle;
    let live: Vec<&Session> = all.iter().filter(|session| session.is_live(now, idle)).collect();
    if local.format == Format::Json {
        return Ok(Answer::json(&Value::Array(live.iter().map(|session| as_json(session)).collect())));
    }
    if live.is_empty() {
        return Ok(Answer::default().notice("nobody is signed in here"));
    }
    let mut rows = Vec::new();
    for session in live {
        let user = local.read(|conn| store::users::find(conn, session.user_id.as_str()))?;
        rows.push(vec![
            session.id.to_string(),
            user.map_or_else(|| session.user_id.to_string(), |user| user.username),
            time(session.auth.auth_time),
            time(session.last_seen_at),
            session.ip.clone(),
            crate::base::text::cap(&session.user_agent, 60).to_owned(),
        ]);
    }
    Ok(Answer::text(table(&["ID", "USER", "SIGNED IN", "LAST SEEN", "FROM", "BROWSER"], &rows)))
}

fn end(local: &Local, args: &EndArgs) -> Result<Answer, Failure> {
    let ended = match (&args.id, &args.user) {
        (Some(id), _) => {
            let id = id.clone();
            local.change(args.write, move |conn, desk| sessions::end(conn, desk, &id))?
        }
        (None, Some(typed)) => {
            let typed = typed.clone();
            local.change(args.write, move |conn, desk| {
                let user = users::resolve(conn, &typed)?;
                sessions::end_all(conn, desk, user.id.as_str())
            })?
        }
        (None, None) => {
            return Err(Failure::new(Exit::Usage, "no session is named", "Give its id, or --user."));
        }
    };
    if local.format == Format::Json {
        let counts =
            json!({ "sessions": ended.sessions, "grants": ended.grants, "dry_run": args.write.dry_run });
        return Ok(Answer::json(&json!({ "ended": counts })));
    }
    let head = if args.write.dry_run { "Dry run, nothing was changed. Would end" } else { "Ended" };
    Ok(Answer::text(format!(
        "{head}: {} sessions, {} grants with their tokens.",
        ended.sessions, ended.grants
    )))
}

fn as_json(session: &Session) -> Value {
    json!({
        "id": session.id.as_str(),
        "user_id": session.user_id.as_str(),
        "auth_time": session.auth.auth_time,
        "amr": session.auth.amr,
        "acr": session.auth.acr,
        "created_at": session.created_at,
        "last_seen_at": session.last_seen_at,
        "expires_at": session.expires_at,
        "ip": session.ip,
        "user_agent": session.user_agent,
    })
}
