//! `[keys]`: the master key and the keys that sign tokens.

use crate::base::crypt::MasterKey;
use crate::config::formats::{HOUR, MINUTE, MasterKeyFormat, NumberChoice, seconds, whole};
use crate::config::key::section;

section! {
    /// The master key that seals secrets in the database, and the keys that sign tokens.
    pub struct Keys = "keys" {
        /// The key that seals signing keys and other secrets in the database. Empty: it is read from
        /// `keys/master.key` in the data directory and made there at the first start. Keep a copy
        /// apart from the database; without it the sealed data cannot be read again.
        master_key: Option<MasterKey> => MasterKeyFormat, "";
        /// How long a signing key is used before the next one takes over.
        rotation_days: u32 => whole(1, 3650, "days"), "90";
        /// How long apps may keep the list of public keys; a new key is published at least this long
        /// before it signs.
        jwks_max_age_seconds: u32 => seconds(MINUTE, 12 * HOUR), "600";
        /// Size of new RSA keys in bits. Larger ones sign more slowly: 3072 about 6 times.
        rsa_bits: u32 => NumberChoice(&[2048, 3072, 4096]), "2048";
    }
}
