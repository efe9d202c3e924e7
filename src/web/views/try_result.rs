//! The trial, step by step: each request, its answer, the tokens decoded, and what they mean.

use askama::Template;

use crate::base::words::Words;

use super::Chrome;
use super::text::Text;

/// The steps so far.
#[derive(Template)]
#[template(path = "pages/try_result.html", whitespace = "minimize")]
pub struct TryResult {
    /// Around the page.
    pub chrome: Chrome,
    /// The CSRF token.
    pub csrf: String,
    /// Why the trial stopped, if it did: "The server answered access_denied".
    pub stopped: Option<Text>,
    /// The steps, oldest first.
    pub steps: Vec<Step>,
    /// What can be done next.
    pub actions: Vec<Action>,
}

/// One step.
#[derive(Clone)]
pub struct Step {
    /// What was done: "Exchange the code for tokens".
    pub title: Text,
    /// What it is for, for somebody who sees it for the first time.
    pub explanation: Text,
    /// Whether it went well.
    pub ok: bool,
    /// The request ([`Text::block`]), secrets shortened.
    pub request: Option<Text>,
    /// The answer ([`Text::block`]).
    pub response: Option<Text>,
    /// The tokens in the answer.
    pub tokens: Vec<DecodedToken>,
}

/// A token, decoded.
#[derive(Clone)]
pub struct DecodedToken {
    /// "ID token".
    pub name: Text,
    /// How it was checked: "The signature fits key 7f3a, issuer, audience and nonce are right".
    pub checked: Text,
    /// The header (RFC 7515 §4) as JSON in several lines; empty where there is none.
    pub header: Text,
    /// The claims.
    pub claims: Vec<Claim>,
}

/// One claim.
#[derive(Clone)]
pub struct Claim {
    /// Its name.
    pub name: Text,
    /// Its value as JSON.
    pub value: Text,
    /// What it means; empty for an unknown one.
    pub meaning: Text,
}

/// What can be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Use the refresh token (RFC 6749 §6).
    Refresh,
    /// Ask UserInfo (OpenID Connect Core §5.3).
    Userinfo,
    /// Ask what the server thinks of the token (RFC 7662).
    Introspect,
    /// End the grant (RFC 7009).
    Revoke,
    /// Sign out (OpenID Connect RP-Initiated Logout).
    Logout,
}

impl Action {
    /// Every one, in the order of their buttons.
    pub const ALL: [Self; 5] = [Self::Userinfo, Self::Refresh, Self::Introspect, Self::Revoke, Self::Logout];

    /// The value of `action` in the form.
    pub fn value(self) -> &'static str {
        match self {
            Self::Refresh => "refresh",
            Self::Userinfo => "userinfo",
            Self::Introspect => "introspect",
            Self::Revoke => "revoke",
            Self::Logout => "logout",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Refresh => "Refresh",
            Self::Userinfo => "Ask UserInfo",
            Self::Introspect => "Introspect",
            Self::Revoke => "Revoke",
            Self::Logout => "Log out",
        }
    }
}

impl TryResult {
    fn failed(&self) -> bool {
        self.stopped.is_some() || self.steps.iter().any(|step| !step.ok)
    }

    /// One sample of each state.
    pub fn samples(say: Words) -> Vec<(&'static str, Self)> {
        let page = |stopped: Option<&str>, steps| Self {
            chrome: Chrome::sample_dev(say).for_developers(),
            csrf: "csrf-token".to_owned(),
            stopped: stopped.map(Text::sentence),
            steps,
            actions: match stopped {
                Some(_) => vec![],
                None => Action::ALL.to_vec(),
            },
        };
        let hostile = Step {
            title: Text::plain(super::HOSTILE),
            explanation: Text::sentence(super::HOSTILE),
            response: Some(Text::block(super::HOSTILE)),
            ..Step::sample_refused()
        };
        vec![
            ("default", page(None, vec![Step::sample_authorize(), Step::sample_token()])),
            (
                "refused",
                page(
                    Some("The server answered access_denied"),
                    vec![Step::sample_authorize(), Step::sample_refused()],
                ),
            ),
            ("hostile", page(Some(super::HOSTILE), vec![hostile])),
        ]
    }
}

impl Step {
    fn sample_authorize() -> Self {
        Self {
            title: Text::plain("Send the person to the authorization endpoint"),
            explanation: Text::sentence(
                "The browser carries the request. state and nonce bind the answer to this browser, code_challenge binds the code to this app.",
            ),
            ok: true,
            request: Some(Text::block(
                "GET /oauth2/authorize\n  ?response_type=code\n  &client_id=latchkey-try\n  &redirect_uri=http://localhost:8617/try/callback\n  &scope=openid profile email\n  &state=Zm9v…\n  &code_challenge_method=S256",
            )),
            response: Some(Text::block(
                "303 See Other\nLocation: /try/callback?code=lk_ac_…&state=Zm9v…&iss=http://localhost:8617",
            )),
            tokens: vec![],
        }
    }

    fn sample_token() -> Self {
        let claim = |name: &str, value: &str, meaning: &str| Claim {
            name: Text::plain(name),
            value: Text::plain(value),
            meaning: Text::plain(meaning),
        };
        Self {
            title: Text::plain("Exchange the code for tokens"),
            explanation: Text::sentence(
                "From server to server. The code works once, for this app, with this verifier.",
            ),
            ok: true,
            request: Some(Text::block(
                "POST /oauth2/token\nContent-Type: application/x-www-form-urlencoded\n\ngrant_type=authorization_code&code=lk_ac_…&code_verifier=…",
            )),
            response: Some(Text::block(
                "200 OK\n\n{\n  \"access_token\": \"eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJSUzI1NiIsImtpZCI6IjdmM2EifQ…\",\n  \"token_type\": \"Bearer\",\n  \"expires_in\": 900\n}",
            )),
            tokens: vec![DecodedToken {
                name: Text::plain("ID token"),
                checked: Text::sentence(
                    "The signature fits key 7f3a; issuer, audience, nonce and times are right.",
                ),
                header: Text::block("{\n  \"alg\": \"RS256\",\n  \"kid\": \"7f3a\",\n  \"typ\": \"JWT\"\n}"),
                claims: vec![
                    claim("iss", "\"http://localhost:8617\"", "Who says so"),
                    claim("sub", "\"01JD6X3V9QK4T6B2\"", "The person, for good"),
                    claim("aud", "\"latchkey-try\"", "For whom"),
                    claim("exp", "1763730900", "Until 21 Nov 2025, 13:15 UTC"),
                    claim("email", "\"ada@example.org\"", ""),
                ],
            }],
        }
    }

    fn sample_refused() -> Self {
        Self {
            title: Text::plain("Read the answer"),
            explanation: Text::sentence("The person chose Cancel, so there is no code."),
            ok: false,
            request: None,
            response: Some(Text::block(
                "303 See Other\nLocation: /try/callback?error=access_denied&state=Zm9v…",
            )),
            tokens: vec![],
        }
    }
}
