//! An access token that came back: what it is, and whether everything it hangs from still stands.
//! Userinfo, introspection and revocation all look here, so revocation is seen at once.

use crate::base::clock::Seconds;
use crate::base::secret::{AccessToken, Digest, Kind as _, Plain};
use crate::domain::grant::Grant;
use crate::domain::user::User;
use crate::engine::Engine;
use crate::engine::keys::{AccessClaims, Jti};
use crate::engine::subject::Names;
use crate::protocol::scope::Scope;
use crate::store::grants::Bearing;
use crate::store::{Conn, TxResult, grants, tokens};

/// The longest access token that is looked at, bytes.
const LONGEST: usize = 16 * 1024;

/// An access token by its form: a JWT that is genuine and in force, or the digest of what may be
/// an opaque one.
pub enum Presented {
    /// Its claims, verified, and how its client knows people.
    Jwt(Box<AccessClaims>, Names),
    /// To be looked up.
    Opaque(Digest<AccessToken>),
}

/// An access token whose grant, client and person all stand.
pub struct Live {
    /// What it hangs from.
    pub grant: Grant,
    /// The person; `None` for client credentials.
    pub user: Option<User>,
    /// What it may do.
    pub scope: Scope,
    /// Whom it is for.
    pub audience: Vec<String>,
    /// Since when, seconds since 1970.
    pub issued_at: Seconds,
    /// Until when, seconds since 1970.
    pub expires_at: Seconds,
    /// The identifier of a JWT.
    pub jti: Option<String>,
}

impl Presented {
    /// What `token` is; `None` when it cannot be an access token of this server in force.
    pub fn read(engine: &Engine, token: &str, now: Seconds) -> Option<Self> {
        if token.len() > LONGEST {
            return None;
        }
        if token.starts_with(AccessToken::PREFIX) {
            return Some(Self::Opaque(Plain::<AccessToken>::presented(token).digest()));
        }
        let claims = engine.keys.verify_access_token(token, now)?;
        let names = engine.names(&claims.client_id);
        Some(Self::Jwt(Box::new(claims), names))
    }

    /// The token with all it hangs from, if that stands now.
    ///
    /// # Errors
    /// Store errors.
    pub fn find(self, conn: &mut Conn, now: Seconds) -> TxResult<Option<Live>> {
        Ok(self.find_for(conn, "", now)?.live)
    }

    /// [`Presented::find`] for a client that asks, whose revision the same statement reads.
    ///
    /// # Errors
    /// Store errors.
    pub fn find_for(self, conn: &mut Conn, caller: &str, now: Seconds) -> TxResult<Found> {
        match self {
            Self::Jwt(claims, names) => find_jwt(conn, *claims, &names, caller),
            Self::Opaque(digest) => find_opaque(conn, &digest, caller, now),
        }
    }
}

/// What was found of a token.
#[derive(Default)]
pub struct Found {
    /// The token, if it stands.
    pub live: Option<Live>,
    /// The revision of the enabled client that asks, if it was read.
    pub caller_revision: Option<i64>,
}

fn find_jwt(conn: &mut Conn, claims: AccessClaims, names: &Names, caller: &str) -> TxResult<Found> {
    let Some(grant_id) = Jti::grant_id(&claims.jti) else { return Ok(Found::default()) };
    let (stands, caller_revision) = standing(conn, grant_id.as_str(), &claims.jti, caller)?;
    let none = Found { live: None, caller_revision };
    let Some((grant, user)) = stands else { return Ok(none) };
    let is_subject = match &grant.subject {
        None => claims.sub == grant.client_id.as_str(),
        Some(subject) => names.is(conn, &grant.client_id, &subject.user_id, &claims.sub)?,
    };
    if claims.client_id != grant.client_id.as_str() || !is_subject {
        return Ok(none);
    }
    let live = Live {
        scope: Scope::from_stored(&claims.scope),
        audience: claims.aud.names().to_vec(),
        issued_at: claims.iat,
        expires_at: claims.exp,
        jti: Some(claims.jti),
        grant,
        user,
    };
    Ok(Found { live: Some(live), caller_revision })
}

fn find_opaque(conn: &mut Conn, digest: &Digest<AccessToken>, caller: &str, now: Seconds) -> TxResult<Found> {
    let found = tokens::find(conn, digest)?.filter(|row| now < row.expires_at);
    let Some(row) = found else { return Ok(Found::default()) };
    let (stands, caller_revision) = standing(conn, &row.grant_id, "", caller)?;
    let Some((grant, user)) = stands else { return Ok(Found { live: None, caller_revision }) };
    let live = Live {
        scope: Scope::from_stored(&row.scope),
        audience: row.audience.split(' ').filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        issued_at: row.issued_at,
        expires_at: row.expires_at,
        jti: None,
        grant,
        user,
    };
    Ok(Found { live: Some(live), caller_revision })
}

/// A grant with its person, and the revision of the client that asks.
type Standing = (Option<(Grant, Option<User>)>, Option<i64>);

/// A grant that was not ended (nor the token `jti` of it, if it has one), whose client is enabled and
/// whose person, if it has one, is too; with the revision of `caller`.
fn standing(conn: &mut Conn, grant_id: &str, jti: &str, caller: &str) -> TxResult<Standing> {
    let Some(bearing) = grants::find_bearing(conn, grant_id, jti, caller)? else { return Ok((None, None)) };
    let Bearing { grant, user, client_enabled, revoked, caller_revision } = bearing;
    let person_stands = match (&grant.subject, &user) {
        (None, _) => true,
        (Some(_), Some(user)) => user.enabled,
        (Some(_), None) => false,
    };
    let stands = grant.ended_at.is_none() && person_stands && client_enabled && !revoked;
    Ok((stands.then_some((grant, user)), caller_revision))
}
