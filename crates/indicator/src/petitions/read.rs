//! Petitions as pages show them: to who wrote them, to the body, to everybody.

use super::{COLUMNS, LINES_MAX, Row, Side, Stand, answers};
use crate::Error;
use crate::facts::PetitionFacts;
use kernel::{Actor, BodyId, Ctx};
use sqlx::{AssertSqlSafe, PgConnection};
use time::OffsetDateTime;
use uuid::Uuid;

/// One petition in a list.
#[derive(Clone, PartialEq, Debug)]
pub struct Line {
    /// Which.
    pub id: Uuid,
    /// Its code, such as `PA001234567890`.
    pub code: String,
    /// Where it stands.
    pub stand: Stand,
    /// The body.
    pub body: BodyId,
    /// What was written.
    pub text: String,
    /// What the index knows of it; its clocks are counted from these.
    pub facts: PetitionFacts,
}

/// One petition, whole.
#[derive(Clone, PartialEq, Debug)]
pub struct Petition {
    /// As in a list.
    pub line: Line,
    /// From which side it is looked at.
    pub side: Side,
    /// The dossier that it is about.
    pub dossier: Option<(Uuid, String)>,
    /// The answer.
    pub answer: Option<String>,
    /// Whether it may still be handed on, but for the time.
    pub movable: bool,
    /// Whether the answer helped.
    pub liked: Option<bool>,
    /// What was done, one after the other.
    pub steps: Vec<Step>,
}

/// What was done with a petition.
#[derive(Clone, PartialEq, Eq, Debug, sqlx::FromRow)]
pub struct Step {
    /// `filed`, `refused`, `handed-on`, `asked`, `supplied`, `answered`, `published`, `liked`, `disliked`.
    pub kind: String,
    /// What was said.
    pub note: Option<String>,
    /// The body that did it; the citizen where there is none.
    pub body: Option<String>,
    /// When.
    pub at: OffsetDateTime,
}

/// A question and its answer, for everybody.
#[derive(Clone, PartialEq, Eq, Debug, sqlx::FromRow)]
pub struct Published {
    /// Its code.
    pub code: String,
    /// Who answers.
    pub body: String,
    /// The question, in words that name nobody.
    pub public_text: String,
    /// The answer.
    pub answer: String,
    /// When it became public.
    pub published_at: OffsetDateTime,
}

/// The row, locked until the transaction ends.
pub(super) async fn locked(conn: &mut PgConnection, petition: Uuid) -> Result<Option<Row>, Error> {
    let sql = format!("select {COLUMNS} from indicator.petition_text where petition_id = $1 for update");
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(petition).fetch_optional(conn).await?)
}

fn line(row: &Row) -> Result<Line, Error> {
    Ok(Line {
        id: row.petition_id,
        code: row.code.clone(),
        stand: row.stand()?,
        body: BodyId::new(&row.body),
        text: row.text.clone(),
        facts: row.facts(),
    })
}

/// What the citizen who acts has filed, newest first.
///
/// # Errors
/// `UnknownPetition` unless a citizen acts; when the database fails.
pub async fn of_subject(conn: &mut PgConnection, ctx: &Ctx, (skip, take): (u32, u32)) -> Result<Vec<Line>, Error> {
    let Actor::Citizen { subject, .. } = &ctx.actor else { return Err(Error::UnknownPetition) };
    let sql = format!(
        "select {COLUMNS} from indicator.petition_text where subject_id = $1
         order by received_at desc, petition_id offset $2 limit $3"
    );
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(subject.0)
        .bind(i64::from(skip))
        .bind(i64::from(take.min(LINES_MAX)))
        .fetch_all(conn)
        .await?;
    rows.iter().map(line).collect()
}

/// Petitions to the body of the officer who acts: those on which something is left to do, oldest first; or the ended ones,
/// newest first.
///
/// # Errors
/// `UnknownPetition` unless an officer acts who answers petitions; when the database fails.
pub async fn of_body(
    conn: &mut PgConnection,
    ctx: &Ctx,
    open: bool,
    (skip, take): (u32, u32),
) -> Result<Vec<Line>, Error> {
    let Actor::Officer { body, .. } = &ctx.actor else { return Err(Error::UnknownPetition) };
    if !answers(ctx) {
        return Err(Error::UnknownPetition);
    }
    let (states, order): (&[&str], _) =
        if open { (&["received", "asked", "answered"], "asc") } else { (&["refused", "published"], "desc") };
    let sql = format!(
        "select {COLUMNS} from indicator.petition_text where body = $1 and state = any($2)
         order by received_at {order}, petition_id offset $3 limit $4"
    );
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(body.as_str())
        .bind(states)
        .bind(i64::from(skip))
        .bind(i64::from(take.min(LINES_MAX)))
        .fetch_all(conn)
        .await?;
    rows.iter().map(line).collect()
}

/// One petition, for who wrote it and for the body's officers.
///
/// # Errors
/// `UnknownPetition`; when the database fails.
pub async fn petition(conn: &mut PgConnection, ctx: &Ctx, id: Uuid) -> Result<Petition, Error> {
    let sql = format!("select {COLUMNS} from indicator.petition_text where petition_id = $1");
    let row: Option<Row> = sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(&mut *conn).await?;
    let row = row.ok_or(Error::UnknownPetition)?;
    let side = row.side(ctx).ok_or(Error::UnknownPetition)?;
    let steps = sqlx::query_as(
        "select kind, note, body, at from indicator.petition_step where petition_id = $1 order by number",
    );
    Ok(Petition {
        line: line(&row)?,
        side,
        movable: super::step::movable(&row),
        dossier: row.dossier_id.zip(row.dossier_code),
        answer: row.answer,
        liked: row.liked,
        steps: steps.bind(id).fetch_all(conn).await?,
    })
}

/// What is public, newest first: of everybody, or of these bodies.
///
/// # Errors
/// When the database fails.
pub async fn published(
    conn: &mut PgConnection,
    bodies: Option<&[BodyId]>,
    (skip, take): (u32, u32),
) -> Result<Vec<Published>, Error> {
    let bodies: Option<Vec<&str>> = bodies.map(|bodies| bodies.iter().map(BodyId::as_str).collect());
    let rows = sqlx::query_as(
        "select code, body, public_text, answer, published_at from indicator.petition_text
         where state = 'published' and ($1::text[] is null or body = any($1))
         order by published_at desc, petition_id offset $2 limit $3",
    );
    let rows = rows.bind(bodies).bind(i64::from(skip)).bind(i64::from(take.min(LINES_MAX)));
    Ok(rows.fetch_all(conn).await?)
}
