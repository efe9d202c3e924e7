//! Checking tokens of our own: one verifier per purpose, each with its own `typ` and claims
//! (RFC 8725 §3.8-3.12; security rows T1-T4, T7). What a token says about its key, other than which
//! of ours it is, is never read: no `jwk`, `jku`, `x5u`, `x5c`, and no `alg` but the key's own.

use super::claims::{AccessClaims, HintClaims};
use super::jose::TokenType;
use super::material::Held;
use super::ring::KeyRing;
use super::strict_json;
use crate::base::clock::Seconds;
use crate::base::secret::unb64;
use serde_json::{Map, Value};
use std::sync::Arc;

/// The longest token that is looked at, bytes.
const MAX_BYTES: usize = 16 * 1024;
/// How far `iat` and `nbf` may lie ahead, seconds: clocks of our own nodes differ (FAPI 5.3.2.1-13).
const AHEAD: Seconds = 10;
/// Headers that change what the rest means; we never write one (RFC 7515 §4.1.11, RFC 7797 §3).
pub(super) const REFUSED: [&str; 3] = ["crit", "b64", "zip"];

impl KeyRing {
    /// The claims of an access token of ours that is genuine and in force at `now` (RFC 9068 §4).
    /// Whether its grant still stands, and whether `aud` and `scope` fit, is for the caller.
    pub fn verify_access_token(&self, token: &str, now: Seconds) -> Option<AccessClaims> {
        let claims: AccessClaims = self.genuine(TokenType::Access, token)?;
        let named = [&claims.sub, &claims.client_id, &claims.jti].iter().all(|text| !text.is_empty());
        let begun = |at: Seconds| at <= now.saturating_add(AHEAD);
        let in_force = now < claims.exp && begun(claims.iat) && claims.nbf.is_none_or(begun);
        (named && in_force && self.is_ours(&claims.iss) && names_someone(claims.aud.names()))
            .then_some(claims)
    }

    /// The claims of an ID token of ours, also one that ended long ago (OIDC Core §3.1.2.1,
    /// RP-Initiated Logout §2): it may only hint, never sign anyone in.
    pub fn verify_id_token_hint(&self, token: &str) -> Option<HintClaims> {
        let claims: HintClaims = self.genuine(TokenType::Id, token)?;
        let ours = self.is_ours(&claims.iss) && !claims.sub.is_empty();
        (ours && names_someone(&claims.aud)).then_some(claims)
    }

    /// The payload of a token for `purpose` that one of our published keys signed.
    fn genuine<T: serde::de::DeserializeOwned>(&self, purpose: TokenType, token: &str) -> Option<T> {
        let parts = Parts::of(token)?;
        let key = self.key_for(purpose, &parts.header)?;
        if !key.verifying.verifies(parts.signed, parts.signature) {
            return None;
        }
        serde_json::from_value(Value::Object(parts.payload)).ok()
    }

    /// The key the header names, if everything else in the header is as we write it.
    fn key_for(&self, purpose: TokenType, header: &Map<String, Value>) -> Option<Arc<Held>> {
        let text = |name: &str| header.get(name).and_then(Value::as_str);
        if REFUSED.iter().any(|name| header.contains_key(*name)) || !purpose.accepts(text("typ")?) {
            return None;
        }
        let key = self.find(text("kid")?)?;
        (text("alg")? == key.alg.as_str()).then_some(key)
    }

    fn is_ours(&self, issuer: &str) -> bool {
        issuer == self.0.setup.issuer
    }
}

fn names_someone(audience: &[String]) -> bool {
    !audience.is_empty() && audience.iter().all(|name| !name.is_empty())
}

/// A compact JWS taken apart; its form is right, nothing is known of its signature.
pub(super) struct Parts<'a> {
    pub(super) header: Map<String, Value>,
    pub(super) payload: Map<String, Value>,
    pub(super) signed: &'a str,
    pub(super) signature: &'a str,
}

impl<'a> Parts<'a> {
    /// Of a token with exactly three parts in canonical base64url with strict JSON (security row T4).
    fn of(token: &'a str) -> Option<Self> {
        Self::also_unsigned(token).filter(|parts| !parts.signature.is_empty())
    }

    /// [`Parts::of`], but for the signature, which may be empty.
    pub(super) fn also_unsigned(token: &'a str) -> Option<Self> {
        if token.len() > MAX_BYTES {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        if payload.contains('.') || unb64(signature).is_none() {
            return None;
        }
        let header = strict_json::object(&unb64(header)?)?;
        let payload = strict_json::object(&unb64(payload)?)?;
        Some(Self { header, payload, signed, signature })
    }
}

#[cfg(test)]
mod tests {
    use super::super::alg::Alg;
    use super::super::fixture::{ISSUER, Stand, each, published, signed};
    use super::super::pair::Pair;
    use super::*;
    use crate::base::secret::b64;
    use crate::protocol::alg::SigningAlg;
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256,
        RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
    };
    use aws_lc_rs::{encoding::AsDer as _, hmac};
    use serde_json::json;

    fn with(mut object: Value, name: &str, value: Value) -> String {
        object[name] = value;
        object.to_string()
    }

    fn without(mut object: Value, name: &str) -> String {
        object.as_object_mut().unwrap().remove(name).unwrap();
        object.to_string()
    }

    /// An access token is refused when `name` is missing and for each of `wrong`, and accepted as it is.
    fn demands(name: &str, wrong: &[Value]) {
        each(|stand| {
            let (header, payload) = (stand.header().to_string(), stand.payload());
            assert!(stand.accepts(&stand.forge(&header, &payload.to_string())), "the forger can sign");
            assert!(!stand.accepts(&stand.forge(&header, &without(payload.clone(), name))), "{name} missing");
            for value in wrong {
                let token = stand.forge(&header, &with(payload.clone(), name, value.clone()));
                assert!(!stand.accepts(&token), "{name} = {value}");
            }
        });
    }

    #[test]
    fn tokens_of_our_own_are_accepted() {
        each(|stand| {
            let claims = stand.claims();
            let token = stand.sign(TokenType::Access, &claims);
            assert_eq!(stand.ring.verify_access_token(&token, stand.now()), Some(claims));
            let long = with(stand.header(), "typ", json!("application/at+jwt"));
            assert!(stand.accepts(&stand.forge(&long, &stand.payload().to_string())), "RFC 9068 §4");
            let several = with(stand.payload(), "aud", json!(["https://a.example", "https://b.example"]));
            let claims = stand
                .ring
                .verify_access_token(&stand.forge(&stand.header().to_string(), &several), stand.now());
            assert!(claims.unwrap().aud.contains("https://b.example"));
        });
    }

    /// A compact token with this header and a signature of any making.
    fn token_of(header: &Value, payload: &str, sign: impl FnOnce(&str) -> Vec<u8>) -> String {
        let message = format!("{}.{payload}", b64(header.to_string().as_bytes()));
        let signature = sign(&message);
        format!("{message}.{}", b64(&signature))
    }

    fn head(stand: &Stand, alg: &Value) -> Value {
        let mut header = stand.header();
        header["alg"] = alg.clone();
        header
    }

    #[test]
    fn sec_t1_none_and_hmac_under_a_public_key_are_refused() {
        each(|stand| {
            let text = stand.payload().to_string();
            let payload = b64(text.as_bytes());
            for alg in ["none", "None", "NONE", "nOnE", ""].map(Value::from) {
                let header = head(stand, &alg);
                assert!(!stand.accepts(&token_of(&header, &payload, |_| Vec::new())), "{alg}, no signature");
                assert!(!stand.accepts(&token_of(&header, &payload, |_| vec![0])), "{alg}, one byte");
                assert!(!stand.accepts(&stand.forge(&header.to_string(), &text)), "{alg}, really signed");
            }
            // The public key as an HMAC secret, in the forms an attacker can have it.
            let jwk =
                published(&stand.ring).into_iter().find(|jwk| jwk["kid"] == stand.kid().as_str()).unwrap();
            let raw = |name: &str| jwk[name].as_str().map(|text| unb64(text).unwrap());
            let mut secrets = vec![stand.ring.jwks().body.to_vec(), jwk.to_string().into_bytes()];
            secrets.extend(["n", "x", "y"].into_iter().filter_map(raw));
            secrets.extend(public_forms(stand));
            assert!(secrets.len() >= 5, "{jwk}");
            for secret in secrets {
                let tag = |message: &str| {
                    let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
                    hmac::sign(&key, message.as_bytes()).as_ref().to_vec()
                };
                assert!(!stand.accepts(&token_of(&head(stand, &json!("HS256")), &payload, tag)));
            }
        });
    }

    /// The bytes of the public key, bare and as SubjectPublicKeyInfo.
    fn public_forms(stand: &Stand) -> [Vec<u8>; 2] {
        let parsed = Pair::from_pkcs8(Alg::of(stand.alg).unwrap(), &stand.pkcs8());
        let key = parsed.unwrap().verifying(Alg::of(stand.alg).unwrap()).unwrap();
        let spki: aws_lc_rs::encoding::PublicKeyX509Der<'_> = key.as_der().unwrap();
        [key.as_ref().to_vec(), spki.as_ref().to_vec()]
    }

    #[test]
    fn sec_t1_the_algorithm_is_the_keys_own() {
        each(|stand| {
            let text = stand.payload().to_string();
            // Really signed by the key that is named, under the name of every other algorithm.
            let known = ["RS256", "PS256", "ES256", "EdDSA", "HS256", "RS512", "PS384", "ES512", "Ed25519"];
            let others = known.into_iter().filter(|name| *name != stand.alg.as_str()).map(Value::from);
            let own = stand.alg.as_str();
            let odd = [json!(own.to_lowercase()), json!([own]), json!(null), json!(1)];
            for alg in others.chain(odd) {
                let header = head(stand, &alg).to_string();
                assert!(!stand.accepts(&stand.forge(&header, &text)), "{own} named {alg}");
            }
            assert!(!stand.accepts(&stand.forge(&without(stand.header(), "alg"), &text)), "{own} not named");
        });
    }

    #[test]
    fn sec_t1_a_key_is_for_one_algorithm_although_it_could_do_another() {
        let mut stand = Stand::new();
        for alg in [SigningAlg::Rs256, SigningAlg::Ps256] {
            stand.alg = alg;
            let (pair, payload) = (
                RsaKeyPair::from_pkcs8(&stand.pkcs8()).unwrap(),
                b64(stand.payload().to_string().as_bytes()),
            );
            let schemes: [(&str, &'static dyn RsaEncoding); 4] = [
                ("RS256", &RSA_PKCS1_SHA256),
                ("RS512", &RSA_PKCS1_SHA512),
                ("PS256", &RSA_PSS_SHA256),
                ("PS512", &RSA_PSS_SHA512),
            ];
            for (name, scheme) in schemes {
                for told in [name, alg.as_str()] {
                    let header = b64(head(&stand, &json!(told)).to_string().as_bytes());
                    let accepted = stand.accepts(&signed(&pair, scheme, &header, &payload));
                    assert_eq!(
                        accepted,
                        name == alg.as_str(),
                        "a key of {alg:?} with {name}, told as {told}"
                    );
                }
            }
        }
        // ES256 is two numbers of 32 bytes (RFC 7518 §3.4), not the same in ASN.1.
        stand.alg = SigningAlg::Es256;
        let payload = b64(stand.payload().to_string().as_bytes());
        for (form, right) in
            [(&ECDSA_P256_SHA256_FIXED_SIGNING, true), (&ECDSA_P256_SHA256_ASN1_SIGNING, false)]
        {
            let pair = EcdsaKeyPair::from_pkcs8(form, &stand.pkcs8()).unwrap();
            let sign = |message: &str| {
                pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap().as_ref().to_vec()
            };
            assert_eq!(stand.accepts(&token_of(&stand.header(), &payload, sign)), right);
        }
        let zeros = token_of(&stand.header(), &payload, |_| vec![0; 64]);
        assert!(!stand.accepts(&zeros), "nothing signed with nothing (CVE-2022-21449)");
    }

    #[test]
    fn sec_t2_a_key_does_not_stand_in_for_another_of_ours() {
        each(|stand| {
            let text = stand.payload().to_string();
            for jwk in published(&stand.ring).iter().filter(|jwk| jwk["kid"] != stand.kid().as_str()) {
                for alg in [&jwk["alg"], &json!(stand.alg.as_str())] {
                    let header = with(head(stand, alg), "kid", jwk["kid"].clone());
                    assert!(!stand.accepts(&stand.forge(&header, &text)), "{jwk}");
                }
            }
        });
    }

    #[test]
    fn sec_t1_a_changed_token_is_refused() {
        each(|stand| {
            let token = stand.token();
            let [header, payload, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!() };
            let other = b64(with(stand.payload(), "sub", json!("mallory")).as_bytes());
            assert!(!stand.accepts(&format!("{header}.{other}.{signature}")));
            let header2 = b64(with(stand.header(), "x", json!(1)).as_bytes());
            assert!(!stand.accepts(&format!("{header2}.{payload}.{signature}")));
            let flipped =
                format!("{}{}", if signature.starts_with('A') { "B" } else { "A" }, &signature[1..]);
            assert!(!stand.accepts(&format!("{header}.{payload}.{flipped}")));
        });
    }

    #[test]
    fn sec_t2_keys_inside_a_token_are_never_used() {
        each(|stand| {
            let payload = stand.payload().to_string();
            let (mallory, jwk) = stand.stranger();
            let ours = with(jwk.clone(), "kid", json!(stand.kid())).parse().unwrap();
            let offers = [
                ("jwk", jwk),
                ("jwk", ours),
                ("jku", json!("https://mallory.example/jwks.json")),
                ("x5u", json!("https://mallory.example/cert.pem")),
                ("x5c", json!(["MIIB"])),
            ];
            for (name, value) in offers {
                let header = with(stand.header(), name, value);
                assert!(!stand.accepts(&stand.forge_by(&mallory, &header, &payload)), "{name} was used");
                assert!(stand.accepts(&stand.forge(&header, &payload)), "{name} is ignored, not obeyed");
            }
        });
    }

    #[test]
    fn sec_t2_the_kid_is_looked_up_and_nothing_else() {
        each(|stand| {
            let payload = stand.payload().to_string();
            assert!(!stand.accepts(&stand.forge(&without(stand.header(), "kid"), &payload)), "no kid");
            let odd = ["", "../../etc/passwd", "' OR '1'='1", "/dev/null", "unknown"];
            for kid in odd.map(Value::from).into_iter().chain([json!(0), json!(null), json!([stand.kid()])]) {
                assert!(
                    !stand.accepts(&stand.forge(&with(stand.header(), "kid", kid.clone()), &payload)),
                    "{kid}"
                );
            }
        });
    }

    #[test]
    fn sec_t3_typ() {
        each(|stand| {
            let payload = stand.payload().to_string();
            assert!(!stand.accepts(&stand.forge(&without(stand.header(), "typ"), &payload)), "typ missing");
            for typ in ["JWT", "at+JWT", "AT+JWT", "jwt", "logout+jwt", "", "application/jwt"] {
                assert!(
                    !stand.accepts(&stand.forge(&with(stand.header(), "typ", json!(typ)), &payload)),
                    "{typ}"
                );
            }
        });
    }

    #[test]
    fn sec_t3_iss() {
        demands(
            "iss",
            &[
                json!("https://other.example"),
                json!("https://id.example/"),
                json!(""),
                json!(1),
                json!([ISSUER]),
            ],
        );
    }

    #[test]
    fn sec_t3_sub() {
        demands("sub", &[json!(""), json!(1), json!(null)]);
    }

    #[test]
    fn sec_t3_aud() {
        demands(
            "aud",
            &[json!(""), json!([]), json!([""]), json!(["a", ""]), json!(1), json!({"a": 1}), json!(null)],
        );
    }

    #[test]
    fn sec_t3_client_id() {
        demands("client_id", &[json!(""), json!(["app"]), json!(null)]);
    }

    #[test]
    fn sec_t3_jti() {
        demands("jti", &[json!(""), json!(1), json!(null)]);
    }

    #[test]
    fn sec_t3_exp() {
        demands("exp", &[json!(0), json!(-1), json!(1), json!("9999999999"), json!(1e300), json!(null)]);
        each(|stand| {
            let claims = stand.claims();
            let token = stand.sign(TokenType::Access, &claims);
            let at = |now| stand.ring.verify_access_token(&token, now).is_some();
            assert!(at(claims.iat) && at(claims.exp - 1));
            assert!(!at(claims.exp) && !at(claims.exp + 600), "ended (RFC 7519 §4.1.4)");
            let ends = with(stand.payload(), "exp", json!(claims.iat + 5));
            let ends = stand.forge(&stand.header().to_string(), &ends);
            assert!(stand.ring.verify_access_token(&ends, claims.iat + 4).is_some());
            assert!(stand.ring.verify_access_token(&ends, claims.iat + 5).is_none(), "on the second");
        });
    }

    #[test]
    fn sec_t3_iat() {
        demands("iat", &[json!("1"), json!(null), json!(i64::MAX), json!(1.5)]);
    }

    #[test]
    fn sec_t3_an_id_token_is_no_access_token_nor_the_reverse() {
        each(|stand| {
            let id = stand.sign(TokenType::Id, &stand.claims());
            assert!(!stand.accepts(&id));
            assert!(stand.ring.verify_id_token_hint(&id).is_some());
            assert!(stand.ring.verify_id_token_hint(&stand.token()).is_none());
            let userinfo = stand.sign(TokenType::UserInfo, &stand.claims());
            assert!(!stand.accepts(&userinfo) && stand.ring.verify_id_token_hint(&userinfo).is_none());
        });
    }

    #[test]
    fn b62_an_id_token_without_signature_is_no_hint() {
        let stand = Stand::new();
        let claims = stand.claims();
        assert!(stand.ring.verify_id_token_hint(&stand.sign(TokenType::Id, &claims)).is_some());
        let unsecured = stand.ring.unsecured_id_token(&claims).unwrap();
        assert!(unsecured.ends_with('.') && stand.ring.verify_id_token_hint(&unsecured).is_none());
    }

    #[test]
    fn sec_t3_a_hint_may_have_ended_but_must_be_ours() {
        each(|stand| {
            let claims = json!({
                "iss": ISSUER, "sub": "u", "aud": "app", "iat": stand.now(), "exp": stand.now() + 600,
                "sid": "s", "auth_time": 5, "nonce": "n",
            });
            let id = |claims: &Value| stand.sign(TokenType::Id, claims);
            let token = id(&claims);
            stand.clock.advance(5 * super::super::fixture::DAY);
            let hint = stand.ring.verify_id_token_hint(&token).unwrap();
            assert_eq!((hint.sub.as_str(), hint.sid.as_deref(), hint.auth_time), ("u", Some("s"), Some(5)));
            assert_eq!(hint.aud, ["app"]);
            for name in ["iss", "sub", "aud", "iat", "exp"] {
                let missing: Value = without(claims.clone(), name).parse().unwrap();
                assert!(stand.ring.verify_id_token_hint(&id(&missing)).is_none(), "{name} missing");
            }
            let wrong = [("iss", json!("https://other.example")), ("sub", json!("")), ("aud", json!([]))];
            for (name, value) in wrong {
                let changed: Value = with(claims.clone(), name, value).parse().unwrap();
                assert!(stand.ring.verify_id_token_hint(&id(&changed)).is_none(), "{name} wrong");
            }
            let header = with(stand.header(), "typ", json!("JWT"));
            assert!(stand.ring.verify_id_token_hint(&stand.forge(&header, &claims.to_string())).is_some());
            let theirs = stand.forge_by(&stand.stranger().0, &header, &claims.to_string());
            assert!(stand.ring.verify_id_token_hint(&theirs).is_none(), "another key");
        });
    }

    #[test]
    fn sec_t4_headers_that_change_the_meaning_are_refused() {
        each(|stand| {
            let payload = stand.payload().to_string();
            let headers = [
                ("crit", json!(["exp"])),
                ("crit", json!([])),
                ("crit", json!(["b64"])),
                ("b64", json!(false)),
                ("b64", json!(true)),
                ("zip", json!("DEF")),
            ];
            for (name, value) in headers {
                assert!(
                    !stand.accepts(&stand.forge(&with(stand.header(), name, value.clone()), &payload)),
                    "{name} {value}"
                );
            }
        });
    }

    #[test]
    fn sec_t4_the_form_is_exact() {
        each(|stand| {
            let token = stand.token();
            let [header, payload, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!() };
            assert!(stand.accepts(&token));
            let bad = [
                String::new(),
                ".".to_owned(),
                "..".to_owned(),
                format!("{header}.{payload}"),
                format!("{token}.{signature}"),
                format!("{token}.x.y"),
                format!("{token}."),
                format!(".{token}"),
                format!(" {token}"),
                format!("{token}\n"),
                format!("{token}="),
                format!("{header}=.{payload}.{signature}"),
                format!("{header}.{payload}.{signature}AA"),
                format!("{header}.{payload}."),
                token.replace('-', "+").replace('_', "/") + "+",
            ];
            for bad in bad {
                assert!(!stand.accepts(&bad), "{}", bad.len());
            }
            // 256 bytes leave two bits over in the last character: only zeros are canonical.
            let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
            let (rest, last) = signature.split_at(signature.len() - 1);
            let next = alphabet.chars().nth(alphabet.find(last).unwrap() + 1).unwrap();
            assert!(!stand.accepts(&format!("{header}.{payload}.{rest}{next}")), "not canonical");
        });
    }

    #[test]
    fn sec_t4_json_inside_is_strict() {
        each(|stand| {
            let (header, payload) = (stand.header().to_string(), stand.payload().to_string());
            let twice = |object: &str, member: &str| object.replacen('{', &format!("{{{member},"), 1);
            assert!(
                !stand.accepts(
                    &stand.forge(&twice(&header, &format!(r#""alg":"{}""#, stand.alg.as_str())), &payload)
                ),
                "alg twice"
            );
            assert!(
                !stand.accepts(&stand.forge(&header, &twice(&payload, r#""sub":"mallory""#))),
                "sub twice"
            );
            let hidden = twice(&payload, r#""x":{"a":1,"a":1}"#);
            assert!(!stand.accepts(&stand.forge(&header, &hidden)), "twice further in");
            let deep =
                |depth: usize| twice(&payload, &format!(r#""x":{}{}"#, "[".repeat(depth), "]".repeat(depth)));
            assert!(stand.accepts(&stand.forge(&header, &deep(15))));
            assert!(!stand.accepts(&stand.forge(&header, &deep(16))), "too deep");
            assert!(!stand.accepts(&stand.forge(&header, &format!("{payload}{{}}"))), "trailing bytes");
            assert!(!stand.accepts(&stand.forge(&header, "[]")));
            assert!(!stand.accepts(&stand.forge("\u{FEFF}{}", &payload)));
        });
    }

    #[test]
    fn sec_t4_long_tokens_are_not_looked_at() {
        let stand = Stand::new();
        let header = stand.header().to_string();
        let of = |bytes: usize| stand.forge(&header, &with(stand.payload(), "x", json!("y".repeat(bytes))));
        let longest = of(11_000);
        assert!(longest.len() < MAX_BYTES && stand.accepts(&longest));
        let longer = of(12_500);
        assert!(longer.len() > MAX_BYTES && !stand.accepts(&longer));
    }

    #[test]
    fn sec_t7_clocks_may_differ_a_little() {
        each(|stand| {
            let (header, now) = (stand.header().to_string(), stand.now());
            for name in ["iat", "nbf"] {
                let at =
                    |ahead: Seconds| stand.forge(&header, &with(stand.payload(), name, json!(now + ahead)));
                let accepts = |ahead| stand.ring.verify_access_token(&at(ahead), now).is_some();
                assert!(accepts(-600) && accepts(0) && accepts(10), "{name}");
                assert!(!accepts(11) && !accepts(61) && !accepts(600), "{name}");
            }
            // A token of a node whose clock was turned back is good again when time has caught up.
            let token = stand.token();
            stand.clock.advance(-120);
            assert!(!stand.accepts(&token));
            stand.clock.advance(120);
            assert!(stand.accepts(&token));
        });
    }
}
