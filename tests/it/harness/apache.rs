//! An Apache httpd of Debian with its mod_auth_openidc, both as they are packaged: a configuration of our own, a
//! loopback port with TLS, an unprivileged process.

use super::child::{Guarded, Start};
use super::postgres::{Unprivileged, as_user};
use super::tls::authority;
use std::ffi::OsString;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};

/// What Apache is told of the provider and of itself.
pub struct Settings<'a> {
    pub port: u16,
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub client_secret: &'a str,
}

/// A running httpd; everything below `/app/` asks to be signed in.
pub struct Apache {
    /// `https://localhost:<port>`.
    pub url: String,
    child: Guarded,
    directory: PathBuf,
}

/// The redirect URI of an Apache on this port; with `?logout=...` it is also where sign-outs begin.
pub fn callback(port: u16) -> String {
    format!("https://localhost:{port}/app/callback")
}

const MODULES: [&str; 10] = [
    "mpm_event",
    "authn_core",
    "authz_core",
    "authz_user",
    "dir",
    "mime",
    "include",
    "socache_shmcb",
    "ssl",
    "auth_openidc",
];

/// Where Debian puts the modules.
const DEBIAN: &str = "/usr/lib/apache2/modules";

/// What a page shows of who is signed in.
const PAGE: &str = "<!doctype html><title>App</title><p>Signed in: <!--#echo var=\"REMOTE_USER\" -->\n\
    <p>E-mail: <!--#echo var=\"OIDC_CLAIM_email\" -->\n<p>Issuer: <!--#echo var=\"OIDC_CLAIM_iss\" -->\n";

fn configuration(directory: &Path, settings: &Settings<'_>) -> String {
    let dir = directory.display();
    let Settings { port, issuer, client_id, client_secret } = settings;
    let modules: String =
        MODULES.iter().map(|name| format!("LoadModule {name}_module {DEBIAN}/mod_{name}.so\n")).collect();
    let callback = callback(*port);
    let ca = authority().file().file_name().expect("a name").to_string_lossy().into_owned();
    format!(
        "{modules}
ServerRoot \"{dir}\"
ServerName localhost
Listen 127.0.0.1:{port}
PidFile \"{dir}/pid\"
DefaultRuntimeDir \"{dir}\"
Mutex file:{dir} default
ErrorLog \"{dir}/error.log\"
LogLevel warn auth_openidc:info
StartServers 1
ServerLimit 1
ThreadsPerChild 8
MaxRequestWorkers 8
TypesConfig /dev/null
AddType text/html .shtml
AddOutputFilter INCLUDES .shtml
DirectoryIndex index.shtml
DocumentRoot \"{dir}/pages\"
SSLEngine on
SSLSessionCache none
SSLCertificateFile \"{dir}/server.pem\"
SSLCertificateKeyFile \"{dir}/server.key\"
OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {client_id}
OIDCClientSecret {client_secret}
OIDCRedirectURI {callback}
OIDCCryptoPassphrase only-for-this-test-{port}
OIDCScope \"openid profile email\"
OIDCPKCEMethod S256
OIDCRemoteUserClaim sub
OIDCSSLValidateServer On
OIDCCABundlePath \"{dir}/{ca}\"
OIDCHTTPTimeoutShort 60
OIDCHTTPTimeoutLong 60
<Directory \"{dir}/pages\">
  Options +Includes
  Require all granted
</Directory>
<Location /app>
  AuthType openid-connect
  Require valid-user
</Location>
"
    )
}

impl Apache {
    /// Starts it and waits until it listens.
    pub fn start(settings: &Settings<'_>) -> Self {
        let program = PathBuf::from("/usr/sbin/apache2");
        let module = Path::new(DEBIAN).join("mod_auth_openidc.so");
        for file in [&program, &module] {
            assert!(file.exists(), "{} is missing: run tests/run once", file.display());
        }
        let directory = tempfile::Builder::new().prefix("lk-httpd-").tempdir().expect("a directory").keep();
        let files = authority().server();
        for file in [&authority().file(), &files.certificate, &files.key] {
            let to = directory.join(file.file_name().expect("a name"));
            std::fs::copy(file, to).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        }
        std::fs::create_dir_all(directory.join("pages/app")).expect("a directory");
        std::fs::write(directory.join("pages/app/index.shtml"), PAGE).expect("a page");
        std::fs::write(directory.join("pages/bye.html"), "<!doctype html><title>Bye</title>Signed out\n")
            .expect("a page");
        std::fs::write(directory.join("httpd.conf"), configuration(&directory, settings)).expect("a file");
        let user = Unprivileged::find();
        if let Some(user) = &user {
            user.give(&directory);
        }
        let mut command = as_user(user.as_ref(), program);
        command.extend(["-D", "FOREGROUND", "-f"].map(OsString::from));
        command.push(directory.join("httpd.conf").into_os_string());
        let program = PathBuf::from(command.remove(0));
        let child = Guarded::start(Start {
            program: &program,
            arguments: command,
            environment: Vec::new(),
            directory: Path::new("/"),
            signal: "TERM",
            log: directory.join("log"),
            remove: Some(directory.clone()),
        });
        child.wait_for_port(settings.port);
        Self { url: format!("https://localhost:{}", settings.port), child, directory }
    }

    /// What it has written so far.
    pub fn log(&self) -> String {
        let errors = std::fs::read_to_string(self.directory.join("error.log")).unwrap_or_default();
        format!("{}{errors}", self.child.log())
    }
}

impl Unprivileged {
    /// Makes a directory and all in it this user's alone.
    pub fn give(&self, path: &Path) {
        chown(path, Some(self.uid), Some(self.gid)).expect("a file for the server's user");
        if path.is_dir() {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).expect("its mode");
            for entry in std::fs::read_dir(path).expect("a directory").flatten() {
                self.give(&entry.path());
            }
        }
    }
}
