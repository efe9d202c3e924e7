//! A secret from the configuration: nothing prints it, compares it or writes it out.

/// A value without `Debug`, `Display` or `Serialize`, wiped from memory when dropped.
pub struct Hidden<T: zeroize::Zeroize>(zeroize::Zeroizing<T>);

impl<T: zeroize::Zeroize> Hidden<T> {
    /// Hides a value.
    pub fn new(value: T) -> Self {
        Self(zeroize::Zeroizing::new(value))
    }

    /// The value itself, for the one place that needs it.
    #[must_use]
    pub fn reveal(&self) -> &T {
        &self.0
    }
}
