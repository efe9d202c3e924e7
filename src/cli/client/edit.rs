//! `latchkey client edit`.

use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::local::{Global, Local, Write, text_from};
use super::super::output::{Answer, Format};
use super::block::{DRY_SECRET, block};
use super::show;
use crate::domain::client::{Client, Metadata};
use crate::engine::admin::clients::{self, Saved};
use crate::engine::admin::{AdminError, document};
use serde_json::{Value, json};

/// What to change; what is not named stays.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  latchkey client edit bookshop --url https://shop.example.com/callback
  latchkey client edit bookshop --grant client_credentials --scope orders
  latchkey client edit bookshop --set access_token_seconds=300 --set pkce=optional
  latchkey client edit bookshop --rm-grant client_credentials --set logo_uri=
  latchkey client edit bookshop --disable
bookshop is a client_id. Every key of --set: latchkey client keys, or docs/clients.md")]
pub struct Args {
    /// Its client_id
    id: String,
    /// Give it this name
    #[arg(long)]
    name: Option<String>,
    /// Also allow this redirect URI
    #[arg(long = "url", value_name = "URL")]
    urls: Vec<String>,
    /// Allow this redirect URI no more
    #[arg(long = "rm-url", value_name = "URL")]
    rm_urls: Vec<String>,
    /// Also allow returning here after logout
    #[arg(long = "logout-url", value_name = "URL")]
    logout_urls: Vec<String>,
    /// Allow returning here after logout no more
    #[arg(long = "rm-logout-url", value_name = "URL")]
    rm_logout_urls: Vec<String>,
    /// Also allow this grant type
    #[arg(long = "grant", value_name = "GRANT", value_delimiter = ',')]
    grants: Vec<String>,
    /// Allow this grant type no more
    #[arg(long = "rm-grant", value_name = "GRANT", value_delimiter = ',')]
    rm_grants: Vec<String>,
    /// Also allow these scopes
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// Allow this scope no more
    #[arg(long = "rm-scope", value_name = "SCOPE")]
    rm_scopes: Vec<String>,
    /// Set any metadata; lists are replaced, KEY= puts the default back
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Replace all metadata by an RFC 7591 JSON file, - for standard input
    #[arg(long, value_name = "FILE")]
    metadata: Option<String>,
    /// Switch it off: nothing is issued to it
    #[arg(long, conflicts_with = "enable")]
    disable: bool,
    /// Switch it on again
    #[arg(long)]
    enable: bool,
    #[command(flatten)]
    write: Write,
}

/// Changes an app.
///
/// # Errors
/// Every problem of the new metadata, no such app, changed meanwhile, the store.
pub fn run(global: &Global, args: &Args) -> Result<Answer, Failure> {
    let local = global.open()?;
    let old = local.look(|conn| clients::find(conn, &args.id))?;
    let (metadata, ignored) = changed(args, &old)?;
    let switch = (args.enable || args.disable).then_some(args.enable);
    if metadata == old.metadata && switch.is_none_or(|on| on == old.enabled) {
        return Ok(shown(
            &local,
            &Saved { client: old, secret: None, notes: vec!["Nothing to change."] },
            args.write,
        ));
    }
    let same = metadata == old.metadata;
    let (id, revision) = (args.id.clone(), old.revision);
    let saved = local.change(args.write, move |conn, desk| {
        let mut saved = if same {
            Saved { client: old, secret: None, notes: Vec::new() }
        } else {
            clients::update(conn, desk, &id, metadata, Some(revision))?
        };
        if let Some(on) = switch {
            saved.client = clients::set_enabled(conn, desk, &id, on)?;
        }
        Ok(saved)
    })?;
    let mut answer = shown(&local, &saved, args.write);
    if !ignored.is_empty() {
        answer = answer.notice(format!("not known here and left out: {}", ignored.join(", ")));
    }
    Ok(answer)
}

fn changed(args: &Args, old: &Client) -> Result<(Metadata, Vec<String>), Failure> {
    let mut ignored = Vec::new();
    let mut metadata = old.metadata.clone();
    if let Some(path) = &args.metadata {
        let read = document::read(&text_from(path)?).map_err(AdminError::Invalid)?;
        if read.client_id.is_some_and(|id| id != args.id) {
            let fix = "A client_id cannot be changed; leave it out, or add a new app.";
            return Err(Failure::new(Exit::InvalidData, "the JSON is of another client_id", fix));
        }
        if read.client_secret.is_some() {
            ignored.push("client_secret (use `latchkey client secret add`)".to_owned());
        }
        ignored.extend(read.ignored);
        metadata = read.metadata;
    }
    if let Some(name) = &args.name {
        metadata.client_name.clone_from(name);
    }
    reduce(&mut metadata.redirect_uris, &args.rm_urls)?;
    reduce(&mut metadata.post_logout_redirect_uris, &args.rm_logout_urls)?;
    reduce(&mut metadata.grant_types, &document::grant_names(&args.rm_grants))?;
    extend(&mut metadata.redirect_uris, &args.urls);
    extend(&mut metadata.post_logout_redirect_uris, &args.logout_urls);
    extend(&mut metadata.grant_types, &document::grant_names(&args.grants));
    if args.grants.iter().any(|grant| grant == "authorization_code") {
        extend(&mut metadata.response_types, &["code".to_owned()]);
    }
    let mut scopes: Vec<String> = metadata.scope.split_whitespace().map(str::to_owned).collect();
    reduce(&mut scopes, &words(&args.rm_scopes))?;
    extend(&mut scopes, &words(&args.scopes));
    metadata.scope = scopes.join(" ");
    let (metadata, problems) = super::with_settings(metadata, &args.set);
    if problems.is_empty() { Ok((metadata, ignored)) } else { Err(AdminError::Invalid(problems).into()) }
}

fn words(texts: &[String]) -> Vec<String> {
    texts.iter().flat_map(|text| text.split_whitespace()).map(str::to_owned).collect()
}

/// Takes each of these out.
fn reduce(list: &mut Vec<String>, gone: &[String]) -> Result<(), Failure> {
    for entry in gone {
        let Some(at) = list.iter().position(|known| known == entry) else {
            let fix = "Copy it from `latchkey client show ID`; it is compared byte for byte.";
            return Err(Failure::new(Exit::NotFound, format!("{entry} is not registered for this app"), fix));
        };
        list.remove(at);
    }
    Ok(())
}

/// Adds what is not there yet.
fn extend(list: &mut Vec<String>, more: &[String]) {
    for entry in more {
        if !list.contains(entry) {
            list.push(entry.clone());
        }
    }
}

fn shown(local: &Local, saved: &Saved, write: Write) -> Answer {
    let secret = saved.secret.as_ref().map(|plain| if write.dry_run { DRY_SECRET } else { plain.reveal() });
    let mut answer = match local.format {
        Format::Env => Answer::text(block(local.issuer(), &saved.client, secret)),
        Format::Json => {
            let mut value = clients::shown(&saved.client);
            if let Value::Object(members) = &mut value {
                members.extend(secret.map(|secret| ("client_secret".to_owned(), json!(secret))));
                members.extend(write.dry_run.then(|| ("dry_run".to_owned(), json!(true))));
            }
            Answer::json(&value)
        }
        Format::Table => {
            let head = if write.dry_run { "Dry run, nothing was changed. It would be:\n" } else { "" };
            let secret =
                secret.map(|secret| format!("\nIts new secret, shown only now:\n\nCLIENT_SECRET={secret}\n"));
            Answer::text(format!("{head}{}{}", show::text(local, &saved.client), secret.unwrap_or_default()))
        }
    };
    for note in &saved.notes {
        answer = answer.notice(*note);
    }
    answer
}
