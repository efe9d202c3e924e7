//! Token revocation (RFC 7009) without HTTP. A yes is answered after COMMIT only: once it is out,
//! nothing that came from the token works, on any node (security rows E6, G3, G4).

use super::gate;
use super::keys::AccessClaims;
use super::token::live::Presented;
use super::token::refresh_token::RefreshToken;
use super::token::{TokenRequest, authenticate, browser_app, client_auth};
use super::{Ctx, Engine};
use crate::base::clock::Seconds;
use crate::base::id::ClientId;
use crate::base::secret::{AccessToken, Digest};
use crate::domain::client::Client;
use crate::protocol::refusal::{Check, Refusal};
use crate::store::{Conn, Fault, TxResult, audit, grants, tokens};
use std::sync::Arc;

/// The known parameters; others are ignored. The hint is not needed: each kind has its own form.
const PARAMETERS: [&str; 2] = ["token", "token_type_hint"];

/// Ends a token of the client. Unknown, expired and malformed ones are as good as ended
/// (RFC 7009 §2.2).
///
/// # Errors
/// The checks of client authentication and of browser apps; [`Check::RevokeForeign`]; [`Check::StoreUnavailable`]
/// when it could not be committed.
pub async fn revoke(engine: &Engine, ctx: &Ctx, request: TokenRequest) -> Result<Revoked, Refusal> {
    request.body.check_body(&client_auth::PARAMETERS)?;
    request.body.check_body(&PARAMETERS)?;
    let client = authenticate(engine, ctx, &request).await?;
    let (token, by_cookie) = browser_app::to_revoke(&client, &request)?;
    let revoked = Revoked { cookie_of: by_cookie.then(|| client.id.clone()) };
    let now = engine.now();
    let target = match RefreshToken::parse(&engine.macs.refresh, token) {
        Some(refresh) => Target::Family(refresh),
        None => match Presented::read(engine, token, now) {
            Some(Presented::Jwt(claims, _)) => Target::Jwt(claims),
            Some(Presented::Opaque(digest)) => Target::Opaque(digest),
            None => {
                let read =
                    engine.db.read(move |conn| gate::still_authenticated(conn, &client, None, now)).await;
                return read.map(|()| revoked).map_err(Fault::into_refusal);
            }
        },
    };
    let revocation = Revocation { engine: engine.clone(), ctx: ctx.clone(), client, now };
    let written = engine.db.write(move |conn| revocation.run(conn, target)).await;
    written.map(|()| revoked).map_err(Fault::into_refusal)
}

/// What is over.
pub struct Revoked {
    /// The client whose cookie held the refresh token that was revoked, if one did.
    pub cookie_of: Option<ClientId>,
}

enum Target {
    Family(RefreshToken),
    Jwt(Box<AccessClaims>),
    Opaque(Digest<AccessToken>),
}

struct Revocation {
    engine: Engine,
    ctx: Ctx,
    client: Arc<Client>,
    now: Seconds,
}

impl Revocation {
    fn run(&self, conn: &mut Conn, target: Target) -> TxResult<()> {
        gate::still_authenticated(conn, &self.client, None, self.now)?;
        match target {
            Target::Family(token) => self.family(conn, &token),
            Target::Jwt(claims) => self.jwt(conn, &claims),
            Target::Opaque(digest) => self.opaque(conn, &digest),
        }
    }

    /// RFC 7009 §2.1: with a refresh token, its access tokens and the grant end too.
    fn family(&self, conn: &mut Conn, token: &RefreshToken) -> TxResult<()> {
        let Some((_, grant)) = grants::find_by_family(conn, token.family.as_str())? else { return Ok(()) };
        self.own(grant.client_id.as_str())?;
        if grants::end(conn, grant.id.as_str(), "revoked by the client", self.now)? {
            self.record(conn, grant.id.as_str(), "refresh token")?;
        }
        Ok(())
    }

    fn jwt(&self, conn: &mut Conn, claims: &AccessClaims) -> TxResult<()> {
        self.own(&claims.client_id)?;
        if tokens::is_revoked(conn, &claims.jti)? {
            return Ok(());
        }
        tokens::revoke_jti(conn, &claims.jti, claims.exp)?;
        self.record(conn, &claims.jti, "access token")
    }

    fn opaque(&self, conn: &mut Conn, digest: &Digest<AccessToken>) -> TxResult<()> {
        let Some(row) = tokens::find(conn, digest)? else { return Ok(()) };
        let Some(grant) = grants::find(conn, &row.grant_id)? else { return Ok(()) };
        self.own(grant.client_id.as_str())?;
        tokens::remove(conn, digest)?;
        self.record(conn, grant.id.as_str(), "access token")
    }

    fn own(&self, client_id: &str) -> Result<(), Refusal> {
        if client_id == self.client.id.as_str() {
            return Ok(());
        }
        Err(Refusal::new(Check::RevokeForeign).with("this client's token", "another client's"))
    }

    fn record(&self, conn: &mut Conn, target: &str, what: &str) -> TxResult<()> {
        let event =
            self.ctx.event("token.revoked").client(self.client.id.as_str()).target(target).detail(what);
        audit::record(conn, &self.engine.clock, &self.engine.rng, event)
    }
}
