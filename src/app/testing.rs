//! Test mode at the start: said loudly, and with a user who has every standard claim (behaviours 95, 96).

use super::open::StartError;
use crate::base::secret::{Secret, b64};
use crate::config::{Settings, Testing};
use crate::engine::Engine;
use crate::engine::admin::{Actor, AdminError, Desk, Mode, apply_blocking, users};
use crate::store::Fault;
use serde_json::{Map, Value, json};

/// What the start prints of test mode: that it is on, with what, and the user that was made.
///
/// # Errors
/// When the user cannot be made.
pub fn prepare(settings: &Settings, engine: &Engine) -> Result<Vec<String>, StartError> {
    let testing = &settings.testing;
    if !testing.enabled {
        return Ok(Vec::new());
    }
    let with = switches(testing).join(", ");
    tracing::warn!(%with, "TEST MODE is on: nothing here is safe from strangers");
    let mut lines = vec![format!("  TEST MODE   nothing here is safe from strangers ({with})")];
    if testing.seed_user {
        lines.push(seeded(testing, engine)?);
    }
    Ok(lines)
}

/// What is on, by the names of the keys.
fn switches(testing: &Testing) -> Vec<&'static str> {
    let all = [
        ("loopback_fetches", testing.loopback_fetches),
        ("extra_ca", testing.extra_ca.is_some()),
        ("no_rate_limits", testing.no_rate_limits),
        ("rotate-keys", testing.token.is_some()),
        ("seed_user", testing.seed_user),
    ];
    std::iter::once("resource").chain(all.into_iter().filter_map(|(name, on)| on.then_some(name))).collect()
}

/// Makes the user at the first start; how to sign in.
fn seeded(testing: &Testing, engine: &Engine) -> Result<String, StartError> {
    let name = testing.seed_username.clone();
    let username = name.clone();
    let known = engine.db.read_blocking(move |conn| Ok(users::resolve(conn, &username).is_ok()));
    if known.map_err(|fault| failed(&AdminError::from(fault)))? {
        return Ok(format!("  User        {name} (made at an earlier start)"));
    }
    let made = testing.seed_password.is_none();
    let password =
        testing.seed_password.clone().unwrap_or_else(|| Secret::new(b64(&engine.rng.bytes::<15>())));
    let hash = engine.passwords.hash_blocking(&password);
    let hash = hash.map_err(|refusal| failed(&AdminError::from(Fault::Refused(refusal))))?;
    let new = users::NewUser {
        username: Some(name.clone()),
        email: Some(format!("{name}@example.com")),
        email_verified: true,
        password_hash: Some(hash),
        roles: Vec::new(),
        claims: claims(),
    };
    let desk = Desk::of(engine, Actor::System);
    apply_blocking(&engine.db, Mode::Apply, move |conn| users::create(conn, &desk, new).map(drop))
        .map_err(|error| failed(&error))?;
    let shown = if made { password.reveal() } else { "as configured" };
    Ok(format!("  User        {name}, password: {shown}"))
}

fn failed(error: &AdminError) -> StartError {
    StartError::new(
        format!("the user of test mode cannot be made: {error}"),
        "Choose another name with LATCHKEY_TESTING__SEED_USERNAME.",
    )
}

/// A value for every claim of OIDC Core §5.1 that is not derived from the account itself.
fn claims() -> Map<String, Value> {
    let claims = [
        ("name", json!("Ada Augusta Lovelace")),
        ("given_name", json!("Ada")),
        ("family_name", json!("Lovelace")),
        ("middle_name", json!("Augusta")),
        ("nickname", json!("The Enchantress")),
        ("profile", json!("https://example.com/ada")),
        ("picture", json!("https://example.com/ada.png")),
        ("website", json!("https://ada.example.com/")),
        ("gender", json!("female")),
        ("birthdate", json!("1815-12-10")),
        ("zoneinfo", json!("Europe/London")),
        ("locale", json!("en-GB")),
        ("phone_number", json!("+44 20 7946 0958")),
        ("phone_number_verified", json!(true)),
        (
            "address",
            json!({
                "formatted": "12 St James's Square\nLondon SW1Y 4JH\nUnited Kingdom",
                "street_address": "12 St James's Square",
                "locality": "London",
                "region": "Greater London",
                "postal_code": "SW1Y 4JH",
                "country": "United Kingdom",
            }),
        ),
    ];
    claims.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
