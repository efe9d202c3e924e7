//! The load: one person with a browser and one connection that is kept alive, as fast as the server answers.

use super::ledger::{Chain, Done, Ledger};
use crate::harness::app::{CALLBACK, CHALLENGE, PASSWORD, TestClient, VERIFIER};
use crate::harness::child::PATIENCE;
use crate::harness::http::{Answer, Call, Visitor, form, read_answer};
use crate::harness::program::Program;
use latchkey::base::rng::Rng;
use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// The connection went away before the whole answer came.
#[derive(Debug)]
pub struct Cut;

/// A connection that is kept alive.
pub struct Wire(TcpStream);

impl Wire {
    pub fn open(addr: SocketAddr) -> Result<Self, Cut> {
        let stream = TcpStream::connect(addr).map_err(|_| Cut)?;
        stream.set_nodelay(true).map_err(|_| Cut)?;
        stream.set_read_timeout(Some(PATIENCE)).map_err(|_| Cut)?;
        Ok(Self(stream))
    }

    pub fn send(&mut self, call: Call) -> Result<Answer, Cut> {
        self.0.write_all(&call.header("Connection", "keep-alive").bytes()).map_err(|_| Cut)?;
        let answer = read_answer(&mut self.0).ok_or(Cut)?;
        let whole: usize = answer.header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
        if answer.body.len() < whole { Err(Cut) } else { Ok(answer) }
    }
}

/// Requests of the two clients.
pub struct Apps {
    pub addr: SocketAddr,
    pub host: String,
    pub web: TestClient,
    pub machine: TestClient,
}

impl Apps {
    fn post(&self, path: &str, client: &TestClient, pairs: &[(&str, &str)]) -> Call {
        Call::new(self.addr, &self.host, "POST", path).basic(&client.id, &client.secret).form(pairs)
    }

    pub fn redeem(&self, code: &str) -> Call {
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        self.post("/oauth2/token", &self.web, &pairs)
    }

    pub fn refresh(&self, token: &str) -> Call {
        let pairs = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.post("/oauth2/token", &self.web, &pairs)
    }

    pub fn revoke(&self, token: &str) -> Call {
        self.post("/oauth2/revoke", &self.web, &[("token", token)])
    }

    pub fn introspect(&self, token: &str) -> Call {
        self.post("/oauth2/introspect", &self.web, &[("token", token)])
    }

    pub fn introspect_machine(&self, token: &str) -> Call {
        self.post("/oauth2/introspect", &self.machine, &[("token", token)])
    }

    fn machine_token(&self) -> Call {
        self.post("/oauth2/token", &self.machine, &[("grant_type", "client_credentials"), ("scope", "read")])
    }
}

/// What all load threads and the killer see.
#[derive(Default)]
pub struct Pulse {
    pub killed: AtomicBool,
    pub answers: AtomicUsize,
}

/// A load thread.
pub struct Worker {
    apps: Apps,
    visitor: Visitor,
    csrf: String,
    wire: Option<Wire>,
    ledger: Ledger,
    pulse: Arc<Pulse>,
}

impl Worker {
    /// A person of its own, signed in.
    pub fn sign_in(program: &Program, n: usize, web: TestClient, machine: TestClient) -> Self {
        let name = format!("worker{n}");
        program.add_user(&name);
        let mut visitor = program.visitor();
        let answer = visitor.get(&authorize());
        let page = visitor.follow(answer);
        let field = |name: &str| page.input(name).unwrap_or_else(|| panic!("no {name}: {}", page.text()));
        let (csrf, ix) = (field("csrf"), field("ix"));
        let pairs = [("csrf", csrf.as_str()), ("ix", &ix), ("username", &name), ("password", PASSWORD)];
        let answer = visitor.post("/login", &pairs);
        let end = visitor.follow(answer);
        assert!(end.param("code").is_some(), "{} {}", end.status, end.text());
        let csrf = visitor.get("/account").input("csrf").expect("the account page");
        let apps = Apps { addr: program.addr, host: program.host(), web, machine };
        Self { apps, visitor, csrf, wire: None, ledger: Ledger::default(), pulse: Arc::default() }
    }

    /// Works until the connection goes away, which only the kill may do; what was done.
    pub fn load(&mut self, pulse: &Arc<Pulse>) -> Ledger {
        self.ledger = Ledger::default();
        self.pulse = Arc::clone(pulse);
        self.wire = Wire::open(self.apps.addr).ok();
        while self.step().is_ok() {}
        assert!(pulse.killed.load(Ordering::SeqCst), "the connection was lost before the kill");
        self.ledger.cut = true;
        std::mem::take(&mut self.ledger)
    }

    fn step(&mut self) -> Result<(), Cut> {
        let at = self.authorize()?;
        let [kind, rotations, other] = Rng::system().bytes::<3>();
        if kind % 8 == 0 {
            return Ok(()); // a code that nobody redeems
        }
        self.redeem(at)?;
        for _ in 0..rotations % 4 {
            self.refresh(at)?;
        }
        match kind % 12 {
            1..=3 => self.revoke(at)?,
            4 => self.revoke_access(at)?,
            5 | 6 => self.machine()?,
            7 => self.introspect(at)?,
            9 if rotations % 3 == 0 => self.withdraw()?,
            _ => {}
        }
        // An older one, now and then.
        let older = usize::from(other) % self.ledger.chains.len();
        if self.ledger.chains[older].is_usable() { self.refresh(older) } else { Ok(()) }
    }

    fn send(&mut self, call: Call) -> Result<Answer, Cut> {
        let answer = self.wire.as_mut().ok_or(Cut)?.send(call)?;
        self.ledger.acknowledged += 1;
        self.pulse.answers.fetch_add(1, Ordering::SeqCst);
        Ok(answer)
    }

    fn authorize(&mut self) -> Result<usize, Cut> {
        let call = self.visitor.call("GET", &authorize());
        let answer = self.send(call)?;
        let code = answer.param("code").unwrap_or_else(|| panic!("no code: {}", answer.text()));
        self.ledger.chains.push(Chain::of(code));
        Ok(self.ledger.chains.len() - 1)
    }

    fn redeem(&mut self, at: usize) -> Result<(), Cut> {
        self.ledger.note(at, "redeem");
        self.ledger.chains[at].redeemed = Done::Perhaps;
        let call = self.apps.redeem(&self.ledger.chains[at].code);
        let answer = self.send(call)?;
        self.ledger.chains[at].redeemed = Done::Yes;
        self.keep(at, &answer);
        Ok(())
    }

    fn refresh(&mut self, at: usize) -> Result<(), Cut> {
        self.ledger.note(at, "refresh");
        self.ledger.chains[at].rotating = true;
        let call = self.apps.refresh(self.ledger.chains[at].refresh.last().unwrap());
        let answer = self.send(call)?;
        self.ledger.chains[at].rotating = false;
        self.keep(at, &answer);
        Ok(())
    }

    fn keep(&mut self, at: usize, answer: &Answer) {
        let chain = &mut self.ledger.chains[at];
        assert_eq!(answer.status, 200, "{} {chain:?}", answer.text());
        let json = answer.json();
        chain.refresh.push(json["refresh_token"].as_str().unwrap().to_owned());
        chain.access.push((json["access_token"].as_str().unwrap().to_owned(), Done::No));
    }

    fn revoke(&mut self, at: usize) -> Result<(), Cut> {
        self.ledger.note(at, "revoke");
        self.ledger.chains[at].ended = Done::Perhaps;
        let call = self.apps.revoke(self.ledger.chains[at].refresh.last().unwrap());
        let answer = self.send(call)?;
        assert_eq!(answer.status, 200, "{}", answer.text());
        self.ledger.chains[at].ended = Done::Yes;
        Ok(())
    }

    fn revoke_access(&mut self, at: usize) -> Result<(), Cut> {
        self.ledger.note(at, "revoke the access token");
        let last = self.ledger.chains[at].access.len() - 1;
        self.ledger.chains[at].access[last].1 = Done::Perhaps;
        let call = self.apps.revoke(&self.ledger.chains[at].access[last].0);
        let answer = self.send(call)?;
        assert_eq!(answer.status, 200, "{}", answer.text());
        self.ledger.chains[at].access[last].1 = Done::Yes;
        Ok(())
    }

    fn introspect(&mut self, at: usize) -> Result<(), Cut> {
        let (token, _) = self.ledger.chains[at].access.last().unwrap();
        let call = self.apps.introspect(token);
        let answer = self.send(call)?;
        assert_eq!(answer.json()["active"], true, "{:?}", self.ledger.chains[at]);
        Ok(())
    }

    fn machine(&mut self) -> Result<(), Cut> {
        self.ledger.machine_cut = true;
        let call = self.apps.machine_token();
        let json = self.send(call)?.json();
        self.ledger.machine_cut = false;
        self.ledger.machine.push(json["access_token"].as_str().unwrap().to_owned());
        Ok(())
    }

    /// Takes all the client's access back: every grant and every unused code of this person.
    fn withdraw(&mut self) -> Result<(), Cut> {
        let open: Vec<usize> =
            (0..self.ledger.chains.len()).filter(|at| self.ledger.chains[*at].ended == Done::No).collect();
        for at in &open {
            self.ledger.note(*at, "withdraw");
            self.ledger.chains[*at].ended = Done::Perhaps;
        }
        self.ledger.withdrawal_cut = true;
        let pairs = [("csrf", self.csrf.as_str()), ("grant", self.apps.web.id.as_str())];
        let call = self.visitor.post_call("/account/apps", &pairs);
        let answer = self.send(call)?;
        assert_eq!(answer.status, 303, "{}", answer.text());
        self.ledger.withdrawal_cut = false;
        self.ledger.withdrawn += 1;
        open.into_iter().for_each(|at| self.ledger.chains[at].ended = Done::Yes);
        Ok(())
    }
}

fn authorize() -> String {
    let pairs = [
        ("client_id", "web"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid profile email offline_access"),
        ("state", "st-1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    format!("/oauth2/authorize?{}", form(&pairs))
}
