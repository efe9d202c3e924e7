//! `latchkey resource show`.

use super::super::failure::Failure;
use super::super::local::Global;
use super::super::output::Answer;
use super::shown;
use crate::engine::admin::resources;

/// Which resource.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its identifier
    identifier: String,
}

/// Shows it.
///
/// # Errors
/// No such resource, the store.
pub fn run(global: &Global, args: &Args) -> Result<Answer, Failure> {
    let local = global.open()?;
    let resource = local.look(|conn| resources::find(conn, &args.identifier))?;
    Ok(shown(&local, &resource, None))
}
