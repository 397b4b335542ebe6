//! A reading becomes a directive with tasks. The same again changes nothing; what changed becomes a new version.

use super::record::{Happened, record};
use super::version::{self, Said};
use super::{COORDINATOR, acting, assign};
use crate::Error;
use crate::bodies::Bodies;
use crate::read::Reading;
use kernel::text::hex;
use kernel::{BodyId, Ctx};
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;
use sqlx::types::Json;
use std::collections::HashMap;
use uuid::Uuid;

/// Says that this very file was read in before, and nothing was changed.
pub const AGAIN: &str = "PRG0013";

/// What is to be kept.
#[derive(Clone, Copy, Debug)]
pub struct Import<'i> {
    /// What was read.
    pub reading: &'i Reading,
    /// SHA-256 of the file.
    pub file_hash: [u8; 32],
    /// Who steers the directive: only that body's coordinators read in, assign and decide.
    pub steering: &'i BodyId,
    /// The directive that this document amends; None: it is a directive of its own.
    pub amends: Option<Uuid>,
}

/// What became of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Imported {
    /// The directive.
    pub directive: Uuid,
    /// This very file was read in before: nothing was changed.
    pub again: bool,
    /// New tasks.
    pub new: Vec<Uuid>,
    /// Tasks that say something else now; each has a new version.
    pub changed: Vec<Uuid>,
    /// How many say the same as before.
    pub unchanged: usize,
    /// Tasks of the directive that this file does not have. They stay as they are: a page may be missing.
    pub missing: Vec<Uuid>,
    /// New or changed tasks that nobody leads: a person has to assign them.
    pub unassigned: Vec<Uuid>,
}

#[derive(sqlx::FromRow)]
struct Kept {
    task_id: Uuid,
    section: String,
    number: String,
    copy: i16,
    version: i32,
    said_hash: Vec<u8>,
}

/// Keeps a reading.
///
/// # Errors
/// [`Error::NotAllowed`] unless a coordinator of the steering body acts; [`Error::NoHead`] when the reading has no number or
/// day; [`Error::NotFound`] when there is no directive to amend; [`Error::Malformed`] when the steering body is not in the
/// pack.
pub async fn import(
    conn: &mut PgConnection,
    ctx: &Ctx,
    bodies: &Bodies,
    import: Import<'_>,
) -> Result<Imported, Error> {
    let by = acting(ctx, COORDINATOR)?;
    if by.0 != *import.steering {
        return Err(Error::NotAllowed);
    }
    if !bodies.stands(import.steering, ctx.today()) {
        return Err(Error::Malformed("steering"));
    }
    let reading = import.reading;
    let basis = reading.number.clone().ok_or(Error::NoHead)?;
    let directive = directive(conn, ctx, &import, &basis).await?;
    let mut done = Imported {
        directive,
        again: false,
        new: Vec::new(),
        changed: Vec::new(),
        unchanged: 0,
        missing: Vec::new(),
        unassigned: Vec::new(),
    };
    if !keep_reading(conn, ctx, directive, &import, &basis).await? {
        done.again = true;
        done.unchanged = reading.tasks.len();
        return Ok(done);
    }
    let kept: Vec<Kept> = sqlx::query_as(
        "select t.task_id, t.section, t.number, t.copy, t.version, v.said_hash
         from programme.task t join programme.task_version v on v.task_id = t.task_id and v.version = t.version
         where t.directive_id = $1 order by t.position",
    )
    .bind(directive)
    .fetch_all(&mut *conn)
    .await?;
    let mut by_place: HashMap<(String, String, i16), Kept> =
        kept.into_iter().map(|kept| ((kept.section.clone(), kept.number.clone(), kept.copy), kept)).collect();
    let mut copies: HashMap<(&str, &str), i16> = HashMap::new();
    let mut events = Vec::new();
    for (position, task) in reading.tasks.iter().enumerate() {
        let copy = copies.entry((&task.section, &task.number)).or_insert(0);
        *copy += 1;
        let title = reading.sections.iter().find(|section| section.mark == task.section);
        let said = Said::of(task, title.map_or("", |section| section.title.as_str()));
        let before = by_place.remove(&(task.section.clone(), task.number.clone(), *copy));
        let (id, version) = match before {
            Some(kept) if kept.said_hash == said.hash() => {
                done.unchanged += 1;
                continue;
            }
            Some(kept) => {
                done.changed.push(kept.task_id);
                raise(conn, kept.task_id, kept.version + 1).await?;
                (kept.task_id, kept.version + 1)
            }
            None => {
                let id = ctx.uuid();
                done.new.push(id);
                let place = Place { directive, section: &task.section, number: &task.number, copy: *copy, position };
                add(conn, id, &place).await?;
                (id, 1)
            }
        };
        version::keep(conn, ctx, (id, version), &said, &basis).await?;
        let given = assign::as_said(conn, ctx, bodies, import.steering, id, &said, reading.day).await?;
        if given.lead.is_empty() {
            done.unassigned.push(id);
        }
        let kind = if version == 1 { "imported" } else { "amended" };
        let doubts: Vec<_> = said.doubts.iter().map(|doubt| doubt.code.clone()).collect();
        let detail =
            json!({"version": version, "basis": basis, "said": hex(&said.hash()), "doubts": doubts, "given": given});
        events.push(Happened { task: id, body: None, kind, detail });
    }
    if import.amends.is_none() {
        done.missing = by_place.into_values().map(|kept| kept.task_id).collect();
        done.missing.sort_unstable();
    }
    record(conn, ctx, (&by.0, by.1), &events).await?;
    Ok(done)
}

/// The directive's row, locked: two imports of one directive run one after the other.
async fn directive(conn: &mut PgConnection, ctx: &Ctx, import: &Import<'_>, number: &str) -> Result<Uuid, Error> {
    let (id, steering): (Uuid, String) = if let Some(amended) = import.amends {
        let find = "select directive_id, steering_body from programme.directive where directive_id = $1 for update";
        sqlx::query_as(find).bind(amended).fetch_optional(&mut *conn).await?.ok_or(Error::NotFound)?
    } else {
        let issued_on = import.reading.date.ok_or(Error::NoHead)?;
        if number.is_empty() || number.chars().count() > 100 {
            return Err(Error::Malformed("number"));
        }
        sqlx::query(
            "insert into programme.directive (directive_id, number, issued_on, steering_body, created_at)
             values ($1, $2, $3, $4, $5) on conflict (number, issued_on) do nothing",
        )
        .bind(ctx.uuid())
        .bind(number)
        .bind(issued_on)
        .bind(import.steering.as_str())
        .bind(ctx.now())
        .execute(&mut *conn)
        .await?;
        let find = "select directive_id, steering_body from programme.directive where number = $1 and issued_on = $2 for update";
        sqlx::query_as(find).bind(number).bind(issued_on).fetch_one(&mut *conn).await?
    };
    if steering == import.steering.as_str() { Ok(id) } else { Err(Error::NotAllowed) }
}

/// Whether the file is new to the directive.
async fn keep_reading(
    conn: &mut PgConnection,
    ctx: &Ctx,
    directive: Uuid,
    import: &Import<'_>,
    basis: &str,
) -> Result<bool, Error> {
    let layout = serde_json::to_value(import.reading.layout).map_err(|_| Error::Fault("layout"))?;
    let kept = sqlx::query(
        "insert into programme.reading (directive_id, reading_id, file_hash, layout, basis, doubts, left_over, tasks, read_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (directive_id, file_hash) do nothing",
    )
    .bind(directive)
    .bind(ctx.uuid())
    .bind(import.file_hash.to_vec())
    .bind(layout.as_str().unwrap_or_default())
    .bind(import.amends.map(|_| basis))
    .bind(Json(&import.reading.doubts))
    .bind(Json(&import.reading.left))
    .bind(i32::try_from(import.reading.tasks.len()).unwrap_or(i32::MAX))
    .bind(ctx.now())
    .execute(conn)
    .await?;
    Ok(kept.rows_affected() == 1)
}

struct Place<'p> {
    directive: Uuid,
    section: &'p str,
    number: &'p str,
    copy: i16,
    position: usize,
}

async fn add(conn: &mut PgConnection, id: Uuid, place: &Place<'_>) -> Result<(), Error> {
    sqlx::query(
        "insert into programme.task (task_id, directive_id, section, number, copy, position, version)
         values ($1, $2, $3, $4, $5, $6, 1)",
    )
    .bind(id)
    .bind(place.directive)
    .bind(place.section)
    .bind(place.number)
    .bind(place.copy)
    .bind(i32::try_from(place.position).unwrap_or(i32::MAX))
    .execute(conn)
    .await?;
    Ok(())
}

/// Makes a version the one in force.
pub(super) async fn raise(conn: &mut PgConnection, task: Uuid, version: i32) -> Result<(), Error> {
    let raised = sqlx::query("update programme.task set version = $2 where task_id = $1 and version = $2 - 1");
    let raised = raised.bind(task).bind(version).execute(conn).await?;
    if raised.rows_affected() == 1 { Ok(()) } else { Err(Error::Changed) }
}
