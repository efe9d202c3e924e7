//! Request objects (OIDC Core §6, RFC 9101): parameters in a JWT, by value or by reference. This step
//! stands before the table of checks and yields the parameters that count; there they are checked
//! like those of any request, the redirect URI of the object in place of the outer one.
//!
//! What counts is decided by the client's registration alone, not by what came. For a client that may
//! ask for `openid`, parameters outside the object count where the object is silent (OIDC Core §6.1:
//! "assembled from the union"); for any other only the object counts (RFC 9101 §5, §6.3).

mod by_reference;
mod parameters;

pub use by_reference::RequestObjects;

use super::checks::Draft;
use super::response::{self, Outcome, Target};
use super::{client, redirect_uri, values};
use crate::domain::client::Client;
use crate::engine::client_keys;
use crate::engine::context::{Ctx, Engine};
use crate::engine::keys::{ForeignJwt, check_request_object};
use crate::protocol::alg::SigningAlg;
use crate::protocol::authorize::KNOWN;
use crate::protocol::params::Params;
use crate::protocol::refusal::{Check, Refusal};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// The values of `typ` that an object may have (RFC 9101 §10.8, §4).
const TYPES: [&str; 2] = ["JWT", "oauth-authz-req+jwt"];

/// The parameters that count: those that were sent, or with a request object what it makes of them.
///
/// # Errors
/// What the browser is to do with a refusal: it goes to the outer redirect URI if that is the client's.
pub async fn effective<'a>(
    engine: &Engine,
    ctx: &Ctx,
    sent: &'a Params,
) -> Result<Cow<'a, Params>, Box<Outcome>> {
    if sent.get("request").is_none() && sent.get("request_uri").is_none() {
        return Ok(Cow::Borrowed(sent));
    }
    match from_object(engine, ctx, sent).await {
        Ok(params) => Ok(Cow::Owned(params)),
        Err(refusal) => Err(Box::new(response::refused(refusal, outer_target(engine, sent)))),
    }
}

/// Where a refusal may be sent before the object is known.
fn outer_target(engine: &Engine, sent: &Params) -> Option<Target> {
    let mut draft = Draft::new(sent);
    for check in [client::present, client::known, redirect_uri::present, redirect_uri::registered] {
        check(engine, &mut draft).ok()?;
    }
    // A mode that does not exist is no reason not to answer in the default one.
    let _unknown = values::response_mode(engine, &mut draft);
    draft.target(engine)
}

async fn from_object(engine: &Engine, ctx: &Ctx, sent: &Params) -> Result<Params, Refusal> {
    let mut draft = Draft::new(sent);
    client::present(engine, &mut draft)?;
    client::known(engine, &mut draft)?;
    values::repeated(engine, &mut draft)?;
    if let Some(name) = sent.oversized(&["request", "request_uri"]) {
        return Err(Refusal::new(Check::ParameterMalformed).with("shorter", name));
    }
    let client = draft.client.ok_or(Check::ClientUnknown)?;
    ctx.trace.client(client.id.as_str());
    let object = match (sent.get("request"), sent.get("request_uri")) {
        (Some(object), None) => Cow::Borrowed(object),
        (None, Some(uri)) => {
            let object = by_reference::object(engine, &client, uri).await?;
            ctx.trace.passed(Check::RequestUriInvalid);
            Cow::Owned(object)
        }
        // RFC 9101 §5: "the authorization request ... MUST NOT" have both.
        _ => return Err(Check::RequestObjectTwice.into()),
    };
    // OIDC Core §3.1.2.6: each way of passing it has its own word for what is not supported.
    let unsupported = if sent.get("request").is_some() { Check::RequestObject } else { Check::RequestUri };
    let claims = claims(engine, &client, &object, unsupported).await?;
    let inside = parameters::of(&claims)?;
    let params = parameters::merged(sent, inside, client.scope.has("openid"))?;
    ctx.trace.passed(Check::RequestObjectInvalid);
    Ok(params)
}

/// The claims of a genuine object of this client.
async fn claims(
    engine: &Engine,
    client: &Client,
    object: &str,
    unsupported: Check,
) -> Result<Map<String, Value>, Refusal> {
    let invalid =
        |expected: &str, received: String| Refusal::new(Check::RequestObjectInvalid).with(expected, received);
    let jwt =
        ForeignJwt::parse(object).ok_or_else(|| invalid("a signed JWT", "something else".to_owned()))?;
    if !jwt.is_of_type(&TYPES) {
        return Err(invalid("typ JWT or oauth-authz-req+jwt", "another typ".to_owned()));
    }
    let registered = client.metadata.request_object_signing_alg;
    let unsigned = jwt.alg(&[SigningAlg::None]).is_some();
    let claims = match registered {
        Some(SigningAlg::None) if unsigned => jwt.unsigned().cloned(),
        // Anyone could have made it: only for those who said that they do so (security row J4).
        None if unsigned => return Err(unsupported.into()),
        registered => {
            let alg = match registered {
                Some(only) => jwt.alg(&[only]).filter(|alg| SigningAlg::ASYMMETRIC.contains(alg)),
                None => jwt.alg(&SigningAlg::ASYMMETRIC),
            };
            let expected = registered.map_or("an algorithm with a key pair", SigningAlg::as_str);
            let alg = alg.ok_or_else(|| invalid(expected, "another alg".to_owned()))?;
            client_keys::signed_by(engine, client, &jwt, alg).await.ok()
        }
    };
    let claims = claims.ok_or_else(|| invalid("a signature by a key of the client", "none".to_owned()))?;
    let issuer = engine.policy.issuer.as_str();
    check_request_object(&claims, client.id.as_str(), issuer, (!unsigned, engine.now()))
        .map_err(|unfit| invalid(unfit.expected, unfit.received))?;
    Ok(claims)
}
