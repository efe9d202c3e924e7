//! Password hashes that other servers made: bcrypt, scrypt (RFC 7914) and PBKDF2 (RFC 8018) in the texts that
//! crypt, PHC, Django, Werkzeug, passlib and Keycloak write. They are verified, never made; what they cost is
//! bounded, so that an import can make a sign-in neither take long nor need much memory.

use crate::base::secret::{Secret, constant_time_eq};
use aws_lc_rs::{digest, pbkdf2};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;
use std::num::NonZeroU32;

/// bcrypt: each step doubles the work; 14 is about a second.
const MOST_BCRYPT: u32 = 14;
/// scrypt: N times r times p, about a second; and 128 N r bytes of memory are 256 MiB.
const MOST_SCRYPT: u64 = 1 << 21;
/// PBKDF2: rounds times blocks of output.
const MOST_ROUNDS: u64 = 4_000_000;
/// A shorter output could be hit by chance, bytes.
const LEAST_OUTPUT: usize = 16;
/// No scheme writes a longer one, bytes.
const MOST_OUTPUT: usize = 64;
/// bcrypt looks at no more of a password, bytes.
const BCRYPT_SEES: usize = 72;
/// The longest text, bytes.
const LONGEST: usize = 1024;

/// Of another server, taken apart.
pub(super) enum Imported {
    /// `$2b$...`; with the hash of the password instead of the password where `digested` (Django).
    Bcrypt { text: String, digested: bool },
    /// RFC 7914.
    Scrypt { params: scrypt::Params, salt: Vec<u8>, output: Vec<u8> },
    /// RFC 8018 §5.2.
    Pbkdf2 { prf: pbkdf2::Algorithm, rounds: NonZeroU32, salt: Vec<u8>, output: Vec<u8> },
}

/// What is stored for a hash that comes from elsewhere: a JSON text, or the object in which Keycloak exports one.
///
/// # Errors
/// Why it cannot be used.
pub fn normal(value: &Value) -> Result<String, String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Object(_) => {
            of_keycloak(value).ok_or("is not a password credential as Keycloak exports it")?
        }
        _ => return Err("is neither text nor an exported credential".to_owned()),
    };
    // Django writes its own name in front of what is PHC text.
    let text = text.strip_prefix("argon2$").map(|rest| format!("${rest}")).unwrap_or(text);
    if text.starts_with("$argon2") {
        return super::argon::is_readable(&text)
            .then_some(text)
            .ok_or_else(|| "is not argon2 text, or asks for too much memory or work".to_owned());
    }
    Imported::parse(&text).map(|_| text)
}

/// `secretData` and `credentialData`, each JSON text or an object.
fn of_keycloak(value: &Value) -> Option<String> {
    let part = |name: &str| match value.get(name)? {
        Value::String(text) => serde_json::from_str::<Value>(text).ok(),
        object => Some(object.clone()),
    };
    let (secret, how) = (part("secretData")?, part("credentialData")?);
    let text = |of: &Value, name: &str| of.get(name)?.as_str().map(str::to_owned);
    let (salt, hash) = (text(&secret, "salt")?, text(&secret, "value")?);
    let plain = |text: String| text.trim_end_matches('=').to_owned();
    match text(&how, "algorithm")?.as_str() {
        name @ ("pbkdf2-sha256" | "pbkdf2-sha512") => {
            let rounds = how.get("hashIterations")?.as_u64()?;
            Some(format!("${name}$i={rounds}${}${}", plain(salt), plain(hash)))
        }
        "argon2" => {
            let more = how.get("additionalParameters")?;
            let one = |name: &str| more.get(name)?.get(0)?.as_str().map(str::to_owned);
            let rounds = how.get("hashIterations")?.as_u64()?;
            // Keycloak writes the version as 1.3 and 1.0.
            let version = if one("version")? == "1.3" { 19 } else { 16 };
            let (kind, memory, lanes) = (one("type")?, one("memory")?, one("parallelism")?);
            let (salt, hash) = (plain(salt), plain(hash));
            Some(format!("$argon2{kind}$v={version}$m={memory},t={rounds},p={lanes}${salt}${hash}"))
        }
        _ => None,
    }
}

impl Imported {
    /// Takes it apart.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST || !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err("is longer than 1,024 characters, or holds others than printable ASCII".to_owned());
        }
        let parts: Vec<&str> = text.split('$').collect();
        match parts.as_slice() {
            ["", "2a" | "2b" | "2y", ..] => bcrypt(text, false),
            ["bcrypt", "", "2a" | "2b" | "2y", ..] => bcrypt(after(text, "bcrypt$"), false),
            ["bcrypt_sha256", "", "2a" | "2b" | "2y", ..] => bcrypt(after(text, "bcrypt_sha256$"), true),
            ["", "scrypt", params, salt, hash] => {
                let of = |name| number(params, name);
                scrypt((of("ln"), of("r"), of("p")), base64(salt), base64(hash))
            }
            ["", "7", rest, hash] => crypt_scrypt(rest, hash),
            // Django.
            ["scrypt", salt, n, r, p, hash] => scrypt(
                (log2(n), r.parse().ok(), p.parse().ok()),
                Some(salt.as_bytes().to_vec()),
                base64(hash),
            ),
            [name @ ("pbkdf2_sha256" | "pbkdf2_sha1"), rounds, salt, hash] => pbkdf2(
                name.trim_start_matches("pbkdf2_"),
                rounds.parse().ok(),
                Some(salt.as_bytes().to_vec()),
                base64(hash),
            ),
            // PHC and passlib: the rounds by their name, or alone.
            ["", name, rounds, salt, hash] if name.starts_with("pbkdf2") => {
                let rounds = number(rounds, "i").or_else(|| rounds.parse().ok());
                let digest = name.trim_start_matches("pbkdf2").trim_start_matches('-');
                pbkdf2(if digest.is_empty() { "sha1" } else { digest }, rounds, base64(salt), base64(hash))
            }
            // Werkzeug.
            [method, salt, hash] => {
                let salt = Some(salt.as_bytes().to_vec());
                match method.split(':').collect::<Vec<_>>().as_slice() {
                    ["scrypt", n, r, p] => scrypt((log2(n), r.parse().ok(), p.parse().ok()), salt, hex(hash)),
                    ["pbkdf2", digest, rounds] => pbkdf2(digest, rounds.parse().ok(), salt, hex(hash)),
                    _ => Err(UNKNOWN.to_owned()),
                }
            }
            _ => Err(UNKNOWN.to_owned()),
        }
    }

    /// Whether `password` is the one behind it.
    pub(super) fn matches(&self, password: &Secret) -> bool {
        let password = password.reveal().as_bytes();
        match self {
            Self::Bcrypt { text, digested: false } => bcrypt::verify(password, text).unwrap_or(false),
            Self::Bcrypt { text, digested: true } => {
                let digest = digest::digest(&digest::SHA256, password);
                let hex: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
                bcrypt::verify(hex.as_bytes(), text).unwrap_or(false)
            }
            Self::Scrypt { params, salt, output } => {
                let mut found = vec![0; output.len()];
                scrypt::scrypt(password, salt, params, &mut found).is_ok() && constant_time_eq(&found, output)
            }
            Self::Pbkdf2 { prf, rounds, salt, output } => {
                pbkdf2::verify(*prf, *rounds, salt, password, output).is_ok()
            }
        }
    }

    /// Whether all of the password was looked at: what bcrypt did not see may be mistyped, and must not become
    /// what is asked for from now on.
    pub(super) fn saw_all(&self, password: &Secret) -> bool {
        !matches!(self, Self::Bcrypt { digested: false, .. }) || password.reveal().len() <= BCRYPT_SEES
    }
}

const UNKNOWN: &str = "is in no known form (bcrypt, scrypt, PBKDF2 or argon2 as crypt, PHC, Django, Werkzeug, passlib write it)";

fn after<'t>(text: &'t str, prefix: &str) -> &'t str {
    text.strip_prefix(prefix).unwrap_or(text)
}

fn bcrypt(text: &str, digested: bool) -> Result<Imported, String> {
    let parts: bcrypt::HashParts = text.parse().map_err(|_| "is not whole bcrypt text".to_owned())?;
    if !(4..=MOST_BCRYPT).contains(&parts.get_cost()) {
        return Err(format!("has a bcrypt cost that is not from 4 to {MOST_BCRYPT}"));
    }
    Ok(Imported::Bcrypt { text: text.to_owned(), digested })
}

/// `log2 N`, `r`, `p`.
type Scrypt = (Option<u32>, Option<u32>, Option<u32>);

fn scrypt(params: Scrypt, salt: Option<Vec<u8>>, output: Option<Vec<u8>>) -> Result<Imported, String> {
    let broken = || "is not whole scrypt text".to_owned();
    let (Some(log_n), Some(r), Some(p)) = params else { return Err(broken()) };
    let work = (log_n > 0).then(|| 1_u64.checked_shl(log_n).filter(|_| log_n < 40)).flatten();
    let work = work.and_then(|n| n.checked_mul(u64::from(r))?.checked_mul(u64::from(p)));
    if !work.is_some_and(|work| (1..=MOST_SCRYPT).contains(&work)) {
        return Err("asks for more work or memory than scrypt may have here".to_owned());
    }
    let log_n = u8::try_from(log_n).map_err(|_| broken())?;
    let params = scrypt::Params::new(log_n, r, p).map_err(|_| broken())?;
    let (salt, output) = (salt.ok_or_else(broken)?, measured(output).ok_or_else(broken)?);
    Ok(Imported::Scrypt { params, salt, output })
}

/// `$7$`: one digit of log2 N, five each of r and p, the salt as it stands; then the output.
fn crypt_scrypt(rest: &str, hash: &str) -> Result<Imported, String> {
    let broken = || "is not whole scrypt text".to_owned();
    let digits = |from: usize, to: usize| {
        rest.get(from..to)?.bytes().rev().try_fold(0_u32, |sum, byte| {
            let digit = u32::try_from(CRYPT.bytes().position(|known| known == byte)?).ok()?;
            sum.checked_mul(64)?.checked_add(digit)
        })
    };
    let salt = rest.get(11..).ok_or_else(broken)?.as_bytes().to_vec();
    scrypt((digits(0, 1), digits(1, 6), digits(6, 11)), Some(salt), crypt_base64(hash))
}

const CRYPT: &str = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// crypt's base64: the first digit of four is the lowest of three bytes.
fn crypt_base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for four in text.as_bytes().chunks(4) {
        let mut bits = 0_u32;
        for byte in four.iter().rev() {
            let digit = u32::try_from(CRYPT.bytes().position(|known| known == *byte)?).ok()?;
            bits = (bits << 6) | digit;
        }
        bytes.extend(bits.to_le_bytes().into_iter().take(four.len().checked_sub(1)?));
    }
    Some(bytes)
}

fn pbkdf2(
    digest: &str,
    rounds: Option<u32>,
    salt: Option<Vec<u8>>,
    output: Option<Vec<u8>>,
) -> Result<Imported, String> {
    let broken = || "is not whole PBKDF2 text".to_owned();
    let (prf, block) = match digest {
        "sha1" => (pbkdf2::PBKDF2_HMAC_SHA1, 20),
        "sha256" => (pbkdf2::PBKDF2_HMAC_SHA256, 32),
        "sha512" => (pbkdf2::PBKDF2_HMAC_SHA512, 64),
        _ => return Err("names a digest that is not sha1, sha256 or sha512".to_owned()),
    };
    let rounds = rounds.and_then(NonZeroU32::new).ok_or_else(broken)?;
    let (salt, output) = (salt.ok_or_else(broken)?, measured(output).ok_or_else(broken)?);
    let blocks = u64::try_from(output.len().div_ceil(block)).unwrap_or(u64::MAX);
    if u64::from(rounds.get()).saturating_mul(blocks) > MOST_ROUNDS {
        return Err(format!("has more than {MOST_ROUNDS} rounds of PBKDF2"));
    }
    Ok(Imported::Pbkdf2 { prf, rounds, salt, output })
}

fn measured(output: Option<Vec<u8>>) -> Option<Vec<u8>> {
    output.filter(|output| (LEAST_OUTPUT..=MOST_OUTPUT).contains(&output.len()))
}

/// The number of `name` in `ln=15,r=8,p=1`.
fn number(params: &str, name: &str) -> Option<u32> {
    params
        .split(',')
        .find_map(|pair| pair.split_once('=').filter(|(known, _)| *known == name)?.1.parse().ok())
}

fn log2(n: &str) -> Option<u32> {
    let n: u64 = n.parse().ok()?;
    n.is_power_of_two().then(|| n.trailing_zeros())
}

/// Standard base64 with or without padding; passlib writes a full stop for the plus sign.
fn base64(text: &str) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let engine = GeneralPurpose::new(&alphabet::STANDARD, config.with_decode_allow_trailing_bits(true));
    engine.decode(text.replace('.', "+")).ok()
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let byte = |pair: &[u8]| match pair {
        [high, low] => Some((digit(*high)? << 4) | digit(*low)?),
        _ => None,
    };
    text.as_bytes().chunks(2).map(byte).collect()
}

#[cfg(test)]
pub(super) mod tests;
