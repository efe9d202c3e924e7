//! The token endpoint (RFC 6749 §3.2) without HTTP. A request is read, its client authenticated,
//! its grant type looked up; the grant prepares one transaction, and what that planned is signed
//! after COMMIT, so nothing is ever answered that is not stored (security row D9).
//!
//! To add a grant type: a file in `grants/` exporting `GRANT`, a line in [`GRANTS`].

pub mod browser_app;
pub mod client_auth;
pub mod front_channel;
pub mod grants;
pub mod issue;
pub mod live;
#[cfg(test)]
mod live_tests;
pub mod refresh_token;
#[cfg(test)]
pub(in crate::engine) mod rig;
#[cfg(test)]
mod tests;

pub use client_auth::authenticate;
pub use issue::TokenResponse;

use crate::base::clock::Seconds;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::engine::gate::{self, Case, Permit, Person};
use crate::engine::turn::in_turn;
use crate::engine::{Ctx, Engine};
use crate::protocol::params::Params;
use crate::protocol::refusal::{Check, Refusal};
use crate::protocol::scope::Scope;
use crate::store::{Conn, Fault, TxResult, audit};
use browser_app::Browser;
use issue::Plan;
use std::sync::Arc;

/// The path of the token endpoint.
pub const PATH: &str = "/oauth2/token";

/// A form-encoded request to the token, introspection or revocation endpoint.
pub struct TokenRequest {
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The body.
    pub body: Params,
    /// What a browser says besides, if one asks.
    pub browser: Browser,
}

/// A grant type.
pub struct GrantType {
    /// The value of `grant_type`.
    pub name: &'static str,
    /// The parameters it knows; repeats of these are refused, others ignored.
    pub parameters: &'static [&'static str],
    /// Whether a public client may use it.
    pub public: bool,
    /// Refuses what needs no database, and returns the work of the one transaction.
    pub prepare: fn(Exchange) -> Result<Job, Refusal>,
}

/// The work of one transaction.
pub type Job = Box<dyn FnOnce(&mut Conn) -> TxResult<Plan> + Send>;

/// Every grant type, as advertised.
pub static GRANTS: &[&GrantType] = &[
    &grants::authorization_code::GRANT,
    &grants::refresh_token::GRANT,
    &grants::client_credentials::GRANT,
    &grants::device_code::GRANT,
];

/// One request with its authenticated client, on its way into the transaction.
pub struct Exchange {
    /// The engine.
    pub engine: Engine,
    /// The request's context.
    pub ctx: Ctx,
    /// Who asks.
    pub client: Arc<Client>,
    /// What it sent.
    pub body: Params,
    /// What a browser sent besides.
    pub browser: Browser,
    /// Now, the same for all that one request makes.
    pub now: Seconds,
}

/// Exchanges a grant for tokens.
///
/// # Errors
/// The 12xx checks of the registry; [`Check::StoreUnavailable`] when nothing could be committed.
pub async fn exchange(engine: &Engine, ctx: &Ctx, request: TokenRequest) -> Result<TokenResponse, Refusal> {
    request.body.check_body(&["grant_type"])?;
    request.body.check_body(&client_auth::PARAMETERS)?;
    let asked = request.body.get("grant_type");
    let grant = GRANTS.iter().find(|grant| asked == Some(grant.name));
    if let Some(grant) = grant {
        request.body.check_body(grant.parameters)?;
    }
    let client = authenticate(engine, ctx, &request).await?;
    if !client.is_public() {
        // Anybody can ask in the name of one without a secret, which must not stop it.
        engine.limits.client(client.id.as_str(), engine.clock.now_ms()).await?;
    }
    let asked = request.body.need("grant_type")?;
    let grant = grant.ok_or_else(|| Refusal::new(Check::GrantTypeUnsupported).with(names(), asked))?;
    if !client.allows_grant(grant.name) || (client.is_public() && !grant.public) {
        let registered = client.metadata.grant_types.join(" ");
        return Err(Refusal::new(Check::GrantTypeNotAllowed).with(registered, grant.name));
    }
    ctx.trace.passed(Check::GrantTypeNotAllowed);
    if client.keeps_refresh_in_cookie() {
        browser_app::check_page(&client, &request.browser)?;
        ctx.trace.passed(Check::BrowserAppOrigin);
    }
    let TokenRequest { body, browser, .. } = request;
    let now = engine.now();
    let exchange = Exchange { engine: engine.clone(), ctx: ctx.clone(), client, body, browser, now };
    let job = (grant.prepare)(exchange)?;
    let plan = engine.db.write_decided(job).await.map_err(Fault::into_refusal)?;
    ctx.trace.passed(Check::IssuanceRefused);
    in_turn(&engine.db, || issue::sign(engine, plan)).await
}

fn names() -> String {
    GRANTS.iter().map(|grant| grant.name).collect::<Vec<_>>().join(" ")
}

/// Life of a client's access tokens, seconds.
fn access_seconds(engine: &Engine, client: &Client) -> Seconds {
    client.metadata.access_token_seconds.unwrap_or(engine.policy.access_token)
}

/// How long an access token may live at the most that `client` gets for some of these resources, seconds.
pub fn longest_access(engine: &Engine, client: &Client, resource: &[String]) -> Seconds {
    let (registered, own) = (engine.resources.now(), access_seconds(engine, client));
    let each = resource.iter().map(|one| registered.shape(std::slice::from_ref(one)).seconds.unwrap_or(own));
    each.max().unwrap_or(own)
}

impl Exchange {
    /// Life of this client's access tokens, seconds.
    pub fn access_seconds(&self) -> Seconds {
        access_seconds(&self.engine, &self.client)
    }

    /// When a grant may be forgotten whose last refresh can come at `last`: nothing made from it
    /// lives then.
    pub fn forget_after(&self, last: Seconds) -> Seconds {
        let longest = self.access_seconds().max(self.engine.resources.now().longest());
        last.saturating_add(longest).saturating_add(60)
    }

    /// Asks the gate.
    fn may_issue(
        &self,
        conn: &mut Conn,
        grant_type: &'static str,
        person: Option<Person<'_>>,
    ) -> TxResult<Permit> {
        let session_idle = self.engine.policy.session_idle;
        gate::may_issue(conn, Case { client: &self.client, grant_type, person, now: self.now, session_idle })
    }

    /// Stores an event of this request about its client.
    fn record(&self, conn: &mut Conn, kind: &'static str, fill: impl FnOnce(Event) -> Event) -> TxResult<()> {
        let event = self.ctx.event(kind).client(self.client.id.as_str());
        audit::record(conn, &self.engine.clock, &self.engine.rng, fill(event))
    }

    /// The audience of the access token (RFC 8707 §2.2): what was asked, if it is within
    /// `allowed`; what `default` says when nothing was asked.
    ///
    /// # Errors
    /// [`Check::TokenResource`].
    fn audience(&self, allowed: &[String], default: Vec<String>) -> Result<Vec<String>, Refusal> {
        let mut asked: Vec<String> = Vec::new();
        for resource in self.body.all("resource") {
            if !allowed.iter().any(|known| known == resource) {
                return Err(Refusal::new(Check::TokenResource).with(allowed.join(" "), resource));
            }
            if !asked.iter().any(|known| known == resource) {
                asked.push(resource.to_owned());
            }
        }
        Ok(if asked.is_empty() { default } else { asked })
    }

    /// Whom an access token is for when no resource was ever named.
    fn default_audience(&self) -> Vec<String> {
        vec![self.engine.default_resource(&self.client).to_owned()]
    }

    /// The resources a grant may be used for. With `openid` this server is one of them, for userinfo
    /// (OIDC Core §5.3) is a resource too; a token for all carries all in its `aud` (RFC 9068 §3).
    fn granted_audience(&self, scope: &Scope, resource: &[String]) -> Vec<String> {
        let mut granted = if resource.is_empty() { self.default_audience() } else { resource.to_vec() };
        let issuer = &self.engine.policy.issuer;
        if scope.has("openid") && !granted.contains(issuer) {
            granted.push(issuer.clone());
        }
        granted
    }
}
