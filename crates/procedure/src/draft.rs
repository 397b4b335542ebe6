//! Drafts: a filing that is saved and taken up again.

use crate::file_check::VALUES_BYTES_MAX;
use crate::procedures::{OWN, citizen, own_request};
use crate::{Error, Procedures};
use kernel::{Ctx, Problem};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

/// A saved filing.
#[derive(Clone, Debug, Serialize, Deserialize, sqlx::FromRow)]
pub struct Draft {
    /// Its id.
    #[sqlx(rename = "draft_id")]
    pub id: Uuid,
    /// Code of the procedure or group.
    #[sqlx(rename = "definition")]
    pub code: String,
    /// The values so far.
    #[sqlx(rename = "form_values")]
    pub values: Value,
    /// When it was saved.
    #[serde(with = "time::serde::rfc3339")]
    pub saved_at: OffsetDateTime,
}

/// Drafts that one person may keep; the oldest give way.
const DRAFTS_MAX: i64 = 20;

impl Procedures {
    /// Saves values, as a new draft or over the one with this id.
    ///
    /// # Errors
    /// `PRO0012` no such draft, `PRO0016` too large.
    pub async fn save_draft(&self, ctx: &Ctx, id: Option<Uuid>, code: &str, values: Value) -> Result<Uuid, Problem> {
        let (_, subject) = citizen(ctx)?;
        self.0.setting.catalogue.need_group(code, ctx.today())?;
        if values.to_string().len() > VALUES_BYTES_MAX {
            return Err(Error::TooLarge.into());
        }
        let (now, fresh, code) = (ctx.now(), ctx.uuid(), code.to_owned());
        self.0
            .exchange
            .open(ctx, own_request(OWN, subject), move |tx, pass| {
                Box::pin(async move {
                    pass.admit(subject, None).map_err(Problem::from)?;
                    if let Some(id) = id {
                        let saved = sqlx::query(
                            "UPDATE procedure.draft SET form_values = $3, saved_at = $4 \
                             WHERE subject_id = $1 AND draft_id = $2",
                        )
                        .bind(subject.0)
                        .bind(id)
                        .bind(&values)
                        .bind(now)
                        .execute(&mut *tx)
                        .await?;
                        return if saved.rows_affected() == 1 { Ok(id) } else { Err(Error::UnknownDraft) };
                    }
                    sqlx::query(
                        "INSERT INTO procedure.draft (subject_id, draft_id, definition, form_values, saved_at) \
                         VALUES ($1, $2, $3, $4, $5)",
                    )
                    .bind(subject.0)
                    .bind(fresh)
                    .bind(&code)
                    .bind(&values)
                    .bind(now)
                    .execute(&mut *tx)
                    .await?;
                    sqlx::query(
                        "DELETE FROM procedure.draft WHERE subject_id = $1 AND draft_id IN (SELECT draft_id \
                         FROM procedure.draft WHERE subject_id = $1 ORDER BY saved_at DESC, draft_id OFFSET $2)",
                    )
                    .bind(subject.0)
                    .bind(DRAFTS_MAX)
                    .execute(tx)
                    .await?;
                    Ok(fresh)
                })
            })
            .await
    }

    /// The draft with this id.
    ///
    /// # Errors
    /// `PRO0012` no such draft.
    pub async fn draft(&self, ctx: &Ctx, id: Uuid) -> Result<Draft, Problem> {
        self.own_drafts(ctx, Some(id)).await?.pop().ok_or_else(|| Error::UnknownDraft.into())
    }

    /// The drafts of the citizen who acts, newest first.
    ///
    /// # Errors
    /// `PRO0011` no citizen.
    pub async fn drafts(&self, ctx: &Ctx) -> Result<Vec<Draft>, Problem> {
        self.own_drafts(ctx, None).await
    }

    async fn own_drafts(&self, ctx: &Ctx, id: Option<Uuid>) -> Result<Vec<Draft>, Problem> {
        let (_, subject) = citizen(ctx)?;
        self.0
            .exchange
            .open(ctx, own_request(OWN, subject), move |tx, pass| {
                Box::pin(async move {
                    pass.admit(subject, None).map_err(Problem::from)?;
                    let found = sqlx::query_as(
                        "SELECT draft_id, definition, form_values, saved_at FROM procedure.draft \
                         WHERE subject_id = $1 AND ($2::uuid IS NULL OR draft_id = $2) ORDER BY saved_at DESC LIMIT $3",
                    )
                    .bind(subject.0)
                    .bind(id)
                    .bind(DRAFTS_MAX)
                    .fetch_all(tx)
                    .await?;
                    Ok::<_, Error>(found)
                })
            })
            .await
    }

    /// Throws a draft away. One that is not there is gone already.
    ///
    /// # Errors
    /// `PRO0011` no citizen.
    pub async fn discard_draft(&self, ctx: &Ctx, id: Uuid) -> Result<(), Problem> {
        let (_, subject) = citizen(ctx)?;
        self.0
            .exchange
            .open(ctx, own_request(OWN, subject), move |tx, pass| {
                Box::pin(async move {
                    pass.admit(subject, None).map_err(Problem::from)?;
                    sqlx::query("DELETE FROM procedure.draft WHERE subject_id = $1 AND draft_id = $2")
                        .bind(subject.0)
                        .bind(id)
                        .execute(tx)
                        .await?;
                    Ok::<_, Error>(())
                })
            })
            .await
    }
}
