//! Tokens that come back: userinfo, introspection and revocation without HTTP.

use super::rig::{ISSUER, Rig, alive, client, payload, public, refresh_of, seen_by, signed_in};
use crate::base::id::ClientId;
use crate::base::secret::Secret;
use crate::domain::client::AccessTokenFormat;
use crate::engine::introspect::introspect;
use crate::engine::revoke::revoke;
use crate::engine::signed_userinfo::{self, UserInfo};
use crate::engine::userinfo::userinfo;
use crate::protocol::alg::SigningAlg;
use crate::protocol::refusal::Check;
use crate::store::{clients, grants, users};
use serde_json::{Value, json};

const SCOPE: &str = "openid profile api:read";

async fn revoked(rig: &Rig, caller: &str, token: &str) -> Result<(), Check> {
    let request = rig.request(caller, &[("token", token)]);
    revoke(&rig.engine, &rig.ctx(), request).await.map(drop).map_err(|refusal| refusal.check)
}

#[tokio::test]
async fn opaque_tokens_live_and_die_like_jwts() {
    let rig =
        Rig::new(vec![client("app", |metadata| metadata.access_token_format = AccessTokenFormat::Opaque)]);
    let answer = signed_in(&rig, "app", SCOPE).await;
    assert!(answer.access_token.starts_with("lk_at_"));
    assert!(alive(&rig, &answer.access_token).await);
    assert_eq!(seen_by(&rig, "app", &answer.access_token).await["scope"], "api:read openid profile");
    assert!(!alive(&rig, &answer.access_token.to_lowercase()).await);
    revoked(&rig, "app", &answer.access_token).await.unwrap();
    assert!(!alive(&rig, &answer.access_token).await);
    let next = rig.refresh("app", refresh_of(&answer)).await.unwrap();
    rig.engine.clock.advance(900);
    assert!(!alive(&rig, &next.access_token).await, "expired");
}

#[tokio::test]
async fn sec_g1_g2_g3_revocation() {
    let rig = Rig::new(vec![client("app", |_| {}), client("other", |_| {})]);
    let answer = signed_in(&rig, "app", SCOPE).await;
    for nothing in [
        "x",
        "lk_at_x",
        "lk_rt_x",
        "a.b.c",
        "lk_rt_01J00000000000000000000000-0-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ] {
        assert_eq!(revoked(&rig, "app", nothing).await, Ok(()), "{nothing}");
    }
    assert_eq!(revoked(&rig, "other", &answer.access_token).await, Err(Check::RevokeForeign));
    assert_eq!(revoked(&rig, "other", refresh_of(&answer)).await, Err(Check::RevokeForeign));
    assert!(alive(&rig, &answer.access_token).await);
    assert_eq!(rig.events("token.revoked"), 0);
    revoked(&rig, "app", &answer.access_token).await.unwrap();
    assert!(!alive(&rig, &answer.access_token).await);
    let next = rig.refresh("app", refresh_of(&answer)).await.unwrap();
    assert!(alive(&rig, &next.access_token).await, "only that token");
    // An older generation names the same family.
    revoked(&rig, "app", refresh_of(&answer)).await.unwrap();
    assert!(!alive(&rig, &next.access_token).await);
    assert_eq!(rig.refresh("app", refresh_of(&next)).await.err(), Some(Check::RefreshInvalid));
    assert_eq!(rig.events("token.revoked"), 2);
}

#[tokio::test]
async fn sec_g5_g6_introspection_says_nothing_to_those_it_is_not_for() {
    let api = client("api", |metadata| metadata.introspects = vec!["https://api.example".to_owned()]);
    let app = client("app", |metadata| metadata.resources = vec!["https://api.example".to_owned()]);
    let rig = Rig::new(vec![app, api, client("other", |_| {}), public("spa")]);
    let answer = signed_in(&rig, "app", SCOPE).await;
    let inactive = json!({"active": false});
    for caller in ["app", "api"] {
        let seen = seen_by(&rig, caller, &answer.access_token).await;
        assert_eq!(seen["active"], true, "{caller}");
        assert_eq!(
            (&seen["client_id"], &seen["aud"], &seen["sub"]),
            (&json!("app"), &json!(["https://api.example", ISSUER]), &json!(rig.user.as_str()))
        );
        assert_eq!(
            (&seen["iss"], &seen["token_type"], &seen["username"]),
            (&json!(ISSUER), &json!("Bearer"), &json!("ada"))
        );
    }
    assert_eq!(seen_by(&rig, "other", &answer.access_token).await, inactive);
    assert_eq!(seen_by(&rig, "app", refresh_of(&answer)).await["active"], true);
    assert_eq!(seen_by(&rig, "api", refresh_of(&answer)).await, inactive);
    let spa =
        introspect(&rig.engine, &rig.ctx(), rig.request("spa", &[("token", &answer.access_token)])).await;
    assert_eq!(spa.err().map(|refusal| refusal.check), Some(Check::ClientAuthFailed));
    let id_token = answer.id_token.as_deref().unwrap();
    let cut = answer.access_token.get(..answer.access_token.len() - 1).unwrap();
    let padded = format!("{}=", answer.access_token);
    let upper = answer.access_token.to_uppercase();
    for not_it in ["x", "", ".", id_token, cut, &padded, &upper, &format!("{} ", answer.access_token)] {
        if !not_it.is_empty() {
            assert_eq!(seen_by(&rig, "app", not_it).await, inactive, "{not_it}");
        }
    }
    let id = rig.user.clone();
    rig.write(move |conn| {
        let mut user = users::find(conn, id.as_str())?.unwrap();
        user.enabled = false;
        users::update(conn, &user)
    });
    assert_eq!(seen_by(&rig, "app", &answer.access_token).await, inactive);
    assert_eq!(seen_by(&rig, "app", refresh_of(&answer)).await, inactive);
}

#[tokio::test]
async fn sec_h1_h2_userinfo_takes_only_a_persons_access_token_with_openid() {
    let rig = Rig::new(vec![client("app", |_| {})]);
    let answer = signed_in(&rig, "app", "openid email").await;
    let ask =
        async |token: &str| userinfo(&rig.engine, &rig.ctx(), &Secret::new(token)).await.map_err(|r| r.check);
    let Ok(UserInfo::Plain(claims)) = ask(&answer.access_token).await else { panic!("not JSON") };
    assert_eq!(
        Value::Object(claims),
        json!({"sub": rig.user.as_str(), "email": "ada@example.org", "email_verified": true})
    );
    for wrong in [answer.id_token.as_deref().unwrap(), refresh_of(&answer), "x"] {
        assert_eq!(ask(wrong).await.err(), Some(Check::BearerInvalid), "{wrong}");
    }
    let plain = signed_in(&rig, "app", "api:read").await;
    assert!(plain.id_token.is_none());
    assert_eq!(ask(&plain.access_token).await.err(), Some(Check::BearerScope));
    let jti = payload(&answer.access_token)["jti"].as_str().unwrap().to_owned();
    let (grant, now) = (jti.split('.').next().unwrap().to_owned(), rig.engine.now());
    rig.write(move |conn| grants::end(conn, &grant, "test", now));
    assert_eq!(ask(&answer.access_token).await.err(), Some(Check::BearerInvalid));
}

#[tokio::test]
async fn b40_a_client_that_another_node_made_a_moment_ago_gets_its_form_too() {
    let rig = Rig::new(vec![client("app", |_| {})]);
    rig.write(|conn| {
        let signed = client("late", |metadata| {
            metadata.userinfo_signed_response_alg = Some(SigningAlg::Es256);
        });
        clients::insert(conn, &signed, 0)?;
        clients::insert(conn, &client("plain", |_| {}), 0)
    });
    assert!(rig.engine.clients.get("late").is_none(), "not in the snapshot");
    let of = async |id: &str| {
        let claims = serde_json::Map::from_iter([("sub".to_owned(), json!("u"))]);
        signed_userinfo::of(&rig.engine, &ClientId::from_stored(id), claims).await.map_err(|r| r.check)
    };
    let Ok(UserInfo::Signed(jwt)) = of("late").await else { panic!("not signed") };
    assert_eq!(payload(&jwt), json!({"sub": "u", "iss": ISSUER, "aud": "late"}));
    assert!(matches!(of("plain").await, Ok(UserInfo::Plain(_))));
    assert!(matches!(of("gone").await, Err(Check::BearerInvalid)));
}
