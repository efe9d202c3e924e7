//! The recovery link: sets a new password, once (made by `latchkey recover` or `latchkey user add`).
//! GET only shows the form, so that nothing that merely opens links uses one up (security row O3).

use super::typed;
use crate::base::secret::{OneTimeLink, Plain, Secret};
use crate::base::words::{Phrase, Words};
use crate::domain::user::User;
use crate::engine::admin::{Actor, AdminError, Desk, Mode, apply, links};
use crate::engine::passwords::Advice;
use crate::protocol::refusal::{Check, Refusal};
use crate::store::{Fault, links as stored, users};
use crate::web::headers::FormAction;
use crate::web::request::{Request, Response};
use crate::web::respond::{self, Class};
use crate::web::routes::{Cors, Guard, Route, answer};
use crate::web::views::notice::Notice;
use crate::web::views::set_password::SetPassword;
use crate::web::views::text::Href;
use actix_web::http::{Method, StatusCode};

/// `/recover`
pub static ROUTE: Route = Route {
    path: "/recover",
    methods: &[Method::GET, Method::POST],
    class: Class::Page,
    cors: Cors::None,
    guard: Guard::Csrf,
    metadata: None,
    handler: |request| answer(handle(request)),
};

async fn handle(request: Request) -> Result<Response, Refusal> {
    let posted = *request.http.method() == Method::POST;
    let sent = if posted { typed(&request, "link") } else { request.query.get("link").unwrap_or_default() };
    let link = Plain::<OneTimeLink>::presented(sent);
    let user = owner(&request, &link).await?;
    if posted { set(request, link, user).await } else { form(&request, &link, &user, None) }
}

/// Whose link it is; unknown, used and expired ones look alike.
async fn owner(request: &Request, link: &Plain<OneTimeLink>) -> Result<User, Refusal> {
    let (digest, now) = (link.digest(), request.engine().now());
    let found = request.engine().db.read(move |conn| {
        let owner = stored::peek(conn, &digest, stored::RECOVER, now)?.flatten().ok_or(Check::LinkInvalid)?;
        Ok(users::find(conn, &owner)?.filter(|user| user.enabled).ok_or(Check::LinkInvalid)?)
    });
    found.await.map_err(Fault::into_refusal)
}

fn form(
    request: &Request,
    link: &Plain<OneTimeLink>,
    user: &User,
    problem: Option<Phrase>,
) -> Result<Response, Refusal> {
    let view = SetPassword {
        chrome: request.chrome(),
        csrf: request.csrf(ROUTE.path, None),
        link: link.reveal().to_owned(),
        person: super::person(user),
        username: user.username.clone(),
        password_problem: problem,
        password_min: request.engine().policy.min_password,
    };
    respond::page(request, StatusCode::OK, &view, FormAction::default())
}

/// What follows, and how to do better: a password that was taken is never called bad.
fn what_next(say: Words, advice: Option<Advice>) -> Phrase {
    match advice {
        None => say.set_password_done_more(),
        Some(Advice::Usual) => say.set_password_done_usual(),
        Some(Advice::Pattern) => say.set_password_done_pattern(),
        Some(Advice::Short) => say.set_password_done_short(),
    }
}

async fn set(request: Request, link: Plain<OneTimeLink>, user: User) -> Result<Response, Refusal> {
    let password = Secret::new(typed(&request, "password"));
    let email = user.email.clone().unwrap_or_default();
    let context =
        [user.username.as_str(), email.as_str(), user.display_name(), request.site.public.host.as_str()];
    if let Err(weakness) = request.engine().password_rules.check(&password, &context).await? {
        return form(&request, &link, &user, Some(super::weak(request.words(), weakness)));
    }
    let advice = request.engine().password_rules.advice(&password, &context).await;
    let hash = request.engine().passwords.hash(&password).await?;
    let desk = Desk::of_request(request.engine(), &request.ctx, Actor::Link);
    let done = apply(&request.engine().db, Mode::Apply, move |conn| {
        links::finish_recover(conn, &desk, &link, &hash)
    });
    match done.await {
        Ok(_) => {}
        Err(AdminError::Store(fault)) => return Err(fault.into_refusal()),
        Err(_) => return Err(Check::LinkInvalid.into()),
    }
    let view = Notice {
        chrome: request.chrome(),
        heading: request.words().set_password_done(),
        sentence: what_next(request.words(), advice),
        button: Some((request.words().sign_in(), Href::own(request.chrome().at("/login")))),
        error: false,
    };
    respond::page(&request, StatusCode::OK, &view, FormAction::default())
}
