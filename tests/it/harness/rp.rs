//! A relying party on the `openidconnect` package as it is published, and one set of words for it and
//! for the scripts of `tests/rp`, so that one flow can be walked by all of them.

use super::app::{TestApp, TestClient};
use super::http::{Answer, Call};
use super::node::Script;
use openidconnect::core::*;
use openidconnect::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::str::FromStr as _;

/// What a relying party does; a failure is an answer of its library, with `error` where the server sent one.
pub trait Party {
    /// The address to send the browser to, with more parameters (`{"prompt":"login"}`).
    fn start(&mut self, more: &Value) -> String;
    /// Takes the address that the browser came back to: the token answer and the ID token's claims.
    fn callback(&mut self, url: &str) -> Result<(Value, Value), Value>;
    /// The header and claims of the access token by the library that APIs would verify it with, if it has one.
    fn verify(&mut self) -> Option<(Value, Value)>;
    fn userinfo(&mut self) -> Result<Value, Value>;
    /// With this refresh token, or the newest one.
    fn refresh(&mut self, token: Option<&str>) -> Result<Value, Value>;
    fn introspect(&mut self, token: &str) -> Result<Value, Value>;
    /// Revokes the newest refresh token.
    fn revoke(&mut self) -> Result<(), Value>;
    fn client_credentials(&mut self, scope: &str) -> Result<Value, Value>;
    /// The address to send the browser to for signing out.
    fn logout(&mut self, back_to: &str) -> String;
}

fn checked(answer: Value) -> Result<Value, Value> {
    if answer.get("kind").is_some() { Err(answer) } else { Ok(answer) }
}

fn text(answer: &Value, name: &str) -> String {
    answer[name].as_str().unwrap_or_else(|| panic!("no {name} in {answer}")).to_owned()
}

impl Party for Script {
    fn start(&mut self, more: &Value) -> String {
        text(&self.call(&json!({ "cmd": "start", "params": more })), "url")
    }

    fn callback(&mut self, url: &str) -> Result<(Value, Value), Value> {
        let answer = checked(self.ask(&json!({ "cmd": "callback", "url": url })))?;
        Ok((answer["tokens"].clone(), answer["claims"].clone()))
    }

    fn verify(&mut self) -> Option<(Value, Value)> {
        let answer = self.call(&json!({ "cmd": "verify" }));
        Some((answer["header"].clone(), answer["claims"].clone()))
    }

    fn userinfo(&mut self) -> Result<Value, Value> {
        checked(self.ask(&json!({ "cmd": "userinfo" }))).map(|answer| answer["claims"].clone())
    }

    fn refresh(&mut self, token: Option<&str>) -> Result<Value, Value> {
        checked(self.ask(&json!({ "cmd": "refresh", "token": token }))).map(|answer| answer["tokens"].clone())
    }

    fn introspect(&mut self, token: &str) -> Result<Value, Value> {
        checked(self.ask(&json!({ "cmd": "introspect", "token": token })))
            .map(|answer| answer["claims"].clone())
    }

    fn revoke(&mut self) -> Result<(), Value> {
        checked(self.ask(&json!({ "cmd": "revoke" }))).map(drop)
    }

    fn client_credentials(&mut self, scope: &str) -> Result<Value, Value> {
        let command = json!({ "cmd": "client_credentials", "params": { "scope": scope } });
        checked(self.ask(&command)).map(|answer| answer["tokens"].clone())
    }

    fn logout(&mut self, back_to: &str) -> String {
        text(&self.call(&json!({ "cmd": "logout", "post_logout_redirect_uri": back_to })), "url")
    }
}

/// What RFC 7009, RFC 7662 and RP-Initiated Logout add to the metadata.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct More {
    revocation_endpoint: String,
    introspection_endpoint: IntrospectionUrl,
    end_session_endpoint: EndSessionUrl,
}

impl AdditionalProviderMetadata for More {}

type Metadata = ProviderMetadata<
    More,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointSet, EndpointSet, EndpointMaybeSet, EndpointMaybeSet>;

/// The package's line to the server.
struct Line {
    addr: SocketAddr,
    host: String,
}

impl SyncHttpClient for Line {
    type Error = std::convert::Infallible;

    fn call(&self, request: HttpRequest) -> Result<HttpResponse, Self::Error> {
        let target = request.uri().path_and_query().expect("a path").as_str();
        let mut call = Call::new(self.addr, &self.host, request.method().as_str(), target);
        for (name, value) in request.headers() {
            call = call.header(name.as_str(), value.to_str().expect("text"));
        }
        let answer: Answer = call.body(request.body()).send();
        let mut response = openidconnect::http::Response::builder().status(answer.status);
        for (name, value) in &answer.headers {
            response = response.header(name, value);
        }
        Ok(response.body(answer.body).expect("a response"))
    }
}

/// One registration at one server, on the unmodified package.
pub struct RelyingParty {
    client: Client,
    metadata: Metadata,
    line: Line,
    begun: HashMap<String, (Nonce, PkceCodeVerifier)>,
    tokens: Option<CoreTokenResponse>,
}

impl RelyingParty {
    /// Reads the metadata and keys. `scope` is asked for at every start.
    pub fn discover(app: &TestApp, client: &TestClient, redirect_uri: &str) -> Self {
        let line = Line { addr: app.addr, host: app.host.clone() };
        let issuer = IssuerUrl::new(app.issuer.clone()).expect("an issuer");
        let metadata = Metadata::discover(&issuer, &line).unwrap_or_else(|e| panic!("discovery: {e:?}"));
        let more = metadata.additional_metadata().clone();
        // The package insists on https for revocation (RFC 7009 §2); `revoke` puts the address right.
        let revocation = more.revocation_endpoint.replacen("http://", "https://", 1);
        let secret = Some(ClientSecret::new(client.secret.clone())).filter(|s| !s.secret().is_empty());
        let client =
            CoreClient::from_provider_metadata(metadata.clone(), ClientId::new(client.id.clone()), secret)
                .set_redirect_uri(RedirectUrl::new(redirect_uri.to_owned()).expect("a redirect URI"))
                .set_introspection_url(more.introspection_endpoint)
                .set_revocation_url(RevocationUrl::new(revocation).expect("a URL"));
        Self { client, metadata, line, begun: HashMap::new(), tokens: None }
    }

    fn tokens(&self) -> &CoreTokenResponse {
        self.tokens.as_ref().expect("signed in")
    }
}

/// What the package says of a failure; the server's own error is taken out of the package's words.
fn failed<E: std::error::Error, T: ErrorResponse>(error: RequestTokenError<E, T>) -> Value
where
    T: Serialize,
{
    let error_code = match &error {
        RequestTokenError::ServerResponse(answer) => json!(answer),
        _ => Value::Null,
    };
    json!({ "error": error_code["error"], "description": format!("{error:?}"), "kind": "openidconnect" })
}

fn unverified(error: impl std::fmt::Debug) -> Value {
    json!({ "error": null, "description": format!("{error:?}"), "kind": "openidconnect" })
}

impl Party for RelyingParty {
    fn start(&mut self, more: &Value) -> String {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let mut asked = self
            .client
            .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
            .add_scopes(["profile", "email", "offline_access"].map(|name| Scope::new(name.to_owned())))
            .set_pkce_challenge(challenge);
        for (name, value) in more.as_object().into_iter().flatten() {
            asked = asked.add_extra_param(name.clone(), value.as_str().expect("text").to_owned());
        }
        let (url, state, nonce) = asked.url();
        self.begun.insert(state.into_secret(), (nonce, verifier));
        url.to_string()
    }

    fn callback(&mut self, url: &str) -> Result<(Value, Value), Value> {
        let url = url::Url::parse(url).map_err(unverified)?;
        let answer: HashMap<String, String> = url.query_pairs().into_owned().collect();
        if let Some(error) = answer.get("error") {
            return Err(json!({ "error": error, "kind": "openidconnect" }));
        }
        let begun = answer.get("state").and_then(|state| self.begun.remove(state));
        let (nonce, verifier) = begun.ok_or_else(|| unverified("a state that was never sent"))?;
        let code = AuthorizationCode::new(answer.get("code").cloned().unwrap_or_default());
        let request = self.client.exchange_code(code).map_err(unverified)?.set_pkce_verifier(verifier);
        let tokens = request.request(&self.line).map_err(failed)?;
        let id_token = tokens.id_token().ok_or_else(|| unverified("no ID token"))?;
        let verifier = self.client.id_token_verifier();
        let claims = id_token.claims(&verifier, &nonce).map_err(unverified)?;
        let (alg, key) = (id_token.signing_alg(), id_token.signing_key(&verifier).map_err(unverified)?);
        let hash = AccessTokenHash::from_token(tokens.access_token(), alg.map_err(unverified)?, key);
        if claims.access_token_hash() != Some(&hash.map_err(unverified)?) {
            return Err(unverified("at_hash is of another token"));
        }
        let (tokens_json, claims) = (json!(tokens), json!(claims));
        self.tokens = Some(tokens);
        Ok((tokens_json, claims))
    }

    fn verify(&mut self) -> Option<(Value, Value)> {
        None
    }

    fn userinfo(&mut self) -> Result<Value, Value> {
        let request =
            self.client.user_info(self.tokens().access_token().clone(), None).map_err(unverified)?;
        let claims: CoreUserInfoClaims =
            request.request::<EmptyAdditionalClaims, CoreGenderClaim, _>(&self.line).map_err(unverified)?;
        Ok(json!(claims))
    }

    fn refresh(&mut self, token: Option<&str>) -> Result<Value, Value> {
        let held = match token {
            Some(token) => RefreshToken::new(token.to_owned()),
            None => self.tokens().refresh_token().expect("a refresh token").clone(),
        };
        let request = self.client.exchange_refresh_token(&held).map_err(unverified)?;
        let tokens = request.request(&self.line).map_err(failed)?;
        let answer = json!(tokens);
        self.tokens = Some(tokens);
        Ok(answer)
    }

    fn introspect(&mut self, token: &str) -> Result<Value, Value> {
        let token = AccessToken::new(token.to_owned());
        let answer = self.client.introspect(&token).request(&self.line).map_err(failed)?;
        Ok(json!(answer))
    }

    fn revoke(&mut self) -> Result<(), Value> {
        let token = self.tokens().refresh_token().expect("a refresh token").clone();
        let request = self.client.revoke_token(token.into()).map_err(unverified)?;
        request.request(&self.line).map_err(failed)
    }

    fn client_credentials(&mut self, scope: &str) -> Result<Value, Value> {
        let scopes = scope.split(' ').map(|name| Scope::new(name.to_owned()));
        let request = self.client.exchange_client_credentials().map_err(unverified)?.add_scopes(scopes);
        let tokens = request.request(&self.line).map_err(failed)?;
        let answer = json!(tokens);
        self.tokens = Some(tokens);
        Ok(answer)
    }

    fn logout(&mut self, back_to: &str) -> String {
        let raw = self.tokens().id_token().expect("an ID token").to_string();
        let hint = CoreIdToken::from_str(&raw).expect("an ID token");
        let url = self.metadata.additional_metadata().end_session_endpoint.clone();
        let back_to = PostLogoutRedirectUrl::new(back_to.to_owned()).expect("a URL");
        let request = LogoutRequest::from(url).set_id_token_hint(&hint);
        request.set_post_logout_redirect_uri(back_to).http_get_url().to_string()
    }
}
