//! Codes of authenticator apps (TOTP, RFC 6238): SHA-1, six digits, steps of 30 seconds, which is what every app
//! knows. Each step is accepted once, one step early or late, by this server's clock (security row P1).

use super::{Factor, Shape};
use crate::base::clock::Seconds;
use crate::base::id::{FactorId, UserId};
use crate::base::secret::{Secret, b64, unb64};
use crate::domain::session::Class;
use crate::engine::context::Engine;
use crate::store::{Conn, StoreError, TxResult, factors};
use serde::{Deserialize, Serialize};
use totp_rs::{Builder, Totp};

/// The factor.
pub static FACTOR: Factor = Factor {
    kind: "totp",
    amr: &["otp"],
    class: Class::Mfa,
    shape: Shape::Digits,
    is_held: |conn, user| Ok(!factors::sealed(conn, user.as_str(), FACTOR.kind)?.is_empty()),
    verify,
};

/// Life of an enrolment that was begun, seconds.
const ENROLMENT: Seconds = 600;

/// Whether `typed` is the code of a step that none of the person's apps was used for yet.
fn verify(conn: &mut Conn, engine: &Engine, user: &UserId, typed: &str) -> TxResult<bool> {
    let now = engine.now();
    for (id, sealed, _) in factors::sealed(conn, user.as_str(), FACTOR.kind)? {
        let damaged = || StoreError::inconsistent(format!("the secret of factor {id} does not open"));
        let secret = engine.keys.open(&row(&id), &sealed).ok_or_else(damaged)?;
        let step = matching_step(&secret, typed, now);
        if let Some(step) = step
            && factors::take_step(conn, &id, step, now)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What the secret of a factor is sealed for.
fn row(id: &FactorId) -> String {
    format!("factors/{id}/sealed")
}

fn totp(secret: &[u8]) -> Builder {
    Builder::new().with_digits(6).with_skew(1).with_step_duration(30).with_secret(secret.to_vec())
}

/// The step whose code was typed, of the one before, this one and the next.
fn matching_step(secret: &[u8], typed: &str, now: Seconds) -> Option<i64> {
    let digits: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let step = totp(secret).build().ok()?.check(&digits, u64::try_from(now).ok()?)?;
    i64::try_from(step).ok()
}

/// An app that is to be enrolled: shown, and confirmed by a code. Nothing is stored of it meanwhile.
pub struct Enrolment {
    id: FactorId,
    secret: Vec<u8>,
    began_at: Seconds,
}

/// What travels in the form, sealed for whoever enrols.
#[derive(Serialize, Deserialize)]
struct Travelling {
    id: String,
    secret: String,
    at: Seconds,
}

impl Enrolment {
    /// A new secret of 160 bits (RFC 4226 §4).
    pub fn begin(engine: &Engine) -> Self {
        let id = FactorId::generate(&engine.clock, &engine.rng);
        Self { id, secret: engine.rng.bytes::<20>().to_vec(), began_at: engine.now() }
    }

    /// The form's field: opens only here, for the same `holder` (a session or a half-done sign-in).
    pub fn seal(&self, engine: &Engine, holder: &str) -> Option<String> {
        let (id, secret) = (self.id.to_string(), b64(&self.secret));
        let text = serde_json::to_string(&Travelling { id, secret, at: self.began_at }).ok()?;
        engine.keys.seal(&engine.rng, &format!("enrolment/{holder}"), text.as_bytes())
    }

    /// From the form's field; `None` when it is not of this holder, or older than ten minutes.
    pub fn open(engine: &Engine, holder: &str, field: &str) -> Option<Self> {
        let text = engine.keys.open(&format!("enrolment/{holder}"), field)?;
        let read: Travelling = serde_json::from_slice(&text).ok()?;
        let (id, secret) = (FactorId::from_stored(read.id), unb64(&read.secret)?);
        (engine.now() < read.at.saturating_add(ENROLMENT)).then_some(Self { id, secret, began_at: read.at })
    }

    /// The secret as people type it.
    pub fn secret_text(&self) -> Secret {
        Secret::new(totp_rs::Secret::from(self.secret.clone()).to_base32())
    }

    /// The address that apps read (otpauth, "Key Uri Format").
    pub fn address(&self, issuer: &str, account: &str) -> Option<Secret> {
        // Neither part may hold the colon that stands between them.
        let plain = |text: &str| text.replace(':', " ").trim().to_owned();
        let named: Totp = totp(&self.secret)
            .with_issuer(Some(plain(issuer)))
            .with_account_name(plain(account))
            .build()
            .ok()?;
        named.to_url().ok().map(Secret::new)
    }

    /// Stores it for the person if `typed` is its code now; the step is used up by that. `None` when the code is
    /// wrong; `Some(false)` when it is stored already.
    ///
    /// # Errors
    /// Store errors.
    pub fn confirm(
        self,
        conn: &mut Conn,
        engine: &Engine,
        (user, name): (&UserId, &str),
        typed: &str,
    ) -> TxResult<Option<bool>> {
        let now = engine.now();
        let Some(step) = matching_step(&self.secret, typed, now) else { return Ok(None) };
        let sealed = engine.keys.seal(&engine.rng, &row(&self.id), &self.secret);
        let sealed = sealed.ok_or_else(|| StoreError::inconsistent("a secret could not be sealed"))?;
        let factor = crate::domain::factor::Factor {
            id: self.id,
            kind: FACTOR.kind.to_owned(),
            name: name.to_owned(),
            created_at: now,
            last_used_at: None,
        };
        Ok(Some(factors::insert(conn, user, &factor, (sealed, step))?))
    }
}
