//! argon2id itself (RFC 9106): hashing, and verifying with the same work whatever is stored.

use super::imported::Imported;
use crate::base::clock::Tick;
use crate::base::secret::{Secret, constant_time_eq};
use crate::protocol::refusal::{Check, Refusal};
use argon2::password_hash::phc::{Output, ParamsString, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, PasswordHash, Version};
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Salt, bytes (RFC 9106 §3.1).
const SALT: usize = 16;
/// Tag, bytes.
const OUTPUT: usize = 32;
/// The most memory a stored (perhaps imported) hash may ask for, KiB; more only where today's parameters do.
const MAX_STORED_MEMORY: u32 = 256 * 1024;
/// The most work a stored hash may ask for, KiB times rounds; more only where today's parameters do.
const MAX_STORED_WORK: u64 = 4 * 1024 * 1024;
/// glibc gives blocks above 32 MiB a mapping of their own and returns it when freed; smaller ones
/// stay in its heap after the first time. Only what is used becomes resident. KiB.
const OWN_MAPPING: usize = 33 * 1024;

/// What came of a verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether the password is the right one.
    pub matches: bool,
    /// Whether it is right and was hashed with less than today's parameters: store a new hash
    /// (security row V4).
    pub rehash: bool,
    /// How long a hash of another server took; none of ours.
    pub imported: Option<Duration>,
}

/// The parameters in force, and how long a hash with them takes here.
#[derive(Clone)]
pub(super) struct Cost(Params, Arc<AtomicU64>);

impl Cost {
    pub(super) fn new(memory_kib: u32, iterations: u32, parallelism: u32) -> Result<Self, String> {
        let params = Params::new(memory_kib, iterations, parallelism, Some(OUTPUT));
        let params = params.map_err(|error| format!("argon2 parameters: {error}"))?;
        Ok(Self(params, Arc::default()))
    }

    /// How long a whole hash takes, as those of late did; zero before the first.
    pub(super) fn usual(&self) -> Duration {
        Duration::from_micros(self.1.load(Ordering::Relaxed))
    }

    /// The work of a whole hash, measured.
    fn whole(&self, password: &Secret, salt: &[u8], scratch: &mut Scratch) -> Result<Vec<u8>, Refusal> {
        let tick = Tick::now();
        let tag = compute(&self.0, Algorithm::Argon2id, Version::V0x13, (password, salt), scratch)?;
        let took = u64::try_from(tick.elapsed().as_micros()).unwrap_or(u64::MAX).max(1);
        let before = self.1.load(Ordering::Relaxed);
        let now = if before == 0 { took } else { before.saturating_mul(7).saturating_add(took) / 8 };
        self.1.store(now, Ordering::Relaxed);
        Ok(tag)
    }

    /// The part of a hash that `spent` lacks to a whole one, so that a cheap hash of another server takes as
    /// long as no hash at all (security row C1).
    fn pad(&self, spent: Duration, password: &Secret, scratch: &mut Scratch) -> Result<(), Refusal> {
        let usual = self.usual();
        if usual.is_zero() {
            black_box(self.whole(password, &[0; SALT], scratch)?);
            return Ok(());
        }
        let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let lacking = micros(usual.saturating_sub(spent));
        let memory = u64::from(self.0.m_cost()).saturating_mul(lacking).checked_div(micros(usual));
        let memory = memory.and_then(|memory| u32::try_from(memory).ok()).unwrap_or_default();
        if let Ok(rest) = Params::new(memory, self.0.t_cost(), self.0.p_cost(), Some(OUTPUT)) {
            let with = (password, [0; SALT].as_slice());
            black_box(compute(&rest, Algorithm::Argon2id, Version::V0x13, with, scratch)?);
        }
        Ok(())
    }
}

/// Whether text is argon2 that can be verified whatever today's parameters are.
pub(super) fn is_readable(text: &str) -> bool {
    Stored::parse(text, &Params::DEFAULT).is_some()
}

/// Working memory, used again for each hash of a thread.
#[derive(Default)]
pub(super) struct Scratch(Vec<Block>);

impl Scratch {
    /// Gives the memory back.
    pub(super) fn free(&mut self) {
        self.0 = Vec::new();
    }

    pub(super) fn is_free(&self) -> bool {
        self.0.is_empty()
    }

    fn blocks(&mut self, count: usize) -> Option<&mut [Block]> {
        if self.0.len() < count {
            self.free();
            self.0.try_reserve_exact(count.max(OWN_MAPPING)).ok()?;
            self.0.resize(count, Block::new());
        }
        self.0.get_mut(..count)
    }
}

/// PHC text for a new password.
pub(super) fn hash(
    cost: &Cost,
    salt: &[u8; SALT],
    password: &Secret,
    scratch: &mut Scratch,
) -> Result<String, Refusal> {
    let tag = cost.whole(password, salt, scratch)?;
    let unexpected = |_| Refusal::new(Check::Unexpected);
    let phc = PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&cost.0).map_err(|_| Refusal::new(Check::Unexpected))?,
        salt: Some(Salt::new(salt).map_err(unexpected)?),
        hash: Some(Output::new(&tag).map_err(unexpected)?),
    };
    Ok(phc.to_string())
}

/// Compares with what is stored. Nothing stored, or nothing readable: the work of today's
/// parameters, and no. Older, cheaper parameters: topped up to today's work, so that time tells
/// neither whether an account exists nor how old its hash is (security row C1).
pub(super) fn verify(
    cost: &Cost,
    password: &Secret,
    stored: Option<&str>,
    scratch: &mut Scratch,
) -> Result<Verdict, Refusal> {
    let readable = stored.and_then(|text| {
        let parsed = Known::parse(text, &cost.0);
        if parsed.is_none() {
            tracing::error!("a stored password hash is in no form that is known; nobody can sign in with it");
        }
        parsed
    });
    let stored = match readable {
        None => {
            black_box(cost.whole(password, &[0; SALT], scratch)?);
            return Ok(Verdict { matches: false, rehash: false, imported: None });
        }
        Some(Known::Imported(imported)) => {
            let tick = Tick::now();
            let matches = imported.matches(password);
            let spent = tick.elapsed();
            cost.pad(spent, password, scratch)?;
            let rehash = matches && imported.saw_all(password);
            return Ok(Verdict { matches, rehash, imported: Some(spent) });
        }
        Some(Known::Argon(stored)) => stored,
    };
    let tick = Tick::now();
    let tag =
        compute(&stored.params, stored.algorithm, stored.version, (password, stored.salt.as_ref()), scratch)?;
    let matches = constant_time_eq(&tag, stored.output.as_bytes());
    if let Some(rest) = top_up(&cost.0, &stored.params) {
        black_box(compute(&rest, Algorithm::Argon2id, Version::V0x13, (password, &[0; SALT]), scratch)?);
    }
    let foreign = stored.is_foreign(&cost.0).then(|| tick.elapsed());
    Ok(Verdict { matches, rehash: matches && stored.is_weaker_than(&cost.0), imported: foreign })
}

/// What is stored, in any form that is known.
enum Known {
    Argon(Stored),
    Imported(Imported),
}

impl Known {
    fn parse(text: &str, today: &Params) -> Option<Self> {
        if text.starts_with("$argon2") {
            return Stored::parse(text, today).map(Self::Argon);
        }
        Imported::parse(text).ok().map(Self::Imported)
    }
}

/// Hash in PHC text, taken apart.
struct Stored {
    algorithm: Algorithm,
    version: Version,
    params: Params,
    salt: Salt,
    output: Output,
}

impl Stored {
    fn parse(text: &str, today: &Params) -> Option<Self> {
        let phc = PasswordHash::new(text).ok()?;
        let params = Params::try_from(&phc).ok()?;
        let most_memory = MAX_STORED_MEMORY.max(today.m_cost());
        if params.m_cost() > most_memory || work(&params) > MAX_STORED_WORK.max(work(today)) {
            return None;
        }
        Some(Self {
            algorithm: Algorithm::try_from(phc.algorithm.as_str()).ok()?,
            version: phc.version.map_or(Some(Version::V0x10), |v| Version::try_from(v).ok())?,
            params,
            salt: phc.salt?,
            output: phc.hash?,
        })
    }

    /// Whether it costs more than ours do: of another server, or of a time with higher parameters.
    fn is_foreign(&self, today: &Params) -> bool {
        work(&self.params) > work(today)
    }

    fn is_weaker_than(&self, today: &Params) -> bool {
        self.algorithm != Algorithm::Argon2id
            || self.version != Version::V0x13
            || self.output.len() < OUTPUT
            || work(&self.params) < work(today)
    }
}

/// KiB times rounds: what an attacker pays for each guess, and we for each sign-in.
fn work(params: &Params) -> u64 {
    u64::from(params.m_cost()).saturating_mul(u64::from(params.t_cost()))
}

/// Parameters for the work that `stored` lacks to today's, if there is enough to compute.
fn top_up(today: &Params, stored: &Params) -> Option<Params> {
    let lacking = work(today).checked_sub(work(stored))?;
    let memory = lacking.checked_div(u64::from(today.t_cost()))?;
    Params::new(u32::try_from(memory).ok()?, today.t_cost(), today.p_cost(), Some(OUTPUT)).ok()
}

fn compute(
    params: &Params,
    algorithm: Algorithm,
    version: Version,
    (password, salt): (&Secret, &[u8]),
    scratch: &mut Scratch,
) -> Result<Vec<u8>, Refusal> {
    let mut tag = vec![0; params.output_len().unwrap_or(OUTPUT)];
    let busy = || Refusal::new(Check::HashingBusy).retry_after(5);
    let blocks = scratch.blocks(params.block_count()).ok_or_else(busy)?;
    let argon = Argon2::new(algorithm, version, params.clone());
    let password = password.reveal().as_bytes();
    argon.hash_password_into_with_memory(password, salt, &mut tag, blocks).map_err(|error| {
        tracing::error!(%error, "argon2");
        Refusal::new(Check::Unexpected)
    })?;
    Ok(tag)
}
