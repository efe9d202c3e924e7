//! Pictures that are shown as they are: their kind is told by their first bytes, never by a name. No SVG: it
//! can hold scripts.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// The largest picture, bytes.
pub const LARGEST: usize = 256 * 1024;

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Its media type.
    pub media_type: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Picture {
    /// Reads a file.
    ///
    /// # Errors
    /// What is wrong with it, and the fix.
    pub fn open(path: &Path) -> Result<Self, (String, String)> {
        let unreadable = |error: std::io::Error| {
            let fix = "name a file that this program may read".to_owned();
            (format!("cannot be read: {error}"), fix)
        };
        // One byte more than is taken, so that what is too large is seen to be.
        let most = u64::try_from(LARGEST).unwrap_or(u64::MAX).saturating_add(1);
        let mut bytes = Vec::new();
        let file = File::open(path).map_err(unreadable)?;
        file.take(most).read_to_end(&mut bytes).map_err(unreadable)?;
        Self::read(bytes)
    }

    /// Takes a picture.
    ///
    /// # Errors
    /// What is wrong with it, and the fix.
    pub fn read(bytes: Vec<u8>) -> Result<Self, (String, String)> {
        if bytes.len() > LARGEST {
            let what = format!("more than {LARGEST} bytes");
            return Err((what, "make it smaller: a square of 256 pixels is plenty".to_owned()));
        }
        match media_type(&bytes) {
            Some(media_type) => Ok(Self { media_type, bytes }),
            None => Err((
                "neither a PNG nor a JPEG nor a WebP".to_owned(),
                "convert it to PNG (SVG is not taken, because it can hold scripts)".to_owned(),
            )),
        }
    }
}

fn media_type(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        Some("image/jpeg")
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some("image/webp")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_known_by_its_first_bytes() {
        let kind = |bytes: &[u8]| Picture::read(bytes.to_vec()).map(|picture| picture.media_type).ok();
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n...."), Some("image/png"));
        assert_eq!(kind(b"\xff\xd8\xff\xe0"), Some("image/jpeg"));
        assert_eq!(kind(b"RIFF\0\0\0\0WEBPVP8 "), Some("image/webp"));
        for other in [&b""[..], b"<svg onload=alert(1)>", b"<?xml", b"GIF89a", b"RIFF\0\0\0\0WAVE", b"\x89PN"]
        {
            assert_eq!(kind(other), None, "{other:?}");
        }
        let (what, _) =
            Picture::read([b"\x89PNG\r\n\x1a\n".to_vec(), vec![0; LARGEST]].concat()).unwrap_err();
        assert!(what.contains("more than"), "{what}");
    }
}
