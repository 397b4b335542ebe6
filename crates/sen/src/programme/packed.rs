//! The made-up directives of the demonstration (`synth/directives.yaml` of the pack).

use crate::house::House;
use anyhow::{Context, Result, bail};
use kernel::{Actor, BodyId};
use pack::{Pack, Report};
use programme::Bodies;
use programme::follow::{Import, import};
use programme::read::{Options, Reading, read};
use programme::task_force::{self, NewTaskForce};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use time::{Date, Duration};

/// Where they stand in the pack.
const FILE: &str = "synth/directives.yaml";
/// How a day counted from today is written in the text: `{day:-12}`.
const DAY: &str = "{day:";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Packed {
    number: String,
    /// Days from today.
    issued: i64,
    steering: BodyId,
    text: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PackedForce {
    body: BodyId,
    decision: String,
    /// Days from today.
    founded: i64,
    head: String,
    standing: String,
}

/// Keeps the pack's made-up directives and task forces, each as its body would.
///
/// # Errors
/// When the pack's file is at fault, or the database fails.
pub async fn directives_into(house: &House) -> Result<()> {
    for (steering, file_hash, reading) in readings(&house.country.pack, &house.country.parties, house.ctx.today())? {
        let what = Import { reading: &reading, file_hash, steering: &steering, amends: None };
        let ctx = house.ctx.act_as(Actor::System { body: steering.clone(), on_decision_of: None });
        let mut tx = house.db.begin().await?;
        import(&mut tx, &ctx, &house.country.parties, what).await?;
        tx.commit().await?;
    }
    for force in packed::<PackedForce>(&house.country.pack, "/task_forces")? {
        let PackedForce { body, decision, founded, head, standing } = force;
        let founded_on = house.ctx.today() + Duration::days(founded);
        let new = NewTaskForce { decision: &decision, founded_on, head: Some(&head), standing: &standing };
        let ctx = house.ctx.act_as(Actor::System { body, on_decision_of: None });
        let mut tx = house.db.begin().await?;
        task_force::record(&mut tx, &ctx, &new).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// One list of the pack's file.
fn packed<T: DeserializeOwned>(pack: &Pack, at: &str) -> Result<Vec<T>> {
    let mut report = Report::new();
    let mut all: Vec<T> = Vec::new();
    for doc in pack.file(FILE) {
        all.extend(doc.parse_at::<Vec<T>>(at, &mut report).into_iter().flatten());
    }
    if !report.is_clean() {
        bail!("the pack's directives are at fault:\n{report}");
    }
    Ok(all)
}

/// The pack's directives as they are read on a day: who steers, the hash of the text, what was read.
fn readings(pack: &Pack, bodies: &Bodies, today: Date) -> Result<Vec<(BodyId, [u8; 32], Reading)>> {
    let reading = |packed: Packed| {
        let text = dated(&packed.text, today).with_context(|| format!("{FILE}: {}", packed.number))?;
        let date = today + Duration::days(packed.issued);
        let options = Options { number: Some(packed.number), date: Some(date), today };
        let reading = read("directive.md", text.as_bytes(), bodies, &options)?;
        Ok((packed.steering, Sha256::digest(text.as_bytes()).into(), reading))
    };
    packed(pack, "/directives")?.into_iter().map(reading).collect()
}

/// The text with its days: `{day:-12}` becomes `11/11/2026`.
fn dated(text: &str, today: Date) -> Result<String> {
    let mut parts = text.split(DAY);
    let mut dated = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (days, rest) = part.split_once('}').context("a day without its end")?;
        let day = today + Duration::days(days.parse().context("a day that is no number")?);
        dated.push_str(&format!("{:02}/{:02}/{}{rest}", day.day(), u8::from(day.month()), day.year()));
    }
    Ok(dated)
}

#[cfg(test)]
mod tests {
    use super::{dated, readings};
    use programme::doubt;
    use time::macros::date;

    #[test]
    fn days_are_counted_from_today() {
        let today = date!(2026 - 03 - 01);
        assert_eq!(dated("trước {day:-1}, {day:30}.", today).ok().as_deref(), Some("trước 28/02/2026, 31/03/2026."));
        assert!(dated("{day:x}", today).is_err() && dated("{day:1", today).is_err());
    }

    #[test]
    fn the_packed_directive_has_its_tasks_and_only_the_doubts_that_were_put_in() -> anyhow::Result<()> {
        let country = crate::country::Country::open(None)?;
        let all = readings(&country.pack, &country.parties, date!(2026 - 11 - 23))?;
        let [(steering, _, reading)] = all.as_slice() else { anyhow::bail!("not one directive") };
        assert_eq!((steering.as_str(), reading.number.as_deref()), ("government-office", Some("12/CT-MAU")));
        let places: Vec<_> = reading.tasks.iter().map(|task| format!("{}{}", task.section, task.number)).collect();
        assert_eq!(places, ["A1", "A2", "A3", "A4", "A5", "A6", "A7", "B1", "B2", "B3", "B4"]);
        let doubtful = reading.tasks.iter().filter(|task| !task.doubts.is_empty());
        let codes: Vec<_> =
            doubtful.map(|task| (task.number.as_str(), task.doubts.len(), &*task.doubts[0].code)).collect();
        assert_eq!(codes, [("3", 1, doubt::COUNT_WRONG), ("4", 2, doubt::BODY_UNKNOWN)]);
        Ok(())
    }
}
