//! The page that says no: first to the person in front of it, then to whoever runs the app.
//!
//! Protocol refusals that may not be redirected (RFC 6749 §4.1.2.1) and every plain HTTP error use it.

use askama::Template;

use crate::base::words::{Phrase, Words};

use super::Chrome;
use super::difference::Difference;
use super::parts::wait;
use super::text::{Href, Text};

/// The error page.
#[derive(Template)]
#[template(path = "pages/error.html", whitespace = "minimize")]
pub struct ErrorPage {
    /// Around the page.
    pub chrome: Chrome,
    /// In plain words what happened.
    pub heading: Phrase,
    /// Whether "You did nothing wrong. Nothing was shared." is true.
    pub innocent: bool,
    /// What the person can do.
    pub advice: Phrase,
    /// The way out: the app's registered home page, or an address of ours; never from the request.
    pub way_out: Option<WayOut>,
    /// For the person who runs the app.
    pub details: Option<Details>,
    /// The trace id, shown in any case.
    pub trace_id: Option<String>,
}

/// A button that leads away from the error.
#[derive(Clone)]
pub struct WayOut {
    /// What the button says.
    pub label: Phrase,
    /// Where it leads.
    pub href: Href,
}

/// What the person who runs the app needs.
pub struct Details {
    /// The app, if it is known.
    pub app: Option<Text>,
    /// Whether the person can do all there is to do: code and trace are enough then.
    pub brief: bool,
    /// Whether whoever runs this server must act, and not the app's developer.
    pub ours: bool,
    /// The stable code, `LK-1203`.
    pub code: &'static str,
    /// The error code of the protocol, `invalid_request`.
    pub error: Option<&'static str>,
    /// What is wrong.
    pub cause: Text,
    /// Who must act.
    pub who: Text,
    /// What they must do.
    pub fix: Text,
    /// What was received ([`Text::visible`]).
    pub received: Option<Text>,
    /// What was expected: only for admins and clients on loopback addresses.
    pub expected: Vec<Text>,
    /// Received against the nearest expected value: only for the same readers.
    pub difference: Option<Difference>,
    /// The anchor of this code in the documentation.
    pub docs: Href,
}

/// The errors that need no registry: each has its status and its words.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Situation {
    /// 404.
    NotFound,
    /// 405.
    MethodNotAllowed,
    /// 403: the CSRF token or the Fetch metadata do not fit.
    CrossSite,
    /// 400: the stored authorization has expired.
    Expired,
    /// 413.
    TooLarge,
    /// 421: the request came for a host that is not the issuer's.
    Misdirected,
    /// 429.
    TooManyRequests {
        /// Seconds to wait.
        seconds: u64,
    },
    /// 500.
    Internal,
    /// 503.
    Unavailable {
        /// Seconds to wait.
        seconds: u64,
    },
}

impl Situation {
    /// The HTTP status (RFC 9110 §15).
    pub fn status(self) -> u16 {
        match self {
            Self::Expired => 400,
            Self::CrossSite => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::TooLarge => 413,
            Self::Misdirected => 421,
            Self::TooManyRequests { .. } => 429,
            Self::Internal => 500,
            Self::Unavailable { .. } => 503,
        }
    }

    fn heading(self, say: Words) -> Phrase {
        match self {
            Self::Expired => say.error_expired(),
            Self::CrossSite => say.error_cross_site(),
            Self::NotFound => say.error_not_found(),
            Self::MethodNotAllowed => say.error_method(),
            Self::TooLarge => say.error_too_large(),
            Self::Misdirected => say.error_misdirected(),
            Self::TooManyRequests { .. } => say.error_too_many(),
            Self::Internal => say.error_internal(),
            Self::Unavailable { .. } => say.error_unavailable(),
        }
    }

    fn advice(self, say: Words) -> Phrase {
        match self {
            Self::Expired => say.error_expired_more(),
            Self::CrossSite => say.error_cross_site_more(),
            Self::NotFound => say.error_not_found_more(),
            Self::MethodNotAllowed => say.error_method_more(),
            Self::TooLarge => say.error_too_large_more(),
            Self::Misdirected => say.error_misdirected_more(),
            Self::TooManyRequests { seconds } => say.error_too_many_more(wait(say, seconds)),
            Self::Internal => say.error_internal_more(),
            Self::Unavailable { seconds } => say.error_unavailable_more(wait(say, seconds)),
        }
    }
}

impl ErrorPage {
    /// The page of a situation.
    pub fn of(chrome: Chrome, situation: Situation, trace_id: &str) -> Self {
        Self {
            heading: situation.heading(chrome.say),
            innocent: matches!(situation, Situation::Internal | Situation::Unavailable { .. }),
            advice: situation.advice(chrome.say),
            chrome,
            way_out: None,
            details: None,
            trace_id: Some(trace_id.to_owned()),
        }
    }

    /// The page of an authorization that ran out: "Start again at Bookshop" when the app has a home page.
    pub fn expired(chrome: Chrome, app: &Text, home: Option<Href>, trace_id: &str) -> Self {
        let label = chrome.say.error_start_again(app);
        let way_out = home.map(|href| WayOut { label, href });
        Self { way_out, ..Self::of(chrome, Situation::Expired, trace_id) }
    }

    /// One sample of each state.
    pub fn samples(say: Words) -> Vec<(&'static str, Self)> {
        let simple = |situation| Self::of(Chrome::sample(say), situation, "01JD6X3V9QK4");
        let home = Href::web("https://books.example/");
        vec![
            ("404", simple(Situation::NotFound)),
            ("405", simple(Situation::MethodNotAllowed)),
            ("403", simple(Situation::CrossSite)),
            ("413", simple(Situation::TooLarge)),
            ("421", simple(Situation::Misdirected)),
            ("429", simple(Situation::TooManyRequests { seconds: 30 })),
            ("500", simple(Situation::Internal)),
            ("503", simple(Situation::Unavailable { seconds: 2 })),
            ("expired", simple(Situation::Expired)),
            (
                "expired-app",
                Self::expired(Chrome::sample(say), &Text::plain("Bookshop"), home, "01JD6X3V9QK4"),
            ),
            ("protocol", Self::sample_protocol(Chrome::sample(say))),
            ("protocol-dev", Self::sample_dev(say)),
            ("testing", Self::sample_protocol(Chrome::sample_testing(say))),
            ("brief", Self::sample_with(say, |details| details.brief = true)),
            ("ours", Self::sample_with(say, |details| details.ours = true)),
            ("hostile", Self::sample_hostile(say)),
        ]
    }

    fn sample_protocol(chrome: Chrome) -> Self {
        let say = chrome.say;
        Self {
            chrome,
            heading: say.error_wrong_place(),
            innocent: true,
            advice: say.error_advice_developer(),
            way_out: Href::web("https://books.example/")
                .map(|href| WayOut { label: say.error_back_to("Bookshop"), href }),
            details: Some(Details {
                app: Some(Text::plain("Bookshop")),
                brief: false,
                ours: false,
                code: "LK-1203",
                error: Some("invalid_request"),
                cause: Text::sentence("The redirect_uri of the request is not registered for this client."),
                who: Text::plain("The developer of Bookshop"),
                fix: Text::sentence(
                    "Send exactly a registered address, or register this one with `latchkey client edit`.",
                ),
                received: Some(Text::visible("https://books.example/callback/")),
                expected: vec![],
                difference: None,
                docs: Href::own("/docs/errors#LK-1203".to_owned()),
            }),
            trace_id: Some("01JD6X3V9QK4".to_owned()),
        }
    }

    fn sample_with(say: Words, change: impl FnOnce(&mut Details)) -> Self {
        let mut page = Self::sample_protocol(Chrome::sample(say));
        if let Some(details) = &mut page.details {
            change(details);
        }
        page
    }

    fn sample_dev(say: Words) -> Self {
        let (received, expected) = ("http://localhost:3000/callback/", "http://localhost:3000/callback");
        let mut page = Self::sample_protocol(Chrome::sample_dev(say));
        if let Some(details) = &mut page.details {
            details.received = Some(Text::visible(received));
            details.expected = vec![Text::visible(expected), Text::visible("http://localhost:3000/silent")];
            details.difference = Some(Difference::between(received, expected));
        }
        page
    }

    fn sample_hostile(say: Words) -> Self {
        let mut page = Self::sample_protocol(Chrome::sample(say));
        page.heading = say.returning_heading(super::HOSTILE);
        page.way_out = None;
        if let Some(details) = &mut page.details {
            details.app = Some(Text::plain(super::HOSTILE));
            details.received =
                Some(Text::visible(&format!("javascript:{}{}", super::HOSTILE, "x".repeat(900))));
        }
        page
    }
}
