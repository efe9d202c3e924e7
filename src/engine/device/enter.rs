//! A person enters the code that a device shows. Guesses are counted by network, by browser and in all
//! (RFC 8628 §5.1, security row L2); wrong, expired and used codes look alike.

use super::client_of;
use crate::base::clock::Seconds;
use crate::base::id::VisitId;
use crate::base::secret::b64;
use crate::domain::device::{Stage, Visit};
use crate::engine::network::Network;
use crate::engine::visitor::Visitor;
use crate::engine::{Ctx, Engine};
use crate::protocol::refusal::{Check, Refusal};
use crate::protocol::user_code::UserCode;
use crate::store::{Conn, TxResult, audit, device_tries, devices};

/// Codes that may be entered from one network in [`NETWORK_SECONDS`], right ones too: each makes a row.
const FROM_NETWORK: i64 = 10;
const NETWORK_SECONDS: Seconds = 60;
/// Wrong codes that may be entered in one browser while a code lives.
const IN_BROWSER: i64 = 5;
const BROWSER_SECONDS: Seconds = super::LIFE;
/// So many wrong codes from everywhere, in [`ALARM_SECONDS`], and it is told: somebody guesses.
const ALARM: i64 = 100;
const ALARM_SECONDS: Seconds = 600;

/// Takes a code from the form; the visit that the pages go on with.
///
/// # Errors
/// [`Check::DeviceCodeWrong`], [`Check::DeviceTries`], store errors.
pub async fn enter(engine: &Engine, ctx: &Ctx, visitor: &Visitor, typed: &str) -> TxResult<VisitId> {
    // What cannot be a code is no guess.
    let code = UserCode::parse(typed).ok_or(Check::DeviceCodeWrong)?;
    let (with, ctx, visitor) = (engine.clone(), ctx.clone(), visitor.clone());
    engine.db.write(move |conn| try_code(conn, (&with, &ctx), &visitor, &code)).await
}

/// Counts first and looks then, so that many at once are no way around the count; all that is counted
/// stays, whatever the outcome.
fn try_code(
    conn: &mut Conn,
    (engine, ctx): (&Engine, &Ctx),
    visitor: &Visitor,
    code: &UserCode,
) -> TxResult<VisitId> {
    let now = engine.now();
    let browser = visitor.browser.as_ref().ok_or(Check::CookiesBlocked)?.as_str().to_owned();
    let from_network = name(engine, &format!("network\n{}", Network::from(ctx.ip)));
    let in_browser = name(engine, &format!("browser\n{browser}"));
    let counted =
        [(&from_network, FROM_NETWORK, NETWORK_SECONDS), (&in_browser, IN_BROWSER, BROWSER_SECONDS)];
    for (name, most, seconds) in counted.into_iter().filter(|_| engine.policy.device_tries) {
        if let Err(wait) = device_tries::count(conn, name, most, seconds, now)? {
            let limit = format!("{most} in {seconds} s");
            return Err(Refusal::new(Check::DeviceTries)
                .with(limit, "more")
                .retry_after(wait)
                .committing()
                .into());
        }
    }
    let found = devices::find_by_user_code(conn, &code.lookup(&engine.macs.user_code))?;
    let open = found.filter(|device| {
        device.stage == Stage::Pending && now < device.expires_at && client_of(engine, device).is_some()
    });
    let Some(device) = open else {
        wrong(conn, (engine, ctx), now)?;
        return Err(Refusal::new(Check::DeviceCodeWrong).committing().into());
    };
    device_tries::give_back(conn, &in_browser)?;
    let visit = Visit { id: VisitId::generate(&engine.clock, &engine.rng), browser, created_at: now };
    devices::insert_visit(conn, &device.id, &visit)?;
    Ok(visit.id)
}

/// One of many callers sees the count reach the mark.
fn wrong(conn: &mut Conn, (engine, ctx): (&Engine, &Ctx), now: Seconds) -> TxResult<()> {
    if device_tries::count(conn, "all", i64::MAX, ALARM_SECONDS, now)? == Ok(ALARM) {
        tracing::warn!(wrong = ALARM, seconds = ALARM_SECONDS, "somebody guesses user codes of devices");
        let event = ctx.event("device.guessing").detail(format!("{ALARM} wrong codes in {ALARM_SECONDS} s"));
        audit::record(conn, &engine.clock, &engine.rng, event)?;
    }
    Ok(())
}

/// A name that tells nothing: no address and no cookie is stored.
fn name(engine: &Engine, of: &str) -> String {
    b64(&engine.macs.user_code.mac(format!("try\n{of}").as_bytes()))
}
