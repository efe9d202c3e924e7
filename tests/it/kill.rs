//! Security row Z1: the server is killed (SIGKILL) at random instants under load and started again; what it
//! had acknowledged is compared with what is stored and with how it answers now. Nothing acknowledged is lost, nothing is
//! half done, nothing is done twice. Three kills in the suite, fifty with `LATCHKEY_TEST_LONG=1`.

mod check;
mod ledger;
mod load;

use crate::harness::app::{CALLBACK, TestClient, on_postgres};
use crate::harness::child::PATIENCE;
use crate::harness::database::query;
use crate::harness::postgres::Cluster;
use crate::harness::program::Program;
use check::Checker;
use latchkey::base::rng::Rng;
use ledger::Ledger;
use load::{Pulse, Worker};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Load threads, each with a person, a browser and a connection of its own.
const WORKERS: usize = 6;
/// Answers before the random instant is chosen, so that a slow machine is under load too.
const WARM: usize = 60;
/// The longest start after a kill, on a machine that does nothing else.
const READY: Duration = Duration::from_secs(2);

/// What the run amounts to.
#[derive(Default)]
struct Figures {
    acknowledged: usize,
    cut: usize,
    chains: usize,
    ready: Vec<Duration>,
}

#[test]
fn sec_z1_killed_under_load_nothing_acknowledged_is_lost_or_done_twice() {
    let long = std::env::var("LATCHKEY_TEST_LONG").is_ok_and(|value| value == "1");
    let kills = if long { 50 } else { 3 };
    // A cluster that keeps what it acknowledged; the shared one of the tests does not sync.
    let mut program = Program::on(on_postgres().then(|| Cluster::durable().database(None)));
    program.instance.wait_for_others();
    // A retried refresh must be answered however long the comparison takes.
    program.instance.set("LATCHKEY_TOKENS__REFRESH_GRACE_SECONDS", "60");
    program.instance.set("LATCHKEY_TOKENS__CODE_SECONDS", "600");
    let (web, machine) = clients(&program);
    let (mut serving, _) = program.serve();
    let mut workers: Vec<Worker> =
        (0..WORKERS).map(|n| Worker::sign_in(&program, n, web.clone(), machine.clone())).collect();
    let mut checker = Checker::new(&program, web, machine);
    let mut figures = Figures::default();
    let mut round = 0;
    // A kill between two requests of everybody tests nothing: then once more.
    while round < kills || (figures.cut == 0 && round < kills + 10) {
        round += 1;
        let pulse = Arc::new(Pulse::default());
        let loads: Vec<_> = workers
            .into_iter()
            .map(|mut worker| {
                let pulse = Arc::clone(&pulse);
                std::thread::spawn(move || {
                    let ledger = worker.load(&pulse);
                    (worker, ledger)
                })
            })
            .collect();
        let begun = Instant::now();
        while pulse.answers.load(Ordering::SeqCst) < WARM && begun.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(2));
        }
        std::thread::sleep(instant());
        pulse.killed.store(true, Ordering::SeqCst);
        drop(serving); // SIGKILL
        let doomed = backends(&checker);
        let (next, ready) = program.serve();
        serving = next;
        let ended: Vec<(Worker, Ledger)> = loads.into_iter().map(|load| load.join().unwrap()).collect();
        assert!(!long || ready <= READY, "kill {round}: ready after {ready:?} only");
        wait_for_the_dead(&checker, &doomed);
        for (_, ledger) in &ended {
            figures.acknowledged += ledger.acknowledged;
            figures.cut += usize::from(ledger.cut);
            figures.chains += ledger.chains.len();
        }
        figures.ready.push(ready);
        let ledgers: Vec<&Ledger> = ended.iter().map(|(_, ledger)| ledger).collect();
        checker.compare_stored(&ledgers);
        checker.replays += std::thread::scope(|scope| {
            let asking = |ledger| {
                let checker = &checker;
                scope.spawn(move || checker.compare_answers(ledger))
            };
            let asked: Vec<_> = ledgers.into_iter().map(asking).collect();
            asked.into_iter().map(|asked| asked.join().unwrap()).sum::<i64>()
        });
        workers = ended.into_iter().map(|(worker, _)| worker).collect();
    }
    assert!(figures.acknowledged > kills * 20, "hardly any load: {} answers", figures.acknowledged);
    assert!(figures.cut > 0, "no request was ever cut: nothing was tested");
    report(kills, checker.cuts, figures);
}

/// A client that does not ask for consent, and a machine.
fn clients(program: &Program) -> (TestClient, TestClient) {
    let web = ["client", "add", "Web", CALLBACK, "--id", "web", "--set", "consent=skip", "-o", "json"];
    let machine = ["client", "add", "Machine", "--id", "machine", "--grant", "client_credentials", "--scope"];
    let made = |arguments: &[&str]| {
        let json = program.run(arguments).json();
        let text = |name: &str| json[name].as_str().unwrap().to_owned();
        TestClient { id: text("client_id"), secret: text("client_secret") }
    };
    (made(&web), made(&[&machine[..], &["read", "-o", "json"]].concat()))
}

/// 50 to 400 ms.
fn instant() -> Duration {
    let random = u16::from_be_bytes(Rng::system().bytes::<2>());
    Duration::from_millis(50 + u64::from(random) % 351)
}

/// The processes with which PostgreSQL serves the server that will be killed.
fn backends(checker: &Checker) -> Vec<i64> {
    if !on_postgres() {
        return Vec::new();
    }
    let all = "SELECT CAST(pid AS TEXT) AS line FROM pg_stat_activity WHERE datname = current_database()
               AND pid NOT IN (SELECT pid FROM pg_stat_activity WHERE application_name = 'checker')";
    query(&checker.db, all).iter().map(|pid| pid.parse().unwrap()).collect()
}

/// PostgreSQL may still be at the last statement of the killed server; it ends that first.
fn wait_for_the_dead(checker: &Checker, doomed: &[i64]) {
    let started = Instant::now();
    while backends(checker).iter().any(|pid| doomed.contains(pid)) {
        assert!(started.elapsed() < PATIENCE, "PostgreSQL keeps the dead server's connections");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn report(kills: usize, (done, undone): (usize, usize), mut figures: Figures) {
    figures.ready.sort();
    let engine = if on_postgres() { "PostgreSQL" } else { "SQLite" };
    let at = |part: usize| figures.ready.get((figures.ready.len() - 1) * part / 100).unwrap().as_millis();
    println!(
        "{engine}: {kills} kills, {} answers acknowledged, {} requests cut (of those that change something {done} had been done, {undone} not), {} codes followed; 0 lost, 0 half done, 0 doubled; ready again median {} ms, longest {} ms",
        figures.acknowledged,
        figures.cut,
        figures.chains,
        at(50),
        at(100),
    );
}
