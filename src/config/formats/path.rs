//! A directory on this machine.

use std::path::PathBuf;

use super::{Fix, Format, Refused};

/// A path that names a directory; whether it exists is found out by whoever opens it.
pub(in crate::config) struct Directory;

impl Format for Directory {
    type Value = PathBuf;

    fn allowed(&self) -> String {
        "a path; a relative one starts where Latchkey was started".to_owned()
    }

    fn parse(&self, text: &str) -> Result<PathBuf, Refused> {
        if text.trim().is_empty() {
            return Err(Refused::new("empty, but needs a directory", Fix::Default));
        }
        if text.contains('\0') {
            return Err(Refused::new("a path cannot hold a zero character", Fix::Default));
        }
        Ok(PathBuf::from(text))
    }
}

/// A path that names a file, or none; what is in it is found out by whoever reads it.
pub(in crate::config) struct OptionalFile;

impl Format for OptionalFile {
    type Value = Option<PathBuf>;

    fn allowed(&self) -> String {
        "a path; a relative one starts where Latchkey was started; empty = none".to_owned()
    }

    fn parse(&self, text: &str) -> Result<Option<PathBuf>, Refused> {
        if text.contains('\0') {
            return Err(Refused::new("a path cannot hold a zero character", Fix::Default));
        }
        if text.contains("-----BEGIN") {
            let fix = Fix::Words("put it into a file, and write the file's path here".into());
            return Err(Refused::new("the content of a file, but its path is needed", fix));
        }
        Ok(Some(text.trim()).filter(|path| !path.is_empty()).map(PathBuf::from))
    }
}
