//! Fetching a URL that a stranger supplied (security row K4): whatever goes wrong is one and the same
//! failure, told no sooner than a connection may take to fail, so that neither its words nor its
//! time tell what is at that address. The reason is in the log.

use super::{Outbound, OutboundError, Request, Response};
use std::time::Duration;
use url::Url;

/// The limits for such calls: what fails to connect has failed when a failure is told.
pub const LIMITS: super::Limits =
    super::Limits { connect: Duration::from_secs(1), total: Duration::from_secs(5) };

/// Why nothing was fetched: enough for us to know what to remember, and nothing to tell anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfetched {
    /// No place was free, so nobody was called: nothing was learnt about that address.
    Busy,
    /// Anything else.
    Failed,
}

impl Outbound {
    /// What `read` makes of the answer to a GET.
    ///
    /// # Errors
    /// That there is none, or that `read` refuses it.
    pub async fn fetch_for_stranger<T>(
        &self,
        request: Request,
        read: impl FnOnce(Response) -> Result<T, &'static str>,
    ) -> Result<T, Unfetched> {
        let place = place(&request.url);
        let even = tokio::time::sleep(self.limits.connect);
        let (why, unfetched) = match self.fetch(request).await {
            Ok(answer) if answer.status == 200 => match read(answer) {
                Ok(read) => return Ok(read),
                Err(why) => (why.to_owned(), Unfetched::Failed),
            },
            Ok(answer) => (format!("the answer has status {}", answer.status), Unfetched::Failed),
            Err(OutboundError::Busy) => (OutboundError::Busy.to_string(), Unfetched::Busy),
            Err(error) => (error.to_string(), Unfetched::Failed),
        };
        tracing::warn!(place, why, "what an app refers to could not be fetched");
        even.await;
        Err(unfetched)
    }
}

/// Without what may be secret: no query, no user name.
fn place(url: &str) -> String {
    let parsed = Url::parse(url);
    parsed
        .map_or_else(|_| String::new(), |url| format!("{}{}", url.origin().ascii_serialization(), url.path()))
}
