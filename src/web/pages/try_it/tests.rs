//! The parts that need no server: what is asked, what is remembered, what is shown.

use super::client::{Trial, Trials, registration};
use super::{ACT, CALLBACK, ROUTE, story, wish};
use crate::engine::outbound::OutboundError;
use crate::engine::upstream::{Exchange, ExchangeAnswer, UpstreamError};
use crate::protocol::client_auth::AuthMethod;
use crate::protocol::params::Params;
use crate::protocol::redirect_uri::validate;
use crate::web::routes::Guard;
use crate::web::views::try_result::Step;

fn params(text: &str) -> Params {
    Params::parse(text.as_bytes()).expect("parameters")
}

fn block(text: Option<&crate::web::views::text::Text>) -> String {
    text.map(ToString::to_string).unwrap_or_default()
}

#[test]
fn the_registration_passes_the_rules_for_everybody() {
    let metadata = registration("http://localhost:8617");
    assert_eq!(metadata.redirect_uris, ["http://localhost:8617/try/callback"]);
    assert_eq!(metadata.post_logout_redirect_uris, ["http://localhost:8617/try"]);
    for uri in metadata.redirect_uris.iter().chain(&metadata.post_logout_redirect_uris) {
        assert_eq!(validate(uri, false), Ok(()));
    }
    assert_eq!(metadata.token_endpoint_auth_method, AuthMethod::ClientSecretBasic);
    assert_eq!(metadata.grant_types, ["authorization_code", "refresh_token"]);
}

#[test]
fn only_the_callback_takes_posts_without_a_token() {
    assert_eq!([ROUTE.guard, CALLBACK.guard, ACT.guard], [Guard::Csrf, Guard::None, Guard::Csrf]);
}

#[test]
fn only_what_the_form_offers_is_asked() {
    let asked = wish(&params("scope=openid&scope=email&scope=admin&prompt=login&response_mode=form_post"));
    assert_eq!(asked.scopes, ["email"]);
    assert_eq!(asked.extra, [("prompt", "login".to_owned()), ("response_mode", "form_post".to_owned())]);
    let asked = wish(&params("prompt=create&response_mode=fragment&redirect_uri=http://evil.example"));
    assert!(asked.scopes.is_empty() && asked.extra.is_empty());
}

#[test]
fn trials_are_bounded_in_number_time_and_steps() {
    let trials = Trials::default();
    for n in 0..300_i64 {
        trials.put(&format!("b{n}"), Trial::default(), n);
    }
    let alive = (0..300).filter(|n| trials.get(&format!("b{n}"), 300).is_some()).count();
    assert_eq!(alive, 256);
    assert!(trials.get("b43", 300).is_none() && trials.get("b44", 300).is_some());
    assert!(trials.get("b299", 299 + 1799).is_some() && trials.get("b299", 299 + 1800).is_none());
    let step = |n: usize| Step {
        title: n.to_string().as_str().into(),
        ..story::no_logout(&UpstreamError::Missing("x"))
    };
    trials.put("long", Trial { steps: (0..50).map(step).collect(), ..Trial::default() }, 300);
    let kept = trials.get("long", 300).expect("a trial").steps;
    assert_eq!((kept.len(), kept.first().map(|step| step.title.to_string())), (40, Some("10".to_owned())));
}

#[test]
fn a_logout_is_ours_only_with_its_state_and_once() {
    let trials = Trials::default();
    trials.put("b", Trial { logout_state: Some("s".to_owned()), ..Trial::default() }, 0);
    assert!(!trials.is_signed_out("b", "t", 1) && !trials.is_signed_out("other", "s", 1));
    assert!(trials.is_signed_out("b", "s", 1));
    assert!(!trials.is_signed_out("b", "s", 1) && trials.get("b", 1).is_none());
}

fn exchange(answer: Result<ExchangeAnswer, OutboundError>) -> Exchange {
    Exchange {
        method: "POST".to_owned(),
        url: "http://localhost:8617/oauth2/token".to_owned(),
        request_headers: vec![
            ("authorization".to_owned(), "Basic bGF0Y2hrZXktdHJ5OnNlY3JldA==".to_owned()),
            ("accept".to_owned(), "application/json".to_owned()),
        ],
        request_body: "grant_type=authorization_code&code=lk_ac_1&code_verifier=0123456789abcdef&client_secret=hush-hush"
            .to_owned(),
        answer,
    }
}

#[test]
fn a_step_shows_request_and_answer_and_shortens_secrets() {
    let headers = vec![
        ("content-type".to_owned(), "application/json".to_owned()),
        ("set-cookie".to_owned(), "a=b".to_owned()),
    ];
    let answer = ExchangeAnswer { status: 200, headers, body: r#"{"access_token":"at"}"#.to_owned() };
    let steps = story::told(&story::REDEEM, &[exchange(Ok(answer))], None, vec![]);
    let [step] = steps.as_slice() else { panic!("{} steps", steps.len()) };
    let (request, response) = (block(step.request.as_ref()), block(step.response.as_ref()));
    assert_eq!(
        request,
        "POST http://localhost:8617/oauth2/token\nauthorization: Basic … (client_id and client_secret)\n\
         accept: application/json\n\ngrant_type=authorization_code\n&code=lk_ac_1\n&code_verifier=012345…\n\
         &client_secret=hush-h…"
    );
    assert_eq!(response, "200 OK\ncontent-type: application/json\n\n{\n  \"access_token\": \"at\"\n}");
    assert!(step.ok);
}

#[test]
fn a_failure_says_what_the_app_saw() {
    let error =
        UpstreamError::Refused { error: "invalid_grant".to_owned(), description: Some("LK-1230".to_owned()) };
    let answer = ExchangeAnswer { status: 400, headers: vec![], body: String::new() };
    let steps = story::told(&story::REDEEM, &[exchange(Ok(answer))], Some(&error), vec![]);
    let step = steps.first().expect("a step");
    assert!(!step.ok && step.explanation.as_str().starts_with("The server answered invalid_grant: LK-1230"));
    let silent = story::told(&story::REDEEM, &[exchange(Err(OutboundError::TimedOut))], None, vec![]);
    assert_eq!(
        block(silent.first().and_then(|s| s.response.as_ref())),
        "No answer: the answer took too long"
    );
    let never =
        story::told(&story::REVOKE, &[], Some(&UpstreamError::Missing("revocation endpoint")), vec![]);
    assert!(never.first().is_some_and(|step| !step.ok && step.request.is_none()));
}

#[test]
fn the_answer_is_shown_as_it_came() {
    let came = params("code=c&state=s%26t&iss=http%3A%2F%2Flocalhost%3A8617");
    let shown = |posted| {
        block(story::came_back("http://localhost:8617/try/callback", posted, &came, None).response.as_ref())
    };
    let iss = "iss=http://localhost:8617";
    assert_eq!(
        shown(false),
        format!("GET http://localhost:8617/try/callback\n  ?code=c\n  &state=s&t\n  &{iss}")
    );
    assert_eq!(shown(true), format!("POST http://localhost:8617/try/callback\n\ncode=c\n&state=s&t\n&{iss}"));
}
