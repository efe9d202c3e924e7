//! The relying party: one registration at one provider (OIDC Core, RFC 6749, 7009, 7662, 7636, 9207).

use super::error::{UpstreamError, not_url};
use super::flow::{Answer, Started, Wish};
use super::tokens::{Expected, IdToken, Tokens, same_person, time, verify};
use super::wire::Wire;
use crate::base::clock::Clock;
use crate::base::rng::Rng;
use crate::base::secret::Secret;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod,
    CoreGenderClaim, CoreGrantType, CoreIdToken, CoreIdTokenVerifier, CoreJsonWebKey, CoreJsonWebKeySet,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType,
    CoreRevocableToken, CoreSubjectIdentifierType, CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::{
    AccessToken, AdditionalProviderMetadata, AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    EmptyAdditionalClaims, EndSessionUrl, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest,
    IntrospectionUrl, IssuerUrl, LogoutRequest, OAuth2TokenResponse as _, PkceCodeChallenge,
    PostLogoutRedirectUrl, ProviderMetadata, RedirectUrl, RefreshToken, RevocationUrl, Scope,
    SignatureVerificationError, SubjectIdentifier, TokenResponse as _,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::str::FromStr as _;

/// What RFC 8414 §2, RFC 9207 §3 and RP-Initiated Logout §2.1 add to the metadata.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct More {
    #[serde(default)]
    revocation_endpoint: Option<RevocationUrl>,
    #[serde(default)]
    introspection_endpoint: Option<IntrospectionUrl>,
    #[serde(default)]
    end_session_endpoint: Option<EndSessionUrl>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
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

type Package = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// How this server is registered at a provider.
#[derive(Clone)]
pub struct Registration {
    /// `client_id`
    pub client_id: String,
    /// The secret; none makes it a public client.
    pub secret: Option<Secret>,
    /// Where answers come.
    pub redirect_uri: String,
}

/// A client at a provider whose metadata and keys were read.
pub struct RelyingParty {
    metadata: Metadata,
    package: Package,
    registration: Registration,
    clock: Clock,
}

impl RelyingParty {
    /// Reads the provider's metadata (OIDC Discovery §4; `issuer` must be the same there) and keys.
    ///
    /// # Errors
    /// [`UpstreamError`].
    pub async fn discover(
        issuer: &str,
        registration: Registration,
        clock: Clock,
        wire: &Wire<'_>,
    ) -> Result<Self, UpstreamError> {
        let issuer = IssuerUrl::new(issuer.to_owned()).map_err(not_url("issuer"))?;
        let metadata = Metadata::discover_async(issuer, wire).await?;
        let package = package(&metadata, &registration)?;
        Ok(Self { metadata, package, registration, clock })
    }

    /// Begins a sign-in: code flow with PKCE S256 (RFC 7636), `state` and `nonce`.
    pub fn begin(&self, rng: &Rng, wish: &Wish) -> Started {
        let started = Started::fresh(rng);
        let (state, nonce) = (started.state.clone(), started.nonce.clone());
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&started.pkce_verifier());
        let scopes = wish.scopes.iter().filter(|name| *name != "openid").map(|name| Scope::new(name.clone()));
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let asked = self
            .package
            .authorize_url(flow, move || state, move || nonce)
            .add_scopes(scopes)
            .set_pkce_challenge(challenge);
        let asked =
            wish.extra.iter().fold(asked, |asked, (name, value)| asked.add_extra_param(*name, value.clone()));
        let (url, _, _) = asked.url();
        Started { url: url.to_string(), ..started }
    }

    /// The code of an answer, when the answer is one to this sign-in and from this provider.
    ///
    /// # Errors
    /// [`UpstreamError::Unverified`], or [`UpstreamError::Refused`] with the provider's error.
    pub fn accept(&self, started: &Started, answer: &Answer) -> Result<Secret, UpstreamError> {
        let promised = self.metadata.additional_metadata().authorization_response_iss_parameter_supported;
        answer.check(started, self.metadata.issuer().as_str(), promised).map(Secret::new)
    }

    /// Exchanges the code (RFC 6749 §4.1.3) and verifies the ID token.
    ///
    /// # Errors
    /// [`UpstreamError`].
    pub async fn redeem(
        &self,
        wire: &Wire<'_>,
        started: &Started,
        code: &Secret,
    ) -> Result<Tokens, UpstreamError> {
        let code = AuthorizationCode::new(code.reveal().to_owned());
        let request = self.package.exchange_code(code)?.set_pkce_verifier(started.pkce_verifier());
        let answer = request.request_async(wire).await?;
        let missing = || UpstreamError::Unverified("there is no ID token".into());
        let token = answer.id_token().ok_or_else(missing)?;
        let nonce = Expected::Exactly(&started.nonce);
        let id_token = self.verified(wire, token, answer.access_token(), nonce).await?;
        Ok(Tokens::of(&answer, id_token, None))
    }

    /// Uses the refresh token (RFC 6749 §6, OIDC Core §12).
    ///
    /// # Errors
    /// [`UpstreamError`].
    pub async fn refresh(&self, wire: &Wire<'_>, tokens: &Tokens) -> Result<Tokens, UpstreamError> {
        let held = tokens.refresh_token.as_ref().ok_or(UpstreamError::Missing("refresh token"))?;
        let held = RefreshToken::new(held.reveal().to_owned());
        let answer: CoreTokenResponse =
            self.package.exchange_refresh_token(&held)?.request_async(wire).await?;
        let id_token = match answer.id_token() {
            Some(token) => {
                let nonce = Expected::AbsentOr(tokens.id_token.nonce.as_ref());
                let new = self.verified(wire, token, answer.access_token(), nonce).await?;
                same_person(&new, &tokens.id_token)?;
                // The nonce of the sign-in counts for every later refresh as well.
                IdToken { nonce: tokens.id_token.nonce.clone(), ..new }
            }
            None => tokens.id_token.clone(),
        };
        Ok(Tokens::of(&answer, id_token, Some(tokens)))
    }

    /// The claims of UserInfo, which must be about the same person (OIDC Core §5.3.2).
    ///
    /// # Errors
    /// [`UpstreamError`].
    pub async fn userinfo(&self, wire: &Wire<'_>, tokens: &Tokens) -> Result<Value, UpstreamError> {
        let subject = SubjectIdentifier::new(tokens.id_token.subject.clone());
        let request = self.package.user_info(access_token(tokens), Some(subject))?;
        let claims: CoreUserInfoClaims =
            request.request_async::<EmptyAdditionalClaims, _, CoreGenderClaim>(wire).await?;
        serde_json::to_value(&claims).map_err(|error| UpstreamError::Malformed(error.to_string()))
    }

    /// What the provider says of the access token (RFC 7662).
    ///
    /// # Errors
    /// [`UpstreamError`].
    pub async fn introspect(&self, wire: &Wire<'_>, tokens: &Tokens) -> Result<Value, UpstreamError> {
        let url = self.metadata.additional_metadata().introspection_endpoint.clone();
        let url = url.ok_or(UpstreamError::Missing("introspection endpoint"))?;
        let package = self.package.clone().set_introspection_url(url);
        let token = access_token(tokens);
        let said = package.introspect(&token).set_token_type_hint("access_token").request_async(wire).await?;
        serde_json::to_value(&said).map_err(|error| UpstreamError::Malformed(error.to_string()))
    }

    /// Revokes the refresh token, or else the access token (RFC 7009 §2).
    ///
    /// # Errors
    /// [`UpstreamError`].
    pub async fn revoke(&self, wire: &Wire<'_>, tokens: &Tokens) -> Result<(), UpstreamError> {
        let url = self.metadata.additional_metadata().revocation_endpoint.clone();
        let url = url.ok_or(UpstreamError::Missing("revocation endpoint"))?;
        let token = match &tokens.refresh_token {
            Some(token) => CoreRevocableToken::RefreshToken(RefreshToken::new(token.reveal().to_owned())),
            None => CoreRevocableToken::AccessToken(access_token(tokens)),
        };
        // The package revokes over https only, as RFC 7009 §2 says. A server on loopback speaks
        // http, so it is told https and the address is put right when the request is sent; whether
        // that address may be called is decided by the guarded client as always.
        let package = self.package.clone().set_revocation_url(with_https(&url)?);
        let real = url.to_string();
        let send = |mut request: HttpRequest| {
            let uri = real.parse().map(|uri| *request.uri_mut() = uri);
            async move {
                uri.map_err(|_| crate::engine::outbound::OutboundError::UrlRefused("not a URL"))?;
                wire.send(request).await
            }
        };
        Ok(package.revoke_token(token)?.request_async(&send).await?)
    }

    /// Where the browser goes to sign out (RP-Initiated Logout §2), and the `state` it brings back.
    ///
    /// # Errors
    /// [`UpstreamError`].
    pub fn logout(
        &self,
        rng: &Rng,
        tokens: &Tokens,
        back_to: &str,
    ) -> Result<(String, String), UpstreamError> {
        let url = self.metadata.additional_metadata().end_session_endpoint.clone();
        let url = url.ok_or(UpstreamError::Missing("end session endpoint"))?;
        let raw = tokens.id_token.raw.reveal();
        let hint = CoreIdToken::from_str(raw).map_err(|error| UpstreamError::Malformed(error.to_string()))?;
        let state = crate::base::secret::b64(&rng.bytes::<32>());
        let back_to =
            PostLogoutRedirectUrl::new(back_to.to_owned()).map_err(not_url("post_logout_redirect_uri"))?;
        let url = LogoutRequest::from(url)
            .set_id_token_hint(&hint)
            .set_client_id(ClientId::new(self.registration.client_id.clone()))
            .set_post_logout_redirect_uri(back_to)
            .set_state(CsrfToken::new(state.clone()))
            .http_get_url();
        Ok((url.to_string(), state))
    }

    /// Verifies an ID token; when its key is not known the keys are read again, once.
    async fn verified(
        &self,
        wire: &Wire<'_>,
        token: &CoreIdToken,
        access_token: &AccessToken,
        nonce: Expected<'_>,
    ) -> Result<IdToken, UpstreamError> {
        let known = self.verifier(&self.package);
        match token.signing_key(&known) {
            Err(SignatureVerificationError::NoMatchingKey) => {
                let keys = CoreJsonWebKeySet::fetch_async(self.metadata.jwks_uri(), wire).await?;
                let renewed = package(&self.metadata.clone().set_jwks(keys), &self.registration)?;
                verify(token, &self.verifier(&renewed), access_token, nonce)
            }
            _ => verify(token, &known, access_token, nonce),
        }
    }

    fn verifier<'p>(&self, package: &'p Package) -> CoreIdTokenVerifier<'p> {
        let clock = self.clock.clone();
        package.id_token_verifier().set_time_fn(move || time(&clock))
    }
}

fn package(metadata: &Metadata, registration: &Registration) -> Result<Package, UpstreamError> {
    let redirect_uri =
        RedirectUrl::new(registration.redirect_uri.clone()).map_err(not_url("redirect_uri"))?;
    let id = ClientId::new(registration.client_id.clone());
    let secret = registration.secret.as_ref().map(|secret| ClientSecret::new(secret.reveal().to_owned()));
    // OIDC Discovery §3: client_secret_basic when nothing is said.
    let basic = metadata
        .token_endpoint_auth_methods_supported()
        .is_none_or(|methods| methods.contains(&CoreClientAuthMethod::ClientSecretBasic));
    Ok(CoreClient::from_provider_metadata(metadata.clone(), id, secret)
        .set_redirect_uri(redirect_uri)
        .set_auth_type(if basic { AuthType::BasicAuth } else { AuthType::RequestBody }))
}

fn access_token(tokens: &Tokens) -> AccessToken {
    AccessToken::new(tokens.access_token.reveal().to_owned())
}

fn with_https(url: &RevocationUrl) -> Result<RevocationUrl, UpstreamError> {
    let mut spelled = url.url().clone();
    spelled
        .set_scheme("https")
        .map_err(|()| UpstreamError::Malformed("the revocation endpoint is no http URL".into()))?;
    RevocationUrl::new(spelled.to_string()).map_err(not_url("revocation endpoint"))
}
