//! The registry of checks: code, specification, OAuth error, status, cause, who must act, fix.
//! To add one: a row here. Numbers are never reused.

use super::refusal::{Answer, OauthError, Row, Who};

macro_rules! registry {
    ($($check:ident = $number:literal, $name:literal, $spec:literal, $error:ident, $status:literal, $answer:ident, $who:ident, $cause:literal, $fix:literal;)+) => {
        /// A named check; see [`REGISTRY`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "each is described by its row")]
        pub enum Check { $($check),+ }

        /// Every check, in the order of their numbers.
        pub static REGISTRY: &[Row] = &[$(Row {
            check: Check::$check, number: $number, code: concat!("LK-", $number), name: $name, spec: $spec, error: OauthError::$error,
            status: $status, answer: Answer::$answer, who: Who::$who, cause: $cause, fix: $fix,
        }),+];

        impl Check {
            /// The row of this check.
            pub fn row(self) -> &'static Row {
                match self { $(Self::$check => {
                    static ROW: Row = Row {
                        check: Check::$check, number: $number, code: concat!("LK-", $number), name: $name, spec: $spec, error: OauthError::$error,
                        status: $status, answer: Answer::$answer, who: Who::$who, cause: $cause, fix: $fix,
                    };
                    &ROW
                }),+ }
            }
        }
    };
}

registry! {
    // 11xx: the authorization endpoint
    ClientIdMissing = 1101, "client_id_missing", "RFC 6749 §4.1.1", InvalidRequest, 400, Page, Developer,
        "The request names no client, or names it more than once.", "Send exactly one client_id with the authorization request.";
    ClientUnknown = 1102, "client_unknown", "RFC 6749 §4.1.2.1", InvalidRequest, 400, Page, Developer,
        "No active client has this client_id.", "Compare the client_id with `latchkey client list`, or register the app with `latchkey client add`.";
    RedirectUriMissing = 1103, "redirect_uri_missing", "OIDC Core §3.1.2.1", InvalidRequest, 400, Page, Developer,
        "The request has no redirect_uri, or more than one.", "Send exactly one redirect_uri; it is needed even when only one is registered.";
    RedirectUriMismatch = 1104, "redirect_uri_mismatch", "RFC 9700 §2.1", InvalidRequest, 400, Page, Developer,
        "The redirect_uri is not registered for this client; it is compared byte for byte.", "Send a registered redirect_uri, or add this one with `latchkey client edit`.";
    ParameterRepeated = 1105, "parameter_repeated", "RFC 6749 §3.1", InvalidRequest, 400, Redirect, Developer,
        "A parameter was sent more than once.", "Send each parameter once.";
    ParameterMalformed = 1106, "parameter_malformed", "RFC 6749 Appendix A", InvalidRequest, 400, Redirect, Developer,
        "A parameter is too long or holds characters that are not allowed.", "Shorten it, and send it as UTF-8 without control characters.";
    ResponseTypeMissing = 1107, "response_type_missing", "RFC 6749 §3.1.1", InvalidRequest, 400, Redirect, Developer,
        "The request has no response_type.", "Send response_type=code.";
    ResponseTypeUnsupported = 1108, "response_type_unsupported", "RFC 9700 §2.1.2", UnsupportedResponseType, 400, Redirect, Developer,
        "This response_type is not supported.", "Use response_type=code (with PKCE).";
    ResponseTypeNotAllowed = 1109, "response_type_not_allowed", "RFC 6749 §4.1.2.1", UnauthorizedClient, 400, Redirect, Admin,
        "This client is not registered for this response_type.", "Use response_type=code and allow it with `latchkey client edit ID --grant authorization_code`; for an app that cannot, the admin allows another one with --set legacy_response_types=true --set response_types=...";
    ResponseModeUnsupported = 1110, "response_mode_unsupported", "OAuth 2.0 Multiple Response Types §2.1", InvalidRequest, 400, Redirect, Developer,
        "This response_mode is not supported for this response_type.", "Use a mode that is supported: form_post always is for sites; query only where no token is in the answer.";
    PkceMissing = 1111, "pkce_missing", "RFC 7636 §4.4.1", InvalidRequest, 400, Redirect, Developer,
        "The request has no code_challenge.", "Send code_challenge and code_challenge_method=S256 (every OAuth library can).";
    PkceMethod = 1112, "pkce_method", "RFC 9700 §2.1.1", InvalidRequest, 400, Redirect, Developer,
        "The code_challenge_method is not S256.", "Send code_challenge_method=S256.";
    PkceMalformed = 1113, "pkce_malformed", "RFC 7636 §4.2", InvalidRequest, 400, Redirect, Developer,
        "The code_challenge is not a base64url SHA-256 (43 characters).", "Send BASE64URL(SHA256(code_verifier)) without padding.";
    ScopeMalformed = 1114, "scope_malformed", "RFC 6749 §3.3", InvalidScope, 400, Redirect, Developer,
        "The scope is malformed, or has too many values.", "Send at most 100 space-separated scope names.";
    ScopeNotAllowed = 1115, "scope_not_allowed", "RFC 6749 §3.3", InvalidScope, 400, Redirect, Developer,
        "A requested scope is unknown or not allowed for this client.", "Ask for fewer scopes, or allow it with `latchkey client edit ID --scope ...`.";
    PromptInvalid = 1116, "prompt_invalid", "OIDC Core §3.1.2.1", InvalidRequest, 400, Redirect, Developer,
        "The prompt is unknown, or none was combined with another value.", "Send none alone, or any of login, consent, select_account, create.";
    MaxAgeInvalid = 1117, "max_age_invalid", "OIDC Core §3.1.2.1", InvalidRequest, 400, Redirect, Developer,
        "max_age is not a whole number of seconds.", "Send max_age as a number of seconds, 0 or more.";
    RequestObject = 1118, "request_object", "OIDC Core §3.1.2.6", RequestNotSupported, 400, Redirect, Developer,
        "Unsigned request objects are not supported for this client.", "Sign the request object with a key of the client, or register request_object_signing_alg=none.";
    RequestUri = 1119, "request_uri", "OIDC Core §3.1.2.6", RequestUriNotSupported, 400, Redirect, Developer,
        "This client has no request_uris registered, so it has no request objects by reference.", "Register the address in request_uris, or send the object itself as request.";
    RegistrationParameter = 1120, "registration_parameter", "OIDC Core §3.1.2.6", RegistrationNotSupported, 400, Redirect, Developer,
        "Registration in the request is not supported.", "Register the client first.";
    IdTokenHintInvalid = 1121, "id_token_hint_invalid", "OIDC Core §3.1.2.1", InvalidRequest, 400, Redirect, Developer,
        "The id_token_hint was not issued by this server to this client.", "Send an ID token that this client received from here (it may be expired).";
    ResourceUnknown = 1122, "resource_unknown", "RFC 8707 §2", InvalidTarget, 400, Redirect, Developer,
        "The resource is not registered for this client.", "Leave resource out, or send one that is registered for this client.";
    AuthorizationDetails = 1123, "authorization_details", "RFC 9396 §5", InvalidAuthorizationDetails, 400, Redirect, Developer,
        "Authorization details of this type are not supported.", "Ask with scope and resource instead.";
    NavigationMissing = 1124, "navigation_missing", "RFC 6749 §4.1", InvalidRequest, 400, Page, Developer,
        "The browser asked for this address as part of a page (an image, a script's fetch), not to go there.", "Send the person's browser there by a link or a redirect; look for a session without a page in an iframe, with prompt=none.";
    LoginRequired = 1130, "login_required", "OIDC Core §3.1.2.6", LoginRequired, 400, Redirect, Person,
        "prompt=none was sent, and nobody is signed in (recently enough, or as the person asked for).", "Send the person again without prompt=none.";
    ConsentRequired = 1131, "consent_required", "OIDC Core §3.1.2.6", ConsentRequired, 400, Redirect, Person,
        "prompt=none was sent, and the person has not agreed to these scopes.", "Send the person again without prompt=none.";
    InteractionRequired = 1132, "interaction_required", "OIDC Core §3.1.2.6", InteractionRequired, 400, Redirect, Person,
        "prompt=none was sent, and the person has to answer something first.", "Send the person again without prompt=none.";
    AccessDenied = 1133, "access_denied", "RFC 6749 §4.1.2.1", AccessDenied, 400, Redirect, Person,
        "The person declined.", "Nothing to mend: let them try again when they want to.";
    AuthorizationGone = 1134, "authorization_gone", "RFC 9700 §4.7", InvalidRequest, 400, Page, Person,
        "This sign-in has ended: it is finished, too old, or was started in another browser.", "Start again from the app.";
    StepUnexpected = 1135, "step_unexpected", "RFC 9700 §4.7", InvalidRequest, 400, Page, Person,
        "This step does not belong here now.", "Start again from the app.";
    ConsentScopes = 1136, "consent_scopes", "OIDC Core §3.1.2.4", InvalidRequest, 400, Page, Person,
        "The form asks for more than the app requested.", "Start again from the app.";
    RequestUriInvalid = 1137, "request_uri_invalid", "OIDC Core §6.2", InvalidRequestUri, 400, Redirect, Developer,
        "The request_uri is not registered for this client, or no request object could be fetched from there.", "Send a request_uri of the client's request_uris; it must answer 200 over https within seconds, without redirect.";
    RequestObjectInvalid = 1138, "request_object_invalid", "RFC 9101 §6", InvalidRequestObject, 400, Redirect, Developer,
        "The request object is malformed, not signed as registered, or has a claim that is not as it must be.", "Sign it with a registered key of the client; set iss to the client_id, aud to the issuer, and exp at most an hour ahead.";
    RequestObjectTwice = 1139, "request_object_twice", "RFC 9101 §4", InvalidRequest, 400, Redirect, Developer,
        "Both request and request_uri were sent, or one of them stands inside a request object.", "Send one request object, by value or by reference.";
    ClaimsMalformed = 1145, "claims_malformed", "OIDC Core §5.5", InvalidRequest, 400, Redirect, Developer,
        "The claims parameter is not a JSON object of the form the specification gives it, or it is too large.", "Send {\"userinfo\": {...}, \"id_token\": {...}}, each claim with null or an object, at most 8 KiB.";
    AcrUnmet = 1146, "acr_unmet", "OIDC Core §5.5.1.1", UnmetAuthenticationRequirements, 400, Redirect, Person,
        "The app demands a kind of sign-in (an essential acr) that was not reached, or that does not exist here.", "Ask for a value of acr_values_supported in the discovery document, or without essential.";
    ScopeResource = 1147, "scope_resource", "RFC 8707 §2", InvalidTarget, 400, Redirect, Developer,
        "A requested scope belongs to a resource that was not asked for.", "Send resource with the identifier of the resource that the scope belongs to, or ask for fewer scopes.";
    NonceMissing = 1150, "nonce_missing", "OIDC Core §3.2.2.1", InvalidRequest, 400, Redirect, Developer,
        "The request has no nonce, which an ID token from the authorization endpoint needs.", "Send a fresh random nonce, and compare it with the one in the ID token.";
    OpenidMissing = 1151, "openid_missing", "OIDC Core §3.1.2.1", InvalidScope, 400, Redirect, Developer,
        "An ID token was asked for without the scope openid.", "Add openid to scope, or leave id_token out of response_type.";
    InitiateLoginMissing = 1152, "initiate_login_missing", "OIDC Core §4", InvalidRequest, 404, Page, Admin,
        "This app has no address to begin a sign-in at.", "Open the app itself, or register its initiate_login_uri with `latchkey client edit`.";

    // 12xx: client authentication and the token endpoint
    NotForm = 1201, "not_form", "RFC 6749 §3.2", InvalidRequest, 400, Json, Developer,
        "The body is not application/x-www-form-urlencoded.", "Send the parameters as a form in the body.";
    CredentialsInQuery = 1202, "credentials_in_query", "RFC 6749 §2.3.1", InvalidRequest, 400, Json, Developer,
        "Parameters were sent in the URL, where logs keep them.", "Send them in the body; change a secret that was in a URL.";
    BodyParameterRepeated = 1203, "body_parameter_repeated", "RFC 6749 §3.2", InvalidRequest, 400, Json, Developer,
        "A parameter was sent more than once.", "Send each parameter once.";
    BodyParameterMissing = 1204, "body_parameter_missing", "RFC 6749 §5.2", InvalidRequest, 400, Json, Developer,
        "A required parameter is missing.", "Send the parameter named under received.";
    BodyParameterMalformed = 1205, "body_parameter_malformed", "RFC 6749 Appendix A", InvalidRequest, 400, Json, Developer,
        "A parameter is too long or holds characters that are not allowed.", "Shorten it, and send it as UTF-8 without control characters.";
    ClientAuthMissing = 1210, "client_auth_missing", "RFC 6749 §5.2", InvalidClient, 401, Json, Developer,
        "The client did not authenticate.", "Send the client's credentials with the method registered for it.";
    ClientAuthMultiple = 1211, "client_auth_multiple", "RFC 6749 §2.3", InvalidRequest, 400, Json, Developer,
        "More than one client authentication method was used.", "Use one: the Authorization header or the body.";
    ClientAuthMalformed = 1212, "client_auth_malformed", "RFC 6749 §2.3.1", InvalidClient, 401, Json, Developer,
        "The Authorization header is malformed.", "Send Basic base64(urlencode(client_id):urlencode(client_secret)).";
    ClientAuthFailed = 1213, "client_auth_failed", "RFC 6749 §5.2", InvalidClient, 401, Json, Developer,
        "Client authentication failed: unknown client, wrong secret or another method than the registered one.",
        "Compare client_id, secret and method with `latchkey client show ID`.";
    ClientAssertionType = 1214, "client_assertion_type", "RFC 7521 §4.2", InvalidClient, 401, Json, Developer,
        "client_assertion and client_assertion_type did not come together, or the type is unknown.", "Send both, with client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer.";
    ClientAssertionMalformed = 1215, "client_assertion_malformed", "RFC 7523 §3", InvalidClient, 401, Json, Developer,
        "The client_assertion is not a JWT that names its client in sub, or client_id names another one.", "Send a signed JWT with iss and sub set to the client_id.";
    ClientAssertionClaims = 1216, "client_assertion_claims", "RFC 7523 §3", InvalidClient, 401, Json, Developer,
        "The client_assertion is signed by the client, but a claim of it is missing or not as it must be.", "Set iss and sub to the client_id, aud to the issuer, exp at most ten minutes ahead, and a fresh jti; check the machine's clock.";
    ClientAssertionReplayed = 1217, "client_assertion_replayed", "RFC 7523 §3", InvalidClient, 401, Json, Developer,
        "This client_assertion was used before.", "Make a new one with a fresh jti for every request, also when one is repeated.";
    GrantTypeUnsupported = 1220, "grant_type_unsupported", "RFC 6749 §5.2", UnsupportedGrantType, 400, Json, Developer,
        "This grant_type does not exist here.", "Use one of grant_types_supported in the discovery document.";
    GrantTypeNotAllowed = 1221, "grant_type_not_allowed", "RFC 6749 §5.2", UnauthorizedClient, 400, Json, Admin,
        "This client may not use this grant_type.", "Allow it with `latchkey client edit ID --grant ...`.";
    CodeInvalid = 1230, "code_invalid", "RFC 6749 §4.1.3", InvalidGrant, 400, Json, Developer,
        "The code is unknown, expired, used, or belongs to another client or redirect_uri.", "Redeem each code once, at once, with the redirect_uri it was asked with.";
    CodeReplayed = 1231, "code_replayed", "RFC 6749 §4.1.2", InvalidGrant, 400, Json, Developer,
        "The code is unknown, expired, used, or belongs to another client or redirect_uri.", "A code came twice; all its tokens were revoked. Redeem each code once, and find out who else had it.";
    VerifierMalformed = 1232, "verifier_malformed", "RFC 7636 §4.1", InvalidRequest, 400, Json, Developer,
        "The code_verifier is not 43 to 128 unreserved characters.", "Send the verifier as it was made: A-Z a-z 0-9 - . _ ~, 43 to 128 long.";
    VerifierWrong = 1233, "verifier_wrong", "RFC 7636 §4.6", InvalidGrant, 400, Json, Developer,
        "The code_verifier does not fit the code_challenge, or only one of the two was sent.", "Keep the verifier of this very request (per tab), and send it.";
    IssuanceRefused = 1234, "issuance_refused", "RFC 6749 §5.2", InvalidGrant, 400, Json, Admin,
        "The person, the client, the session or the consent behind this is not active any more.", "Let the person sign in again; look the trace up to see which.";
    RefreshInvalid = 1240, "refresh_invalid", "RFC 6749 §5.2", InvalidGrant, 400, Json, Developer,
        "The refresh token is unknown, expired, revoked, or belongs to another client.", "Let the person sign in again.";
    RefreshReused = 1241, "refresh_reused", "RFC 9700 §4.14.2", InvalidGrant, 400, Json, Developer,
        "A replaced refresh token was used again; the whole family was revoked.", "Store the newest refresh token, and refresh from one place at a time.";
    RefreshScope = 1242, "refresh_scope", "RFC 6749 §6", InvalidScope, 400, Json, Developer,
        "More scope was asked than was granted.", "Ask for the granted scopes or fewer.";
    TokenScope = 1243, "token_scope", "RFC 6749 §3.3", InvalidScope, 400, Json, Developer,
        "A requested scope is unknown or not allowed for this client and grant.", "Ask for fewer scopes; openid and offline_access need a person.";
    TokenResource = 1244, "token_resource", "RFC 8707 §2", InvalidTarget, 400, Json, Developer,
        "The resource was not granted.", "Ask for a resource that was granted, or leave it out.";
    TokenScopeResource = 1245, "token_scope_resource", "RFC 8707 §2", InvalidTarget, 400, Json, Developer,
        "A requested scope belongs to a resource that was not asked for.", "Send resource with the identifier of the resource that the scope belongs to, or ask for fewer scopes.";
    AuthorizationPending = 1250, "authorization_pending", "RFC 8628 §3.5", AuthorizationPending, 400, Json, Person,
        "The person has not answered yet.", "Poll again after the interval.";
    SlowDown = 1251, "slow_down", "RFC 8628 §3.5", SlowDown, 400, Json, Developer,
        "The device polls too often.", "Wait 5 seconds longer between polls than before.";
    DeviceCodeExpired = 1252, "device_code_expired", "RFC 8628 §3.5", ExpiredToken, 400, Json, Person,
        "The code of this device has expired.", "Begin again on the device.";
    DeviceDenied = 1253, "device_denied", "RFC 8628 §3.5", AccessDenied, 400, Json, Person,
        "The person declined.", "Nothing to mend: let them begin again on the device when they want to.";
    DeviceCodeInvalid = 1254, "device_code_invalid", "RFC 8628 §3.4", InvalidGrant, 400, Json, Developer,
        "The device_code is unknown, used, ended, or belongs to another client.", "Stop polling once there is an answer other than authorization_pending and slow_down.";

    // 13xx: bearer tokens
    BearerMissing = 1301, "bearer_missing", "RFC 6750 §3.1", InvalidToken, 401, Bearer, Developer,
        "No access token was sent.", "Send Authorization: Bearer ACCESS_TOKEN.";
    BearerInvalid = 1302, "bearer_invalid", "RFC 6750 §3.1", InvalidToken, 401, Bearer, Developer,
        "The access token is malformed, expired, revoked, or not an access token of this server.", "Refresh it, or let the person sign in again.";
    BearerScope = 1303, "bearer_scope", "RFC 6750 §3.1", InsufficientScope, 403, Bearer, Developer,
        "The access token lacks the scope openid.", "Ask for the scope openid when the person signs in.";
    BearerInQuery = 1304, "bearer_in_query", "RFC 9700 §4.3.2", InvalidRequest, 400, Bearer, Developer,
        "The access token was sent in the URL, where logs keep it, or in two ways at once.", "Send it in the Authorization header.";
    BearerAudience = 1305, "bearer_audience", "RFC 9068 §4", InvalidToken, 401, Bearer, Developer,
        "The access token is for other resources, not for this server.", "Send one that was asked without resource at the token endpoint, or with the issuer as resource.";

    // 14xx: revocation, introspection
    RevokeForeign = 1401, "revoke_foreign", "RFC 7009 §2.1", UnauthorizedClient, 400, Json, Developer,
        "The token belongs to another client.", "Revoke only tokens of this client.";

    // 15xx: logout
    LogoutQuestion = 1501, "logout_question", "OIDC RP-Initiated Logout §2", InvalidRequest, 400, Page, Person,
        "The logout request is malformed.", "Sign out from your account page.";

    // 16xx: people's pages
    CsrfRefused = 1601, "csrf_refused", "RFC 9700 §4.7", InvalidRequest, 403, Page, Person,
        "This form was sent from another site, or the page is out of date.", "Open the page again and repeat what you did.";
    LoginFailed = 1602, "login_failed", "NIST SP 800-63B §5.2.2", AccessDenied, 200, Page, Person,
        "The name or the password is wrong.", "Try again, or ask an administrator for help.";
    LoginThrottled = 1603, "login_throttled", "NIST SP 800-63B §5.2.2", AccessDenied, 429, Page, Person,
        "Too many wrong tries from here.", "Wait as long as the page says.";
    PasswordTooLong = 1604, "password_too_long", "OWASP ASVS 6.2.8", InvalidRequest, 400, Page, Person,
        "The password is longer than 1,024 bytes.", "Use a shorter one.";
    HashingBusy = 1605, "hashing_busy", "OWASP ASVS 15.2.2", TemporarilyUnavailable, 503, Page, Person,
        "Very many people are signing in right now.", "Try again in a few seconds.";
    SessionMissing = 1606, "session_missing", "OWASP ASVS 7.2.1", LoginRequired, 401, Page, Person,
        "Nobody is signed in here.", "Sign in first.";
    CookiesBlocked = 1607, "cookies_blocked", "RFC 6265bis §4.1.3", InvalidRequest, 400, Page, Person,
        "The browser did not send back our cookie.", "Allow cookies for this site and start again from the app.";
    LinkInvalid = 1608, "link_invalid", "OWASP ASVS 6.5.1", InvalidRequest, 404, Page, Operator,
        "This link is unknown, used or expired.", "Make a new one: `latchkey recover` on the server.";
    FormInvalid = 1609, "form_invalid", "OWASP ASVS 2.2.1", InvalidRequest, 400, Page, Person,
        "Something in the form is missing or not as it must be.", "Correct the marked fields.";

    // 17xx: apps that register themselves
    RegistrationOff = 1701, "registration_off", "RFC 7591 §3", AccessDenied, 403, Json, Admin,
        "Apps cannot register themselves here.", "Register the app with `latchkey client add`, or set registration.mode to token or open.";
    RegistrationTokenMissing = 1702, "registration_token_missing", "RFC 6750 §3.1", InvalidToken, 401, Bearer, Developer,
        "No token was sent.", "Send Authorization: Bearer with an initial access token (`latchkey registration token add`), or with the registration_access_token of the app.";
    InitialTokenInvalid = 1703, "initial_token_invalid", "RFC 7591 §3", InvalidToken, 401, Bearer, Developer,
        "The initial access token is unknown, expired, or was used as often as it may.", "Ask an administrator for a new one: `latchkey registration token add`.";
    RegistrationTokenInvalid = 1704, "registration_token_invalid", "RFC 7592 §2", InvalidToken, 401, Bearer, Developer,
        "The registration access token is not the one of an active app with this client_id.", "Use registration_client_uri with the registration_access_token that came with it.";
    ClientMetadataInvalid = 1705, "client_metadata_invalid", "RFC 7591 §3.2.2", InvalidClientMetadata, 400, Json, Developer,
        "The app cannot be registered like this.", "Correct the members that are named.";
    RedirectUriInvalid = 1706, "redirect_uri_invalid", "RFC 7591 §3.2.2", InvalidRedirectUri, 400, Json, Developer,
        "The app cannot be registered like this.", "Correct the redirect URIs that are named.";
    NotJson = 1707, "not_json", "RFC 7591 §3.1", InvalidRequest, 400, Json, Developer,
        "The body is not application/json.", "Send one JSON object with Content-Type: application/json.";
    RegistrationFull = 1708, "registration_full", "OWASP ASVS 10.4.7", AccessDenied, 403, Json, Admin,
        "There are as many apps as may be registered without a token.", "Use an initial access token, or raise registration.open_most_clients.";
    RegistrationChanged = 1709, "registration_changed", "RFC 7592 §2.2", TemporarilyUnavailable, 503, Json, Developer,
        "The registration was changed by somebody else meanwhile.", "Read it again, and repeat the change.";
    UnverifiedSilent = 1710, "unverified_silent", "RFC 9700 §4.11.2", InteractionRequired, 400, Page, Admin,
        "Nobody here has checked who runs this app, so it is not answered without a page (prompt=none).", "Look at the app, and stand by it with `latchkey client review ID`; or let it ask without prompt=none.";

    // 18xx: devices
    DeviceCodeWrong = 1801, "device_code_wrong", "RFC 8628 §3.3", InvalidRequest, 200, Page, Person,
        "No device that waits shows this code.", "Compare it with the device, or begin again there for a new one.";
    DeviceTries = 1802, "device_tries", "RFC 8628 §5.1", AccessDenied, 429, Page, Person,
        "Too many codes were entered here.", "Wait as long as the page says.";
    DeviceGone = 1803, "device_gone", "RFC 8628 §3.3", InvalidRequest, 400, Page, Person,
        "This code has been used already, or is not valid any more.", "Begin again on the device for a new code.";

    // 19xx: transport and server
    PathUnknown = 1901, "path_unknown", "RFC 9110 §15.5.5", InvalidRequest, 404, Page, Person,
        "There is no such page.", "Check the address.";
    MethodNotAllowed = 1902, "method_not_allowed", "RFC 9110 §15.5.6", InvalidRequest, 405, Json, Developer,
        "This address does not take that method.", "Use a method of the Allow header.";
    BodyTooLarge = 1903, "body_too_large", "RFC 9110 §15.5.14", InvalidRequest, 413, Json, Developer,
        "The request body is larger than 64 KiB.", "Send less.";
    UriTooLong = 1904, "uri_too_long", "RFC 9110 §15.5.15", InvalidRequest, 414, Page, Developer,
        "The address is longer than 8 KiB.", "Send a shorter request, or send it by POST.";
    HostUnknown = 1905, "host_unknown", "RFC 9110 §15.5.20", InvalidRequest, 421, Page, Operator,
        "The request came under a name that is not this server's.", "Set LATCHKEY_ISSUER to the address people use, or mend the proxy's Host header.";
    HeadersTooLarge = 1906, "headers_too_large", "RFC 6585 §5", InvalidRequest, 431, Page, Developer,
        "The request headers are larger than 16 KiB.", "Send fewer or shorter headers (clear this site's cookies).";
    TimedOut = 1907, "timed_out", "RFC 9110 §15.6.4", TemporarilyUnavailable, 503, Json, Operator,
        "The answer took too long.", "Try again in a moment.";
    StoreUnavailable = 1908, "store_unavailable", "RFC 6749 §4.1.2.1", TemporarilyUnavailable, 503, Json, Operator,
        "The database does not answer; nothing was done.", "Try again in a moment; the log says what is wrong.";
    Unexpected = 1909, "unexpected", "RFC 6749 §4.1.2.1", ServerError, 500, Json, Operator,
        "Something went wrong here; nothing was done.", "Give the trace id to whoever runs this server.";
    MalformedRequest = 1910, "malformed_request", "RFC 9110 §15.5.1", InvalidRequest, 400, Page, Developer,
        "The request is malformed.", "Send well-formed UTF-8 without control characters.";
    RateLimited = 1911, "rate_limited", "RFC 6585 §4", TemporarilyUnavailable, 429, Json, Developer,
        "Too many requests.", "Wait as long as Retry-After says.";
    PlainHttpRefused = 1912, "plain_http_refused", "RFC 9700 §2.6", InvalidRequest, 405, Json, Developer,
        "This came over plain http, where only GET and HEAD are led to https.", "Send it to the https address of the issuer; change what was sent in the clear, if it was secret.";
    TestingTokenWrong = 1913, "testing_token_wrong", "RFC 6750 §3.1", InvalidToken, 401, Bearer, Operator,
        "The token is not the one that test mode was given.", "Send the token of LATCHKEY_TESTING__TOKEN.";

    // 203x: new passwords
    BreachedListUnreadable = 2030, "breached_list_unreadable", "OWASP ASVS 6.2.12", TemporarilyUnavailable, 503, Page, Operator,
        "The list of passwords from breaches cannot be read, so no password is taken.", "Look into the log, and mend password.breached_list (`latchkey config check`).";

    // 205x: second factors
    FactorWrong = 2050, "factor_wrong", "RFC 6238 §5.2", AccessDenied, 200, Page, Person,
        "The code is wrong, or was used before.", "Enter the code that the app shows now, or use another way.";
    FactorThrottled = 2051, "factor_throttled", "NIST SP 800-63B §5.2.2", AccessDenied, 429, Page, Person,
        "Too many wrong codes.", "Wait as long as the page says, or use another way.";
    AttemptGone = 2052, "attempt_gone", "OWASP ASVS 2.3.1", InvalidRequest, 400, Page, Person,
        "This sign-in is finished, has ended, or was begun in another browser.", "Start again.";
    EnrolmentGone = 2053, "enrolment_gone", "OWASP ASVS 6.4.4", InvalidRequest, 400, Page, Person,
        "The code on this page was too old, or not made for this sign-in.", "Begin again on the page of the sign-in methods.";
    StepUpNeeded = 2054, "step_up_needed", "OWASP ASVS 7.5.1", LoginRequired, 401, Page, Person,
        "This needs a sign-in that is no older than ten minutes, with the second factor if there is one.", "Sign in again.";
    FactorsFull = 2055, "factors_full", "OWASP ASVS 2.4.1", InvalidRequest, 400, Page, Person,
        "There are as many authenticator apps as an account may have.", "Remove one that is not used any more.";
    FactorLast = 2056, "factor_last", "OWASP ASVS 6.4.4", AccessDenied, 400, Page, Person,
        "This account must have a second factor, and this is the last one.", "Add another one first.";
    FactorUnknown = 2057, "factor_unknown", "OWASP ASVS 8.2.2", InvalidRequest, 400, Page, Person,
        "There is no such sign-in method in this account.", "Look at the list again.";

    // 215x: limits
    TooManyRequests = 2150, "too_many_requests", "RFC 6585 §4", TemporarilyUnavailable, 429, Json, Developer,
        "Too many requests came from this network in the last minute.", "Wait as long as Retry-After says; the section limits of the configuration has the numbers.";
    ClientTooFast = 2151, "client_too_fast", "RFC 6585 §4", TemporarilyUnavailable, 429, Json, Developer,
        "This client asked for too many tokens in the last minute.", "Wait as long as Retry-After says, and keep tokens until they expire.";
    NetworkSlowed = 2152, "network_slowed", "OWASP ASVS 6.3.1", AccessDenied, 429, Page, Person,
        "Sign-ins to many accounts failed from this network, so browsers that are new here have to wait.", "Wait as long as the page says, or use a browser in which you signed in before.";

    // 217x: refresh tokens of browser apps in a cookie
    BrowserAppOrigin = 2170, "browser_app_origin", "draft-ietf-oauth-browser-based-apps §6.1.3.3", InvalidRequest, 400, Json, Developer,
        "This does not come from a page of the app: its Origin is missing, or no redirect URI is registered there.", "Call from a page of the app in a browser (fetch), and register an address of that page's origin as redirect URI: `latchkey client edit ID --url ...`. An app with a server of its own takes refresh tokens in the body.";
    BrowserAppCrossSite = 2171, "browser_app_cross_site", "draft-ietf-httpbis-rfc6265bis §5.2", InvalidRequest, 400, Json, Developer,
        "The page of the app is on another site than this server (or the browser does not say), and the cookie with the refresh token is kept to one site.", "Serve the app from the same site as the issuer, as app.example.com is for id.example.com; or give the app its refresh tokens in the body: `latchkey client edit ID --set refresh_token_delivery=body`.";
    BrowserAppCookieMissing = 2172, "browser_app_cookie_missing", "draft-ietf-oauth-browser-based-apps §6.1.3.2", InvalidGrant, 400, Json, Person,
        "The browser sent no refresh token of this app: nobody is signed in there, cookies are blocked, or the call was made without them.", "Let the person sign in; make the call with credentials: 'include', and allow cookies for this server's address.";
    BrowserAppRefreshInBody = 2173, "browser_app_refresh_in_body", "draft-ietf-oauth-browser-based-apps §6.1.3.2", InvalidRequest, 400, Json, Developer,
        "A refresh token came in the body, but those of this app travel in a cookie.", "Leave refresh_token out, and make the call with credentials: 'include'.";
    BrowserAppCookieTwice = 2174, "browser_app_cookie_twice", "draft-ietf-httpbis-rfc6265bis §5.6", InvalidRequest, 400, Json, Person,
        "The browser sent two refresh tokens of this app; one of them is not ours.", "Clear the cookies of this server's address, and let the person sign in again.";
}
