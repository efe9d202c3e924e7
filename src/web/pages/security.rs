//! The page of the sign-in methods: authenticator apps, recovery codes, remembered browsers.

use super::account::device;
use super::factor::{codes, enrol_view, enrolment, name_of};
use super::{note, person, typed, words};
use crate::base::secret::Secret;
use crate::domain::factor::Purpose;
use crate::domain::session::Session;
use crate::domain::user::User;
use crate::engine::account::factors::{self, Methods};
use crate::engine::login;
use crate::engine::login::factors::totp::Enrolment;
use crate::protocol::refusal::{Check, Refusal};
use crate::store::Fault;
use crate::web::headers::FormAction;
use crate::web::request::{Request, Response};
use crate::web::respond::{self, Class};
use crate::web::routes::{Cors, Guard, Route, answer};
use crate::web::views::enrol::Wrong;
use crate::web::views::parts::Moment;
use crate::web::views::security::{App, Browser, Done, Security};
use actix_web::http::{Method, StatusCode};

/// `/account/security`
pub static ROUTE: Route = Route {
    path: "/account/security",
    methods: &[Method::GET, Method::POST],
    class: Class::Page,
    cors: Cors::None,
    guard: Guard::Csrf,
    metadata: None,
    handler: |request| answer(handle(request)),
};

/// `/account/security/add`
pub static ADD: Route = Route {
    path: "/account/security/add",
    methods: &[Method::GET, Method::POST],
    class: Class::Page,
    cors: Cors::None,
    guard: Guard::Csrf,
    metadata: None,
    handler: |request| answer(add(request)),
};

async fn handle(request: Request) -> Result<Response, Refusal> {
    if *request.http.method() == Method::POST { change(request).await } else { show(&request, None).await }
}

/// Leads to the sign-in where one is missing, or is too old or too weak for a change; what it leads back to is
/// stored (security rows C6, P4).
async fn or_sign_in(request: &Request, refusal: Refusal, purpose: Purpose) -> Result<Response, Refusal> {
    match refusal.check {
        Check::SessionMissing => Ok(respond::to_own(request, "/login")),
        Check::StepUpNeeded => {
            let again = login::again(request.engine(), &request.ctx, &request.visitor, purpose).await;
            let id = again.map_err(Fault::into_refusal)?;
            Ok(respond::to_own(request, &format!("/login?at={id}")))
        }
        _ => Err(refusal),
    }
}

async fn show(request: &Request, done: Option<Done>) -> Result<Response, Refusal> {
    match factors::methods(request.engine(), &request.visitor).await.map_err(Fault::into_refusal) {
        Ok(methods) => page(request, methods, done),
        Err(refusal) => or_sign_in(request, refusal, Purpose::Security).await,
    }
}

fn page(request: &Request, methods: Methods, done: Option<Done>) -> Result<Response, Refusal> {
    let say = request.words();
    let last = methods.required && methods.factors.len() == 1;
    let app = |factor: &crate::domain::factor::Factor| App {
        id: factor.id.to_string(),
        name: words(&factor.name),
        since: Moment::at(say, factor.created_at),
        last_used: factor.last_used_at.map(|at| Moment::at(say, at)),
        fixed: last,
    };
    let browser = |browser: &crate::domain::factor::Remembered| Browser {
        id: browser.id.clone(),
        device: device(say, &browser.user_agent),
        address: words(&browser.ip),
        until: Moment::at(say, browser.expires_at),
    };
    let view = Security {
        chrome: request.chrome(),
        csrf: request.csrf(ROUTE.path, None),
        person: person(&methods.user),
        done,
        apps: methods.factors.iter().map(app).collect(),
        codes_left: methods.codes_left,
        codes: methods.codes,
        browsers: methods.browsers.iter().map(browser).collect(),
        required: methods.required,
    };
    let status = if matches!(done, Some(Done::Last | Done::NameMissing)) {
        StatusCode::BAD_REQUEST
    } else {
        StatusCode::OK
    };
    respond::page(request, status, &view, FormAction::default())
}

async fn change(request: Request) -> Result<Response, Refusal> {
    let (engine, ctx, visitor) = (request.engine(), &request.ctx, &request.visitor);
    let factor = typed(&request, "factor").to_owned();
    let changed = match typed(&request, "action") {
        "rename" => match factors::name(typed(&request, "name")) {
            Some(name) => factors::rename(engine, ctx, visitor, (factor, name)).await.map(|()| Done::Renamed),
            None => return show(&request, Some(Done::NameMissing)).await,
        },
        "remove" => factors::remove(engine, ctx, visitor, factor).await.map(|()| Done::Removed),
        "forget" => {
            let one = request.form.get("browser").map(str::to_owned).filter(|id| id != "all");
            factors::forget_browser(engine, ctx, visitor, one).await.map(|()| Done::Forgotten)
        }
        "codes" => match factors::new_codes(engine, ctx, visitor).await {
            Ok(made) => return codes(&request, &made, ROUTE.path),
            Err(fault) => Err(fault),
        },
        _ => return Err(Check::FormInvalid.into()),
    };
    match changed.map_err(Fault::into_refusal) {
        Ok(done) => show(&request, Some(done)).await,
        Err(refusal) if refusal.check == Check::FactorLast => {
            note(&request, &refusal, ROUTE.path);
            show(&request, Some(Done::Last)).await
        }
        Err(refusal) => or_sign_in(&request, refusal, Purpose::Security).await,
    }
}

async fn add(request: Request) -> Result<Response, Refusal> {
    let allowed = factors::may_change(request.engine(), &request.visitor).await;
    let (session, user) = match allowed.map_err(Fault::into_refusal) {
        Ok(found) => found,
        Err(refusal) => return or_sign_in(&request, refusal, Purpose::AddFactor).await,
    };
    if *request.http.method() == Method::GET {
        let fresh = Enrolment::begin(request.engine());
        return form(&request, (&session, &user), &fresh, None);
    }
    let holder = holder(&session);
    let Some(enrolled) = enrolment(&request, &holder) else {
        let fresh = Enrolment::begin(request.engine());
        return form(&request, (&session, &user), &fresh, Some(Wrong::TooOld));
    };
    let code = Secret::new(typed(&request, "code"));
    let what = (enrolled, name_of(&request));
    match factors::add(request.engine(), &request.ctx, &request.visitor, what, code).await {
        Ok(added) => match added.codes {
            Some(made) => codes(&request, &made, ROUTE.path),
            None => Ok(respond::to_own(&request, ROUTE.path)),
        },
        Err(fault) => match fault.into_refusal() {
            refusal if refusal.check == Check::FactorWrong => {
                note(&request, &refusal, ADD.path);
                let same = enrolment(&request, &holder).ok_or(Check::EnrolmentGone)?;
                form(&request, (&session, &user), &same, Some(Wrong::Code))
            }
            refusal => or_sign_in(&request, refusal, Purpose::AddFactor).await,
        },
    }
}

/// Whom an enrolment from the account is sealed for.
fn holder(session: &Session) -> String {
    format!("session/{}", session.id)
}

fn form(
    request: &Request,
    (session, user): (&Session, &User),
    enrolment: &Enrolment,
    wrong: Option<Wrong>,
) -> Result<Response, Refusal> {
    let mut view = enrol_view(request, (user, &holder(session)), enrolment, wrong)?;
    view.csrf = request.csrf(ADD.path, None);
    view.action = view.chrome.at(ADD.path);
    view.back = Some(view.chrome.at(ROUTE.path));
    respond::page(request, StatusCode::OK, &view, FormAction::default())
}
