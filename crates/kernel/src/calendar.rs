//! Working time: which days are worked, and when a term ends.
//!
//! "Ngày làm việc" skips weekends and holidays; "ngày" is a day of the calendar, and only the last one rolls off a day
//! off (Bộ luật Dân sự 91/2015/QH13, Điều 147 and 148: the first day is not counted; a last day that is a day off
//! ends with the next working day). Which days are special is decided each year and comes from the pack as data:
//! a Saturday worked instead of another day counts as a working day. Vietnam is at UTC+7 the whole year.

mod days;
mod hours;
mod term;

pub use days::{SpecialDay, SpecialKind};
pub use hours::WorkingHours;
pub use term::{TERM_DAYS_MAX, Term};

use std::collections::BTreeMap;
use time::{Date, Duration, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset, Weekday};

/// Vietnam is at UTC+7.
pub(crate) const VIETNAM_HOURS: i8 = 7;

/// The working days and hours of the administration.
#[derive(Clone, Debug)]
pub struct Calendar {
    special: BTreeMap<Date, SpecialKind>,
    hours: WorkingHours,
}

impl Calendar {
    /// A calendar of weekdays with these exceptions. Where a day is named twice, the last naming counts.
    #[must_use]
    pub fn new(days: Vec<SpecialDay>, hours: WorkingHours) -> Self {
        Self { special: days.into_iter().map(|day| (day.date, day.kind)).collect(), hours }
    }

    /// Whether special days of this year are known. Outside, only weekends are days off, and a due date is a guess.
    #[must_use]
    pub fn knows(&self, year: i32) -> bool {
        let first = Date::from_ordinal_date(year, 1).unwrap_or(Date::MIN);
        self.special.range(first..).next().is_some_and(|(day, _)| day.year() == year)
    }

    /// Whether the administration works on this day.
    #[must_use]
    pub fn is_working_day(&self, day: Date) -> bool {
        match self.special.get(&day) {
            Some(kind) => kind.is_worked(),
            None => !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday),
        }
    }

    /// When the term of something received at `received` ends, in Vietnam's time.
    #[must_use]
    pub fn due(&self, received: OffsetDateTime, term: &Term) -> OffsetDateTime {
        match *term {
            Term::SameDay { cutoff_hour } => self.same_day(received, cutoff_hour),
            Term::WorkingDays(days) => self.add_working_days(received, days),
            Term::CalendarDays(days) => self.add_calendar_days(received, days),
            Term::WorkingHours(hours) => self.add_working_hours(received, hours),
        }
    }

    /// The end of the `days`-th working day after the one on which `start` counts as received. What comes on a day
    /// off or after closing counts as received on the next working day.
    #[must_use]
    pub fn add_working_days(&self, start: OffsetDateTime, days: u32) -> OffsetDateTime {
        let mut day = self.day_received(start);
        for _ in 0..days.min(TERM_DAYS_MAX) {
            day = self.working_day_from(tomorrow(day));
        }
        at(day, self.hours.closes())
    }

    /// The end of the `days`-th day after the day of `start`, or of the first working day from there.
    #[must_use]
    pub fn add_calendar_days(&self, start: OffsetDateTime, days: u32) -> OffsetDateTime {
        if days == 0 {
            return self.add_working_days(start, 0);
        }
        let last = vietnam(start).date().saturating_add(Duration::days(i64::from(days.min(TERM_DAYS_MAX))));
        at(self.working_day_from(last), self.hours.closes())
    }

    /// The instant at which `hours` of working time have passed since `start`.
    #[must_use]
    pub fn add_working_hours(&self, start: OffsetDateTime, hours: u32) -> OffsetDateTime {
        self.add_working_time(start, Duration::hours(i64::from(hours.min(TERM_DAYS_MAX * 24))))
    }

    /// Working days after `from` up to and including `until`; negative when `until` is before `from`.
    #[must_use]
    pub fn working_days_between(&self, from: Date, until: Date) -> i64 {
        let (first, last, sign) = if from <= until { (from, until, 1) } else { (until, from, -1) };
        let days = (last - first).whole_days();
        // Whole weeks have five working days; what is left is at most six days, and the exceptions are few.
        let mut count = days / 7 * 5;
        let mut day = last;
        for _ in 0..days % 7 {
            count += i64::from(!matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday));
            day = day.saturating_sub(Duration::DAY);
        }
        for (day, kind) in self.special.range((std::ops::Bound::Excluded(first), std::ops::Bound::Included(last))) {
            let usual = !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
            count += i64::from(kind.is_worked()) - i64::from(usual);
        }
        count * sign
    }

    /// Working time between two instants; zero when `until` is not after `from`.
    #[must_use]
    pub fn working_time_between(&self, from: OffsetDateTime, until: OffsetDateTime) -> Duration {
        let (from, until) = (vietnam(from), vietnam(until));
        if until <= from {
            return Duration::ZERO;
        }
        let inside =
            |day: Date, time: Time| if self.is_working_day(day) { self.hours.passed(time) } else { Duration::ZERO };
        let whole_days = self.working_days_between(from.date(), until.date());
        let until_is_worked = i64::from(self.is_working_day(until.date()));
        let whole = i32::try_from(whole_days - until_is_worked).unwrap_or(i32::MAX);
        // From midnight of the first day to `until`, less what had passed at `from`.
        let first_day = if from.date() == until.date() { Duration::ZERO } else { inside(from.date(), Time::MAX) };
        let whole = if from.date() == until.date() { 0 } else { whole };
        first_day + self.hours.whole_day() * whole + inside(until.date(), until.time())
            - inside(from.date(), from.time())
    }

    /// The new end of a term whose clock stood still from `asked` until `answered` while the citizen owed something:
    /// what was left when the clock stopped is left when it runs again. Never earlier than the old end.
    #[must_use]
    pub fn after_pause(
        &self,
        term: &Term,
        due: OffsetDateTime,
        asked: OffsetDateTime,
        answered: OffsetDateTime,
    ) -> OffsetDateTime {
        if vietnam(asked) > vietnam(due) {
            return vietnam(due);
        }
        let moved = match term {
            // Asked and answered on the day itself, before the cut-off: it stays due that day.
            Term::SameDay { cutoff_hour } if self.day_received(asked) >= vietnam(due).date() => {
                self.same_day(answered, *cutoff_hour)
            }
            Term::SameDay { .. } | Term::WorkingDays(_) => {
                let left = self.working_days_between(self.day_received(asked), vietnam(due).date()).max(0);
                self.add_working_days(answered, u32::try_from(left).unwrap_or(TERM_DAYS_MAX))
            }
            Term::CalendarDays(_) => {
                let left = (vietnam(due).date() - vietnam(asked).date()).whole_days().max(0);
                self.add_calendar_days(answered, u32::try_from(left).unwrap_or(TERM_DAYS_MAX))
            }
            Term::WorkingHours(_) => self.add_working_time(answered, self.working_time_between(asked, due)),
        };
        moved.max(vietnam(due))
    }

    fn same_day(&self, received: OffsetDateTime, cutoff_hour: u8) -> OffsetDateTime {
        let local = vietnam(received);
        let cutoff = Time::from_hms(cutoff_hour.min(23), 0, 0).unwrap_or(Time::MIDNIGHT);
        // Exactly at the cut-off is still in time: the rule says "after 15:00".
        // A cut-off after closing promises no more than closing does.
        let late = local.time() > cutoff.min(self.hours.closes());
        let day = if late { tomorrow(local.date()) } else { local.date() };
        at(self.working_day_from(day), self.hours.closes())
    }

    fn add_working_time(&self, start: OffsetDateTime, time: Duration) -> OffsetDateTime {
        let local = vietnam(start);
        let mut day = self.working_day_from(local.date());
        let passed = if day == local.date() { self.hours.passed(local.time()) } else { Duration::ZERO };
        let mut left = time + passed;
        while left > self.hours.whole_day() {
            left -= self.hours.whole_day();
            day = self.working_day_from(tomorrow(day));
        }
        // Nothing to wait for during a break ends at once, not when the break began.
        at(day, self.hours.at(left)).max(local)
    }

    /// The working day on which something counts as received.
    fn day_received(&self, received: OffsetDateTime) -> Date {
        let local = vietnam(received);
        let closed = local.time() > self.hours.closes();
        self.working_day_from(if closed { tomorrow(local.date()) } else { local.date() })
    }

    /// This day if it is worked, else the next that is.
    fn working_day_from(&self, mut day: Date) -> Date {
        while !self.is_working_day(day) && day < Date::MAX {
            day = tomorrow(day);
        }
        day
    }
}

/// The instant on Vietnam's clocks.
#[must_use]
pub fn vietnam(instant: OffsetDateTime) -> OffsetDateTime {
    instant.to_offset(vietnam_offset())
}

fn vietnam_offset() -> UtcOffset {
    UtcOffset::from_hms(VIETNAM_HOURS, 0, 0).unwrap_or(UtcOffset::UTC)
}

fn at(day: Date, time: Time) -> OffsetDateTime {
    PrimitiveDateTime::new(day, time).assume_offset(vietnam_offset())
}

fn tomorrow(day: Date) -> Date {
    day.next_day().unwrap_or(Date::MAX)
}

#[cfg(test)]
mod tests;
