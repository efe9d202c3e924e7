//! Yes or no.

use super::{Fix, Format, Refused, Shape};

/// `true` or `false`.
pub(in crate::config) struct Truth;

impl Format for Truth {
    type Value = bool;
    const SHAPE: Shape = Shape::Truth;

    fn allowed(&self) -> String {
        "true or false".to_owned()
    }

    fn parse(&self, text: &str) -> Result<bool, Refused> {
        match text.trim().to_ascii_lowercase().as_str() {
            "true" => Ok(true),
            "false" => Ok(false),
            "1" | "on" | "yes" => Err(Refused::new("not true or false", Fix::Value("true".into()))),
            "0" | "off" | "no" => Err(Refused::new("not true or false", Fix::Value("false".into()))),
            _ => Err(Refused::new("not true or false", Fix::Default)),
        }
    }
}
