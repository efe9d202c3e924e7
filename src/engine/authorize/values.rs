//! Single values: response type and mode, prompt, max_age; nothing twice, nothing oversized.

use super::checks::Draft;
use crate::engine::context::Engine;
use crate::protocol::authorize::{KNOWN, Prompt, ResponseMode};
use crate::protocol::redirect_uri::VerifiedRedirect;
use crate::protocol::refusal::{Check, Refusal};
use crate::protocol::response_type::ResponseType;

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

/// OAuth 2.0 Multiple Response Types §2.1; an unknown mode is told in the default mode of the
/// response type (A8). A form can be posted to a site, not to the private scheme of an installed app.
pub fn response_mode(_: &Engine, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    // Which types are supported, and for whom, is checked further down; where errors go is said now.
    let kind = draft.params.get("response_type").and_then(ResponseType::parse).unwrap_or_default();
    draft.response_mode = kind.default_mode();
    let Some(sent) = draft.params.get("response_mode") else { return Ok(()) };
    match ResponseMode::parse(sent) {
        Some(mode)
            if draft.params.count("response_mode") == 1 && kind.allows(mode) && reaches(mode, draft) =>
        {
            draft.response_mode = mode;
            Ok(())
        }
        _ => {
            let fit =
                ResponseMode::ALL.into_iter().filter(|mode| kind.allows(*mode) && reaches(*mode, draft));
            let fit = fit.map(ResponseMode::as_str).collect::<Vec<_>>().join(" ");
            Err(Refusal::new(Check::ResponseModeUnsupported).with(fit, sent))
        }
    }
}

fn reaches(mode: ResponseMode, draft: &Draft<'_>) -> bool {
    mode != ResponseMode::FormPost || draft.redirect_uri.as_ref().is_some_and(VerifiedRedirect::is_web)
}

/// RFC 6749 §3.1.1: `response_type` REQUIRED.
pub fn response_type_present(_: &Engine, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if draft.params.get("response_type").is_some() { Ok(()) } else { Err(Check::ResponseTypeMissing.into()) }
}

/// OAuth 2.0 Multiple Response Types: one that this server knows.
pub fn response_type_supported(_: &Engine, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let sent = draft.params.get("response_type").unwrap_or_default();
    let known = || ResponseType::ALL.map(ResponseType::as_str).join(", ");
    draft.response_type = ResponseType::parse(sent)
        .ok_or_else(|| Refusal::new(Check::ResponseTypeUnsupported).with(known(), sent))?;
    Ok(())
}

/// OIDC Core §3.2.2.1, §3.3.2.11: `nonce` REQUIRED where an ID token leaves by this endpoint.
pub fn nonce_present(_: &Engine, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let missing = draft.response_type.id_token() && draft.params.get("nonce").is_none();
    if missing { Err(Check::NonceMissing.into()) } else { Ok(()) }
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
