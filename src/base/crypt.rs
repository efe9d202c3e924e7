//! Keyed cryptography for things at rest: HKDF, HMAC and row-bound AEAD under the master key.

use super::rng::Rng;
use super::secret::{b64, unb64};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::{hkdf, hmac};
use zeroize::Zeroizing;

/// The 256-bit key under which everything reversible is sealed. Cannot be printed.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; 32]>);

/// A key derived from the master key for one purpose.
#[derive(Clone)]
pub struct MacKey(hmac::Key);

/// Why something sealed could not be opened.
#[derive(Debug, PartialEq, Eq)]
pub enum OpenError {
    /// Not of the sealed form.
    Malformed,
    /// Wrong master key, another row's value, or changed bytes.
    Refused,
}

impl MasterKey {
    /// A fresh key.
    pub fn generate(rng: &Rng) -> Self {
        Self(Zeroizing::new(rng.bytes::<32>()))
    }

    /// From exactly 32 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        <[u8; 32]>::try_from(bytes).ok().map(|key| Self(Zeroizing::new(key)))
    }

    /// The key as base64url text, for its file.
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(b64(self.0.as_ref()))
    }

    /// Tells two master keys apart without revealing either; stored beside the data, so that a
    /// wrong key is noticed at start (security row V5).
    pub fn fingerprint(&self) -> String {
        b64(self.mac_key("fingerprint").mac(b"latchkey").get(..12).unwrap_or_default())
    }

    /// A MAC key for `purpose` (HKDF-SHA-256, RFC 5869).
    pub fn mac_key(&self, purpose: &str) -> MacKey {
        MacKey(hmac::Key::new(hmac::HMAC_SHA256, self.derive(purpose).as_ref()))
    }

    /// Seals `plain` for the row named by `aad` (AES-256-GCM); opens only there.
    pub fn seal(&self, rng: &Rng, aad: &str, plain: &[u8]) -> Option<String> {
        let nonce = rng.bytes::<NONCE_LEN>();
        let mut data = plain.to_vec();
        self.cipher()?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut data)
            .ok()?;
        Some(format!("1.{}.{}", b64(&nonce), b64(&data)))
    }

    /// Opens what `seal` made for the same row.
    ///
    /// # Errors
    /// [`OpenError`] when the text is not of that form, or key, row or content do not fit.
    pub fn open(&self, aad: &str, sealed: &str) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let mut parts = sealed.split('.');
        let (Some("1"), Some(nonce), Some(data), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(OpenError::Malformed);
        };
        let nonce =
            unb64(nonce).and_then(|n| <[u8; NONCE_LEN]>::try_from(n).ok()).ok_or(OpenError::Malformed)?;
        let mut data = Zeroizing::new(unb64(data).ok_or(OpenError::Malformed)?);
        let cipher = self.cipher().ok_or(OpenError::Refused)?;
        let plain = cipher
            .open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut data)
            .map_err(|_| OpenError::Refused)?;
        Ok(Zeroizing::new(plain.to_vec()))
    }

    fn cipher(&self) -> Option<LessSafeKey> {
        UnboundKey::new(&AES_256_GCM, self.derive("seal").as_ref()).ok().map(LessSafeKey::new)
    }

    fn derive(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        struct Len32;
        impl hkdf::KeyType for Len32 {
            fn len(&self) -> usize {
                32
            }
        }
        let mut out = Zeroizing::new([0_u8; 32]);
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, b"latchkey v1").extract(self.0.as_ref());
        let info = [purpose.as_bytes()];
        let filled = prk.expand(&info, Len32).and_then(|okm| okm.fill(out.as_mut_slice()));
        debug_assert!(filled.is_ok(), "32 bytes are within HKDF's limit");
        out
    }
}

impl MacKey {
    /// HMAC-SHA-256 of `data`, 32 bytes.
    pub fn mac(&self, data: &[u8]) -> Vec<u8> {
        hmac::sign(&self.0, data).as_ref().to_vec()
    }

    /// Checks a MAC in constant time.
    pub fn verify(&self, data: &[u8], mac: &[u8]) -> bool {
        hmac::verify(&self.0, data, mac).is_ok()
    }
}
