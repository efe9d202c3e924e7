//! The steps in words: what was sent, what came back, what it is for. Passwords of the app itself
//! (client secret, code verifier) are shortened; the tokens are the person's own.

use crate::engine::outbound::OutboundError;
use crate::engine::upstream::{Exchange, UpstreamError};
use crate::protocol::params::Params;
use crate::web::views::text::Text;
use crate::web::views::try_result::{DecodedToken, Step};
use serde_json::Value;

/// The longest block that is shown, characters.
const LONGEST: usize = 16_000;
/// How much of a secret is shown, characters.
const SHOWN: usize = 6;
/// How much of a token is shown in a request, characters.
const TOKEN_SHOWN: usize = 24;
/// The headers of an answer that say something about the protocol.
const TELLING: [&str; 4] = ["content-type", "cache-control", "www-authenticate", "x-trace-id"];

/// Title and explanation of a step.
pub(super) struct Chapter {
    title: &'static str,
    explanation: &'static str,
}

pub(super) const DISCOVER: Chapter = Chapter {
    title: "Read the server's metadata",
    explanation: "The app knows only the issuer. From here it learns every endpoint; issuer must be the very same text (OpenID Connect Discovery).",
};
pub(super) const KEYS: Chapter = Chapter {
    title: "Fetch the public keys",
    explanation: "With these the app checks signatures without asking anybody (RFC 7517).",
};
pub(super) const REDEEM: Chapter = Chapter {
    title: "Exchange the code for tokens",
    explanation: "From server to server, the browser sees none of it. The code works once, for this app, with this code_verifier (RFC 6749 §4.1.3, RFC 7636).",
};
pub(super) const REFRESH: Chapter = Chapter {
    title: "Refresh",
    explanation: "New tokens without the person. The refresh token is replaced each time; an old one that comes back ends them all (RFC 6749 §6, RFC 9700 §4.14).",
};
pub(super) const USERINFO: Chapter = Chapter {
    title: "Ask UserInfo",
    explanation: "The person's claims of today, for the scopes that were granted (OpenID Connect Core §5.3).",
};
pub(super) const INTROSPECT: Chapter = Chapter {
    title: "Introspect the access token",
    explanation: "The server says whether the token counts at this moment, a revocation included (RFC 7662). APIs that check the JWT themselves do without.",
};
pub(super) const REVOKE: Chapter = Chapter {
    title: "Revoke",
    explanation: "The app gives back its refresh token, and everything that came from the same sign-in ends (RFC 7009). Introspect or refresh now to see it. The answer is 200 also for tokens that ended before.",
};

/// The steps of one action: its first exchange under the chapter, further ones are fetches of keys.
/// An error belongs to the last exchange.
pub(super) fn told(
    chapter: &Chapter,
    exchanges: &[Exchange],
    error: Option<&UpstreamError>,
    tokens: Vec<DecodedToken>,
) -> Vec<Step> {
    let mut steps: Vec<Step> = exchanges
        .iter()
        .enumerate()
        .map(|(place, exchange)| of(if place == 0 { chapter } else { &KEYS }, exchange))
        .collect();
    if steps.is_empty() {
        steps.push(words(chapter));
    }
    if let Some(first) = steps.first_mut() {
        first.tokens = tokens;
    }
    if let (Some(error), Some(last)) = (error, steps.last_mut()) {
        fail(last, error);
    }
    steps
}

/// The steps of the start.
pub(super) fn discovery(exchanges: &[Exchange], error: Option<&UpstreamError>) -> Vec<Step> {
    told(&DISCOVER, exchanges, error, Vec::new())
}

/// The browser leaves.
pub(super) fn sent_to_authorize(url: &str) -> Step {
    let explanation = "The browser carries the request. state and nonce bind the answer to this browser, code_challenge binds the code to this app (RFC 6749 §4.1.1, RFC 7636). Signing in and consent happen there; the app sees no password.";
    let step = Chapter { title: "Send the browser to the authorization endpoint", explanation };
    Step { request: Some(Text::block(&format!("GET {}", in_lines(url)))), ..words(&step) }
}

/// The browser comes back.
pub(super) fn came_back(url: &str, posted: bool, params: &Params, error: Option<&UpstreamError>) -> Step {
    let explanation = if posted {
        "The answer came in a form (response_mode=form_post), so it is in no address, history or log. The app checked state, and iss (RFC 9207)."
    } else {
        "The answer came in the address. The app checked that state is the one it sent, and that iss is the server it asked (RFC 9207)."
    };
    let pairs: Vec<String> = params.pairs().iter().map(|(name, value)| format!("{name}={value}")).collect();
    let text = if posted {
        format!("POST {url}\n\n{}", pairs.join("\n&"))
    } else {
        format!("GET {url}\n  ?{}", pairs.join("\n  &"))
    };
    let mut step = Step {
        response: Some(Text::block(&cut(&text, LONGEST))),
        ..words(&Chapter { title: "Read the answer", explanation })
    };
    if let Some(error) = error {
        fail(&mut step, error);
    }
    step
}

/// A logout that could not begin.
pub(super) fn no_logout(error: &UpstreamError) -> Step {
    let mut step = words(&Chapter { title: "Log out", explanation: "" });
    fail(&mut step, error);
    step
}

fn words(chapter: &Chapter) -> Step {
    Step {
        title: Text::plain(chapter.title),
        explanation: Text::block(chapter.explanation),
        ok: true,
        request: None,
        response: None,
        tokens: Vec::new(),
    }
}

fn fail(step: &mut Step, error: &UpstreamError) {
    step.ok = false;
    step.explanation = Text::block(&format!("{error} {}", step.explanation));
}

fn of(chapter: &Chapter, exchange: &Exchange) -> Step {
    Step {
        request: Some(Text::block(&sent(exchange))),
        response: Some(Text::block(&cut(&received(exchange), LONGEST))),
        ..words(chapter)
    }
}

/// The request as it was sent, one parameter a line.
fn sent(exchange: &Exchange) -> String {
    let mut text = format!("{} {}", exchange.method, in_lines(&exchange.url));
    for (name, value) in &exchange.request_headers {
        let value = if name == "authorization" { credentials(value) } else { value.clone() };
        text.push_str(&format!("\n{name}: {value}"));
    }
    let form: Vec<String> = url::form_urlencoded::parse(exchange.request_body.as_bytes())
        .map(|(name, value)| match &*name {
            "client_secret" | "code_verifier" => format!("{name}={}", cut(&value, SHOWN)),
            "token" => format!("{name}={}", cut(&value, TOKEN_SHOWN)),
            _ => format!("{name}={value}"),
        })
        .collect();
    if form.is_empty() { text } else { format!("{text}\n\n{}", form.join("\n&")) }
}

/// The scheme and the beginning: a client secret must not be read off a screen, and a whole token
/// is in the answer that brought it.
fn credentials(value: &str) -> String {
    match value.split_once(' ') {
        Some((scheme, secret)) if scheme.eq_ignore_ascii_case("bearer") => {
            format!("{scheme} {}", cut(secret, TOKEN_SHOWN))
        }
        Some((scheme, _)) => format!("{scheme} … (client_id and client_secret)"),
        None => "…".to_owned(),
    }
}

fn received(exchange: &Exchange) -> String {
    let answer = match &exchange.answer {
        Ok(answer) => answer,
        Err(error) => return nothing(error),
    };
    let reason = actix_web::http::StatusCode::from_u16(answer.status).ok().and_then(|s| s.canonical_reason());
    let mut text = format!("{} {}", answer.status, reason.unwrap_or_default());
    for (name, value) in answer.headers.iter().filter(|(name, _)| TELLING.contains(&name.as_str())) {
        text.push_str(&format!("\n{name}: {value}"));
    }
    let pretty =
        serde_json::from_str::<Value>(&answer.body).ok().and_then(|v| serde_json::to_string_pretty(&v).ok());
    let body = pretty.as_deref().unwrap_or(&answer.body);
    if body.is_empty() { text } else { format!("{text}\n\n{body}") }
}

fn nothing(error: &OutboundError) -> String {
    format!("No answer: {error}")
}

/// An address with one decoded parameter a line.
fn in_lines(url: &str) -> String {
    let Some((address, query)) = url.split_once('?') else { return url.to_owned() };
    let pairs: Vec<String> =
        url::form_urlencoded::parse(query.as_bytes()).map(|(n, v)| format!("{n}={v}")).collect();
    format!("{address}\n  ?{}", pairs.join("\n  &"))
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
