//! How fast this sitting goes.

use time::{Duration, OffsetDateTime};

/// A longer gap between two decisions is a pause and counts as so much work.
const GAP_MAX: Duration = Duration::minutes(2);
/// With fewer decisions a rate says nothing.
const DECISIONS_MIN: u32 = 5;

/// Decisions of this sitting and the time spent on them.
#[derive(Clone, Debug)]
pub struct Pace {
    last: OffsetDateTime,
    worked: Duration,
    decisions: u32,
}

impl Pace {
    /// Begins now.
    #[must_use]
    pub fn begin(now: OffsetDateTime) -> Self {
        Self { last: now, worked: Duration::ZERO, decisions: 0 }
    }

    /// A decision was taken.
    pub fn decided(&mut self, now: OffsetDateTime) {
        self.worked += (now - self.last).clamp(Duration::ZERO, GAP_MAX);
        self.last = now;
        self.decisions += 1;
    }

    /// One of them was taken back: the time it took stays spent.
    pub fn taken_back(&mut self, now: OffsetDateTime) {
        self.worked += (now - self.last).clamp(Duration::ZERO, GAP_MAX);
        self.last = now;
        self.decisions = self.decisions.saturating_sub(1);
    }

    /// How many decisions of this sitting stand.
    #[must_use]
    pub fn decisions(&self) -> u32 {
        self.decisions
    }

    /// Decisions an hour, once there are enough to say.
    #[must_use]
    pub fn per_hour(&self) -> Option<u32> {
        let hours = self.worked.as_seconds_f64() / 3600.0;
        (self.decisions >= DECISIONS_MIN && hours > 0.0).then(|| (f64::from(self.decisions) / hours).round() as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn counts_by_the_hour_of_work_and_not_of_lunch() {
        let begin = datetime!(2026-11-22 08:00 UTC);
        let mut pace = Pace::begin(begin);
        for n in 1..=4 {
            pace.decided(begin + Duration::seconds(12 * n));
        }
        assert_eq!(pace.per_hour(), None);
        pace.decided(begin + Duration::seconds(60));
        assert_eq!(pace.per_hour(), Some(300));
        pace.decided(begin + Duration::hours(3));
        assert_eq!(pace.per_hour(), Some(120));
        pace.taken_back(begin + Duration::hours(3));
        assert_eq!((pace.decisions(), pace.per_hour()), (5, Some(100)));
    }
}
