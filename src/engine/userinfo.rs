//! UserInfo (OIDC Core §5.3) without HTTP: the claims the token's scopes release, and no others.

use super::signed_userinfo::{self, UserInfo};
use super::token::live::{Live, Presented};
use super::{Ctx, Engine};
use crate::base::secret::Secret;
use crate::domain::user::User;
use crate::protocol::claims::BY_SCOPE;
use crate::protocol::refusal::{Check, Refusal};
use crate::protocol::scope::Scope;
use crate::store::Fault;
use serde_json::{Map, Value};

/// The answer for a bearer token.
///
/// # Errors
/// [`Check::BearerInvalid`]: not an access token of a person in force (security row H2);
/// [`Check::BearerScope`]: without `openid`; [`Check::BearerAudience`]: for others than this server.
pub async fn userinfo(engine: &Engine, ctx: &Ctx, token: &Secret) -> Result<UserInfo, Refusal> {
    let now = engine.now();
    let presented = Presented::read(engine, token.reveal(), now).ok_or_else(|| {
        Refusal::new(Check::BearerInvalid).with("a token in force", "expired, or not of this server")
    })?;
    let found = engine.db.read(move |conn| presented.find(conn, now)).await.map_err(Fault::into_refusal)?;
    let readable = |live: &Live| !engine.clients.is_unreadable(live.grant.client_id.as_str());
    let live = found.filter(readable).ok_or_else(|| {
        Refusal::new(Check::BearerInvalid).with("a token in force", "revoked, or its grant has ended")
    })?;
    ctx.trace.client(live.grant.client_id.as_str());
    let user = live
        .user
        .ok_or_else(|| Refusal::new(Check::BearerInvalid).with("a person's token", "a client's own token"))?;
    ctx.trace.passed(Check::BearerInvalid);
    if !live.scope.has("openid") {
        return Err(Refusal::new(Check::BearerScope).with("openid", live.scope.to_string()));
    }
    ctx.trace.passed(Check::BearerScope);
    // RFC 9068 §4: whoever got a token that is for them alone does not read a profile with it.
    let issuer = &engine.policy.issuer;
    if !live.audience.contains(issuer) {
        return Err(Refusal::new(Check::BearerAudience).with(issuer, live.audience.join(" ")));
    }
    ctx.trace.passed(Check::BearerAudience);
    signed_userinfo::of(engine, &live.grant.client_id, claims(user, &live.scope)).await
}

/// The claims of `user` that `scope` releases (OIDC Core §5.4), without empty ones (§5.3.2).
/// Only standard names: a custom attribute is never released here, whatever it is called.
fn claims(mut user: User, scope: &Scope) -> Map<String, Value> {
    let mut out = Map::new();
    for (_, names) in BY_SCOPE.iter().filter(|(granted, _)| scope.has(granted)) {
        for name in *names {
            let value = match *name {
                "preferred_username" => Some(Value::from(user.username.clone())),
                "email" => user.email.clone().map(Value::from),
                "email_verified" => user.email.as_ref().map(|_| Value::from(user.email_verified)),
                "updated_at" => Some(Value::from(user.updated_at)),
                other => user.claims.remove(other),
            };
            if let Some(value) = value.and_then(|value| fit(name, value)) {
                out.insert((*name).to_owned(), value);
            }
        }
    }
    out.insert("sub".to_owned(), Value::from(user.id.into_string()));
    out
}

/// A value of the type its claim has (OIDC Core §5.1), without empty parts; `None` for others.
fn fit(name: &str, value: Value) -> Option<Value> {
    match (name, value) {
        ("updated_at", value @ Value::Number(_)) => Some(value),
        ("email_verified" | "phone_number_verified", value @ Value::Bool(_)) => Some(value),
        ("address", Value::Object(parts)) => {
            let parts: Map<String, Value> = parts
                .into_iter()
                .filter(|(_, part)| part.as_str().is_some_and(|text| !text.is_empty()))
                .collect();
            (!parts.is_empty()).then_some(Value::Object(parts))
        }
        ("updated_at" | "email_verified" | "phone_number_verified" | "address", _) => None,
        (_, value @ Value::String(_)) => value.as_str().is_some_and(|text| !text.is_empty()).then_some(value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::UserId;
    use serde_json::json;

    fn released(scope: &str, stored: Value) -> Value {
        let user = User {
            id: UserId::from_stored("01J0000000000000000000000A"),
            username: "ada".to_owned(),
            email: Some("ada@example.org".to_owned()),
            email_verified: true,
            enabled: true,
            roles: vec!["admin".to_owned()],
            claims: stored.as_object().cloned().unwrap_or_default(),
            created_at: 1,
            updated_at: 2,
        };
        Value::Object(claims(user, &Scope::of(scope.split(' '))))
    }

    #[test]
    fn sec_h3_each_scope_releases_its_claims_only() {
        let stored = json!({"name": "Ada", "phone_number": "+44", "address": {"country": "UK", "region": "", "x": null}, "team": "blue"});
        assert_eq!(released("openid", stored.clone()), json!({"sub": "01J0000000000000000000000A"}));
        assert_eq!(
            released("openid email phone address", stored.clone()),
            json!({"sub": "01J0000000000000000000000A", "email": "ada@example.org", "email_verified": true,
                "phone_number": "+44", "address": {"country": "UK"}})
        );
        assert_eq!(
            released("openid profile team", stored),
            json!({"sub": "01J0000000000000000000000A", "name": "Ada", "preferred_username": "ada", "updated_at": 2})
        );
    }

    #[test]
    fn sec_d12_stored_attributes_never_stand_in_for_derived_ones() {
        let stored = json!({"sub": "root", "email": "root@example.org", "preferred_username": "root", "updated_at": "x", "roles": ["r"]});
        assert_eq!(
            released("openid profile email", stored),
            json!({"sub": "01J0000000000000000000000A", "preferred_username": "ada", "updated_at": 2,
                "email": "ada@example.org", "email_verified": true})
        );
    }

    #[test]
    fn values_of_other_types_and_empty_ones_are_left_out() {
        let stored = json!({"name": "", "given_name": null, "family_name": 7, "phone_number_verified": "yes", "address": {}, "birthdate": "1815-12-10"});
        assert_eq!(
            released("openid profile phone address", stored),
            json!({"sub": "01J0000000000000000000000A", "preferred_username": "ada", "updated_at": 2, "birthdate": "1815-12-10"})
        );
    }
}
