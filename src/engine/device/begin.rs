//! The device authorization endpoint (RFC 8628 §3.1, §3.2) without HTTP.

use super::{GRANT_TYPE, INTERVAL, LIFE, PATH, REMEMBERED};
use crate::base::clock::Seconds;
use crate::base::id::DeviceId;
use crate::base::secret::{DeviceCode, Plain};
use crate::domain::client::Client;
use crate::domain::device::{Device, Stage};
use crate::engine::authorize::{DeviceRequest, check_device};
use crate::engine::token::{self, TokenRequest, client_auth};
use crate::engine::{Ctx, Engine};
use crate::protocol::refusal::{Check, Refusal};
use crate::protocol::user_code::UserCode;
use crate::store::{Conn, Fault, TxResult, devices};
use serde::Serialize;

/// How often another user code is made when one is taken, which is unlikely to happen once.
const ATTEMPTS: usize = 4;

/// The answer (RFC 8628 §3.2).
#[derive(Serialize)]
pub struct DeviceAnswer {
    /// What the device polls with.
    pub device_code: String,
    /// What it shows.
    pub user_code: String,
    /// Where the person enters it.
    pub verification_uri: String,
    /// The same with the code in it, for a QR code.
    pub verification_uri_complete: String,
    /// Life of both codes, seconds.
    pub expires_in: Seconds,
    /// How long to wait between polls, seconds.
    pub interval: Seconds,
}

/// Makes the codes.
///
/// # Errors
/// Client authentication; [`Check::GrantTypeNotAllowed`]; the table [`DEVICE_CHECKS`];
/// [`Check::RateLimited`]; store errors.
///
/// [`DEVICE_CHECKS`]: crate::engine::authorize::DEVICE_CHECKS
pub async fn begin(engine: &Engine, ctx: &Ctx, request: TokenRequest) -> Result<DeviceAnswer, Refusal> {
    request.body.check_body(&client_auth::PARAMETERS)?;
    let client = token::authenticate(engine, ctx, &request).await?;
    if !client.allows_grant(GRANT_TYPE) {
        let registered = client.metadata.grant_types.join(" ");
        return Err(Refusal::new(Check::GrantTypeNotAllowed).with(registered, GRANT_TYPE));
    }
    ctx.trace.passed(Check::GrantTypeNotAllowed);
    let asked = check_device(engine, ctx, &client, &request.body)?;
    if client.is_public() || client.unreviewed {
        // Anybody can ask in its name, or make one, and each is a row that waits.
        engine.begun.admit(ctx.ip, engine.policy.begun, || engine.now())?;
    }
    let (with, of) = (engine.clone(), ctx.clone());
    let stored = engine.db.write(move |conn| store(conn, (&with, &of), &client, &asked)).await;
    let (device, code) = stored.map_err(Fault::into_refusal)?;
    let user_code = UserCode::of(&engine.macs.user_code, &device.id).to_string();
    let verification_uri = engine.policy.url(PATH);
    Ok(DeviceAnswer {
        device_code: code.reveal().to_owned(),
        verification_uri_complete: format!("{verification_uri}?user_code={user_code}"),
        user_code,
        verification_uri,
        expires_in: LIFE,
        interval: INTERVAL,
    })
}

fn store(
    conn: &mut Conn,
    (engine, ctx): (&Engine, &Ctx),
    client: &Client,
    asked: &DeviceRequest,
) -> TxResult<(Device, Plain<DeviceCode>)> {
    let now = engine.now();
    for _ in 0..ATTEMPTS {
        let device = Device {
            id: DeviceId::generate(&engine.clock, &engine.rng),
            client_id: client.id.clone(),
            scope: asked.scope.clone(),
            resource: asked.resource.clone(),
            code_challenge: asked.code_challenge.clone(),
            ip: ctx.ip.to_string(),
            user_agent: ctx.user_agent.to_string(),
            stage: Stage::Pending,
            poll_seconds: INTERVAL,
            created_at: now,
            expires_at: now.saturating_add(LIFE),
        };
        let code = Plain::<DeviceCode>::of_device(&device.id, &engine.rng);
        let key = &engine.macs.user_code;
        let lookup = UserCode::of(key, &device.id).lookup(key);
        let forget_at = device.expires_at.saturating_add(REMEMBERED);
        if devices::insert(conn, &device, &code.digest(), &lookup, forget_at)? {
            return Ok((device, code));
        }
    }
    Err(Refusal::new(Check::StoreUnavailable).retry_after(1).into())
}
