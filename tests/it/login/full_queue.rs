//! A right password when nothing more can be hashed (security row V4).

use super::add_person;
use crate::harness::app::{PASSWORD, TestApp};
use latchkey::base::secret::Secret;
use latchkey::engine::context::Engine;
use latchkey::engine::login;
use latchkey::engine::secrets::{PasswordSettings, Passwords};
use latchkey::engine::visitor::Visitor as AtBrowser;
use latchkey::store::users as stored;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Wake, Waker};

/// Remembers that a thread that hashes has woken the task.
struct Woken(Arc<AtomicBool>, Waker);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        let hashed = std::thread::current().name() == Some("latchkey-hash");
        self.0.fetch_or(hashed, Ordering::SeqCst);
        self.1.wake_by_ref();
    }
}

/// A password that is checked for more than a second, as much work as a stored hash may ask for.
const SLOW: &str = "$argon2id$v=19$m=7168,t=585,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
                    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Signs ada in; once her password is checked, and before that is heard, others fill a pool of one thread
/// and one place. Whether it was full when she went on, and whether she got in.
async fn sign_in_at_a_full_pool(engine: &Engine) -> (bool, bool) {
    let (ctx, visitor, other) = (engine.internal(), AtBrowser::default(), Secret::new("x"));
    let (username, password) = ("ada".to_owned(), Secret::new(PASSWORD));
    let attempt = login::Attempt { username, password, toward: login::Toward::default() };
    let mut login = pin!(login::password(engine, &ctx, &visitor, attempt));
    let mut others = [(); 2].map(|()| Box::pin(engine.passwords.verify(&other, Some(SLOW))));
    let mut at_work = || {
        others.iter_mut().all(|one| one.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending())
    };
    let (checked, mut full) = (Arc::new(AtomicBool::new(false)), None);
    let signed_in = poll_fn(|cx| {
        let now = full.is_none() && checked.load(Ordering::SeqCst);
        let filled = now && at_work();
        let waker = Waker::from(Arc::new(Woken(Arc::clone(&checked), cx.waker().clone())));
        let polled = login.as_mut().poll(&mut Context::from_waker(&waker));
        if now {
            full = Some(filled && at_work());
        }
        polled
    });
    let signed_in = signed_in.await.is_ok();
    (full.unwrap_or_default(), signed_in)
}

/// A good password is not refused because there is no room to hash it anew.
#[test]
fn a_full_queue_does_not_refuse_a_right_password_that_wants_a_new_hash() {
    let env = [
        ("LATCHKEY_PASSWORD__HASH_THREADS", "1"),
        ("LATCHKEY_PASSWORD__QUEUE", "1"),
        ("LATCHKEY_PASSWORD__ITERATIONS", "2"),
    ];
    let app = TestApp::with_env(&env);
    let cheap = PasswordSettings { memory_kib: 7168, iterations: 1, parallelism: 1, threads: 1, queue: 1 };
    let old =
        Passwords::start(&cheap, &app.engine.rng).unwrap().hash_blocking(&Secret::new(PASSWORD)).unwrap();
    let id = add_person(&app, "ada", None);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    // When the others were done before she went on, the machine stood still for a second: then again.
    let full = (0..20).any(|_| {
        let (user, hash, now) = (id.clone(), old.clone(), app.clock.now());
        app.write(move |conn| stored::set_password(conn, &user, &hash, now));
        let (full, signed_in) = runtime.block_on(sign_in_at_a_full_pool(&app.engine));
        assert!(!full || signed_in, "refused while the queue was full");
        full
    });
    assert!(full, "the queue was never full");
    let stored = app.read(|conn| stored::find_by_login(conn, "ada")).unwrap().1.unwrap();
    assert_eq!(stored, old, "there was room for a new hash");
}
