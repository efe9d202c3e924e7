//! `[password]`: what a password must be and how it is hashed (argon2id, RFC 9106).

use std::path::PathBuf;

use crate::config::formats::{HOUR, OptionalFile, Words, seconds, whole};
use crate::config::key::section;

const KINDS: &[&str] = &["upper", "lower", "digit", "symbol"];

section! {
    /// What a password must be, how it is hashed (argon2id) and how guessing is slowed down.
    pub struct Password = "password" {
        /// The shortest new password, in characters.
        min_length: usize => whole(8, 64, "characters"), "12";
        /// Kinds of characters that a new password must hold. Better none: what people do about such rules makes
        /// passwords easier to guess (NIST SP 800-63B §5.1.1.2); it is here for those who must.
        require: Vec<String> => Words { what: "kinds of characters", known: KINDS }, "";
        /// A file of passwords that were in breaches, which nobody may choose: SHA-1 in the form of Have I Been
        /// Pwned, sorted by hash, of any size (it is searched where it lies). The list that is built in counts
        /// beside it. It is opened when a server starts; a new file counts from the next start.
        breached_list: Option<PathBuf> => OptionalFile, "";
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
