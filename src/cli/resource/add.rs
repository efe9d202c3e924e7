//! `latchkey resource add`.

use super::super::failure::Failure;
use super::super::local::{Global, Write};
use super::super::output::Answer;
use super::{Form, shown};
use crate::domain::resource::Resource;
use crate::engine::admin::resources;
use crate::protocol::scope::Scope;

/// An API to register.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  latchkey resource add https://api.example.com 'Order API' --scope orders:read --scope orders:write
  latchkey client edit bookshop --set resources=https://api.example.com --scope orders:read
  latchkey resource add https://pay.example.com Payments --scope pay --format opaque --seconds 60")]
pub struct Args {
    /// The URI that apps ask for with `resource`, and that its tokens have as `aud`
    identifier: String,
    /// The name people see when they are asked
    name: String,
    /// A scope that is its own; without any it takes those that belong to no resource
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// The form of its access tokens
    #[arg(long, value_enum, default_value = "client")]
    format: Form,
    /// Life of its access tokens, seconds, 10 to 3600 [default: as the app has it]
    #[arg(long)]
    seconds: Option<i64>,
    #[command(flatten)]
    write: Write,
}

/// Registers it.
///
/// # Errors
/// Invalid values, a taken identifier, the store.
pub fn run(global: &Global, args: &Args) -> Result<Answer, Failure> {
    let local = global.open_for(args.write)?;
    let resource = Resource {
        identifier: args.identifier.clone(),
        name: args.name.clone(),
        scope: Scope::from_stored(&args.scopes.join(" ")),
        access_token_format: args.format.format(),
        access_token_seconds: args.seconds,
        revision: 0,
        created_at: 0,
    };
    let issuer = local.issuer().to_owned();
    let made =
        local.change(args.write, move |conn, desk| resources::create(conn, desk, &issuer, resource))?;
    Ok(shown(&local, &made, Some(args.write)))
}
