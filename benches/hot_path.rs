//! Micro-benchmarks of the hot path: parsing, redeeming a code in the store, signing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::ok_expect, missing_docs)]

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use latchkey::app::{OpenMode, Runtime, open_engine};
use latchkey::base::id::{AuthorizationId, ClientId, GrantId, SessionId, UserId};
use latchkey::base::secret::{Code, Plain};
use latchkey::config::{Sources, load};
use latchkey::domain::authorization::{Approval, Authorization, Stage};
use latchkey::domain::client::{Client, Metadata};
use latchkey::engine::Engine;
use latchkey::engine::keys::TokenType;
use latchkey::protocol::alg::SigningAlg;
use latchkey::protocol::authorize::{AuthorizationRequest, Prompt, ResponseMode};
use latchkey::protocol::params::Params;
use latchkey::protocol::redirect_uri::VerifiedRedirect;
use latchkey::protocol::response_type::ResponseType;
use latchkey::protocol::scope::Scope;
use latchkey::store::{authorizations, clients};
use std::collections::BTreeMap;
use std::hint::black_box;

const BODY: &[u8] = b"grant_type=authorization_code&code=lk_ac_dBjftJeZ4CVPmB92K27uhbUJU1p1r_wW1gFWFOEjXk\
&redirect_uri=https%3A%2F%2Frp.example.com%2Fcb&code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

fn engine(dir: &std::path::Path) -> Engine {
    let mut env = BTreeMap::new();
    env.insert("LATCHKEY_DATA_DIR".to_owned(), dir.join("data").display().to_string());
    let settings = load(Sources { file: None, env, flags: Vec::new() }).ok().expect("settings");
    open_engine(&settings, OpenMode::Command, &Runtime::system()).expect("an engine").engine
}

fn parse(c: &mut Criterion) {
    c.bench_function("parse a token request", |b| b.iter(|| Params::parse(black_box(BODY)).unwrap()));
    c.bench_function("parse a scope", |b| {
        b.iter(|| Scope::parse(black_box("openid profile email offline_access")).unwrap());
    });
}

fn sign(c: &mut Criterion) {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(dir.path());
    let claims =
        serde_json::json!({"iss": "https://id.example", "sub": "01J", "aud": "app", "exp": 1, "iat": 0});
    c.bench_function("sign an access token (RS256)", |b| {
        b.iter(|| {
            let now = engine.now();
            engine
                .keys
                .sign(TokenType::Access, SigningAlg::Rs256, black_box(&claims), now)
                .ok()
                .expect("a token")
        });
    });
    let token =
        engine.keys.sign(TokenType::Id, SigningAlg::Rs256, &claims, engine.now()).ok().expect("a token");
    c.bench_function("refuse a token of the wrong type", |b| {
        b.iter(|| engine.keys.verify_access_token(black_box(&token), engine.now()).is_none());
    });
}

fn granted(engine: &Engine) -> Authorization {
    let (clock, rng) = (&engine.clock, &engine.rng);
    let now = engine.now();
    Authorization {
        id: AuthorizationId::generate(clock, rng),
        browser: String::new(),
        request: AuthorizationRequest {
            client_id: ClientId::from_stored("bench"),
            redirect_uri: VerifiedRedirect::from_stored("https://rp.example.com/cb"),
            response_type: ResponseType::Code,
            response_mode: ResponseMode::Query,
            scope: Scope::of(["openid"]),
            state: None,
            nonce: None,
            code_challenge: None,
            prompt: Prompt::default(),
            max_age: None,
            acr_values: Vec::new(),
            login_hint: None,
            ui_locales: None,
            hinted_subject: None,
            claims: None,
            resource: Vec::new(),
        },
        stage: Stage::Granted(Approval {
            user_id: UserId::generate(clock, rng),
            session_id: SessionId::generate(clock, rng),
            scope: Scope::of(["openid"]),
            code_expires_at: now + 60,
        }),
        created_at: now,
        expires_at: now + 3600,
    }
}

fn redeem(c: &mut Criterion) {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(dir.path());
    let client = Client {
        id: ClientId::from_stored("bench"),
        enabled: true,
        unreviewed: false,
        scope: Scope::of(["openid"]),
        metadata: Metadata::named("Bench"),
        secrets: Vec::new(),
        revision: 1,
        created_at: engine.now(),
    };
    let now = engine.now();
    engine.db.write_blocking(move |conn| clients::insert(conn, &client, now)).ok().expect("a client");
    let make = || {
        let authorization = granted(&engine);
        let code = Plain::<Code>::of_authorization(&authorization.id, &engine.rng);
        let digest = code.digest();
        let id = authorization.id.clone();
        let stored = engine
            .db
            .write_blocking(move |conn| authorizations::insert_granted(conn, &authorization, &digest));
        stored.ok().expect("stored");
        (id, code)
    };
    c.bench_function("look up and consume a code, committed (SQLite, FULL)", |b| {
        b.iter_batched(
            make,
            |(id, code)| {
                let grant = GrantId::generate(&engine.clock, &engine.rng);
                let consumed = engine.db.write_blocking(move |conn| {
                    authorizations::find_by_code(conn, &code)?;
                    authorizations::consume_code(conn, id.as_str(), &grant, now, now + 60)
                });
                assert!(consumed.ok().expect("consumed"));
            },
            BatchSize::PerIteration,
        );
    });
}

criterion_group!(benches, parse, sign, redeem);
criterion_main!(benches);
