//! Session management (OIDC Session Management §2, §3): what an app can ask a frame of ours, without a
//! request, is whether this browser still has the sign-in that the app knows of.

use crate::base::id::SessionId;
use crate::base::secret::{b64, sha256_b64};
use crate::engine::context::Engine;
use crate::protocol::redirect_uri::VerifiedRedirect;
use url::Url;

impl Engine {
    /// What the browser of a session holds for our own frame, if session management is on: it names the
    /// session to nobody but us, and opens nothing. It is another one for another session, and gone when
    /// there is none.
    pub fn browser_state(&self, session: &SessionId) -> Option<String> {
        self.policy.session_management.then(|| b64(&self.macs.browser.mac(session.as_str().as_bytes())))
    }

    /// The `session_state` of an answer to `redirect` (OIDC Session Management §2), if there is one: an
    /// installed app has no origin to ask from.
    pub fn session_state(
        &self,
        client_id: &str,
        redirect: &VerifiedRedirect,
        browser_state: &str,
    ) -> Option<String> {
        let url = Url::parse(redirect.as_str()).ok().filter(|_| redirect.is_web())?;
        let salt = b64(&self.rng.bytes::<16>());
        let text = format!("{client_id} {} {browser_state} {salt}", url.origin().ascii_serialization());
        Some(format!("{}.{salt}", sha256_b64(text.as_bytes())))
    }
}
