//! Instants as the store keeps them, and the last moment of a term in working hours.

use kernel::calendar::Calendar;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

const BEGINNING: OffsetDateTime = datetime!(2000-01-01 0:00 UTC);

/// Whole seconds since 2000. What is earlier counts as then, what is later than the year 2136 as that.
///
/// A term ends with a whole second, and everything is compared after being cut to seconds: something half a second late
/// is in time, here and in a recomputation alike.
pub(crate) fn seconds(instant: OffsetDateTime) -> u32 {
    let whole = (instant - BEGINNING).whole_seconds();
    u32::try_from(whole.max(0)).unwrap_or(u32::MAX - 1)
}

/// The last second at which no more than `limit` of working time has passed since `start`.
pub(super) fn last_within(calendar: &Calendar, start: OffsetDateTime, limit: Duration) -> OffsetDateTime {
    let within = |at: OffsetDateTime| calendar.working_time_between(start, at) <= limit;
    let hours = u32::try_from(limit.whole_hours()).unwrap_or(u32::MAX);
    let mut inside = start;
    let mut outside = calendar.add_working_hours(start, hours.saturating_add(1));
    // A limit of whole hours ends in a break or at night: everything until work goes on is still within it.
    let mut step = Duration::hours(1);
    while within(outside) && step < Duration::days(64) {
        outside = outside.saturating_add(step);
        step *= 2;
    }
    while outside - inside > Duration::SECOND {
        let middle = inside + Duration::seconds((outside - inside).whole_seconds() / 2);
        if within(middle) { inside = middle } else { outside = middle }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::{last_within, seconds};
    use kernel::calendar::{Calendar, WorkingHours};
    use time::Duration;
    use time::macros::datetime;

    #[test]
    fn a_term_in_working_hours_lasts_until_work_goes_on() {
        let calendar = Calendar::new(Vec::new(), WorkingHours::default());
        let start = datetime!(2026-03-02 09:00 +7);
        for (limit, expected) in [
            (Duration::hours(2), datetime!(2026-03-02 11:00 +7)),
            (Duration::minutes(150), datetime!(2026-03-02 13:30 +7)),
            (Duration::hours(6), datetime!(2026-03-03 07:00 +7)),
            (Duration::hours(38), datetime!(2026-03-09 07:00 +7)),
            (Duration::minutes(361), datetime!(2026-03-03 07:01 +7)),
        ] {
            assert_eq!(last_within(&calendar, start, limit), expected, "{limit}");
        }
    }

    #[test]
    fn seconds_count_from_2000() {
        assert_eq!(seconds(datetime!(2000-01-01 00:01 UTC)), 60);
        assert_eq!(seconds(datetime!(1999-01-01 0:00 UTC)), 0);
        assert_eq!(seconds(datetime!(2200-01-01 0:00 UTC)), u32::MAX - 1);
        assert_eq!(seconds(datetime!(2026-03-31 16:59:59.9 UTC)), seconds(datetime!(2026-03-31 16:59:59 UTC)));
    }
}
