//! The device authorization grant (RFC 8628). A device asks and shows a code ([`begin`]); a person enters it
//! in a browser ([`enter`]) and answers ([`step`], [`decide`]); the device polls the token endpoint
//! (`token/grants/device_code.rs`).

mod answer;
mod begin;
mod enter;

pub use answer::{Asked, Step, decide, step};
pub use begin::{DeviceAnswer, begin};
pub use enter::enter;

use super::context::Engine;
use super::visitor::Visitor;
use crate::base::clock::Seconds;
use crate::base::id::VisitId;
use crate::base::secret::Digest;
use crate::domain::client::Client;
use crate::domain::device::{Device, Visit};
use crate::protocol::refusal::Check;
use crate::store::{Conn, Fault, TxResult, devices};
use std::sync::Arc;

/// The grant type (RFC 8628 §3.4).
pub const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// Where people enter the code, below the issuer.
pub const PATH: &str = "/device";
/// Life of both codes, seconds.
pub const LIFE: Seconds = 600;
/// How long a device waits between polls at first, seconds (RFC 8628 §3.2).
pub const INTERVAL: Seconds = 5;
/// How long an ended one is known still, so that a late poll hears what became of it, seconds.
const REMEMBERED: Seconds = 3600;

/// The client behind a device authorization, as long as it may still have what was asked: not what its
/// record said when the device came (security row L4).
fn client_of(engine: &Engine, device: &Device) -> Option<Arc<Client>> {
    let client = engine.clients.get(device.client_id.as_str())?;
    let resources = &client.metadata.resources;
    let allows = client.enabled
        && client.allows_grant(GRANT_TYPE)
        && !client.is_younger_than(device.created_at)
        && device.scope.is_within(&client.scope)
        && device.resource.iter().all(|resource| resources.contains(resource));
    allows.then_some(client)
}

/// The client that a visit of this browser is about in the end, if it is still to be answered.
///
/// # Errors
/// Store errors.
pub fn client_of_visit(
    conn: &mut Conn,
    engine: &Engine,
    visitor: &Visitor,
    id: &VisitId,
) -> TxResult<Option<Arc<Client>>> {
    match find_visit(conn, engine, visitor, id) {
        Ok((_, _, client)) => Ok(Some(client)),
        Err(Fault::Refused(_)) => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// A visit of this browser, with what it is about and the client behind that.
///
/// # Errors
/// [`Check::DeviceGone`]: none, another browser's, or of a client that may not have it any more.
fn find_visit(
    conn: &mut Conn,
    engine: &Engine,
    visitor: &Visitor,
    id: &VisitId,
) -> TxResult<(Visit, Device, Arc<Client>)> {
    let browser = visitor.browser.as_ref().ok_or(Check::DeviceGone)?;
    let (visit, device) = devices::find_visit(conn, id)?
        .filter(|(visit, _)| browser.matches(&Digest::from_stored(visit.browser.as_str())))
        .ok_or(Check::DeviceGone)?;
    let client = client_of(engine, &device).ok_or(Check::DeviceGone)?;
    Ok((visit, device, client))
}
