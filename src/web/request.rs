//! A request as handlers see it: parsed once, bounded, with its visitor and its story.

use super::cookies;
use super::site::Site;
use super::views::Chrome;
use crate::base::secret::{BrowserSecret, Plain, b64};
use crate::engine::visitor::Visitor;
use crate::engine::{Ctx, Engine};
use crate::protocol::params::Params;
use actix_web::HttpRequest;
use actix_web::http::header::HeaderName;
use actix_web::web::Data;

/// The answer of a handler.
pub type Response = actix_web::HttpResponse;

/// One request.
pub struct Request {
    /// What it is served with.
    pub site: Data<Site>,
    /// Its story and where it came from.
    pub ctx: Ctx,
    /// Headers, method and path.
    pub http: HttpRequest,
    /// The query, decoded once.
    pub query: Params,
    /// The form of the body, decoded once.
    pub form: Params,
    /// The JSON document of the body, of a route that takes one; not parsed yet.
    pub document: String,
    /// Who is at the browser.
    pub visitor: Visitor,
    /// A binding cookie to set, when the browser had none.
    pub fresh_browser: Option<Plain<BrowserSecret>>,
    /// The nonce of this answer's content security policy.
    pub nonce: String,
}

impl Request {
    /// A request of which only the head is known.
    pub fn of(site: Data<Site>, ctx: Ctx, http: HttpRequest) -> Self {
        Self {
            site,
            ctx,
            http,
            query: Params::default(),
            form: Params::default(),
            document: String::new(),
            visitor: Visitor::default(),
            fresh_browser: None,
            nonce: String::new(),
        }
    }

    /// The use cases.
    pub fn engine(&self) -> &Engine {
        &self.site.engine
    }

    /// A header as text.
    pub fn header(&self, name: &HeaderName) -> Option<&str> {
        self.http.headers().get(name).and_then(|value| value.to_str().ok())
    }

    /// What every page needs around its content.
    pub fn chrome(&self) -> Chrome {
        Chrome {
            base_path: self.site.public.base_path.clone(),
            nonce: self.nonce.clone(),
            issuer_name: "Latchkey".to_owned(),
            dev_banner: self.site.edge.dev,
            test_banner: self.site.testing.is_some(),
        }
    }

    /// The token for a form that posts to `path`, about the stored authorization `ix` if any.
    pub fn csrf(&self, path: &str, ix: Option<&str>) -> String {
        let name = form_name(path, ix);
        self.bound_to(&name).csrf(self.engine(), &name)
    }

    /// Whether the form that was posted to `path` carries its token.
    pub fn csrf_matches(&self, path: &str) -> bool {
        let name = form_name(path, self.form.get("ix"));
        let token = self.form.get("csrf").unwrap_or_default();
        self.bound_to(&name).csrf_matches(self.engine(), &name, token)
    }

    /// Whose token a form carries. The sign-in form is the browser's alone, so that it stays good
    /// when the person has signed in in another tab meanwhile (security row A14).
    fn bound_to(&self, form: &str) -> Visitor {
        let session = self.visitor.session.clone().filter(|_| !form.starts_with("login\n"));
        Visitor { session, ..self.visitor.clone() }
    }

    /// Reads the visitor from the cookies; one without a binding cookie gets a fresh one.
    pub fn read_visitor(&mut self) {
        self.visitor = cookies::visitor(&self.http);
        if self.visitor.browser.is_none() {
            let fresh = Plain::<BrowserSecret>::generate(&self.site.engine.rng);
            self.visitor.browser = Some(fresh.digest());
            self.fresh_browser = Some(fresh);
        }
    }

    /// Makes the nonce of the page that may be the answer.
    pub fn make_nonce(&mut self) {
        self.nonce = b64(&self.site.engine.rng.bytes::<16>());
    }
}

/// The name a CSRF token is bound to: the first segment of where the form posts (one page may hold
/// several forms), and the authorization it is about.
fn form_name(path: &str, ix: Option<&str>) -> String {
    let page = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    format!("{page}\n{}", ix.unwrap_or_default())
}
