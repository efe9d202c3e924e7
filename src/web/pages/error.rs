//! The error page, made from the refusal's row: what is wrong, who must act, the fix, the trace id.
//! Registered values are shown only for clients that live on loopback, and to admins in the trace.

use crate::base::words::{Phrase, Words};
use crate::domain::client::Client;
use crate::protocol::refusal::{Check, Detail, Refusal, Who};
use crate::web::request::Request;
use crate::web::views::difference::Difference;
use crate::web::views::error::{Details, ErrorPage, Situation, WayOut};
use crate::web::views::text::{Href, Text};

/// The page of a refusal.
pub fn view(request: &Request, refusal: &Refusal) -> ErrorPage {
    let row = refusal.row();
    let client = request
        .ctx
        .trace
        .client_id()
        .or_else(|| named(request))
        .and_then(|id| request.engine().clients.get(&id));
    let (say, trace_id) = (request.words(), request.ctx.trace.id().as_str());
    let base = match situation(refusal) {
        Some(situation) => ErrorPage::of(request.chrome(), situation, trace_id),
        None => ErrorPage {
            chrome: request.chrome(),
            heading: heading(say, refusal.check),
            innocent: row.who == Who::Developer || row.who == Who::Admin,
            advice: if refusal.check == Check::DeviceGone {
                say.error_advice_device()
            } else {
                advice(say, row.who)
            },
            way_out: None,
            details: None,
            trace_id: Some(trace_id.to_owned()),
        },
    };
    let home = client.as_ref().and_then(|client| client.metadata.client_uri.as_deref().and_then(Href::web));
    let label = client.as_ref().map(|client| {
        let name = &client.metadata.client_name;
        let over = refusal.check == Check::AuthorizationGone;
        if over { say.error_start_again(name) } else { say.error_back_to(name) }
    });
    let way_out = home.zip(label).map(|(href, label)| WayOut { label, href });
    ErrorPage {
        way_out: go_on(request, refusal).or(way_out).or(own_way_out(request, refusal)).or(base.way_out),
        details: Some(details(request, refusal, client.as_deref())),
        ..base
    }
}

/// Back into the sign-in, when a page of it was out of date (another tab signed in since).
fn go_on(request: &Request, refusal: &Refusal) -> Option<WayOut> {
    let ix = super::ix(request.form.get("ix")).filter(|_| refusal.check == Check::CsrfRefused)?;
    let href = Href::own(request.chrome().at(&format!("/login?ix={ix}")));
    Some(WayOut { label: request.words().error_go_on(), href })
}

/// A page of ours to go on from, where there is no app's: the login page for whom a page asked to be
/// signed in, the account page after a sign-in that is over (it asks whoever is not signed in).
fn own_way_out(request: &Request, refusal: &Refusal) -> Option<WayOut> {
    let say = request.words();
    let (path, label) = match refusal.check {
        Check::SessionMissing => ("/login", say.sign_in()),
        Check::DeviceGone => ("/device", say.error_another_code()),
        Check::AuthorizationGone | Check::StepUnexpected => ("/account", say.go_to_account()),
        _ => return None,
    };
    let href = Href::own(request.chrome().at(path));
    Some(WayOut { label, href })
}

/// The client a request names, for its display name only.
fn named(request: &Request) -> Option<String> {
    let params = if request.form.get("client_id").is_some() { &request.form } else { &request.query };
    params.get("client_id").map(str::to_owned)
}

fn situation(refusal: &Refusal) -> Option<Situation> {
    let seconds = u64::try_from(refusal.retry_after.unwrap_or(2)).unwrap_or(2);
    Some(match refusal.check {
        Check::PathUnknown => Situation::NotFound,
        Check::MethodNotAllowed => Situation::MethodNotAllowed,
        Check::CsrfRefused => Situation::CrossSite,
        Check::AuthorizationGone => Situation::Expired,
        Check::BodyTooLarge | Check::UriTooLong | Check::HeadersTooLarge => Situation::TooLarge,
        Check::HostUnknown => Situation::Misdirected,
        Check::RateLimited
        | Check::LoginThrottled
        | Check::NetworkSlowed
        | Check::FactorThrottled
        | Check::TooManyRequests => Situation::TooManyRequests { seconds },
        Check::Unexpected => Situation::Internal,
        Check::StoreUnavailable | Check::TimedOut | Check::HashingBusy => Situation::Unavailable { seconds },
        _ => return None,
    })
}

fn heading(say: Words, check: Check) -> Phrase {
    match check {
        Check::ClientIdMissing | Check::ClientUnknown => say.error_app_unknown(),
        Check::RedirectUriMissing | Check::RedirectUriMismatch => say.error_wrong_place(),
        Check::CookiesBlocked => say.error_cookies(),
        Check::SessionMissing => say.error_not_signed_in(),
        Check::LinkInvalid => say.error_link(),
        Check::DeviceGone => say.error_device_gone(),
        _ => say.error_other(),
    }
}

fn advice(say: Words, who: Who) -> Phrase {
    match who {
        Who::Developer => say.error_advice_developer(),
        Who::Admin | Who::Operator => say.error_advice_operator(),
        Who::Person => say.error_advice_person(),
    }
}

fn details(request: &Request, refusal: &Refusal, client: Option<&Client>) -> Details {
    let row = refusal.row();
    let empty = Detail::default();
    let detail = refusal.detail.as_deref().unwrap_or(&empty);
    // Registered values are no secret to the developer of a loopback app, and help nobody else.
    let show = client.is_some_and(Client::is_loopback_only) && !detail.expected.is_empty();
    let expected: Vec<&str> = if show { detail.expected.split(' ').collect() } else { Vec::new() };
    let compares = refusal.check == Check::RedirectUriMismatch;
    // A Host that is not ours is never repeated (security row H4); the trace has it.
    let repeat = !detail.received.is_empty() && refusal.check != Check::HostUnknown;
    Details {
        app: client.map(|client| Text::plain(&client.metadata.client_name)),
        brief: row.who == Who::Person,
        ours: matches!(row.who, Who::Admin | Who::Operator),
        code: row.code,
        error: Some(row.error.as_str()),
        cause: Text::sentence(row.cause),
        who: Text::plain(row.who.as_str()),
        fix: Text::sentence(row.fix),
        received: repeat.then(|| Text::visible(&detail.received)),
        difference: nearest(&expected, &detail.received)
            .filter(|_| compares)
            .map(|near| Difference::between(&detail.received, near)),
        expected: expected.into_iter().map(Text::visible).collect(),
        docs: Href::own(format!("{}/errors#{}", request.site.public.base_path, row.code)),
    }
}

fn nearest<'a>(expected: &[&'a str], received: &str) -> Option<&'a str> {
    expected.iter().copied().min_by_key(|known| strsim::levenshtein(known, received))
}
