//! The files that a server reads besides its configuration: the certificate, its key, and the authorities of
//! the test mode, passwords from breaches. Only who serves (or checks) looks into them; a command needs none.

use std::path::Path;

use super::Settings;
use super::problem::{Place, Problem};
use crate::base::breached::BreachedList;
use crate::base::clock::Seconds;
use crate::base::picture::Picture;
use crate::base::tls::{self, TlsFault, Which};

/// What is worth saying about files that can be used.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ServerFiles {
    /// What works but is unwise, as sentences for the log.
    pub warnings: Vec<String>,
}

impl Settings {
    /// Where certificate and key are, when this server speaks TLS itself.
    #[must_use]
    pub fn tls_files(&self) -> Option<tls::Files> {
        let (certificate, key) = (self.server.tls_certificate.clone()?, self.server.tls_key.clone()?);
        Some(tls::Files { certificate, key })
    }

    /// Reads the files, and says what is wrong with them. `now` is the time, seconds since 1970.
    ///
    /// # Errors
    /// Every file that cannot be used, with its place and fix.
    pub fn check_files(&self, now: Seconds) -> Result<ServerFiles, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut files = ServerFiles::default();
        if let Some(named) = self.tls_files() {
            match named.read() {
                Ok(credential) => {
                    let host = self.server.issuer.url().host_str().unwrap_or_default();
                    files.warnings.extend(credential.doubts(host, now));
                    files.warnings.extend(named.open_key());
                }
                Err(fault) => problems.push(self.tls_problem(&named, fault)),
            }
        }
        if let Some(path) = &self.testing.extra_ca
            && let Err(why) = tls::authorities(path)
        {
            let fix = "name a file that holds certificates of authorities as PEM";
            problems.push(self.file_problem("testing.extra_ca", path, (why, fix.to_owned())));
        }
        if let Some(path) = &self.password.breached_list
            && let Err(fault) = BreachedList::open(path)
        {
            problems.push(self.file_problem("password.breached_list", path, fault));
        }
        if let Some(path) = &self.brand.logo
            && let Err(why) = Picture::open(path)
        {
            problems.push(self.file_problem("brand.logo", path, why));
        }
        if problems.is_empty() { Ok(files) } else { Err(problems) }
    }

    fn tls_problem(&self, named: &tls::Files, fault: TlsFault) -> Problem {
        let (key, path) = match fault.which {
            Which::Certificate => ("server.tls_certificate", &named.certificate),
            Which::Key => ("server.tls_key", &named.key),
        };
        self.file_problem(key, path, (fault.what, fault.fix))
    }

    fn file_problem(&self, key: &str, path: &Path, (what, fix): (String, String)) -> Problem {
        let place = self.places.get(key).cloned().unwrap_or(Place::Default);
        Problem::general(place, what, fix).on(key).received(&path.display().to_string())
    }
}
