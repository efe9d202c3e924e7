//! Node applications on a port of their own, and relying-party scripts that speak lines of JSON.

use super::child::{Guarded, Start, free_port};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// How long a script may think about one command.
const ANSWER_LIMIT: Duration = Duration::from_secs(120);

/// The root of the repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn node() -> PathBuf {
    std::env::var_os("LATCHKEY_TEST_NODE").map_or_else(|| PathBuf::from("node"), PathBuf::from)
}

fn python() -> PathBuf {
    let installed = repository().join("target/rp-venv/bin/python");
    std::env::var_os("LATCHKEY_TEST_PYTHON").map_or(installed, PathBuf::from)
}

/// Fails with the remedy when `npm ci` has not been run in a folder.
fn expect_installed(folder: &Path) {
    let modules = folder.join("node_modules");
    assert!(
        modules.exists(),
        "{} is missing: run tests/run once, or npm ci in its folder",
        modules.display()
    );
}

/// Runs a script to its end: whether it succeeded, and what it wrote. It is stopped after the limit.
pub fn run(script: &Path, options: &[&str], target: &Path, limit: Duration) -> (bool, String) {
    expect_installed(script.parent().expect("a folder"));
    let mut child = Command::new("timeout")
        .args(["--kill-after=5", &limit.as_secs().to_string()])
        .arg(node())
        .arg(script)
        .args(options)
        .arg(target)
        .env("CHROMIUM", super::browser::chromium())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("cannot start {}: {e}", script.display()));
    let mut said = String::new();
    child.stdout.take().expect("its output").read_to_string(&mut said).expect("text");
    let status = child.wait().expect("its end");
    (status.success(), format!("{said}{status}"))
}

/// A running Node application.
pub struct NodeApp {
    pub port: u16,
    /// `http://localhost:<port>`.
    pub url: String,
    child: Guarded,
    _scratch: tempfile::TempDir,
}

impl NodeApp {
    /// Starts `server.mjs` of an example (such as `express-session`) and waits until it listens.
    /// `PORT` and `BASE_URL` are set; see [`NodeApp::reserve`] for callers that must know the URL before.
    pub fn example(name: &str, environment: &[(&str, &str)]) -> Self {
        Self::example_on(free_port(), name, environment)
    }

    /// A port and its URL, so that a redirect URI can be registered before the application starts.
    pub fn reserve() -> (u16, String) {
        let port = free_port();
        (port, format!("http://localhost:{port}"))
    }

    /// Like [`NodeApp::example`], on a reserved port.
    pub fn example_on(port: u16, name: &str, environment: &[(&str, &str)]) -> Self {
        let folder = repository().join("examples").join(name);
        expect_installed(&folder);
        Self::start(port, &folder.join("server.mjs"), environment)
    }

    /// Starts any script that listens on `PORT`.
    pub fn start(port: u16, script: &Path, environment: &[(&str, &str)]) -> Self {
        let scratch = tempfile::tempdir().expect("a directory");
        let url = format!("http://localhost:{port}");
        let mut all = vec![("PORT".to_owned(), port.to_string()), ("BASE_URL".to_owned(), url.clone())];
        all.extend(environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let child = Guarded::start(Start {
            program: &node(),
            arguments: vec![script.into()],
            environment: all,
            // Not the script's folder: a developer's .env there must not reach the tests.
            directory: scratch.path(),
            signal: "TERM",
            log: scratch.path().join("log"),
            remove: None,
        });
        child.wait_for_port(port);
        Self { port, url, child, _scratch: scratch }
    }

    /// What it has written so far.
    pub fn log(&self) -> String {
        self.child.log()
    }
}

/// A relying-party script of `tests/rp` (its README has the commands).
pub struct Script {
    child: Child,
    input: Option<ChildStdin>,
    answers: Receiver<String>,
    name: String,
}

impl Script {
    /// Authlib and PyJWT.
    pub fn authlib(environment: &[(&str, &str)]) -> Self {
        let python = python();
        assert!(python.exists(), "{} is missing: run tests/run once", python.display());
        Self::start(&python, &repository().join("tests/rp/authlib_rp.py"), environment)
    }

    /// openid-client and jose.
    pub fn openid_client(environment: &[(&str, &str)]) -> Self {
        let folder = repository().join("tests/rp");
        expect_installed(&folder);
        Self::start(&node(), &folder.join("openid_client_rp.mjs"), environment)
    }

    /// oauth4webapi.
    pub fn oauth4webapi(environment: &[(&str, &str)]) -> Self {
        let folder = repository().join("tests/rp");
        expect_installed(&folder);
        Self::start(&node(), &folder.join("oauth4webapi_rp.mjs"), environment)
    }

    /// Any program that answers each line of JSON with one; it ends when its input does.
    pub fn start(program: &Path, script: &Path, environment: &[(&str, &str)]) -> Self {
        let name = script.display().to_string();
        let mut child = Command::new(program)
            .arg(script)
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("cannot start {} {name}: {e}", program.display()));
        let output = BufReader::new(child.stdout.take().expect("its output"));
        let (sender, answers) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Self { input: child.stdin.take(), child, answers, name }
    }

    /// Sends one command and returns its answer, also when that is an error.
    pub fn ask(&mut self, command: &Value) -> Value {
        let input = self.input.as_mut().expect("the script is running");
        writeln!(input, "{command}").unwrap_or_else(|e| panic!("{} has ended: {e}", self.name));
        let line = self
            .answers
            .recv_timeout(ANSWER_LIMIT)
            .unwrap_or_else(|e| panic!("{} did not answer {command}: {e}", self.name));
        serde_json::from_str(&line).unwrap_or_else(|e| panic!("{} answered {line}: {e}", self.name))
    }

    /// Sends one command that must succeed.
    pub fn call(&mut self, command: &Value) -> Value {
        let answer = self.ask(command);
        assert!(answer.get("kind").is_none(), "{}: {command} -> {answer}", self.name);
        answer
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::{NodeApp, Script, free_port, node};
    use serde_json::json;
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;

    const ISSUER: &str = "http://127.0.0.1:9";

    fn get(port: u16, path: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("a connection");
        write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n").expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }

    #[test]
    fn a_node_application_listens_and_ends() {
        let scratch = tempfile::tempdir().expect("a directory");
        let script = scratch.path().join("server.mjs");
        let source = "import http from 'node:http'\n\
             http.createServer((q, s) => s.end(process.env.GREETING)).listen(process.env.PORT, '127.0.0.1')\n\
             console.log('up')\n";
        std::fs::write(&script, source).expect("the script");
        let app = NodeApp::start(free_port(), &script, &[("GREETING", "hello")]);
        assert!(get(app.port, "/").ends_with("hello"));
        assert_eq!(app.log(), "up\n");
        let port = app.port;
        drop(app);
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "it has ended");
    }

    #[test]
    fn the_examples_start_and_answer() {
        let settings = [("ISSUER", ISSUER), ("CLIENT_ID", "c"), ("CLIENT_SECRET", "s")];
        let session = NodeApp::example("express-session", &settings);
        assert!(get(session.port, "/").contains("Sign in"));
        // The issuer does not answer: a page that says so, and the app goes on.
        assert!(get(session.port, "/login").starts_with("HTTP/1.1 502"));
        let api = NodeApp::example("express-api", &settings);
        let refused = get(api.port, "/api/me");
        assert!(refused.starts_with("HTTP/1.1 401"), "{refused}");
        assert!(refused.contains("WWW-Authenticate: Bearer realm=\"api\"\r\n"), "{refused}");
    }

    #[test]
    fn the_relying_parties_answer_each_line() {
        let settings = [
            ("ISSUER", ISSUER),
            ("CLIENT_ID", "c"),
            ("CLIENT_SECRET", "s"),
            ("REDIRECT_URI", "http://127.0.0.1/"),
        ];
        for mut script in [Script::authlib(&settings), Script::openid_client(&settings)] {
            let answer = script.ask(&json!({ "cmd": "unheard-of" }));
            assert_eq!(answer["description"], "no command unheard-of");
            assert!(script.ask(&json!({ "cmd": "discover" }))["kind"].is_string());
        }
    }

    #[test]
    #[should_panic(expected = "did not answer")]
    fn a_script_that_ends_early_is_an_error() {
        let scratch = tempfile::tempdir().expect("a directory");
        let file = scratch.path().join("early.mjs");
        std::fs::write(&file, "process.stdin.once('data', () => process.exit(1))\n").expect("the script");
        Script::start(&node(), &file, &[]).ask(&json!({ "cmd": "start" }));
    }
}
