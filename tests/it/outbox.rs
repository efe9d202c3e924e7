//! The outbox without a server around it: what is taken up by one is delivered by one, and what was taken up
//! and never settled is delivered once more.

use crate::harness::app::{CALLBACK, CHALLENGE, Options, PASSWORD, VERIFIER, settings};
use crate::harness::child::PATIENCE;
use crate::harness::database::execute;
use crate::harness::http::{Visitor, form};
use crate::harness::program::Program;
use crate::harness::told::{Receiver, Reply};
use latchkey::app::{OpenMode, Runtime, open_engine};
use latchkey::base::clock::Clock;
use latchkey::base::id::{ClientId, DeliveryId, SessionId, UserId};
use latchkey::base::rng::Rng;
use latchkey::config::Settings;
use latchkey::domain::client::Metadata;
use latchkey::domain::delivery::{Delivery, Notice, Outcome};
use latchkey::engine::Engine;
use latchkey::engine::admin::{Actor, Desk, Mode, apply_blocking, clients};
use latchkey::engine::logout::{Courier, TRIED_FOR};
use latchkey::engine::outbound::{Allowance, Limits, Outbound};
use latchkey::store::outbox::{self, Filter};
use latchkey::store::prune;
use std::collections::BTreeSet;
use std::future::Future;
use std::time::{Duration, Instant};

/// An engine that nothing runs on but the test.
struct Quiet {
    engine: Engine,
    settings: Settings,
    clock: Clock,
    _data: tempfile::TempDir,
}

impl Quiet {
    fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let settings = settings(data.path(), &Options::default());
        let clock = Clock::turnable();
        let engine = Self::open(&settings, &clock);
        Self { engine, settings, clock, _data: data }
    }

    fn open(settings: &Settings, clock: &Clock) -> Engine {
        let runtime = Runtime { clock: clock.clone(), rng: Rng::system() };
        let mut engine =
            open_engine(settings, OpenMode::Serve, &runtime).unwrap_or_else(|e| panic!("{e}")).engine;
        let limits = Limits { connect: PATIENCE, total: PATIENCE };
        let loopback = Allowance::Testing { loopback: true, roots: Vec::new() };
        engine.outbound = Outbound::when_needed(loopback, limits, &[]);
        engine
    }

    /// As another process would: on SQLite there is none beside the server, so a second courier of this one.
    fn other_node(&self) -> Engine {
        if crate::harness::app::on_postgres() {
            Self::open(&self.settings, &self.clock)
        } else {
            self.engine.clone()
        }
    }

    fn client(&self, id: &str, url: &str) {
        let mut metadata = Metadata::named(id);
        metadata.redirect_uris = vec!["https://rp.example.com/cb".to_owned()];
        metadata.backchannel_logout_uri = Some(url.to_owned());
        let new = clients::NewClient { id: Some(id.to_owned()), metadata, secret: None };
        let desk = Desk::of(&self.engine, Actor::Cli);
        apply_blocking(&self.engine.db, Mode::Apply, move |conn| clients::create(conn, &desk, new)).unwrap();
        let engine = self.engine.clone();
        self.engine.db.read_blocking(|conn| engine.clients.refresh(conn)).unwrap();
    }

    /// Something to tell this client.
    fn put(&self, client: &str) -> String {
        let (clock, rng, now) = (&self.clock, &self.engine.rng, self.clock.now());
        let delivery = Delivery {
            id: DeliveryId::generate(clock, rng),
            client_id: ClientId::from_stored(client),
            notice: Notice::BackchannelLogout {
                user_id: UserId::generate(clock, rng),
                session_id: SessionId::generate(clock, rng),
            },
            jti: latchkey::base::secret::b64(&rng.bytes::<16>()),
            created_at: now,
            expires_at: now + TRIED_FOR,
            next_at: now,
            attempts: 0,
            ended_at: None,
            outcome: None,
            last_error: None,
        };
        let jti = delivery.jti.clone();
        self.engine.db.write_blocking(move |conn| outbox::insert(conn, &delivery)).unwrap();
        jti
    }

    fn all(&self) -> Vec<Delivery> {
        let filter = Filter { client_id: None, open: false, most: 1000 };
        self.engine.db.read_blocking(|conn| outbox::list(conn, &filter)).unwrap()
    }
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn jtis(receiver: &Receiver) -> Vec<String> {
    let jti = |token: &str| crate::harness::app::claims(token)["jti"].as_str().unwrap().to_owned();
    receiver.told().iter().map(|told| jti(&told.form()[0].1)).collect()
}

/// Claims and delivers until nothing is due.
async fn work(courier: &Courier) -> usize {
    let mut done = 0;
    loop {
        let claimed = courier.claim().await.unwrap();
        if claimed.is_empty() {
            return done;
        }
        for one in claimed {
            courier.deliver(one).await.unwrap();
            done += 1;
        }
    }
}

#[test]
fn sec_m4_killed_between_taking_up_and_settling_it_is_told_once_more_with_the_same_jti() {
    let quiet = Quiet::new();
    let shop = Receiver::start();
    quiet.client("shop", &shop.url("/out"));
    let jti = quiet.put("shop");
    run(async {
        let doomed = Courier::new(&quiet.engine);
        let mut claimed = doomed.claim().await.unwrap();
        let one = claimed.pop().expect("something to do");
        // The app has read it and does not answer; then this process is no more.
        shop.reply("/out", Reply::Silence);
        let read = async {
            while shop.told().is_empty() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::select! {
            settled = doomed.deliver(one) => panic!("{settled:?}"),
            () = read => {}
        }
    });
    shop.reply("/out", Reply::Html(200, String::new()));
    let heir = Courier::new(&quiet.other_node());
    assert_eq!(run(work(&heir)), 0, "its lease still runs");
    assert_eq!(quiet.all()[0].outcome, None);
    quiet.clock.advance(61);
    assert_eq!(run(work(&heir)), 1);
    assert_eq!(jtis(&shop), [jti.clone(), jti]);
    let done = quiet.all();
    assert_eq!((done[0].outcome, done[0].attempts), (Some(Outcome::Delivered), 2));
    quiet.clock.advance(1_000);
    assert_eq!(run(work(&heir)), 0, "and that is all");
}

#[test]
fn sec_m4_of_two_nodes_that_race_one_delivers() {
    let quiet = Quiet::new();
    let shop = Receiver::start();
    for n in 0..6 {
        quiet.client(&format!("c{n}"), &shop.url("/out"));
    }
    let expected: BTreeSet<String> = (0..60).map(|n| quiet.put(&format!("c{}", n % 6))).collect();
    let engines = [quiet.engine.clone(), quiet.other_node()];
    let gate = std::sync::Barrier::new(engines.len());
    let delivered: usize = std::thread::scope(|scope| {
        let racer = |engine: &Engine| {
            let (courier, gate) = (Courier::new(engine), &gate);
            scope.spawn(move || {
                gate.wait();
                run(work(&courier))
            })
        };
        let racers: Vec<_> = engines.iter().map(racer).collect();
        racers.into_iter().map(|racer| racer.join().unwrap()).sum()
    });
    let told = jtis(&shop);
    assert_eq!((delivered, told.len()), (60, 60), "each once");
    assert_eq!(told.into_iter().collect::<BTreeSet<_>>(), expected);
    assert!(quiet.all().iter().all(|one| one.outcome == Some(Outcome::Delivered) && one.attempts == 1));
}

#[test]
fn sec_m4_whoever_was_too_slow_does_not_undo_what_another_settled() {
    let quiet = Quiet::new();
    quiet.client("shop", "http://localhost:1/out");
    quiet.put("shop");
    let now = quiet.clock.now();
    let id = quiet.all()[0].id.to_string();
    let take = |id: String, now: i64| {
        quiet.engine.db.write_blocking(move |conn| outbox::claim(conn, &id, now, now + 60)).unwrap()
    };
    let slow = take(id.clone(), now).expect("free");
    assert_eq!(take(id.clone(), now + 59), None, "held");
    let quick = take(id.clone(), now + 60).expect("its lease is over");
    assert_eq!(quick.attempts, 2);
    let put_off = |one: Delivery, at: i64| {
        quiet.engine.db.write_blocking(move |conn| outbox::put_off(conn, &one, at, "x")).unwrap()
    };
    assert!(!put_off(slow.clone(), now + 5), "another's by now");
    assert_eq!(quiet.all()[0].next_at, now + 120);
    let end = |outcome: Outcome| {
        let id = id.clone();
        quiet.engine.db.write_blocking(move |conn| outbox::end(conn, &id, (outcome, now), None)).unwrap()
    };
    assert!(end(Outcome::Delivered), "what the slow one delivered is delivered");
    assert!(!end(Outcome::Expired));
    assert!(!put_off(quick, now + 5));
    assert_eq!(quiet.all()[0].outcome, Some(Outcome::Delivered));
}

#[test]
fn sec_m4_a_backlog_of_one_app_keeps_no_other_waiting() {
    let quiet = Quiet::new();
    let (dead, fine) = (Receiver::start(), Receiver::start());
    dead.reply("/out", Reply::Silence);
    quiet.client("dead", &dead.url("/out"));
    quiet.client("fine", &fine.url("/out"));
    for _ in 0..150 {
        quiet.put("dead");
    }
    let last = quiet.put("fine");
    let courier = Courier::new(&quiet.engine);
    run(async {
        let mut held = Vec::new();
        while fine.told().is_empty() {
            let claimed = courier.claim().await.unwrap();
            assert!(!claimed.is_empty(), "nothing more is taken up, and it was not reached");
            let (theirs, ours): (Vec<_>, Vec<_>) =
                claimed.into_iter().partition(|one| one.client_id().as_str() == "dead");
            // Those at the dead app never end.
            held.extend(theirs);
            for one in ours {
                courier.deliver(one).await.unwrap();
            }
        }
        assert_eq!(held.len(), 2, "two at once at one app");
        assert_eq!(courier.claim().await.unwrap().len(), 0);
    });
    assert_eq!(jtis(&fine), [last]);
}

#[test]
fn sec_m4_apps_that_failed_lately_stand_back_behind_the_others() {
    let quiet = Quiet::new();
    let fine = Receiver::start();
    quiet.client("fine", &fine.url("/out"));
    // More apps that are down than places for first tries.
    for n in 0..20 {
        quiet.client(&format!("down{n}"), "http://localhost:1/out");
        quiet.put(&format!("down{n}"));
    }
    let courier = Courier::new(&quiet.engine);
    run(work(&courier));
    assert_eq!(quiet.all().iter().filter(|one| one.last_error.is_some()).count(), 20, "all were tried");
    for n in 0..20 {
        for _ in 0..4 {
            quiet.put(&format!("down{n}"));
        }
    }
    quiet.put("fine");
    let claimed = run(courier.claim()).unwrap();
    let of_fine = claimed.iter().filter(|one| one.client_id().as_str() == "fine").count();
    assert_eq!((of_fine, claimed.len()), (1, 5), "its own lane, and four places for all the others");
}

#[test]
fn sec_m4_apps_of_strangers_keep_no_other_waiting() {
    let quiet = Quiet::new();
    let fine = Receiver::start();
    // More than there are places for them and for the others together, and longer due.
    for n in 0..20 {
        quiet.client(&format!("strange{n}"), "http://localhost:1/out");
        quiet.put(&format!("strange{n}"));
        quiet.put(&format!("strange{n}"));
    }
    execute(&quiet.engine.db, "UPDATE clients SET unreviewed = true");
    quiet.clock.advance(1);
    quiet.client("fine", &fine.url("/out"));
    let last = quiet.put("fine");
    let courier = Courier::new(&quiet.engine);
    let claimed = run(courier.claim()).unwrap();
    let of_fine = claimed.iter().filter(|one| one.client_id().as_str() == "fine").count();
    assert_eq!((of_fine, claimed.len()), (1, 9), "eight places for all the strangers");
    run(async {
        for one in claimed.into_iter().filter(|one| one.client_id().as_str() == "fine") {
            courier.deliver(one).await.unwrap();
        }
    });
    assert_eq!(jtis(&fine), [last]);
}

#[test]
fn sec_k3_sec_m4_what_found_no_place_was_not_tried() {
    let quiet = Quiet::new();
    let (silent, fine) = (Receiver::start(), Receiver::start());
    silent.reply("/out", Reply::Silence);
    // One host has four places; two apps there take them all.
    for id in ["one", "two"] {
        quiet.client(id, &silent.url("/out"));
        quiet.put(id);
        quiet.put(id);
    }
    let courier = Courier::new(&quiet.engine);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async {
        for one in courier.claim().await.unwrap() {
            let courier = courier.clone();
            tokio::task::spawn_local(async move { courier.deliver(one).await });
        }
        let deadline = Instant::now() + PATIENCE;
        while silent.told().len() < 4 && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(silent.told().len(), 4);
    });
    quiet.client("fine", &fine.url("/out"));
    quiet.put("fine");
    assert_eq!(local.block_on(&runtime, work(&courier)), 1);
    let of_fine =
        |quiet: &Quiet| quiet.all().into_iter().find(|one| one.client_id.as_str() == "fine").unwrap();
    let busy = of_fine(&quiet);
    assert_eq!((busy.attempts, busy.ended_at, fine.told().len()), (0, None, 0), "{:?}", busy.last_error);
    assert!(busy.next_at <= quiet.clock.now() + 2, "soon");
    drop(local);
    quiet.clock.advance(2);
    runtime.block_on(work(&courier));
    let told = of_fine(&quiet);
    assert_eq!((told.attempts, told.outcome), (1, Some(Outcome::Delivered)), "{:?}", told.last_error);
}

#[test]
fn sec_m4_it_is_given_up_after_two_days_and_forgotten_a_week_later() {
    let quiet = Quiet::new();
    quiet.client("shop", "http://localhost:1/out");
    quiet.put("shop");
    quiet.put("gone");
    let courier = Courier::new(&quiet.engine);
    run(work(&courier));
    let shown = |client: &str| {
        let all = quiet.all();
        let one = all.iter().find(|one| one.client_id.as_str() == client).unwrap();
        (one.outcome, one.last_error.clone().unwrap_or_default())
    };
    assert_eq!(shown("shop"), (None, "nobody answers there".to_owned()));
    assert_eq!(shown("gone").0, Some(Outcome::Void));
    quiet.clock.advance(TRIED_FOR - 1_000);
    run(work(&courier));
    assert_eq!(shown("shop").0, None, "still tried");
    quiet.clock.advance(1_100);
    run(work(&courier));
    assert_eq!(shown("shop"), (Some(Outcome::Expired), "nobody answers there".to_owned()));
    let forget = || {
        let now = quiet.clock.now();
        quiet.engine.db.write_blocking(move |conn| prune::batch(conn, now)).unwrap()
    };
    quiet.clock.advance(6 * 86_400);
    forget();
    assert_eq!(quiet.all().len(), 1, "the one that ended at once went two days earlier");
    quiet.clock.advance(2 * 86_400);
    forget();
    assert_eq!(quiet.all().len(), 0);
}

/// Signs ada in at the app `shop` of a running program; her browser and the ID token.
fn sign_in(program: &Program, secret: &str) -> (Visitor, String) {
    let mut visitor = program.visitor();
    let pairs = [
        ("client_id", "shop"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let first = visitor.get(&format!("/oauth2/authorize?{}", form(&pairs)));
    let page = visitor.follow(first);
    let field = |name: &str| page.input(name).unwrap_or_else(|| panic!("no {name}: {}", page.text()));
    let pairs = [("csrf", field("csrf")), ("ix", field("ix"))];
    let mut pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
    pairs.extend([("username", "ada"), ("password", PASSWORD)]);
    let code = visitor.post("/login", &pairs).param("code").expect("a code");
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let tokens = program.call("POST", "/oauth2/token").basic("shop", secret).form(&pairs).send().json();
    (visitor, tokens["id_token"].as_str().expect("an ID token").to_owned())
}

#[test]
fn sec_m4_the_server_killed_while_it_tells_an_app_tells_it_again_after_the_start() {
    let mut program = Program::fresh();
    program.instance.set("LATCHKEY_TESTING__ENABLED", "true");
    program.instance.set("LATCHKEY_TESTING__LOOPBACK_FETCHES", "true");
    let shop = Receiver::start();
    shop.reply("/out", Reply::Silence);
    let hook = format!("backchannel_logout_uri={}", shop.url("/out"));
    let add = ["client", "add", "Shop", CALLBACK, "--id", "shop", "--set", "consent=skip", "--set", &hook];
    let made = program.run(&[&add[..], &["-o", "json"]].concat()).json();
    program.add_user("ada");
    let (serving, _) = program.serve();
    let (mut visitor, hint) = sign_in(&program, made["client_secret"].as_str().unwrap());
    let out = visitor.get(&format!("/oauth2/logout?{}", form(&[("id_token_hint", &hint)])));
    assert_eq!(out.status, 200, "the person does not wait: {}", out.text());
    shop.wait("/out", 1);
    drop(serving); // SIGKILL
    let shown = || program.run(&["session", "deliveries", "-o", "json"]).json()[0].clone();
    let (before, reached) = (shown(), shop.told().len());
    // More than one where a slow machine does not connect within the limits of a call.
    assert!(before["status"] == "pending" && before["attempts"].as_i64() >= Some(1), "{before}");
    // As if its lease had run out meanwhile.
    execute(&program.db("later"), "UPDATE outbox SET next_at = 0");
    shop.reply("/out", Reply::Html(204, String::new()));
    let (_serving, _) = program.serve();
    shop.wait("/out", reached + 1);
    let told = jtis(&shop);
    assert!(told.iter().all(|jti| *jti == told[0]), "the same jti: {told:?}");
    let started = Instant::now();
    while shown()["status"] != "delivered" {
        assert!(started.elapsed() < PATIENCE, "{}", shown());
    }
    assert!(shown()["attempts"].as_i64() > before["attempts"].as_i64(), "{}", shown());
    assert_eq!(shop.told().len(), reached + 1);
}
