//! The one way out: redirects, JSON, pages and errors. Nothing else writes a `Location` or an error.

use super::cookies;
use super::dispatch::LONGEST_URI;
use super::headers::{self, FormAction};
use super::request::{Request, Response};
use super::views::{self, Page};
use crate::base::text::error_description;
use crate::engine::authorize::AuthorizationResponse;
use crate::protocol::authorize::ResponseMode;
use crate::protocol::params;
use crate::protocol::redirect_uri::VerifiedRedirect;
use crate::protocol::refusal::{Answer, Check, Refusal};
use actix_web::http::header::{
    ACCESS_CONTROL_EXPOSE_HEADERS, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, ORIGIN, RETRY_AFTER,
    WWW_AUTHENTICATE,
};
use actix_web::http::{Method, StatusCode};
use serde::Serialize;

/// How errors of a route are written when their row leaves it open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// For people: HTML.
    Page,
    /// For programs: JSON (RFC 6749 §5.2).
    Json,
    /// For programs with a bearer token (RFC 6750 §3).
    Bearer,
}

/// JSON with a status.
pub fn json(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => actix_web::HttpResponse::build(status).content_type("application/json").body(bytes),
        Err(_) => actix_web::HttpResponse::new(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// A page. Its forms may lead to this server, and to the `form_action` sources.
///
/// # Errors
/// [`Check::Unexpected`] when the template refuses to render.
pub fn page(
    request: &Request,
    status: StatusCode,
    view: &impl Page,
    form_action: FormAction,
) -> Result<Response, Refusal> {
    let html = view.html().map_err(|error| {
        tracing::error!(%error, "template");
        Refusal::new(Check::Unexpected)
    })?;
    let mut response =
        actix_web::HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html);
    headers::secure(&mut response, &request.site.public, &request.nonce, &form_action);
    Ok(response)
}

/// 303 to a page of our own; `path` is made here, never taken from a request.
pub fn to_own(request: &Request, path: &str) -> Response {
    redirect(&format!("{}{path}", request.site.public.base_path))
}

/// 303 to a verified URI with parameters (RFC 9700 §4.12: 303, so that nothing is posted again).
pub fn to_verified(target: &VerifiedRedirect, pairs: &[(&str, &str)]) -> Response {
    if pairs.is_empty() {
        return redirect(target.as_str());
    }
    redirect(&target.with_query(pairs.iter().copied()))
}

/// Whether it is a form of another site that came without our cookies (SameSite=Lax): judged at once, it
/// would find nobody signed in and take the place of what the browser has open here.
pub fn lost_cookies(request: &Request) -> bool {
    let site = request.header(&HeaderName::from_static("sec-fetch-site"));
    let elsewhere = match (site, request.header(&ORIGIN)) {
        (Some(site), _) => site == "cross-site",
        (None, Some(origin)) => origin != request.site.public.origin,
        (None, None) => false,
    };
    *request.http.method() == Method::POST && elsewhere && !cookies::any(&request.http)
}

/// The answer to what [`lost_cookies`]: 303 to the same address by GET, whose query are `pairs`, for a
/// browser sends our cookies with the redirect. Because it kept them back, none that it holds is replaced.
/// Where that address would be longer than we take, a form of ours sends them; `leads_to` are the CSP
/// sources of where its answer may lead.
///
/// # Errors
/// [`Check::Unexpected`] when the form page cannot be rendered.
pub fn once_more(
    request: &Request,
    path: &str,
    pairs: &[(&str, &str)],
    leads_to: impl FnOnce() -> Vec<String>,
) -> Result<Response, Refusal> {
    let query = params::encode(pairs.iter().copied());
    let joint = if query.is_empty() { "" } else { "?" };
    let address = format!("{path}{joint}{query}");
    let long = request.site.public.base_path.len().saturating_add(address.len()) > LONGEST_URI;
    let mut response = if long {
        let chrome = request.chrome();
        let view = views::form_post::FormPost {
            app: views::text::Text::plain(&chrome.issuer_name),
            action: views::text::Href::own(chrome.at(path)),
            fields: pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            chrome,
        };
        // Browsers hold what the form is answered with to the policy as well.
        page(request, StatusCode::OK, &view, FormAction::leading_to(&leads_to()))?
    } else {
        to_own(request, &address)
    };
    cookies::keep(&mut response);
    Ok(response)
}

/// 308 to the same page under the name of the issuer, for the loopback's other names.
pub fn to_issuer(url: &str) -> Response {
    located(StatusCode::PERMANENT_REDIRECT, url)
}

fn redirect(location: &str) -> Response {
    located(StatusCode::SEE_OTHER, location)
}

fn located(status: StatusCode, location: &str) -> Response {
    let mut response = actix_web::HttpResponse::new(status);
    match HeaderValue::from_str(location) {
        Ok(value) => {
            response.headers_mut().insert(LOCATION, value);
            response
        }
        // CR, LF and their like never get this far: parameters are encoded, URIs are checked ASCII.
        Err(_) => actix_web::HttpResponse::new(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// Carries an authorization response to the client (RFC 6749 §4.1.2; Form Post Response Mode §2).
///
/// # Errors
/// [`Check::Unexpected`] when the form page cannot be rendered.
pub fn authorization(request: &Request, answer: AuthorizationResponse) -> Result<Response, Refusal> {
    let mut params = answer.params;
    if let Some(refusal) = &answer.refusal {
        params.push(("error_description", describe(request, refusal)));
        params.push(("error_uri", docs(request, refusal)));
    }
    let mut response = match answer.target.response_mode {
        ResponseMode::Query => {
            let pairs: Vec<(&str, &str)> = params.iter().map(|(n, v)| (*n, v.as_str())).collect();
            to_verified(&answer.target.redirect_uri, &pairs)
        }
        ResponseMode::Fragment => {
            let pairs = params.iter().map(|(n, v)| (*n, v.as_str()));
            redirect(&answer.target.redirect_uri.with_fragment(pairs))
        }
        ResponseMode::FormPost => form_post(request, &answer.target.redirect_uri, params)?,
    };
    if let Some(session) = answer.target.session {
        cookies::add_browser_state(&request.http, &mut response, &session.browser_state);
    }
    Ok(response)
}

fn form_post(
    request: &Request,
    target: &VerifiedRedirect,
    fields: Vec<(&'static str, String)>,
) -> Result<Response, Refusal> {
    let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let view = views::form_post::FormPost {
        chrome: request.chrome(),
        app: views::text::Text::plain(&target.display_host()),
        // Only http(s) can be posted to; the checks let no other target come with this mode.
        action: views::text::Href::web(target.as_str()).ok_or(Check::Unexpected)?,
        fields,
    };
    page(request, StatusCode::OK, &view, FormAction::only(target.csp_source()))
}

/// What the client reads: the cause, the code, the trace id, in the characters of RFC 6749 §5.2.
fn describe(request: &Request, refusal: &Refusal) -> String {
    let row = refusal.row();
    // What is wrong with the members that an app sent about itself is its own matter to know.
    let told = refusal.detail.as_ref().filter(|_| is_about_metadata(refusal.check));
    let more = told.map(|detail| format!(" {}", detail.expected)).unwrap_or_default();
    error_description(&format!("{}{more} ({}, trace {})", row.cause, row.code, request.ctx.trace.id()))
}

fn is_about_metadata(check: Check) -> bool {
    matches!(check, Check::ClientMetadataInvalid | Check::RedirectUriInvalid)
}

fn docs(request: &Request, refusal: &Refusal) -> String {
    request.engine().policy.url(&format!("/errors#{}", refusal.row().code))
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    error: &'a str,
    error_description: String,
    error_uri: String,
    code: &'a str,
    trace_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<&'a str>,
}

/// Writes a refusal in the way of its route.
pub fn refusal(request: &Request, class: Class, refusal: &Refusal) -> Response {
    let row = refusal.row();
    let mut response = match class {
        Class::Page => return error_page(request, refusal),
        Class::Json | Class::Bearer => {
            let named = matches!(
                refusal.check,
                Check::BodyParameterMissing | Check::BodyParameterRepeated | Check::BodyParameterMalformed
            ) || is_about_metadata(refusal.check);
            let parameter = refusal.detail.as_ref().filter(|_| named).map(|detail| detail.received.as_str());
            let status = StatusCode::from_u16(row.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let body = ErrorBody {
                error: row.error.as_str(),
                error_description: describe(request, refusal),
                error_uri: docs(request, refusal),
                code: row.code,
                trace_id: request.ctx.trace.id().as_str(),
                parameter,
            };
            json(status, &body)
        }
    };
    challenge(request, &mut response, refusal);
    retry_after(&mut response, refusal);
    response
}

/// `WWW-Authenticate`: Basic where the header was used (RFC 6749 §5.2), Bearer at resources (RFC 6750 §3).
fn challenge(request: &Request, response: &mut Response, refusal: &Refusal) {
    let row = refusal.row();
    let text = match (row.answer, refusal.check) {
        // RFC 6750 §3.1: without any credentials no error code is told.
        (Answer::Bearer, Check::BearerMissing | Check::RegistrationTokenMissing) => {
            format!("Bearer realm=\"{}\"", request.engine().policy.issuer)
        }
        (Answer::Bearer, check) => {
            let scope = if check == Check::BearerScope { ", scope=\"openid\"" } else { "" };
            let (error, words) = (row.error.as_str(), describe(request, refusal));
            let issuer = &request.engine().policy.issuer;
            format!("Bearer realm=\"{issuer}\", error=\"{error}\", error_description=\"{words}\"{scope}")
        }
        (_, _) if row.status == 401 && request.http.headers().contains_key("authorization") => {
            format!("Basic realm=\"{}\", charset=\"UTF-8\"", request.engine().policy.issuer)
        }
        _ => return,
    };
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().insert(WWW_AUTHENTICATE, value);
        response
            .headers_mut()
            .insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("WWW-Authenticate"));
    }
}

/// Tells when to come back (RFC 9110 §10.2.3).
pub fn retry_after(response: &mut Response, refusal: &Refusal) {
    if let Some(seconds) = refusal.retry_after {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    }
}

/// The error page: what is wrong, who must act, the fix and the trace id (never a redirect).
fn error_page(request: &Request, refusal: &Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.row().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let view = super::pages::error::view(request, refusal);
    let mut response = page(request, status, &view, FormAction::default()).unwrap_or_else(|_| {
        let mut plain = actix_web::HttpResponse::new(StatusCode::INTERNAL_SERVER_ERROR);
        plain.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        plain
    });
    retry_after(&mut response, refusal);
    response
}
