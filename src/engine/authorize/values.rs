//! Single values: response type and mode, prompt, max_age; nothing twice, nothing oversized.

use super::checks::Draft;
use crate::engine::context::Engine;
use crate::protocol::authorize::{KNOWN, Prompt, ResponseMode};
use crate::protocol::redirect_uri::VerifiedRedirect;
use crate::protocol::refusal::{Check, Refusal};

/// RFC 6749 §3.1: "Request and response parameters MUST NOT be included more than once."
pub fn repeated(_: &Engine, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    match draft.params.repeated(&KNOWN) {
        Some(name) => Err(Refusal::new(Check::ParameterRepeated).with("once", name)),
        None => Ok(()),
    }
}

/// Everything known is within its limit (security rows U3, U5).
pub fn bounded(_: &Engine, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let long_list =
        |name: &'static str| draft.params.get(name).is_some_and(|list| list.split(' ').count() > 10);
    let resources = draft.params.all("resource").count();
    let many = if resources > 10 { Some("resource") } else { None };
    let found = draft.params.oversized(&KNOWN).or(many);
    let found =
        found.or_else(|| ["ui_locales", "claims_locales", "acr_values"].into_iter().find(|n| long_list(n)));
    match found {
        // RFC 6749 §4.1.2.1: a scope beyond the limits is an invalid_scope.
        Some("scope") => Err(Refusal::new(Check::ScopeMalformed).with("shorter", "scope")),
        Some(name) => Err(Refusal::new(Check::ParameterMalformed).with("shorter", name)),
        None => Ok(()),
    }
}

/// OAuth 2.0 Multiple Response Types §2.1; an unknown mode is told in the default mode (A8). A
/// form can be posted to a site, not to the private scheme of an installed app.
pub fn response_mode(_: &Engine, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(sent) = draft.params.get("response_mode") else { return Ok(()) };
    match ResponseMode::parse(sent) {
        Some(mode) if draft.params.count("response_mode") == 1 && reaches(mode, draft) => {
            draft.response_mode = mode;
            Ok(())
        }
        _ => Err(Refusal::new(Check::ResponseModeUnsupported).with("query form_post", sent)),
    }
}

fn reaches(mode: ResponseMode, draft: &Draft<'_>) -> bool {
    mode == ResponseMode::Query || draft.redirect_uri.as_ref().is_some_and(VerifiedRedirect::is_web)
}

/// RFC 6749 §3.1.1: `response_type` REQUIRED.
pub fn response_type_present(_: &Engine, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if draft.params.get("response_type").is_some() { Ok(()) } else { Err(Check::ResponseTypeMissing.into()) }
}

/// RFC 9700 §2.1.2: no access token ever leaves this endpoint; `code` alone exists.
pub fn response_type_supported(_: &Engine, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    match draft.params.get("response_type") {
        Some("code") => Ok(()),
        other => Err(Refusal::new(Check::ResponseTypeUnsupported).with("code", other.unwrap_or_default())),
    }
}

/// OIDC Core §3.1.2.1: known values; `none` alone.
pub fn prompt(_: &Engine, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(sent) = draft.params.get("prompt") else { return Ok(()) };
    draft.prompt = Prompt::parse(sent)
        .ok_or_else(|| Refusal::new(Check::PromptInvalid).with(Prompt::ALL.join(" "), sent))?;
    Ok(())
}

/// OIDC Core §3.1.2.1: seconds, 0 or more.
pub fn max_age(_: &Engine, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(sent) = draft.params.get("max_age") else { return Ok(()) };
    let digits = sent.len() <= 10 && sent.bytes().all(|b| b.is_ascii_digit());
    draft.max_age = sent.parse().ok().filter(|_| digits);
    if draft.max_age.is_some() {
        Ok(())
    } else {
        Err(Refusal::new(Check::MaxAgeInvalid).with("seconds", sent))
    }
}
