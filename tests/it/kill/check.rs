//! The comparison of a ledger with what is stored, and then with how the server answers.

use super::ledger::{Chain, Done, Ledger};
use super::load::{Apps, Wire};
use crate::harness::app::TestClient;
use crate::harness::database::{number, query};
use crate::harness::http::Answer;
use crate::harness::program::Program;
use latchkey::base::secret::{Code, Plain};
use latchkey::store::Db;
use std::collections::HashMap;

/// What is stored of a code.
#[derive(Debug)]
struct Stored {
    stage: String,
    grant: String,
    family: String,
    generation: i64,
    /// `live` or `ended`, of the grant and of its family.
    states: (String, String),
    /// Events of tokens issued under the grant.
    issued: i64,
}

/// Compares.
pub struct Checker {
    pub db: Db,
    apps: Apps,
    withdrawn: i64,
    machine: i64,
    /// Requests that were cut and had been done, and those that had not.
    pub cuts: (usize, usize),
    /// Codes presented twice and refresh tokens reused by the comparison itself.
    pub replays: i64,
}

/// Every stored code with what came from it.
const STORED: &str = "SELECT a.code_digest || '|' || a.stage || '|' || coalesce(a.grant_id, '') || '|' || coalesce(f.id, '')
    || '|' || coalesce(CAST(f.generation AS TEXT), '-1') || '|' || CASE WHEN g.ended_at IS NULL THEN 'live' ELSE 'ended' END
    || '|' || CASE WHEN f.ended_at IS NULL THEN 'live' ELSE 'ended' END || '|' || CAST(coalesce(e.issued, 0) AS TEXT) AS line
    FROM authorizations a LEFT JOIN grants g ON g.id = a.grant_id LEFT JOIN refresh_families f ON f.grant_id = g.id
    LEFT JOIN (SELECT target, count(*) AS issued FROM audit_events WHERE kind = 'token.issued' GROUP BY target) e
    ON e.target = g.id WHERE a.code_digest IS NOT NULL";

/// Counts of what must not exist, whatever was acknowledged.
const IMPOSSIBLE: &[(&str, &str)] = &[
    (
        "a code with two grants, or a grant of two codes",
        "SELECT count(*) FROM (SELECT grant_id FROM authorizations WHERE grant_id IS NOT NULL GROUP BY grant_id HAVING count(*) > 1) x",
    ),
    (
        "a person's grant without a redeemed code",
        "SELECT count(*) FROM grants g LEFT JOIN authorizations a ON a.grant_id = g.id AND a.stage = 'redeemed' WHERE g.user_id IS NOT NULL AND a.id IS NULL",
    ),
    (
        "a redeemed code without a grant",
        "SELECT count(*) FROM authorizations a LEFT JOIN grants g ON g.id = a.grant_id WHERE a.stage = 'redeemed' AND g.id IS NULL",
    ),
    (
        "a grant with two families, or none",
        "SELECT count(*) FROM (SELECT g.id FROM grants g LEFT JOIN refresh_families f ON f.grant_id = g.id WHERE g.user_id IS NOT NULL GROUP BY g.id HAVING count(f.id) <> 1) x",
    ),
    (
        "an ended grant with a live family, or the other way round",
        "SELECT count(*) FROM grants g JOIN refresh_families f ON f.grant_id = g.id WHERE (g.ended_at IS NULL) <> (f.ended_at IS NULL)",
    ),
    (
        "a grant without token.issued",
        "SELECT count(*) FROM grants g LEFT JOIN audit_events e ON e.target = g.id AND e.kind = 'token.issued' WHERE e.id IS NULL",
    ),
    (
        "a token.issued without grant",
        "SELECT count(*) FROM audit_events e LEFT JOIN grants g ON g.id = e.target WHERE e.kind = 'token.issued' AND g.id IS NULL",
    ),
    (
        "a revoked grant without token.revoked",
        "SELECT count(*) FROM grants g LEFT JOIN audit_events e ON e.target = g.id AND e.kind = 'token.revoked' WHERE g.ended_by = 'revoked by the client' AND e.id IS NULL",
    ),
    (
        "a token.revoked of a live grant",
        "SELECT count(*) FROM audit_events e JOIN grants g ON g.id = e.target WHERE e.kind = 'token.revoked' AND e.detail = 'refresh token' AND g.ended_at IS NULL",
    ),
    (
        "a revoked access token without token.revoked",
        "SELECT count(*) FROM revoked_tokens t LEFT JOIN audit_events e ON e.target = t.jti AND e.kind = 'token.revoked' WHERE e.id IS NULL",
    ),
    (
        "a token.revoked of a living access token",
        "SELECT count(*) FROM audit_events e LEFT JOIN revoked_tokens t ON t.jti = e.target WHERE e.kind = 'token.revoked' AND e.detail = 'access token' AND t.jti IS NULL",
    ),
];

impl Checker {
    pub fn new(program: &Program, web: TestClient, machine: TestClient) -> Self {
        let db = program.db("checker");
        let apps = Apps { addr: program.addr, host: program.host(), web, machine };
        Self { db, apps, withdrawn: 0, machine: 0, cuts: (0, 0), replays: 0 }
    }

    /// Each code is in one of the states that its ledger allows, with all that belongs to that state.
    pub fn compare_stored(&mut self, ledgers: &[&Ledger]) {
        for (what, count) in IMPOSSIBLE {
            assert_eq!(number(&self.db, count), 0, "{what}");
        }
        let stored = self.stored();
        for chain in ledgers.iter().flat_map(|ledger| &ledger.chains) {
            let row = stored.get(&digest(chain)).unwrap_or_else(|| panic!("lost: {chain:?}"));
            compare(chain, row);
            if let Some(done) = was_done(chain, row) {
                self.cuts.0 += usize::from(done);
                self.cuts.1 += usize::from(!done);
            }
        }
        let replays = "SELECT count(*) FROM audit_events WHERE kind IN ('code.replayed', 'refresh.reused', 'token.refresh_retried')";
        assert_eq!(number(&self.db, replays), self.replays, "the server saw a replay that nobody made");
        let cut = |is: fn(&Ledger) -> bool| i64::try_from(ledgers.iter().filter(|l| is(l)).count()).unwrap();
        let withdrawn =
            number(&self.db, "SELECT count(*) FROM audit_events WHERE kind = 'consent.withdrawn'");
        let least = self.withdrawn + ledgers.iter().map(|ledger| ledger.withdrawn).sum::<i64>();
        assert!((least..=least + cut(|l| l.withdrawal_cut)).contains(&withdrawn), "{least} {withdrawn}");
        self.withdrawn = withdrawn;
        let issued =
            "SELECT count(*) FROM audit_events WHERE kind = 'token.issued' AND client_id = 'machine'";
        let issued = number(&self.db, issued);
        let got = ledgers.iter().map(|ledger| ledger.machine.len()).sum::<usize>();
        let least = self.machine + i64::try_from(got).unwrap();
        assert!((least..=least + cut(|l| l.machine_cut)).contains(&issued), "{least} {issued}");
        self.machine = issued;
        let machines = number(&self.db, "SELECT count(*) FROM grants WHERE user_id IS NULL");
        assert!(machines <= 6, "one standing grant, or one for each first request in a race: {machines}");
    }

    fn stored(&self) -> HashMap<String, Stored> {
        let row = |line: String| {
            let cells: Vec<&str> = line.split('|').collect();
            let stored = Stored {
                stage: cells[1].to_owned(),
                grant: cells[2].to_owned(),
                family: cells[3].to_owned(),
                generation: cells[4].parse().unwrap(),
                states: (cells[5].to_owned(), cells[6].to_owned()),
                issued: cells[7].parse().unwrap(),
            };
            (cells[0].to_owned(), stored)
        };
        query(&self.db, STORED).into_iter().map(row).collect()
    }

    /// The server now answers as the ledger says; how many replays this made.
    pub fn compare_answers(&self, ledger: &Ledger) -> i64 {
        let stored = self.stored();
        let wire = Wire::open(self.apps.addr).unwrap();
        let mut asking = Asking { apps: &self.apps, wire, replays: 0 };
        for (n, chain) in ledger.chains.iter().enumerate() {
            let row = stored.get(&digest(chain)).unwrap();
            match chain.redeemed {
                Done::Yes if row.states.0 == "live" => {
                    // The successor was made, and its answer was cut: it is asked for again.
                    asking.replays += row.generation + 1 - i64::try_from(chain.refresh.len()).unwrap();
                    asking.live(chain, n % 2 == 0);
                }
                Done::Yes => asking.ended(chain),
                Done::No | Done::Perhaps => asking.retried(chain, row),
            }
        }
        for token in ledger.machine.iter().rev().take(5) {
            let answer = asking.wire.send(self.apps.introspect_machine(token)).unwrap();
            assert_eq!(answer.json()["active"], true, "a token of the machine is lost");
        }
        asking.replays
    }
}

fn digest(chain: &Chain) -> String {
    Plain::<Code>::presented(chain.code.as_str()).digest().as_str().to_owned()
}

fn compare(chain: &Chain, row: &Stored) {
    let told = || format!("{chain:?}\nis stored as {row:?}");
    let untouched = row.grant.is_empty() && row.issued == 0;
    let begun = row.stage == "redeemed" && !row.grant.is_empty() && row.issued == row.generation + 1;
    match (chain.redeemed, chain.ended) {
        (Done::No, Done::No) => assert!(row.stage == "granted" && untouched, "{}", told()),
        (Done::No, Done::Yes) => assert!(row.stage == "burnt" && untouched, "{}", told()),
        (Done::No, Done::Perhaps) => {
            assert!(["granted", "burnt"].contains(&row.stage.as_str()) && untouched, "{}", told());
        }
        (Done::Perhaps, _) => {
            let half = row.stage == "granted" && untouched;
            assert!(half || (begun && row.generation == 0 && row.states.0 == "live"), "{}", told());
        }
        (Done::Yes, ended) => {
            assert!(begun, "{}", told());
            let newest = i64::try_from(chain.refresh.len()).unwrap() - 1;
            let most = newest + i64::from(chain.rotating);
            assert!((newest..=most).contains(&row.generation), "{}", told());
            assert!(chain.refresh.iter().all(|token| token[6..32] == row.family), "{}", told());
            assert_eq!(row.states.0, row.states.1, "{}", told());
            match ended {
                Done::No => assert_eq!(row.states.0, "live", "{}", told()),
                Done::Yes => assert_eq!(row.states.0, "ended", "{}", told()),
                Done::Perhaps => {}
            }
        }
    }
}

/// Whether the redemption, rotation or revocation that was cut had been done.
fn was_done(chain: &Chain, row: &Stored) -> Option<bool> {
    if chain.redeemed == Done::Perhaps {
        return Some(row.stage == "redeemed");
    }
    if chain.rotating {
        return Some(usize::try_from(row.generation).is_ok_and(|now| now == chain.refresh.len()));
    }
    (chain.ended == Done::Perhaps).then(|| row.states.0 == "ended" || row.stage == "burnt")
}

/// Asks the server.
struct Asking<'a> {
    apps: &'a Apps,
    wire: Wire,
    replays: i64,
}

impl Asking<'_> {
    fn refresh(&mut self, token: &str) -> Answer {
        self.wire.send(self.apps.refresh(token)).unwrap()
    }

    fn is_active(&mut self, token: &str) -> bool {
        self.wire.send(self.apps.introspect(token)).unwrap().json()["active"] == true
    }

    /// The newest acknowledged token works, or brings its one successor again; then a second branch
    /// is tried, which ends them all.
    fn live(&mut self, chain: &Chain, by_code: bool) {
        for (token, revoked) in &chain.access {
            match revoked {
                Done::No => assert!(self.is_active(token), "lost: {chain:?}"),
                Done::Yes => assert!(!self.is_active(token), "revoked, and alive: {chain:?}"),
                Done::Perhaps => {}
            }
        }
        let newest = chain.refresh.last().unwrap();
        let answer = self.refresh(newest);
        assert_eq!(answer.status, 200, "{} {chain:?}", answer.text());
        let next = answer.json()["refresh_token"].as_str().unwrap().to_owned();
        let count = chain.refresh.len();
        assert!(next.contains(&format!("-{count}-")), "not the next generation: {next} {chain:?}");
        let answer = self.refresh(&next);
        assert_eq!(answer.status, 200, "{} {chain:?}", answer.text());
        let last = answer.json();
        let refused = if by_code {
            self.wire.send(self.apps.redeem(&chain.code)).unwrap()
        } else {
            self.refresh(newest)
        };
        self.replays += 1;
        assert_eq!(refused.status, 400, "a second branch: {chain:?}");
        assert_eq!(self.refresh(last["refresh_token"].as_str().unwrap()).status, 400, "{chain:?}");
        assert!(!self.is_active(last["access_token"].as_str().unwrap()), "{chain:?}");
    }

    /// All of it is dead.
    fn ended(&mut self, chain: &Chain) {
        assert_eq!(self.refresh(chain.refresh.last().unwrap()).status, 400, "ended, and alive: {chain:?}");
        let (token, _) = chain.access.last().unwrap();
        assert!(!self.is_active(token), "ended, and alive: {chain:?}");
        assert_eq!(self.wire.send(self.apps.redeem(&chain.code)).unwrap().status, 400, "{chain:?}");
        self.replays += 1;
    }

    /// The app never heard of its redemption and tries again: it works, or the code was used up.
    fn retried(&mut self, chain: &Chain, row: &Stored) {
        let answer = self.wire.send(self.apps.redeem(&chain.code)).unwrap();
        let expected = if row.stage == "granted" { 200 } else { 400 };
        assert_eq!(answer.status, expected, "{} {chain:?}", answer.text());
        self.replays += i64::from(row.stage == "redeemed");
        if answer.status == 200 {
            let refresh = answer.json()["refresh_token"].as_str().unwrap().to_owned();
            let answer = self.refresh(&refresh);
            assert_eq!(answer.status, 200, "{} {chain:?}", answer.text());
        }
    }
}
