//! The use cases against a real SQLite database.

use super::client_secrets::NewSecret;
use super::clients::{NewClient, Saved};
use super::users::NewUser;
use super::*;
use crate::base::crypt::MasterKey;
use crate::base::id::{ClientId, GrantId, SessionId, UserId};
use crate::base::secret::{Digest, OneTimeLink, Plain};
use crate::domain::client::Metadata;
use crate::domain::grant::{Grant, Subject};
use crate::domain::session::{AuthContext, Session};
use crate::domain::user::User;
use crate::protocol::client_auth::AuthMethod;
use crate::protocol::scope::Scope;
use crate::store::consents::Consent;
use crate::store::{self, DbConfig, Target, consents, migrate};

struct Stand {
    db: Db,
    desk: Desk,
    _dir: tempfile::TempDir,
}

impl Stand {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let target = Target::Sqlite(dir.path().join("latchkey.db"));
        let config = DbConfig { target, pool_size: 4, statement_timeout: 5, pool_wait: 2 };
        migrate::run(&config).unwrap();
        let rng = Rng::system();
        let sealer = SecretSealer::new(MasterKey::generate(&rng));
        let desk = Desk {
            clock: Clock::turnable(),
            rng,
            sealer,
            issuer: "https://id.example.com".to_owned(),
            actor: Actor::Cli,
            trace_id: None,
        };
        Self { db: Db::open(&config).unwrap(), desk, _dir: dir }
    }

    fn run<T, F>(&self, work: F) -> AdminResult<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn, &Desk) -> AdminResult<T> + Send + 'static,
    {
        let desk = self.desk.clone();
        apply_blocking(&self.db, Mode::Apply, move |conn| work(conn, &desk))
    }

    fn app(&self, id: &str, change: impl FnOnce(&mut Metadata)) -> AdminResult<Saved> {
        let new = new_app(id, change);
        self.run(move |conn, desk| clients::create(conn, desk, new))
    }

    fn person(&self, username: &str) -> UserId {
        let new = NewUser {
            username: Some(username.to_owned()),
            email: Some(format!("{username}@example.com")),
            password_hash: Some("$argon2id$x".to_owned()),
            ..NewUser::default()
        };
        self.run(move |conn, desk| users::create(conn, desk, new)).unwrap().id
    }

    /// A session of the person with a grant at the app.
    fn signed_in(&self, user: &UserId, app: &str) -> (SessionId, GrantId) {
        let (clock, rng) = (&self.desk.clock, &self.desk.rng);
        let auth = AuthContext { auth_time: clock.now(), amr: vec!["pwd".to_owned()], acr: "x".to_owned() };
        let session = Session {
            id: SessionId::generate(clock, rng),
            user_id: user.clone(),
            auth: auth.clone(),
            created_at: clock.now(),
            last_seen_at: clock.now(),
            expires_at: clock.now() + 1000,
            ended_at: None,
            user_agent: String::new(),
            ip: String::new(),
            remembered: false,
        };
        let grant = Grant {
            id: GrantId::generate(clock, rng),
            client_id: ClientId::from_stored(app),
            subject: Some(Subject { user_id: user.clone(), session_id: session.id.clone(), auth }),
            scope: Scope::of(["openid"]),
            resource: Vec::new(),
            claims: None,
            nonce: None,
            created_at: clock.now(),
            ended_at: None,
        };
        let ids = (session.id.clone(), grant.id.clone());
        self.run(move |conn, _| {
            let digest = Digest::from_stored(session.id.as_str());
            store::sessions::insert(conn, &session, &digest)?;
            Ok(store::grants::insert(conn, &grant, grant.created_at + 1000)?)
        })
        .unwrap();
        ids
    }

    fn lives(&self, (session, grant): &(SessionId, GrantId)) -> (bool, bool) {
        let read = self.db.read_blocking(|conn| {
            let session = store::sessions::find(conn, session.as_str())?;
            let grant = store::grants::find(conn, grant.as_str())?;
            Ok((
                session.is_some_and(|session| session.ended_at.is_none()),
                grant.is_some_and(|grant| grant.ended_at.is_none()),
            ))
        });
        read.unwrap()
    }

    fn audited(&self, kind: &'static str) -> i64 {
        self.db.read_blocking(|conn| store::audit::count_kind(conn, kind)).unwrap()
    }
}

fn new_app(id: &str, change: impl FnOnce(&mut Metadata)) -> NewClient {
    let mut metadata = Metadata::named("Shop");
    metadata.redirect_uris = vec!["https://shop.example/cb".to_owned()];
    change(&mut metadata);
    NewClient { id: Some(id.to_owned()), metadata, secret: None }
}

fn problems<T>(result: AdminResult<T>) -> Vec<FieldProblem> {
    result.err().map(|error| error.problems()).unwrap_or_default()
}

/// Ways to make metadata wrong; used for creation and for update alike.
type Spoil = fn(&mut Metadata);

const SPOILT: [Spoil; 9] = [
    |m| m.client_name.clear(),
    |m| m.redirect_uris.push("JaVaScRiPt:alert(1)".to_owned()),
    |m| m.redirect_uris.clear(),
    |m| m.post_logout_redirect_uris.push("https://a.example/#x".to_owned()),
    |m| m.grant_types.push("password".to_owned()),
    |m| m.logo_uri = Some("data:x".to_owned()),
    |m| m.scope = "\"".to_owned(),
    |m| m.access_token_seconds = Some(1),
    |m| m.cors_origins.push("*".to_owned()),
];

#[test]
fn sec_i3_an_update_is_checked_exactly_as_a_creation() {
    let stand = Stand::new();
    let good = stand.app("shop", |_| {}).unwrap().client;
    for (index, spoil) in SPOILT.iter().enumerate() {
        let created = problems(stand.app(&format!("shop{index}"), spoil));
        let mut metadata = good.metadata.clone();
        spoil(&mut metadata);
        let updated =
            problems(stand.run(move |conn, desk| clients::update(conn, desk, "shop", metadata, None)));
        assert!(!created.is_empty(), "case {index}");
        assert_eq!(created, updated, "case {index}");
    }
    assert_eq!(stand.audited("client.updated"), 0);
}

#[test]
fn an_unchanged_field_that_is_wrong_by_now_is_found_at_the_next_update() {
    let stand = Stand::new();
    let app = stand.app("shop", |_| {}).unwrap().client;
    let mut old = app.clone();
    old.metadata.redirect_uris = vec!["http://shop.example/cb".to_owned()];
    let stored = old.clone();
    stand.run(move |conn, desk| Ok(store::clients::update(conn, &stored, desk.now())?)).unwrap();
    let mut renamed = old.metadata;
    renamed.client_name = "Other".to_owned();
    let found = problems(stand.run(move |conn, desk| clients::update(conn, desk, "shop", renamed, None)));
    assert_eq!(found.first().map(|problem| problem.field.as_str()), Some("redirect_uris[0]"));
}

#[test]
fn a_dry_run_does_everything_and_keeps_nothing() {
    let stand = Stand::new();
    let (desk, new) = (stand.desk.clone(), new_app("shop", |_| {}));
    let saved =
        apply_blocking(&stand.db, Mode::DryRun, move |conn| clients::create(conn, &desk, new)).unwrap();
    assert_eq!(saved.client.id.as_str(), "shop");
    assert!(matches!(stand.run(|conn, _| clients::find(conn, "shop")), Err(AdminError::NotFound { .. })));
    assert_eq!(stand.audited("client.created"), 0);
    stand.app("shop", |_| {}).unwrap();
    assert_eq!(stand.audited("client.created"), 1);
}

#[test]
fn a_taken_id_is_a_conflict_and_nothing_is_overwritten() {
    let stand = Stand::new();
    stand.app("shop", |_| {}).unwrap();
    let second = stand.app("shop", |m| m.client_name = "Evil".to_owned());
    assert!(matches!(second, Err(AdminError::Conflict(_))));
    let app = stand.run(|conn, _| clients::find(conn, "shop")).unwrap();
    assert_eq!(app.metadata.client_name, "Shop");
}

#[test]
fn two_who_change_an_app_at_once_do_not_overwrite_each_other() {
    let stand = Stand::new();
    let app = stand.app("shop", |_| {}).unwrap().client;
    let change = |name: &str| {
        let mut metadata = app.metadata.clone();
        metadata.client_name = name.to_owned();
        stand.run(move |conn, desk| clients::update(conn, desk, "shop", metadata, Some(1)))
    };
    assert!(change("First").is_ok());
    assert!(matches!(change("Second"), Err(AdminError::Conflict(_))));
}

#[test]
fn sec_v6_two_secrets_live_and_the_older_one_ends() {
    let stand = Stand::new();
    let first = stand.app("shop", |_| {}).unwrap();
    assert!(first.secret.is_some());
    let add = |keep| stand.run(move |conn, desk| client_secrets::add(conn, desk, "shop", None, keep));
    let before = stand.desk.now();
    let added = add(3600).unwrap();
    let ends = added.old_ends_at.unwrap() - 3600;
    assert!((before..=stand.desk.now()).contains(&ends), "{ends} {before}");
    assert!(matches!(add(3600), Err(AdminError::Conflict(_))), "a third one");
    let now = stand.desk.now();
    let live =
        |secrets: &[crate::domain::client::StoredSecret], at| client_secrets::live(secrets, at).count();
    assert_eq!((live(&added.client.secrets, now), live(&added.client.secrets, now + 3601)), (2, 1));
    let replaced = add(0).unwrap();
    assert_eq!(live(&replaced.client.secrets, stand.desk.now()), 1, "both old ones ended at once");
    let last = replaced.id.clone();
    let removed = stand.run(move |conn, desk| client_secrets::remove(conn, desk, "shop", &last));
    assert!(matches!(removed, Err(AdminError::Conflict(_))), "the last one stays");
    let unknown = stand.run(|conn, desk| client_secrets::remove(conn, desk, "shop", "nosuch"));
    assert!(matches!(unknown, Err(AdminError::NotFound { .. })));
}

#[test]
fn a_public_app_has_no_secret_and_one_that_becomes_confidential_gets_one() {
    let stand = Stand::new();
    let public = |m: &mut Metadata| m.token_endpoint_auth_method = AuthMethod::None;
    let mut with_secret = new_app("spa", public);
    with_secret.secret = Some(NewSecret { phc: "$argon2id$x".to_owned() });
    let refused = problems(stand.run(move |conn, desk| clients::create(conn, desk, with_secret)));
    assert_eq!(refused.first().map(|problem| problem.field.as_str()), Some("client_secret"));
    let app = stand.app("spa", public).unwrap();
    assert!(app.secret.is_none() && app.client.secrets.is_empty());
    let change = |method| {
        let mut metadata = app.client.metadata.clone();
        metadata.token_endpoint_auth_method = method;
        stand.run(move |conn, desk| clients::update(conn, desk, "spa", metadata, None)).unwrap()
    };
    let confidential = change(AuthMethod::ClientSecretBasic);
    assert_eq!((confidential.secret.is_some(), confidential.client.secrets.len()), (true, 1));
    change(AuthMethod::None);
    let app = stand.run(|conn, _| clients::find(conn, "spa")).unwrap();
    assert!(app.secrets.is_empty());
}

#[test]
fn sec_b4_consent_is_forgotten_when_an_unassured_app_becomes_another() {
    let stand = Stand::new();
    let user = stand.person("ada");
    let local = |m: &mut Metadata| {
        m.token_endpoint_auth_method = AuthMethod::None;
        m.redirect_uris = vec!["http://localhost:3000/cb".to_owned()];
    };
    let remembered = |app: &'static str| {
        let user = user.clone();
        stand.run(move |conn, _| Ok(consents::find(conn, user.as_str(), app)?.is_some())).unwrap()
    };
    let agree = |app: &'static str| {
        let user = user.clone();
        let consent = Consent {
            client_id: app.to_owned(),
            scope: Scope::of(["openid"]),
            resource: Vec::new(),
            claims: Vec::new(),
            created_at: 0,
        };
        stand.run(move |conn, _| Ok(consents::set(conn, user.as_str(), &consent, 0)?)).unwrap();
    };
    let apps = [stand.app("local", local).unwrap().client, stand.app("assured", |_| {}).unwrap().client];
    let changes: [(Spoil, bool); 4] = [
        (|m| m.contacts.push("a@example.com".to_owned()), false),
        (|m| m.client_name.push('!'), true),
        (|m| m.redirect_uris = vec!["http://localhost:3001/cb".to_owned()], true),
        (|m| m.redirect_uris = vec!["http://localhost:3001/other".to_owned()], false),
    ];
    let mut metadata = apps.map(|app| app.metadata);
    for (change, forgets) in changes {
        for (app, metadata) in ["local", "assured"].into_iter().zip(&mut metadata) {
            agree(app);
            change(metadata);
            let new = metadata.clone();
            stand.run(move |conn, desk| clients::update(conn, desk, app, new, None)).unwrap();
            assert_eq!(remembered(app), !(forgets && app == "local"), "{app}: {:?}", metadata.redirect_uris);
        }
        // The assured app stays assured.
        metadata[1].redirect_uris = vec!["https://shop.example/cb".to_owned()];
    }
}

#[test]
fn sec_i5_a_deleted_app_takes_everything_with_it() {
    let stand = Stand::new();
    stand.app("shop", |_| {}).unwrap();
    let user = stand.person("ada");
    let signed_in = stand.signed_in(&user, "shop");
    stand.run(|conn, desk| clients::delete(conn, desk, "shop")).unwrap();
    assert_eq!(stand.lives(&signed_in), (true, false));
    assert!(matches!(
        stand.run(|conn, desk| clients::delete(conn, desk, "shop")),
        Err(AdminError::NotFound { .. })
    ));
}

#[test]
fn sec_c7_e11_off_deleted_or_a_new_password_ends_everything() {
    let stand = Stand::new();
    stand.app("shop", |_| {}).unwrap();
    type End = fn(&mut Conn, &Desk, &str) -> AdminResult<()>;
    let ways: [(&str, End); 4] = [
        ("off", |conn, desk, id| users::set_enabled(conn, desk, id, false).map(|_| ())),
        ("deleted", |conn, desk, id| users::delete(conn, desk, id).map(|_| ())),
        ("password", |conn, desk, id| users::set_password(conn, desk, id, "$argon2id$y").map(|_| ())),
        ("everywhere", |conn, desk, id| sessions::end_all(conn, desk, id).map(|_| ())),
    ];
    let other = stand.person("grace");
    let untouched = stand.signed_in(&other, "shop");
    for (name, end) in ways {
        let user = stand.person(name);
        let signed_in = stand.signed_in(&user, "shop");
        assert_eq!(stand.lives(&signed_in), (true, true));
        stand.run(move |conn, desk| end(conn, desk, user.as_str())).unwrap();
        assert_eq!(stand.lives(&signed_in), (false, false), "{name}");
    }
    assert_eq!(stand.lives(&untouched), (true, true));
}

#[test]
fn sec_c4_a_name_belongs_to_one_account_however_it_is_written() {
    let stand = Stand::new();
    stand.person("ada");
    let make = |username: &str, email: &str| {
        let new = NewUser {
            username: Some(username.to_owned()),
            email: Some(email.to_owned()),
            ..NewUser::default()
        };
        stand.run(move |conn, desk| users::create(conn, desk, new))
    };
    let field = |result| problems::<User>(result).first().map(|problem| problem.field.clone());
    assert_eq!(field(make("ADA", "x@example.com")).as_deref(), Some("username"));
    assert_eq!(field(make("\u{ff41}da", "x@example.com")).as_deref(), Some("username"));
    assert_eq!(field(make("other", "Ada@Example.com")).as_deref(), Some("email"));
    let grace = make("grace", "grace@example.com").unwrap();
    let renamed = User { email: Some("ada@example.com".to_owned()), ..grace };
    assert_eq!(
        field(stand.run(move |conn, desk| users::update(conn, desk, renamed))).as_deref(),
        Some("email")
    );
}

#[test]
fn a_deleted_account_frees_its_name_and_never_returns() {
    let stand = Stand::new();
    let old = stand.person("ada");
    let gone = old.clone();
    stand.run(move |conn, desk| users::delete(conn, desk, gone.as_str())).unwrap();
    let new = stand.person("ada");
    assert_ne!(old, new);
    assert!(matches!(
        stand.run(move |conn, _| users::find(conn, old.as_str())),
        Err(AdminError::NotFound { .. })
    ));
}

#[test]
fn an_update_cannot_switch_an_account_on_nor_set_reserved_claims() {
    let stand = Stand::new();
    let id = stand.person("ada");
    let user = stand.run(move |conn, desk| users::set_enabled(conn, desk, id.as_str(), false)).unwrap();
    let mut wanted = User { enabled: true, ..user };
    wanted.claims.insert("sub".to_owned(), serde_json::json!("other"));
    let copy = wanted.clone();
    let found = problems(stand.run(move |conn, desk| users::update(conn, desk, copy)));
    assert_eq!(found.first().map(|problem| problem.field.as_str()), Some("claims.sub"));
    wanted.claims.clear();
    assert!(!stand.run(move |conn, desk| users::update(conn, desk, wanted)).unwrap().enabled);
}

fn first_admin() -> NewUser {
    NewUser { email: Some("root@example.com".to_owned()), ..NewUser::default() }
}

#[test]
fn sec_o10_of_many_set_ups_one_makes_the_administrator() {
    let stand = Stand::new();
    let made = stand.run(links::make_setup).unwrap();
    let text = made.link.reveal().to_owned();
    let tries = std::thread::scope(|scope| {
        let run = |n: i32| {
            let (stand, text) = (&stand, text.clone());
            scope.spawn(move || {
                let new = NewUser { email: Some(format!("root{n}@example.com")), ..NewUser::default() };
                let link = Plain::<OneTimeLink>::presented(text);
                stand.run(move |conn, desk| links::finish_setup(conn, desk, &link, new)).is_ok()
            })
        };
        let threads: Vec<_> = (0..16).map(run).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(tries.iter().filter(|done| **done).count(), 1);
    let again = stand.run(links::make_setup);
    assert!(matches!(again, Err(AdminError::Conflict(_))), "no link once there is an administrator");
}

#[test]
fn sec_o10_a_set_up_link_is_void_once_there_is_another_an_admin_or_15_minutes_passed() {
    let stand = Stand::new();
    let finish = |link: Plain<OneTimeLink>| {
        stand.run(move |conn, desk| links::finish_setup(conn, desk, &link, first_admin())).is_ok()
    };
    let old = stand.run(links::make_setup).unwrap();
    let late = stand.run(links::make_setup).unwrap();
    assert!(!finish(old.link), "a newer one voids it");
    stand.desk.clock.advance(links::SETUP_SECONDS + 1);
    assert!(!finish(late.link), "too late");
    let beside = stand.run(links::make_setup).unwrap();
    let new = NewUser { roles: vec!["admin".to_owned()], ..first_admin() };
    stand.run(move |conn, desk| users::create(conn, desk, new)).unwrap();
    assert!(!finish(beside.link), "an administrator came by another way");
}

#[test]
fn a_recovery_link_works_once_and_not_for_a_disabled_account() {
    let stand = Stand::new();
    stand.app("shop", |_| {}).unwrap();
    let user = stand.person("ada");
    let make = || {
        let user = user.clone();
        stand.run(move |conn, desk| links::make_recover(conn, desk, user.as_str(), links::RECOVER_SECONDS))
    };
    let finish = |text: String| {
        let link = Plain::<OneTimeLink>::presented(text);
        stand.run(move |conn, desk| links::finish_recover(conn, desk, &link, "$argon2id$new")).is_ok()
    };
    let link = make().unwrap().link.reveal().to_owned();
    let signed_in = stand.signed_in(&user, "shop");
    let as_setup = Plain::<OneTimeLink>::presented(link.clone());
    assert!(stand.run(move |conn, desk| links::finish_setup(conn, desk, &as_setup, first_admin())).is_err());
    assert!(finish(link.clone()));
    assert!(!finish(link), "used");
    assert_eq!(stand.lives(&signed_in), (false, false));
    let link = make().unwrap().link.reveal().to_owned();
    let same = user.clone();
    stand.run(move |conn, desk| users::set_password(conn, desk, same.as_str(), "$argon2id$z")).unwrap();
    assert!(!finish(link), "the password was set by another way");
    let link = make().unwrap().link.reveal().to_owned();
    let off = user.clone();
    stand.run(move |conn, desk| users::set_enabled(conn, desk, off.as_str(), false)).unwrap();
    assert!(!finish(link), "disabled meanwhile");
    assert!(matches!(make(), Err(AdminError::Conflict(_))));
}

#[test]
fn sec_v10_the_history_says_who_and_what_without_secrets_or_personal_data() {
    let stand = Stand::new();
    let secret = stand.app("shop", |_| {}).unwrap().secret.unwrap();
    stand.person("ada");
    let rows = stand.db.read_blocking(|conn| store::revisions::newest(conn, 10)).unwrap();
    assert_eq!(rows.len(), 2);
    for row in rows {
        assert_eq!(row.actor, "cli");
        let text = format!("{:?}{:?}", row.before, row.after);
        assert!(!text.contains(secret.reveal()) && !text.contains(secret.digest().as_str()), "{text}");
        assert!(!text.contains("ada") && !text.contains("argon2id"), "{text}");
    }
}
