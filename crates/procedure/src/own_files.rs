//! The reads that take no pass: a body's program opening the body's own file, and only these (see the crate's page).

use crate::jobs::StepJob;
use crate::rows::{DOSSIER, DossierRow, STEPS, StepRow, TASK, TaskRow};
use crate::{Error, Procedures};
use kernel::{BodyId, DossierId};
use sqlx::PgPool;
use uuid::Uuid;

/// For jobs of the origin: the dossier that is about to be sent. The passage under which any of it leaves is the call
/// that follows.
pub(crate) async fn dossier_and_steps(db: &PgPool, id: DossierId) -> Result<Option<(DossierRow, Vec<StepRow>)>, Error> {
    let dossier: Option<DossierRow> = sqlx::query_as(sqlx::AssertSqlSafe(format!("{DOSSIER} WHERE dossier_id = $1")))
        .bind(id.0)
        .fetch_optional(db)
        .await?;
    let Some(dossier) = dossier else { return Ok(None) };
    let steps: Vec<StepRow> = sqlx::query_as(STEPS).bind(id.0).fetch_all(db).await?;
    Ok(Some((dossier, steps)))
}

/// For jobs of the acting body: the task that is about to be carried out or reported, each by calls of its own.
pub(crate) async fn task_of(db: &PgPool, job: &StepJob) -> Result<TaskRow, Error> {
    sqlx::query_as(sqlx::AssertSqlSafe(format!("{TASK} WHERE dossier_id = $1 AND member = $2 AND child = $3")))
        .bind(job.dossier.0)
        .bind(&job.member)
        .bind(job.child)
        .fetch_optional(db)
        .await?
        .ok_or(Error::UnknownTask)
}

impl Procedures {
    /// For an officer who is about to knock: which dossier and person the door has to be asked about. Nothing of it is
    /// shown before the door has opened.
    pub(crate) async fn head_of(&self, body: &BodyId, task: Uuid) -> Result<TaskRow, Error> {
        sqlx::query_as(sqlx::AssertSqlSafe(format!("{TASK} WHERE task_id = $1 AND body = $2")))
            .bind(task)
            .bind(body.as_str())
            .fetch_optional(self.0.db.pool())
            .await?
            .ok_or(Error::UnknownTask)
    }
}
