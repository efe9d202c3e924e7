//! The one place that reads and writes cookies (security rows N1, N2): `__Host-`, Secure, HttpOnly,
//! SameSite=Lax, Path=/, no Domain.

use super::request::Response;
use crate::base::secret::{BrowserSecret, Plain, SessionSecret};
use crate::engine::visitor::Visitor;
use actix_web::HttpRequest;
use actix_web::http::header::{COOKIE, HeaderValue, SET_COOKIE};

/// The session.
const SESSION: &str = "__Host-lk_sid";
/// Binds stored authorizations and forms to one browser.
const BROWSER: &str = "__Host-lk_ix";
/// The attributes of every cookie; `__Host-` makes the browser insist on most of them. On
/// `http://localhost` browsers take Secure cookies as well.
const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";
/// A value of ours: 256 bits in base64url.
const LENGTH: usize = 43;

/// Reads our cookies; anything that does not look like ours is absent. Of two with one name the
/// first counts, as browsers send the more specific one first and `__Host-` allows only one.
pub fn visitor(http: &HttpRequest) -> Visitor {
    let mut visitor = Visitor::default();
    for header in http.headers().get_all(COOKIE) {
        for pair in header.to_str().unwrap_or_default().split(';') {
            let Some((name, value)) = pair.trim().split_once('=') else { continue };
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

/// Sets the session cookie; it lasts as long as the browser runs, the store ends it earlier.
pub fn set_session(response: &mut Response, secret: &Plain<SessionSecret>) {
    set(response, &format!("{SESSION}={}; {ATTRIBUTES}", secret.reveal()));
}

/// Takes the session cookie away.
pub fn clear_session(response: &mut Response) {
    set(response, &format!("{SESSION}=; {ATTRIBUTES}; Max-Age=0"));
}

/// Sets the binding cookie.
pub fn set_browser(response: &mut Response, secret: &Plain<BrowserSecret>) {
    set(response, &format!("{BROWSER}={}; {ATTRIBUTES}", secret.reveal()));
}

fn set(response: &mut Response, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        response.headers_mut().append(SET_COOKIE, value);
    }
}
