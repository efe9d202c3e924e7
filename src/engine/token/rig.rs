//! What the tests of this directory stand on: an engine over a SQLite file, with one person, one
//! session and the clients a test asks for.

use super::browser_app::Browser;
use super::{TokenRequest, TokenResponse, exchange};
use crate::base::clock::Clock;
use crate::base::crypt::MasterKey;
use crate::base::id::{AuthorizationId, ClientId, SessionId, UserId};
use crate::base::rng::Rng;
use crate::base::secret::{ClientSecret, Code, Plain, Secret, SessionSecret};
use crate::domain::authorization::{Approval, Authorization, Stage};
use crate::domain::client::{Client, Metadata, SecretHash, StoredSecret};
use crate::domain::session::{ACR_PASSWORD, AuthContext, Session};
use crate::domain::user::User;
use crate::engine::authorize::RequestObjects;
use crate::engine::begun::{Begun, Limits};
use crate::engine::client_keys::ClientKeys;
use crate::engine::clients::Clients;
use crate::engine::context::{Macs, Policy, SecondFactor};
use crate::engine::introspect::introspect;
use crate::engine::keys::{KeyPolicy, KeyRing, Setup};
use crate::engine::limits::{Limits as RequestLimits, Rules};
use crate::engine::outbound::{Allowance, Outbound, STRANGER_LIMITS};
use crate::engine::passwords::Rules as PasswordRules;
use crate::engine::registration::RegistrationPolicy;
use crate::engine::resources::Resources;
use crate::engine::secrets::{PasswordSettings, Passwords};
use crate::engine::userinfo::userinfo;
use crate::engine::{Ctx, Engine};
use crate::protocol::authorize::{AuthorizationRequest, Prompt, ResponseMode};
use crate::protocol::client_auth::AuthMethod;
use crate::protocol::params::Params;
use crate::protocol::pkce::Challenge;
use crate::protocol::redirect_uri::VerifiedRedirect;
use crate::protocol::refusal::{Check, Refusal};
use crate::protocol::response_type::ResponseType;
use crate::protocol::scope::Scope;
use crate::store::consents::Consent;
use crate::store::ephemeral::{Ephemeral, Place};
use crate::store::{
    Conn, Db, DbConfig, Target, TxResult, audit, authorizations, clients, consents, migrate, sessions, users,
};
use serde_json::Value;
use std::sync::Arc;

pub const ISSUER: &str = "https://id.example";
pub const REDIRECT: &str = "https://app.example/cb";
// RFC 7636 Appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub struct Rig {
    _dir: tempfile::TempDir,
    pub engine: Engine,
    pub user: UserId,
    pub session: SessionId,
}

/// Registered as `app` with the secret `secret app`, and so on.
pub fn client(id: &str, change: impl FnOnce(&mut Metadata)) -> Client {
    let mut metadata = Metadata::named(id);
    metadata.redirect_uris = vec![REDIRECT.to_owned()];
    metadata.scope = "openid profile email offline_access api:read api:write".to_owned();
    change(&mut metadata);
    let digest = Plain::<ClientSecret>::presented(format!("secret {id}")).digest();
    let secret = StoredSecret {
        id: format!("secret-{id}"),
        hash: SecretHash::Digest,
        value: digest.as_str().to_owned(),
        created_at: 0,
        expires_at: None,
    };
    Client {
        id: ClientId::from_stored(id),
        enabled: true,
        unreviewed: false,
        scope: Scope::from_stored(&metadata.scope),
        secrets: if metadata.token_endpoint_auth_method == AuthMethod::None { vec![] } else { vec![secret] },
        metadata,
        revision: 1,
        created_at: 0,
    }
}

pub fn public(id: &str) -> Client {
    client(id, |metadata| metadata.token_endpoint_auth_method = AuthMethod::None)
}

pub fn machine(id: &str) -> Client {
    client(id, |metadata| metadata.grant_types = vec!["client_credentials".to_owned()])
}

fn policy() -> Policy {
    Policy {
        issuer: ISSUER.to_owned(),
        code: 60,
        access_token: 900,
        id_token: 600,
        refresh_idle: 14 * 86_400,
        refresh_absolute: 30 * 86_400,
        refresh_grace: 10,
        session_idle: 86_400,
        session_absolute: 30 * 86_400,
        login: 1800,
        begun: Limits { per_network: 0, total: 0 },
        registration: RegistrationPolicy::default(),
        session_management: false,
        sessions_per_user: 20,
        device_tries: true,
        max_login_delay: 60,
        second_factor: SecondFactor::default(),
        min_password: 8,
        any_loopback_port: false,
        trace_rows: 100,
        trace_keep: 86_400,
        audit_keep: 400 * 86_400,
        issued_keep: 30 * 86_400,
        trace_sample: 0,
    }
}

/// Blocks, on a thread of its own: the tests run on a runtime, which must not.
fn aside<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(work).join().unwrap())
}

impl Rig {
    pub fn new(registered: Vec<Client>) -> Self {
        aside(|| Self::build(registered))
    }

    fn build(registered: Vec<Client>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let target = Target::Sqlite(dir.path().join("test.db"));
        let config = DbConfig { target, pool_size: 4, statement_timeout: 10, pool_wait: 10 };
        migrate::run(&config).unwrap();
        let (clock, rng) = (Clock::turnable(), Rng::seeded(42));
        let db = Db::open(&config).unwrap();
        let master = MasterKey::generate(&rng);
        let keys = KeyPolicy { rsa_bits: 2048, rotation: 864_000, jwks_max_age: 600, longest_token: 3600 };
        let setup = Setup {
            issuer: ISSUER.to_owned(),
            master: master.clone(),
            policy: keys,
            clock: clock.clone(),
            rng: rng.clone(),
        };
        let keys = KeyRing::load(&db, setup).unwrap();
        let (user, session) = (UserId::generate(&clock, &rng), SessionId::generate(&clock, &rng));
        seed(&db, &clock, &rng, (registered, user.clone(), session.clone()));
        let clients = db.read_blocking(Clients::load).unwrap();
        let resources = db.read_blocking(Resources::load).unwrap();
        let hashing =
            PasswordSettings { memory_kib: 64, iterations: 1, parallelism: 1, threads: 1, queue: 4 };
        let passwords = Passwords::start(&hashing, &rng).unwrap();
        let (macs, policy) = (Arc::new(Macs::derive(&master)), Arc::new(policy()));
        let begun = Begun::default();
        let counters = Ephemeral::open(Place::Memory).unwrap();
        let limits = RequestLimits::new(Rules::default(), counters, macs.limits.clone());
        let testing = Allowance::Testing { loopback: true, roots: Vec::new() };
        let outbound = Outbound::when_needed(testing, STRANGER_LIMITS, &[]);
        let registered = Begun::default();
        let engine = Engine {
            db,
            clock,
            rng,
            keys,
            clients,
            resources,
            passwords,
            password_rules: PasswordRules::new(8, &[], None),
            macs,
            begun,
            registered,
            limits,
            outbound,
            client_keys: ClientKeys::default(),
            request_objects: RequestObjects::default(),
            policy,
        };
        Self { _dir: dir, engine, user, session }
    }

    pub fn ctx(&self) -> Ctx {
        self.engine.internal()
    }

    pub fn write<T: Send + 'static>(&self, job: impl FnOnce(&mut Conn) -> TxResult<T> + Send + 'static) -> T {
        aside(|| self.engine.db.write_blocking(job).unwrap())
    }

    pub fn read<T>(&self, job: impl FnOnce(&mut Conn) -> TxResult<T>) -> T {
        self.engine.db.read_blocking(job).unwrap()
    }

    /// How many audit events of this kind there are.
    pub fn events(&self, kind: &str) -> i64 {
        self.read(|conn| audit::count_kind(conn, kind))
    }

    /// A code for `client`, with the challenge of [`VERIFIER`].
    pub fn code(&self, client: &str, scope: &str) -> String {
        self.code_with(client, scope, |_| {})
    }

    pub fn code_with(
        &self,
        client: &str,
        scope: &str,
        change: impl FnOnce(&mut AuthorizationRequest),
    ) -> String {
        let now = self.engine.now();
        let mut request = AuthorizationRequest {
            client_id: ClientId::from_stored(client),
            redirect_uri: VerifiedRedirect::from_stored(REDIRECT),
            response_type: ResponseType::Code,
            response_mode: ResponseMode::Query,
            scope: Scope::of(scope.split(' ')),
            state: None,
            nonce: Some("n-0S6".to_owned()),
            code_challenge: Challenge::parse(CHALLENGE),
            prompt: Prompt::default(),
            max_age: None,
            acr_values: Vec::new(),
            login_hint: None,
            ui_locales: None,
            hinted_subject: None,
            claims: None,
            resource: Vec::new(),
        };
        change(&mut request);
        let approval = Approval {
            user_id: self.user.clone(),
            session_id: self.session.clone(),
            scope: request.scope.clone(),
            code_expires_at: now + 60,
        };
        let authorization = Authorization {
            id: AuthorizationId::generate(&self.engine.clock, &self.engine.rng),
            browser: String::new(),
            request,
            stage: Stage::Granted(approval),
            created_at: now,
            expires_at: now + 3600,
        };
        let code = Plain::<Code>::of_authorization(&authorization.id, &self.engine.rng);
        let digest = code.digest();
        self.write(move |conn| authorizations::insert_granted(conn, &authorization, &digest));
        code.reveal().to_owned()
    }

    pub async fn redeem(&self, client: &str, code: &str) -> Result<TokenResponse, Check> {
        let extra = [("code", code), ("redirect_uri", REDIRECT), ("code_verifier", VERIFIER)];
        self.ask(client, "authorization_code", &extra).await
    }

    pub async fn refresh(&self, client: &str, token: &str) -> Result<TokenResponse, Check> {
        self.ask(client, "refresh_token", &[("refresh_token", token)]).await
    }

    pub async fn ask(
        &self,
        client: &str,
        grant: &str,
        extra: &[(&str, &str)],
    ) -> Result<TokenResponse, Check> {
        let mut pairs = vec![("grant_type", grant)];
        pairs.extend(extra);
        exchange(&self.engine, &self.ctx(), self.request(client, &pairs))
            .await
            .map_err(|refusal: Refusal| refusal.check)
    }

    /// As `client`, by Basic, or naming itself if it is public.
    pub fn request(&self, client: &str, pairs: &[(&str, &str)]) -> TokenRequest {
        let public = self.engine.clients.get(client).is_some_and(|client| client.is_public());
        let mut body: Vec<(String, String)> =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        if public {
            body.push(("client_id".to_owned(), client.to_owned()));
        }
        TokenRequest {
            authorization: (!public).then(|| basic(client, &format!("secret {client}"))),
            body: Params::from_pairs(body),
            browser: Browser::default(),
        }
    }
}

/// Whether userinfo takes the token.
pub async fn alive(rig: &Rig, token: &str) -> bool {
    userinfo(&rig.engine, &rig.ctx(), &Secret::new(token)).await.is_ok()
}

/// What introspection tells `caller` of the token.
pub async fn seen_by(rig: &Rig, caller: &str, token: &str) -> Value {
    let request = rig.request(caller, &[("token", token)]);
    serde_json::to_value(introspect(&rig.engine, &rig.ctx(), request).await.unwrap()).unwrap()
}

/// The tokens of a fresh sign-in.
pub async fn signed_in(rig: &Rig, app: &str, scope: &str) -> TokenResponse {
    rig.redeem(app, &rig.code(app, scope)).await.unwrap()
}

pub fn refresh_of(answer: &TokenResponse) -> &str {
    answer.refresh_token.as_deref().unwrap()
}

pub fn basic(id: &str, secret: &str) -> String {
    use base64::Engine as _;
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encode(id), encode(secret));
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair))
}

/// The payload of a JWT, unverified.
pub fn payload(token: &str) -> Value {
    let part = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&crate::base::secret::unb64(part).unwrap()).unwrap()
}

fn seed(db: &Db, clock: &Clock, rng: &Rng, (registered, user, session): (Vec<Client>, UserId, SessionId)) {
    let now = clock.now();
    let person = User {
        id: user.clone(),
        username: "ada".to_owned(),
        email: Some("ada@example.org".to_owned()),
        email_verified: true,
        enabled: true,
        roles: vec!["editor".to_owned()],
        claims: serde_json::Map::new(),
        created_at: now,
        updated_at: now,
    };
    let auth = AuthContext { auth_time: now - 5, amr: vec!["pwd".to_owned()], acr: ACR_PASSWORD.to_owned() };
    let signed_in = Session {
        id: session,
        user_id: user.clone(),
        auth,
        created_at: now,
        last_seen_at: now,
        expires_at: now + 30 * 86_400,
        ended_at: None,
        user_agent: String::new(),
        ip: String::new(),
        remembered: false,
    };
    let digest = Plain::<SessionSecret>::generate(rng).digest();
    db.write_blocking(move |conn| {
        users::insert(conn, &person)?;
        sessions::insert(conn, &signed_in, &digest)?;
        for client in &registered {
            clients::insert(conn, client, now)?;
            let consent = Consent {
                client_id: client.id.to_string(),
                scope: client.scope.clone(),
                resource: Vec::new(),
                claims: Vec::new(),
                created_at: now,
            };
            consents::set(conn, user.as_str(), &consent, now)?;
        }
        Ok(())
    })
    .unwrap();
}
