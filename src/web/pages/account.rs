//! The account page: apps with access, devices and sessions, and the ways to end them.

use super::{claims, person, start, typed, words};
use crate::base::words::{Phrase, Words};
use crate::domain::session::Session;
use crate::engine::account::{self, App, Overview};
use crate::engine::logout::Frame;
use crate::protocol::refusal::{Check, Refusal};
use crate::store::Fault;
use crate::web::headers::FormAction;
use crate::web::oauth::logout::over;
use crate::web::pages;
use crate::web::pages::consent::{in_order, sentence};
use crate::web::request::{Request, Response};
use crate::web::respond::{self, Class};
use crate::web::routes::{Cors, Guard, Route, answer};
use crate::web::views::account::{Account, AppAccess, SessionLine};
use crate::web::views::parts::Moment;
use crate::web::views::text::Text;
use actix_web::http::{Method, StatusCode};

/// `/account`
pub static ROUTE: Route = Route {
    path: "/account",
    methods: &[Method::GET],
    class: Class::Page,
    cors: Cors::None,
    guard: Guard::Csrf,
    metadata: None,
    handler: |request| answer(show(request)),
};

/// `/account/apps`
pub static APPS: Route = Route {
    path: "/account/apps",
    methods: &[Method::POST],
    class: Class::Page,
    cors: Cors::None,
    guard: Guard::Csrf,
    metadata: None,
    handler: |request| answer(withdraw(request)),
};

/// `/account/sessions`
pub static SESSIONS: Route = Route {
    path: "/account/sessions",
    methods: &[Method::POST],
    class: Class::Page,
    cors: Cors::None,
    guard: Guard::Csrf,
    metadata: None,
    handler: |request| answer(end(request)),
};

async fn show(request: Request) -> Result<Response, Refusal> {
    match account::overview(request.engine(), &request.visitor).await.map_err(Fault::into_refusal) {
        Ok(overview) => page(&request, overview),
        Err(refusal) if refusal.check == Check::SessionMissing => Ok(respond::to_own(&request, "/login")),
        Err(refusal) => Err(refusal),
    }
}

fn page(request: &Request, overview: Overview) -> Result<Response, Refusal> {
    let say = request.words();
    let current = overview.current.id.clone();
    let mut sessions: Vec<SessionLine> =
        overview.sessions.iter().map(|session| line(say, session, session.id == current)).collect();
    sessions.sort_by_key(|session| !session.current);
    let user = &overview.user;
    let mut facts = vec![(say.username(), Phrase::outside(&user.username))];
    if let Some(email) = &user.email {
        let shown = if user.email_verified {
            say.account_email_confirmed(email)
        } else {
            say.account_email_not_confirmed(email)
        };
        facts.push((say.email(), shown));
    }
    let view = Account {
        chrome: request.chrome(),
        csrf: request.csrf(ROUTE.path, None),
        person: person(user),
        facts,
        done: None,
        apps: overview.apps.iter().map(|app| access(request, app)).collect(),
        sessions,
    };
    respond::page(request, StatusCode::OK, &view, FormAction::default())
}

fn access(request: &Request, app: &App) -> AppAccess {
    let say = request.words();
    let client = request.engine().clients.get(&app.client_id);
    let name = client.as_ref().map_or(app.client_id.as_str(), |client| client.metadata.client_name.as_str());
    let scopes = in_order(&app.scope).into_iter().map(|scope| sentence(say, scope));
    let claims = app.claims.iter().map(|name| claims::sentence(say, name));
    AppAccess {
        grant: app.client_id.clone(),
        name: Text::plain(name),
        open: client.as_ref().filter(|client| client.enabled).and_then(|client| start::link(client)),
        may: scopes.chain(claims).collect(),
        since: Moment::at(say, app.since),
        last_used: app.last_used.map(|used| Moment::at(say, used)),
    }
}

fn line(say: Words, session: &Session, current: bool) -> SessionLine {
    SessionLine {
        id: session.id.to_string(),
        device: device(say, &session.user_agent),
        address: words(&session.ip),
        started: Moment::at(say, session.created_at),
        last_used: Moment::at(say, session.last_seen_at),
        current,
    }
}

/// A browser's description of itself in two words; a guess, shown as such to its owner only.
pub(super) fn device(say: Words, agent: &str) -> Phrase {
    let first =
        |names: &[(&str, &'static str)]| names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, n)| *n);
    let browser = first(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => say.account_device(browser, system),
        (Some(one), None) | (None, Some(one)) => Phrase::outside(one),
        (None, None) => say.account_device_unknown(),
    }
}

async fn withdraw(request: Request) -> Result<Response, Refusal> {
    let client = typed(&request, "grant").to_owned();
    let done = account::withdraw(request.engine(), &request.ctx, &request.visitor, client).await;
    done.map_err(Fault::into_refusal)?;
    Ok(respond::to_own(&request, "/account"))
}

async fn end(request: Request) -> Result<Response, Refusal> {
    let (engine, ctx, visitor) = (request.engine(), &request.ctx, &request.visitor);
    match typed(&request, "session") {
        "all" => {
            let frames = account::end_everywhere(engine, ctx, visitor).await.map_err(Fault::into_refusal)?;
            signed_out(&request, &frames, true)
        }
        id => {
            let id = id.to_owned();
            match account::end_one(engine, ctx, visitor, id).await.map_err(Fault::into_refusal)? {
                Some(frames) => signed_out(&request, &frames, false),
                None => Ok(respond::to_own(&request, "/account")),
            }
        }
    }
}

/// This browser's own session was among those that ended.
fn signed_out(request: &Request, frames: &[Frame], everywhere: bool) -> Result<Response, Refusal> {
    let mut response = pages::logout::from_account(request, frames, everywhere)?;
    over(request, &mut response);
    Ok(response)
}
