//! Instances that are gone afterwards: of `latchkey dev`, and of a dry run where there is none yet.

use super::open::Runtime;
use crate::base::id::ulid;
use crate::config::{DatabaseUrl, Settings};
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
