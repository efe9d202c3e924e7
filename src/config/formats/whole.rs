//! Whole numbers with bounds, and lengths of time in seconds.

use std::marker::PhantomData;

use super::{Fix, Format, Refused, Shape};

/// Seconds in a minute.
pub(in crate::config) const MINUTE: u64 = 60;
/// Seconds in an hour.
pub(in crate::config) const HOUR: u64 = 60 * MINUTE;
/// Seconds in a day.
pub(in crate::config) const DAY: u64 = 24 * HOUR;

/// A whole number between two bounds, both included.
pub(in crate::config) struct Whole<T> {
    min: u64,
    max: u64,
    unit: &'static str,
    zero: &'static str,
    number: PhantomData<T>,
}

/// A whole number of some unit (`"days"`; may be empty).
pub(in crate::config) const fn whole<T>(min: u64, max: u64, unit: &'static str) -> Whole<T> {
    Whole { min, max, unit, zero: "", number: PhantomData }
}

/// A length of time in seconds.
pub(in crate::config) const fn seconds<T>(min: u64, max: u64) -> Whole<T> {
    whole(min, max, "seconds")
}

/// A share, 0 to 100.
pub(in crate::config) const fn percent<T>() -> Whole<T> {
    whole(0, 100, "percent")
}

impl<T> Whole<T> {
    /// Says what 0 stands for.
    pub(in crate::config) const fn zero_means(mut self, meaning: &'static str) -> Self {
        self.zero = meaning;
        self
    }

    fn bound(&self, value: u64) -> String {
        match humane(value).filter(|_| self.unit == "seconds") {
            Some(time) => format!("{value} ({time})"),
            None => value.to_string(),
        }
    }

    fn too_large(&self) -> Refused {
        Refused::new("too large", Fix::Value(self.max.to_string()))
    }
}

impl<T: TryFrom<u64>> Format for Whole<T> {
    type Value = T;
    const SHAPE: Shape = Shape::Whole;

    fn allowed(&self) -> String {
        let unit = if self.unit.is_empty() { String::new() } else { format!(" of {}", self.unit) };
        let zero = if self.zero.is_empty() { String::new() } else { format!("; 0 = {}", self.zero) };
        format!("a whole number{unit} from {} to {}{zero}", self.bound(self.min), self.bound(self.max))
    }

    fn parse(&self, text: &str) -> Result<T, Refused> {
        let text = text.trim();
        let digits = text.strip_prefix('-').unwrap_or(text);
        let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        if !is_number {
            let fix = with_unit(text)
                .filter(|n| self.unit == "seconds" && (self.min..=self.max).contains(n))
                .map_or(Fix::Default, |n| Fix::Value(n.to_string()));
            let why = if text.is_empty() { "empty, but needs a whole number" } else { "not a whole number" };
            return Err(Refused::new(why, fix));
        }
        if digits.len() < text.len() {
            return Err(Refused::new("must not be negative", Fix::Value(self.min.to_string())));
        }
        let value: u64 = text.parse().map_err(|_| self.too_large())?;
        if value < self.min {
            return Err(Refused::new("too small", Fix::Value(self.min.to_string())));
        }
        if value > self.max {
            return Err(self.too_large());
        }
        T::try_from(value).map_err(|_| self.too_large())
    }
}

/// `90m`, `24h`, `14 d` and the like in seconds: not accepted, but understood well enough to help.
pub(in crate::config) fn with_unit(text: &str) -> Option<u64> {
    let split = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(split)?;
    let factor = match unit.trim().to_ascii_lowercase().as_str() {
        "s" | "sec" | "second" | "seconds" => 1,
        "m" | "min" | "minute" | "minutes" => MINUTE,
        "h" | "hour" | "hours" => HOUR,
        "d" | "day" | "days" => DAY,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

/// Seconds in the largest unit that divides them, from a minute up: `86400` is `1 day`.
pub(in crate::config) fn humane(seconds: u64) -> Option<String> {
    let (unit, name) = [(DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")]
        .into_iter()
        .find(|(unit, _)| seconds >= *unit && seconds.is_multiple_of(*unit))?;
    let count = seconds / unit;
    Some(if count == 1 { format!("1 {name}") } else { format!("{count} {name}s") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Refused {
        match seconds::<u32>(60, DAY).parse(text) {
            Ok(value) => panic!("{text} was accepted as {value}"),
            Err(refused) => refused,
        }
    }

    #[test]
    fn bounds_belong_to_the_range() {
        for (text, value) in [("60", 60), ("86400", 86400), (" 61 ", 61)] {
            assert_eq!(seconds::<u32>(60, DAY).parse(text).ok(), Some(value));
        }
        assert_eq!(refused("59").fix, Fix::Value("60".into()));
        assert_eq!(refused("86401").fix, Fix::Value("86400".into()));
        assert_eq!(refused("-5").fix, Fix::Value("60".into()));
        assert_eq!(refused("99999999999999999999999").why, "too large");
    }

    #[test]
    fn a_unit_is_translated() {
        assert_eq!(refused("12h").fix, Fix::Value("43200".into()));
        assert_eq!(refused("90 min").fix, Fix::Value("5400".into()));
        assert_eq!(refused("30 d").fix, Fix::Default, "beyond the range");
        assert_eq!(refused("soon").fix, Fix::Default);
        assert_eq!(refused("12é").fix, Fix::Default);
    }
}
