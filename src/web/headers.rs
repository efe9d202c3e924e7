//! The security headers of every answer, set by one function (security row N4).

use super::request::Response;
use super::site::PublicUrl;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, HeaderName, HeaderValue, PRAGMA, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, VARY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};

/// Names the header library does not know.
const COOP: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const CORP: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");
/// The trace id of every answer.
pub const TRACE_ID: HeaderName = HeaderName::from_static("x-trace-id");

/// Where forms of a page may lead: browsers hold the redirects that follow a form to it.
#[derive(Clone)]
pub struct FormAction(String);

impl Default for FormAction {
    /// This server alone.
    fn default() -> Self {
        Self("'self'".to_owned())
    }
}

impl FormAction {
    /// This server, and these CSP sources.
    pub fn leading_to(sources: &[String]) -> Self {
        Self(sources.iter().fold(Self::default().0, |all, source| format!("{all} {source}")))
    }

    /// This CSP source, and not even this server.
    pub fn only(source: String) -> Self {
        Self(source)
    }
}

/// Sets what every answer carries; HTML gets the whole set.
pub fn secure(response: &mut Response, public: &PublicUrl, nonce: &str, form_action: &FormAction) {
    let is_html =
        response.headers().get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    // Browsers keep it for all ports of a name: on this machine's it would take plain http from others.
    if public.https && !public.loopback {
        let value =
            if public.hsts_subdomains { "max-age=31536000; includeSubDomains" } else { "max-age=31536000" };
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(value));
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    }
    if !is_html {
        return;
    }
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(COOP, HeaderValue::from_static("same-origin"));
    headers.insert(CORP, HeaderValue::from_static("same-origin"));
    headers.insert(PERMISSIONS, HeaderValue::from_static("camera=(), geolocation=(), microphone=()"));
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         base-uri 'none'; frame-ancestors 'none'; form-action {}",
        form_action.0
    );
    if let Ok(value) = HeaderValue::from_str(&policy) {
        headers.insert(CONTENT_SECURITY_POLICY, value);
    }
}

/// Lets a page of ours load frames of these origins, which are none but those of registered addresses.
pub fn allow_frames<'a>(response: &mut Response, sources: impl Iterator<Item = &'a str>) {
    let mut listed: Vec<&str> = sources.collect();
    listed.sort_unstable();
    listed.dedup();
    let policy = response.headers().get(CONTENT_SECURITY_POLICY).and_then(|policy| policy.to_str().ok());
    if let (Some(policy), false) = (policy, listed.is_empty())
        && let Ok(value) = HeaderValue::from_str(&format!("{policy}; frame-src {}", listed.join(" ")))
    {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, value);
    }
}

/// Headers of the one page that any site may put into a frame (security row N4 says why no other): it
/// shows nothing and takes no clicks.
pub fn secure_framed(response: &mut Response, public: &PublicUrl, nonce: &str) {
    secure(response, public, nonce, &FormAction::default());
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors *"
    );
    let headers = response.headers_mut();
    headers.remove(X_FRAME_OPTIONS);
    headers.remove(COOP);
    headers.insert(CORP, HeaderValue::from_static("cross-origin"));
    if let Ok(value) = HeaderValue::from_str(&policy) {
        headers.insert(CONTENT_SECURITY_POLICY, value);
    }
}

/// Lets scripts of any origin read the answer (JWKS, discovery).
pub fn allow_any_origin(response: &mut Response) {
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
}

/// Lets scripts of this origin read the answer, of requests without credentials (security row D10).
pub fn allow_origin(response: &mut Response, origin: &str) {
    if let Ok(value) = HeaderValue::from_str(origin) {
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, value);
        response.headers_mut().append(VARY, HeaderValue::from_static("Origin"));
    }
}

/// After [`allow_origin`]: also of requests with cookies. For the origins of apps whose refresh token is one,
/// and no other.
pub fn allow_credentials(response: &mut Response) {
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
}
