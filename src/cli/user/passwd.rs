//! `latchkey user passwd`.

use super::super::failure::Failure;
use super::super::local::{Global, Local, Write, secret_from_stdin};
use super::super::output::{Answer, Format};
use crate::base::secret::Secret;
use crate::domain::user::User;
use crate::engine::admin::links::{self, RECOVER_SECONDS};
use crate::engine::admin::users;
use serde_json::{Value, json};

/// Whose password.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// User name, e-mail address or id
    user: String,
    /// Read it from standard input [default: print a link to set one]
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    write: Write,
}

/// Sets a password, or makes a link to set one.
///
/// # Errors
/// No such account, a disabled one, a weak password, the store.
pub fn run(global: &Global, args: &Args) -> Result<Answer, Failure> {
    global.no_env()?;
    let password = if args.password_stdin { Some(secret_from_stdin("password")?) } else { None };
    let local = global.open()?;
    let user = local.look(|conn| users::resolve(conn, &args.user))?;
    match password {
        Some(password) => set(&local, &user, &password, args.write),
        None => link(&local, &user, args.write),
    }
}

fn set(local: &Local, user: &User, password: &Secret, write: Write) -> Result<Answer, Failure> {
    let mut context = vec![user.username.as_str(), user.display_name(), local.issuer()];
    context.extend(user.email.as_deref());
    let hash = local.new_password(password, &context)?;
    let id = user.id.to_string();
    local.change(write, move |conn, desk| users::set_password(conn, desk, &id, &hash))?;
    if local.format == Format::Json {
        return Ok(Answer::json(
            &json!({ "id": user.id.as_str(), "password": "set", "dry_run": write.dry_run }),
        ));
    }
    Ok(Answer::text(if write.dry_run {
        "Dry run: the password would be set, and everything signed in with the old one would end."
    } else {
        "The password is set; everything signed in with the old one has ended."
    }))
}

/// Makes the link and prints it.
///
/// # Errors
/// A disabled account, the store.
pub fn link(local: &Local, user: &User, write: Write) -> Result<Answer, Failure> {
    let id = user.id.to_string();
    let made =
        local.change(write, move |conn, desk| links::make_recover(conn, desk, &id, RECOVER_SECONDS))?;
    if local.format == Format::Json {
        let url = if write.dry_run { Value::Null } else { json!(made.recover_url(local.issuer())) };
        return Ok(Answer::json(&json!({
            "id": user.id.as_str(),
            "username": user.username,
            "password_link": url,
            "password_link_expires_at": made.expires_at,
        })));
    }
    Ok(Answer::text(format!("{}: {}", user.username, super::link_text(local.issuer(), &made, write.dry_run))))
}
