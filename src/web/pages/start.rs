//! Opening an app from here: sign-in initiated by a third party, which is this server (OIDC Core §4).
//! A portal, a bookmark or the account page links to `/start?client_id=...`.

use crate::domain::client::Client;
use crate::protocol::redirect_uri::VerifiedRedirect;
use crate::protocol::refusal::{Check, Refusal};
use crate::web::request::{Request, Response};
use crate::web::respond::{self, Class};
use crate::web::routes::{Cors, Guard, Route, answer};
use actix_web::http::Method;

/// `/start`
pub static ROUTE: Route = Route {
    path: "/start",
    methods: &[Method::GET],
    class: Class::Page,
    cors: Cors::None,
    guard: Guard::Csrf,
    metadata: None,
    handler: |request| answer(std::future::ready(handle(&request))),
};

/// The page that opens an app, where it has one to begin at; below the base path.
pub fn link(client: &Client) -> Option<String> {
    let pair = [("client_id", client.id.as_str())];
    let path = || format!("{}?{}", ROUTE.path, crate::protocol::params::encode(pair));
    client.metadata.initiate_login_uri.as_ref().filter(|_| !client.unreviewed).map(|_| path())
}

/// OIDC Core §4: the app's own address with `iss`, which names the server to sign in at. Nothing of the
/// request goes along: where the person ends up is the app's to say.
fn handle(request: &Request) -> Result<Response, Refusal> {
    let id = request.query.get("client_id").ok_or(Check::ClientIdMissing)?;
    let client = request.engine().clients.get(id).filter(|client| client.enabled);
    let client =
        client.ok_or_else(|| Refusal::new(Check::ClientUnknown).with("a registered client_id", id))?;
    request.ctx.trace.client(client.id.as_str());
    // Nobody is sent on at the wish of an app that nobody here knows (RFC 9700 §4.11.2).
    let begin = client.metadata.initiate_login_uri.as_ref().filter(|_| !client.unreviewed);
    let begin = begin.ok_or(Check::InitiateLoginMissing)?;
    let begin = VerifiedRedirect::from_stored(begin.as_str());
    Ok(respond::to_verified(&begin, &[("iss", request.engine().policy.issuer.as_str())]))
}
