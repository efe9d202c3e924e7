//! `latchkey user add`.

use super::super::failure::Failure;
use super::super::local::{Global, Local, Write, secret_from_stdin};
use super::super::output::{Answer, Format};
use crate::base::secret::Secret;
use crate::engine::admin::links::{self, WELCOME_SECONDS};
use crate::engine::admin::users::{self, NewUser};
use crate::engine::admin::{AdminError, FieldProblem, claims, imports};
use crate::engine::secrets::imported_hash;
use serde_json::{Map, Value, json};

/// An account to make.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  latchkey user add ada@example.com --name 'Ada Lovelace' --role admin
  printf %s \"$PASSWORD\" | latchkey user add ada@example.com --username ada --password-stdin --verified")]
pub struct Args {
    /// E-mail address
    email: String,
    /// Name to sign in with, beside the address [default: the address]
    #[arg(long)]
    username: Option<String>,
    /// Full name
    #[arg(long)]
    name: Option<String>,
    /// Read the password from standard input [default: print a link to set one]
    #[arg(long)]
    password_stdin: bool,
    /// Read a password hash of another server from standard input: bcrypt, scrypt, PBKDF2 or argon2
    #[arg(long, conflicts_with = "password_stdin")]
    password_hash_stdin: bool,
    /// Role, for example admin
    #[arg(long = "role", value_name = "ROLE", value_delimiter = ',')]
    roles: Vec<String>,
    /// Claim, for example locale=en-GB or address='{"country":"Germany"}'
    #[arg(long = "claim", value_name = "NAME=VALUE")]
    claims: Vec<String>,
    /// The e-mail address is known to be theirs
    #[arg(long)]
    verified: bool,
    #[command(flatten)]
    write: Write,
}

/// Makes an account.
///
/// # Errors
/// Every invalid field, a taken name, the store.
pub fn run(global: &Global, args: &Args) -> Result<Answer, Failure> {
    global.no_env()?;
    let claims = attributes(args)?;
    let password = if args.password_stdin { Some(secret_from_stdin("password")?) } else { None };
    let imported = if args.password_hash_stdin { Some(imported()?) } else { None };
    let local = global.open_for(args.write)?;
    let slowest = imported.as_deref().map(|hash| local.engine.passwords.measure(hash));
    let new = NewUser {
        username: args.username.clone(),
        email: Some(args.email.clone()),
        email_verified: args.verified,
        password_hash: match imported {
            Some(hash) => Some(hash),
            None => password.map(|password| hash(&local, args, &password)).transpose()?,
        },
        roles: args.roles.clone(),
        claims,
    };
    let (user, link) = local.change(args.write, move |conn, desk| {
        let with_password = new.password_hash.is_some();
        let user = users::create(conn, desk, new)?;
        if let Some(took) = slowest {
            imports::note_slowest(conn, took, desk.now())?;
        }
        let link =
            (!with_password).then(|| links::make_recover(conn, desk, user.id.as_str(), WELCOME_SECONDS));
        Ok((user, link.transpose()?))
    })?;
    if local.format == Format::Json {
        let mut value = users::shown(&user);
        if let (Value::Object(members), Some(link)) = (&mut value, &link) {
            let url = if args.write.dry_run { Value::Null } else { json!(link.recover_url(local.issuer())) };
            members.insert("password_link".to_owned(), url);
            members.insert("password_link_expires_at".to_owned(), json!(link.expires_at));
        }
        return Ok(Answer::json(&value));
    }
    let head = if args.write.dry_run { "Dry run, nothing was changed. It would be:\n" } else { "" };
    let link = link.map(|link| format!("\n{}", super::link_text(local.issuer(), &link, args.write.dry_run)));
    Ok(Answer::text(format!("{head}{}{}", super::text(&user), link.unwrap_or_default())))
}

/// A hash of another server, as it is stored.
fn imported() -> Result<String, Failure> {
    let text = secret_from_stdin("password-hash")?;
    imported_hash(&Value::from(text.reveal())).map_err(|why| {
        let fix = "Give the whole text as the other server stores it.";
        Failure::invalid(vec![FieldProblem::new("password hash", "", why, fix)])
    })
}

fn hash(local: &Local, args: &Args, password: &Secret) -> Result<String, Failure> {
    let mut context = vec![args.email.as_str(), local.issuer()];
    context.extend(args.username.as_deref());
    context.extend(args.name.as_deref());
    local.new_password(password, &context)
}

fn attributes(args: &Args) -> Result<Map<String, Value>, Failure> {
    let mut found = Map::new();
    let mut problems = Vec::new();
    if let Some(name) = &args.name {
        found.insert("name".to_owned(), Value::from(name.as_str()));
    }
    for claim in &args.claims {
        if let Some((name, value)) = claim.split_once('=') {
            found.insert(name.trim().to_owned(), claims::from_text(name.trim(), value.trim()));
        } else {
            let fix = "Write --claim NAME=VALUE, for example --claim locale=en-GB.";
            problems.push(FieldProblem::new("--claim", claim, "has no =", fix));
        }
    }
    if problems.is_empty() { Ok(found) } else { Err(AdminError::Invalid(problems).into()) }
}
