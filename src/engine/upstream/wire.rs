//! Between the `openidconnect` package and the guarded client; keeps what was said, if asked to.

use crate::engine::outbound::{self, Caller, LARGEST, LARGEST_DOCUMENT, Method, Outbound, OutboundError};
use openidconnect::http::header::AUTHORIZATION;
use openidconnect::http::{self, StatusCode};
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use std::future::Future;
use std::pin::Pin;
use std::sync::Mutex;

/// Exchanges kept at most.
const MOST: usize = 16;

/// The line to a provider for the calls of one step.
pub struct Wire<'o> {
    outbound: &'o Outbound,
    kept: Option<Mutex<Vec<Exchange>>>,
}

/// One call, whole: it holds secrets and tokens, so it cannot be printed.
#[derive(Clone)]
pub struct Exchange {
    /// The method.
    pub method: String,
    /// The URL.
    pub url: String,
    /// The headers of the request.
    pub request_headers: Vec<(String, String)>,
    /// The body of the request.
    pub request_body: String,
    /// The answer, or why there is none.
    pub answer: Result<ExchangeAnswer, OutboundError>,
}

/// What was answered.
#[derive(Clone)]
pub struct ExchangeAnswer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl<'o> Wire<'o> {
    /// A line that keeps nothing.
    pub fn new(outbound: &'o Outbound) -> Self {
        Self { outbound, kept: None }
    }

    /// A line that keeps what is said, for the pages of `/try`.
    pub fn keeping(outbound: &'o Outbound) -> Self {
        Self { outbound, kept: Some(Mutex::default()) }
    }

    /// What was said since the last time, oldest first.
    pub fn take(&self) -> Vec<Exchange> {
        let taken =
            self.kept.as_ref().and_then(|kept| kept.lock().ok().map(|mut all| std::mem::take(&mut *all)));
        taken.unwrap_or_default()
    }

    /// Sends one request of the package.
    pub(super) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, OutboundError> {
        let request = translate(request)?;
        let mut exchange = self.kept.is_some().then(|| Exchange {
            method: request.method.as_str().to_owned(),
            url: request.url.clone(),
            request_headers: request.headers.clone(),
            request_body: String::from_utf8_lossy(&request.body).into_owned(),
            answer: Err(OutboundError::Unreachable),
        });
        let answer = self.outbound.fetch(request).await;
        if let Some(exchange) = &mut exchange {
            exchange.answer = answer.as_ref().map(heard).map_err(Clone::clone);
        }
        self.keep(exchange);
        response(answer?)
    }

    fn keep(&self, exchange: Option<Exchange>) {
        let (Some(kept), Some(exchange)) = (&self.kept, exchange) else { return };
        if let Ok(mut all) = kept.lock()
            && all.len() < MOST
        {
            all.push(exchange);
        }
    }
}

impl<'c> AsyncHttpClient<'c> for Wire<'_> {
    type Error = OutboundError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, OutboundError>> + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

fn heard(response: &outbound::Response) -> ExchangeAnswer {
    ExchangeAnswer {
        status: response.status,
        headers: response.headers.clone(),
        body: String::from_utf8_lossy(&response.body).into_owned(),
    }
}

fn translate(request: HttpRequest) -> Result<outbound::Request, OutboundError> {
    let (head, body) = request.into_parts();
    let method = if head.method == http::Method::POST { Method::Post } else { Method::Get };
    // What is fetched without credentials is metadata or keys.
    let document = method == Method::Get && !head.headers.contains_key(AUTHORIZATION);
    let text = |value: &http::HeaderValue| value.to_str().map(str::to_owned);
    let headers: Result<Vec<_>, _> =
        head.headers.iter().map(|(name, value)| text(value).map(|value| (name.to_string(), value))).collect();
    Ok(outbound::Request {
        // Providers are what admins configured.
        caller: Caller::Reviewed,
        method,
        url: head.uri.to_string(),
        headers: headers.map_err(|_| OutboundError::UrlRefused("a header that is not text"))?,
        body,
        largest: if document { LARGEST_DOCUMENT } else { LARGEST },
    })
}

fn response(answer: outbound::Response) -> Result<HttpResponse, OutboundError> {
    let mut response = http::Response::new(answer.body);
    *response.status_mut() = StatusCode::from_u16(answer.status).map_err(|_| OutboundError::Unreachable)?;
    for (name, value) in answer.headers {
        let name = http::HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, http::HeaderValue::from_str(&value)) {
            response.headers_mut().append(name, value);
        }
    }
    Ok(response)
}
