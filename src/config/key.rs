//! The key table: what every setting is called, accepts, defaults to and means.
//!
//! A new key is one entry in the `section!` of its file in `sections/`. The struct field, the
//! environment name, the reference, the checks and the explanation follow from it.

use super::formats::{Format, Shape};

/// One setting as declared in its section.
pub struct Key {
    /// Its section (`session`).
    pub section: &'static str,
    /// Its name inside the section (`idle_seconds`).
    pub name: &'static str,
    /// The default, written as it would be in an environment variable.
    pub default: &'static str,
    /// A short environment name besides the regular one.
    pub short_env: Option<&'static str>,
    /// What it does, in plain words.
    pub meaning: &'static str,
    /// What its format says about itself.
    pub describe: fn() -> Description,
}

/// What a key's format says about itself.
pub struct Description {
    /// How the value is written.
    pub shape: Shape,
    /// Whether the value must never be shown.
    pub secret: bool,
    /// The accepted values, in words.
    pub allowed: String,
}

/// One section of the configuration.
pub struct Section {
    /// Its name, as in `[session]`.
    pub name: &'static str,
    /// What it is about.
    pub about: &'static str,
    /// Its keys, in the order of the reference.
    pub keys: &'static [Key],
}

impl Key {
    /// `section.key`.
    #[must_use]
    pub fn dotted(&self) -> String {
        format!("{}.{}", self.section, self.name)
    }

    /// The regular environment name, `LATCHKEY_SECTION__KEY`.
    #[must_use]
    pub fn env(&self) -> String {
        format!("LATCHKEY_{}__{}", self.section, self.name).to_uppercase()
    }

    /// Whether the value must never be shown.
    #[must_use]
    pub fn secret(&self) -> bool {
        (self.describe)().secret
    }
}

/// Collects what a format says about itself; `V` lets the compiler find the format's number type.
pub(super) fn describe<V, F: Format<Value = V>>(format: &F) -> Description {
    Description { shape: F::SHAPE, secret: F::SECRET, allowed: format.allowed() }
}

/// Declares a section: its struct, its part of the key table and how it is read.
///
/// An entry is `name: Type => format, "default";`, with `, also "SHORT_ENV_NAME"` before the
/// semicolon where a short environment name exists. The doc comment is the meaning.
macro_rules! section {
    (
        $(#[doc = $about:literal])+
        pub struct $Section:ident = $section:literal {
            $(
                $(#[doc = $meaning:literal])+
                $name:ident: $type:ty => $format:expr, $default:expr $(, also $short:literal)?;
            )+
        }
    ) => {
        $(#[doc = $about])+
        pub struct $Section {
            $( $(#[doc = $meaning])+ pub $name: $type, )+
        }

        impl $Section {
            pub(in crate::config) const SECTION: crate::config::key::Section = crate::config::key::Section {
                name: $section,
                about: concat!($($about),+),
                keys: &[$(
                    crate::config::key::Key {
                        section: $section,
                        name: stringify!($name),
                        default: $default,
                        short_env: section!(@short $($short)?),
                        meaning: concat!($($meaning),+),
                        describe: || crate::config::key::describe::<$type, _>(&$format),
                    },
                )+],
            };

            pub(in crate::config) fn read(reading: &mut crate::config::reading::Reading) -> Option<Self> {
                // Every key is read before any is missed, so that all problems are found at once.
                let mut keys = Self::SECTION.keys.iter();
                $( let $name: Option<$type> = keys.next().and_then(|key| reading.take(key, &$format)); )+
                Some(Self { $( $name: $name?, )+ })
            }
        }
    };
    (@short $short:literal) => { Some($short) };
    (@short) => { None };
}
pub(super) use section;
