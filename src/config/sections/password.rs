//! `[password]`: what a password must be and how it is hashed (argon2id, RFC 9106).

use crate::config::formats::{HOUR, seconds, whole};
use crate::config::key::section;

section! {
    /// What a password must be, how it is hashed (argon2id) and how guessing is slowed down.
    pub struct Password = "password" {
        /// The shortest new password, in characters.
        min_length: usize => whole(8, 128, "characters"), "12";
        /// Memory for hashing one password.
        memory_kib: u32 => whole(7168, 4_194_304, "KiB"), "19456";
        /// Rounds of hashing.
        iterations: u32 => whole(1, 100, "rounds"), "2";
        /// Lanes of hashing.
        parallelism: u32 => whole(1, 64, "lanes"), "1";
        /// Threads that hash passwords.
        hash_threads: usize => whole(0, 1024, "threads").zero_means("one per processor core"), "0";
        /// Sign-ins that may wait for hashing; more are answered "busy".
        queue: usize => whole(0, 100_000, "sign-ins").zero_means("twice the processor cores"), "0";
        /// The longest wait between guesses for one account and network.
        max_delay_seconds: u32 => seconds(0, 24 * HOUR), "900";
    }
}
