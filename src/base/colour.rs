//! Colours of a brand, made readable: a colour is taken as it is where it can be read, else as near to it as
//! contrast allows (WCAG 2.2 §1.4.3, §1.4.11). Hue stays; lightness gives way.

use std::fmt;

/// What text needs against what it stands on (WCAG 2.2 §1.4.3), with a little to spare for rounding.
const TEXT: f64 = 4.55;

/// A colour in sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    red: u8,
    green: u8,
    blue: u8,
}

impl Colour {
    /// White.
    pub const WHITE: Self = Self::rgb(0xff, 0xff, 0xff);

    /// From its parts.
    pub const fn rgb(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue }
    }

    /// From `#rgb` or `#rrggbb`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
        let number = u32::from_str_radix(digits, 16).ok()?;
        let [_, red, green, blue] = number.to_be_bytes();
        match digits.len() {
            6 => Some(Self { red, green, blue }),
            3 => {
                let wide = |digit: u8| digit.saturating_mul(17);
                Some(Self { red: wide(green & 0xf), green: wide(blue >> 4), blue: wide(blue & 0xf) })
            }
            _ => None,
        }
    }

    /// Relative luminance (WCAG 2.2, glossary), 0 to 1.
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.linear();
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// The contrast ratio to another colour (WCAG 2.2, glossary), 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    fn linear(self) -> [f64; 3] {
        [self.red, self.green, self.blue].map(|part| {
            let value = f64::from(part) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        })
    }

    fn of_linear(linear: [f64; 3]) -> Self {
        let [red, green, blue] = linear.map(|value| {
            let value = value.clamp(0.0, 1.0);
            byte(if value <= 0.003_130_8 { value * 12.92 } else { 1.055 * value.powf(1.0 / 2.4) - 0.055 })
        });
        Self { red, green, blue }
    }

    /// This colour with another lightness of OKLab (0 to 1); its chroma is that of the colour, or less
    /// where so light or dark a colour of it cannot be shown.
    fn with_lightness(self, lightness: f64) -> Self {
        let [_, a, b] = self.oklab();
        // Of a colour beyond what can be shown, parts are cut off: less of it is taken until none are.
        let shades = [1.0, 0.85, 0.7, 0.55, 0.4, 0.25, 0.1, 0.0];
        let shown = shades.into_iter().map(|share| of_oklab([lightness, a * share, b * share]));
        let inside = |linear: &[f64; 3]| linear.iter().all(|part| (-0.002..=1.002).contains(part));
        Self::of_linear(shown.into_iter().find(inside).unwrap_or([lightness.powi(3); 3]))
    }

    fn oklab(self) -> [f64; 3] {
        let [red, green, blue] = self.linear();
        let l = (0.412_221_470_8 * red + 0.536_332_536_3 * green + 0.051_445_992_9 * blue).cbrt();
        let m = (0.211_903_498_2 * red + 0.680_699_545_1 * green + 0.107_396_956_6 * blue).cbrt();
        let s = (0.088_302_461_9 * red + 0.281_718_837_6 * green + 0.629_978_700_5 * blue).cbrt();
        [
            0.210_454_255_3 * l + 0.793_617_785 * m - 0.004_072_046_8 * s,
            1.977_998_495_1 * l - 2.428_592_205 * m + 0.450_593_709_9 * s,
            0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766 * s,
        ]
    }
}

/// From OKLab (Ottosson 2020) to linear sRGB.
fn of_oklab([lightness, a, b]: [f64; 3]) -> [f64; 3] {
    let long = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let medium = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let short = (lightness - 0.089_484_177_5 * a - 1.291_485_548 * b).powi(3);
    [
        4.076_741_662_1 * long - 3.307_711_591_3 * medium + 0.230_969_929_2 * short,
        -1.268_438_004_6 * long + 2.609_757_401_1 * medium - 0.341_319_396_5 * short,
        -0.004_196_086_3 * long - 0.703_418_614_7 * medium + 1.707_614_701 * short,
    ]
}

/// The byte nearest to a share of 255.
fn byte(share: f64) -> u8 {
    let distance = |candidate: u8| (f64::from(candidate) - share * 255.0).abs();
    (0..=u8::MAX).min_by(|one, two| distance(*one).total_cmp(&distance(*two))).unwrap_or_default()
}

impl fmt::Display for Colour {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

/// The accent of a page in one colour scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accent {
    /// Links, the main button, marks.
    pub accent: Colour,
    /// What is written on it.
    pub on_accent: Colour,
    /// A quiet ground for marks.
    pub soft: Colour,
}

/// What an accent stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grounds<'a> {
    /// The backgrounds of pages and parts.
    pub grounds: &'a [Colour],
    /// Whether the scheme is dark.
    pub dark: bool,
}

/// The accent for a brand's colour: as given where it can be read on all grounds, else nearer to black (in a
/// dark scheme: to white) in small steps until it can.
pub fn accent(brand: Colour, on: Grounds<'_>) -> Accent {
    let [lightness, ..] = brand.oklab();
    let soft = brand.with_lightness(if on.dark { 0.28 } else { 0.95 });
    let reads = |accent: Colour| {
        on.grounds.iter().chain([&soft]).all(|ground| accent.contrast(*ground) >= TEXT)
            && written_on(accent).contrast(accent) >= TEXT
    };
    let steps = (0..=100_u32).map(|step| {
        let way = f64::from(step) / 100.0;
        if on.dark { lightness + (1.0 - lightness) * way } else { lightness * (1.0 - way) }
    });
    let shades = steps.map(|lightness| brand.with_lightness(lightness));
    let found = std::iter::once(brand).chain(shades).find(|accent| reads(*accent));
    let accent = found.unwrap_or(if on.dark { Colour::WHITE } else { Colour::rgb(0, 0, 0) });
    Accent { accent, on_accent: written_on(accent), soft }
}

/// What can be read on a colour: white, or near black.
fn written_on(ground: Colour) -> Colour {
    let dark = Colour::rgb(0x0b, 0x0b, 0x0a);
    if ground.contrast(Colour::WHITE) >= ground.contrast(dark) { Colour::WHITE } else { dark }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIGHT: [Colour; 3] = [Colour::rgb(0xf6, 0xf5, 0xf2), Colour::WHITE, Colour::rgb(0xef, 0xee, 0xea)];
    const DARK: [Colour; 3] =
        [Colour::rgb(0x13, 0x13, 0x12), Colour::rgb(0x1d, 0x1c, 0x1b), Colour::rgb(0x28, 0x26, 0x24)];

    #[test]
    fn colours_are_read_and_written() {
        assert_eq!(Colour::parse("#0b5d5b").map(|colour| colour.to_string()).as_deref(), Some("#0b5d5b"));
        assert_eq!(Colour::parse("#1aF"), Colour::parse("#11aaff"));
        for wrong in ["", "#", "0b5d5b", "#12", "#1234", "#12345g", "#1234567", "red", "#é12", "# 12345"] {
            assert_eq!(Colour::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn contrast_is_what_the_guidelines_say() {
        let (black, grey) = (Colour::rgb(0, 0, 0), Colour::rgb(0x76, 0x76, 0x76));
        assert!((black.contrast(Colour::WHITE) - 21.0).abs() < 0.001);
        assert!((grey.contrast(Colour::WHITE) - 4.54).abs() < 0.01);
    }

    #[test]
    fn a_readable_colour_stays_as_it_is() {
        let patina = Colour::rgb(0x0b, 0x5d, 0x5b);
        assert_eq!(accent(patina, Grounds { grounds: &LIGHT, dark: false }).accent, patina);
    }

    #[test]
    fn no_colour_can_make_a_page_unreadable() {
        let mut seed = 0x2545_f491_u32;
        for _ in 0..1000 {
            seed ^= seed << 13;
            seed ^= seed >> 17;
            seed ^= seed << 5;
            let [_, red, green, blue] = seed.to_be_bytes();
            let brand = Colour::rgb(red, green, blue);
            for (grounds, dark) in [(&LIGHT, false), (&DARK, true)] {
                let made = accent(brand, Grounds { grounds, dark });
                for ground in grounds.iter().chain([&made.soft, &made.on_accent]) {
                    let ratio = made.accent.contrast(*ground);
                    assert!(ratio >= 4.5, "{brand} dark {dark}: {made:?} on {ground}: {ratio}");
                }
            }
        }
    }

    #[test]
    fn the_hue_stays() {
        let hue = |colour: Colour| {
            let [_, a, b] = colour.oklab();
            b.atan2(a)
        };
        for brand in ["#ffcc00", "#ff6600", "#00aaff", "#e91e63"] {
            let brand = Colour::parse(brand).unwrap();
            let made = accent(brand, Grounds { grounds: &LIGHT, dark: false });
            assert!((hue(brand) - hue(made.accent)).abs() < 0.25, "{brand} became {}", made.accent);
        }
    }
}
