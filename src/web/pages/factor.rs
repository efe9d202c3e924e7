//! The second step of a sign-in: a factor is asked for, or a first one is enrolled (experience 8.4 "Second step").

use super::login::{go_on, path_of};
use super::{app_of, ix, leads_to, note, person, typed};
use crate::base::id::{AttemptId, VisitId};
use crate::base::secret::Secret;
use crate::domain::factor::{Attempt, Stage};
use crate::domain::user::User;
use crate::engine::account::factors::name;
use crate::engine::authorize::{self, Waiting};
use crate::engine::login::factors::totp::Enrolment;
use crate::engine::login::factors::{Factor, Shape};
use crate::engine::login::{self, Answer, Enrolled, Halfway, Toward};
use crate::protocol::refusal::{Check, Refusal};
use crate::store::Fault;
use crate::web::cookies;
use crate::web::headers::FormAction;
use crate::web::request::{Request, Response};
use crate::web::respond::{self, Class};
use crate::web::routes::{Cors, Guard, Route, answer};
use crate::web::views::enrol::{Enrol, Wrong};
use crate::web::views::notice::Notice;
use crate::web::views::recovery_codes::RecoveryCodes;
use crate::web::views::second_step::{Ask, Problem, SecondStep};
use crate::web::views::text::Href;
use actix_web::http::{Method, StatusCode};

/// `/login/factor`
pub static ROUTE: Route = Route {
    path: "/login/factor",
    methods: &[Method::GET, Method::POST],
    class: Class::Page,
    cors: Cors::None,
    guard: Guard::Csrf,
    metadata: None,
    handler: |request| answer(handle(request)),
};

/// On to the page of the second step.
pub(super) fn to_second_step(request: &Request, id: &AttemptId) -> Response {
    respond::to_own(request, &format!("{}?at={id}", ROUTE.path))
}

async fn handle(request: Request) -> Result<Response, Refusal> {
    let posted = *request.http.method() == Method::POST;
    let sent = if posted { request.form.get("at") } else { request.query.get("at") };
    let Some(sent) = sent else {
        return if posted { Err(Check::AttemptGone.into()) } else { begin(&request).await };
    };
    let id = login::attempt_id(sent).ok_or(Check::AttemptGone)?;
    match login::halfway(request.engine(), &request.visitor, &id).await {
        Ok(halfway) if posted => submit(request, halfway).await,
        Ok(halfway) => show(&request, &halfway, None).await,
        Err(Fault::Refused(refusal)) if refusal.check == Check::AttemptGone => {
            over(&request, &id, &refusal).await
        }
        Err(fault) => Err(fault.into_refusal()),
    }
}

/// Somebody who is signed in comes for the second step alone.
async fn begin(request: &Request) -> Result<Response, Refusal> {
    let authorization = match request.query.get("ix") {
        Some(sent) => Some(ix(Some(sent)).ok_or(Check::AuthorizationGone)?),
        None => None,
    };
    let device = ix(request.query.get("device")).map(|id| VisitId::from_stored(id.into_string()));
    let toward = Toward { authorization, device, ..Toward::default() };
    let back = start_of(&toward);
    match login::step_up(request.engine(), &request.ctx, &request.visitor, toward).await {
        Ok(Some((id, Stage::Again))) => Ok(respond::to_own(request, &format!("/login?at={id}"))),
        Ok(Some((id, _))) => Ok(to_second_step(request, &id)),
        Ok(None) => Ok(respond::to_own(request, &back)),
        Err(Fault::Refused(refusal)) if refusal.check == Check::SessionMissing => {
            Ok(respond::to_own(request, &back))
        }
        Err(fault) => Err(fault.into_refusal()),
    }
}

/// Where a sign-in for this begins, and goes on when it is done.
fn start_of(toward: &Toward) -> String {
    match (&toward.authorization, &toward.device) {
        (Some(id), _) => format!("/login?ix={id}"),
        (None, Some(id)) => format!("/login?device={id}"),
        (None, None) => "/login".to_owned(),
    }
}

/// It is finished or has ended: the way back to where it began, if it was this browser's.
async fn over(request: &Request, id: &AttemptId, refusal: &Refusal) -> Result<Response, Refusal> {
    note(request, refusal, ROUTE.path);
    let found =
        login::find_here(request.engine(), &request.visitor, id).await.map_err(Fault::into_refusal)?;
    let back = found.map_or_else(|| "/login".to_owned(), |attempt| start_of(&Toward::from(&attempt)));
    let (chrome, say) = (request.chrome(), request.words());
    let view = Notice {
        heading: say.factor_over(),
        sentence: say.factor_over_more(),
        button: Some((say.factor_start_over(), Href::own(chrome.at(&back)))),
        error: true,
        chrome,
    };
    respond::page(request, StatusCode::BAD_REQUEST, &view, FormAction::default())
}

/// The authorization that the sign-in is for, if it still waits.
async fn waiting(request: &Request, attempt: &Attempt) -> Option<Waiting> {
    let id = attempt.authorization_id.as_ref()?;
    authorize::waiting(request.engine(), &request.ctx, &request.visitor, id).await.ok()
}

async fn show(request: &Request, halfway: &Halfway, problem: Option<Problem>) -> Result<Response, Refusal> {
    let waiting = waiting(request, &halfway.attempt).await;
    if let Some(waiting) = &waiting {
        super::speak(request, waiting);
    }
    if halfway.attempt.stage == Stage::Enrol {
        return enrol(request, halfway, waiting.as_ref(), (Enrolment::begin(request.engine()), None));
    }
    ask(request, halfway, waiting.as_ref(), problem)
}

/// What the person chose to answer with: what the page or form names, else the first they have.
fn chosen(request: &Request, halfway: &Halfway) -> Option<&'static Factor> {
    let named = request.form.get("by").or_else(|| request.query.get("by"));
    let held = |kind: &str| halfway.held.iter().copied().find(|factor| factor.kind == kind);
    named.and_then(held).or_else(|| halfway.held.first().copied())
}

fn ask(
    request: &Request,
    halfway: &Halfway,
    waiting: Option<&Waiting>,
    problem: Option<Problem>,
) -> Result<Response, Refusal> {
    let by = chosen(request, halfway).ok_or(Check::AttemptGone)?;
    let at = halfway.attempt.id.to_string();
    let as_asked = |factor: &'static Factor| match factor.shape {
        Shape::Digits => Ask::Digits,
        Shape::Noted => Ask::Noted,
    };
    let others = halfway.held.iter().copied().filter(|factor| factor.kind != by.kind);
    let chrome = request.chrome();
    let again = start_of(&Toward::from(&halfway.attempt));
    let joined = if again.contains('?') { '&' } else { '?' };
    let status = match problem {
        Some(Problem::TooMany { .. }) => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::OK,
    };
    let days = request.engine().policy.second_factor.remember / 86_400;
    let view = SecondStep {
        csrf: request.csrf(ROUTE.path, None),
        app: waiting.map(app_of),
        person: person(&halfway.user),
        ask: as_asked(by),
        by: by.kind,
        others: others
            .map(|factor| {
                (as_asked(factor), chrome.at(&format!("{}?at={at}&by={}", ROUTE.path, factor.kind)))
            })
            .collect(),
        remember_days: u64::try_from(days).ok().filter(|days| *days > 0),
        remember: request.form.get("remember").is_some(),
        start_over: chrome.at(&format!("{again}{joined}switch=1")),
        problem,
        at,
        chrome,
    };
    respond::page(request, status, &view, waiting.map_or_else(FormAction::default, leads_to))
}

fn enrol(
    request: &Request,
    halfway: &Halfway,
    waiting: Option<&Waiting>,
    (enrolment, wrong): (Enrolment, Option<Wrong>),
) -> Result<Response, Refusal> {
    let at = halfway.attempt.id.to_string();
    let mut view = enrol_view(request, (&halfway.user, &holder(&halfway.attempt)), &enrolment, wrong)?;
    view.csrf = request.csrf(ROUTE.path, None);
    view.action = view.chrome.at(ROUTE.path);
    view.app = waiting.map(app_of);
    view.at = Some(at);
    respond::page(request, StatusCode::OK, &view, waiting.map_or_else(FormAction::default, leads_to))
}

/// Whom an enrolment on the way in is sealed for.
fn holder(attempt: &Attempt) -> String {
    format!("attempt/{}", attempt.id)
}

/// The page on which an authenticator app is set up, as the account pages show it.
pub(super) fn enrol_view(
    request: &Request,
    (user, holder): (&User, &str),
    enrolment: &Enrolment,
    wrong: Option<Wrong>,
) -> Result<Enrol, Refusal> {
    let engine = request.engine();
    let issuer = engine.policy.issuer.split("://").last().unwrap_or_default();
    let address = enrolment.address(issuer, &user.username).ok_or(Check::Unexpected)?;
    let sealed = enrolment.seal(engine, holder).ok_or(Check::Unexpected)?;
    Enrol::new(
        request.chrome(),
        person(user),
        (address.reveal(), enrolment.secret_text().reveal(), sealed),
        wrong,
    )
    .ok_or_else(|| Check::Unexpected.into())
}

/// What a form of [`Enrol`] holds; none when it is too old or another's.
pub(super) fn enrolment(request: &Request, holder: &str) -> Option<Enrolment> {
    Enrolment::open(request.engine(), holder, typed(request, "enrolment"))
}

/// The name that was typed for an authenticator app, or the one that every app gets.
pub(super) fn name_of(request: &Request) -> String {
    name(typed(request, "name")).unwrap_or_else(|| request.words().security_app().plain())
}

async fn submit(request: Request, halfway: Halfway) -> Result<Response, Refusal> {
    let code = typed(&request, "code");
    if halfway.attempt.stage == Stage::Enrol {
        return confirm(request, halfway).await;
    }
    if code.trim().is_empty() {
        return show(&request, &halfway, Some(Problem::Missing)).await;
    }
    let by = chosen(&request, &halfway).ok_or(Check::AttemptGone)?;
    let given = Answer {
        at: halfway.attempt.id.clone(),
        by,
        typed: Secret::new(code),
        remember: request.form.get("remember").is_some(),
    };
    match login::answer(request.engine(), &request.ctx, &request.visitor, given).await {
        Ok((signed_in, toward)) => go_on(request, toward, signed_in).await,
        Err(fault) => again(&request, &halfway, fault.into_refusal()).await,
    }
}

/// The page again, with what is wrong.
async fn again(request: &Request, halfway: &Halfway, refusal: Refusal) -> Result<Response, Refusal> {
    let seconds = u64::try_from(refusal.retry_after.unwrap_or(1)).unwrap_or(1);
    let problem = match refusal.check {
        Check::FactorWrong => Problem::Wrong,
        Check::FactorThrottled => Problem::TooMany { seconds },
        Check::AttemptGone => return over(request, &halfway.attempt.id, &refusal).await,
        _ => return Err(refusal),
    };
    note(request, &refusal, ROUTE.path);
    let mut response = show(request, halfway, Some(problem)).await?;
    respond::retry_after(&mut response, &refusal);
    Ok(response)
}

async fn confirm(request: Request, halfway: Halfway) -> Result<Response, Refusal> {
    let holder = holder(&halfway.attempt);
    let Some(enrolment) = enrolment(&request, &holder) else {
        let fresh = Enrolment::begin(request.engine());
        return enrol(&request, &halfway, None, (fresh, Some(Wrong::TooOld)));
    };
    let typed = Secret::new(typed(&request, "code"));
    let what = (halfway.attempt.id.clone(), enrolment, name_of(&request));
    let (engine, ctx, visitor) = (request.engine(), &request.ctx, &request.visitor);
    match login::confirm_enrolment(engine, ctx, visitor, what, typed).await {
        Ok(enrolled) => welcome(&request, enrolled),
        Err(fault) => match fault.into_refusal() {
            refusal if refusal.check == Check::FactorWrong => {
                note(&request, &refusal, ROUTE.path);
                let same = self::enrolment(&request, &holder).ok_or(Check::EnrolmentGone)?;
                let waiting = waiting(&request, &halfway.attempt).await;
                enrol(&request, &halfway, waiting.as_ref(), (same, Some(Wrong::Code)))
            }
            refusal if refusal.check == Check::AttemptGone => {
                over(&request, &halfway.attempt.id, &refusal).await
            }
            refusal => Err(refusal),
        },
    }
}

/// The recovery codes, before anything goes on.
fn welcome(request: &Request, enrolled: Enrolled) -> Result<Response, Refusal> {
    let toward = &enrolled.toward;
    let onward = match (&toward.authorization, &toward.device) {
        (None, None) => path_of(toward.purpose).to_owned(),
        _ => start_of(toward),
    };
    let mut response = codes(request, &enrolled.codes, &onward)?;
    cookies::signed_in(&request.http, &mut response, &enrolled.signed_in);
    Ok(response)
}

/// The page that shows recovery codes, this once.
pub(super) fn codes(request: &Request, codes: &[Secret], onward: &str) -> Result<Response, Refusal> {
    let chrome = request.chrome();
    let codes = codes.iter().map(|code| code.reveal().to_owned()).collect();
    let view = RecoveryCodes { onward: chrome.at(onward), codes, chrome };
    respond::page(request, StatusCode::OK, &view, FormAction::default())
}
