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
pub mod error;
pub mod errors;
pub mod form_post;
pub mod home;
pub mod login;
pub mod logout;
pub mod notice;
pub mod parts;
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

use assets::Asset;

/// What every page needs around its content.
#[derive(Clone)]
pub struct Chrome {
    /// The path of the issuer without a slash at its end: empty, or `/auth`.
    pub base_path: String,
    /// The nonce of this answer's `Content-Security-Policy`.
    pub nonce: String,
    /// What this server is called; "Latchkey" if nobody chose another name.
    pub issuer_name: String,
    /// Whether to say that this is a development server.
    pub dev_banner: bool,
    /// Whether to say that this server is in test mode.
    pub test_banner: bool,
}

impl Chrome {
    /// A path below the issuer: `at("/login")` is `/auth/login` on the issuer `https://example.org/auth`.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base_path)
    }

    /// The versioned address of an asset.
    pub fn asset(&self, asset: &Asset) -> String {
        format!("{}{}?v={}", self.base_path, asset.path, asset.version())
    }

    /// An example.
    pub fn sample() -> Self {
        Self {
            base_path: String::new(),
            nonce: "bm9uY2U".to_owned(),
            issuer_name: "Latchkey".to_owned(),
            dev_banner: false,
            test_banner: false,
        }
    }

    /// An example below a path, in development.
    pub fn sample_dev() -> Self {
        Self { dev_banner: true, ..Self::sample() }
    }

    /// An example in test mode.
    pub fn sample_testing() -> Self {
        Self { test_banner: true, ..Self::sample() }
    }
}

/// A name that attacks the page, for the samples.
pub const HOSTILE: &str = "\u{202e}<script>alert(1)</script>\u{7}\"'&amp;{{7*7}}\u{2066} Pneumonoultramicroscopicsilicovolcanoconiosis";

/// A page and how to render its samples.
pub struct PageSample {
    /// The page's name, which is its module and its template.
    pub name: &'static str,
    /// Renders every state of the page: name of the state and HTML.
    pub render_all: fn() -> Vec<(&'static str, String)>,
}

/// Every page, for the tests and `templates check`.
pub const ALL: &[PageSample] = &[
    PageSample { name: "account", render_all: || rendered(account::Account::samples()) },
    PageSample { name: "consent", render_all: || rendered(consent::Consent::samples()) },
    PageSample { name: "device_answer", render_all: || rendered(device_answer::DeviceAnswer::samples()) },
    PageSample { name: "device_code", render_all: || rendered(device_code::DeviceCode::samples()) },
    PageSample { name: "error", render_all: || rendered(error::ErrorPage::samples()) },
    PageSample { name: "errors", render_all: || rendered(errors::Errors::samples()) },
    PageSample { name: "form_post", render_all: || rendered(form_post::FormPost::samples()) },
    PageSample { name: "home", render_all: || rendered(home::Home::samples()) },
    PageSample { name: "login", render_all: || rendered(login::Login::samples()) },
    PageSample { name: "logout", render_all: || rendered(logout::Logout::samples()) },
    PageSample { name: "notice", render_all: || rendered(notice::Notice::samples()) },
    PageSample { name: "set_password", render_all: || rendered(set_password::SetPassword::samples()) },
    PageSample { name: "setup_admin", render_all: || rendered(setup_admin::SetupAdmin::samples()) },
    PageSample { name: "setup_app", render_all: || rendered(setup_app::SetupApp::samples()) },
    PageSample { name: "setup_done", render_all: || rendered(setup_done::SetupDone::samples()) },
    PageSample { name: "signed_out", render_all: || rendered(signed_out::SignedOut::samples()) },
    PageSample { name: "switch_user", render_all: || rendered(switch_user::SwitchUser::samples()) },
    PageSample { name: "try_result", render_all: || rendered(try_result::TryResult::samples()) },
    PageSample { name: "try_start", render_all: || rendered(try_start::TryStart::samples()) },
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
