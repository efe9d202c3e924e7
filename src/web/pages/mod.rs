//! Pages for people: read the form, call one use case, show the next page. Every form post is
//! guarded by the route table; every redirect that follows one is 303.

pub mod account;
pub mod assets;
pub mod claims;
pub mod consent;
pub mod device;
pub mod error;
pub mod errors;
pub mod factor;
pub mod home;
pub mod login;
pub mod logout;
pub mod recover;
pub mod security;
pub mod setup;
pub mod start;
pub mod switch;
pub mod try_it;

use super::headers::FormAction;
use super::request::Request;
use super::views::parts::{App, Person};
use super::views::text::{Href, Text};
use crate::base::id::AuthorizationId;
use crate::base::words::{Phrase, Words};
use crate::domain::client::Client;
use crate::domain::user::User;
use crate::engine::authorize::Waiting;
use crate::engine::passwords::{Kind, Weakness};
use crate::engine::secrets::MAX_PASSWORD;
use crate::protocol::redirect_uri::{VerifiedRedirect, csp_source};
use crate::protocol::refusal::Refusal;

/// The stored authorization that a page is about.
fn ix(text: Option<&str>) -> Option<AuthorizationId> {
    text.filter(|ix| crate::base::id::is_ulid(ix)).map(AuthorizationId::from_stored)
}

/// The app as people see it, from its registration.
fn app(client: &Client, redirect_uri: &VerifiedRedirect) -> App {
    let link = |uri: &Option<String>| uri.as_deref().and_then(Href::web);
    App {
        logo: link(&client.metadata.logo_uri),
        policy: link(&client.metadata.policy_uri),
        terms: link(&client.metadata.tos_uri),
        ..App::named(&client.metadata.client_name, &redirect_uri.display_host())
    }
}

/// What the app knows of the person's languages counts from here on.
fn speak(request: &Request, waiting: &Waiting) {
    if let Some(wanted) = &waiting.authorization.request.ui_locales {
        request.speak(wanted);
    }
}

fn app_of(waiting: &Waiting) -> App {
    app(&waiting.client, &waiting.authorization.request.redirect_uri)
}

/// The person as pages show them.
fn person(user: &User) -> Person {
    Person::new(user.display_name(), user.email.as_deref().unwrap_or(&user.username))
}

/// Where the forms of a flow's page may lead in the end: browsers hold the redirects that follow a
/// form to the policy. The client's other registered addresses are in, for apps that redirect on.
fn leads_to(waiting: &Waiting) -> FormAction {
    let metadata = &waiting.client.metadata;
    let mut sources = vec![waiting.authorization.request.redirect_uri.csp_source()];
    for uri in
        metadata.redirect_uris.iter().chain(&metadata.post_logout_redirect_uris).chain(&metadata.client_uri)
    {
        let source = csp_source(uri);
        if sources.len() < 10 && !source.is_empty() && !sources.contains(&source) {
            sources.push(source);
        }
    }
    FormAction::leading_to(&sources)
}

/// A name or value on one line.
fn words(text: &str) -> Text {
    Text::plain(text)
}

/// What is wrong with a new password.
fn weak(say: Words, weakness: Weakness) -> Phrase {
    match weakness {
        Weakness::TooShort(least) => say.password_too_short(least),
        Weakness::TooLong => say.password_too_long(MAX_PASSWORD),
        Weakness::Common => say.password_common(),
        Weakness::Personal => say.password_personal(),
        Weakness::Breached => say.password_breached(),
        Weakness::Lacks(Kind::Upper) => say.password_lacks_upper(),
        Weakness::Lacks(Kind::Lower) => say.password_lacks_lower(),
        Weakness::Lacks(Kind::Digit) => say.password_lacks_digit(),
        Weakness::Lacks(Kind::Symbol) => say.password_lacks_symbol(),
    }
}

/// Counts a refusal that a page tells of itself, and keeps its story.
fn note(request: &Request, refusal: &Refusal, path: &'static str) {
    request.ctx.trace.failed(refusal);
    request.site.metrics.refused(refusal.row().code);
    request.site.recorder.keep(request.engine(), &request.ctx.trace, path, refusal.row().code);
}

/// The fields of a form, never a password.
fn typed<'a>(request: &'a Request, name: &str) -> &'a str {
    request.form.get(name).unwrap_or_default()
}
