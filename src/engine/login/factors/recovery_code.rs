//! Recovery codes: ten of 80 bits, shown once, kept as digests, good once each (security row P5).

use super::{Factor, Shape};
use crate::base::id::UserId;
use crate::base::secret::{Digest, Plain, RecoveryCode, Secret};
use crate::domain::session::Class;
use crate::engine::context::Engine;
use crate::store::{Conn, TxResult, factors};

/// The factor.
pub static FACTOR: Factor = Factor {
    kind: "recovery_code",
    amr: &["otp"],
    class: Class::Mfa,
    shape: Shape::Noted,
    is_held: |conn, user| Ok(factors::codes_left(conn, user.as_str())?.0 > 0),
    verify: |conn, engine, user, typed| {
        factors::use_code(conn, user.as_str(), &digest(user, typed), engine.now())
    },
};

/// How many there are in a set.
pub const COUNT: usize = 10;

/// Gives the person a new set; the old one is void.
///
/// # Errors
/// Store errors.
pub fn renew(conn: &mut Conn, engine: &Engine, user: &UserId) -> TxResult<Vec<Secret>> {
    let codes: Vec<String> = (0..COUNT).map(|_| code(&engine.rng.bytes::<10>())).collect();
    let digests: Vec<_> = codes.iter().map(|code| digest(user, code)).collect();
    factors::set_codes(conn, user.as_str(), &digests, engine.now())?;
    Ok(codes.into_iter().map(Secret::new).collect())
}

/// Four groups of four letters and digits; 0, 1, 8 and 9 are not among them.
fn code(bytes: &[u8; 10]) -> String {
    let text = totp_rs::Secret::from(bytes.to_vec()).to_base32().to_lowercase();
    let groups: Vec<&str> = [0, 4, 8, 12].iter().filter_map(|&at| text.get(at..at + 4)).collect();
    groups.join("-")
}

/// The digest of what was typed, however it was grouped; digits that no code has stand for the letters they
/// look like. The person is in it: a code is theirs alone.
fn digest(user: &UserId, typed: &str) -> Digest<RecoveryCode> {
    let plain = typed.chars().filter(char::is_ascii_alphanumeric).map(|char| match char {
        '0' => 'o',
        '1' => 'l',
        '8' => 'b',
        other => other.to_ascii_lowercase(),
    });
    let plain: String = plain.take(64).collect();
    Plain::<RecoveryCode>::presented(format!("{user}\n{plain}")).digest()
}
