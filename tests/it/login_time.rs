//! The time of a refusal tells nothing about the account (security row C1): two times 200 samples, or two
//! times 1,000 with `LATCHKEY_TEST_LONG=1`.

use crate::harness::app::{PASSWORD, TestApp};
use crate::harness::http::{Answer, Visitor};
use latchkey::engine::admin::users;
use std::time::Instant;

/// One try from a network of its own, so that none has to wait for another; milliseconds.
fn sample(visitor: &Visitor, csrf: &str, (name, password): (&str, &str), n: usize) -> (f64, Answer) {
    let pairs = [("csrf", csrf), ("username", name), ("password", password)];
    let network = format!("10.{}.{}.{}", n >> 16, (n >> 8) & 255, n & 255);
    let call = visitor.post_call("/login", &pairs).header("X-Forwarded-For", &network);
    let start = Instant::now();
    let answer = call.send();
    (start.elapsed().as_secs_f64() * 1e3, answer)
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// The two-sided p of Welch's t-test; the samples are many, so that t is as good as normal.
fn welch(a: &[f64], b: &[f64]) -> f64 {
    let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
    let spread = |v: &[f64]| {
        let m = mean(v);
        v.iter().map(|x| (x - m).powi(2)).sum::<f64>() / (v.len() as f64 - 1.0) / v.len() as f64
    };
    let t = (mean(a) - mean(b)).abs() / (spread(a) + spread(b)).sqrt();
    // The complementary error function by Abramowitz and Stegun 7.1.26, good to 1.5e-7.
    let x = t / std::f64::consts::SQRT_2;
    let k = 1.0 / (1.0 + 0.327_591_1 * x);
    let series = [1.061_405_429, -1.453_152_027, 1.421_413_741, -0.284_496_736, 0.254_829_592];
    series.iter().fold(0.0, |sum, term| (sum + term) * k) * (-x * x).exp()
}

#[test]
fn the_statistics_tell_a_difference() {
    let noise = |shift: f64| (0..200).map(|n| shift + f64::from(n * 7919 % 101) / 50.0).collect::<Vec<_>>();
    assert!(welch(&noise(0.0), &noise(0.0)) > 0.99);
    assert!(welch(&noise(0.0), &noise(0.5)) < 0.001);
    assert!((welch(&[0.0, 2.0, 0.0, 2.0], &[1.0, 3.0, 1.0, 3.0]) - 0.2207).abs() < 0.001);
}

#[test]
fn sec_c1_refusals_take_the_same_time() {
    let app = TestApp::with_env(&[
        ("LATCHKEY_SERVER__TRUSTED_PROXIES", "127.0.0.1/32"),
        // The turn of one account admits three at a time; here everyone comes alone.
        ("LATCHKEY_PASSWORD__HASH_THREADS", "1"),
    ]);
    app.user("known");
    let off = app.user("switchd").id.to_string();
    app.admin(move |conn, desk| users::set_enabled(conn, desk, &off, false));
    let long = std::env::var("LATCHKEY_TEST_LONG").is_ok_and(|v| v == "1");
    let samples = if long { 1000 } else { 200 };
    let mut visitor = app.visitor();
    let csrf = visitor.get("/login").input("csrf").unwrap();
    let wrong = "not the password at all";
    let mut n = 0;
    for (what, first, second) in [
        ("unknown against wrong", ("unknown", wrong), ("known", wrong)),
        ("unknown against disabled", ("unknown", PASSWORD), ("switchd", PASSWORD)),
    ] {
        let mut verdicts = Vec::new();
        // Equal times fail one run in a hundred by chance; five in a row they do not.
        for _ in 0..5 {
            let (mut a, mut b) = (Vec::new(), Vec::new());
            for round in 0..samples + 5 {
                let order = if round % 2 == 0 { [0, 1] } else { [1, 0] };
                for which in order {
                    n += 1;
                    let (took, answer) = sample(&visitor, &csrf, if which == 0 { first } else { second }, n);
                    assert_eq!(answer.status, 200, "{}", answer.text());
                    // The first few warm up caches for both.
                    if round >= 5 {
                        if which == 0 { a.push(took) } else { b.push(took) }
                    }
                }
            }
            let apart = (median(&a) - median(&b)).abs();
            // A hash not computed would be all of it; a busy machine stretches the noise as well.
            let most = (median(&a) / 5.0).max(2.0);
            let p = welch(&a, &b);
            println!(
                "{what}: medians {:.3} and {:.3} ms, {apart:.3} ms apart, p = {p:.3}, n = 2 x {samples}",
                median(&a),
                median(&b)
            );
            verdicts.push(apart <= most && p > 0.01);
            if apart <= most && p > 0.01 {
                break;
            }
        }
        assert!(verdicts.contains(&true), "{what} can be told apart by time");
    }
}
