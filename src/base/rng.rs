//! The one source of randomness, passed in so that tests can be repeated.

use aws_lc_rs::digest;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A cryptographic random number generator: the operating system's, or a seeded one for tests.
#[derive(Clone)]
pub struct Rng(Source);

#[derive(Clone)]
enum Source {
    System,
    Seeded { seed: [u8; 32], counter: Arc<AtomicU64> },
}

/// The source that AWS-LC asks for where it signs. It blinds with its own, and takes salts (PS256) and nonces
/// (ES256) from there as well: the argument is not looked at.
#[expect(clippy::disallowed_types, reason = "the one place that names the system's generator")]
pub fn blinding() -> aws_lc_rs::rand::SystemRandom {
    aws_lc_rs::rand::SystemRandom::new()
}

impl Rng {
    /// The operating system's generator (through AWS-LC).
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A repeatable stream for tests: SHA-256 over seed and counter. Never used by a command.
    pub fn seeded(seed: u64) -> Self {
        let mut bytes = [0_u8; 32];
        bytes[..8].copy_from_slice(&seed.to_be_bytes());
        Self(Source::Seeded { seed: bytes, counter: Arc::new(AtomicU64::new(0)) })
    }

    /// Fills `out` with random bytes. If the system has no randomness the process ends: going on
    /// would mean guessable secrets.
    pub fn fill(&self, out: &mut [u8]) {
        match &self.0 {
            Source::System => {
                if aws_lc_rs::rand::fill(out).is_err() {
                    eprintln!("latchkey: the operating system gives no randomness");
                    std::process::abort();
                }
            }
            Source::Seeded { seed, counter } => {
                for chunk in out.chunks_mut(32) {
                    let n = counter.fetch_add(1, Ordering::SeqCst);
                    let mut hash = digest::Context::new(&digest::SHA256);
                    hash.update(seed);
                    hash.update(&n.to_be_bytes());
                    chunk.iter_mut().zip(hash.finish().as_ref()).for_each(|(to, from)| *to = *from);
                }
            }
        }
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut out = [0_u8; N];
        self.fill(&mut out);
        out
    }

    /// A number in `0..100`, for sampling only.
    pub fn percent(&self) -> u8 {
        let [byte] = self.bytes::<1>();
        byte % 100
    }
}
