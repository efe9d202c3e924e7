//! Fetching a URL that a stranger supplied (security row K4): whatever goes wrong is one and the same
//! failure, told no sooner than a connection may take to fail, so that neither its words nor its
//! time tell what is at that address. The reason is in the log.

use super::{Outbound, Request, Response};
use std::time::Duration;
use url::Url;

/// The limits for such calls: what fails to connect has failed when a failure is told.
pub const LIMITS: super::Limits =
    super::Limits { connect: Duration::from_secs(1), total: Duration::from_secs(5) };

impl Outbound {
    /// What `read` makes of the answer to a GET; `None` when there is none, or `read` refuses it.
    pub async fn fetch_for_stranger<T>(
        &self,
        request: Request,
        read: impl FnOnce(Response) -> Result<T, &'static str>,
    ) -> Option<T> {
        let place = place(&request.url);
        let even = tokio::time::sleep(self.limits.connect);
        let why = match self.fetch(request).await {
            Ok(answer) if answer.status == 200 => match read(answer) {
                Ok(read) => return Some(read),
                Err(why) => why.to_owned(),
            },
            Ok(answer) => format!("the answer has status {}", answer.status),
            Err(error) => error.to_string(),
        };
        tracing::warn!(place, why, "what an app refers to could not be fetched");
        even.await;
        None
    }
}

/// Without what may be secret: no query, no user name.
fn place(url: &str) -> String {
    let parsed = Url::parse(url);
    parsed
        .map_or_else(|_| String::new(), |url| format!("{}{}", url.origin().ascii_serialization(), url.path()))
}
