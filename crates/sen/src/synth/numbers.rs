//! Numbers that never repeat, without remembering those given: each bucket counts up, and a permutation scatters
//! the count.

use kernel::{PersonalNumber, Sex};
use std::collections::HashMap;

/// The random parts from here on are kept for the cast of the demo.
pub(super) const CAST_FROM: u32 = 999_000;
/// Coprime to [`CAST_FROM`] (2³·3³·5³·37), so that counting in this step visits every number once.
const STEP: u64 = 387_907;
/// Coprime to ten.
const OLD_STEP: u64 = 618_033_989;
const OLD_BOUND: u64 = 1_000_000_000;

/// Where personal numbers and old nine-digit numbers come from.
#[derive(Debug)]
pub(super) struct Numbers {
    seed: u64,
    counts: HashMap<(u16, bool, i32), u32>,
    old: u64,
}

impl Numbers {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, counts: HashMap::new(), old: 0 }
    }

    /// The next personal number of a province, sex and year; `None` when the province has given them all, or for a
    /// year or prefix that no number can say.
    pub(super) fn next(&mut self, prefix: &str, sex: Sex, year: i32) -> Option<PersonalNumber> {
        let bucket: u16 = prefix.parse().ok()?;
        let count = self.counts.entry((bucket, sex == Sex::Female, year)).or_default();
        if *count >= CAST_FROM {
            return None;
        }
        let shift = mixed(self.seed ^ u64::from(bucket) << 32 ^ u64::from(year.unsigned_abs()) << 1) % 1_000_000;
        let scattered = (u64::from(*count) * STEP + shift) % u64::from(CAST_FROM);
        *count += 1;
        PersonalNumber::new(prefix, sex, year, u32::try_from(scattered).ok()?).ok()
    }

    /// The next nine-digit number of the old identity paper.
    pub(super) fn next_old(&mut self) -> String {
        let scattered = (self.old * OLD_STEP + mixed(self.seed) % OLD_BOUND) % OLD_BOUND;
        self.old += 1;
        format!("{scattered:09}")
    }
}

/// Spreads a small number over 64 bits (the finisher of SplitMix64, public domain).
fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_province_never_repeats_a_number_and_stops_when_it_has_given_all() {
        let mut numbers = Numbers::new(7);
        let mut seen = HashSet::new();
        while let Some(number) = numbers.next("001", Sex::Male, 1999) {
            assert!(seen.insert(number));
        }
        assert_eq!(seen.len(), CAST_FROM as usize);
        assert!(numbers.next("001", Sex::Female, 1999).is_some());
    }

    #[test]
    fn old_numbers_do_not_repeat() {
        let mut numbers = Numbers::new(7);
        let seen: HashSet<_> = (0..100_000).map(|_| numbers.next_old()).collect();
        assert_eq!(seen.len(), 100_000);
        assert!(seen.iter().all(|number| number.len() == 9));
    }
}
