//! The data directory: made private, and marked once an instance lives in it, so that a lost
//! database is noticed and never replaced by an empty one (security rows V7, Z19, O10).

use super::open::StartError;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// The marker's name.
const MARKER: &str = "instance";

/// Makes the directory (0700) where it is missing, and makes sure that it can be written.
pub fn prepare(dir: &Path) -> Result<(), StartError> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.map_err(|error| unwritable(dir, &error))?;
    closed(dir)?;
    let probe = dir.join(".latchkey-write-test");
    let written = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&probe);
    written.and_then(|mut file| file.write_all(b"ok")).map_err(|error| unwritable(dir, &error))?;
    // Nothing depends on the probe being gone; the next start overwrites it.
    let _left_behind = fs::remove_file(&probe);
    Ok(())
}

/// Whoever may write here could put another database or key in place.
fn closed(dir: &Path) -> Result<(), StartError> {
    let mode = fs::metadata(dir).map_err(|error| unwritable(dir, &error))?.permissions().mode() & 0o777;
    if mode & 0o022 == 0 {
        return Ok(());
    }
    Err(StartError::new(
        format!("the data directory {} is open to other users (mode {mode:o})", dir.display()),
        &format!("Run: chmod 700 {}", dir.display()),
    ))
}

fn unwritable(dir: &Path, error: &std::io::Error) -> StartError {
    StartError::new(
        format!("the data directory {} cannot be written: {error}", dir.display()),
        "Give it to the user that runs Latchkey (chown, chmod 700), or choose another with LATCHKEY_DATA_DIR.",
    )
}

fn marker(dir: &Path) -> PathBuf {
    dir.join(MARKER)
}

/// The instance this directory belongs to, if it belongs to one.
pub fn instance(dir: &Path) -> Option<String> {
    fs::read_to_string(marker(dir)).ok().map(|id| id.trim().to_owned()).filter(|id| !id.is_empty())
}

/// Whether an instance lives in this directory, as far as can be seen: one that others may not look into may hold one,
/// and opening it says so.
pub fn may_hold_instance(dir: &Path) -> bool {
    match fs::metadata(marker(dir)) {
        Err(error) => error.kind() == std::io::ErrorKind::PermissionDenied,
        Ok(_) => instance(dir).is_some(),
    }
}

/// Marks the directory as this instance's.
pub fn mark(dir: &Path, id: &str) -> Result<(), StartError> {
    let opened = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(marker(dir));
    let written = opened.and_then(|mut file| file.write_all(format!("{id}\n").as_bytes()));
    written.map_err(|error| unwritable(dir, &error))
}

/// Makes an empty database file that only we can read, or refuses one that others can.
pub fn private_file(path: &Path) -> Result<bool, StartError> {
    match fs::metadata(path) {
        Ok(meta) if meta.is_dir() => Err(StartError::new(
            format!("the database {} is a directory", path.display()),
            "Name a file: DATABASE_URL=sqlite://PATH/latchkey.db",
        )),
        Ok(meta) if meta.permissions().mode() & 0o077 != 0 => Err(StartError::new(
            format!(
                "the database {} is open to other users (mode {:o})",
                path.display(),
                meta.permissions().mode() & 0o777
            ),
            &format!("Run: chmod 600 {}", path.display()),
        )),
        Ok(meta) => Ok(meta.len() > 0),
        Err(_) => {
            let made = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
            match made {
                Ok(_) => Ok(false),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(true),
                Err(error) => Err(unwritable(path, &error)),
            }
        }
    }
}
