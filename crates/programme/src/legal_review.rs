//! Legal documents under review (directive 04/2024, tasks A2, A10, B3): which must change, who drafts, what others say, where
//! each stands.

mod read;

pub use read::{Counts, PAGE_MAX, Which, counts, document, documents, draft};

use crate::follow::{self, COORDINATOR, NewFile, REPORTER, acting};
use crate::{Error, sight};
use kernel::{BodyId, Ctx};
use ledger::Entry;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{FromRow, PgConnection};
use time::OffsetDateTime;
use uuid::Uuid;

/// Most characters of a note.
const NOTE_MAX: usize = 20_000;

/// Where a document stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// On the list.
    Listed,
    /// Somebody looks whether it must change.
    Reviewing,
    /// A draft is being written.
    Drafting,
    /// Others are asked for their opinion.
    Consulting,
    /// Before who issues it.
    Submitted,
    /// The change is law.
    Issued,
    /// It stays as it is.
    Kept,
    /// No longer under review.
    Dropped,
}

impl Stage {
    /// Every stage with its word, in the order in which a document goes through them.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::Listed, "listed"),
        (Self::Reviewing, "reviewing"),
        (Self::Drafting, "drafting"),
        (Self::Consulting, "consulting"),
        (Self::Submitted, "submitted"),
        (Self::Issued, "issued"),
        (Self::Kept, "kept"),
        (Self::Dropped, "dropped"),
    ];

    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(stage, _)| *stage == self).map_or("", |(_, word)| word)
    }

    /// The stage of this word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == word).map(|(stage, _)| *stage)
    }

    fn parse(text: &str) -> Result<Self, Error> {
        Self::of(text).ok_or(Error::Fault("an unknown stage"))
    }

    /// Whether a document may go from here to there: forward step by step, back to drafting, or out.
    #[must_use]
    pub const fn leads_to(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Listed, Self::Reviewing)
                | (Self::Reviewing, Self::Drafting | Self::Kept)
                | (Self::Drafting, Self::Consulting | Self::Submitted)
                | (Self::Consulting, Self::Submitted | Self::Drafting)
                | (Self::Submitted, Self::Issued | Self::Drafting)
                | (Self::Listed | Self::Reviewing | Self::Drafting | Self::Consulting | Self::Submitted, Self::Dropped)
        )
    }
}

/// A document under review.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LegalDocument {
    /// Names it.
    pub id: Uuid,
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Who has to change it.
    pub lead: BodyId,
    /// What has to change.
    pub finding: String,
    /// Where it stands.
    pub stage: Stage,
}

/// Something that happened to a document.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, FromRow)]
pub struct Step {
    /// `listed`, `moved`, `draft`, `opinion`, `task`.
    pub kind: String,
    /// Where it went.
    pub state: Option<String>,
    /// The body that acted.
    pub body: String,
    /// In its words.
    pub note: String,
    /// SHA-256 of a draft.
    pub file_hash: Option<Vec<u8>>,
    /// What the draft's file is called.
    pub file_name: Option<String>,
    /// The task that the change serves.
    pub task_id: Option<Uuid>,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// What is added to a document.
#[derive(Clone, Debug)]
pub enum Addition<'a> {
    /// It moves on.
    Move(Stage, &'a str),
    /// A draft.
    Draft(&'a NewFile, &'a str),
    /// What another body says of the draft.
    Opinion(&'a str),
    /// A task that the change serves.
    Task(Uuid),
}

/// Puts a document on the list. Gives its id.
///
/// # Errors
/// [`Error::NotAllowed`] unless a coordinator of a body that follows the programme acts, [`Error::Malformed`],
/// [`Error::State`] when its number is listed.
pub async fn list(
    conn: &mut PgConnection,
    ctx: &Ctx,
    number: &str,
    title: &str,
    lead: &BodyId,
    finding: &str,
) -> Result<Uuid, Error> {
    let by = acting(ctx, COORDINATOR)?;
    if !sight(conn, ctx).await?.all {
        return Err(Error::NotAllowed);
    }
    for (text, max, field) in [(number, 100, "number"), (title, 1000, "title"), (finding, 10_000, "finding")] {
        if text.trim().is_empty() || text.chars().count() > max {
            return Err(Error::Malformed(field));
        }
    }
    let id = ctx.uuid();
    let made = sqlx::query(
        "insert into programme.legal_document (document_id, number, title, lead, finding, state, version, listed_at)
         values ($1, $2, $3, $4, $5, 'listed', 1, $6) on conflict (number) do nothing",
    )
    .bind(id)
    .bind(number)
    .bind(title)
    .bind(lead.as_str())
    .bind(finding)
    .bind(ctx.now())
    .execute(&mut *conn)
    .await?;
    if made.rows_affected() == 0 {
        return Err(Error::State("listed"));
    }
    let step = NewStep { kind: "listed", state: Some("listed"), note: "", file: None, task: None };
    keep(conn, ctx, &by, id, 1, &step).await?;
    Ok(id)
}

struct NewStep<'s> {
    kind: &'static str,
    state: Option<&'static str>,
    note: &'s str,
    file: Option<([u8; 32], &'s str)>,
    task: Option<Uuid>,
}

/// Adds to a document: the body that leads moves it and adds drafts and tasks, any other gives its opinion.
///
/// # Errors
/// [`Error::NotAllowed`], [`Error::NotFound`], [`Error::Malformed`]; [`Error::State`] for a step that its stage does not allow,
/// or an opinion while nobody is asked.
pub async fn add(conn: &mut PgConnection, ctx: &Ctx, document: Uuid, addition: &Addition<'_>) -> Result<(), Error> {
    let by = acting(ctx, REPORTER)?;
    let find = "select lead, state, version from programme.legal_document where document_id = $1 for update";
    let (lead, state, version): (String, String, i32) =
        sqlx::query_as(find).bind(document).fetch_optional(&mut *conn).await?.ok_or(Error::NotFound)?;
    let stage = Stage::parse(&state)?;
    let leads = lead == by.0.as_str();
    let none = NewStep { kind: "moved", state: None, note: "", file: None, task: None };
    let (step, next) = match *addition {
        Addition::Opinion(_) if leads => return Err(Error::NotAllowed),
        Addition::Opinion(_) if stage != Stage::Consulting => return Err(Error::State("consulting")),
        Addition::Opinion(note) if note.trim().is_empty() => return Err(Error::Malformed("note")),
        Addition::Opinion(note) => (NewStep { kind: "opinion", note, ..none }, stage),
        _ if !leads => return Err(Error::NotAllowed),
        Addition::Move(next, _) if !stage.leads_to(next) => return Err(Error::State("stage")),
        Addition::Move(next, note) => (NewStep { state: Some(next.word()), note, ..none }, next),
        Addition::Draft(..) if !matches!(stage, Stage::Drafting | Stage::Consulting) => {
            return Err(Error::State("drafting"));
        }
        Addition::Draft(file, note) => {
            let hash = follow::keep_file(&mut *conn, ctx, &by.0, file).await?;
            (NewStep { kind: "draft", note, file: Some((hash, file.name.as_str())), ..none }, stage)
        }
        Addition::Task(task) => {
            let exists = "select exists (select from programme.task where task_id = $1)";
            if !sqlx::query_scalar::<_, bool>(exists).bind(task).fetch_one(&mut *conn).await? {
                return Err(Error::NotFound);
            }
            (NewStep { kind: "task", task: Some(task), ..none }, stage)
        }
    };
    if step.note.chars().count() > NOTE_MAX {
        return Err(Error::TooLarge(NOTE_MAX));
    }
    let change = "update programme.legal_document set state = $2, version = version + 1 where document_id = $1";
    sqlx::query(change).bind(document).bind(next.word()).execute(&mut *conn).await?;
    keep(conn, ctx, &by, document, version + 1, &step).await
}

async fn keep(
    conn: &mut PgConnection,
    ctx: &Ctx,
    by: &(BodyId, Option<Uuid>),
    document: Uuid,
    seq: i32,
    step: &NewStep<'_>,
) -> Result<(), Error> {
    let said = json!({"programme": "legal", "document": document, "step": step.kind, "state": step.state,
        "draft": step.file.map(|(hash, _)| kernel::text::hex(&hash)), "task": step.task, "for": by.0, "officer": by.1});
    let entry = ledger::append(&mut *conn, ctx, Entry { subject: None, kind: "change", body: said }).await?;
    sqlx::query(
        "insert into programme.legal_step (document_id, step_id, seq, kind, state, body, note, file_hash, task_id, actor, at,
             entry_id, file_name)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(document)
    .bind(ctx.uuid())
    .bind(seq)
    .bind(step.kind)
    .bind(step.state)
    .bind(by.0.as_str())
    .bind(step.note)
    .bind(step.file.map(|(hash, _)| hash.to_vec()))
    .bind(step.task)
    .bind(by.1)
    .bind(ctx.now())
    .bind(Uuid::from(entry))
    .bind(step.file.map(|(_, name)| name))
    .execute(conn)
    .await?;
    Ok(())
}
