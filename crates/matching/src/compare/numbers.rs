//! Identity numbers and other numbers.

use super::edit::digit_slip;
use super::{Outcome, levels::number};

/// Digits at the end of a personal number that are drawn at random (NĐ 137/2015 art. 13).
pub(crate) const TAIL: u64 = 1_000_000;

/// Two slots of a record as a number; 0 is absent.
pub(crate) fn number_of(low: u32, high: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

/// Two numbers of the same kind, of up to so many digits, among so many people.
pub(crate) fn numbers(row: u64, person: u64, digits: u32, people: f64) -> Outcome {
    if row == person {
        return Outcome::with_chance(number::SAME, 1.0 / (people + TAIL as f64));
    }
    if digit_slip(row, person, digits) {
        // Nine other digits in each place and each pair of neighbours, out of numbers drawn at random. Personal numbers
        // begin with place, century, sex and year, so that not more than nine digits are by chance.
        let drawn = f64::from(digits.min(9));
        return Outcome::with_chance(number::SLIP, 10.0 * drawn / 10_f64.powf(drawn));
    }
    if digits == 12 && row % TAIL == person % TAIL {
        return Outcome::with_chance(number::TAIL, 1.0 / TAIL as f64);
    }
    Outcome::by_level(number::DIFFERS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_agree_by_levels() {
        for (row, person, level) in [
            (1_090_000_123, 1_090_000_123, number::SAME),
            (1_090_000_123, 1_090_000_132, number::SLIP),
            (1_090_000_123, 1_190_000_123, number::SLIP),
            (1_090_000_123, 79_090_000_123, number::TAIL),
            (1_090_000_123, 1_090_777_777, number::DIFFERS),
        ] {
            assert_eq!(numbers(row, person, 12, 1e6).level, level, "{row} {person}");
        }
    }
}
