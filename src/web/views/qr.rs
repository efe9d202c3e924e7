//! A QR code as one path: the template draws it, so nothing is marked as safe.

use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write as _;

/// The quiet zone around the code, modules (ISO/IEC 18004 §6.3.8).
const MARGIN: usize = 4;

/// A QR code.
pub struct Qr {
    /// Width and height, modules.
    pub size: usize,
    /// The dark modules as the data of an SVG path: `M`, `h`, `v`, `z` and numbers.
    pub path: String,
}

impl Qr {
    /// The code of a text; `None` when it is too long for one.
    pub fn of(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let (width, colors) = (code.width(), code.into_colors());
        let mut path = String::new();
        for (y, row) in colors.chunks(width.max(1)).enumerate() {
            let mut x = 0;
            for run in row.chunk_by(|a, b| a == b) {
                if run.first() == Some(&Color::Dark) {
                    let (left, top, wide) = (x + MARGIN, y + MARGIN, run.len());
                    // Writing to a text never fails.
                    let _written = write!(path, "M{left} {top}h{wide}v1h-{wide}z");
                }
                x += run.len();
            }
        }
        Some(Self { size: width + 2 * MARGIN, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_drawn_as_one_path_of_plain_numbers() {
        let code = Qr::of("otpauth://totp/x").unwrap();
        assert!(code.size > 2 * MARGIN + 20 && code.path.starts_with("M4 4h7v1h-7z"), "{}", code.path);
        assert!(code.path.bytes().all(|byte| byte.is_ascii_digit() || b"Mhvz -".contains(&byte)));
        assert!(Qr::of(&"x".repeat(5000)).is_none());
    }
}
