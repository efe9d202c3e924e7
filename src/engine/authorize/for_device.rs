//! The checks of a device authorization request (RFC 8628 §3.1): those of the authorization endpoint that
//! do not speak of a redirect. The client is authenticated before.

use super::checks::{CheckFn, Draft};
use super::{pkce, scope, unsupported, values};
use crate::domain::client::Client;
use crate::engine::context::{Ctx, Engine};
use crate::protocol::params::Params;
use crate::protocol::pkce::Challenge;
use crate::protocol::refusal::{Check, Refusal};
use crate::protocol::scope::Scope;
use std::sync::Arc;

/// The checks in their order.
pub static DEVICE_CHECKS: &[(Check, CheckFn)] = &[
    (Check::ParameterRepeated, values::repeated),
    (Check::ParameterMalformed, values::bounded),
    (Check::PkceMethod, pkce::method),
    (Check::PkceMalformed, pkce::well_formed),
    (Check::ScopeMalformed, scope::well_formed),
    (Check::ScopeNotAllowed, scope::allowed),
    (Check::ResourceUnknown, scope::resources),
    (Check::ScopeResource, scope::of_resources),
    (Check::AuthorizationDetails, unsupported::authorization_details),
];

/// What a device may ask for.
pub struct DeviceRequest {
    /// Requested and allowed.
    pub scope: Scope,
    /// Resource indicators (RFC 8707).
    pub resource: Vec<String>,
    /// PKCE, if it was sent.
    pub code_challenge: Option<Challenge>,
}

/// Runs the table.
///
/// # Errors
/// The first refusal.
pub fn check_device(
    engine: &Engine,
    ctx: &Ctx,
    client: &Arc<Client>,
    params: &Params,
) -> Result<DeviceRequest, Refusal> {
    let mut draft = Draft::new(params);
    draft.client = Some(client.clone());
    for (check, test) in DEVICE_CHECKS {
        test(engine, &mut draft)?;
        ctx.trace.passed(*check);
    }
    Ok(DeviceRequest { scope: draft.scope, resource: draft.resource, code_challenge: draft.code_challenge })
}
