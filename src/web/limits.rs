//! What a request costs its network, by its route; in front of everything that does work for it.

use super::request::Request;
use super::respond::Class as Form;
use super::routes::Route;
use crate::engine::limits::Class;
use crate::protocol::refusal::Refusal;

/// Questions that programs ask for each request of their own.
const LOOKUPS: [&str; 2] = ["/oauth2/userinfo", "/oauth2/introspect"];
/// Bytes that lie ready: saying no would cost as much.
const READY: [&str; 2] = ["/.well-known/", "/static/"];

/// The class of a route; what is no route is answered by a page.
fn class(route: Option<&Route>) -> Option<Class> {
    let Some(route) = route else { return Some(Class::Page) };
    if READY.iter().any(|ready| route.path.starts_with(ready)) {
        return None;
    }
    if LOOKUPS.contains(&route.path) {
        return Some(Class::Lookup);
    }
    Some(if route.class == Form::Page { Class::Page } else { Class::Program })
}

/// Counts the request (security row S1).
///
/// # Errors
/// `Check::TooManyRequests`, answered in the form of the route.
pub async fn admit(request: &Request, route: Option<&Route>) -> Result<(), Refusal> {
    let Some(class) = class(route) else { return Ok(()) };
    let engine = request.engine();
    engine.limits.network(class, request.ctx.ip, engine.clock.now_ms()).await
}
