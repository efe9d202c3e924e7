//! `TestApp`: the real server in this process, on a free port, over a fresh database of the kind that
//! `LATCHKEY_TEST_DATABASE` names (sqlite or postgres), with a clock that can be turned.

use super::http::{Answer, Call, Visitor};
use super::postgres;
use latchkey::app::{Extras, OpenMode, Runtime, assemble, open_engine};
use latchkey::base::clock::Clock;
use latchkey::base::rng::Rng;
use latchkey::base::secret::Secret;
use latchkey::config::{DatabaseTarget, Settings, Sources, load};
use latchkey::domain::client::Metadata;
use latchkey::domain::user::User;
use latchkey::engine::Engine;
use latchkey::engine::admin::{Actor, AdminResult, Desk, Mode, apply_blocking, clients, users};
use latchkey::engine::outbound::{Allowance, Limits, Outbound};
use latchkey::store::{Conn, TxResult};
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

/// The password of every test person.
pub const PASSWORD: &str = "correct horse battery staple";
/// The redirect URI of [`TestApp::web_client`].
pub const CALLBACK: &str = "https://rp.example.com/cb";
/// A code verifier, and its S256 challenge.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Whether this run of the suite is on PostgreSQL.
pub fn on_postgres() -> bool {
    std::env::var("LATCHKEY_TEST_DATABASE").is_ok_and(|kind| kind == "postgres")
}

/// A database URL for a fresh database, where it is not SQLite in the data directory.
pub fn fresh_database() -> Option<String> {
    on_postgres().then(|| postgres::database(None))
}

/// What a test app is started with.
#[derive(Default)]
pub struct Options {
    /// Environment variables, for example `LATCHKEY_TOKENS__CODE_SECONDS`.
    pub env: Vec<(&'static str, String)>,
}

/// A running server.
pub struct TestApp {
    pub addr: SocketAddr,
    pub ops_addr: SocketAddr,
    pub host: String,
    pub issuer: String,
    pub engine: Engine,
    pub clock: Clock,
    pub data: tempfile::TempDir,
    /// Where it is not SQLite in the data directory.
    pub database: Option<String>,
    stop: actix_web::dev::ServerHandle,
    thread: Option<JoinHandle<()>>,
}

/// A registered test client.
#[derive(Clone)]
pub struct TestClient {
    pub id: String,
    pub secret: String,
}

/// The settings of a test app: a free port, a fresh database, cheap password hashing.
pub fn settings(data: &std::path::Path, options: &Options) -> Settings {
    let port = super::child::free_port();
    let mut env: BTreeMap<String, String> = BTreeMap::new();
    let mut set = |name: &str, value: String| env.insert(name.to_owned(), value);
    set("LATCHKEY_DATA_DIR", data.join("data").display().to_string());
    set("LATCHKEY_LISTEN", format!("127.0.0.1:{port}"));
    set("LATCHKEY_ISSUER", format!("http://localhost:{port}"));
    set("LATCHKEY_OPS_LISTEN", format!("127.0.0.1:{}", super::child::free_port()));
    set("LATCHKEY_PASSWORD__MEMORY_KIB", "7168".to_owned());
    set("LATCHKEY_PASSWORD__ITERATIONS", "1".to_owned());
    set("LATCHKEY_SERVER__WORKERS", "2".to_owned());
    set("LATCHKEY_DATABASE__POOL_SIZE", "8".to_owned());
    super::child::PATIENT.iter().for_each(|(name, seconds)| drop(set(name, (*seconds).to_owned())));
    if let Some(url) = fresh_database() {
        set("DATABASE_URL", url);
    }
    for (name, value) in &options.env {
        env.insert((*name).to_owned(), value.clone());
    }
    if env.contains_key("LATCHKEY_TLS_CERTIFICATE") {
        super::tls::register(port);
        if !options.env.iter().any(|(name, _)| *name == "LATCHKEY_ISSUER") {
            env.insert("LATCHKEY_ISSUER".to_owned(), format!("https://localhost:{port}"));
        }
    }
    let sources = Sources { file: None, env, flags: Vec::new() };
    load(sources).unwrap_or_else(|problems| panic!("{}", latchkey::config::render(&problems)))
}

impl TestApp {
    pub fn start() -> Self {
        Self::with(Options::default())
    }

    /// With environment variables.
    pub fn with_env(env: &[(&'static str, &str)]) -> Self {
        Self::with(Options { env: env.iter().map(|(n, v)| (*n, (*v).to_owned())).collect() })
    }

    /// Over https: the issuer is `https://localhost:PORT`, calls and visitors speak TLS.
    pub fn https() -> Self {
        Self::https_with_env(&[])
    }

    /// [`TestApp::https`] with environment variables.
    pub fn https_with_env(env: &[(&'static str, &str)]) -> Self {
        let mut all = super::tls::settings().to_vec();
        all.extend(env.iter().map(|(name, value)| (*name, (*value).to_owned())));
        Self::with(Options { env: all })
    }

    pub fn with(options: Options) -> Self {
        let data = tempfile::Builder::new().prefix("lk-test-").tempdir().expect("a directory");
        let settings = settings(data.path(), &options);
        Self::of(settings, data, |_| Extras::default())
    }

    /// With environment variables, and another client for the URLs that apps supply.
    pub fn with_outbound(env: &[(&'static str, &str)], outbound: Outbound) -> Self {
        let options = Options { env: env.iter().map(|(n, v)| (*n, (*v).to_owned())).collect() };
        let data = tempfile::Builder::new().prefix("lk-test-").tempdir().expect("a directory");
        let settings = settings(data.path(), &options);
        Self::of(settings, data, |engine| {
            engine.outbound = outbound;
            Extras::default()
        })
    }

    /// The development server's people and relying party, in a test.
    pub fn dev() -> Self {
        let data = tempfile::Builder::new().prefix("lk-test-").tempdir().expect("a directory");
        let mut settings = settings(data.path(), &Options::default());
        settings.dev = true;
        Self::of(settings, data, |engine| latchkey::app::prepare_dev(engine).expect("dev people"))
    }

    /// May fetch from loopback, where the tests' relying parties are; a failure is told after `connect`.
    pub fn fetching(connect: Duration) -> Self {
        let roots = std::fs::read(super::tls::authority().file()).expect("the authority");
        let allowance = Allowance::Testing { loopback: true, roots };
        let limits = Limits { connect, total: super::child::PATIENCE };
        Self::with_outbound(&[], Outbound::when_needed(allowance, limits, &[]))
    }

    fn of(settings: Settings, data: tempfile::TempDir, extras: impl FnOnce(&mut Engine) -> Extras) -> Self {
        let clock = Clock::turnable();
        let runtime = Runtime { clock: clock.clone(), rng: Rng::system() };
        let opened = open_engine(&settings, OpenMode::Serve, &runtime).unwrap_or_else(|e| panic!("{e}"));
        let mut engine = opened.engine;
        let extras = extras(&mut engine);
        let issuer = settings.server.issuer.as_str().to_owned();
        let database = match settings.database_target() {
            DatabaseTarget::Postgres(url) => Some(url.reveal().to_owned()),
            DatabaseTarget::Sqlite(_) => None,
        };
        let (tell, told) = mpsc::channel();
        let with = engine.clone();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let application = assemble(&settings, with, extras).unwrap_or_else(|e| panic!("{e}"));
                let ops = application.ops_addr.expect("ops listener");
                tell.send((application.addr, ops, application.handle())).expect("the test waits");
                application.run().await.expect("the server runs");
            });
        });
        let (addr, ops_addr, stop) = told.recv_timeout(super::child::PATIENCE).expect("the server starts");
        let host = issuer.split_once("://").expect("an issuer").1.to_owned();
        Self { addr, ops_addr, host, issuer, engine, clock, data, database, stop, thread: Some(thread) }
    }

    /// A call as a program makes it.
    pub fn call(&self, method: &str, target: &str) -> Call {
        Call::new(self.addr, &self.host, method, target)
    }

    /// A fresh browser without JavaScript.
    pub fn visitor(&self) -> Visitor {
        Visitor::new(self.addr, &self.host)
    }

    /// Turns the clock.
    pub fn advance(&self, seconds: i64) {
        self.clock.advance(seconds);
    }

    /// Runs a use case of the admins.
    pub fn admin<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn, &Desk) -> AdminResult<T> + Send + 'static,
    ) -> T {
        let desk = Desk::of(&self.engine, Actor::Cli);
        let done = apply_blocking(&self.engine.db, Mode::Apply, move |conn| work(conn, &desk));
        let done = done.unwrap_or_else(|e| panic!("{e}"));
        self.refresh();
        done
    }

    /// Lets the server see what was changed, now and not in 200 ms.
    pub fn refresh(&self) {
        let engine = self.engine.clone();
        self.read(move |conn| {
            engine.clients.refresh(conn)?;
            engine.resources.refresh(conn)?;
            engine.keys.refresh(conn)
        });
    }

    pub fn read<T>(&self, job: impl FnOnce(&mut Conn) -> TxResult<T>) -> T {
        self.engine.db.read_blocking(job).unwrap_or_else(|e| panic!("{e:?}"))
    }

    pub fn write<T: Send + 'static>(&self, job: impl FnOnce(&mut Conn) -> TxResult<T> + Send + 'static) -> T {
        self.engine.db.write_blocking(job).unwrap_or_else(|e| panic!("{e:?}"))
    }

    /// A person with [`PASSWORD`].
    pub fn user(&self, username: &str) -> User {
        let hash = self.engine.passwords.hash_blocking(&Secret::new(PASSWORD)).expect("a hash");
        let new = users::NewUser {
            username: Some(username.to_owned()),
            email: Some(format!("{username}@example.com")),
            email_verified: true,
            password_hash: Some(hash),
            roles: Vec::new(),
            claims: serde_json::Map::from_iter([(
                "name".to_owned(),
                Value::from(format!("{username} Example")),
            )]),
        };
        self.admin(move |conn, desk| users::create(conn, desk, new))
    }

    /// Registers a client with a chosen id; a confidential one gets a secret, a public one an empty text.
    pub fn client(&self, id: &str, change: impl FnOnce(&mut Metadata)) -> TestClient {
        let mut metadata = Metadata::named(format!("{id} app"));
        metadata.redirect_uris = vec![CALLBACK.to_owned()];
        change(&mut metadata);
        let new = clients::NewClient { id: Some(id.to_owned()), metadata, secret: None };
        let saved = self.admin(move |conn, desk| clients::create(conn, desk, new));
        let secret = saved.secret.map(|s| s.reveal().to_owned()).unwrap_or_default();
        TestClient { id: id.to_owned(), secret }
    }

    /// A confidential client that asks for consent.
    pub fn web_client(&self) -> TestClient {
        self.client("web", |_| {})
    }

    /// A confidential client of the operator's own, which does not ask.
    pub fn trusted_client(&self) -> TestClient {
        self.client("trusted", |m| m.consent = latchkey::domain::client::ConsentPolicy::Skip)
    }

    /// A service that acts for itself.
    pub fn machine_client(&self) -> TestClient {
        self.client("machine", |m| {
            m.redirect_uris.clear();
            m.grant_types = vec!["client_credentials".to_owned()];
            m.response_types.clear();
            m.scope = "read write".to_owned();
        })
    }

    /// The path of an authorization request with PKCE; `more` replaces or adds parameters, an empty
    /// value leaves one out.
    pub fn authorize_path(&self, client_id: &str, more: &[(&str, &str)]) -> String {
        let mut pairs = vec![
            ("client_id", client_id),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("scope", "openid profile email offline_access"),
            ("state", "st-1"),
            ("nonce", "n-1"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        for (name, value) in more {
            pairs.retain(|(n, _)| n != name);
            if !value.is_empty() {
                pairs.push((name, value));
            }
        }
        format!("/oauth2/authorize?{}", super::http::form(&pairs))
    }

    /// Signs a person in for a request and answers consent with yes; the final redirect to the client.
    #[track_caller]
    pub fn sign_in(&self, visitor: &mut Visitor, path: &str, username: &str) -> Answer {
        let first = visitor.get(path);
        let page = visitor.follow(first);
        let page = if page.text().contains("name=\"password\"") {
            self.log_in(visitor, &page, username)
        } else {
            page
        };
        self.consent(visitor, page)
    }

    /// Submits the login page.
    #[track_caller]
    pub fn log_in(&self, visitor: &mut Visitor, page: &Answer, username: &str) -> Answer {
        let csrf = page.input("csrf").unwrap_or_else(|| panic!("no form: {} {}", page.status, page.text()));
        let ix = page.input("ix").unwrap_or_default();
        let mut pairs = vec![("csrf", csrf.as_str()), ("username", username), ("password", PASSWORD)];
        if !ix.is_empty() {
            pairs.push(("ix", &ix));
        }
        let answer = visitor.post("/login", &pairs);
        visitor.follow(answer)
    }

    /// Submits the consent page with yes, if it is one.
    #[track_caller]
    pub fn consent(&self, visitor: &mut Visitor, page: Answer) -> Answer {
        if page.status != 200 || !page.text().contains("name=\"decision\"") {
            return page;
        }
        let field = |name: &str| page.input(name).unwrap_or_else(|| panic!("no {name}: {}", page.text()));
        let (csrf, ix, scope) = (field("csrf"), field("ix"), field("scope"));
        let pairs = [("csrf", csrf.as_str()), ("ix", &ix), ("scope", &scope), ("decision", "allow")];
        let answer = visitor.post("/consent", &pairs);
        visitor.follow(answer)
    }

    /// A fresh code for this client and person.
    #[track_caller]
    pub fn code(&self, client: &TestClient, username: &str) -> String {
        let mut visitor = self.visitor();
        let answer = self.sign_in(&mut visitor, &self.authorize_path(&client.id, &[]), username);
        answer.param("code").unwrap_or_else(|| {
            panic!("no code: {} {:?} {}", answer.status, answer.header("location"), answer.text())
        })
    }

    /// A call at the token endpoint with the client's own authentication.
    pub fn token_call(&self, client: &TestClient, pairs: &[(&str, &str)]) -> Call {
        let call = self.call("POST", "/oauth2/token");
        if client.secret.is_empty() {
            let mut all = vec![("client_id", client.id.as_str())];
            all.extend_from_slice(pairs);
            call.form(&all)
        } else {
            call.basic(&client.id, &client.secret).form(pairs)
        }
    }

    /// Redeems a code.
    pub fn redeem(&self, client: &TestClient, code: &str) -> Answer {
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        self.token_call(client, &pairs).send()
    }

    /// Refreshes.
    pub fn refresh_token(&self, client: &TestClient, token: &str) -> Answer {
        self.token_call(client, &[("grant_type", "refresh_token"), ("refresh_token", token)]).send()
    }

    /// Code flow to the end: the token answer.
    #[track_caller]
    pub fn tokens(&self, client: &TestClient, username: &str) -> Value {
        let code = self.code(client, username);
        let answer = self.redeem(client, &code);
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    pub fn userinfo(&self, access_token: &str) -> Answer {
        self.call("GET", "/oauth2/userinfo").bearer(access_token).send()
    }

    pub fn introspect(&self, client: &TestClient, token: &str) -> Value {
        let answer = self
            .call("POST", "/oauth2/introspect")
            .basic(&client.id, &client.secret)
            .form(&[("token", token)])
            .send();
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    pub fn revoke(&self, client: &TestClient, token: &str) -> Answer {
        self.call("POST", "/oauth2/revoke").basic(&client.id, &client.secret).form(&[("token", token)]).send()
    }

    /// How many audit events of a kind were recorded.
    pub fn events(&self, kind: &str) -> i64 {
        self.read(|conn| latchkey::store::audit::count_kind(conn, kind))
    }

    /// Asserts that an answer is our error page, without redirect, with this code.
    #[track_caller]
    pub fn assert_page(&self, answer: &Answer, status: u16, code: &str) {
        assert_eq!(answer.status, status, "{}", answer.text());
        assert!(answer.header("location").is_none(), "redirected to {:?}", answer.header("location"));
        assert!(answer.text().contains(code), "expected {code}: {}", answer.text());
    }

    /// Asserts an OAuth error in JSON with this code.
    #[track_caller]
    pub fn assert_json(&self, answer: &Answer, status: u16, error: &str, code: &str) {
        assert_eq!(answer.status, status, "{}", answer.text());
        let json = answer.json();
        assert_eq!((json["error"].as_str(), json["code"].as_str()), (Some(error), Some(code)), "{json}");
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        drop(self.stop.stop(false));
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

/// The claims of a JWT, unverified.
pub fn claims(token: &str) -> Value {
    part(token, 1)
}

/// The header of a JWT.
pub fn header(token: &str) -> Value {
    part(token, 0)
}

fn part(token: &str, n: usize) -> Value {
    let part = token.split('.').nth(n).expect("a JWT");
    serde_json::from_slice(&latchkey::base::secret::unb64(part).expect("base64url")).expect("JSON")
}
