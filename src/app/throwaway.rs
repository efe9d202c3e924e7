//! Instances that are gone afterwards: of `latchkey dev`, and of a dry run where there is none yet.

use super::data_dir;
use super::open::{Runtime, StartError, db_config};
use crate::base::id::ulid;
use crate::config::{DatabaseUrl, Settings};
use crate::store::{Target, migrate};
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// How often it is tried to remove a directory, and the pause in between.
const TRIES: usize = 40;
const PAUSE: Duration = Duration::from_millis(25);

/// A data directory that is removed when this is dropped.
pub struct Throwaway(PathBuf);

impl Throwaway {
    /// Puts everything that `settings` store into a fresh directory among the temporary files; `what`
    /// tells people whose it is.
    pub fn of(settings: &mut Settings, what: &str, runtime: &Runtime) -> Self {
        let name = format!("latchkey-{what}-{}", ulid(&runtime.clock, &runtime.rng));
        let dir = std::env::temp_dir().join(name);
        settings.server.data_dir.clone_from(&dir);
        settings.database.url = DatabaseUrl::InDataDir;
        Self(dir)
    }
}

impl Drop for Throwaway {
    fn drop(&mut self) {
        // The threads of the database may still be about their last work in there.
        let gone = until_gone(|| std::fs::remove_dir_all(&self.0), || std::thread::sleep(PAUSE));
        if let Err(error) = gone {
            eprintln!("latchkey: {} could not be removed ({error}); please remove it", self.0.display());
        }
    }
}

/// Tries `remove` a few times; nothing to remove is as good.
fn until_gone(mut remove: impl FnMut() -> io::Result<()>, mut pause: impl FnMut()) -> io::Result<()> {
    let mut tries = 1;
    loop {
        match remove() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(_) if tries < TRIES => pause(),
            done => return done,
        }
        tries += 1;
    }
}

/// Whether the instance of `settings` was made. Looking makes nothing.
///
/// # Errors
/// When the database cannot be reached.
pub fn is_made(settings: &Settings) -> Result<bool, StartError> {
    if data_dir::may_hold_instance(&settings.server.data_dir) {
        return Ok(true);
    }
    let config = db_config(settings);
    match &config.target {
        Target::Sqlite(path) => Ok(std::fs::metadata(path).is_ok_and(|meta| meta.is_dir() || meta.len() > 0)),
        Target::Postgres(_) => {
            migrate::is_made(&config).map_err(|error| StartError::store(&error, &config.target))
        }
    }
}

/// Where the instance of `settings` lives or would live, for people.
pub fn place(settings: &Settings) -> String {
    match db_config(settings).target {
        Target::Sqlite(path) => {
            let path = std::path::absolute(&path).unwrap_or(path);
            path.parent().unwrap_or(&path).display().to_string()
        }
        Target::Postgres(_) => "the PostgreSQL database of DATABASE_URL".to_owned(),
    }
}

/// `text` as one word of a shell; what names a variable stays open to it.
pub fn quoted(text: &str) -> String {
    if text.starts_with('$') {
        return format!("\"{text}\"");
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "_./:@%+,=-".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    /// What comes of it when the first tries fail, and how often it was tried and waited.
    fn after(failures: usize, kind: io::ErrorKind) -> (Result<(), io::ErrorKind>, usize, usize) {
        let (tries, pauses) = (Cell::new(0), Cell::new(0));
        let remove = || {
            tries.set(tries.get() + 1);
            if tries.get() > failures { Ok(()) } else { Err(io::Error::from(kind)) }
        };
        let done = until_gone(remove, || pauses.set(pauses.get() + 1));
        (done.map_err(|error| error.kind()), tries.get(), pauses.get())
    }

    #[test]
    fn a_directory_in_which_something_is_still_written_is_tried_again() {
        let busy = io::ErrorKind::DirectoryNotEmpty;
        assert_eq!(after(0, busy), (Ok(()), 1, 0));
        assert_eq!(after(2, busy), (Ok(()), 3, 2));
        assert_eq!(after(1000, busy), (Err(busy), TRIES, TRIES - 1));
        assert_eq!(after(1000, io::ErrorKind::NotFound), (Ok(()), 1, 0), "nothing was made");
    }
}
