//! Limits that several nodes share: in Redis, also when it is lost, and in the database (security rows S1, S3, promise Z10).

use crate::harness::app::{Options, TestApp, fresh_database};
use crate::harness::child::PATIENCE;
use crate::harness::database::Stand;
use crate::harness::redis::Redis;
use latchkey::base::secret::Secret;
use latchkey::store::ephemeral::{Ephemeral, Place, Take};
use latchkey::store::paces;
use std::time::{Duration, Instant};

fn node(more: &[(&'static str, &str)]) -> TestApp {
    let mut env = vec![
        ("LATCHKEY_SERVER__TRUSTED_PROXIES", "127.0.0.0/8".to_owned()),
        (
            "LATCHKEY_KEYS__MASTER_KEY",
            "6f1d3a0b5c7e9f2244668800aaccee113355779900bbddff1032547698badcfe".to_owned(),
        ),
    ];
    env.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
    TestApp::with(Options { env })
}

fn answered(app: &TestApp, from: &str, tries: usize) -> usize {
    let ask = || app.call("GET", "/login").header("X-Forwarded-For", from).send().status;
    (0..tries)
        .filter(|_| match ask() {
            200 => true,
            429 => false,
            other => panic!("{other}"),
        })
        .count()
}

#[test]
fn sec_s1_two_nodes_count_together_in_redis_and_go_on_without_it() {
    let mut redis = Redis::start();
    let url = redis.url();
    // Nothing comes back while the test runs: twenty in a minute are one in three seconds, so bounds are used below.
    let env = [("REDIS_URL", url.as_str()), ("LATCHKEY_LIMITS__PAGES_PER_MINUTE", "20")];
    let nodes = [node(&env), node(&env)];
    let begun = Instant::now();
    let all: usize = (0..4).map(|n| answered(&nodes[n % 2], "203.0.113.9", 10)).sum();
    let back = usize::try_from(begun.elapsed().as_secs() / 3).unwrap() + 1;
    assert!((20..=20 + back).contains(&all), "{all} of 40 on two nodes");
    // A node that starts anew knows what was counted.
    let third = node(&env);
    let begun = Instant::now();
    let more = answered(&third, "203.0.113.9", 10);
    let back = usize::try_from(begun.elapsed().as_secs() / 3).unwrap() + 2;
    assert!(more <= back, "{more}");
    // Without Redis nobody is stopped, and each node has its limit.
    redis.end();
    let begun = Instant::now();
    for node in &nodes {
        let alone = answered(node, "198.51.100.1", 40);
        assert!((20..40).contains(&alone), "{alone}");
    }
    assert!(begun.elapsed() < PATIENCE);
    let begun = Instant::now();
    assert_eq!(answered(&nodes[0], "198.51.100.2", 5), 5);
    println!("five requests while Redis is away: {:?}", begun.elapsed());
    // And it is used again when it is back.
    redis.go();
    let begun = Instant::now();
    for round in 0.. {
        let from = format!("192.0.2.{}", round % 250);
        let all = answered(&nodes[0], &from, 15) + answered(&nodes[1], &from, 15);
        if all < 24 {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "Redis is not asked again");
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn sec_s1_two_nodes_count_together_in_the_database() {
    let url = fresh_database();
    let mut env =
        vec![("LATCHKEY_LIMITS__COUNTERS", "database"), ("LATCHKEY_LIMITS__PAGES_PER_MINUTE", "20")];
    env.extend(url.as_deref().map(|url| ("DATABASE_URL", url)));
    let first = node(&env);
    let second = url.as_ref().map(|_| node(&env));
    let begun = Instant::now();
    let mut all = answered(&first, "203.0.113.9", 15);
    all += answered(second.as_ref().unwrap_or(&first), "203.0.113.9", 30);
    let back = usize::try_from(begun.elapsed().as_secs() / 3).unwrap() + 1;
    assert!((20..=20 + back).contains(&all), "{all}");
}

#[test]
fn sec_s3_of_100_at_once_no_more_get_through_than_may() {
    let stand = Stand::new();
    let take = |name: &str, most: u32| Take { name: name.to_owned(), most, window: 60 };
    let now = 1_700_000_000_000_000;
    let takes = vec![take("a network", 7), take("its site", 9)];
    let wanted = takes.clone();
    let taken = stand.race(100, move |conn, _| paces::take(conn, &wanted, now));
    assert_eq!(taken.iter().filter(|outcome| matches!(outcome, Ok(Ok(())))).count(), 7);
    let waits: Vec<_> = taken.into_iter().filter_map(|outcome| outcome.unwrap().err()).collect();
    assert!(waits.iter().all(|wait| wait.seconds() == 9), "{waits:?}");
    let at = |now: i64| {
        stand
            .db
            .write_blocking({
                let takes = takes.clone();
                move |conn| paces::take(conn, &takes[..1], now)
            })
            .unwrap()
    };
    assert!(at(now + 8_000_000).is_err());
    assert!(at(now + 8_571_429).is_ok() && at(now + 8_571_429).is_err());
    assert!(at(now - 3_600_000_000).is_ok(), "a clock that was set back holds nobody up");
}

#[test]
fn sec_s3_redis_lets_as_many_through_however_many_ask() {
    let redis = Redis::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let nodes: Vec<Ephemeral> =
        (0..4).map(|_| Ephemeral::open(Place::Redis(Secret::new(redis.url()))).unwrap()).collect();
    let takes = || {
        vec![
            Take { name: "a network".to_owned(), most: 7, window: 3600 },
            Take { name: "its site".to_owned(), most: 50, window: 3600 },
        ]
    };
    let granted = runtime.block_on(async {
        // The first question opens the connection, which may take longer than a request waits.
        for node in &nodes {
            for _ in 0..20 {
                let _opened =
                    node.take(vec![Take { name: "warm".to_owned(), most: 10_000, window: 60 }], 0).await;
            }
        }
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..100 {
            let node = nodes[n % nodes.len()].clone();
            tasks.spawn(async move { node.take(takes(), 1_700_000_000_000).await.is_ok() });
        }
        tasks.join_all().await.into_iter().filter(|granted| *granted).count()
    });
    assert_eq!(granted, 7);
}
