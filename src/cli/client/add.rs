//! `latchkey client add`.

use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::local::{Global, Local, Write, secret_from_stdin, text_from};
use super::super::output::{Answer, Format};
use super::block::{DRY_SECRET, block};
use crate::base::secret::Secret;
use crate::domain::client::{ApplicationType, Metadata};
use crate::engine::admin::client_secrets::NewSecret;
use crate::engine::admin::clients::{self, NewClient, Saved};
use crate::engine::admin::{AdminError, FieldProblem, document, metadata};
use crate::engine::device::GRANT_TYPE;
use crate::protocol::client_auth::AuthMethod;
use serde_json::{Value, json};

/// An app to register.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  latchkey client add Bookshop http://localhost:3000/callback -o env >> .env
  latchkey client add 'Phone app' com.example.app:/callback --native
  latchkey client add 'Browser app' http://localhost:3000/callback --public --set refresh_token_delivery=cookie
  latchkey client add Importer --grant client_credentials --scope import
  latchkey client add 'TV app' --public --grant device_code,refresh_token
  latchkey client add --metadata client.json
Every key of --set and --metadata: latchkey client keys, or docs/clients.md")]
pub struct Args {
    /// The name people see when they sign in
    #[arg(required_unless_present = "metadata")]
    name: Option<String>,
    /// Where people return to after signing in; compared byte for byte
    #[arg(value_name = "URL")]
    urls: Vec<String>,
    /// Choose the client_id [default: a new one]
    #[arg(long)]
    id: Option<String>,
    /// Choose the client_secret: read it from standard input [default: a random one]
    #[arg(long)]
    secret_stdin: bool,
    /// The app cannot keep a secret: it runs in a browser or on a device
    #[arg(long)]
    public: bool,
    /// An installed app: public, any loopback port, schemes like com.example.app:/callback
    #[arg(long)]
    native: bool,
    /// Grant types; device_code is for devices without a browser [default: authorization_code,refresh_token]
    #[arg(long = "grant", value_name = "GRANT", value_delimiter = ',')]
    grants: Vec<String>,
    /// Scopes it may ask for [default: the standard ones]
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// Any other metadata, for example pkce=optional, consent=skip, access_token_seconds=300
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Where people may return to after logging out
    #[arg(long = "logout-url", value_name = "URL")]
    logout_urls: Vec<String>,
    /// Read everything from an RFC 7591 JSON file, - for standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["name", "urls", "public", "native", "grants", "scopes", "logout_urls"])]
    metadata: Option<String>,
    #[command(flatten)]
    write: Write,
}

/// Everything that was asked for.
struct Wanted {
    metadata: Metadata,
    id: Option<String>,
    secret: Option<Secret>,
    ignored: Vec<String>,
    problems: Vec<FieldProblem>,
}

/// Registers an app.
///
/// # Errors
/// Every problem of its metadata, a taken id, the store.
pub fn run(global: &Global, args: &Args) -> Result<Answer, Failure> {
    let wanted = wanted(args)?;
    let mut problems = wanted.problems;
    problems.extend(metadata::validate(&wanted.metadata).err().unwrap_or_default());
    problems.extend(wanted.id.as_deref().and_then(|id| metadata::validate_id(id).err()));
    problems
        .extend(wanted.secret.as_ref().and_then(|secret| metadata::validate_secret(secret.reveal()).err()));
    if !problems.is_empty() {
        return Err(AdminError::Invalid(problems).into());
    }
    let local = global.open_for(args.write)?;
    // Hashed before the transaction: argon2 takes long.
    let hash =
        wanted.secret.as_ref().map(|secret| local.engine.passwords.hash_blocking(secret)).transpose()?;
    let secret = hash.map(|phc| NewSecret { phc });
    let new = NewClient { id: wanted.id, metadata: wanted.metadata, secret };
    let saved = local.change(args.write, move |conn, desk| clients::create(conn, desk, new))?;
    let mut answer = shown(&local, &saved, wanted.secret.as_ref(), args.write);
    if !wanted.ignored.is_empty() {
        answer = answer.notice(format!("not known here and left out: {}", wanted.ignored.join(", ")));
    }
    Ok(answer)
}

fn wanted(args: &Args) -> Result<Wanted, Failure> {
    let mut wanted = match &args.metadata {
        Some(path) if path == "-" && args.secret_stdin => {
            let fix = "Put client_secret into the JSON, or give the JSON as a file.";
            return Err(Failure::new(Exit::Usage, "standard input cannot be both metadata and secret", fix));
        }
        Some(path) => {
            let read = document::read(&text_from(path)?).map_err(AdminError::Invalid)?;
            let (id, secret) = (read.client_id, read.client_secret);
            Wanted { metadata: read.metadata, id, secret, ignored: read.ignored, problems: Vec::new() }
        }
        None => {
            let metadata = from_flags(args);
            Wanted { metadata, id: None, secret: None, ignored: Vec::new(), problems: Vec::new() }
        }
    };
    if args.id.is_some() {
        wanted.id.clone_from(&args.id);
    }
    if args.secret_stdin {
        wanted.secret = Some(secret_from_stdin("secret")?);
    }
    let (changed, problems) = super::with_settings(wanted.metadata, &args.set);
    (wanted.metadata, wanted.problems) = (metadata::normalized(changed), problems);
    Ok(wanted)
}

fn from_flags(args: &Args) -> Metadata {
    let mut metadata = Metadata::named(args.name.clone().unwrap_or_default());
    metadata.redirect_uris.clone_from(&args.urls);
    metadata.post_logout_redirect_uris.clone_from(&args.logout_urls);
    if args.native {
        metadata.application_type = ApplicationType::Native;
    }
    if args.public || args.native {
        metadata.token_endpoint_auth_method = AuthMethod::None;
    }
    if !args.grants.is_empty() {
        metadata.grant_types = document::grant_names(&args.grants);
    }
    if !args.scopes.is_empty() {
        metadata.scope = args.scopes.join(" ");
    } else if !args.grants.is_empty() && args.grants.iter().all(|grant| grant == "client_credentials") {
        // The default scopes are about people; an app of its own has none unless they are named.
        metadata.scope.clear();
    }
    metadata
}

fn shown(local: &Local, saved: &Saved, chosen: Option<&Secret>, write: Write) -> Answer {
    let made = saved.secret.as_ref().map(|plain| if write.dry_run { DRY_SECRET } else { plain.reveal() });
    let secret = made.or(chosen.map(Secret::reveal));
    let block = block(local.issuer(), &saved.client, secret);
    match local.format {
        Format::Env => Answer::text(block),
        Format::Json => Answer::json(&as_json(local, saved, secret, write)),
        Format::Table => Answer::text(as_text(local, saved, &block, write)),
    }
}

fn as_json(local: &Local, saved: &Saved, secret: Option<&str>, write: Write) -> Value {
    let mut value = clients::shown(&saved.client);
    if let Value::Object(members) = &mut value {
        members.insert("issuer".to_owned(), json!(local.issuer()));
        if let Some(secret) = secret {
            members.insert("client_secret".to_owned(), json!(secret));
            // RFC 7591 §3.2.1: 0 if the secret will not expire.
            members.insert("client_secret_expires_at".to_owned(), json!(0));
        }
        if write.dry_run {
            members.insert("dry_run".to_owned(), json!(true));
        }
    }
    value
}

fn as_text(local: &Local, saved: &Saved, block: &str, write: Write) -> String {
    let name = &saved.client.metadata.client_name;
    let head = if write.dry_run {
        format!("Dry run: {name} would be registered ({}). Nothing was changed.", super::kind(&saved.client))
    } else {
        format!("{name} is registered ({}).", super::kind(&saved.client))
    };
    let kept = if saved.secret.is_some() && !write.dry_run { " (the secret is shown only now)" } else { "" };
    let mut text = format!("{head} For its .env file{kept}:\n\n{block}\n");
    let id = &saved.client.id;
    let (issuer, again) = (local.issuer(), &local.again);
    text.push_str(&format!("discovery  {issuer}/.well-known/openid-configuration\n"));
    text.push_str(&format!(
        "look       latchkey client show {id}{again}\nchange     latchkey client edit {id} --help\n"
    ));
    if saved.client.allows_grant("authorization_code") || saved.client.allows_grant(GRANT_TYPE) {
        text.push_str("people     everyone with an account here can sign in to it\n");
    }
    text
}
