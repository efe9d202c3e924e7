//! Discovery (OIDC Discovery §3, RFC 8414 §2): derived from the tables, so that it advertises
//! exactly what works. Built once; issuer and URLs from configuration alone (security row H4).

use super::check_session;
use super::jwks::cached;
use super::register;
use crate::base::secret::sha256_b64;
use crate::domain::client::IMPLICIT;
use crate::domain::session;
use crate::engine::Engine;
use crate::engine::admin::metadata::algs;
use crate::engine::registration::Mode;
use crate::engine::token::GRANTS;
use crate::protocol::alg::SigningAlg;
use crate::protocol::authorize::{Prompt, ResponseMode};
use crate::protocol::claims::BY_SCOPE;
use crate::protocol::client_auth::AuthMethod;
use crate::protocol::response_type::ResponseType;
use crate::protocol::scope;
use crate::web::request::{Request, Response};
use crate::web::respond::Class;
use crate::web::routes::{Cors, Guard, ROUTES, Route, answer};
use actix_web::http::Method;
use actix_web::http::header::HeaderValue;
use actix_web::web::Bytes;
use serde_json::{Map, Value, json};

/// `/.well-known/openid-configuration`
pub static OPENID: Route = Route {
    path: "/.well-known/openid-configuration",
    methods: &[Method::GET, Method::HEAD],
    class: Class::Json,
    cors: Cors::Open,
    guard: Guard::None,
    metadata: None,
    handler: |request| answer(std::future::ready(Ok(handle(&request)))),
};

/// `/.well-known/oauth-authorization-server`
pub static OAUTH: Route = Route {
    path: "/.well-known/oauth-authorization-server",
    methods: &[Method::GET, Method::HEAD],
    class: Class::Json,
    cors: Cors::Open,
    guard: Guard::None,
    metadata: None,
    handler: |request| answer(std::future::ready(Ok(handle(&request)))),
};

/// The prebuilt document.
pub struct Document {
    body: Bytes,
    etag: HeaderValue,
}

fn handle(request: &Request) -> Response {
    let document = &request.site.discovery;
    cached(request, document.body.clone(), &document.etag, &HeaderValue::from_static("public, max-age=600"))
}

impl Document {
    /// Builds it.
    pub fn build(engine: &Engine) -> Self {
        let body = Value::Object(metadata(engine)).to_string();
        let etag = format!("\"{}\"", sha256_b64(body.as_bytes()).get(..22).unwrap_or_default());
        let etag = HeaderValue::from_str(&etag).unwrap_or_else(|_| HeaderValue::from_static("\"discovery\""));
        Self { body: Bytes::from(body), etag }
    }
}

/// Whether an endpoint is switched on.
fn is_offered(engine: &Engine, key: &str) -> bool {
    key != register::METADATA || engine.policy.registration.mode != Mode::Off
}

fn metadata(engine: &Engine) -> Map<String, Value> {
    let mut all = Map::new();
    all.insert("issuer".into(), json!(engine.policy.issuer));
    for route in ROUTES {
        if let Some(key) = route.metadata.filter(|key| is_offered(engine, key)) {
            all.insert(key.into(), json!(engine.policy.url(route.path)));
        }
    }
    let methods: Vec<&str> = AuthMethod::ALL.iter().map(|method| method.as_str()).collect();
    let confidential: Vec<&str> = methods.iter().copied().filter(|m| *m != "none").collect();
    let types: Vec<&str> = ResponseType::ALL.iter().map(|kind| kind.as_str()).collect();
    let modes: Vec<&str> = ResponseMode::ALL.iter().map(|mode| mode.as_str()).collect();
    let grants: Vec<&str> = GRANTS.iter().map(|grant| grant.name).chain([IMPLICIT]).collect();
    let mut claims = vec!["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid"];
    claims.extend(BY_SCOPE.iter().flat_map(|(_, names)| names.iter().copied()));
    // `none` is not in it: only clients that registered it may send unsigned request objects (row J4).
    let signing = SigningAlg::ASYMMETRIC.map(SigningAlg::as_str);
    let assertions: Vec<&str> = signing.into_iter().chain([SigningAlg::Hs256.as_str()]).collect();
    let pairs = [
        ("response_types_supported", json!(types)),
        ("response_modes_supported", json!(modes)),
        ("grant_types_supported", json!(grants)),
        ("subject_types_supported", json!(["public", "pairwise"])),
        ("id_token_signing_alg_values_supported", json!(algs::ID_TOKEN)),
        ("userinfo_signing_alg_values_supported", json!(algs::USERINFO)),
        ("scopes_supported", json!(scope::STANDARD)),
        ("claims_supported", json!(claims)),
        ("claim_types_supported", json!(["normal"])),
        ("token_endpoint_auth_methods_supported", json!(methods)),
        ("revocation_endpoint_auth_methods_supported", json!(methods)),
        ("introspection_endpoint_auth_methods_supported", json!(confidential)),
        ("token_endpoint_auth_signing_alg_values_supported", json!(assertions)),
        ("revocation_endpoint_auth_signing_alg_values_supported", json!(assertions)),
        ("introspection_endpoint_auth_signing_alg_values_supported", json!(assertions)),
        ("code_challenge_methods_supported", json!(["S256"])),
        ("prompt_values_supported", json!(Prompt::ALL)),
        (
            "acr_values_supported",
            json!(session::Class::REACHABLE.iter().map(|class| class.acr()).collect::<Vec<_>>()),
        ),
        ("authorization_response_iss_parameter_supported", json!(true)),
        ("claims_parameter_supported", json!(true)),
        ("request_parameter_supported", json!(true)),
        ("request_uri_parameter_supported", json!(true)),
        ("require_request_uri_registration", json!(true)),
        ("request_object_signing_alg_values_supported", json!(signing)),
        ("service_documentation", json!(engine.policy.url("/errors"))),
    ];
    all.extend(pairs.map(|(key, value)| (key.to_owned(), value)));
    logout(engine, &mut all);
    all
}

/// OIDC Back-Channel Logout §2.1, Front-Channel Logout §3, Session Management §3.3.
fn logout(engine: &Engine, all: &mut Map<String, Value>) {
    for name in [
        "backchannel_logout_supported",
        "backchannel_logout_session_supported",
        "frontchannel_logout_supported",
        "frontchannel_logout_session_supported",
    ] {
        all.insert(name.to_owned(), json!(true));
    }
    if engine.policy.session_management {
        let frame = engine.policy.url(check_session::ROUTE.path);
        all.insert("check_session_iframe".to_owned(), json!(frame));
    }
}
