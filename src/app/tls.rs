//! The certificate while the server runs: changed files are taken up, broken ones are not.

use super::open::StartError;
use crate::base::clock::{Clock, Seconds};
use crate::base::tls::{Credential, Files, Slot, Stamp, TlsFault, Which};
use crate::config::Settings;
use std::time::Duration;

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often a certificate that will be refused, or soon, is complained about, seconds.
const REMIND_EVERY: Seconds = 12 * 3600;

/// The certificate that is served, and where it came from.
pub struct Served {
    /// What handshakes are answered with.
    pub slot: Slot,
    files: Files,
    settled: Stamp,
    host: String,
    clock: Clock,
}

impl Served {
    /// From the files of the settings; `None` where this server speaks plain http.
    ///
    /// # Errors
    /// What is wrong with a file.
    pub fn open(settings: &Settings, clock: &Clock) -> Result<Option<Self>, StartError> {
        let Some(files) = settings.tls_files() else { return Ok(None) };
        let settled = files.stamp();
        let credential = files.read().map_err(|fault| {
            let (problem, fix) = told(&files, fault);
            StartError::new(problem, &fix)
        })?;
        let host = settings.server.issuer.url().host_str().unwrap_or_default().to_owned();
        Ok(Some(Self { slot: Slot::new(credential), files, settled, host, clock: clock.clone() }))
    }

    /// Follows the files for as long as the runtime lives.
    pub async fn follow(mut self) {
        // What was broken at the last look. Certificate and key are replaced one after the other, and a look may
        // fall between: only what stays broken is complained about.
        let mut broken: Option<Stamp> = None;
        let mut reminded = None;
        loop {
            self.remind(&mut reminded);
            actix_web::rt::time::sleep(LOOK_EVERY).await;
            let Some((stamp, read)) = self.look().await else { continue };
            match read {
                Ok(credential) => {
                    self.slot.replace(credential);
                    tracing::info!("the TLS certificate was read anew");
                    (broken, reminded) = (None, None);
                    self.settled = stamp;
                }
                Err(fault) if broken.as_ref() == Some(&stamp) => {
                    let (problem, fix) = told(&self.files, fault);
                    tracing::error!(%problem, %fix, "the TLS certificate before it stays in use");
                    self.settled = stamp;
                }
                Err(_) => broken = Some(stamp),
            }
        }
    }

    /// The files, where they are not as they were when they were read last.
    async fn look(&self) -> Option<(Stamp, Result<Credential, TlsFault>)> {
        let (files, settled) = (self.files.clone(), self.settled.clone());
        let look = move || {
            let stamp = files.stamp();
            (stamp != settled).then(|| (stamp, files.read()))
        };
        actix_web::rt::task::spawn_blocking(look).await.ok().flatten()
    }

    fn remind(&self, last: &mut Option<Seconds>) {
        let now = self.clock.now();
        if last.is_some_and(|last| now.saturating_sub(last) < REMIND_EVERY) {
            return;
        }
        *last = Some(now);
        for doubt in self.slot.current().doubts(&self.host, now) {
            tracing::warn!("{doubt}; browsers refuse such a one");
        }
    }
}

fn told(files: &Files, fault: TlsFault) -> (String, String) {
    let (setting, path) = match fault.which {
        Which::Certificate => ("server.tls_certificate", &files.certificate),
        Which::Key => ("server.tls_key", &files.key),
    };
    (format!("{setting}: {} {}", path.display(), fault.what), fault.fix)
}
