//! The sign-in page, for an app that waits or for the account pages.

use super::device::ForDevice;
use super::{app_of, factor, ix, leads_to, note, person, security, setup, speak, typed};
use crate::base::id::{AuthorizationId, VisitId};
use crate::base::secret::Secret;
use crate::domain::factor::Purpose;
use crate::domain::user::User;
use crate::engine::authorize::{self, Outcome, Step, Waiting};
use crate::engine::login::{self, Attempt, Next, Toward};
use crate::protocol::refusal::{Check, Refusal};
use crate::store::Fault;
use crate::web::cookies;
use crate::web::headers::FormAction;
use crate::web::oauth::authorize::respond as carry;
use crate::web::request::{Request, Response};
use crate::web::respond::{self, Class};
use crate::web::routes::{Cors, Guard, Route, answer};
use crate::web::views::login::{Login, Problem, Reason, Who};
use crate::web::views::parts::Field;
use actix_web::http::{Method, StatusCode};

/// `/login`
pub static ROUTE: Route = Route {
    path: "/login",
    methods: &[Method::GET, Method::POST],
    class: Class::Page,
    cors: Cors::None,
    guard: Guard::Csrf,
    metadata: None,
    handler: |request| answer(handle(request)),
};

async fn handle(request: Request) -> Result<Response, Refusal> {
    if *request.http.method() == Method::POST { submit(request).await } else { show(request).await }
}

/// The authorization that waits, if the page is for one.
async fn waiting(request: &Request, sent: Option<&str>) -> Result<Option<Waiting>, Refusal> {
    let Some(sent) = sent else { return Ok(None) };
    let id = ix(Some(sent)).ok_or(Check::AuthorizationGone)?;
    let found = authorize::waiting(request.engine(), &request.ctx, &request.visitor, &id).await;
    let found = found.map_err(Fault::into_refusal)?;
    speak(request, &found);
    Ok(Some(found))
}

/// The authorization that the form is for, and what waits of it: nothing, if the form is here for the
/// second time and the first led to the end.
async fn sent_for(request: &Request) -> Result<(Option<AuthorizationId>, Option<Waiting>), Refusal> {
    let id = ix(request.form.get("ix"));
    match (waiting(request, request.form.get("ix")).await, &id) {
        (Err(refusal), Some(key)) if refusal.check == Check::AuthorizationGone => {
            let over = authorize::is_over(request.engine(), &request.visitor, key).await;
            if over.map_err(Fault::into_refusal)? { Ok((id, None)) } else { Err(refusal) }
        }
        (found, _) => found.map(|waiting| (id, waiting)),
    }
}

async fn show(request: Request) -> Result<Response, Refusal> {
    let waiting = waiting(&request, request.query.get("ix")).await?;
    let current = match &waiting {
        Some(waiting) => {
            let asked = &waiting.authorization.request;
            authorize::signed_in_for(request.engine(), &request.visitor, &waiting.client, asked).await
        }
        None => request.visitor.current(request.engine()).await,
    };
    let current = current.map_err(Fault::into_refusal)?;
    let switching = switching(&request);
    if let Some(at) = request.query.get("at") {
        return show_again(&request, at).await;
    }
    let device = ForDevice::of(&request).await?;
    let must_sign_in = device.as_ref().is_some_and(|device| device.must_sign_in);
    match &waiting {
        None if current.is_some() && !switching && !must_sign_in => {
            return Ok(respond::to_own(
                &request,
                &device.map_or_else(|| path_of(Purpose::Account).to_owned(), |device| device.path()),
            ));
        }
        // Signed in meanwhile, perhaps in another tab: on to the true step (security rows A14, A15).
        Some(waiting) if current.is_some() && !switching => {
            let id = &waiting.authorization.id;
            let outcome = authorize::resume(request.engine(), &request.ctx, &request.visitor, id).await;
            if !matches!(outcome, Outcome::Interact { step: Step::Login, .. }) {
                return carry(&request, outcome);
            }
        }
        _ => {}
    }
    let who = who(waiting.as_ref(), current.as_ref().map(|(_, user)| user), switching);
    page(&request, waiting.as_ref(), who, None)
}

/// The page on which somebody who is signed in proves anew who they are.
async fn show_again(request: &Request, at: &str) -> Result<Response, Refusal> {
    let Some(id) = login::attempt_id(at) else { return Ok(respond::to_own(request, ROUTE.path)) };
    match login::find_again(request.engine(), &request.visitor, &id).await {
        Ok((_, user)) => page(request, None, again_as(&user, true), None),
        Err(Fault::Refused(_)) => Ok(respond::to_own(request, ROUTE.path)),
        Err(fault) => Err(fault.into_refusal()),
    }
}

fn again_as(user: &User, fixed: bool) -> Who {
    Who::Again { person: person(user), username: user.username.clone(), fixed }
}

/// Where a sign-in leads that is for no app: to a device that waits, else where it was begun for.
async fn leads(request: &Request, toward: &Toward) -> String {
    let device = match toward.device.clone() {
        // The person is signed in, whatever became of the device.
        Some(id) => ForDevice::find(request, id).await.unwrap_or_default(),
        None => None,
    };
    device.map_or_else(|| path_of(toward.purpose).to_owned(), |device| device.path())
}

/// Where a sign-in leads that is for no app and no device.
pub(super) fn path_of(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Account => "/account",
        Purpose::Security => security::ROUTE.path,
        Purpose::AddFactor => security::ADD.path,
        Purpose::Setup => setup::APP.path,
    }
}

/// Whether the person chose to use another account: by a link, and then in the form.
fn switching(request: &Request) -> bool {
    request.query.get("switch").is_some() || request.form.get("switch").is_some()
}

/// The same person again when the app asked for them, else anyone.
fn who(waiting: Option<&Waiting>, current: Option<&User>, switching: bool) -> Who {
    let expected = waiting.and_then(|waiting| waiting.expected.as_ref());
    match (current, waiting) {
        (Some(user), Some(_)) if !switching && expected == Some(&user.id) => {
            let fixed = waiting.is_some_and(Waiting::names_somebody);
            again_as(user, fixed)
        }
        (_, Some(waiting)) => Who::Anyone(Field::holding(
            waiting.authorization.request.login_hint.as_deref().unwrap_or_default(),
        )),
        _ => Who::Anyone(Field::default()),
    }
}

fn page(
    request: &Request,
    waiting: Option<&Waiting>,
    who: Who,
    problem: Option<Problem>,
) -> Result<Response, Refusal> {
    let key = waiting.map(|waiting| waiting.authorization.id.to_string());
    let creating = waiting.is_some_and(|waiting| waiting.authorization.request.prompt.create);
    let status = match problem {
        Some(Problem::TooManyTries { .. }) => StatusCode::TOO_MANY_REQUESTS,
        Some(Problem::Busy { .. }) => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::OK,
    };
    let device = ForDevice::named(request);
    let for_device = device.as_ref().map(|_| Reason::Device);
    let view = Login {
        chrome: waiting.map_or_else(|| request.chrome(), |waiting| request.chrome_of(&waiting.client)),
        csrf: request.csrf("/login", key.as_deref()),
        ix: key,
        reason: for_device.or(creating.then_some(Reason::NewAccount)),
        device: device.map(VisitId::into_string),
        at: request.query.get("at").or_else(|| request.form.get("at")).map(str::to_owned),
        app: waiting.map(app_of),
        who,
        switching: switching(request) || creating,
        problem,
    };
    respond::page(request, status, &view, waiting.map_or_else(FormAction::default, leads_to))
}

async fn submit(request: Request) -> Result<Response, Refusal> {
    let (id, waiting) = sent_for(&request).await?;
    let (username, password) = (typed(&request, "username").to_owned(), typed(&request, "password"));
    let missing = match (username.is_empty(), password.is_empty()) {
        (true, true) => Some(Problem::BothMissing),
        (true, false) => Some(Problem::UsernameMissing),
        (false, true) => Some(Problem::PasswordMissing),
        (false, false) => None,
    };
    if missing.is_some() {
        return page(&request, waiting.as_ref(), Who::Anyone(Field::holding(&username)), missing);
    }
    let attempt = Attempt {
        username: username.clone(),
        password: Secret::new(password),
        toward: toward(&request, id).await?,
    };
    let aim = attempt.toward.clone();
    match login::password(request.engine(), &request.ctx, &request.visitor, attempt).await {
        Ok(Next::SignedIn(signed_in)) => go_on(request, aim, *signed_in).await,
        Ok(Next::Halfway(at)) => Ok(factor::to_second_step(&request, &at)),
        Err(fault) => again(&request, waiting.as_ref(), &username, fault.into_refusal()).await,
    }
}

/// What the form is for: what it names itself, or what was stored when the person was asked to sign in again.
async fn toward(request: &Request, authorization: Option<AuthorizationId>) -> Result<Toward, Refusal> {
    let again = match request.form.get("at").and_then(login::attempt_id) {
        Some(id) => match login::find_again(request.engine(), &request.visitor, &id).await {
            Ok((attempt, _)) => Some(Toward::from(&attempt)),
            Err(Fault::Refused(_)) => None,
            Err(fault) => return Err(fault.into_refusal()),
        },
        None => None,
    };
    let named = Toward {
        authorization,
        device: ForDevice::named(request),
        switching: switching(request),
        purpose: Purpose::Account,
    };
    Ok(again.unwrap_or(named))
}

/// Where the browser goes after a sign-in, with its cookies.
pub(super) async fn go_on(
    mut request: Request,
    toward: Toward,
    mut signed_in: login::SignedIn,
) -> Result<Response, Refusal> {
    request.visitor.session = Some(signed_in.session.digest());
    let mut response = match (signed_in.given.take(), &toward.authorization) {
        (Some(given), _) => {
            let outcome = given.answer(request.engine()).await;
            carry(&request, outcome).unwrap_or_else(|refusal| told(&request, &refusal))
        }
        (None, Some(id)) => {
            let (engine, ctx, visitor) = (request.engine(), &request.ctx, &request.visitor);
            let outcome = authorize::resume(engine, ctx, visitor, id).await;
            // The person is signed in, whatever became of the app's request: the cookie goes along.
            carry(&request, outcome).unwrap_or_else(|refusal| told(&request, &refusal))
        }
        (None, None) => {
            let path = leads(&request, &toward).await;
            respond::to_own(&request, &path)
        }
    };
    cookies::signed_in(&request.http, &mut response, &signed_in);
    Ok(response)
}

/// The error page as an answer that more can be done to.
fn told(request: &Request, refusal: &Refusal) -> Response {
    note(request, refusal, ROUTE.path);
    respond::refusal(request, Class::Page, refusal)
}

/// The form again, with what is wrong; the same for unknown, disabled and wrong (security row C1).
async fn again(
    request: &Request,
    waiting: Option<&Waiting>,
    username: &str,
    refusal: Refusal,
) -> Result<Response, Refusal> {
    if !login::is_retryable(&refusal) {
        return Err(refusal);
    }
    note(request, &refusal, ROUTE.path);
    let seconds = u64::try_from(refusal.retry_after.unwrap_or(1)).unwrap_or(1);
    let problem = match refusal.check {
        Check::LoginThrottled | Check::NetworkSlowed => Problem::TooManyTries { seconds },
        Check::HashingBusy => Problem::Busy { seconds },
        Check::PasswordTooLong => return Err(refusal),
        _ => Problem::WrongCredentials,
    };
    let current = request.visitor.current(request.engine()).await.map_err(Fault::into_refusal)?;
    let same = current.map(|(_, user)| user).filter(|user| user.username == username);
    let who = match who(waiting, same.as_ref(), switching(request)) {
        Who::Anyone(_) => Who::Anyone(Field::holding(username)),
        known @ Who::Again { .. } => known,
    };
    let mut response = page(request, waiting, who, Some(problem))?;
    respond::retry_after(&mut response, &refusal);
    Ok(response)
}
