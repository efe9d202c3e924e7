//! Keys of a client, and what it signs with them: its assertions and request objects (OIDC Registration §2,
//! RFC 7591 §2). Where keys and objects may be fetched from is checked with the other URIs.

use super::Found;
use crate::domain::client::Metadata;
use crate::engine::keys::ClientKeySet;
use crate::protocol::alg::SigningAlg;
use crate::protocol::client_auth::AuthMethod;

/// Strong keys, of the kinds that the algorithms need.
pub(super) fn check(metadata: &Metadata, found: &mut Found) {
    let keys = by_value(metadata, found);
    assertions(metadata, keys.as_ref(), found);
    request_objects(metadata, keys.as_ref(), found);
}

/// The registered keys, once they are as they must be.
fn by_value(metadata: &Metadata, found: &mut Found) -> Option<ClientKeySet> {
    match ClientKeySet::registered(metadata.jwks.as_ref()?) {
        Ok(keys) => Some(keys),
        Err(fault) => {
            let place = fault.index.map_or("jwks".to_owned(), |index| format!("jwks.keys[{index}]"));
            // The key is not repeated: it may hold its private part.
            let fix = "Give public keys alone: RSA from 2048 bits, P-256 or Ed25519.";
            found.add(place, "", fault.problem, fix);
            None
        }
    }
}

fn assertions(metadata: &Metadata, keys: Option<&ClientKeySet>, found: &mut Found) {
    let (method, alg) = (metadata.token_endpoint_auth_method, metadata.token_endpoint_auth_signing_alg);
    let fits = match method {
        AuthMethod::PrivateKeyJwt => alg.is_none_or(|alg| SigningAlg::ASYMMETRIC.contains(&alg)),
        AuthMethod::ClientSecretJwt => alg.is_none_or(|alg| alg == SigningAlg::Hs256),
        _ => alg.is_none(),
    };
    if let Some(alg) = alg.filter(|_| !fits) {
        let fix = "Use RS256, PS256, ES256 or EdDSA with private_key_jwt, HS256 with client_secret_jwt; else leave it out.";
        let problem = "does not belong to this token_endpoint_auth_method";
        found.add("token_endpoint_auth_signing_alg", alg.as_str(), problem, fix);
    }
    if method == AuthMethod::PrivateKeyJwt {
        needs_key(metadata, keys, alg.filter(|_| fits), found);
    }
}

fn request_objects(metadata: &Metadata, keys: Option<&ClientKeySet>, found: &mut Found) {
    match metadata.request_object_signing_alg {
        Some(SigningAlg::Hs256) => {
            let fix = "Use RS256, PS256, ES256 or EdDSA, or none for unsigned ones.";
            found.add("request_object_signing_alg", "HS256", "is not offered for request objects", fix);
        }
        Some(SigningAlg::None) | None => {}
        Some(alg) => needs_key(metadata, keys, Some(alg), found),
    }
}

/// What is signed needs a key to check it with.
fn needs_key(metadata: &Metadata, keys: Option<&ClientKeySet>, alg: Option<SigningAlg>, found: &mut Found) {
    let fix = "Give the public key in jwks, or the address of the JWK set in jwks_uri.";
    if metadata.jwks.is_none() && metadata.jwks_uri.is_none() {
        found.add("jwks", "", "is missing, and so is jwks_uri: what the app signs could not be checked", fix);
    }
    let serves = |keys: &ClientKeySet| match alg {
        Some(alg) => keys.serves(alg),
        None => SigningAlg::ASYMMETRIC.into_iter().any(|alg| keys.serves(alg)),
    };
    if keys.is_some_and(|keys| !serves(keys)) {
        let alg = alg.map_or("RS256, PS256, ES256 or EdDSA", SigningAlg::as_str);
        found.add("jwks", "", format!("has no key for signatures with {alg}"), fix);
    }
}
