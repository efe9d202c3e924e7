//! A list of passwords that were in breaches, in the form of Have I Been Pwned: a line `SHA-1:COUNT` for each, the
//! digest in upper-case hexadecimal digits, sorted. It may be many gigabytes: it is searched where it lies.

use aws_lc_rs::digest;
use std::cmp::Ordering;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

/// Hexadecimal digits of a SHA-1.
const DIGITS: usize = 40;
/// Longer than any line, bytes.
const LINE: usize = 64;
/// Lines that are looked at when the list is opened.
const SAMPLES: u64 = 200;

/// An open list; reading is by position, so it can be shared.
pub struct BreachedList {
    file: File,
    /// Bytes.
    length: u64,
}

/// Why a file is no such list, and what to do.
pub type ListFault = (String, String);

impl BreachedList {
    /// Opens the file and looks at lines all over it: their form, and that they are sorted.
    ///
    /// # Errors
    /// What is wrong with it, and what to do.
    pub fn open(path: &Path) -> Result<Self, ListFault> {
        let unreadable = |error: io::Error| {
            (format!("cannot be read: {error}"), "check the path, and that this user may read it".to_owned())
        };
        let file = File::open(path).map_err(unreadable)?;
        let meta = file.metadata().map_err(unreadable)?;
        if !meta.is_file() {
            return Err(("is no file".to_owned(), "name the file that holds the list".to_owned()));
        }
        let list = Self { file, length: meta.len() };
        list.examine().map_err(unreadable)?.map_or(Ok(list), Err)
    }

    fn examine(&self) -> io::Result<Option<ListFault>> {
        let form = "use the list of Have I Been Pwned, SHA-1 and sorted by hash (haveibeenpwned-downloader makes it)";
        let mut before: Option<Vec<u8>> = None;
        for sample in 0..=SAMPLES {
            let at = u128::from(self.length) * u128::from(sample) / u128::from(SAMPLES);
            let at = u64::try_from(at).unwrap_or(self.length);
            let start = if sample == SAMPLES { self.last_line()? } else { self.line_at(at)? };
            let Some(digest) = self.digest_at(start)? else {
                // Past the last line of a short list.
                if start >= self.length && before.is_some() {
                    continue;
                }
                let what = format!("has no SHA-1 in upper-case hexadecimal digits at byte {start}");
                return Ok(Some((what, form.to_owned())));
            };
            if before.as_ref().is_some_and(|before| *before > digest) {
                return Ok(Some((format!("is not sorted (at byte {start})"), form.to_owned())));
            }
            before = Some(digest);
        }
        Ok(None)
    }

    /// Whether the list holds this password. Reads a few kilobytes, however long the list is.
    ///
    /// # Errors
    /// When the file cannot be read any more.
    pub fn contains(&self, password: &str) -> io::Result<bool> {
        let digest = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
        let wanted: String = digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
        // Lines that begin before `low` are smaller than what is wanted, those that begin at `high` or later larger.
        let (mut low, mut high) = (0, self.length);
        while low < high {
            let middle = low.saturating_add(high.saturating_sub(low) / 2);
            let start = self.line_at(middle)?;
            if start >= high {
                high = middle;
                continue;
            }
            let found = self.digest_at(start)?;
            let found =
                found.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a line is no SHA-1"))?;
            match wanted.as_bytes().cmp(&found) {
                Ordering::Equal => return Ok(true),
                Ordering::Greater => low = self.line_at(start.saturating_add(1))?,
                Ordering::Less => high = middle,
            }
        }
        Ok(false)
    }

    /// Where the first line begins that does not begin before `at`.
    fn line_at(&self, at: u64) -> io::Result<u64> {
        let Some(before) = at.checked_sub(1) else { return Ok(0) };
        let bytes = self.read(before)?;
        let feed = bytes.iter().position(|byte| *byte == b'\n');
        let next = feed.and_then(|feed| u64::try_from(feed).ok()).map(|feed| before.saturating_add(feed + 1));
        Ok(next.unwrap_or(self.length))
    }

    fn last_line(&self) -> io::Result<u64> {
        let tail = self.length.saturating_sub(u64::try_from(LINE).unwrap_or_default());
        let mut start = if tail == 0 { 0 } else { self.line_at(tail)? };
        loop {
            let next = self.line_at(start.saturating_add(1))?;
            if next >= self.length {
                return Ok(start);
            }
            start = next;
        }
    }

    /// The digest of the line that begins there, if it is one.
    fn digest_at(&self, start: u64) -> io::Result<Option<Vec<u8>>> {
        let line = self.read(start)?;
        let Some((digest, rest)) = line.split_at_checked(DIGITS) else { return Ok(None) };
        let is_digit = |byte: &u8| byte.is_ascii_digit() || (b'A'..=b'F').contains(byte);
        let ends = matches!(rest.first(), None | Some(b':' | b'\r' | b'\n'));
        Ok((ends && digest.iter().all(is_digit)).then(|| digest.to_vec()))
    }

    fn read(&self, at: u64) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; LINE];
        let mut filled = 0;
        while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            let from = at.saturating_add(u64::try_from(filled).unwrap_or_default());
            match self.file.read_at(rest, from)? {
                0 => break,
                n => filled = filled.saturating_add(n),
            }
        }
        bytes.truncate(filled);
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn sha1(text: &str) -> String {
        let digest = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes());
        digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect()
    }

    fn written(bytes: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    fn list_of(lines: &[String], end: &str, last: &str) -> BreachedList {
        let file = written((lines.join(end) + last).as_bytes());
        BreachedList::open(file.path()).unwrap()
    }

    #[test]
    fn sec_o8_every_line_is_found_and_no_other() {
        for count in [1, 2, 3, 7, 100, 1999] {
            let mut lines: Vec<String> =
                (0..count).map(|n| format!("{}:{}", sha1(&format!("in {n}")), n)).collect();
            lines.sort();
            for (end, last) in [("\r\n", "\r\n"), ("\n", ""), ("\n", "\n")] {
                let list = list_of(&lines, end, last);
                for n in 0..count {
                    assert!(list.contains(&format!("in {n}")).unwrap(), "{n} of {count}");
                    assert!(!list.contains(&format!("out {n}")).unwrap(), "{n} of {count}");
                }
            }
        }
        // Without counts, and the first and last there can be.
        let ends = ["0".repeat(40), "F".repeat(40)];
        assert!(!list_of(&ends, "\n", "\n").contains("x").unwrap());
    }

    #[test]
    fn what_is_no_such_list_is_refused() {
        let problem = |bytes: &[u8]| BreachedList::open(written(bytes).path()).err().map(|(what, _)| what);
        let (low, high) = ("0".repeat(40), "F".repeat(40));
        assert_eq!(problem(format!("{low}:1\n{high}:2\n").as_bytes()), None);
        assert!(problem(b"").is_some_and(|what| what.contains("byte 0")));
        assert!(problem(b"password\n123456\n").is_some_and(|what| what.contains("no SHA-1")));
        assert!(problem(format!("{}:1\n", sha1("x").to_lowercase()).as_bytes()).is_some());
        assert!(
            problem(format!("{high}:1\n{low}:2\n").as_bytes())
                .is_some_and(|what| what.contains("not sorted"))
        );
        assert!(BreachedList::open(Path::new("/")).err().is_some_and(|(what, _)| what.contains("no file")));
        assert!(
            BreachedList::open(Path::new("/no/such"))
                .err()
                .is_some_and(|(what, _)| what.contains("cannot be read"))
        );
    }
}
