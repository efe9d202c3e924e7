//! Devices that are programs: `examples/device-cli` with a person in Chromium, and two clients that nobody
//! here wrote: openid-client (npm) and oidc-agent (Debian).

use super::{SCOPE, approve, as_tv, press, to_question, tv};
use crate::harness::app::{PASSWORD, TestApp, TestClient};
use crate::harness::browser::{Browser, Options};
use crate::harness::child::PATIENCE;
use crate::harness::node::{Script, repository};
use latchkey::protocol::client_auth::AuthMethod;
use serde_json::json;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// The sample command-line client with a place for its tokens.
struct Cli<'a> {
    app: &'a TestApp,
    client: TestClient,
    home: tempfile::TempDir,
}

impl<'a> Cli<'a> {
    fn new(app: &'a TestApp, client: &TestClient) -> Self {
        Self { app, client: client.clone(), home: tempfile::tempdir().expect("a directory") }
    }

    fn command(&self, argument: &str) -> Command {
        let mut command = Command::new("python3");
        command
            .arg(repository().join("examples/device-cli/device_cli.py"))
            .arg(argument)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("ISSUER", &self.app.issuer)
            .env("CLIENT_ID", &self.client.id)
            .env("TOKENS", self.tokens())
            // Not its own folder: a developer's .env there must not reach the tests.
            .current_dir(self.home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if !self.client.secret.is_empty() {
            command.env("CLIENT_SECRET", &self.client.secret);
        }
        command
    }

    fn tokens(&self) -> PathBuf {
        self.home.path().join("state/tokens.json")
    }

    /// Runs a command to its end: whether it succeeded, and what it said.
    fn run(&self, argument: &str) -> (bool, String) {
        let output = self.command(argument).output().expect("python3");
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(text).expect("text"))
    }

    /// Begins to sign in; the address and the code that it shows.
    #[track_caller]
    fn login(&self) -> (Running, String, String) {
        let mut running = Running::start(self.command("login"));
        let uri = running.line("Open   ");
        let code = running.line("Enter  ");
        (running, uri, code)
    }
}

/// A program whose lines are read as they come.
struct Running {
    child: Child,
    lines: Receiver<String>,
}

impl Running {
    fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap_or_else(|e| panic!("{command:?}: {e}"));
        let output = BufReader::new(child.stdout.take().expect("its output"));
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        Self { child, lines }
    }

    /// The rest of the next line that begins so.
    #[track_caller]
    fn line(&mut self, start: &str) -> String {
        loop {
            let Ok(line) = self.lines.recv_timeout(PATIENCE) else {
                panic!("no {start:?}: {}", self.error())
            };
            if let Some(rest) = line.strip_prefix(start) {
                return rest.to_owned();
            }
        }
    }

    fn error(&mut self) -> String {
        let _ended = self.child.kill();
        let mut text = String::new();
        drop(self.child.stderr.take().map(|mut error| error.read_to_string(&mut text)));
        text
    }

    /// Waits for its end: whether it succeeded, and what it complained.
    fn end(mut self) -> (bool, String) {
        let mut text = String::new();
        drop(self.child.stderr.take().map(|mut error| error.read_to_string(&mut text)));
        (self.child.wait().expect("its end").success(), text)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// The person's part, from the address that the device shows to the last page.
fn in_chromium(app: &TestApp, browser: &Browser, (uri, code): (&str, &str), looks: bool) {
    let look = |name: &str| {
        if looks {
            browser.look(name);
        }
    };
    browser.goto(uri);
    browser.wait_text("Connect a device");
    look("device-code");
    browser.fill("user_code", if code.starts_with('B') { "cccc cccc" } else { "bbbb bbbb" });
    browser.click_text("Continue");
    browser.wait_text("No device waits with this code");
    look("device-code-wrong");
    // The address in a QR code fills the field, and the person sends it.
    browser.goto(&format!("{uri}?user_code={code}"));
    browser.wait_text("only if the device in front of you shows exactly this code");
    assert_eq!(browser.attribute("#user_code", "value").as_deref(), Some(code));
    look("device-code-filled");
    browser.click_text("Continue");
    browser.wait_text("Sign in to go on with your device.");
    look("device-login");
    browser.fill("username", "ada");
    browser.fill("password", PASSWORD);
    browser.click_text("Sign in");
    browser.wait_text("Your device must show this code");
    assert_eq!(browser.text_of(".big"), code);
    look("device-answer");
    browser.click_text("Yes, connect it");
    browser.wait_text("You can go back to your device");
    look("device-done");
    browser.quiet("the device pages");
    assert!(browser.url().starts_with(&format!("{}/device?ix=", app.issuer)));
}

fn with_a_browser(javascript: bool) {
    let app = TestApp::start();
    app.user("ada");
    let client = tv(&app);
    let cli = Cli::new(&app, &client);
    let (running, uri, code) = cli.login();
    let browser = Browser::new(Options { javascript, ..Options::default() });
    in_chromium(&app, &browser, (&uri, &code), javascript);
    let mut running = running;
    assert_eq!(running.line("Signed in as "), "ada Example <ada@example.com>");
    assert_eq!(running.end(), (true, String::new()));
    assert_eq!(cli.run("whoami"), (true, "Signed in as ada Example <ada@example.com>\n".to_owned()));
}

#[test]
fn the_example_signs_a_person_in_who_answers_in_chromium_with_javascript() {
    with_a_browser(true);
}

#[test]
fn the_example_signs_a_person_in_who_answers_in_chromium_without_javascript() {
    if crate::harness::app::on_postgres() {
        return; // the pages are the same; the test above runs on both databases
    }
    with_a_browser(false);
}

/// The whole way by keyboard: no pointer touches the pages.
#[test]
fn the_pages_are_walked_by_keyboard_alone() {
    if crate::harness::app::on_postgres() {
        return; // the pages are the same
    }
    let app = TestApp::start();
    app.user("ada");
    let client = tv(&app);
    let given = super::begin(&app, &client);
    let browser = Browser::new(Options::default());
    browser.goto(&format!("{}/device", app.issuer));
    browser.wait_text("Connect a device");
    // The field has the focus already.
    browser.keys_in("user_code", &given.user);
    browser.keys("\n");
    browser.wait_text("Sign in to go on with your device.");
    browser.keys_in("username", "ada\t");
    browser.keys_in("password", PASSWORD);
    browser.keys("\n");
    browser.wait_text("Your device must show this code");
    browser.tab_to("Yes, connect it");
    browser.keys("\n");
    browser.wait_text("You can go back to your device");
    super::tokens(&super::poll(&app, &client, &given));
}

#[test]
fn the_example_keeps_refreshes_and_gives_back_its_tokens() {
    let app = TestApp::start();
    app.user("ada");
    let client = app.client("cli", |m| {
        as_tv(m);
        m.token_endpoint_auth_method = AuthMethod::ClientSecretBasic;
    });
    let cli = Cli::new(&app, &client);
    assert_eq!(cli.run("whoami"), (false, "Nobody is signed in. Run: device_cli.py login\n".to_owned()));
    let (mut running, _, code) = cli.login();
    approve(&app, &super::Codes { device: String::new(), user: code }, "ada");
    running.line("Signed in as ");
    assert!(running.end().0);
    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(std::fs::metadata(cli.tokens()).unwrap().permissions().mode() & 0o777, 0o600);
    let kept =
        || -> serde_json::Value { serde_json::from_slice(&std::fs::read(cli.tokens()).unwrap()).unwrap() };
    let before = kept();
    let (_, token) = cli.run("token");
    assert_eq!(app.userinfo(token.trim()).json()["email"], "ada@example.com");
    // Its access token has ended, by its own clock.
    std::fs::write(
        cli.tokens(),
        json!({ "expires_at": 0, "refresh_token": before["refresh_token"], "access_token": "x" }).to_string(),
    )
    .unwrap();
    let (fine, token) = cli.run("token");
    assert!(fine && app.userinfo(token.trim()).status == 200, "{token}");
    assert_ne!(kept()["refresh_token"], before["refresh_token"]);
    assert_eq!(cli.run("logout"), (true, "Signed out\n".to_owned()));
    assert!(!cli.tokens().exists());
    assert_eq!(app.userinfo(token.trim()).status, 401, "given back");
}

#[test]
fn the_example_hears_a_no_and_an_end() {
    let app = TestApp::start();
    app.user("ada");
    let client = tv(&app);
    let cli = Cli::new(&app, &client);
    let (denied, _, code) = cli.login();
    let (late, _, _) = cli.login();
    let mut visitor = app.visitor();
    let page = to_question(&mut visitor, &super::Codes { device: String::new(), user: code }, "ada");
    press(&mut visitor, &page, "deny");
    assert_eq!(denied.end(), (false, "You said no. Nothing was connected.\n".to_owned()));
    app.advance(600);
    assert_eq!(late.end(), (false, "The code has expired. Run this again for a new one.\n".to_owned()));
    assert!(!cli.tokens().exists());
}

/// openid-client, as it is published: public and confidential.
#[test]
fn openid_client_signs_in_on_a_device() {
    let app = TestApp::start();
    let ada = app.user("ada");
    let confidential = app.client("box", |m| {
        as_tv(m);
        m.token_endpoint_auth_method = AuthMethod::ClientSecretBasic;
    });
    for client in [tv(&app), confidential] {
        let mut settings = vec![
            ("ISSUER", app.issuer.as_str()),
            ("CLIENT_ID", &client.id),
            ("SCOPE", SCOPE),
            ("AUTH_METHOD", if client.secret.is_empty() { "none" } else { "client_secret_basic" }),
        ];
        if !client.secret.is_empty() {
            settings.push(("CLIENT_SECRET", &client.secret));
        }
        let mut party = Script::openid_client(&settings);
        let begun = party.call(&json!({ "cmd": "device" }));
        let code = begun["device"]["user_code"].as_str().expect("a code").to_owned();
        approve(&app, &super::Codes { device: String::new(), user: code }, "ada");
        let answer = party.call(&json!({ "cmd": "device_wait" }));
        assert_eq!(answer["claims"]["sub"], ada.id.as_str());
        let info = party.call(&json!({ "cmd": "userinfo" }));
        assert_eq!(info["claims"]["email"], "ada@example.com");
        party.call(&json!({ "cmd": "refresh" }));
        let again = party.ask(&json!({ "cmd": "device_wait" }));
        assert_eq!(again["error"], "invalid_grant", "{again}");
    }
}

/// oidc-agent (KIT), as Debian packages it: the agent keeps the tokens, `oidc-gen` makes the account by the
/// device flow, `oidc-token` hands out access tokens and refreshes them.
#[test]
fn oidc_agent_signs_in_on_a_device() {
    oidc_agent(AuthMethod::ClientSecretBasic);
}

/// It sends an empty secret by Basic then (RFC 6749 §2.3.1).
#[test]
fn oidc_agent_signs_in_on_a_device_without_a_secret() {
    oidc_agent(AuthMethod::None);
}

fn oidc_agent(method: AuthMethod) {
    let app = TestApp::start();
    let ada = app.user("ada");
    let client = app.client("agent", |m| {
        as_tv(m);
        m.token_endpoint_auth_method = method;
    });
    let home = tempfile::tempdir().expect("a directory");
    let socket = home.path().join("socket");
    let program = |name: &str, arguments: &[&str]| {
        // What it says goes to both outputs.
        let mut command = Command::new("sh");
        command
            .args(["-c", "exec \"$@\" 2>&1", "sh", name])
            .args(arguments)
            .env("HOME", home.path())
            .env_remove("XDG_CONFIG_HOME")
            .env("OIDC_SOCK", &socket)
            .env("OIDC_ENCRYPTION_PW", "for this test alone")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    };
    std::fs::create_dir_all(home.path().join(".config")).expect("a directory");
    let place = format!("--socket-path={}", socket.display());
    let _agent = Running::start(program("oidc-agent", &["--console", "--no-autoload", &place]));
    let started = Instant::now();
    // It is there a moment before anybody listens.
    while std::os::unix::net::UnixStream::connect(&socket).is_err() {
        assert!(started.elapsed() < PATIENCE, "no oidc-agent: run tests/run once, or install oidc-agent-cli");
        std::thread::sleep(Duration::from_millis(20));
    }
    let (issuer, id) = (format!("--iss={}", app.issuer), format!("--client-id={}", client.id));
    let secret = format!("--client-secret={}", client.secret);
    let scope = format!("--scope={SCOPE}");
    let options =
        ["--flow=device", &issuer, &id, &secret, &scope, "--no-url-call", "--prompt=none", "--pw-env", "ada"];
    let mut account = Running::start(program("oidc-gen", &options));
    let code = account.line("And enter the code: ");
    approve(&app, &super::Codes { device: String::new(), user: code }, "ada");
    account.line("Everything setup correctly!");
    let token = |options: &[&str]| {
        let output = program("oidc-token", options).output().expect("oidc-token");
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    };
    let first = token(&["ada"]);
    assert_eq!(app.userinfo(&first).json()["sub"], ada.id.as_str(), "{first}");
    let fresh = token(&["--force-new", "ada"]);
    assert_ne!(fresh, first);
    assert_eq!(app.userinfo(&fresh).json()["email"], "ada@example.com", "{fresh}");
}
