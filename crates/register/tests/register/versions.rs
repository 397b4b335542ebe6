//! The rule of two times, against a model that paints days.

use crate::country::Country;
use kernel::{RecordId, SubjectId};
use proptest::prelude::*;
use register::{Amendment, Annulment, AsOf, NewRecord, Version};
use serde_json::{Value, json};
use std::sync::Arc;
use time::{Date, Duration, macros::date};

const DAYS: usize = 12;
const START: Date = date!(2026 - 01 - 01);

#[derive(Clone, Debug)]
struct Step {
    from: usize,
    until: Option<usize>,
    annul: bool,
    sequence: bool,
}

fn step() -> impl Strategy<Value = Step> {
    (0..DAYS, proptest::option::of(1..DAYS), proptest::bool::weighted(0.25), any::<bool>()).prop_map(
        |(from, length, annul, sequence)| Step { from, until: length.map(|length| from + length), annul, sequence },
    )
}

fn day(at: usize) -> Date {
    START + Duration::days(i64::try_from(at).unwrap())
}

/// What a model of plain days says: each statement paints its days over.
fn paint(days: &mut [Option<i64>; DAYS], step: &Step, value: i64) {
    let until = step.until.unwrap_or(DAYS).min(DAYS);
    for day in days.iter_mut().take(until).skip(step.from) {
        *day = if step.annul { None } else { Some(value) };
    }
}

async fn write(country: &Country, subject: SubjectId, record: RecordId, number: i32, step: Step) -> Option<Version> {
    let loan = country.register("loan");
    let registers = Arc::clone(&country.registers);
    let ctx = country.base.clone();
    let (from, until) = (day(step.from), step.until.map(day));
    let body = json!({ "x": number });
    let people = [subject];
    let done = country.with_pass(&people, move |conn, pass| {
        Box::pin(async move {
            if number == 1 {
                let new = NewRecord { subject, record: Some(record), valid_from: from, valid_until: until, body };
                register::put(conn, &ctx, pass, &registers, &loan, new).await
            } else if step.annul {
                let annulment = Annulment { subject, record, expected_version: number - 1, from: Some(from), until };
                register::annul(conn, &ctx, pass, &loan, annulment).await
            } else {
                let amendment = Amendment {
                    subject,
                    record,
                    expected_version: number - 1,
                    valid_from: from,
                    valid_until: until,
                    body,
                };
                register::amend(conn, &ctx, pass, &registers, &loan, amendment).await
            }
        })
    });
    match done.await {
        Ok(version) => Some(version),
        // A record annulled from its beginning takes no more statements; the model stops there too.
        Err(problem) => {
            assert_eq!(problem.code, "REG0009", "{problem}");
            None
        }
    }
}

async fn read(country: &Country, subject: SubjectId, as_of: AsOf) -> Option<i64> {
    let loan = country.register("loan");
    let ctx = country.base.clone();
    let found = country
        .with_pass(&[subject], move |conn, pass| {
            Box::pin(async move { register::get(conn, &ctx, pass, &loan, subject, as_of).await })
        })
        .await
        .unwrap();
    found.map(|version| version.body.get("x").and_then(Value::as_i64).unwrap())
}

async fn follow(country: &Country, steps: Vec<Step>) {
    let subject = country.subject();
    let record = RecordId(country.base.uuid());
    let mut days = [None; DAYS];
    let mut known = vec![(country.sequence("loan").await, days)];
    let mut number = 0;
    for mut step in steps {
        step.annul = step.annul && number > 0;
        number += 1;
        if write(country, subject, record, number, step.clone()).await.is_none() {
            break;
        }
        paint(&mut days, &step, i64::from(number));
        if step.sequence {
            known.push((country.sequence("loan").await, days));
        }
    }
    for (at, expected) in days.iter().enumerate() {
        assert_eq!(read(country, subject, AsOf::valid_on(day(at))).await, *expected, "now, day {at}");
    }
    for (position, days) in &known {
        for (at, expected) in days.iter().enumerate() {
            let as_of = AsOf { valid: day(at), recorded: Some(*position) };
            assert_eq!(read(country, subject, as_of).await, *expected, "position {position}, day {at}");
        }
    }
    // Past the mark means the mark: what has no position yet is not known to any recorded time.
    let (_, last) = known.last().unwrap();
    let as_of = AsOf { valid: day(3), recorded: Some(i64::MAX) };
    assert_eq!(read(country, subject, as_of).await, last[3]);
}

#[test]
fn a_record_is_what_the_newest_covering_version_says() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let country = runtime.block_on(Country::found());
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { cases: 20, ..ProptestConfig::default() });
    runner
        .run(&proptest::collection::vec(step(), 1..9), |steps| {
            runtime.block_on(follow(&country, steps));
            Ok(())
        })
        .unwrap();
    drop(country);
}
