//! The task forces (tổ công tác) that ministries, provinces and communes set up for the programme: who heads each, by which
//! decision, and how the tasks of its body stand. A task force is its body's: there were three levels of them below the
//! centre until the districts ended on 30 June 2025, and are two since (provinces and communes), as `Bodies` knows bodies.

use crate::bodies::Bodies;
use crate::follow::{COORDINATOR, Counts, acting};
use crate::{Error, sight};
use kernel::{BodyId, Ctx};
use ledger::Entry;
use serde::Serialize;
use serde_json::json;
use sqlx::{FromRow, PgConnection};
use std::collections::HashMap;
use time::{Date, Duration};
use uuid::Uuid;

const DECISION_CHARS: usize = 100;
const NAME_CHARS: usize = 255;

/// A task force as its body records it.
#[derive(Clone, Copy, Debug)]
pub struct NewTaskForce<'a> {
    /// The decision that set it up, or changed it.
    pub decision: &'a str,
    /// The decision's day.
    pub founded_on: Date,
    /// Who heads it: post and name. None: the decision dissolves it.
    pub head: Option<&'a str>,
    /// Which office does its daily work.
    pub standing: &'a str,
}

/// A task force.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct TaskForce {
    /// The decision.
    pub decision: String,
    /// Its day.
    #[serde(with = "kernel::iso_date")]
    pub founded_on: Date,
    /// Who heads it.
    pub head: String,
    /// Which office does its daily work.
    pub standing: String,
}

/// A body, the task force that it has, and how its tasks stand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Led {
    /// The body.
    pub body: BodyId,
    /// None: none was recorded, or it was dissolved.
    pub force: Option<TaskForce>,
    /// The tasks that the body leads.
    pub tasks: Counts,
}

/// Records the task force of the acting body; the newest decision counts.
///
/// # Errors
/// [`Error::NotAllowed`] unless a coordinator acts; [`Error::Malformed`] names the field, also for a day to come;
/// [`Error::State`] when there is none to dissolve.
pub async fn record(conn: &mut PgConnection, ctx: &Ctx, new: &NewTaskForce<'_>) -> Result<Uuid, Error> {
    let (body, officer) = acting(ctx, COORDINATOR)?;
    let (decision, head, standing) = (new.decision.trim(), new.head.map(str::trim), new.standing.trim());
    for (text, max, field) in [
        (decision, DECISION_CHARS, "decision"),
        (head.unwrap_or("-"), NAME_CHARS, "head"),
        (standing, NAME_CHARS, "standing"),
    ] {
        let may_be_empty = field == "standing";
        if (text.is_empty() && !may_be_empty) || text.chars().count() > max || text.chars().any(char::is_control) {
            return Err(Error::Malformed(field));
        }
    }
    if new.founded_on > ctx.today() {
        return Err(Error::Malformed("founded_on"));
    }
    if head.is_none() && !of(conn, &[body.as_str()]).await?.contains_key(body.as_str()) {
        return Err(Error::State("dissolved"));
    }
    let id = ctx.uuid();
    let said = json!({"programme": "task-force", "force": id, "decision": decision, "dissolved": head.is_none(),
        "for": body, "officer": officer});
    let entry = ledger::append(&mut *conn, ctx, Entry { subject: None, kind: "change", body: said }).await?;
    sqlx::query(
        "insert into programme.task_force
             (body, force_id, decision, founded_on, head, standing, recorded_at, actor, entry_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(body.as_str())
    .bind(id)
    .bind(decision)
    .bind(new.founded_on)
    .bind(head)
    .bind(standing)
    .bind(ctx.now())
    .bind(officer)
    .bind(Uuid::from(entry))
    .execute(conn)
    .await?;
    Ok(id)
}

/// A body and those right below it, with their task forces: the own body first, the others in the order of the pack. Another
/// body than the own is looked at by who follows the whole programme. Tasks are due soon within `days`.
///
/// # Errors
/// [`Error::NotAllowed`] unless an officer of the programme asks, and about the own body.
pub async fn led(
    conn: &mut PgConnection,
    ctx: &Ctx,
    bodies: &Bodies,
    body: Option<&BodyId>,
    days: u16,
) -> Result<Vec<Led>, Error> {
    let looks = sight(conn, ctx).await?;
    let body = body.unwrap_or(&looks.body);
    if *body != looks.body && !looks.all {
        return Err(Error::NotAllowed);
    }
    let mut all = vec![body.clone()];
    all.extend(bodies.below(body, ctx.today()));
    let ids: Vec<&str> = all.iter().map(BodyId::as_str).collect();
    let mut forces = of(conn, &ids).await?;
    let mut tasks = counts(conn, ctx.today(), days, &ids).await?;
    let line = |body: BodyId| Led {
        force: forces.remove(body.as_str()),
        tasks: tasks.remove(body.as_str()).unwrap_or_default(),
        body,
    };
    Ok(all.into_iter().map(line).collect())
}

#[derive(FromRow)]
struct Row {
    body: String,
    decision: String,
    founded_on: Date,
    head: Option<String>,
    standing: String,
}

/// The standing task force of each of these bodies.
async fn of(conn: &mut PgConnection, bodies: &[&str]) -> Result<HashMap<String, TaskForce>, Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "select distinct on (body) body, decision, founded_on, head, standing from programme.task_force
         where body = any ($1) order by body, founded_on desc, recorded_at desc, force_id desc",
    )
    .bind(bodies)
    .fetch_all(conn)
    .await?;
    let standing = |row: Row| {
        let Row { body, decision, founded_on, head, standing } = row;
        Some((body, TaskForce { decision, founded_on, head: head?, standing }))
    };
    Ok(rows.into_iter().filter_map(standing).collect())
}

/// What each body leads: open, late, soon due, waiting.
async fn counts(
    conn: &mut PgConnection,
    on: Date,
    days: u16,
    bodies: &[&str],
) -> Result<HashMap<String, Counts>, Error> {
    let until = on.checked_add(Duration::days(i64::from(days))).unwrap_or(on);
    let read = crate::follow::counts_by_body();
    let rows: Vec<(String, i64, i64, i64, i64, i64)> =
        sqlx::query_as(sqlx::AssertSqlSafe(read)).bind(on).bind(until).bind(bodies).fetch_all(conn).await?;
    let one = |(body, late, soon, waiting, open, total)| (body, Counts { late, soon, waiting, open, total });
    Ok(rows.into_iter().map(one).collect())
}
