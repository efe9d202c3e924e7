//! The token endpoint without HTTP.

use super::browser_app::Browser;
use super::rig::{
    CHALLENGE, ISSUER, REDIRECT, Rig, VERIFIER, alive, basic, client, machine, payload, public, refresh_of,
    seen_by, signed_in,
};
use super::{TokenRequest, TokenResponse, exchange};
use crate::protocol::params::Params;
use crate::protocol::pkce::Challenge;
use crate::protocol::refusal::Check;
use crate::store::{clients, consents, grants, sessions, standing, users};
use serde_json::json;

const SCOPE: &str = "openid profile api:read";

#[tokio::test]
async fn a_code_becomes_tokens_that_say_who_and_how() {
    let rig = Rig::new(vec![client("app", |_| {})]);
    let answer = signed_in(&rig, "app", SCOPE).await;
    assert_eq!(
        (answer.token_type, answer.expires_in, answer.scope.as_str()),
        ("Bearer", 900, "api:read openid profile")
    );
    let access = payload(&answer.access_token);
    let now = access["iat"].as_i64().unwrap();
    assert_eq!(access["iss"], ISSUER);
    assert_eq!(access["sub"], rig.user.as_str());
    assert_eq!(access["aud"], ISSUER);
    assert_eq!(access["client_id"], "app");
    assert_eq!(access["exp"], now + 900);
    assert_eq!(access["scope"], "api:read openid profile");
    assert_eq!(access["sid"], rig.session.as_str());
    assert_eq!(access["roles"], json!(["editor"]));
    let id = payload(answer.id_token.as_deref().unwrap());
    assert_eq!(id["aud"], "app");
    assert_eq!(id["nonce"], "n-0S6");
    assert_eq!(id["auth_time"], access["auth_time"]);
    assert_eq!(id["amr"], json!(["pwd"]));
    assert_eq!(id["sid"], rig.session.as_str());
    assert!(id.get("email").is_none() && id.get("roles").is_none() && id.get("azp").is_none());
    assert!(alive(&rig, &answer.access_token).await);
    assert_eq!(rig.events("token.issued"), 1);
}

#[tokio::test]
async fn sec_d5_a_code_that_comes_twice_ends_what_the_first_was_given() {
    let rig = Rig::new(vec![client("app", |_| {})]);
    let code = rig.code("app", SCOPE);
    let answer = rig.redeem("app", &code).await.unwrap();
    rig.engine.clock.advance(30);
    assert_eq!(rig.redeem("app", &code).await.err(), Some(Check::CodeReplayed));
    assert!(!alive(&rig, &answer.access_token).await);
    assert_eq!(rig.refresh("app", refresh_of(&answer)).await.err(), Some(Check::RefreshInvalid));
    assert_eq!(rig.events("code.replayed"), 1);
}

#[tokio::test]
async fn sec_d4_each_binding_counts_alone() {
    let rig = Rig::new(vec![client("app", |_| {}), client("other", |_| {})]);
    let code = rig.code("app", SCOPE);
    assert_eq!(rig.redeem("other", &code).await.err(), Some(Check::CodeInvalid));
    assert_eq!(rig.events("code.foreign"), 1);
    for redirect in ["https://app.example/cb/", "https://APP.example/cb", ""] {
        let extra = [("code", code.as_str()), ("redirect_uri", redirect), ("code_verifier", VERIFIER)];
        assert_eq!(
            rig.ask("app", "authorization_code", &extra).await.err(),
            Some(Check::CodeInvalid),
            "{redirect}"
        );
    }
    let cut = code.get(..code.len() - 1).unwrap();
    assert_eq!(rig.redeem("app", cut).await.err(), Some(Check::CodeInvalid));
    assert!(rig.redeem("app", &code).await.is_ok(), "the owner can still use it");
    let late = rig.code("app", SCOPE);
    rig.engine.clock.advance(60);
    assert_eq!(rig.redeem("app", &late).await.err(), Some(Check::CodeInvalid));
}

#[tokio::test]
async fn sec_d6_a_wrong_verifier_burns_the_code_a_malformed_one_does_not() {
    let rig = Rig::new(vec![client("app", |_| {})]);
    let wrong = "a".repeat(43);
    let cases = [(Some(wrong.as_str()), true), (None, true), (Some(VERIFIER), false)];
    for (verifier, challenged) in cases {
        let code = rig.code_with("app", SCOPE, |request| {
            request.code_challenge = challenged.then(|| Challenge::parse(CHALLENGE)).flatten();
        });
        let mut extra = vec![("code", code.as_str()), ("redirect_uri", REDIRECT)];
        extra.push(("code_verifier", "short"));
        assert_eq!(rig.ask("app", "authorization_code", &extra).await.err(), Some(Check::VerifierMalformed));
        extra.pop();
        extra.extend(verifier.map(|verifier| ("code_verifier", verifier)));
        assert_eq!(rig.ask("app", "authorization_code", &extra).await.err(), Some(Check::VerifierWrong));
        let right = [("code", code.as_str()), ("redirect_uri", REDIRECT), ("code_verifier", VERIFIER)];
        let right = if challenged { &right[..] } else { &right[..2] };
        assert_eq!(
            rig.ask("app", "authorization_code", right).await.err(),
            Some(Check::CodeInvalid),
            "burnt"
        );
    }
    assert_eq!(rig.events("code.burnt"), 3);
    assert_eq!(rig.events("token.issued"), 0);
}

#[tokio::test]
async fn sec_d2_every_failed_client_authentication_looks_the_same() {
    let off = client("off", |_| {});
    let rig = Rig::new(vec![client("app", |_| {}), public("spa"), off]);
    rig.write(|conn| {
        let mut off = clients::find(conn, "off")?.unwrap();
        off.enabled = false;
        clients::update(conn, &off, 1)
    });
    rig.read(|conn| rig.engine.clients.refresh(conn));
    let code = rig.code("app", SCOPE);
    let form = |pairs: &[(&str, &str)]| {
        let mut all = vec![
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        all.extend(pairs);
        Params::from_pairs(all.into_iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect())
    };
    let cases = [
        (Some(basic("app", "wrong")), form(&[])),
        (Some(basic("nobody", "secret nobody")), form(&[])),
        (Some(basic("off", "secret off")), form(&[])),
        (Some(basic("app", "")), form(&[])),
        (None, form(&[("client_id", "app"), ("client_secret", "secret app")])),
        (None, form(&[("client_id", "app")])),
        (None, form(&[("client_id", "spa"), ("client_secret", "x")])),
    ];
    for (at, (authorization, body)) in cases.into_iter().enumerate() {
        let refused = exchange(
            &rig.engine,
            &rig.ctx(),
            TokenRequest { authorization, body, browser: Browser::default() },
        )
        .await
        .err()
        .unwrap();
        assert_eq!(refused.check, Check::ClientAuthFailed, "case {at}");
    }
    assert!(rig.redeem("app", &code).await.is_ok(), "the code is untouched");
}

#[tokio::test]
async fn sec_d7_grant_types_that_do_not_exist_or_are_not_allowed() {
    let rig = Rig::new(vec![client("app", |_| {}), public("spa"), machine("job")]);
    for unknown in ["password", "implicit", "urn:x", "Authorization_code"] {
        assert_eq!(rig.ask("app", unknown, &[]).await.err(), Some(Check::GrantTypeUnsupported), "{unknown}");
    }
    assert_eq!(rig.ask("app", "", &[]).await.err(), Some(Check::BodyParameterMissing));
    assert_eq!(rig.ask("app", "client_credentials", &[]).await.err(), Some(Check::GrantTypeNotAllowed));
    assert_eq!(rig.ask("job", "refresh_token", &[]).await.err(), Some(Check::GrantTypeNotAllowed));
    let twice = [("code", "a"), ("code", "b")];
    assert_eq!(rig.ask("app", "authorization_code", &twice).await.err(), Some(Check::BodyParameterRepeated));
}

#[tokio::test]
async fn sec_f1_a_public_client_cannot_act_for_itself() {
    let mut spa = public("spa");
    spa.metadata.grant_types.push("client_credentials".to_owned());
    let rig = Rig::new(vec![spa, machine("job")]);
    assert_eq!(rig.ask("spa", "client_credentials", &[]).await.err(), Some(Check::GrantTypeNotAllowed));
    for scope in ["openid", "api:read offline_access", "unknown"] {
        assert_eq!(
            rig.ask("job", "client_credentials", &[("scope", scope)]).await.err(),
            Some(Check::TokenScope)
        );
    }
    let answer = rig.ask("job", "client_credentials", &[]).await.unwrap();
    assert_eq!(answer.scope, "api:read api:write");
    assert!(answer.refresh_token.is_none() && answer.id_token.is_none());
    let claims = payload(&answer.access_token);
    assert_eq!((&claims["sub"], &claims["client_id"]), (&json!("job"), &json!("job")));
    assert!(
        claims.get("sid").is_none() && claims.get("auth_time").is_none() && claims.get("roles").is_none()
    );
    let again = rig.ask("job", "client_credentials", &[]).await.unwrap();
    let grant = |token: &str| payload(token)["jti"].as_str().unwrap().split('.').next().unwrap().to_owned();
    assert_eq!(grant(&answer.access_token), grant(&again.access_token), "one standing grant");
    // H2: not a person's token.
    assert!(!alive(&rig, &answer.access_token).await);
    assert_eq!(seen_by(&rig, "job", &answer.access_token).await["active"], true);
}

#[tokio::test]
async fn sec_e1_e2_e3_rotation_grace_and_reuse() {
    let rig = Rig::new(vec![public("spa")]);
    let first = signed_in(&rig, "spa", SCOPE).await;
    let second = rig.refresh("spa", refresh_of(&first)).await.unwrap();
    assert_ne!(refresh_of(&first), refresh_of(&second));
    rig.engine.clock.advance(5);
    let retried = rig.refresh("spa", refresh_of(&first)).await.unwrap();
    assert_eq!(refresh_of(&retried), refresh_of(&second), "the same successor, no second branch");
    assert_eq!(rig.events("token.refresh_retried"), 1);
    let third = rig.refresh("spa", refresh_of(&second)).await.unwrap();
    assert!(alive(&rig, &third.access_token).await);
    assert_eq!(rig.refresh("spa", refresh_of(&first)).await.err(), Some(Check::RefreshReused));
    assert!(!alive(&rig, &third.access_token).await, "its access tokens are dead");
    assert_eq!(rig.refresh("spa", refresh_of(&third)).await.err(), Some(Check::RefreshInvalid));
    assert_eq!(rig.events("refresh.reused"), 1);
}

#[tokio::test]
async fn sec_e3_the_grace_ends() {
    let rig = Rig::new(vec![public("spa")]);
    let first = signed_in(&rig, "spa", SCOPE).await;
    rig.refresh("spa", refresh_of(&first)).await.unwrap();
    rig.engine.clock.advance(10);
    assert_eq!(rig.refresh("spa", refresh_of(&first)).await.err(), Some(Check::RefreshReused));
}

#[tokio::test]
async fn sec_e7_another_clients_refresh_token_changes_nothing() {
    let rig = Rig::new(vec![public("spa"), public("other")]);
    let first = signed_in(&rig, "spa", SCOPE).await;
    assert_eq!(rig.refresh("other", refresh_of(&first)).await.err(), Some(Check::RefreshInvalid));
    assert_eq!(rig.events("refresh.foreign"), 1);
    let forged = refresh_of(&first).replace("-0-", "-1-");
    assert_eq!(rig.refresh("spa", &forged).await.err(), Some(Check::RefreshInvalid));
    assert!(rig.refresh("spa", refresh_of(&first)).await.is_ok());
}

#[tokio::test]
async fn sec_e8_wider_is_refused_and_consumes_nothing_narrower_is_for_once() {
    let rig = Rig::new(vec![public("spa")]);
    let first = signed_in(&rig, "spa", SCOPE).await;
    let with = |scope| [("refresh_token", refresh_of(&first)), ("scope", scope)];
    let wider = rig.ask("spa", "refresh_token", &with("openid email")).await;
    assert_eq!(wider.err(), Some(Check::RefreshScope));
    let foreign = [("refresh_token", refresh_of(&first)), ("resource", "https://api.example")];
    assert_eq!(rig.ask("spa", "refresh_token", &foreign).await.err(), Some(Check::TokenResource));
    let narrow = rig.ask("spa", "refresh_token", &with("api:read")).await.unwrap();
    assert_eq!(narrow.scope, "api:read");
    assert!(narrow.id_token.is_none());
    let full = rig.refresh("spa", refresh_of(&narrow)).await.unwrap();
    assert_eq!(full.scope, "api:read openid profile");
    let id = payload(full.id_token.as_deref().unwrap());
    assert!(id.get("nonce").is_none(), "OIDC Core §12.2");
    assert_eq!(id["auth_time"], payload(first.id_token.as_deref().unwrap())["auth_time"]);
}

#[tokio::test]
async fn sec_e9_d8_every_disabling_event_closes_every_path() {
    type Event = fn(&Rig);
    let events: [(&str, Event, bool); 4] = [
        (
            "person disabled",
            |rig| {
                let id = rig.user.clone();
                rig.write(move |conn| {
                    let mut user = users::find(conn, id.as_str())?.unwrap();
                    user.enabled = false;
                    users::update(conn, &user)
                });
            },
            true,
        ),
        (
            "session ended",
            |rig| {
                let (id, now) = (rig.session.clone(), rig.engine.now());
                rig.write(move |conn| sessions::end(conn, id.as_str(), now));
            },
            false,
        ),
        (
            "consent withdrawn",
            |rig| {
                let id = rig.user.clone();
                rig.write(move |conn| consents::remove(conn, id.as_str(), "app"));
            },
            true,
        ),
        (
            "grant type taken away on another node",
            |rig| {
                rig.write(|conn| {
                    let mut app = clients::find(conn, "app")?.unwrap();
                    app.metadata.grant_types = vec!["client_credentials".to_owned()];
                    clients::update(conn, &app, 1)
                });
            },
            true,
        ),
    ];
    for (name, event, also_offline) in events {
        let rig = Rig::new(vec![client("app", |_| {})]);
        let online = signed_in(&rig, "app", SCOPE).await;
        let offline = signed_in(&rig, "app", "openid offline_access").await;
        let code = rig.code("app", SCOPE);
        event(&rig);
        assert_eq!(rig.redeem("app", &code).await.err(), Some(Check::IssuanceRefused), "{name}: code");
        assert_eq!(
            rig.refresh("app", refresh_of(&online)).await.err(),
            Some(Check::IssuanceRefused),
            "{name}: refresh"
        );
        let outlived = rig.refresh("app", refresh_of(&offline)).await;
        assert_eq!(outlived.err(), also_offline.then_some(Check::IssuanceRefused), "{name}: offline");
    }
}

#[tokio::test]
async fn sec_e10_idle_slides_and_absolute_never_moves() {
    let rig = Rig::new(vec![client("app", |_| {})]);
    let mut token = refresh_of(&signed_in(&rig, "app", "openid offline_access").await).to_owned();
    for _ in 0..2 {
        rig.engine.clock.advance(13 * 86_400);
        token = refresh_of(&rig.refresh("app", &token).await.unwrap()).to_owned();
    }
    rig.engine.clock.advance(4 * 86_400);
    assert_eq!(rig.refresh("app", &token).await.err(), Some(Check::RefreshInvalid), "day 30");
    let idle = Rig::new(vec![client("app", |_| {})]);
    let token = refresh_of(&signed_in(&idle, "app", "openid offline_access").await).to_owned();
    idle.engine.clock.advance(14 * 86_400);
    assert_eq!(idle.refresh("app", &token).await.err(), Some(Check::RefreshInvalid), "unused");
}

#[tokio::test]
async fn resources_decide_the_audience_and_only_shrink() {
    let app = client("app", |metadata| {
        metadata.resources = vec!["https://a.example".to_owned(), "https://b.example".to_owned()];
    });
    let rig = Rig::new(vec![app]);
    let answer = signed_in(&rig, "app", SCOPE).await;
    let first = json!(["https://a.example", ISSUER]);
    assert_eq!(payload(&answer.access_token)["aud"], first, "the client's first, and userinfo");
    let code = rig.code_with("app", SCOPE, |request| {
        request.resource = vec!["https://a.example".to_owned(), "https://b.example".to_owned()];
    });
    let both = rig.redeem("app", &code).await.unwrap();
    assert_eq!(payload(&both.access_token)["aud"], json!(["https://a.example", "https://b.example", ISSUER]));
    let one = [("refresh_token", refresh_of(&both)), ("resource", "https://b.example")];
    let one = rig.ask("app", "refresh_token", &one).await.unwrap();
    assert_eq!(payload(&one.access_token)["aud"], "https://b.example");
    let other = [("refresh_token", refresh_of(&one)), ("resource", "https://c.example")];
    assert_eq!(rig.ask("app", "refresh_token", &other).await.err(), Some(Check::TokenResource));
}

#[tokio::test]
async fn sec_e4_of_many_that_race_one_wins() {
    let strict = client("strict", |metadata| metadata.refresh_grace_seconds = Some(0));
    let rig = std::sync::Arc::new(Rig::new(vec![public("spa"), strict]));
    let race = async |client: &'static str, token: String| {
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let (rig, token) = (rig.clone(), token.clone());
                tokio::spawn(async move { rig.refresh(client, &token).await })
            })
            .collect();
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(task.await.unwrap());
        }
        answers
    };
    let first = signed_in(&rig, "spa", SCOPE).await;
    let answers = race("spa", refresh_of(&first).to_owned()).await;
    let tokens: std::collections::BTreeSet<String> =
        answers.into_iter().map(|answer| refresh_of(&answer.unwrap()).to_owned()).collect();
    assert_eq!(tokens.len(), 1, "all got the one successor");
    let first = signed_in(&rig, "strict", SCOPE).await;
    let answers = race("strict", refresh_of(&first).to_owned()).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert_eq!(rig.events("refresh.reused"), 1);
    let code = rig.code("spa", SCOPE);
    let mut tasks = Vec::new();
    for _ in 0..8 {
        let (rig, code) = (rig.clone(), code.clone());
        tasks.push(tokio::spawn(async move { rig.redeem("spa", &code).await }));
    }
    let mut won = Vec::new();
    for task in tasks {
        won.extend(task.await.unwrap());
    }
    assert_eq!(won.len(), 1);
    assert!(!alive(&rig, &won[0].access_token).await, "the code came twice");
}

#[tokio::test]
async fn a_machines_grant_is_kept_as_long_as_it_is_used() {
    let rig = Rig::new(vec![machine("bot")]);
    let grant_of = |answer: &TokenResponse| {
        payload(&answer.access_token)["jti"].as_str().unwrap().split('.').next().unwrap().to_owned()
    };
    let end = |rig: &Rig| rig.read(|conn| standing::find_machine(conn, "bot")).unwrap().1.unwrap().1;
    let kept = |rig: &Rig| end(rig) - rig.engine.now();
    let before = rig.engine.now();
    let first = grant_of(&rig.ask("bot", "client_credentials", &[]).await.unwrap());
    let made = before..=rig.engine.now();
    assert!(made.contains(&(end(&rig) - 400 * 86_400)), "{} {made:?}", end(&rig));
    for days in [300, 64, 1, 400] {
        rig.engine.clock.advance(days * 86_400);
        assert_eq!(grant_of(&rig.ask("bot", "client_credentials", &[]).await.unwrap()), first, "{days}");
        // What it gave just now ends long before it may be forgotten.
        assert!(kept(&rig) > 30 * 86_400, "{days}: {}", kept(&rig));
    }
    let (id, now) = (first.clone(), rig.engine.now());
    rig.write(move |conn| grants::end(conn, &id, "test", now));
    assert_ne!(grant_of(&rig.ask("bot", "client_credentials", &[]).await.unwrap()), first, "ended");
}
