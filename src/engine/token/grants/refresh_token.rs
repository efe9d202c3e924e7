//! `refresh_token` (RFC 6749 §6, RFC 9700 §4.14.2): every use makes a new generation. The one just
//! replaced may come once more within the grace window and gets the same successor, so that a lost
//! answer signs nobody out; anything older ends the grant with all its tokens.

use super::super::browser_app;
use super::super::issue::{self, Draft, HandedOut, Plan};
use super::super::refresh_token::RefreshToken;
use super::super::{Exchange, GrantType, Job};
use crate::base::clock::Seconds;
use crate::base::id::FamilyId;
use crate::domain::grant::{Family, Grant};
use crate::engine::gate::Person;
use crate::engine::oxide;
use crate::protocol::refusal::{Check, Refusal};
use crate::protocol::scope::Scope;
use crate::store::{Conn, Fault, TxResult, grants};

/// See [`GrantType`].
pub static GRANT: GrantType =
    GrantType { name: NAME, parameters: &["refresh_token", "scope", "resource"], public: true, prepare };

/// The value of `grant_type`.
pub const NAME: &str = "refresh_token";

/// A genuine refresh token in the hands of an authenticated client.
struct Refreshing {
    exchange: Exchange,
    token: RefreshToken,
}

/// What a generation is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// The live one.
    Live,
    /// Just replaced, its successor unused.
    Retried,
    /// Replaced before: somebody has a copy.
    Reused,
    /// Never made by this database (it was restored from a backup).
    Unknown,
}

fn standing(family: &Family, generation: i64, now: Seconds, grace: Seconds) -> Standing {
    let behind = family.generation.saturating_sub(generation);
    match behind {
        0 => Standing::Live,
        // A strict client stays strict where `now` was read before `rotated_at`, or on a slower clock.
        1 if grace > 0 && now < family.rotated_at.saturating_add(grace) => Standing::Retried,
        behind if behind > 0 => Standing::Reused,
        _ => Standing::Unknown,
    }
}

/// The family that a new grant begins with, if its client has the refresh grant; without `offline_access`
/// the gate lets it live only as long as the session (OIDC Core §11).
pub(super) fn new_family(exchange: &Exchange, grant: &Grant) -> Option<Family> {
    let (now, policy) = (exchange.now, &exchange.engine.policy);
    let expires_at = now.saturating_add(policy.refresh_absolute);
    exchange.client.allows_grant(NAME).then(|| Family {
        id: FamilyId::generate(&exchange.engine.clock, &exchange.engine.rng),
        grant_id: grant.id.clone(),
        generation: 0,
        rotated_at: now,
        expires_at,
        idle_expires_at: now.saturating_add(policy.refresh_idle).min(expires_at),
        ended_at: None,
    })
}

/// A refresh token for the client, until the family is idle for too long.
fn handed_out(exchange: &Exchange, token: &RefreshToken, scope: &Scope, until: Seconds) -> HandedOut {
    HandedOut {
        token: token.to_text(&exchange.engine.macs.refresh),
        seconds: until.saturating_sub(exchange.now),
        outlives_session: scope.has("offline_access"),
    }
}

/// Stores it; its first token.
pub(super) fn begin_family(
    conn: &mut Conn,
    exchange: &Exchange,
    family: Option<Family>,
    scope: &Scope,
) -> TxResult<Option<HandedOut>> {
    let Some(family) = family else { return Ok(None) };
    grants::insert_family(conn, &family)?;
    let first = RefreshToken { family: family.id, generation: family.generation };
    Ok(Some(handed_out(exchange, &first, scope, family.idle_expires_at)))
}

fn prepare(exchange: Exchange) -> Result<Job, Refusal> {
    let text = browser_app::presented(&exchange.client, &exchange.body, &exchange.browser)?;
    let Some(token) = RefreshToken::parse(&exchange.engine.macs.refresh, text) else {
        return Err(
            Refusal::new(Check::RefreshInvalid).with("a refresh token of this server", "something else")
        );
    };
    let refreshing = Refreshing { exchange, token };
    Ok(Box::new(move |conn| refreshing.run(conn)))
}

impl Refreshing {
    fn run(&self, conn: &mut Conn) -> TxResult<Plan> {
        let (family, grant) = self.find(conn)?;
        let mut standing = self.standing(&family);
        self.refuse_reuse(conn, &grant, standing)?;
        // Wider scope or a new resource is refused before anything is consumed (row E8).
        let asked = self.exchange.body.get("scope");
        let client_id = self.exchange.client.id.as_str();
        let scope = oxide::refresh::narrow(&grant, client_id, family.id.as_str(), asked)
            .map_err(|check| Refusal::new(check).with(grant.scope.to_string(), asked.unwrap_or_default()))?;
        let available = self.exchange.granted_audience(&scope, &grant.resource);
        let audience = self.exchange.audience(&available, available.clone())?;
        let subject = grant.subject.as_ref().ok_or(Check::RefreshInvalid)?;
        let person = Person::of_grant(subject, &grant);
        let permit = self.exchange.may_issue(conn, NAME, Some(person))?;
        let forget_after = self.exchange.forget_after(family.expires_at);
        if !grants::touch(conn, grant.id.as_str(), self.exchange.now, forget_after)? {
            return Err(invalid("a live grant", "one that was ended just now"));
        }
        if standing == Standing::Live && !self.advance(conn, &family)? {
            standing = self.after_lost_race(conn)?;
            self.refuse_reuse(conn, &grant, standing)?;
        }
        if standing == Standing::Retried {
            self.exchange.record(conn, "token.refresh_retried", |event| event.target(grant.id.as_str()))?;
        }
        let next = self.token.generation.saturating_add(1);
        let successor = RefreshToken { family: self.token.family.clone(), generation: next };
        let until = self.idle_until(&family);
        let refresh_token = Some(handed_out(&self.exchange, &successor, &grant.scope, until));
        // OIDC Core §12.2: an ID token from a refresh "SHOULD NOT have a nonce Claim".
        issue::plan(
            conn,
            permit,
            &self.exchange,
            Draft { grant, scope, audience, refresh_token, nonce: None },
        )
    }

    /// The family with its grant, if they are this client's and not over.
    fn find(&self, conn: &mut Conn) -> TxResult<(Family, Grant)> {
        let found = grants::find_by_family(conn, self.token.family.as_str())?;
        let (family, grant) = found.ok_or_else(|| invalid("a known family", "a forgotten one"))?;
        if grant.client_id != self.exchange.client.id {
            self.exchange.record(conn, "refresh.foreign", |event| event.target(grant.id.as_str()))?;
            let refusal = Refusal::new(Check::RefreshInvalid).with("this client's token", "another client's");
            return Err(refusal.committing().into());
        }
        if family.ended_at.is_some() || grant.ended_at.is_some() {
            return Err(invalid("a live grant", "one that was ended"));
        }
        // Both limits are stored times (row E10).
        if self.exchange.now >= family.idle_expires_at || self.exchange.now >= family.expires_at {
            return Err(invalid("a live family", "an expired one"));
        }
        Ok((family, grant))
    }

    fn standing(&self, family: &Family) -> Standing {
        let own = self.exchange.client.metadata.refresh_grace_seconds;
        let grace = own.unwrap_or(self.exchange.engine.policy.refresh_grace);
        standing(family, self.token.generation, self.exchange.now, grace)
    }

    fn refuse_reuse(&self, conn: &mut Conn, grant: &Grant, standing: Standing) -> TxResult<()> {
        match standing {
            Standing::Live | Standing::Retried => Ok(()),
            Standing::Unknown => Err(invalid("a generation made here", "a later one")),
            Standing::Reused => {
                grants::end(conn, grant.id.as_str(), "refresh token reused", self.exchange.now)?;
                let user = grant.subject.as_ref().map(|subject| subject.user_id.to_string());
                self.exchange.record(conn, "refresh.reused", |mut event| {
                    event.user_id = user;
                    event.target(grant.id.as_str())
                })?;
                Err(Refusal::new(Check::RefreshReused).committing().into())
            }
        }
    }

    fn advance(&self, conn: &mut Conn, family: &Family) -> TxResult<bool> {
        grants::advance_family(conn, family, self.exchange.now, self.idle_until(family))
    }

    /// The idle limit slides, the absolute one never moves.
    fn idle_until(&self, family: &Family) -> Seconds {
        let idle = self.exchange.now.saturating_add(self.exchange.engine.policy.refresh_idle);
        idle.min(family.expires_at)
    }

    /// Another node used the same generation in between, or ended the family (row E6).
    fn after_lost_race(&self, conn: &mut Conn) -> TxResult<Standing> {
        let family = grants::find_family(conn, self.token.family.as_str())?;
        let live = family.filter(|family| family.ended_at.is_none());
        let live = live.ok_or_else(|| invalid("a live family", "one that was ended just now"))?;
        match self.standing(&live) {
            // It did not move for us, so it is not ours to call live.
            Standing::Live => Err(Check::RefreshInvalid.into()),
            other => Ok(other),
        }
    }
}

fn invalid(expected: &str, received: &str) -> Fault {
    Refusal::new(Check::RefreshInvalid).with(expected, received).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::GrantId;

    fn at(generation: i64, now: Seconds, grace: Seconds) -> Standing {
        let family = Family {
            id: FamilyId::from_stored("f"),
            grant_id: GrantId::from_stored("g"),
            generation: 5,
            rotated_at: 1_000,
            expires_at: 9_000,
            idle_expires_at: 9_000,
            ended_at: None,
        };
        standing(&family, generation, now, grace)
    }

    #[test]
    fn sec_e2_e3_only_the_one_just_replaced_is_forgiven_and_only_for_the_grace() {
        assert_eq!(at(5, 1_000, 10), Standing::Live);
        assert_eq!(at(5, 8_000, 10), Standing::Live);
        assert_eq!(at(4, 1_000, 10), Standing::Retried);
        assert_eq!(at(4, 1_009, 10), Standing::Retried);
        assert_eq!(at(4, 1_010, 10), Standing::Reused);
        assert_eq!(at(3, 1_000, 10), Standing::Reused);
        assert_eq!(at(0, 1_000, 10), Standing::Reused);
    }

    #[test]
    fn a_grace_of_zero_is_strict() {
        for now in [0, 999, 1_000, 1_001] {
            assert_eq!(at(4, now, 0), Standing::Reused, "{now}");
        }
        assert_eq!(at(5, 1_000, 0), Standing::Live);
    }

    #[test]
    fn a_generation_from_the_future_ends_nothing() {
        assert_eq!(at(6, 1_000, 10), Standing::Unknown);
    }

    #[test]
    fn sec_e5_a_clock_that_went_back_does_not_reorder_generations() {
        assert_eq!(at(3, 0, 10), Standing::Reused);
        assert_eq!(at(5, 0, 10), Standing::Live);
    }
}
