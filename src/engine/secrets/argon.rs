//! argon2id itself (RFC 9106): hashing, and verifying with the same work whatever is stored.

use crate::base::secret::{Secret, constant_time_eq};
use crate::protocol::refusal::{Check, Refusal};
use argon2::password_hash::phc::{Output, ParamsString, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, PasswordHash, Version};
use std::hint::black_box;

/// Salt, bytes (RFC 9106 §3.1).
const SALT: usize = 16;
/// Tag, bytes.
const OUTPUT: usize = 32;
/// The most memory a stored (perhaps imported) hash may ask for, KiB.
const MAX_STORED_MEMORY: u32 = 1024 * 1024;
/// The most work a stored hash may ask for, KiB times rounds.
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
}

/// The parameters in force.
#[derive(Clone)]
pub(super) struct Cost(Params);

impl Cost {
    pub(super) fn new(memory_kib: u32, iterations: u32, parallelism: u32) -> Result<Self, String> {
        let params = Params::new(memory_kib, iterations, parallelism, Some(OUTPUT));
        params.map(Self).map_err(|error| format!("argon2 parameters: {error}"))
    }
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
    let tag = compute(&cost.0, Algorithm::Argon2id, Version::V0x13, (password, salt), scratch)?;
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
        let parsed = Stored::parse(text);
        if parsed.is_none() {
            tracing::error!("a stored password hash is not readable argon2 text; nobody can sign in with it");
        }
        parsed
    });
    let Some(stored) = readable else {
        black_box(compute(&cost.0, Algorithm::Argon2id, Version::V0x13, (password, &[0; SALT]), scratch)?);
        return Ok(Verdict { matches: false, rehash: false });
    };
    let tag =
        compute(&stored.params, stored.algorithm, stored.version, (password, stored.salt.as_ref()), scratch)?;
    let matches = constant_time_eq(&tag, stored.output.as_bytes());
    if let Some(rest) = top_up(&cost.0, &stored.params) {
        black_box(compute(&rest, Algorithm::Argon2id, Version::V0x13, (password, &[0; SALT]), scratch)?);
    }
    Ok(Verdict { matches, rehash: matches && stored.is_weaker_than(&cost.0) })
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
    fn parse(text: &str) -> Option<Self> {
        let phc = PasswordHash::new(text).ok()?;
        let params = Params::try_from(&phc).ok()?;
        if params.m_cost() > MAX_STORED_MEMORY || work(&params) > MAX_STORED_WORK {
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
