//! The one place that reads and writes cookies (security rows N1, N2): `__Host-`, Secure, HttpOnly,
//! SameSite=Lax or stricter, Path=/, no Domain.

use super::request::Response;
use crate::base::clock::Seconds;
use crate::base::id::ClientId;
use crate::base::secret::{BrowserSecret, DeviceSecret, Digest, Plain, Secret, SessionSecret};
use crate::base::words::Words;
use crate::engine::accounts::MOST_OTHERS;
use crate::engine::limits::device;
use crate::engine::login::SignedIn;
use crate::engine::token::browser_app::RefreshCookie;
use crate::engine::visitor::Visitor;
use actix_web::HttpRequest;
use actix_web::http::header::{COOKIE, HeaderValue, SET_COOKIE};

/// The session.
const SESSION: &str = "__Host-lk_sid";
/// The sessions of others who are signed in in this browser as well: values joined by dots.
const MORE: &str = "__Host-lk_more";
/// Binds stored authorizations and forms to one browser.
const BROWSER: &str = "__Host-lk_ix";
/// Marks of accounts that signed in in this browser before, joined by dots: they open nothing, and let wrong passwords
/// be counted for this browser by itself.
const DEVICE: &str = "__Host-lk_dev";
/// What a browser is remembered by that need not be asked for the second factor: a value for each person who
/// asked for that, joined by dots, the newest first.
const REMEMBERED: &str = "__Host-lk_rem";
/// The most people for whom a browser is remembered.
const MOST_REMEMBERED: usize = 4;
/// The attributes of every cookie; `__Host-` makes the browser insist on most of them. On
/// `http://localhost` browsers take Secure cookies as well.
const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";
/// What our frame reads with a script, also inside another site's page (OIDC Session Management §3): it
/// opens nothing, and is not there where session management is off.
const BROWSER_STATE: &str = "__Host-lk_bs";
/// Its attributes.
const FRAME_ATTRIBUTES: &str = "Path=/; Secure; SameSite=None";
/// The language that somebody chose.
const LANGUAGE: &str = "__Host-lk_lang";
/// How long it is kept, seconds (a year).
const LANGUAGE_SECONDS: u32 = 31_536_000;
/// The refresh token of a browser app (draft-ietf-oauth-browser-based-apps §6.1.3.2); the client's id follows.
/// `__Host-` wants `Path=/`, so browsers send it along to all of our pages on the app's site; with `__Secure-`
/// and the path of the token endpoint it would come there alone, but any other host of the site could set
/// or replace it (`Domain=`), and hand an app the refresh token of somebody else.
const REFRESH: &str = "__Host-lk_rt_";
/// Its attributes. Strict: no other site's page may make use of it.
const REFRESH_ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Strict";
/// A value of ours: 256 bits in base64url.
const LENGTH: usize = 43;

/// Reads our cookies; anything that does not look like ours is absent. Of two with one name the
/// first counts, as browsers send the more specific one first and `__Host-` allows only one.
pub fn visitor(http: &HttpRequest) -> Visitor {
    let mut visitor = Visitor::default();
    for header in http.headers().get_all(COOKIE) {
        for pair in header.to_str().unwrap_or_default().split(';') {
            let Some((name, value)) = pair.trim().split_once('=') else { continue };
            if name == MORE && visitor.more.is_empty() {
                visitor.more = values(value).iter().map(Plain::digest).collect();
            }
            if name == DEVICE && visitor.devices.is_empty() {
                let marks = value.split('.').filter(|mark| mark.len() == device::LENGTH).take(device::MOST);
                visitor.devices = marks.map(str::to_owned).collect();
            }
            if name == REMEMBERED && visitor.remembered.is_empty() {
                visitor.remembered = remembered(value).map(|device| device.digest()).collect();
            }
            if value.len() != LENGTH {
                continue;
            }
            match name {
                SESSION if visitor.session.is_none() => {
                    visitor.session = Some(Plain::<SessionSecret>::presented(value).digest());
                }
                BROWSER if visitor.browser.is_none() => {
                    visitor.browser = Some(Plain::<BrowserSecret>::presented(value).digest());
                }
                _ => {}
            }
        }
    }
    visitor
}

/// Whether the browser sent any cookie of ours.
pub fn any(http: &HttpRequest) -> bool {
    let visitor = visitor(http);
    visitor.session.is_some() || visitor.browser.is_some()
}

/// What a browser holds after a sign-in: the session, those of the others who stay, what our frame reads.
pub fn signed_in(http: &HttpRequest, response: &mut Response, signed_in: &SignedIn) {
    set_session(response, &signed_in.session);
    keep_others(http, response, &signed_in.others);
    set(
        response,
        &format!("{DEVICE}={}; {ATTRIBUTES}; Max-Age={}", signed_in.devices.join("."), device::LIFE),
    );
    if !signed_in.browser_states.is_empty() {
        set_browser_states(response, signed_in.browser_states.iter().map(String::as_str));
    }
    if let Some((secret, life)) = &signed_in.remembered {
        set_remembered(http, response, secret, *life);
    }
}

fn remembered(text: &str) -> impl Iterator<Item = Plain<DeviceSecret>> {
    let ours = text.split('.').filter(|value| value.len() == LENGTH).take(MOST_REMEMBERED);
    ours.map(Plain::<DeviceSecret>::presented)
}

/// Adds a value to those by which this browser is remembered, for `life` seconds.
fn set_remembered(http: &HttpRequest, response: &mut Response, new: &Plain<DeviceSecret>, life: Seconds) {
    let held: Vec<_> = remembered(cookie(http, REMEMBERED).unwrap_or_default()).collect();
    let held = held.iter().map(Plain::reveal).take(MOST_REMEMBERED - 1);
    let values: Vec<&str> = std::iter::once(new.reveal()).chain(held).collect();
    set(response, &format!("{REMEMBERED}={}; {ATTRIBUTES}; Max-Age={life}", values.join(".")));
}

/// Sets the session cookie; it lasts as long as the browser runs, the store ends it earlier.
fn set_session(response: &mut Response, secret: &Plain<SessionSecret>) {
    set(response, &format!("{SESSION}={}; {ATTRIBUTES}", secret.reveal()));
}

/// The values behind `__Host-lk_more`, as many as count.
fn values(text: &str) -> Vec<Plain<SessionSecret>> {
    let ours = text.split('.').filter(|value| value.len() == LENGTH).take(MOST_OTHERS);
    ours.map(Plain::<SessionSecret>::presented).collect()
}

/// Keeps those sessions of this browser whose digests are in `stay`, beside the current one, in that
/// order; the browser's own cookies are where their values are.
pub fn keep_others(http: &HttpRequest, response: &mut Response, stay: &[Digest<SessionSecret>]) {
    let held = held(http);
    let had_more = cookie(http, MORE).is_some();
    let kept: Vec<&str> = stay
        .iter()
        .filter_map(|digest| held.iter().find(|value| value.digest().matches(digest)))
        .map(Plain::reveal)
        .collect();
    if !kept.is_empty() {
        set(response, &format!("{MORE}={}; {ATTRIBUTES}", kept.join(".")));
    } else if had_more {
        set(response, &format!("{MORE}=; {ATTRIBUTES}; Max-Age=0"));
    }
}

/// Makes another session of this browser the current one.
pub fn make_current(http: &HttpRequest, response: &mut Response, chosen: &Digest<SessionSecret>) {
    if let Some(value) = held(http).iter().find(|value| value.digest().matches(chosen)) {
        set_session(response, value);
    }
}

/// Every session value of this browser.
fn held(http: &HttpRequest) -> Vec<Plain<SessionSecret>> {
    let current = cookie(http, SESSION).filter(|value| value.len() == LENGTH);
    let current = current.map(Plain::<SessionSecret>::presented);
    current.into_iter().chain(values(cookie(http, MORE).unwrap_or_default())).collect()
}

fn cookie<'a>(http: &'a HttpRequest, name: &str) -> Option<&'a str> {
    let headers = http.headers().get_all(COOKIE).filter_map(|header| header.to_str().ok());
    let pairs = headers.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(known, _)| *known == name).map(|(_, value)| value).next()
}

/// Takes the session cookie away.
pub fn clear_session(response: &mut Response) {
    set(response, &format!("{SESSION}=; {ATTRIBUTES}; Max-Age=0"));
}

/// Sets what our own frame in an app's page reads (OIDC Session Management §3): a value for each session
/// of this browser, so that an app is told of the end of its own alone.
fn set_browser_states<'a>(response: &mut Response, states: impl Iterator<Item = &'a str>) {
    let states: Vec<&str> = states.take(1 + MOST_OTHERS).collect();
    set(response, &format!("{BROWSER_STATE}={}; {FRAME_ATTRIBUTES}", states.join(".")));
}

fn browser_states(http: &HttpRequest) -> impl Iterator<Item = &str> {
    let values = cookie(http, BROWSER_STATE).unwrap_or_default().split('.');
    values.filter(|value| value.len() == LENGTH)
}

/// Adds the value of a session, first, where the browser does not hold it.
pub fn add_browser_state(http: &HttpRequest, response: &mut Response, state: &str) {
    if !browser_states(http).any(|held| held == state) {
        set_browser_states(response, std::iter::once(state).chain(browser_states(http)));
    }
}

/// Takes away the value of a session beside which others go on.
pub fn take_browser_state(http: &HttpRequest, response: &mut Response, state: &str) {
    if browser_states(http).any(|held| held == state) {
        set_browser_states(response, browser_states(http).filter(|held| *held != state));
    }
}

/// Sets the binding cookie.
pub fn set_browser(response: &mut Response, secret: &Plain<BrowserSecret>) {
    set(response, &format!("{BROWSER}={}; {ATTRIBUTES}", secret.reveal()));
}

/// Takes away all that our own frame reads, so that it says that something has changed.
pub fn clear_browser_state(response: &mut Response) {
    set(response, &format!("{BROWSER_STATE}=; {FRAME_ATTRIBUTES}; Max-Age=0"));
}

/// The language that was chosen in this browser.
pub fn language(http: &HttpRequest) -> Option<Words> {
    cookie(http, LANGUAGE).and_then(Words::of)
}

/// Keeps the language.
pub fn set_language(response: &mut Response, words: Words) {
    set(response, &format!("{LANGUAGE}={}; {ATTRIBUTES}; Max-Age={LANGUAGE_SECONDS}", words.tag()));
}

/// The refresh tokens of browser apps that the browser holds, each with the client that its cookie names.
/// They are as many as fit into a request's head.
pub fn refresh_tokens(http: &HttpRequest) -> Vec<(String, Secret)> {
    let headers = http.headers().get_all(COOKIE).filter_map(|header| header.to_str().ok());
    let pairs = headers.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs
        .filter_map(|(name, value)| Some((name.strip_prefix(REFRESH)?.to_owned(), Secret::new(value))))
        .collect()
}

/// Hands an app the refresh token that its next refresh is to be made with.
pub fn set_refresh(response: &mut Response, cookie: &RefreshCookie) {
    let max_age = cookie.max_age.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    let (client_id, token) = (&cookie.client_id, cookie.token.reveal());
    set(response, &format!("{REFRESH}{client_id}={token}; {REFRESH_ATTRIBUTES}{max_age}"));
}

/// Takes the refresh token of an app away.
pub fn clear_refresh(response: &mut Response, client_id: &ClientId) {
    set(response, &format!("{REFRESH}{client_id}=; {REFRESH_ATTRIBUTES}; Max-Age=0"));
}

/// Marks an answer after which the browser's cookies stay as they are.
struct Kept;

/// The answer sets no binding cookie: the browser may hold one that it did not send.
pub fn keep(response: &mut Response) {
    response.extensions_mut().insert(Kept);
}

/// Whether the answer was marked by [`keep`].
pub fn are_kept(response: &Response) -> bool {
    response.extensions().get::<Kept>().is_some()
}

fn set(response: &mut Response, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        response.headers_mut().append(SET_COOKIE, value);
    }
}
