//! The lines an app needs in its `.env` file.

use super::super::output::env;
use crate::domain::client::Client;
use crate::engine::admin::env_lines;

/// What stands in for a secret that cannot be shown.
pub const UNKNOWN_SECRET: &str = "shown-only-when-it-was-made";
/// What stands in for a secret that a dry run did not keep.
pub const DRY_SECRET: &str = "made-when-run-without-dry-run";

/// The block: everything a relying party's library asks for.
pub fn block(issuer: &str, client: &Client, secret: Option<&str>) -> String {
    let secret =
        client.metadata.token_endpoint_auth_method.has_secret().then(|| secret.unwrap_or(UNKNOWN_SECRET));
    env(&env_lines::rows(issuer, client, secret))
}
