//! What the start prints: at most twelve lines, all of them useful.

use crate::config::{DatabaseTarget, Settings};
use crate::engine::Engine;
use crate::engine::admin::{Actor, AdminError, Desk, Mode, apply_blocking, links};

/// The address, that test mode is on where it is, the set-up link while there is no admin, and what to do next.
pub fn lines(settings: &Settings, engine: &Engine, test_mode: Vec<String>) -> String {
    let issuer = &engine.policy.issuer;
    let mut lines = vec![format!("Latchkey {} is ready at {issuer}", env!("CARGO_PKG_VERSION"))];
    lines.extend(test_mode);
    lines.push(format!("  Discovery   {issuer}/.well-known/openid-configuration"));
    lines.push(format!("  Data        {}", place(settings)));
    if let Some(ops) = settings.server.ops_listen {
        lines.push(format!("  Health      http://{ops}/readyz"));
    }
    match setup_link(engine) {
        Some(link) => {
            lines.push(format!("  Set up      {link}"));
            let again = &settings.repeated;
            lines.push(format!(
                "              (single use, 15 minutes; `latchkey setup-link{again}` makes another)"
            ));
        }
        None => lines.push(format!("  Account     {issuer}/account")),
    }
    let warnings = if settings.dev { &[][..] } else { settings.warnings.as_slice() };
    lines.extend(warnings.iter().take(3).map(|warning| format!("  Note        {warning}")));
    if settings.dev {
        lines.push(format!("  Try it      {issuer}/try  (ada, bob and eve; the password is the name)"));
    }
    let again = &settings.repeated;
    lines.push(format!("  Next        latchkey client add NAME http://localhost:3000/callback{again}"));
    lines.join("\n")
}

fn place(settings: &Settings) -> String {
    match settings.database_target() {
        DatabaseTarget::Sqlite(path) => path.display().to_string(),
        DatabaseTarget::Postgres(_) => "PostgreSQL".to_owned(),
    }
}

/// A fresh set-up link while nobody can administer this server.
fn setup_link(engine: &Engine) -> Option<String> {
    let desk = Desk::of(engine, Actor::System);
    match apply_blocking(&engine.db, Mode::Apply, move |conn| links::make_setup(conn, &desk)) {
        Ok(made) => Some(made.setup_url(&engine.policy.issuer)),
        Err(AdminError::Conflict(_)) => None,
        Err(error) => {
            tracing::warn!(%error, "no set-up link could be made");
            None
        }
    }
}
