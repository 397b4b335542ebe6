//! Looking at documents under review. Who follows the programme sees all; another body those that it leads, those of which
//! everybody is asked for an opinion, and those on which it said something.

use super::{LegalDocument, Stage, Step};
use crate::{Error, sight};
use kernel::{BodyId, Ctx};
use sqlx::{AssertSqlSafe, FromRow, PgConnection};
use uuid::Uuid;

/// Most documents of one page.
pub const PAGE_MAX: u32 = 100;
/// Most steps of one document that are shown.
const STEPS_MAX: i64 = 1_000;
/// $1: sees all, $2: the body that looks.
const IN_SIGHT: &str = "($1 or d.lead = $2 or d.state = 'consulting'
    or exists (select from programme.legal_step s where s.document_id = d.document_id and s.body = $2))";

/// Which documents.
#[derive(Clone, Debug, Default)]
pub struct Which {
    /// That this body leads.
    pub lead: Option<BodyId>,
    /// At this stage.
    pub stage: Option<Stage>,
    /// Documents to pass over.
    pub skip: u32,
    /// At most so many; never more than [`PAGE_MAX`].
    pub take: u32,
}

/// How many documents there are, by the word of their stage; stages without one are missing.
pub type Counts = std::collections::BTreeMap<String, i64>;

#[derive(FromRow)]
struct Row {
    document_id: Uuid,
    number: String,
    title: String,
    lead: String,
    finding: String,
    state: String,
}

impl Row {
    fn document(self) -> Result<LegalDocument, Error> {
        let (lead, stage) = (BodyId::new(self.lead), Stage::parse(&self.state)?);
        Ok(LegalDocument {
            id: self.document_id,
            number: self.number,
            title: self.title,
            lead,
            finding: self.finding,
            stage,
        })
    }
}

/// The documents under review, by number.
///
/// # Errors
/// [`Error::NotAllowed`] for whoever does not work on the programme.
pub async fn documents(conn: &mut PgConnection, ctx: &Ctx, which: &Which) -> Result<Vec<LegalDocument>, Error> {
    let sight = sight(conn, ctx).await?;
    let query = format!(
        "select d.document_id, d.number, d.title, d.lead, d.finding, d.state from programme.legal_document d
         where {IN_SIGHT} and ($3::text is null or d.lead = $3) and ($4::text is null or d.state = $4)
         order by d.number, d.document_id limit $5 offset $6"
    );
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(query))
        .bind(sight.all)
        .bind(sight.body.as_str())
        .bind(which.lead.as_ref().map(BodyId::as_str))
        .bind(which.stage.map(Stage::word))
        .bind(i64::from(which.take.min(PAGE_MAX)))
        .bind(i64::from(which.skip))
        .fetch_all(conn)
        .await?;
    rows.into_iter().map(Row::document).collect()
}

/// How many there are at each stage.
///
/// # Errors
/// [`Error::NotAllowed`] for whoever does not work on the programme.
pub async fn counts(conn: &mut PgConnection, ctx: &Ctx) -> Result<Counts, Error> {
    let sight = sight(conn, ctx).await?;
    let query = format!("select d.state, count(*) from programme.legal_document d where {IN_SIGHT} group by d.state");
    let rows: Vec<(String, i64)> =
        sqlx::query_as(AssertSqlSafe(query)).bind(sight.all).bind(sight.body.as_str()).fetch_all(conn).await?;
    Ok(rows.into_iter().collect())
}

/// A document with what happened to it, oldest first.
///
/// # Errors
/// [`Error::NotAllowed`] for whoever does not work on the programme, [`Error::NotFound`] also where it is not for this body.
pub async fn document(conn: &mut PgConnection, ctx: &Ctx, id: Uuid) -> Result<(LegalDocument, Vec<Step>), Error> {
    let sight = sight(conn, ctx).await?;
    let query = format!(
        "select d.document_id, d.number, d.title, d.lead, d.finding, d.state from programme.legal_document d
         where {IN_SIGHT} and d.document_id = $3"
    );
    let row: Option<Row> = sqlx::query_as(AssertSqlSafe(query))
        .bind(sight.all)
        .bind(sight.body.as_str())
        .bind(id)
        .fetch_optional(&mut *conn)
        .await?;
    let document = row.ok_or(Error::NotFound)?.document()?;
    let steps = sqlx::query_as(
        "select kind, state, body, note, file_hash, file_name, task_id, at from programme.legal_step where document_id = $1
         order by seq limit $2",
    );
    let steps = steps.bind(id).bind(STEPS_MAX).fetch_all(conn).await?;
    Ok((document, steps))
}

/// A draft of a document: its name and what is in it.
///
/// # Errors
/// As [`document`]; [`Error::NotFound`] where the document has no such draft.
pub async fn draft(conn: &mut PgConnection, ctx: &Ctx, id: Uuid, hash: &[u8; 32]) -> Result<(String, Vec<u8>), Error> {
    document(conn, ctx, id).await?;
    let find = "select coalesce(s.file_name, s.kind), f.bytes from programme.legal_step s
        join programme.evidence_file f on f.body = s.body and f.file_hash = s.file_hash
        where s.document_id = $1 and s.file_hash = $2 order by s.seq limit 1";
    sqlx::query_as(find).bind(id).bind(hash.as_slice()).fetch_optional(conn).await?.ok_or(Error::NotFound)
}
