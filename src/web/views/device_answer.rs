//! The page that asks whether a device may use the account (RFC 8628 §3.3): everything by which a person can
//! tell their own device from a stranger's.

use askama::Template;

use crate::base::words::{Phrase, Words};

use super::Chrome;
use super::consent::ScopeLine;
use super::parts::{Moment, Person};
use super::text::Text;

/// The question.
#[derive(Template)]
#[template(path = "pages/device_answer.html", whitespace = "minimize")]
pub struct DeviceAnswer {
    /// Around the page.
    pub chrome: Chrome,
    /// The CSRF token.
    pub csrf: String,
    /// The id of the visit.
    pub ix: String,
    /// The app on the device.
    pub app: Text,
    /// Whether somebody here vouches for the app.
    pub verified: bool,
    /// Who would say yes.
    pub person: Person,
    /// The code to compare.
    pub code: Text,
    /// When the device asked.
    pub asked: Moment,
    /// The same as a span: "2 minutes ago".
    pub ago: Phrase,
    /// The network address it asked from.
    pub address: Text,
    /// Whether that is in another network than this browser.
    pub elsewhere: bool,
    /// What it calls itself.
    pub agent: Phrase,
    /// What is asked.
    pub scopes: Vec<ScopeLine>,
    /// The APIs that the tokens are for (RFC 8707).
    pub resources: Vec<Text>,
    /// For how long, as a sentence.
    pub lasts: Phrase,
}

impl DeviceAnswer {
    /// One sample of each state.
    pub fn samples(say: Words) -> Vec<(&'static str, Self)> {
        let start = || Self {
            chrome: Chrome::sample(say),
            csrf: "csrf-token".to_owned(),
            ix: "01J9ZK6V3Q".to_owned(),
            app: Text::plain("Bookshop TV"),
            verified: true,
            person: Person::sample(),
            code: Text::plain("WDJB-MJHT"),
            asked: Moment::at(say, 1_800_000_000),
            ago: say.ago(say.minutes(2u32)),
            address: Text::plain("203.0.113.9"),
            elsewhere: false,
            agent: Phrase::outside("BookshopTV/2.1 (Linux; armv7l)"),
            scopes: vec![
                ScopeLine::new("openid", say.scope_openid(), &say.scope_openid_value().plain()),
                ScopeLine::new("profile", say.scope_profile(), "Ada Lovelace"),
                ScopeLine::new("offline_access", say.scope_offline_access(), ""),
            ],
            resources: vec![],
            lasts: say.consent_while_signed_in(),
        };
        vec![
            ("default", start()),
            (
                "elsewhere",
                Self {
                    elsewhere: true,
                    verified: false,
                    address: Text::plain("2001:db8:4f2a:11c0:8d3b:6e01:77aa:9c05"),
                    agent: say.device_agent_unknown(),
                    scopes: vec![],
                    resources: vec![Text::plain("https://api.books.example/orders")],
                    lasts: say.consent_once(say.minutes(15u32)),
                    ..start()
                },
            ),
            (
                "hostile",
                Self {
                    app: Text::plain(super::HOSTILE),
                    person: Person::hostile(),
                    agent: Phrase::outside(super::HOSTILE),
                    scopes: vec![ScopeLine::new(
                        "x:\"><script>",
                        say.scope_other(super::HOSTILE),
                        super::HOSTILE,
                    )],
                    ..start()
                },
            ),
        ]
    }
}
