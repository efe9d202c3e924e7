//! What the app does with a code and with its tokens: one call each, and the step that shows it.

use super::client::{Trial, TryClient};
use super::{decode, story};
use crate::base::secret::Secret;
use crate::engine::upstream::{RelyingParty, Started, Tokens, UpstreamError, Wire};
use crate::web::views::try_result::{Action, DecodedToken};
use serde_json::Value;
use std::sync::Arc;

/// What can be done with these tokens.
pub(super) fn offered(tokens: &Tokens) -> Vec<Action> {
    let possible = |action: &Action| *action != Action::Refresh || tokens.refresh_token.is_some();
    Action::ALL.into_iter().filter(possible).collect()
}

/// Exchanges the code.
pub(super) async fn redeem(
    client: &TryClient,
    trial: &mut Trial,
    (party, started): (&RelyingParty, &Started),
    code: &Secret,
) {
    let wire = Wire::keeping(&client.outbound);
    let outcome = party.redeem(&wire, started, code).await;
    let (error, decoded) = match outcome {
        Ok(tokens) => {
            let decoded = decoded(&tokens, None);
            trial.tokens = Some(Arc::new(tokens));
            (None, decoded)
        }
        Err(error) => {
            trial.stopped = Some(error.to_string());
            (Some(error), Vec::new())
        }
    };
    trial.steps.extend(story::told(&story::REDEEM, &wire.take(), error.as_ref(), decoded));
}

/// One call with the tokens.
pub(super) async fn call(
    client: &TryClient,
    trial: &mut Trial,
    (party, tokens): (&RelyingParty, &Tokens),
    action: Action,
) {
    let wire = Wire::keeping(&client.outbound);
    let (chapter, error, shown) = match action {
        Action::Refresh => {
            let (error, shown) = parts(party.refresh(&wire, tokens).await.map(|new| {
                let shown = decoded(&new, Some(tokens));
                trial.tokens = Some(Arc::new(new));
                shown
            }));
            (&story::REFRESH, error, shown)
        }
        Action::Userinfo => {
            let (error, shown) = parts(party.userinfo(&wire, tokens).await.map(|claims| {
                vec![decode::claims("UserInfo", "sub is that of the ID token, as it must be.", &claims)]
            }));
            (&story::USERINFO, error, shown)
        }
        Action::Introspect => {
            let (error, shown) =
                parts(party.introspect(&wire, tokens).await.map(|said| vec![introspected(&said)]));
            (&story::INTROSPECT, error, shown)
        }
        Action::Revoke => {
            let (error, shown) = parts(party.revoke(&wire, tokens).await.map(|()| Vec::new()));
            (&story::REVOKE, error, shown)
        }
        // A logout goes through the browser.
        Action::Logout => return,
    };
    trial.steps.extend(story::told(chapter, &wire.take(), error.as_ref(), shown));
}

fn parts(outcome: Result<Vec<DecodedToken>, UpstreamError>) -> (Option<UpstreamError>, Vec<DecodedToken>) {
    match outcome {
        Ok(shown) => (None, shown),
        Err(error) => (Some(error), Vec::new()),
    }
}

fn introspected(said: &Value) -> DecodedToken {
    let live = said.get("active").and_then(Value::as_bool).unwrap_or_default();
    let words = if live {
        "The token counts."
    } else {
        "The token does not count: expired, revoked or unknown. The server does not say which."
    };
    decode::claims("What the server says of the token", words, said)
}

/// The tokens as they are shown; a refresh that brought no new ID token shows none.
fn decoded(tokens: &Tokens, before: Option<&Tokens>) -> Vec<DecodedToken> {
    let mut shown = Vec::new();
    let id_token = &tokens.id_token;
    if before.is_none_or(|old| !old.id_token.raw.matches(&id_token.raw)) {
        let bound =
            if id_token.names_access_token { ", and at_hash binds it to the access token" } else { "" };
        let nonce = if before.is_none() { ", nonce" } else { ", person" };
        let checked = format!("Checked by the app: signature, iss, aud, exp, iat{nonce} are right{bound}.");
        shown.push(decode::token("ID token", &checked, tokens.id_token.raw.reveal()));
    }
    let checked = "For APIs, which check it as the ID token is checked here. The app only carries it.";
    shown.push(decode::token("Access token", checked, tokens.access_token.reveal()));
    shown
}
