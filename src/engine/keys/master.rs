//! The master key: given by configuration, or kept in `<data dir>/keys/master.key`. It is made only
//! when the instance is new; a missing or wrong one stops the start (security rows V5, V7).

use crate::base::clock::Clock;
use crate::base::crypt::MasterKey;
use crate::base::id::ulid;
use crate::base::rng::Rng;
use crate::base::secret::{constant_time_eq, unb64};
use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The longest file that is read, bytes.
const MAX_FILE: u64 = 1024;
/// Any right of group or others.
const OTHERS: u32 = 0o077;

/// Where the key comes from.
pub enum Source<'a> {
    /// Text from configuration: 32 bytes as base64url or hex.
    Given(&'a str),
    /// `keys/master.key` under this data directory.
    DataDir(&'a Path),
}

/// What to do when there is no key file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The instance is new: make one.
    Create,
    /// Data sealed under it exists: never replace it.
    Refuse,
}

/// Whether the database knows the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It was sealed with this very key.
    Known,
    /// Nothing was sealed yet: store the fingerprint under `settings::MASTER_KEY`.
    New,
}

/// Why there is no usable master key.
#[derive(Debug)]
pub enum MasterKeyError {
    /// Not 32 bytes as base64url or hex.
    Malformed {
        /// Where it was found.
        place: String,
    },
    /// The file is gone although it must exist.
    Missing {
        /// Where it must be.
        path: PathBuf,
    },
    /// Others can read it, or change what it is.
    Exposed {
        /// The file or directory.
        path: PathBuf,
        /// Its mode now.
        mode: u32,
        /// The mode it must have.
        must_be: u32,
    },
    /// The file system said no.
    Io {
        /// What was to be done.
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// Its answer.
        error: io::Error,
    },
    /// The database was sealed with another key.
    Mismatch,
}

impl MasterKeyError {
    /// What to do about it.
    pub fn fix(&self) -> String {
        match self {
            Self::Malformed { .. } => {
                "Give 32 bytes as base64url (43 characters) or hex (64), for example from `openssl rand -hex 32`; \
                 if the database exists already, it must be the key from before."
                    .to_owned()
            }
            Self::Missing { path } => format!(
                "Put the key back at {} from its backup, or copy it from another node, or set LATCHKEY_KEYS__MASTER_KEY to it. \
                 Without it the sealed data cannot be opened.",
                path.display()
            ),
            Self::Exposed { path, must_be, .. } => format!("Run: chmod {must_be:o} {}", path.display()),
            Self::Io { path, .. } => format!("Check that {} is on a working disk and belongs to the user that runs this.", path.display()),
            Self::Mismatch => {
                "Start with the master key this database was made with (its keys/master.key, or \
                 LATCHKEY_KEYS__MASTER_KEY as it was), or with the database this key belongs to."
                    .to_owned()
            }
        }
    }
}

impl fmt::Display for MasterKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { place } => {
                write!(f, "the master key from {place} is not 32 bytes as base64url or hex")
            }
            Self::Missing { path } => {
                write!(f, "the master key {} is missing, but data sealed with it exists", path.display())
            }
            Self::Exposed { path, mode, must_be } => {
                write!(
                    f,
                    "{} is open to other users (mode {mode:04o}, must be {must_be:04o})",
                    path.display()
                )
            }
            Self::Io { action, path, error } => write!(f, "cannot {action} {}: {error}", path.display()),
            Self::Mismatch => f.write_str("this is not the master key this database was sealed with"),
        }
    }
}

impl std::error::Error for MasterKeyError {}

/// Where the key file of a data directory is.
pub fn path(data_dir: &Path) -> PathBuf {
    data_dir.join("keys").join("master.key")
}

/// Loads the master key; a missing file is made or refused as `missing` says.
///
/// # Errors
/// [`MasterKeyError`], with its cause as text and its [`MasterKeyError::fix`].
pub fn load(
    source: &Source<'_>,
    missing: Missing,
    clock: &Clock,
    rng: &Rng,
) -> Result<MasterKey, MasterKeyError> {
    let data_dir = match source {
        Source::Given(text) => return parse(text).ok_or_else(|| malformed("the configuration")),
        Source::DataDir(dir) => dir,
    };
    let file = path(data_dir);
    if let Some(key) = read(&file)? {
        return Ok(key);
    }
    if missing == Missing::Refuse {
        return Err(MasterKeyError::Missing { path: file });
    }
    create(&file, &ulid(clock, rng), &MasterKey::generate(rng))?;
    // Of two processes that start at once one made it: both go on with what is in the file.
    read(&file)?.ok_or(MasterKeyError::Missing { path: file })
}

/// Compares the key with the fingerprint stored under `settings::MASTER_KEY`.
///
/// # Errors
/// [`MasterKeyError::Mismatch`].
pub fn check(master: &MasterKey, stored: Option<&str>) -> Result<Fit, MasterKeyError> {
    match stored {
        None => Ok(Fit::New),
        Some(known) if constant_time_eq(known.as_bytes(), master.fingerprint().as_bytes()) => Ok(Fit::Known),
        Some(_) => Err(MasterKeyError::Mismatch),
    }
}

fn parse(text: &str) -> Option<MasterKey> {
    let text = text.trim();
    let bytes = Zeroizing::new(if text.len() == 64 { unhex(text)? } else { unb64(text)? });
    MasterKey::from_bytes(&bytes)
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    };
    text.as_bytes().chunks(2).map(pair).collect()
}

/// The key in the file; none where there is no file.
fn read(file: &Path) -> Result<Option<MasterKey>, MasterKeyError> {
    let opened = match File::open(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(failed("read", file))?,
    };
    // Of the open file, so that what is checked is what is read.
    private(file, &opened.metadata().map_err(failed("read", file))?, 0o600)?;
    if let Some(dir) = file.parent() {
        private(dir, &fs::metadata(dir).map_err(failed("read", dir))?, 0o700)?;
    }
    let mut text = Zeroizing::new(String::new());
    opened.take(MAX_FILE).read_to_string(&mut text).map_err(failed("read", file))?;
    parse(&text).map(Some).ok_or_else(|| malformed(&file.display().to_string()))
}

fn private(path: &Path, meta: &fs::Metadata, must_be: u32) -> Result<(), MasterKeyError> {
    let mode = meta.permissions().mode() & 0o7777;
    if mode & OTHERS == 0 {
        return Ok(());
    }
    Err(MasterKeyError::Exposed { path: path.to_path_buf(), mode, must_be })
}

/// Writes the key beside its place, makes it durable, and links it there; a key that has appeared
/// meanwhile is never replaced.
fn create(file: &Path, unique: &str, key: &MasterKey) -> Result<(), MasterKeyError> {
    let Some(dir) = file.parent() else { return Err(MasterKeyError::Missing { path: file.to_path_buf() }) };
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(failed("create", dir))?;
    let temp = dir.join(format!(".master.key.{unique}"));
    let written = write(&temp, key).map_err(failed("write", &temp)).and_then(|()| place(&temp, file));
    let _absent = fs::remove_file(&temp);
    written?;
    for dir in [Some(dir), dir.parent()].into_iter().flatten().filter(|dir| !dir.as_os_str().is_empty()) {
        File::open(dir).and_then(|dir| dir.sync_all()).map_err(failed("sync", dir))?;
    }
    Ok(())
}

fn write(temp: &Path, key: &MasterKey) -> io::Result<()> {
    let mut out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(temp)?;
    out.write_all(key.to_text().as_bytes())?;
    out.write_all(b"\n")?;
    out.sync_all()
}

fn place(temp: &Path, file: &Path) -> Result<(), MasterKeyError> {
    match fs::hard_link(temp, file) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        // Some file systems have no links; renaming could only replace a key made in this instant.
        Err(_) => fs::rename(temp, file).map_err(failed("create", file)),
        Ok(()) => Ok(()),
    }
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> MasterKeyError {
    let path = path.to_path_buf();
    move |error| MasterKeyError::Io { action, path, error }
}

fn malformed(place: &str) -> MasterKeyError {
    MasterKeyError::Malformed { place: place.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;
    use std::sync::Barrier;

    fn loaded(dir: &Path, missing: Missing) -> Result<MasterKey, MasterKeyError> {
        load(&Source::DataDir(dir), missing, &Clock::turnable(), &Rng::system())
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    fn chmod(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn given_as_text() {
        let key = MasterKey::from_bytes(&[0xA7; 32]).unwrap();
        let given =
            |text: &str| load(&Source::Given(text), Missing::Refuse, &Clock::turnable(), &Rng::seeded(1));
        for text in
            [key.to_text().to_string(), "a7".repeat(32), "A7".repeat(32), format!("{}\n", "a7".repeat(32))]
        {
            assert_eq!(given(&text).ok().map(|key| key.fingerprint()), Some(key.fingerprint()));
        }
        for text in [
            "",
            "short",
            &"a7".repeat(31),
            &"g7".repeat(32),
            &"é".repeat(32),
            &"A".repeat(44),
            &"A".repeat(42),
        ] {
            let error = given(text).err().unwrap();
            assert!(matches!(error, MasterKeyError::Malformed { .. }), "{text}");
            assert!(
                text.is_empty() || !format!("{error} {}", error.fix()).contains(text),
                "the text is not shown"
            );
        }
    }

    #[test]
    fn sec_v5_a_missing_key_is_never_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let error = loaded(dir.path(), Missing::Refuse).err().unwrap();
        assert!(matches!(error, MasterKeyError::Missing { .. }));
        assert!(error.to_string().contains("keys/master.key") && error.fix().contains("backup"));
        assert!(!path(dir.path()).exists() && !dir.path().join("keys").exists(), "nothing was made");
        let made = loaded(dir.path(), Missing::Create).ok().unwrap();
        for missing in [Missing::Create, Missing::Refuse] {
            assert_eq!(loaded(dir.path(), missing).ok().unwrap().fingerprint(), made.fingerprint());
        }
        fs::write(path(dir.path()), "garbage").unwrap();
        let error = loaded(dir.path(), Missing::Create).err().unwrap();
        assert!(matches!(error, MasterKeyError::Malformed { .. }), "a damaged file is not replaced either");
        assert_eq!(fs::read_to_string(path(dir.path())).unwrap(), "garbage");
    }

    #[test]
    fn sec_v5_a_wrong_key_is_noticed() {
        let (right, wrong) =
            (MasterKey::from_bytes(&[1; 32]).unwrap(), MasterKey::from_bytes(&[2; 32]).unwrap());
        assert_eq!(check(&right, None).ok(), Some(Fit::New));
        assert_eq!(check(&right, Some(&right.fingerprint())).ok(), Some(Fit::Known));
        let error = check(&wrong, Some(&right.fingerprint())).unwrap_err();
        assert_eq!(error.to_string(), "this is not the master key this database was sealed with");
        assert!(check(&wrong, Some("")).is_err());
    }

    #[test]
    fn sec_v7_files_are_private_or_refused() {
        let dir = tempfile::tempdir().unwrap();
        loaded(dir.path(), Missing::Create).ok().unwrap();
        let (file, keys) = (path(dir.path()), dir.path().join("keys"));
        assert_eq!((mode(&file), mode(&keys)), (0o600, 0o700));
        assert_eq!(fs::read_dir(&keys).unwrap().count(), 1, "no temporary file stays");
        for open in [0o640, 0o604, 0o660, 0o644, 0o620, 0o602] {
            chmod(&file, open);
            let error = loaded(dir.path(), Missing::Refuse).err().unwrap();
            assert!(matches!(error, MasterKeyError::Exposed { .. }), "{open:o}");
            assert_eq!(error.fix(), format!("Run: chmod 600 {}", file.display()));
        }
        chmod(&file, 0o400);
        assert!(loaded(dir.path(), Missing::Refuse).is_ok(), "stricter is fine");
        chmod(&keys, 0o755);
        let error = loaded(dir.path(), Missing::Refuse).err().unwrap();
        assert_eq!(error.fix(), format!("Run: chmod 700 {}", keys.display()));
        chmod(&keys, 0o700);
        let elsewhere = dir.path().join("open.key");
        fs::rename(&file, &elsewhere).unwrap();
        chmod(&elsewhere, 0o644);
        symlink(&elsewhere, &file).unwrap();
        assert!(loaded(dir.path(), Missing::Refuse).is_err(), "a link does not hide an open file");
    }

    #[test]
    fn of_processes_that_start_at_once_all_have_one_key() {
        for _ in 0..20 {
            let dir = tempfile::tempdir().unwrap();
            let barrier = Barrier::new(4);
            let start = || {
                barrier.wait();
                loaded(dir.path(), Missing::Create).ok().unwrap().fingerprint()
            };
            let mut all = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..4).map(|_| scope.spawn(start)).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
            });
            all.dedup();
            assert_eq!(all.len(), 1);
            assert_eq!(all[0], loaded(dir.path(), Missing::Refuse).ok().unwrap().fingerprint());
        }
    }
}
