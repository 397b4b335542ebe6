use super::*;
use crate::Error;
use proptest::prelude::*;
use time::macros::{date, datetime};

/// Vietnam's special days around the end of August 2026 and Tết 2026, as a pack would give them.
fn calendar() -> Calendar {
    let day = |date, kind| SpecialDay { date, kind, name: "test".into() };
    Calendar::new(
        vec![
            day(date!(2026 - 01 - 01), SpecialKind::Holiday),
            day(date!(2026 - 02 - 16), SpecialKind::Holiday),
            day(date!(2026 - 02 - 17), SpecialKind::Holiday),
            day(date!(2026 - 02 - 18), SpecialKind::Holiday),
            day(date!(2026 - 02 - 19), SpecialKind::Holiday),
            day(date!(2026 - 02 - 20), SpecialKind::Holiday),
            day(date!(2026 - 04 - 26), SpecialKind::Holiday),
            day(date!(2026 - 04 - 27), SpecialKind::BridgeOff),
            day(date!(2026 - 08 - 22), SpecialKind::SwapWork),
            day(date!(2026 - 08 - 31), SpecialKind::SwapOff),
            day(date!(2026 - 09 - 01), SpecialKind::Holiday),
            day(date!(2026 - 09 - 02), SpecialKind::Holiday),
            day(date!(2026 - 11 - 24), SpecialKind::Holiday),
        ],
        WorkingHours::default(),
    )
}

fn due(received: OffsetDateTime, term: &str) -> OffsetDateTime {
    calendar().due(received, &term.parse().unwrap())
}

#[test]
fn holidays_weekends_and_make_up_saturdays() {
    let calendar = calendar();
    for (day, worked) in [
        (date!(2026 - 11 - 23), true),
        (date!(2026 - 11 - 24), false), // Vietnam's day of culture
        (date!(2026 - 11 - 28), false), // a Saturday
        (date!(2026 - 08 - 22), true),  // a Saturday worked instead of 31 August
        (date!(2026 - 08 - 31), false),
        (date!(2026 - 04 - 27), false), // because 26 April is a Sunday
    ] {
        assert_eq!(calendar.is_working_day(day), worked, "{day}");
    }
    assert!(calendar.knows(2026) && !calendar.knows(2025) && !calendar.knows(2027));
}

#[test]
fn same_day_has_a_cut_off_at_three_in_the_afternoon() {
    for (received, expected) in [
        (datetime!(2026-11-23 09:00 +7), datetime!(2026-11-23 17:00 +7)),
        (datetime!(2026-11-23 15:00 +7), datetime!(2026-11-23 17:00 +7)),
        (datetime!(2026-11-23 15:00:01 +7), datetime!(2026-11-25 17:00 +7)), // the 24th is a holiday
        (datetime!(2026-11-21 09:00 +7), datetime!(2026-11-23 17:00 +7)),    // a Saturday
        (datetime!(2026-11-22 23:30 UTC), datetime!(2026-11-23 17:00 +7)),   // 06:30 on Monday in Vietnam
        (datetime!(2026-08-21 16:00 +7), datetime!(2026-08-22 17:00 +7)),    // the next day is a worked Saturday
    ] {
        assert_eq!(due(received, "same-day"), expected, "{received}");
    }
    assert_eq!(due(datetime!(2026-11-23 14:30 +7), "same-day until 14:00"), datetime!(2026-11-25 17:00 +7));
    assert_eq!(due(datetime!(2026-11-23 17:30 +7), "same-day until 18:00"), datetime!(2026-11-25 17:00 +7));
}

#[test]
fn working_days_and_days_are_two_things() {
    // Over the holidays of early September: Friday 28 August.
    let received = datetime!(2026-08-28 10:00 +7);
    assert_eq!(due(received, "3 working days"), datetime!(2026-09-07 17:00 +7));
    assert_eq!(due(received, "3 days"), datetime!(2026-09-03 17:00 +7)); // the 31st is off, and so are the 1st and 2nd
    assert_eq!(due(received, "6 days"), datetime!(2026-09-03 17:00 +7));
    assert_eq!(due(received, "7 days"), datetime!(2026-09-04 17:00 +7));
    // A worked Saturday shortens working days and not days.
    let received = datetime!(2026-08-20 10:00 +7);
    assert_eq!(due(received, "2 working days"), datetime!(2026-08-22 17:00 +7));
    assert_eq!(due(received, "3 days"), datetime!(2026-08-24 17:00 +7)); // the 23rd is a Sunday
    // Over Tết.
    let received = datetime!(2026-02-13 08:00 +7);
    assert_eq!(due(received, "1 working day"), datetime!(2026-02-23 17:00 +7));
}

#[test]
fn what_comes_after_closing_counts_from_the_next_working_day() {
    assert_eq!(due(datetime!(2026-11-20 17:00 +7), "1 working day"), datetime!(2026-11-23 17:00 +7));
    assert_eq!(due(datetime!(2026-11-20 17:01 +7), "1 working day"), datetime!(2026-11-25 17:00 +7));
    assert_eq!(due(datetime!(2026-11-21 08:00 +7), "1 working day"), datetime!(2026-11-25 17:00 +7));
}

#[test]
fn working_hours_stop_at_noon_in_the_evening_and_on_days_off() {
    for (received, term, expected) in [
        (datetime!(2026-11-23 07:00 +7), "8 working hours", datetime!(2026-11-23 17:00 +7)),
        (datetime!(2026-11-23 08:00 +7), "8 working hours", datetime!(2026-11-25 08:00 +7)),
        (datetime!(2026-11-23 12:10 +7), "1 working hours", datetime!(2026-11-23 14:30 +7)),
        (datetime!(2026-11-23 10:30 +7), "1 working hour", datetime!(2026-11-23 11:30 +7)),
        (datetime!(2026-11-20 15:00 +7), "8 working hours", datetime!(2026-11-23 15:00 +7)),
        (datetime!(2026-11-20 20:00 +7), "1 working hour", datetime!(2026-11-23 08:00 +7)),
    ] {
        assert_eq!(due(received, term), expected, "{received} {term}");
    }
}

#[test]
fn a_stopped_clock_gives_back_what_was_left() {
    let calendar = calendar();
    // Received Monday 9 November, five working days: Monday the 16th. Asked on Wednesday, three days left.
    let term = Term::WorkingDays(5);
    let due = calendar.due(datetime!(2026-11-09 09:00 +7), &term);
    assert_eq!(due, datetime!(2026-11-16 17:00 +7));
    let (asked, answered) = (datetime!(2026-11-11 10:00 +7), datetime!(2026-11-19 08:00 +7));
    assert_eq!(calendar.after_pause(&term, due, asked, answered), datetime!(2026-11-25 17:00 +7));
    // Eight hours from Monday at 8; asked at 10, so six hours are left.
    let term = Term::WorkingHours(8);
    let due = calendar.due(datetime!(2026-11-09 08:00 +7), &term);
    let moved = calendar.after_pause(&term, due, datetime!(2026-11-09 10:00 +7), datetime!(2026-11-12 07:00 +7));
    assert_eq!(moved, datetime!(2026-11-12 15:00 +7));
    // Days of the calendar.
    let term = Term::CalendarDays(10);
    let due = calendar.due(datetime!(2026-11-02 09:00 +7), &term);
    let moved = calendar.after_pause(&term, due, datetime!(2026-11-05 10:00 +7), datetime!(2026-11-12 07:00 +7));
    assert_eq!((due, moved), (datetime!(2026-11-12 17:00 +7), datetime!(2026-11-19 17:00 +7)));
}

#[test]
fn a_question_asked_too_late_wins_no_time() {
    let calendar = calendar();
    let term = Term::WorkingDays(2);
    let due = calendar.due(datetime!(2026-11-09 09:00 +7), &term);
    let (asked, answered) = (datetime!(2026-11-13 10:00 +7), datetime!(2026-11-16 10:00 +7));
    assert_eq!(calendar.after_pause(&term, due, asked, answered), due, "late stays late");
}

#[test]
fn an_answer_after_the_cut_off_counts_for_the_next_working_day() {
    let calendar = calendar();
    let term: Term = "same-day".parse().unwrap();
    let due = calendar.due(datetime!(2026-11-20 09:00 +7), &term);
    let moved = |answered| calendar.after_pause(&term, due, datetime!(2026-11-20 10:00 +7), answered);
    assert_eq!(moved(datetime!(2026-11-20 14:00 +7)), due);
    // Monday, after three: not Tuesday, which is Culture Day.
    assert_eq!(moved(datetime!(2026-11-23 15:30 +7)), datetime!(2026-11-25 17:00 +7));
}

#[test]
fn terms_that_are_none_are_refused() {
    for text in ["", "2", "two days", "2 hours", "-1 days", "2  days", "same-day until 9:00", "same-day until 24:00"] {
        assert_eq!(text.parse::<Term>(), Err(Error::TermShape), "{text:?}");
    }
    assert_eq!("3661 days".parse::<Term>(), Err(Error::TermLong));
    assert_eq!("99999999999 days".parse::<Term>(), Err(Error::TermLong));
}

#[test]
fn hours_that_are_none_are_refused() {
    let (seven, noon, five) = (time::macros::time!(7:00), time::macros::time!(12:00), time::macros::time!(17:00));
    for periods in [vec![], vec![(noon, seven)], vec![(seven, noon), (seven, five)], vec![(noon, noon)]] {
        assert_eq!(WorkingHours::new(periods), Err(Error::HoursShape));
    }
    assert_eq!(WorkingHours::default().whole_day(), Duration::hours(8));
}

fn any_instant() -> impl Strategy<Value = OffsetDateTime> {
    // 2025-11 to 2027-03
    (1_762_000_000_i64..1_803_000_000).prop_map(|seconds| OffsetDateTime::from_unix_timestamp(seconds).unwrap())
}

fn any_term() -> impl Strategy<Value = Term> {
    prop_oneof![
        (0_u8..24).prop_map(|cutoff_hour| Term::SameDay { cutoff_hour }),
        (0_u32..60).prop_map(Term::WorkingDays),
        (0_u32..60).prop_map(Term::CalendarDays),
        (0_u32..60).prop_map(Term::WorkingHours),
    ]
}

proptest! {
    #[test]
    fn a_term_that_is_written_can_be_read(term in any_term()) {
        prop_assert_eq!(term.to_string().parse(), Ok(term));
        prop_assert_eq!(serde_json::to_value(term).unwrap(), term.to_string());
    }

    #[test]
    fn nothing_is_due_on_a_day_off_or_before_it_came(received in any_instant(), term in any_term()) {
        let calendar = calendar();
        let due = calendar.due(received, &term);
        prop_assert!(calendar.is_working_day(due.date()));
        prop_assert!(due >= received);
    }

    #[test]
    fn who_comes_later_or_has_longer_is_due_no_earlier(received in any_instant(), wait in 0_i64..200_000, days in 0_u32..60) {
        let calendar = calendar();
        let later = received + Duration::seconds(wait);
        for term in [Term::WorkingDays, Term::CalendarDays, Term::WorkingHours] {
            prop_assert!(calendar.due(received, &term(days)) <= calendar.due(later, &term(days)));
            prop_assert!(calendar.due(received, &term(days)) <= calendar.due(received, &term(days + 1)));
        }
        prop_assert!(calendar.due(received, &Term::same_day()) <= calendar.due(later, &Term::same_day()));
    }

    #[test]
    fn working_days_never_end_before_as_many_days_do(received in any_instant(), days in 1_u32..60) {
        let calendar = calendar();
        // But for worked Saturdays, which make a working day of a day on which a term cannot otherwise end.
        prop_assert!(
            calendar.due(received, &Term::WorkingDays(days)) >= calendar.due(received, &Term::CalendarDays(days))
        );
    }

    #[test]
    fn counting_undoes_adding(received in any_instant(), days in 0_u32..60) {
        let calendar = calendar();
        let start = calendar.add_working_days(received, 0).date();
        let end = calendar.add_working_days(received, days).date();
        prop_assert_eq!(calendar.working_days_between(start, end), i64::from(days));
        prop_assert_eq!(calendar.working_days_between(end, start), -i64::from(days));
        let by_hand = std::iter::successors(Some(start), |day| day.next_day())
            .take_while(|day| *day <= end).skip(1).filter(|day| calendar.is_working_day(*day)).count();
        prop_assert_eq!(by_hand, days as usize);
    }

    #[test]
    fn working_time_undoes_adding_hours(received in any_instant(), hours in 0_u32..60) {
        let calendar = calendar();
        let due = calendar.add_working_hours(received, hours);
        prop_assert_eq!(calendar.working_time_between(received, due), Duration::hours(i64::from(hours)));
    }

    #[test]
    fn a_pause_never_shortens(received in any_instant(), term in any_term(), asked in 0_i64..500_000, wait in 0_i64..2_000_000) {
        let calendar = calendar();
        let due = calendar.due(received, &term);
        let asked = received + Duration::seconds(asked);
        let moved = calendar.after_pause(&term, due, asked, asked + Duration::seconds(wait));
        prop_assert!(moved >= due);
        prop_assert!(calendar.is_working_day(moved.date()));
    }
}
