//! A request as handlers see it: parsed once, bounded, with its visitor and its story.

use super::cookies;
use super::site::Site;
use super::views::text::Href;
use super::views::{Chrome, OtherLanguage};
use crate::base::secret::{BrowserSecret, Plain, b64};
use crate::base::words::{Phrase, Words};
use crate::domain::client::Client;
use crate::engine::visitor::Visitor;
use crate::engine::{Ctx, Engine};
use crate::protocol::params::{self, Params};
use actix_web::HttpRequest;
use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderName};
use actix_web::web::Data;
use std::cell::Cell;

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
    /// The language of the answer, and whether somebody chose it here.
    pub(super) language: Cell<(Words, bool)>,
    /// The path of the page, if it is one that can be opened again in another language.
    pub page: Option<&'static str>,
    /// The language that was chosen by this request, to be kept in the browser.
    pub language_to_keep: Option<Words>,
}

/// The parameters of pages that the links to other languages carry on.
const CARRIED: [&str; 7] = ["ix", "device", "switch", "user_code", "client_id", "at", "by"];
/// The secret of a single-use link: a page about one does not repeat it in addresses of its own.
const SECRET: &str = "link";
/// The parameter that names the language to use from now on.
pub const LANGUAGE: &str = "lang";

impl Request {
    /// A request of which only the head is known.
    pub fn of(site: Data<Site>, ctx: Ctx, http: HttpRequest) -> Self {
        let language = Cell::new((site.language, false));
        Self {
            language,
            page: None,
            language_to_keep: None,
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
        let brand = &self.site.brand;
        let below = |path: String| format!("{}{path}", self.site.public.base_path);
        Chrome {
            base_path: self.site.public.base_path.clone(),
            nonce: self.nonce.clone(),
            say: self.words(),
            languages: self.other_languages(),
            issuer_name: brand.name.clone(),
            logo: brand.logo_path().map(below),
            style: brand.style_path(None).map(below),
            links: self.links(),
            dev_banner: self.site.edge.dev,
            test_banner: self.site.testing.is_some(),
        }
    }

    /// The same on a page that is about an app, which may have colours of its own.
    pub fn chrome_of(&self, client: &Client) -> Chrome {
        let style = self.site.brand.style_path(Some(client));
        Chrome { style: style.map(|path| format!("{}{path}", self.site.public.base_path)), ..self.chrome() }
    }

    /// What the foot of each page links to.
    fn links(&self) -> Vec<(Phrase, Href)> {
        let (say, brand) = (self.words(), &self.site.brand);
        let links = [
            (say.brand_privacy(), &brand.privacy),
            (say.brand_terms(), &brand.terms),
            (say.brand_help(), &brand.help),
        ];
        links.into_iter().filter_map(|(name, href)| Some((name, href.clone()?))).collect()
    }

    /// What is said to whoever asks, in their language.
    pub fn words(&self) -> Words {
        self.language.get().0
    }

    /// Finds the language: one that was chosen in this browser, else what the browser asks for.
    pub fn find_language(&mut self) {
        let chosen = cookies::language(&self.http);
        let accepted = || self.header(&ACCEPT_LANGUAGE).and_then(Words::accepted);
        let found = chosen.or_else(accepted).unwrap_or(self.site.language);
        self.language.set((found, chosen.is_some()));
    }

    /// What the parameters say of the language: it is chosen now, or the app asks for one in `ui_locales`
    /// (OIDC Core §3.1.2.1).
    pub fn heed_language(&mut self) {
        self.language_to_keep = self.query.get(LANGUAGE).and_then(Words::of);
        if let Some(words) = self.language_to_keep {
            self.language.set((words, true));
        }
        if let Some(asked) = self.query.get("ui_locales").or_else(|| self.form.get("ui_locales")) {
            self.speak(asked);
        }
    }

    /// Speaks a language of `ui_locales` (tags, separated by spaces), unless somebody chose another one here.
    pub fn speak(&self, ui_locales: &str) {
        let (_, chosen) = self.language.get();
        if let Some(words) = Words::first_of(ui_locales.split(' ')).filter(|_| !chosen) {
            self.language.set((words, chosen));
        }
    }

    /// This page in the other languages.
    fn other_languages(&self) -> Vec<OtherLanguage> {
        let secret = self.query.get(SECRET).or_else(|| self.form.get(SECRET));
        let Some(path) = self.page.filter(|_| secret.is_none()) else { return Vec::new() };
        let sent = |name: &'static str| Some((name, self.form.get(name).or_else(|| self.query.get(name))?));
        let carried: Vec<(&str, &str)> = CARRIED.into_iter().filter_map(sent).collect();
        let link = |words: Words| {
            let query = params::encode(carried.iter().copied().chain([(LANGUAGE, words.tag())]));
            OtherLanguage { words, href: format!("{}{path}?{query}", self.site.public.base_path) }
        };
        Words::all().filter(|words| words.tag() != self.words().tag()).map(link).collect()
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
