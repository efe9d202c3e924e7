//! One keep-alive connection of a client.

use crate::harness::app::{CALLBACK, TestClient, VERIFIER};
use crate::harness::http::{Answer, Call, read_answer};
use serde_json::Value;
use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};

/// A connection that stays open between calls.
pub struct Wire {
    pub addr: SocketAddr,
    host: String,
    client: TestClient,
    stream: TcpStream,
}

/// An answer of the token endpoint.
#[derive(Clone)]
pub struct Tokens {
    pub status: u16,
    body: Value,
}

/// Without the tokens: this is printed when a race fails.
impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.status, self.body["code"].as_str().unwrap_or("-"))
    }
}

impl Tokens {
    fn member(&self, name: &str) -> Option<String> {
        self.body[name].as_str().map(str::to_owned)
    }

    pub fn access(&self) -> Option<String> {
        self.member("access_token")
    }

    pub fn refresh(&self) -> Option<String> {
        self.member("refresh_token")
    }

    pub fn error(&self) -> Option<&str> {
        self.body["error"].as_str()
    }
}

impl Wire {
    pub fn new(addr: SocketAddr, host: &str, client: &TestClient) -> Self {
        Self { addr, host: host.to_owned(), client: client.clone(), stream: connect(addr) }
    }

    /// Sends on this connection; the server may have closed an idle one, then on a new one.
    fn send(&mut self, call: Call) -> Answer {
        let bytes = call.header("Connection", "keep-alive").bytes();
        if self.stream.write_all(&bytes).is_ok()
            && let Some(answer) = read_answer(&mut self.stream)
        {
            return answer;
        }
        panic!("the connection to {} was closed", self.addr);
    }

    fn call(&self, method: &str, path: &str) -> Call {
        Call::new(self.addr, &self.host, method, path)
    }

    fn post(&mut self, path: &str, pairs: &[(&str, &str)]) -> Answer {
        let call = self.call("POST", path).basic(&self.client.id, &self.client.secret).form(pairs);
        self.send(call)
    }

    fn token(&mut self, pairs: &[(&str, &str)]) -> Tokens {
        let answer = self.post("/oauth2/token", pairs);
        Tokens { status: answer.status, body: answer.json() }
    }

    pub fn redeem(&mut self, code: &str) -> Tokens {
        self.token(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ])
    }

    pub fn refresh(&mut self, token: &str) -> Tokens {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)])
    }

    /// The status of a revocation.
    pub fn revoke(&mut self, token: &str) -> u16 {
        self.post("/oauth2/revoke", &[("token", token)]).status
    }

    /// What introspection says.
    pub fn is_active(&mut self, token: &str) -> bool {
        let answer = self.post("/oauth2/introspect", &[("token", token)]);
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["active"].as_bool().expect("active")
    }

    /// The status of userinfo.
    pub fn userinfo(&mut self, token: &str) -> u16 {
        let call = self.call("GET", "/oauth2/userinfo").bearer(token);
        self.send(call).status
    }
}

fn connect(addr: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(addr).expect("a connection");
    stream.set_nodelay(true).expect("no delay");
    stream.set_read_timeout(Some(crate::harness::child::PATIENCE)).expect("a limit");
    stream
}
