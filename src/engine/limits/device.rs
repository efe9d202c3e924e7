//! Browsers in which an account signed in before: each holds a mark that this server alone can make, bound to the
//! account and with an end. It opens nothing: it says that wrong passwords are counted for this browser by itself
//! (security row S2). Nothing of it is stored here.

use crate::base::clock::Seconds;
use crate::base::id::UserId;
use crate::base::secret::{b64, unb64};
use crate::engine::context::Engine;

/// Seconds.
const DAY: Seconds = 86_400;
/// As long as browsers keep a cookie, seconds.
pub const LIFE: Seconds = 400 * DAY;
/// An older mark is made anew at a sign-in; a younger one stays, with what was counted for it. Seconds.
const RENEWED_AFTER: Seconds = 100 * DAY;
/// Accounts that one browser is known by.
pub const MOST: usize = 4;
/// Of a mark as text, characters.
pub const LENGTH: usize = 75;
/// When it was made, and what tells it from others, bytes.
const HEAD: usize = 8 + 16;

/// A mark that is right.
pub(super) struct Known {
    head: Vec<u8>,
    text: String,
}

impl Known {
    /// The one of this account among what a browser holds.
    pub(super) fn find(engine: &Engine, devices: &[String], user: &UserId) -> Option<Self> {
        devices.iter().take(MOST).find_map(|text| Self::read(engine, text, user))
    }

    fn read(engine: &Engine, text: &str, user: &UserId) -> Option<Self> {
        let bytes = unb64(text)?;
        let (head, mac) = bytes.split_at_checked(HEAD)?;
        let made_at = made_at(head)?;
        let good = engine.macs.device.verify(&signed(user, head), mac);
        let lives = engine.now() < made_at.saturating_add(LIFE);
        (good && lives).then(|| Self { head: head.to_vec(), text: text.to_owned() })
    }

    /// What its tries are counted by.
    pub(super) fn id(&self) -> String {
        b64(&self.head)
    }
}

fn made_at(head: &[u8]) -> Option<Seconds> {
    Some(Seconds::from_be_bytes(head.get(..8)?.try_into().ok()?))
}

fn signed(user: &UserId, head: &[u8]) -> Vec<u8> {
    [user.as_str().as_bytes(), b"\n", head].concat()
}

/// What a browser is to hold after `user` signed in: the mark of this account first, then those of others.
pub fn remember(engine: &Engine, devices: &[String], user: &UserId) -> Vec<String> {
    let known = Known::find(engine, devices, user);
    let others = devices.iter().filter(|text| known.as_ref().is_none_or(|known| known.text != **text));
    let young = known.as_ref().filter(|known| {
        made_at(&known.head).is_some_and(|at| engine.now() < at.saturating_add(RENEWED_AFTER))
    });
    let mark = young.map_or_else(|| make(engine, user), |known| known.text.clone());
    std::iter::once(mark).chain(others.cloned()).take(MOST).collect()
}

fn make(engine: &Engine, user: &UserId) -> String {
    let head = [engine.now().to_be_bytes().as_slice(), &engine.rng.bytes::<16>()].concat();
    let mac = engine.macs.device.mac(&signed(user, &head));
    b64(&[head, mac].concat())
}
