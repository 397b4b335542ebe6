//! What pages do at a desk, each in a transaction of its own. Who may do it is the page's to know.

use super::{Assignment, Desk, NewAssignment, Rating};
use crate::Error;
use crate::facts::DossierFacts;
use kernel::{AccountId, BodyId, Ctx, DossierId};
use uuid::Uuid;

impl Desk {
    /// As [`super::dossiers`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn dossiers(&self, ids: &[Uuid]) -> Result<Vec<DossierFacts>, Error> {
        super::dossiers(&mut *self.db.pool().acquire().await?, ids).await
    }

    /// As [`super::assigned_to`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn assigned_to(&self, body: &BodyId) -> Result<Vec<Assignment>, Error> {
        super::assigned_to(&mut *self.db.pool().acquire().await?, body).await
    }

    /// As [`super::assigned_about`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn assigned_about(&self, body: &BodyId, dossier: Uuid) -> Result<Vec<Assignment>, Error> {
        super::assigned_about(&mut *self.db.pool().acquire().await?, body, dossier).await
    }

    /// As [`super::assign()`].
    ///
    /// # Errors
    /// `TextLength`; when the database fails.
    pub async fn assign(&self, ctx: &Ctx, new: &NewAssignment<'_>) -> Result<Uuid, Error> {
        let mut tx = self.db.begin().await?;
        let id = super::assign(&mut tx, ctx, new).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// As [`super::answer_assignment`].
    ///
    /// # Errors
    /// `UnknownAssignment`, `TextLength`; when the database fails.
    pub async fn answer(&self, ctx: &Ctx, by: (&BodyId, AccountId), id: Uuid, answer: &str) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        super::answer_assignment(&mut tx, ctx, by, id, answer).await?;
        Ok(tx.commit().await?)
    }

    /// As [`super::rate()`].
    ///
    /// # Errors
    /// `NotRateable`, `TextLength`; when the database fails.
    pub async fn rate(&self, ctx: &Ctx, dossier: DossierId, liked: bool, comment: Option<&str>) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        super::rate(&mut tx, ctx, dossier, liked, comment).await?;
        Ok(tx.commit().await?)
    }

    /// As [`super::rating()`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn rating(&self, dossier: DossierId) -> Result<Rating, Error> {
        super::rating(&mut *self.db.pool().acquire().await?, dossier).await
    }
}
