//! The files that pages load: one style sheet, a module or two, one icon.
//!
//! They are compiled in, and every address carries a version made from the content, so that they may be
//! cached for good: `Cache-Control: public, max-age=31536000, immutable` when the version matches.

use std::sync::LazyLock;

/// A file under `/static/`.
pub struct Asset {
    /// The path below the issuer.
    pub path: &'static str,
    /// The media type.
    pub content_type: &'static str,
    /// The content.
    pub body: &'static str,
    version: LazyLock<String>,
}

impl Asset {
    /// The version of the content: 16 hexadecimal digits, also fit as an `ETag`.
    pub fn version(&self) -> &str {
        &self.version
    }
}

/// The style sheet.
pub static STYLE: Asset = Asset {
    path: "/static/latchkey.css",
    content_type: "text/css; charset=utf-8",
    body: include_str!("../../../static/latchkey.css"),
    version: LazyLock::new(|| digest(STYLE.body.as_bytes())),
};

/// The module: nothing needs it, it only adds comfort.
pub static MODULE: Asset = Asset {
    path: "/static/latchkey.js",
    content_type: "text/javascript; charset=utf-8",
    body: include_str!("../../../static/latchkey.js"),
    version: LazyLock::new(|| digest(MODULE.body.as_bytes())),
};

/// What leads on from the page "signed out"; without script the page does it by itself, and later.
pub static ONWARD: Asset = Asset {
    path: "/static/onward.js",
    content_type: "text/javascript; charset=utf-8",
    body: include_str!("../../../static/onward.js"),
    version: LazyLock::new(|| digest(ONWARD.body.as_bytes())),
};

/// The key mark for the browser's tab.
pub static ICON: Asset = Asset {
    path: "/static/latchkey.svg",
    content_type: "image/svg+xml",
    body: include_str!("../../../static/latchkey.svg"),
    version: LazyLock::new(|| digest(ICON.body.as_bytes())),
};

/// Every asset, for the route that serves them.
pub static ALL: [&Asset; 4] = [&STYLE, &MODULE, &ONWARD, &ICON];

/// FNV-1a of 64 bits: this names a version of our own files and guards nothing.
pub fn digest(body: &[u8]) -> String {
    let hash = body.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}
