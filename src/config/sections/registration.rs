//! `[registration]`: apps that register themselves (OIDC Registration 1.0, RFC 7591, RFC 7592).

use crate::config::formats::{Choice, Truth, Words, whole};
use crate::config::key::section;

/// Who may register apps at the registration endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegistrationMode {
    /// Nobody.
    Off,
    /// Who has an initial access token.
    Token,
    /// Anybody.
    Open,
}

const MODES: &[(&str, RegistrationMode)] =
    &[("off", RegistrationMode::Off), ("token", RegistrationMode::Token), ("open", RegistrationMode::Open)];

const TRUST: &[(&str, bool)] = &[("unreviewed", false), ("reviewed", true)];

const GRANTS: &[&str] = &[
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "urn:ietf:params:oauth:grant-type:device_code",
];

section! {
    /// Apps that register themselves at `/oauth2/register`. With `token` whoever registers one needs an initial
    /// access token, made by `latchkey registration token add`; with `open` anybody may, within the limits below.
    pub struct Registration = "registration" {
        /// Who may register apps; `off` also ends that registered ones read, change and remove themselves.
        mode: RegistrationMode => Choice(MODES), "off";
        /// What an app is when it has registered itself. An unreviewed one is marked as unverified, asks for
        /// consent each time, and is never answered without a page (`prompt=none`), until somebody says
        /// `latchkey client review ID`. Initial access tokens made with `--trusted` make reviewed ones anyway.
        trust: bool => Choice(TRUST), "unreviewed";
        /// The scopes that such apps may have; they get all of them when they name none.
        scopes: Vec<String> => Words { what: "scope names", known: &[] },
            "openid, profile, email, address, phone, offline_access";
        /// The grant types that such apps may have.
        grant_types: Vec<String> => Words { what: "grant types", known: GRANTS },
            "authorization_code, refresh_token";
        /// Whether such apps may also have response types that hand tokens to the browser (RFC 9700 §2.1.2
        /// advises against them), and the grant type `implicit` that goes with these.
        legacy_response_types: bool => Truth, "false";
        /// How long a client secret lasts; afterwards the app gets a new one when it updates its registration.
        secret_days: u32 => whole(0, 3650, "days").zero_means("never ends"), "0";
        /// Apps that may be registered without a token, and changes that such apps may make of themselves, in
        /// 10 minutes from one network (an IPv4 address, an IPv6 /64; of an IPv6 /48 eight times as many), on
        /// each node; more are answered 429. Loopback addresses are not counted. An app that was registered with a
        /// token may change itself as often.
        open_per_network: u32 => whole(0, 1_000_000, "apps").zero_means("no limit"), "20";
        /// The same from all networks together; beyond it the first 20 of each network still come through. All
        /// apps registered with one token may change themselves, and name documents to be read, as often.
        open_total: u32 => whole(0, 1_000_000, "apps").zero_means("no limit"), "200";
        /// Apps registered without a token that there may be at once.
        open_most_clients: u32 => whole(1, 1_000_000, "apps"), "1000";
        /// An app that was registered without a token so long ago, that no admin reviewed and that has nothing live of anybody is removed.
        unused_days: u32 => whole(0, 3650, "days").zero_means("never"), "0";
    }
}
