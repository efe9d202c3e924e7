//! `[testing]`: what a test environment may do and a real one must not.

use std::path::PathBuf;

use crate::base::secret::Secret;
use crate::config::formats::{Name, OptionalFile, SecretText, Truth};
use crate::config::key::section;

section! {
    /// Test mode, for conformance suites and the tests of apps. It never runs with an issuer that strangers may
    /// reach: the host must be localhost, a name without a dot, a name under .localhost, .test, .example,
    /// .internal or .local, or a loopback or private IP address. Every page and the log say that it is on. It
    /// adds a resource at `/testing/resource`, which answers the claims of a bearer access token.
    pub struct Testing = "testing" {
        /// Test mode as a whole; without it the other keys of this section are refused.
        enabled: bool => Truth, "false";
        /// URLs that apps supply (key sets, logout and others) may lead to loopback and private addresses and to
        /// any port; http is taken where the URL itself says loopback.
        loopback_fetches: bool => Truth, "false";
        /// Further certificate authorities (PEM) that are trusted when URLs that apps supply are fetched.
        extra_ca: Option<PathBuf> => OptionalFile, "";
        /// No waiting after wrong passwords, and no limit on sign-ins begun or apps registered.
        no_rate_limits: bool => Truth, "false";
        /// The bearer token of `POST /testing/rotate-keys`, which makes a new signing key take over at once.
        /// Without it there is no such call.
        token: Option<Secret> => SecretText { least: 16 }, "";
        /// Whether a user with a value for every standard claim is made at the start.
        seed_user: bool => Truth, "false";
        /// The username of that user.
        seed_username: String => Name, "standard";
        /// The password of that user; without it one is made and printed at the first start.
        seed_password: Option<Secret> => SecretText { least: 8 }, "";
    }
}
