//! https in the tests: a certificate authority of their own, certificates from it, and which of our servers
//! speak TLS. Who is told of the authority:
//!
//! | who | how |
//! | --- | --- |
//! | the tests' own HTTP client | [`client`] |
//! | Chromium | `--ignore-certificate-errors-spki-list` with [`Authority::spki`], always on (no root, no NSS database) |
//! | Node | `NODE_EXTRA_CA_CERTS` |
//! | Python | `REQUESTS_CA_BUNDLE` for requests, `SSL_CERT_FILE` for urllib |
//! | libcurl (Apache) | a CA bundle in its configuration |
//!
//! [`environment`] holds the variables. The issuer is `https://localhost:PORT`, which every one of them resolves.

use super::child::PATIENCE;
use latchkey::base::secret::sha256_b64;
use latchkey::base::tls::Files;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::client::Resumption;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::collections::HashSet;
use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Instant;

/// The names of the tests' server certificate.
pub const NAMES: [&str; 4] = ["localhost", "127.0.0.1", "::1", "id.latchkey.test"];

/// A certificate authority, in files that other programs can be pointed at.
pub struct Authority {
    directory: PathBuf,
    issuer: Issuer<'static, KeyPair>,
    spki: String,
}

fn authority_params() -> CertificateParams {
    let mut params = CertificateParams::new(Vec::<String>::new()).expect("parameters");
    params.distinguished_name.push(DnType::CommonName, "Latchkey tests");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

/// The authority. Its files are made once and kept beside what cargo builds; test processes that make them
/// at the same time agree on one set.
pub fn authority() -> &'static Authority {
    static AUTHORITY: OnceLock<Authority> = OnceLock::new();
    AUTHORITY.get_or_init(|| {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("authority-1");
        if !directory.exists() {
            let fresh = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory").keep();
            make(&fresh);
            if fs::rename(&fresh, &directory).is_err() {
                fs::remove_dir_all(&fresh).expect("another process was first");
            }
        }
        let key = |name: &str| {
            let pem = fs::read_to_string(directory.join(name)).expect("a key");
            KeyPair::from_pem(&pem).expect("a key")
        };
        let spki = rcgen::PublicKeyData::subject_public_key_info(&key("server.key"));
        let spki = to_standard(&sha256_b64(&spki));
        Authority { issuer: Issuer::new(authority_params(), key("ca.key")), spki, directory }
    })
}

/// Padded base64 of the other alphabet, as Chromium takes it.
fn to_standard(text: &str) -> String {
    format!("{}=", text.replace('-', "+").replace('_', "/"))
}

fn make(directory: &Path) {
    let key = KeyPair::generate().expect("a key");
    let params = authority_params();
    let own = params.self_signed(&key).expect("a certificate");
    write(&directory.join("ca.pem"), &own.pem());
    write(&directory.join("ca.key"), &key.serialize_pem());
    let issuer = Issuer::new(params, key);
    issue(&issuer, directory, "server", |_| {});
}

fn issue(
    issuer: &Issuer<'static, KeyPair>,
    directory: &Path,
    name: &str,
    change: impl FnOnce(&mut CertificateParams),
) -> Files {
    issue_for(issuer, (directory, name), &KeyPair::generate().expect("a key"), change)
}

fn issue_for(
    issuer: &Issuer<'static, KeyPair>,
    (directory, name): (&Path, &str),
    key: &KeyPair,
    change: impl FnOnce(&mut CertificateParams),
) -> Files {
    let mut params = CertificateParams::new(NAMES.map(str::to_owned)).expect("parameters");
    params.distinguished_name.push(DnType::CommonName, name);
    change(&mut params);
    let certificate = params.signed_by(key, issuer).expect("a certificate");
    let files = Files {
        certificate: directory.join(format!("{name}.pem")),
        key: directory.join(format!("{name}.key")),
    };
    write(&files.certificate, &certificate.pem());
    write(&files.key, &key.serialize_pem());
    files
}

/// Replaces a file in one step, readable by its owner alone.
pub fn write(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    let fresh = path.with_extension("fresh");
    fs::write(&fresh, text).expect("a file");
    fs::set_permissions(&fresh, fs::Permissions::from_mode(0o600)).expect("its mode");
    fs::rename(&fresh, path).expect("a file");
}

impl Authority {
    /// Its own certificate.
    pub fn file(&self) -> PathBuf {
        self.directory.join("ca.pem")
    }

    /// The certificate and key of a server on this machine.
    pub fn server(&self) -> Files {
        Files { certificate: self.directory.join("server.pem"), key: self.directory.join("server.key") }
    }

    /// Another certificate of a server with a key of its own, `NAME.pem` and `NAME.key` in `directory`.
    pub fn issue(&self, directory: &Path, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Files {
        issue(&self.issuer, directory, name, change)
    }

    /// [`Authority::issue`] for a key that is there.
    pub fn issue_for(
        &self,
        directory: &Path,
        name: &str,
        key: &KeyPair,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Files {
        issue_for(&self.issuer, (directory, name), key, change)
    }

    /// The digest by which Chromium knows the key of [`Authority::server`].
    pub fn spki(&self) -> &str {
        &self.spki
    }
}

/// What makes Node, Python and curl trust the authority.
pub fn environment() -> Vec<(&'static str, String)> {
    let file = authority().file().display().to_string();
    ["NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE"]
        .map(|name| (name, file.clone()))
        .to_vec()
}

/// The settings of a server that speaks TLS with the tests' certificate.
pub fn settings() -> [(&'static str, String); 2] {
    let files = authority().server();
    [
        ("LATCHKEY_TLS_CERTIFICATE", files.certificate.display().to_string()),
        ("LATCHKEY_TLS_KEY", files.key.display().to_string()),
    ]
}

/// The ports of our servers that speak TLS.
fn ports() -> &'static Mutex<HashSet<u16>> {
    static PORTS: OnceLock<Mutex<HashSet<u16>>> = OnceLock::new();
    PORTS.get_or_init(Mutex::default)
}

/// From now on calls to this port speak TLS.
pub fn register(port: u16) {
    ports().lock().expect("the list").insert(port);
}

/// From now on calls to this port, which somebody else is given, do not speak TLS.
pub fn forget(port: u16) {
    ports().lock().expect("the list").remove(&port);
}

/// Whether calls to this port speak TLS.
pub fn is_spoken_at(port: u16) -> bool {
    ports().lock().expect("the list").contains(&port)
}

/// `https` or `http`, for a port.
pub fn scheme(port: u16) -> &'static str {
    if is_spoken_at(port) { "https" } else { "http" }
}

/// The client's side: the authority and nobody else is trusted; TLS as rustls speaks it.
pub fn client() -> Arc<ClientConfig> {
    static CLIENT: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    let make = || {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = builder.expect("versions").with_root_certificates(roots());
        let mut config = builder.with_no_client_auth();
        // A resumed session tells the certificate it once began with.
        config.resumption = Resumption::disabled();
        Arc::new(config)
    };
    CLIENT.get_or_init(make).clone()
}

/// The authority as rustls takes it.
pub fn roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority().file()).expect("a certificate")).expect("a root");
    roots
}

/// Speaks TLS on a connection, or on another one where a machine was too busy for as long as a handshake may take.
pub fn greeted(addr: SocketAddr, mut stream: TcpStream) -> StreamOwned<ClientConnection, TcpStream> {
    let started = Instant::now();
    loop {
        let mut spoken = over(client(), stream);
        if spoken.conn.complete_io(&mut spoken.sock).is_ok() || started.elapsed() > PATIENCE {
            return spoken;
        }
        stream = TcpStream::connect(addr).expect("connect");
        stream.set_read_timeout(Some(PATIENCE)).expect("timeout");
    }
}

/// Speaks TLS on a connection.
pub fn over(config: Arc<ClientConfig>, stream: TcpStream) -> StreamOwned<ClientConnection, TcpStream> {
    let name = ServerName::try_from("localhost").expect("a name");
    StreamOwned::new(ClientConnection::new(config, name).expect("a client"), stream)
}
