//! Members that other servers know and this one cannot keep: an app that asks to be protected by them must not
//! be told that it is registered (RFC 7591 §2 lets a server ignore what it does not understand; these are
//! understood, and not had).

use crate::engine::admin::FieldProblem;
use serde_json::{Map, Value};

/// By name. The encryption of OIDC Registration §2, and what binds or demands more of requests: RFC 9101
/// §10.5, RFC 9126 §6, RFC 9449 §5.2, RFC 8705 §3.4, JARM §3.
const UNMET: [&str; 15] = [
    "id_token_encrypted_response_alg",
    "id_token_encrypted_response_enc",
    "userinfo_encrypted_response_alg",
    "userinfo_encrypted_response_enc",
    "request_object_encryption_alg",
    "request_object_encryption_enc",
    "require_signed_request_object",
    "require_pushed_authorization_requests",
    "dpop_bound_access_tokens",
    "tls_client_certificate_bound_access_tokens",
    "authorization_signed_response_alg",
    "authorization_encrypted_response_alg",
    "authorization_encrypted_response_enc",
    "introspection_encrypted_response_alg",
    "introspection_encrypted_response_enc",
];

/// Takes them out; what is false asks for nothing.
pub(super) fn take(members: &mut Map<String, Value>, problems: &mut Vec<FieldProblem>) {
    for name in UNMET {
        let Some(value) = members.remove(name).filter(|value| *value != Value::Bool(false)) else { continue };
        let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let problem = "is not offered by this server";
        problems.push(FieldProblem::new(name, &shown, problem, "Leave it out, if the app can do without."));
    }
}
