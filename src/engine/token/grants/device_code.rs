//! `urn:ietf:params:oauth:grant-type:device_code` (RFC 8628 §3.4, §3.5): a device polls until the person has
//! answered, and gets its tokens once. A poll that is repeated after that ends nothing, unlike a code that
//! is: devices repeat polls whose answer was lost, and nobody else ever saw the device code.

use super::super::issue::{self, Draft, Plan};
use super::super::{Exchange, GrantType, Job};
use super::refresh_token;
use crate::base::id::{GrantId, SessionId, UserId};
use crate::base::secret::{DeviceCode, Plain};
use crate::domain::device::{Device, Stage};
use crate::domain::grant::{Grant, Subject};
use crate::engine::device::GRANT_TYPE;
use crate::engine::gate::{Permit, Person};
use crate::protocol::pkce::Verifier;
use crate::protocol::refusal::{Check, Refusal};
use crate::store::{Conn, Fault, TxResult, devices, grants};

/// See [`GrantType`].
pub static GRANT: GrantType = GrantType {
    name: GRANT_TYPE,
    parameters: &["device_code", "code_verifier", "resource"],
    public: true,
    prepare,
};

/// The parameters, read.
struct Poll {
    exchange: Exchange,
    code: Plain<DeviceCode>,
    verifier: Option<Verifier>,
}

fn prepare(exchange: Exchange) -> Result<Job, Refusal> {
    let code = Plain::presented(exchange.body.need("device_code")?);
    let verifier = match exchange.body.get("code_verifier") {
        Some(text) => Some(Verifier::parse(text).ok_or(Check::VerifierMalformed)?),
        None => None,
    };
    exchange.ctx.trace.passed(Check::VerifierMalformed);
    let poll = Poll { exchange, code, verifier };
    Ok(Box::new(move |conn| poll.run(conn)))
}

impl Poll {
    fn run(&self, conn: &mut Conn) -> TxResult<Plan> {
        let device = self.find(conn)?;
        match &device.stage {
            Stage::Redeemed { .. } => return Err(invalid("an unused device_code", "a redeemed one")),
            Stage::Burnt => return Err(invalid("a live device_code", "one that was ended")),
            Stage::Denied { .. } => return Err(Check::DeviceDenied.into()),
            Stage::Pending | Stage::Approved { .. } => {}
        }
        if self.exchange.now >= device.expires_at {
            return Err(Check::DeviceCodeExpired.into());
        }
        self.check_verifier(conn, &device)?;
        match &device.stage {
            Stage::Approved { user_id, session_id } => self.redeem(conn, &device, user_id, session_id),
            _ => Err(self.wait(conn, &device)?),
        }
    }

    /// The device authorization of the code, if it is this client's. Another client's stays as it is.
    fn find(&self, conn: &mut Conn) -> TxResult<Device> {
        let Some(device) = devices::find_by_code(conn, &self.code)? else {
            return Err(invalid("a known device_code", "an unknown or forgotten one"));
        };
        if device.client_id != self.exchange.client.id {
            self.exchange.record(conn, "device.foreign", |event| event.target(device.id.as_str()))?;
            let refusal =
                Refusal::new(Check::DeviceCodeInvalid).with("this client's device_code", "another client's");
            return Err(refusal.committing().into());
        }
        if self.exchange.client.is_younger_than(device.created_at) {
            return Err(invalid("this client's device_code", "one of a removed client with the same id"));
        }
        Ok(device)
    }

    /// PKCE, where the device sent a challenge (security row L4). As with a code, a wrong verifier from the
    /// right client leaves no second try (row D6).
    fn check_verifier(&self, conn: &mut Conn, device: &Device) -> TxResult<()> {
        let fits = match (&device.code_challenge, &self.verifier) {
            (None, None) => true,
            (Some(challenge), Some(verifier)) => challenge.fits(verifier),
            _ => false,
        };
        if fits {
            self.exchange.ctx.trace.passed(Check::VerifierWrong);
            return Ok(());
        }
        devices::burn(conn, &device.id)?;
        self.exchange.record(conn, "device.burnt", |event| event.target(device.id.as_str()))?;
        Err(Refusal::new(Check::VerifierWrong).committing().into())
    }

    /// Nobody has answered. What a poll writes is when the next one may come, and nothing else.
    fn wait(&self, conn: &mut Conn, device: &Device) -> TxResult<Fault> {
        let now = self.exchange.now;
        if devices::poll(conn, &device.id, now)? {
            return Ok(Refusal::new(Check::AuthorizationPending).committing().into());
        }
        let slower = devices::slow_down(conn, &device.id, now)?;
        if slower || device.poll_seconds >= devices::SLOWEST {
            return Ok(Refusal::new(Check::SlowDown).committing().into());
        }
        // Answered in this very moment: the next poll will hear it.
        Ok(Check::AuthorizationPending.into())
    }

    fn redeem(
        &self,
        conn: &mut Conn,
        device: &Device,
        user_id: &UserId,
        session_id: &SessionId,
    ) -> TxResult<Plan> {
        let available = self.exchange.granted_audience(&device.scope, &device.resource);
        let audience = self.exchange.audience(&available, available.clone())?;
        let person = Person {
            user_id,
            session_id,
            scope: &device.scope,
            resource: &device.resource,
            claims: None,
            outlives_session: false,
        };
        let permit = self.exchange.may_issue(conn, GRANT_TYPE, Some(person))?;
        if device.created_at < permit.client_since() {
            return Err(invalid("this client's device_code", "one of a removed client with the same id"));
        }
        let grant = self.grant(device, (user_id, session_id), &permit)?;
        let family = refresh_token::new_family(&self.exchange, &grant);
        let last = family.as_ref().map_or(self.exchange.now, |family| family.expires_at);
        if !devices::redeem(conn, &device.id, &grant.id, self.exchange.now)? {
            return Err(invalid("a live device_code", "one that was redeemed or ended just now"));
        }
        grants::insert(conn, &grant, self.exchange.forget_after(last))?;
        let refresh_token = refresh_token::begin_family(conn, &self.exchange, family, &grant.scope)?;
        let scope = grant.scope.clone();
        issue::plan(
            conn,
            permit,
            &self.exchange,
            Draft { grant, scope, audience, refresh_token, nonce: None },
        )
    }

    fn grant(
        &self,
        device: &Device,
        (user, session): (&UserId, &SessionId),
        permit: &Permit,
    ) -> TxResult<Grant> {
        let auth = permit.auth().ok_or(Check::Unexpected)?.clone();
        Ok(Grant {
            id: GrantId::generate(&self.exchange.engine.clock, &self.exchange.engine.rng),
            client_id: self.exchange.client.id.clone(),
            subject: Some(Subject { user_id: user.clone(), session_id: session.clone(), auth }),
            scope: device.scope.clone(),
            resource: device.resource.clone(),
            claims: None,
            nonce: None,
            created_at: self.exchange.now,
            ended_at: None,
        })
    }
}

fn invalid(expected: &str, received: &str) -> Fault {
    Refusal::new(Check::DeviceCodeInvalid).with(expected, received).into()
}
