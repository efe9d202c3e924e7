//! The device pages (RFC 8628 §3.3): enter the code, sign in if need be, compare and answer. The code in
//! `verification_uri_complete` only fills the field: it is compared and sent by the person (§3.3.1, §5.4).

use super::consent::{access, in_order, is_verified, line, refreshed};
use super::{person, typed, words};
use crate::base::id::VisitId;
use crate::base::words::Phrase;
use crate::domain::client::Client;
use crate::domain::device::Device;
use crate::engine::device::{self, Asked, Step};
use crate::engine::network::Network;
use crate::protocol::refusal::{Check, Refusal};
use crate::protocol::user_code::UserCode;
use crate::store::Fault;
use crate::web::headers::FormAction;
use crate::web::request::{Request, Response};
use crate::web::respond::{self, Class};
use crate::web::routes::{Cors, Guard, Route, answer};
use crate::web::views::consent::Lifetime;
use crate::web::views::device_answer::DeviceAnswer;
use crate::web::views::device_code::{DeviceCode, Problem};
use crate::web::views::notice::Notice;
use crate::web::views::parts::{Field, Moment, wait};
use crate::web::views::text::Href;
use actix_web::http::{Method, StatusCode};
use std::net::IpAddr;

/// `/device`
pub static ROUTE: Route = Route {
    path: device::PATH,
    methods: &[Method::GET, Method::POST],
    class: Class::Page,
    cors: Cors::None,
    guard: Guard::Csrf,
    metadata: None,
    handler: |request| answer(handle(request)),
};

async fn handle(request: Request) -> Result<Response, Refusal> {
    let posted = *request.http.method() == Method::POST;
    match (posted, visit(&request, "ix")?) {
        (false, None) => form(&request, &offered(&request), None),
        (false, Some(id)) => show(request, id).await,
        (true, None) => enter(request).await,
        (true, Some(id)) => decide(request, id).await,
    }
}

/// The visit that a page or form names.
fn visit(request: &Request, name: &str) -> Result<Option<VisitId>, Refusal> {
    let sent = request.form.get(name).or_else(|| request.query.get(name));
    let id = |text| super::ix(Some(text)).map(|id| VisitId::from_stored(id.into_string()));
    sent.map(|text| id(text).ok_or_else(|| Check::DeviceGone.into())).transpose()
}

/// The code of `verification_uri_complete`, as the device shows it.
fn offered(request: &Request) -> String {
    let sent = request.query.get("user_code").unwrap_or_default();
    UserCode::parse(sent).map_or_else(|| sent.chars().take(20).collect(), |code| code.to_string())
}

fn form(request: &Request, code: &str, problem: Option<Problem>) -> Result<Response, Refusal> {
    let status = match problem {
        Some(Problem::TooMany { .. }) => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::OK,
    };
    let view = DeviceCode {
        chrome: request.chrome(),
        csrf: request.csrf(ROUTE.path, None),
        code: Field::holding(code),
        problem,
    };
    respond::page(request, status, &view, FormAction::default())
}

async fn enter(request: Request) -> Result<Response, Refusal> {
    let code = typed(&request, "user_code");
    if code.trim().is_empty() {
        return form(&request, "", Some(Problem::Missing));
    }
    match device::enter(request.engine(), &request.ctx, &request.visitor, code).await {
        Ok(id) => Ok(to(&request, &id)),
        Err(fault) => again(&request, code, fault.into_refusal()),
    }
}

/// The form again, with what is wrong.
fn again(request: &Request, code: &str, refusal: Refusal) -> Result<Response, Refusal> {
    let seconds = u64::try_from(refusal.retry_after.unwrap_or(1)).unwrap_or(1);
    let problem = match refusal.check {
        Check::DeviceCodeWrong => Problem::Wrong,
        Check::DeviceTries => Problem::TooMany { seconds },
        _ => return Err(refusal),
    };
    super::note(request, &refusal, ROUTE.path);
    let mut response = form(request, code, Some(problem))?;
    respond::retry_after(&mut response, &refusal);
    Ok(response)
}

fn to(request: &Request, id: &VisitId) -> Response {
    respond::to_own(request, &format!("{}?ix={id}", ROUTE.path))
}

async fn show(request: Request, id: VisitId) -> Result<Response, Refusal> {
    let step = device::step(request.engine(), &request.visitor, &id).await.map_err(Fault::into_refusal)?;
    match step {
        Step::Login => Ok(to_login(&request, &id)),
        Step::Factor => Ok(respond::to_own(&request, &format!("/login/factor?device={id}"))),
        Step::Answer(asked) => ask(&request, &id, &asked),
        Step::Approved => told(&request, request.words().device_done(), request.words().device_done_more()),
        Step::Denied => told(&request, request.words().device_denied(), request.words().device_denied_more()),
    }
}

fn to_login(request: &Request, id: &VisitId) -> Response {
    respond::to_own(request, &format!("/login?device={id}"))
}

fn told(request: &Request, heading: Phrase, sentence: Phrase) -> Result<Response, Refusal> {
    let view = Notice {
        chrome: request.chrome(),
        heading,
        sentence,
        button: Some((request.words().go_to_account(), Href::own(request.chrome().at("/account")))),
        error: false,
    };
    respond::page(request, StatusCode::OK, &view, FormAction::default())
}

fn ask(request: &Request, id: &VisitId, asked: &Asked) -> Result<Response, Refusal> {
    let Asked { device, client, user_code, user } = asked;
    let key = id.to_string();
    let ago = request.engine().now().saturating_sub(device.created_at);
    let say = request.words();
    let agent = if device.user_agent.is_empty() {
        say.device_agent_unknown()
    } else {
        Phrase::outside(&device.user_agent)
    };
    let view = DeviceAnswer {
        chrome: request.chrome_of(client),
        csrf: request.csrf(ROUTE.path, Some(&key)),
        ix: key,
        app: words(&client.metadata.client_name),
        verified: is_verified(client),
        person: person(user),
        code: words(&user_code.to_string()),
        asked: Moment::at(say, device.created_at),
        ago: say.ago(wait(say, u64::try_from(ago).unwrap_or_default())),
        address: words(&device.ip),
        elsewhere: is_elsewhere(request, device),
        agent,
        scopes: in_order(&device.scope).into_iter().map(|name| line(say, name, user)).collect(),
        resources: device.resource.iter().map(|resource| words(resource)).collect(),
        lasts: lasts(request, client, device).sentence(say),
    };
    respond::page(request, StatusCode::OK, &view, FormAction::default())
}

/// Whether the device asked from another network than this browser is in: nothing wrong by itself, but what
/// a stranger's device looks like.
fn is_elsewhere(request: &Request, device: &Device) -> bool {
    device.ip.parse::<IpAddr>().is_ok_and(|ip| Network::from(ip) != Network::from(request.ctx.ip))
}

fn lasts(request: &Request, client: &Client, device: &Device) -> Lifetime {
    let refreshed = refreshed(request, client, &device.scope);
    refreshed.unwrap_or_else(|| Lifetime::Once(access(request, client, &device.resource)))
}

async fn decide(request: Request, id: VisitId) -> Result<Response, Refusal> {
    let yes = match typed(&request, "decision") {
        "allow" => true,
        "deny" => false,
        _ => return Err(Check::StepUnexpected.into()),
    };
    match device::decide(request.engine(), &request.ctx, &request.visitor, &id, yes).await {
        Ok(()) => Ok(to(&request, &id)),
        Err(fault) => match fault.into_refusal() {
            refusal if matches!(refusal.check, Check::SessionMissing | Check::LoginRequired) => {
                Ok(to_login(&request, &id))
            }
            refusal => Err(refusal),
        },
    }
}

/// The visit that a sign-in is for, if it is for one: named by the page, known to the store, and begun in
/// this browser (security row C6).
pub(super) struct ForDevice {
    id: VisitId,
    /// Whether the person must sign in for it.
    pub must_sign_in: bool,
}

impl ForDevice {
    /// The one that the sign-in page or its form names.
    ///
    /// # Errors
    /// Store errors.
    pub(super) async fn of(request: &Request) -> Result<Option<Self>, Refusal> {
        match visit(request, "device") {
            Ok(Some(id)) => Self::find(request, id).await,
            _ => Ok(None),
        }
    }

    /// The one with this id, if it is of this browser and goes on.
    ///
    /// # Errors
    /// Store errors.
    pub(super) async fn find(request: &Request, id: VisitId) -> Result<Option<Self>, Refusal> {
        match device::step(request.engine(), &request.visitor, &id).await {
            Ok(step) => Ok(Some(Self { id, must_sign_in: matches!(step, Step::Login) })),
            Err(Fault::Refused(_)) => Ok(None),
            Err(fault) => Err(fault.into_refusal()),
        }
    }

    /// What the page or form names, to be carried along; whether there is one is looked at when it counts.
    pub(super) fn named(request: &Request) -> Option<VisitId> {
        visit(request, "device").ok().flatten()
    }

    /// Where it goes on.
    pub(super) fn path(&self) -> String {
        format!("{}?ix={}", ROUTE.path, self.id)
    }
}
