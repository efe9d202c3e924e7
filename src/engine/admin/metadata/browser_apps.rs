//! Apps that run in a browser and whose refresh tokens travel in a cookie: what kind of app that can be, and
//! where.

use super::Found;
use crate::domain::client::{ApplicationType, Metadata, RefreshTokenDelivery};
use crate::engine::admin::FieldProblem;
use crate::engine::device::GRANT_TYPE;
use crate::protocol::client_auth::AuthMethod;
use crate::protocol::site;
use url::Url;

const FIELD: &str = "refresh_token_delivery";

pub(super) fn check(metadata: &Metadata, found: &mut Found) {
    if metadata.refresh_token_delivery != RefreshTokenDelivery::Cookie {
        return;
    }
    let mut refuse = |problem: &str, fix: &str| found.add(FIELD, "cookie", problem, fix);
    if metadata.token_endpoint_auth_method != AuthMethod::None {
        let fix =
            "Set token_endpoint_auth_method=none (--public); an app with a server keeps its tokens there.";
        refuse("is for apps that run in a browser, where nothing can keep a secret", fix);
    }
    if metadata.application_type != ApplicationType::Web {
        refuse("is for apps that run in a browser, not for installed ones", "Set application_type=web.");
    }
    let has = |grant: &str| metadata.grant_types.iter().any(|known| known == grant);
    if !has("authorization_code") || !has("refresh_token") {
        refuse("needs authorization_code and refresh_token", "Add them to grant_types.");
    }
    if has(GRANT_TYPE) {
        refuse(
            "does not go with device_code: devices have no cookies",
            "Register the device as an app of its own.",
        );
    }
}

/// The redirect URIs on a site that certainly is another one than this server's: no browser sends the cookie
/// along from there (SameSite=Strict). Where only a browser can tell, the token endpoint refuses.
pub fn elsewhere(metadata: &Metadata, issuer: &str) -> Vec<FieldProblem> {
    let Ok(issuer) = Url::parse(issuer) else { return Vec::new() };
    if metadata.refresh_token_delivery != RefreshTokenDelivery::Cookie {
        return Vec::new();
    }
    let away = |uri: &String| Url::parse(uri).is_ok_and(|url| !site::may_be_same(&issuer, &url));
    let those = metadata.redirect_uris.iter().enumerate().filter(|(_, uri)| away(uri));
    let problem = |(index, uri): (usize, &String)| {
        let problem =
            "is on another site than this server, where browsers keep back the cookie with the refresh token";
        let fix = "Serve the app from the site of the issuer, or leave refresh_token_delivery=cookie out.";
        FieldProblem::new(format!("redirect_uris[{index}]"), uri, problem, fix)
    };
    those.map(problem).collect()
}
