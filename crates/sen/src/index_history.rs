//! A past for the demonstration's index: made-up facts of dossiers of the last months, so that its pages show what they
//! show of a country at work. They are facts of the index only; nobody filed them, and they are no dossiers of the engine.

use crate::house::House;
use anyhow::Result;
use indicator::live::COMMUNE;
use indicator::stored::record;
use indicator::{Event, What};
use kernel::{BodyId, Random};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Communes of each province that have a past.
const COMMUNES: usize = 3;
/// Dossiers of each.
const DOSSIERS: u64 = 12;
/// How far back they reach.
const DAYS: u64 = 330;
/// What they are about, and how many days it takes.
const PROCEDURES: [(&str, i64); 3] = [("3.000722", 14), ("2.002621", 9), ("1.004194", 5)];
/// Events that are written at once.
const BATCH: usize = 2_000;

/// True so many times in a hundred.
fn happens(draw: &Random, percent: u64) -> bool {
    draw.below(100) < percent
}

/// Writes the past.
///
/// # Errors
/// When the database fails.
pub async fn write(house: &House, seed: u64) -> Result<()> {
    let draw = Random::seeded(seed ^ 766);
    let (now, units) = (house.ctx.now(), &house.country.units);
    let today = house.ctx.today();
    let mut events = Vec::new();
    let mut number = 0;
    for province in units.provinces(today) {
        // How well a province works is its own: without a difference a ranking says nothing.
        let in_time = 60 + draw.below(40);
        for commune in units.communes(province.code.as_str(), today).into_iter().take(COMMUNES) {
            let body = BodyId::in_unit(COMMUNE, commune.code.as_str());
            for _ in 0..DOSSIERS {
                number += 1;
                dossier(&draw, (&body, province.code.as_str(), number), now, in_time, &mut events);
            }
        }
    }
    for batch in events.chunks(BATCH) {
        let mut tx = house.db.begin().await?;
        record(&mut tx, &house.ctx, batch).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// One dossier: received, perhaps asked about once, ended in time, ended late, or still open.
fn dossier(
    draw: &Random,
    (body, province, number): (&BodyId, &str, u64),
    now: OffsetDateTime,
    in_time: u64,
    events: &mut Vec<Event>,
) {
    let id = Uuid::from_u64_pair(u64::from_le_bytes(draw.bytes::<8>()), number);
    let (procedure, days) = PROCEDURES[usize::try_from(draw.below(PROCEDURES.len() as u64)).unwrap_or(0)];
    let received = now - Duration::days(draw.below(DAYS) as i64 + 1) - Duration::minutes(draw.below(600) as i64);
    let due = received + Duration::days(days);
    let mut add = |at: OffsetDateTime, what: What| events.push(Event { dossier: id, at, what });
    add(
        received,
        What::Opened {
            code: format!("H{province}.99-{:02}{:02}-{number:06}", received.year() % 100, u8::from(received.month())),
            body: body.clone(),
            procedure: procedure.to_owned(),
            channel: Some(if happens(draw, 70) { 2 } else { 1 }),
            limit_hours: None,
            paper_result: true,
            fee_bearing: false,
        },
    );
    add(received, What::Received { due_at: Some(due) });
    add(received, What::Status { status: 4 });
    if happens(draw, 95) {
        add(received, What::Synced);
    }
    add(received, What::Files { files: 2, digitised: 2, reused: u16::from(happens(draw, 60)), from_store: 0 });
    let late = !happens(draw, in_time);
    let ends = if late { due + Duration::days(1 + draw.below(40) as i64) } else { due - Duration::hours(20) };
    if ends >= now {
        return;
    }
    add(ends, What::Status { status: 9 });
    add(ends, What::Result { file: true, code: true, stored: happens(draw, 50) });
    if happens(draw, 40) {
        let at = (ends + Duration::hours(5)).min(now);
        add(at, What::Rated { liked: happens(draw, if late { 30 } else { 92 }) });
    }
}
