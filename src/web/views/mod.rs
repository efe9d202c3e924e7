//! Every page for people: one struct and one template each, rendered by askama with escaping on.
//!
//! To add a page: `views/<page>.rs` with the struct, its `samples()` and a row in [`ALL`], and
//! `templates/pages/<page>.html` that extends `door.html`. `tests/it/pages.rs` renders each page in each
//! state and holds the rules: no inline style, no script without nonce, one `h1`, nothing remote, no `safe`.
//!
//! Where the forms post to, below the issuer, all with the hidden field `csrf`:
//!
//! | page | path | fields |
//! | --- | --- | --- |
//! | [`login`] | `/login` | `ix`?, `device`?, `username`, `password` |
//! | [`second_step`] | `/login/factor` | `at`, `by`, `code`, `remember`? |
//! | [`enrol`] | `/login/factor`, `/account/security/add` | `at`?, `enrolment`, `code`, `name` |
//! | [`security`] | `/account/security` | `action` = rename, remove, codes, forget; `factor`, `name`, `browser` |
//! | [`consent`] | `/consent` | `ix`, `scope`, `decision` = allow, deny; link `/login?ix=…&switch=1` |
//! | [`switch_user`] | `/switch` | `ix`, `decision` = continue, switch, cancel |
//! | [`device_code`] | `/device` | `user_code` |
//! | [`device_answer`] | `/device` | `ix`, `decision` = allow, deny; link `/login?device=…&switch=1` |
//! | [`logout`] | `/logout` | `ix`?, `decision` = logout, stay |
//! | [`setup_admin`] | `/setup` | `link`, `name`, `email`, `username`, `password` |
//! | [`setup_app`] | `/setup/app` | `name`, `redirect_uri`, `kind` = server, public |
//! | [`account`] | `/account/apps` | `grant` |
//! | [`account`] | `/account/sessions` | `session` = an id, or `all` |
//! | [`try_start`] | `/try` | `scope` (repeated), `prompt`, `response_mode` |
//! | [`try_result`] | `/try/act` | `action` = refresh, userinfo, introspect, revoke, logout |

pub mod account;
pub mod assets;
pub mod consent;
pub mod device_answer;
pub mod device_code;
pub mod difference;
pub mod enrol;
pub mod error;
pub mod errors;
pub mod form_post;
pub mod home;
pub mod login;
pub mod logout;
pub mod notice;
pub mod parts;
mod qr;
pub mod recovery_codes;
pub mod second_step;
pub mod security;
pub mod set_password;
pub mod setup_admin;
pub mod setup_app;
pub mod setup_done;
pub mod signed_out;
pub mod switch_user;
pub mod text;
pub mod try_result;
pub mod try_start;

use askama::Template;

use crate::base::words::{Phrase, Words};

use assets::Asset;
use text::Href;

/// What every page needs around its content.
#[derive(Clone)]
pub struct Chrome {
    /// The path of the issuer without a slash at its end: empty, or `/auth`.
    pub base_path: String,
    /// The nonce of this answer's `Content-Security-Policy`.
    pub nonce: String,
    /// What is said, in the language of whoever reads it.
    pub say: Words,
    /// The page in other languages, if it can be had again.
    pub languages: Vec<OtherLanguage>,
    /// What this server is called; "Latchkey" if nobody chose another name.
    pub issuer_name: String,
    /// Where the picture before its name is.
    pub logo: Option<String>,
    /// Where the style sheet with the colours of the server or the app is.
    pub style: Option<String>,
    /// What the foot of the page links to: privacy policy, terms, help.
    pub links: Vec<(Phrase, Href)>,
    /// Whether to say that this is a development server.
    pub dev_banner: bool,
    /// Whether to say that this server is in test mode.
    pub test_banner: bool,
}

/// The page in another language.
#[derive(Clone)]
pub struct OtherLanguage {
    /// The language.
    pub words: Words,
    /// Where the page is in it.
    pub href: String,
}

// What a phrase shows as HTML is escaped by itself.
impl askama::filters::HtmlSafe for Phrase {}

impl Chrome {
    /// A path below the issuer: `at("/login")` is `/auth/login` on the issuer `https://example.org/auth`.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base_path)
    }

    /// Around a page that only developers read, which is in English.
    #[must_use]
    pub fn for_developers(self) -> Self {
        Self { say: Words::default(), languages: Vec::new(), ..self }
    }

    /// The title of a page; of one that shows an error it says so first.
    pub fn titled(&self, error: bool, title: Phrase) -> String {
        if error { self.say.error_title(title).plain() } else { title.plain() }
    }

    /// The versioned address of an asset.
    pub fn asset(&self, asset: &Asset) -> String {
        format!("{}{}?v={}", self.base_path, asset.path, asset.version())
    }

    /// An example.
    pub fn sample(say: Words) -> Self {
        let other = |words: Words| OtherLanguage { words, href: format!("/login?lang={}", words.tag()) };
        Self {
            say,
            languages: Words::all().filter(|words| words.tag() != say.tag()).map(other).collect(),
            base_path: String::new(),
            nonce: "bm9uY2U".to_owned(),
            issuer_name: "Latchkey".to_owned(),
            logo: None,
            style: None,
            links: Vec::new(),
            dev_banner: false,
            test_banner: false,
        }
    }

    /// An example below a path, in development.
    pub fn sample_dev(say: Words) -> Self {
        Self { dev_banner: true, ..Self::sample(say) }
    }

    /// An example of a server that shows itself.
    pub fn sample_branded(say: Words) -> Self {
        let link = |path: &str| Href::own(format!("https://example.org/{path}"));
        Self {
            issuer_name: "Example Ltd".to_owned(),
            logo: Some("/static/logo?v=1".to_owned()),
            style: Some("/static/brand.css?v=1".to_owned()),
            links: vec![
                (say.brand_privacy(), link("privacy")),
                (say.brand_terms(), link("terms")),
                (say.brand_help(), link("help")),
            ],
            ..Self::sample(say)
        }
    }

    /// An example in test mode.
    pub fn sample_testing(say: Words) -> Self {
        Self { test_banner: true, ..Self::sample(say) }
    }
}

/// A name that attacks the page, for the samples.
pub const HOSTILE: &str = "\u{202e}<script>alert(1)</script>\u{7}\"'&amp;{{7*7}}\u{2066} Pneumonoultramicroscopicsilicovolcanoconiosis";

/// A page and how to render its samples.
pub struct PageSample {
    /// The page's name, which is its module and its template.
    pub name: &'static str,
    /// Renders every state of the page in a language: name of the state and HTML.
    pub render_all: fn(Words) -> Vec<(&'static str, String)>,
}

/// Every page, for the tests and `templates check`.
pub const ALL: &[PageSample] = &[
    PageSample { name: "account", render_all: |say| rendered(account::Account::samples(say)) },
    PageSample { name: "consent", render_all: |say| rendered(consent::Consent::samples(say)) },
    PageSample {
        name: "device_answer",
        render_all: |say| rendered(device_answer::DeviceAnswer::samples(say)),
    },
    PageSample { name: "device_code", render_all: |say| rendered(device_code::DeviceCode::samples(say)) },
    PageSample { name: "enrol", render_all: |say| rendered(enrol::Enrol::samples(say)) },
    PageSample { name: "error", render_all: |say| rendered(error::ErrorPage::samples(say)) },
    PageSample { name: "errors", render_all: |say| rendered(errors::Errors::samples(say)) },
    PageSample { name: "form_post", render_all: |say| rendered(form_post::FormPost::samples(say)) },
    PageSample { name: "home", render_all: |say| rendered(home::Home::samples(say)) },
    PageSample { name: "login", render_all: |say| rendered(login::Login::samples(say)) },
    PageSample { name: "logout", render_all: |say| rendered(logout::Logout::samples(say)) },
    PageSample { name: "notice", render_all: |say| rendered(notice::Notice::samples(say)) },
    PageSample {
        name: "recovery_codes",
        render_all: |say| rendered(recovery_codes::RecoveryCodes::samples(say)),
    },
    PageSample { name: "second_step", render_all: |say| rendered(second_step::SecondStep::samples(say)) },
    PageSample { name: "security", render_all: |say| rendered(security::Security::samples(say)) },
    PageSample { name: "set_password", render_all: |say| rendered(set_password::SetPassword::samples(say)) },
    PageSample { name: "setup_admin", render_all: |say| rendered(setup_admin::SetupAdmin::samples(say)) },
    PageSample { name: "setup_app", render_all: |say| rendered(setup_app::SetupApp::samples(say)) },
    PageSample { name: "setup_done", render_all: |say| rendered(setup_done::SetupDone::samples(say)) },
    PageSample { name: "signed_out", render_all: |say| rendered(signed_out::SignedOut::samples(say)) },
    PageSample { name: "switch_user", render_all: |say| rendered(switch_user::SwitchUser::samples(say)) },
    PageSample { name: "try_result", render_all: |say| rendered(try_result::TryResult::samples(say)) },
    PageSample { name: "try_start", render_all: |say| rendered(try_start::TryStart::samples(say)) },
];

pub use askama::Error as RenderError;

/// A page that can be rendered, for those who know nothing of templates.
pub trait Page {
    /// The HTML.
    ///
    /// # Errors
    /// When the template refuses to render, which is a fault of this program.
    fn html(&self) -> Result<String, RenderError>;
}

impl<T: Template> Page for T {
    fn html(&self) -> Result<String, RenderError> {
        self.render()
    }
}

/// The HTML of a page.
///
/// # Errors
/// When the template refuses to render, which is a fault of this program.
pub fn render(page: &impl Template) -> Result<String, askama::Error> {
    page.render()
}

fn rendered<P: Template>(samples: Vec<(&'static str, P)>) -> Vec<(&'static str, String)> {
    samples
        .into_iter()
        .map(|(state, page)| (state, render(&page).unwrap_or_else(|error| format!("not rendered: {error}"))))
        .collect()
}
