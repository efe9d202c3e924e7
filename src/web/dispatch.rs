//! The one way in: every request passes here, in this order: limits, host, route, method, CORS, body,
//! cookies, CSRF, handler; and its answer leaves here: headers, story, metrics, one log line.

use super::cookies;
use super::headers::{self, FormAction, TRACE_ID};
use super::limits;
use super::proxy;
use super::request::{Request, Response};
use super::respond::{self, Class};
use super::routes::{Cors, Guard, Route};
use super::site::Site;
use crate::base::clock::Tick;
use crate::base::text;
use crate::domain::client::Client;
use crate::engine::Ctx;
use crate::engine::trace::Trace;
use crate::protocol::params::Params;
use crate::protocol::refusal::{Check, Refusal};
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_MAX_AGE, ALLOW,
    CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderValue, ORIGIN, USER_AGENT,
};
use actix_web::http::{ConnectionType, Method, StatusCode};
use actix_web::web::{Bytes, Data, Payload};
use actix_web::{HttpRequest, web};
use std::sync::Arc;

/// The longest URI, bytes (security row U1).
pub(super) const LONGEST_URI: usize = 8 * 1024;
/// The largest head, bytes.
const LARGEST_HEAD: usize = 16 * 1024;
/// The most headers.
const MOST_HEADERS: usize = 100;
/// The largest body, bytes.
const LARGEST_BODY: usize = 64 * 1024;

/// Answers any request.
pub async fn dispatch(site: Data<Site>, http: HttpRequest, payload: Payload) -> Response {
    let started = Tick::now();
    let served = site.clone();
    let served = served.routes.get(http.uri().path());
    let route = served.map(|served| served.route);
    let mut request = open(site, http);
    let class = route.map_or(Class::Page, |route| route.class);
    if class == Class::Page {
        request.make_nonce();
        request.find_language();
    }
    let outcome = serve(&mut request, route, payload).await;
    let (mut response, code) = match outcome {
        Ok(response) => {
            sample_story(&request, route);
            (response, "ok")
        }
        Err(refusal) => {
            let code = keep_story(&request, route, &refusal);
            let mut response = respond::refusal(&request, class, &refusal);
            if leaves_bytes(refusal.check) {
                response.head_mut().set_connection_type(ConnectionType::Close);
            }
            (response, code)
        }
    };
    finish(&request, route, &mut response);
    let took = started.elapsed();
    let name = route.map_or("unknown", |route| route.path);
    served.map_or(&request.site.unknown, |served| &served.metrics).answered(response.status().as_u16(), took);
    log_line(&request, name, &response, (code, took));
    response
}

/// Whether the rest of the request was not read, so that the connection cannot go on.
fn leaves_bytes(check: Check) -> bool {
    matches!(
        check,
        Check::BodyTooLarge
            | Check::UriTooLong
            | Check::HeadersTooLarge
            | Check::HostUnknown
            | Check::MalformedRequest
            | Check::TimedOut
            | Check::TooManyRequests
    )
}

fn open(site: Data<Site>, http: HttpRequest) -> Request {
    proxy::advise(&http, &site.edge.trusted_proxies);
    let engine = &site.engine;
    let agent = http.headers().get(USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let ctx = Ctx {
        trace: Trace::new(site.trace_ids.next(&engine.clock)),
        ip: proxy::client_ip(&http, &site.edge.trusted_proxies),
        user_agent: Arc::from(text::plain(agent, 300)),
    };
    Request::of(site, ctx, http)
}

async fn serve(
    request: &mut Request,
    route: Option<&'static Route>,
    payload: Payload,
) -> Result<Response, Refusal> {
    if let Some(page) = check_head(request, route)? {
        return Ok(page);
    }
    limits::admit(request, route).await?;
    let Some(route) = route else { return Err(Check::PathUnknown.into()) };
    if let Some(answer) = check_method(request, route) {
        return Ok(answer);
    }
    request.query = parse(request.http.uri().query().unwrap_or_default().as_bytes())?;
    match *request.http.method() {
        Method::POST | Method::PUT if route.guard == Guard::Json => read_document(request, payload).await?,
        Method::POST => read_form(request, payload).await?,
        _ => {}
    }
    if route.class == Class::Page {
        request.read_visitor();
        request.heed_language();
        let is_own = route.methods.contains(&Method::GET) && !route.path.starts_with("/oauth2/");
        request.page = is_own.then_some(route.path);
    }
    if *request.http.method() == Method::POST && route.guard == Guard::Csrf {
        check_csrf(request, route)?;
    }
    let timeout = request.site.edge.handler_timeout;
    let handed_over = hand_over(request);
    match tokio::time::timeout(timeout, (route.handler)(handed_over)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Refusal::new(Check::TimedOut).retry_after(2)),
    }
}

/// The handler gets the request; dispatch keeps what the answer needs.
fn hand_over(request: &mut Request) -> Request {
    Request {
        language: request.language.clone(),
        page: request.page,
        query: std::mem::take(&mut request.query),
        form: std::mem::take(&mut request.form),
        document: std::mem::take(&mut request.document),
        visitor: request.visitor.clone(),
        nonce: request.nonce.clone(),
        ..Request::of(request.site.clone(), request.ctx.clone(), request.http.clone())
    }
}

/// Sizes and host (security rows U1, H4).
fn check_head(request: &Request, route: Option<&'static Route>) -> Result<Option<Response>, Refusal> {
    let http = &request.http;
    if http.uri().path_and_query().map_or(0, |pq| pq.as_str().len()) > LONGEST_URI {
        return Err(Check::UriTooLong.into());
    }
    let size: usize = http.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if size > LARGEST_HEAD || http.headers().iter().count() > MOST_HEADERS {
        return Err(Check::HeadersTooLarge.into());
    }
    let public = &request.site.public;
    let sent = http.headers().get(HOST).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if sent == public.host {
        return Ok(None);
    }
    if public.loopback && is_loopback_alias(sent, public.port) {
        // Pages are reached under the issuer's name alone: cookies and passkeys belong to it.
        let is_page = route.is_some_and(|r| r.class == Class::Page) && *http.method() == Method::GET;
        let here = http.uri().path_and_query().map_or("/", |pq| pq.as_str());
        return Ok(is_page.then(|| respond::to_issuer(&format!("{}{here}", public.origin))));
    }
    Err(Refusal::new(Check::HostUnknown).with(public.host.clone(), sent))
}

fn is_loopback_alias(host: &str, port: u16) -> bool {
    ["localhost", "127.0.0.1", "[::1]"].iter().any(|name| host == format!("{name}:{port}"))
}

/// Methods and preflights; `Some` is the whole answer.
fn check_method(request: &Request, route: &Route) -> Option<Response> {
    let method = request.http.method();
    if route.methods.contains(method) {
        return None;
    }
    let preflight = *method == Method::OPTIONS && route.cors != Cors::None;
    let mut response = if preflight {
        actix_web::HttpResponse::new(StatusCode::NO_CONTENT)
    } else {
        let refusal = Refusal::new(Check::MethodNotAllowed);
        respond::refusal(request, route.class, &refusal)
    };
    let allow = route.methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
    if let Ok(value) = HeaderValue::from_str(&allow) {
        response.headers_mut().insert(ALLOW, value.clone());
        if preflight {
            response.headers_mut().insert(ACCESS_CONTROL_ALLOW_METHODS, value);
            let names = HeaderValue::from_static("authorization, content-type, dpop");
            response.headers_mut().insert(ACCESS_CONTROL_ALLOW_HEADERS, names);
            response.headers_mut().insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
        }
    }
    Some(response)
}

fn parse(text: &[u8]) -> Result<Params, Refusal> {
    Params::parse(text).map_err(|_| Check::MalformedRequest.into())
}

/// Reads a form.
async fn read_form(request: &mut Request, payload: Payload) -> Result<(), Refusal> {
    let body = read_body(request, payload).await?;
    if body.is_empty() {
        return Ok(());
    }
    let kind = content_type(request);
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(Refusal::new(Check::NotForm).with("application/x-www-form-urlencoded", kind));
    }
    request.form = parse(&body)?;
    Ok(())
}

/// Reads a JSON document, as text.
async fn read_document(request: &mut Request, payload: Payload) -> Result<(), Refusal> {
    let body = read_body(request, payload).await?;
    let kind = content_type(request);
    if !kind.eq_ignore_ascii_case("application/json") {
        return Err(Refusal::new(Check::NotJson).with("application/json", kind));
    }
    request.document = String::from_utf8(body.to_vec()).map_err(|_| Check::MalformedRequest)?;
    Ok(())
}

fn content_type(request: &Request) -> &str {
    let kind = request.header(&CONTENT_TYPE).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim()
}

/// Reads a body of at most 64 KiB, within the time a body may take (security rows U1, U2).
async fn read_body(request: &Request, payload: Payload) -> Result<Bytes, Refusal> {
    let announced = request.header(&CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > LARGEST_BODY) {
        return Err(Check::BodyTooLarge.into());
    }
    let arriving = payload.to_bytes_limited(LARGEST_BODY);
    match tokio::time::timeout(request.site.edge.body_timeout, arriving).await {
        Ok(Ok(Ok(body))) => Ok(body),
        Ok(Ok(Err(_))) => Err(Check::MalformedRequest.into()),
        Ok(Err(_)) => Err(Check::BodyTooLarge.into()),
        Err(_) => Err(Check::TimedOut.into()),
    }
}

/// Fetch metadata (or `Origin`) and the token; both must be right (security rows C3, N3).
fn check_csrf(request: &Request, route: &Route) -> Result<(), Refusal> {
    if !cookies::any(&request.http) {
        return Err(Check::CookiesBlocked.into());
    }
    let site = request.http.headers().get("sec-fetch-site").and_then(|v| v.to_str().ok());
    let origin = request.header(&ORIGIN);
    let same = match (site, origin) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => origin == request.site.public.origin,
        (None, None) => false,
    };
    if same && request.csrf_matches(route.path) {
        return Ok(());
    }
    let seen = format!("sec-fetch-site {}, origin {}", site.unwrap_or("absent"), origin.unwrap_or("absent"));
    Err(Refusal::new(Check::CsrfRefused).with(request.site.public.origin.clone(), seen))
}

/// Keeps the share of successes that `trace.sample_successes` asks for.
fn sample_story(request: &Request, route: Option<&Route>) {
    let engine = request.engine();
    let share = engine.policy.trace_sample;
    if share > 0 && engine.rng.percent() < share {
        let path = route.map_or("unknown", |route| route.path);
        request.site.recorder.keep(engine, &request.ctx.trace, path, "ok");
    }
}

fn keep_story(request: &Request, route: Option<&Route>, refusal: &Refusal) -> &'static str {
    let row = refusal.row();
    request.ctx.trace.failed(refusal);
    request.site.metrics.refused(row.code);
    let path = route.map_or("unknown", |route| route.path);
    // What no client and no person can learn from is not worth a row; nor is each poll of a device, nor each request of
    // a flood.
    if !matches!(
        refusal.check,
        Check::PathUnknown | Check::AuthorizationPending | Check::TooManyRequests | Check::ClientTooFast
    ) {
        request.site.recorder.keep(request.engine(), &request.ctx.trace, path, row.code);
    }
    row.code
}

/// Headers that every answer carries.
fn finish(request: &Request, route: Option<&Route>, response: &mut Response) {
    let public = &request.site.public;
    if !response.headers().contains_key("content-security-policy") {
        headers::secure(response, public, &request.nonce, &FormAction::default());
    }
    if let Some(fresh) = request.fresh_browser.as_ref().filter(|_| !cookies::are_kept(response)) {
        cookies::set_browser(response, fresh);
    }
    if let Some(words) = request.language_to_keep {
        cookies::set_language(response, words);
    }
    if let Ok(value) = HeaderValue::from_str(request.ctx.trace.id().as_str()) {
        response.headers_mut().insert(TRACE_ID, value);
    }
    match route.map(|route| route.cors) {
        Some(Cors::Open) => headers::allow_any_origin(response),
        Some(cors @ (Cors::Client | Cors::ClientWithCookies)) => {
            if let Some(origin) = request.header(&ORIGIN)
                && of_client(request, |client| client.allows_origin(origin))
            {
                headers::allow_origin(response, origin);
                let with_cookies = |client: &Client| client.keeps_refresh_in_cookie() && client.is_at(origin);
                if cors == Cors::ClientWithCookies && of_client(request, with_cookies) {
                    headers::allow_credentials(response);
                }
            }
        }
        _ => {}
    }
}

/// Whether it is so for the client of the request when that is known by now, else (preflight) for any.
fn of_client(request: &Request, is_so: impl Fn(&Client) -> bool) -> bool {
    let clients = &request.engine().clients;
    match request.ctx.trace.client_id().and_then(|id| clients.get(&id)) {
        Some(client) => is_so(&client),
        None => clients.any(is_so),
    }
}

/// One line a request: never a query, a header value of a secret, or a body (security rows V8, V9).
fn log_line(request: &Request, route: &str, response: &Response, (code, took): (&str, std::time::Duration)) {
    tracing::info!(
        target: "access",
        method = request.http.method().as_str(),
        route,
        status = response.status().as_u16(),
        code,
        client_id = request.ctx.trace.client_id().as_deref().unwrap_or_default(),
        ip = %request.ctx.ip,
        micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        trace_id = request.ctx.trace.id().as_str(),
    );
}

/// Registers dispatch for everything.
pub fn configure(service: &mut web::ServiceConfig) {
    service.default_service(web::to(dispatch));
}
