//! Fetching a URL that a stranger supplied (security row K4): whatever goes wrong is one and the same
//! failure, told no sooner than a connection may take to fail, so that neither its words nor its
//! time tell what is at that address. The reason is in the log.

use super::{Outbound, OutboundError, Request, Response};
use std::fmt;
use std::time::Duration;
use url::Url;

/// The limits for such calls: what fails to connect has failed when a failure is told.
pub const LIMITS: super::Limits =
    super::Limits { connect: Duration::from_secs(1), total: Duration::from_secs(5) };

/// Why nothing was fetched: for us to know what to remember, and for the story of a request that is told to
/// admins; never for whoever supplied the URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfetched {
    /// No place was free, so nobody was called: nothing was learnt about that address.
    Busy,
    /// Anything else, in words.
    Failed(String),
}

impl fmt::Display for Unfetched {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy => OutboundError::Busy.fmt(out),
            Self::Failed(why) => out.write_str(why),
        }
    }
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
        let why = match self.fetch(request).await {
            Ok(answer) if answer.status == 200 => match read(answer) {
                Ok(read) => return Ok(read),
                Err(why) => Unfetched::Failed(why.to_owned()),
            },
            Ok(answer) => Unfetched::Failed(format!("the answer has status {}", answer.status)),
            Err(OutboundError::Busy) => Unfetched::Busy,
            Err(error) => Unfetched::Failed(error.to_string()),
        };
        tracing::warn!(place, %why, "what an app refers to could not be fetched");
        even.await;
        Err(why)
    }
}

/// Without what may be secret: no query, no user name.
fn place(url: &str) -> String {
    let parsed = Url::parse(url);
    parsed
        .map_or_else(|_| String::new(), |url| format!("{}{}", url.origin().ascii_serialization(), url.path()))
}
