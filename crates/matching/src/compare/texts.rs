//! A few words that are no person's name: a street, a suburb, a foreign name.

use super::edit::{jaro_winkler, one_slip};
use super::{Outcome, levels::text};

/// Shares of likeness from which two texts are close, near, alike in part.
const CLOSE: f64 = 0.92;
const NEAR: f64 = 0.85;
const PART: f64 = 0.70;

/// Two texts, unmarked, their words joined by one space. `share`: of the people who have the person's text.
pub(crate) fn texts(row: &str, person: &str, share: f64) -> Outcome {
    if row == person {
        return Outcome::with_chance(text::SAME, share);
    }
    let level = if one_slip(row, person) || contains_words(row, person) || contains_words(person, row) {
        text::CLOSE
    } else {
        match jaro_winkler(row, person) {
            CLOSE.. => text::CLOSE,
            NEAR.. => text::NEAR,
            PART.. => text::PART,
            _ => text::DIFFERS,
        }
    };
    Outcome::by_level(level)
}

/// Whether the shorter text of several words stands within the longer, or the letters are the same without spaces.
fn contains_words(short: &str, long: &str) -> bool {
    if short.len() >= 4 && short.len() < long.len() && long.split(' ').any(|word| word == short) {
        return true;
    }
    short.contains(' ') != long.contains(' ') && short.replace(' ', "") == long.replace(' ', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_agree_by_levels() {
        for (row, person, level) in [
            ("michaela", "michaela", text::SAME),
            ("michaela", "micheala", text::CLOSE),
            ("macpherson", "mac pherson", text::CLOSE),
            ("rosebud", "rosebud court", text::CLOSE),
            ("blake", "neumann", text::DIFFERS),
        ] {
            assert_eq!(texts(row, person, 0.01).level, level, "{row} {person}");
        }
    }
}
