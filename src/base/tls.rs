//! TLS of our own listener: a certificate chain and its key from PEM files, read anew when they change, and
//! what of TLS is spoken (RFC 9325, FAPI 2.0 Security Profile §5.2). The only home of `rustls`.

use super::clock::Seconds;
use arc_swap::ArcSwap;
use rustls::client::verify_server_name;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::{ClientHello, ParsedCertificate, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{CertificateError, Error, RootCertStore, ServerConfig, SupportedCipherSuite, version};
use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The largest file that is read, bytes.
const LARGEST: u64 = 1024 * 1024;
/// A certificate that ends within this is worth a warning, seconds.
const SOON: Seconds = 7 * 86_400;

/// TLS 1.3, and of TLS 1.2 the four suites that RFC 9325 §4.2 recommends and FAPI 2.0 asks for.
const SUITES: [SupportedCipherSuite; 7] = [
    aws_lc_rs::cipher_suite::TLS13_AES_256_GCM_SHA384,
    aws_lc_rs::cipher_suite::TLS13_AES_128_GCM_SHA256,
    aws_lc_rs::cipher_suite::TLS13_CHACHA20_POLY1305_SHA256,
    aws_lc_rs::cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    aws_lc_rs::cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    aws_lc_rs::cipher_suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    aws_lc_rs::cipher_suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
];

/// Where the certificate chain and its key are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// The certificate of this server, then those that lead to its root; PEM.
    pub certificate: PathBuf,
    /// Its private key; PEM.
    pub key: PathBuf,
}

/// Which of the files is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The certificate chain.
    Certificate,
    /// The private key.
    Key,
}

/// What is wrong with a file, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFault {
    /// The file to blame.
    pub which: Which,
    /// What is wrong, without the file's name.
    pub what: String,
    /// What to do.
    pub fix: String,
}

impl TlsFault {
    fn new(which: Which, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { which, what: what.into(), fix: fix.into() }
    }
}

/// A certificate chain with the key that fits it.
pub struct Credential(Arc<CertifiedKey>);

/// What tells one state of the two files from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp([Option<FileStamp>; 2]);

#[derive(Clone, Debug, PartialEq, Eq)]
struct FileStamp {
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Files {
    /// Reads both, and holds them against each other.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn read(&self) -> Result<Credential, TlsFault> {
        let chain = chain(&self.certificate)?;
        let key = private_key(&self.key)?;
        let Some(own) = chain.first() else { return Err(no_certificate("is empty")) };
        ParsedCertificate::try_from(own).map_err(|_| {
            let fix = "write it anew from where it was issued; it must be an X.509 certificate as PEM";
            TlsFault::new(Which::Certificate, "holds a certificate that cannot be read", fix)
        })?;
        match CertifiedKey::from_der(chain, key, &provider()) {
            Ok(certified) => Ok(Credential(Arc::new(certified))),
            Err(Error::InconsistentKeys(_)) => Err(TlsFault::new(
                Which::Key,
                format!("does not fit the first certificate in {}", self.certificate.display()),
                "name the key that the certificate was made for, and put the server's own certificate first",
            )),
            Err(_) => Err(TlsFault::new(
                Which::Key,
                "holds a key that cannot be used",
                "use an RSA key of at least 2048 bits, or an ECDSA key on P-256 or P-384",
            )),
        }
    }

    /// The state the files are in; a file that cannot be looked at is a state of its own.
    pub fn stamp(&self) -> Stamp {
        let of = |path: &Path| {
            let meta = std::fs::metadata(path).ok()?;
            Some(FileStamp {
                inode: meta.ino(),
                size: meta.len(),
                modified: (meta.mtime(), meta.mtime_nsec()),
                changed: (meta.ctime(), meta.ctime_nsec()),
            })
        };
        Stamp([of(&self.certificate), of(&self.key)])
    }

    /// Whether others than the owner's group may read the key; `None` where they may not.
    pub fn open_key(&self) -> Option<String> {
        let mode = std::fs::metadata(&self.key).ok()?.permissions().mode() & 0o777;
        (mode & 0o007 != 0)
            .then(|| format!("every user of this machine may open {} (mode {mode:o})", self.key.display()))
    }
}

impl Credential {
    /// What works but will be refused by browsers, now or soon, as sentences: `host` is the issuer's, as
    /// it stands in a URL.
    pub fn doubts(&self, host: &str, now: Seconds) -> Vec<String> {
        let Some(own) = self.0.cert.first().and_then(|own| ParsedCertificate::try_from(own).ok()) else {
            return Vec::new();
        };
        let mut doubts: Vec<String> = validity(&own, now).into_iter().collect();
        let name = ServerName::try_from(host.trim_matches(['[', ']']));
        if name.is_err() || name.is_ok_and(|name| verify_server_name(&own, &name).is_err()) {
            doubts.push(format!("the certificate is not for {host}, the host of server.issuer"));
        }
        doubts
    }
}

/// Whether the certificate's time is over, soon over or not yet come. Its chain is not looked at: whom
/// browsers trust is theirs to know.
fn validity(own: &ParsedCertificate<'_>, now: Seconds) -> Option<String> {
    let at = |seconds: Seconds| {
        let since = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)));
        let nobody = RootCertStore::empty();
        let algorithms = provider().signature_verification_algorithms.all;
        // The time is looked at first; without roots the rest ends in "unknown issuer".
        rustls::client::verify_server_cert_signed_by_trust_anchor(own, &nobody, &[], since, algorithms).err()
    };
    let day = |time: UnixTime| {
        let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        chrono::DateTime::from_timestamp(seconds, 0)
            .map_or_else(|| "an unknown day".to_owned(), |day| day.format("%Y-%m-%d").to_string())
    };
    match (at(now), at(now.saturating_add(SOON))) {
        (Some(Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. })), _) => {
            Some(format!("the certificate has expired on {}", day(not_after)))
        }
        (Some(Error::InvalidCertificate(CertificateError::NotValidYetContext { not_before, .. })), _) => {
            Some(format!("the certificate is not valid before {}", day(not_before)))
        }
        (_, Some(Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. }))) => {
            Some(format!("the certificate expires on {}", day(not_after)))
        }
        _ => None,
    }
}

fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsFault> {
    let bytes = read(path).map_err(|why| {
        let fix = "name a file that holds the certificate chain as PEM and that Latchkey may read";
        TlsFault::new(Which::Certificate, why, fix)
    })?;
    certificates(&bytes).map_err(|why| no_certificate(&why))
}

fn no_certificate(why: &str) -> TlsFault {
    let fix = "put the server's own certificate into it, and then those that lead to its root, as PEM";
    TlsFault::new(Which::Certificate, why, fix)
}

/// The certificates of a PEM text; at least one.
fn certificates(bytes: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(bytes).collect();
    match found {
        Ok(all) if !all.is_empty() => Ok(all),
        Ok(_) if has(bytes, "PRIVATE KEY-----") => Err("holds a private key, but no certificate".to_owned()),
        Ok(_) => Err("holds no certificate (no BEGIN CERTIFICATE)".to_owned()),
        Err(_) => Err("holds a certificate that is cut off or damaged".to_owned()),
    }
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsFault> {
    let told = |what: &str, fix: &str| TlsFault::new(Which::Key, what, fix);
    let fix = "name a file that holds the private key as PEM and that Latchkey may read";
    let bytes = read(path).map_err(|why| TlsFault::new(Which::Key, why, fix))?;
    match PrivateKeyDer::from_pem_slice(&bytes) {
        Ok(key) => Ok(key),
        Err(pem::Error::NoItemsFound) if has(&bytes, "BEGIN ENCRYPTED PRIVATE KEY") => Err(told(
            "holds a key that is locked with a passphrase",
            "unlock it with `openssl pkey -in LOCKED -out KEY`, and keep the file private (chmod 600)",
        )),
        Err(pem::Error::NoItemsFound) if has(&bytes, "BEGIN CERTIFICATE") => {
            Err(told("holds a certificate, but no private key", fix))
        }
        Err(pem::Error::NoItemsFound) => Err(told("holds no private key (no BEGIN PRIVATE KEY)", fix)),
        Err(_) => Err(told("holds a key that is cut off or damaged", fix)),
    }
}

fn has(bytes: &[u8], words: &str) -> bool {
    bytes.windows(words.len()).any(|window| window == words.as_bytes())
}

/// A whole file; why not, in words.
fn read(path: &Path) -> Result<zeroize::Zeroizing<Vec<u8>>, String> {
    let words = |error: io::Error| {
        let text = error.to_string();
        text.split_once(" (os error").map_or(text.as_str(), |(words, _)| words).to_lowercase()
    };
    let file = File::open(path).map_err(|error| format!("cannot be opened: {}", words(error)))?;
    let mut bytes = zeroize::Zeroizing::new(Vec::new());
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| format!("cannot be read: {}", words(error)))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > LARGEST {
        return Err("is larger than 1 MiB".to_owned());
    }
    Ok(bytes)
}

/// The certificates of a PEM file that others are trusted by, as PEM.
///
/// # Errors
/// What is wrong with the file, in words.
pub fn authorities(path: &Path) -> Result<Vec<u8>, String> {
    let bytes = read(path)?;
    let mut roots = RootCertStore::empty();
    for certificate in certificates(&bytes)? {
        roots.add(certificate).map_err(|_| "holds a certificate that cannot be read".to_owned())?;
    }
    Ok(bytes.to_vec())
}

/// The credential that handshakes are answered with; it can be changed while connections stand.
#[derive(Clone)]
pub struct Slot(Arc<ArcSwap<CertifiedKey>>);

impl Slot {
    /// With its first credential.
    pub fn new(credential: Credential) -> Self {
        Self(Arc::new(ArcSwap::new(credential.0)))
    }

    /// From the next handshake on, another one.
    pub fn replace(&self, credential: Credential) {
        self.0.store(credential.0);
    }

    /// The credential in use.
    pub fn current(&self) -> Credential {
        Credential(self.0.load_full())
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Slot")
    }
}

impl ResolvesServerCert for Slot {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}

fn provider() -> CryptoProvider {
    CryptoProvider { cipher_suites: SUITES.to_vec(), ..aws_lc_rs::default_provider() }
}

/// What the listener speaks: TLS 1.2 and 1.3, no older ones, no client certificates. ALPN is the HTTP
/// server's to add: `http/1.1` alone, as its HTTP/2 rests on a version of h2 with a known fault.
///
/// # Errors
/// When no protocol version fits the suites, which is a fault of this program.
pub fn server_config(slot: &Slot) -> Result<ServerConfig, Error> {
    let builder = ServerConfig::builder_with_provider(Arc::new(provider()))
        .with_protocol_versions(&[&version::TLS13, &version::TLS12])?;
    Ok(builder.with_no_client_auth().with_cert_resolver(Arc::new(slot.clone())))
}
