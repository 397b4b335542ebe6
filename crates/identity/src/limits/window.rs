//! The share of failures over all addresses in the last minutes. People mistype one time in ten; lists of stolen passwords
//! fail nearly always.

use std::collections::{HashSet, VecDeque};

const PART_MS: i64 = 60_000;
/// How many parts are looked at.
const PARTS: i64 = 5;
/// Fewer failures raise no alarm, whatever their share.
const FAILURES_MIN: u32 = 100;
/// From this share on, in hundredths.
const SHARE: u32 = 40;
/// The alarm lasts so long after the share was last too high.
const ALARM_MS: i64 = 30 * 60_000;
/// Names remembered in a part, so that one account that signs in over and over counts once.
const NAMES_MAX: usize = 20_000;

/// Attempts of strangers' browsers.
#[derive(Default)]
pub(super) struct Window {
    parts: VecDeque<Part>,
    alarm_until: i64,
}

struct Part {
    began: i64,
    failures: u32,
    succeeded: HashSet<Vec<u8>>,
}

impl Window {
    pub(super) fn alarmed(&self, now: i64) -> bool {
        now < self.alarm_until
    }

    pub(super) fn succeeded(&mut self, now: i64, name: &[u8]) {
        let part = self.part(now);
        if part.is_some_and(|part| part.succeeded.len() < NAMES_MAX)
            && !self.parts.iter().any(|part| part.succeeded.contains(name))
            && let Some(part) = self.parts.back_mut()
        {
            part.succeeded.insert(name.to_vec());
        }
    }

    /// Counts a failure. Says whether the alarm begins with it.
    pub(super) fn failed(&mut self, now: i64) -> bool {
        if let Some(part) = self.part(now) {
            part.failures = part.failures.saturating_add(1);
        }
        let failures = self.parts.iter().map(|part| part.failures).fold(0, u32::saturating_add);
        let right: usize = self.parts.iter().map(|part| part.succeeded.len()).sum();
        let all = u64::from(failures) + right as u64;
        let high = failures >= FAILURES_MIN && u64::from(failures) * 100 >= all * u64::from(SHARE);
        let begins = high && !self.alarmed(now);
        if high {
            self.alarm_until = now + ALARM_MS;
        }
        begins
    }

    /// The part of now; older ones are forgotten.
    fn part(&mut self, now: i64) -> Option<&mut Part> {
        let began = now - now.rem_euclid(PART_MS);
        while self.parts.front().is_some_and(|part| part.began <= began - PARTS * PART_MS) {
            self.parts.pop_front();
        }
        if self.parts.back().is_none_or(|part| part.began < began) {
            self.parts.push_back(Part { began, failures: 0, succeeded: HashSet::new() });
        }
        self.parts.back_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(n: u32) -> Vec<u8> {
        n.to_be_bytes().to_vec()
    }

    #[test]
    fn many_failures_among_few_successes_raise_the_alarm_once() {
        let mut window = Window::default();
        let raised: Vec<u32> = (1..=200).filter(|_| window.failed(0)).collect();
        assert_eq!(raised, [100]);
        assert!(window.alarmed(ALARM_MS - 1) && !window.alarmed(ALARM_MS));
    }

    #[test]
    fn a_busy_morning_is_none() {
        let mut window = Window::default();
        for n in 0..10_000 {
            window.succeeded(i64::from(n), &name(n));
            assert!(n % 5 != 0 || !window.failed(i64::from(n)), "{n}");
        }
        assert!(!window.alarmed(10_000));
    }

    #[test]
    fn one_account_that_signs_in_over_and_over_hides_nothing() {
        let mut window = Window::default();
        for _ in 0..10_000 {
            window.succeeded(0, &name(1));
        }
        assert!((0..100).any(|_| window.failed(61_000)));
    }

    #[test]
    fn slow_failures_are_forgotten() {
        let mut window = Window::default();
        assert!((0..1_000).all(|n| !window.failed(n * 4_000)), "75 in five minutes");
    }
}
