//! What a task says, in versions that are never changed.

use crate::Error;
use crate::bodies::{Bodies, Party};
use crate::deadline::{Deadline, Stage};
use crate::doubt::Doubt;
use crate::read::ReadTask;
use kernel::{BodyId, Ctx};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use sqlx::types::Json;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// What a directive says of one task, and what the reader made of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Said {
    /// The heading of its section.
    pub section_title: String,
    /// What is to be done.
    pub content: String,
    /// What comes of it.
    pub product: String,
    /// Until when.
    pub deadline: Deadline,
    /// Who leads.
    pub lead: Vec<Party>,
    /// Who supports.
    pub support: Vec<Party>,
    /// What is doubtful.
    pub doubts: Vec<Doubt>,
}

impl Said {
    pub(super) fn of(task: &ReadTask, section_title: &str) -> Self {
        Self {
            section_title: section_title.to_owned(),
            content: task.content.clone(),
            product: task.product.clone(),
            deadline: task.deadline.clone(),
            lead: task.lead.clone(),
            support: task.support.clone(),
            doubts: task.doubts.clone(),
        }
    }

    /// SHA-256 over the words of the directive alone: what the reader made of them does not count.
    pub(super) fn hash(&self) -> [u8; 32] {
        let texts = |parties: &[Party]| parties.iter().map(|party| party.text.clone()).collect::<Vec<_>>();
        let said = json!([self.content, self.product, self.deadline.text, texts(&self.lead), texts(&self.support)]);
        Sha256::digest(said.to_string().as_bytes()).into()
    }

    /// The bodies that lead and those that support, as they stood on a day; nobody is both.
    pub(super) fn obligors(&self, bodies: &Bodies, on: Date) -> (Vec<BodyId>, Vec<BodyId>) {
        let all = |parties: &[Party]| {
            let mut all: Vec<BodyId> = parties.iter().flat_map(|party| party.bodies(bodies, on)).collect();
            all.sort();
            all.dedup();
            all
        };
        let lead = all(&self.lead);
        let support = all(&self.support).into_iter().filter(|body| !lead.contains(body)).collect();
        (lead, support)
    }
}

/// A version of a task.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct TaskVersion {
    /// Counted from 1.
    pub version: i32,
    /// What it says.
    pub said: Said,
    /// The document that made it: the directive, or what amended it.
    pub basis: String,
    /// When it was kept.
    #[serde(with = "time::serde::rfc3339")]
    pub made_at: OffsetDateTime,
}

#[derive(sqlx::FromRow)]
struct Row {
    version: i32,
    section_title: String,
    content: String,
    product: String,
    deadline_kind: String,
    due_from: Option<Date>,
    due_until: Option<Date>,
    deadline_text: String,
    stages: Json<Vec<Stage>>,
    lead: Json<Vec<Party>>,
    support: Json<Vec<Party>>,
    doubts: Json<Vec<Doubt>>,
    basis: String,
    made_at: OffsetDateTime,
}

impl Row {
    fn version(self) -> Result<TaskVersion, Error> {
        let kind =
            serde_json::from_value(json!(self.deadline_kind)).map_err(|_| Error::Fault("an unknown deadline"))?;
        let deadline = Deadline {
            kind,
            from: self.due_from,
            until: self.due_until,
            text: self.deadline_text,
            stages: self.stages.0,
        };
        let said = Said {
            section_title: self.section_title,
            content: self.content,
            product: self.product,
            deadline,
            lead: self.lead.0,
            support: self.support.0,
            doubts: self.doubts.0,
        };
        Ok(TaskVersion { version: self.version, said, basis: self.basis, made_at: self.made_at })
    }
}

/// Every version of a task, oldest first; none where there is no such task.
///
/// # Errors
/// When the store fails.
pub async fn versions(conn: &mut PgConnection, task: Uuid) -> Result<Vec<TaskVersion>, Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "select version, section_title, content, product, deadline_kind, due_from, due_until, deadline_text, stages, lead,
             support, doubts, basis, made_at
         from programme.task_version where task_id = $1 order by version",
    )
    .bind(task)
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Row::version).collect()
}

/// Keeps a version. The task's row is the caller's to raise.
pub(super) async fn keep(
    conn: &mut PgConnection,
    ctx: &Ctx,
    (task, version): (Uuid, i32),
    said: &Said,
    basis: &str,
) -> Result<(), Error> {
    sqlx::query(
        "insert into programme.task_version (task_id, version, section_title, content, product, deadline_kind, due_from,
             due_until, deadline_text, stages, lead, support, doubts, said_hash, basis, made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
    )
    .bind(task)
    .bind(version)
    .bind(&said.section_title)
    .bind(&said.content)
    .bind(&said.product)
    .bind(said.deadline.kind.word())
    .bind(said.deadline.from)
    .bind(said.deadline.until)
    .bind(&said.deadline.text)
    .bind(Json(&said.deadline.stages))
    .bind(Json(&said.lead))
    .bind(Json(&said.support))
    .bind(Json(&said.doubts))
    .bind(said.hash().to_vec())
    .bind(basis)
    .bind(ctx.now())
    .execute(conn)
    .await?;
    Ok(())
}
