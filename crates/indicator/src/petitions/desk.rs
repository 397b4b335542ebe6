//! What pages do with petitions at a desk, each in a transaction of its own.

use super::{Clocks, Deed, Line, NewPetition, Petition, Published};
use crate::Error;
use crate::facts::PetitionFacts;
use crate::stored::Desk;
use kernel::{BodyId, Ctx};
use uuid::Uuid;

impl Desk {
    /// As [`super::file()`].
    ///
    /// # Errors
    /// The same.
    pub async fn file_petition(&self, ctx: &Ctx, new: &NewPetition<'_>) -> Result<Uuid, Error> {
        let mut tx = self.db.begin().await?;
        let id = super::file(&mut tx, ctx, new).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// As [`super::take`].
    ///
    /// # Errors
    /// The same; `HandOnLate` when the time to refuse has passed: who kept it so long refuses or answers, and that is counted.
    pub async fn step_petition(&self, ctx: &Ctx, petition: Uuid, deed: Deed<'_>) -> Result<(), Error> {
        if matches!(deed, Deed::HandOn(..)) {
            let facts = self.petition(ctx, petition).await?.line.facts;
            let by = self.petition_clocks(ctx, &facts).and_then(|clocks| clocks.refuse_by);
            if by.is_some_and(|by| by < ctx.now()) {
                return Err(Error::HandOnLate);
            }
        }
        let mut tx = self.db.begin().await?;
        super::take(&mut tx, ctx, petition, deed).await?;
        Ok(tx.commit().await?)
    }

    /// As [`super::petition`].
    ///
    /// # Errors
    /// The same.
    pub async fn petition(&self, ctx: &Ctx, id: Uuid) -> Result<Petition, Error> {
        super::petition(&mut *self.db.pool().acquire().await?, ctx, id).await
    }

    /// As [`super::of_subject`].
    ///
    /// # Errors
    /// The same.
    pub async fn own_petitions(&self, ctx: &Ctx, page: (u32, u32)) -> Result<Vec<Line>, Error> {
        super::of_subject(&mut *self.db.pool().acquire().await?, ctx, page).await
    }

    /// As [`super::of_body`].
    ///
    /// # Errors
    /// The same.
    pub async fn petitions_of_body(&self, ctx: &Ctx, open: bool, page: (u32, u32)) -> Result<Vec<Line>, Error> {
        super::of_body(&mut *self.db.pool().acquire().await?, ctx, open, page).await
    }

    /// As [`super::published`].
    ///
    /// # Errors
    /// The same.
    pub async fn published_petitions(
        &self,
        bodies: Option<&[BodyId]>,
        page: (u32, u32),
    ) -> Result<Vec<Published>, Error> {
        super::published(&mut *self.db.pool().acquire().await?, bodies, page).await
    }

    /// The clocks of a petition, by the terms that the index counts with; nothing where no index is in force today.
    #[must_use]
    pub fn petition_clocks(&self, ctx: &Ctx, facts: &PetitionFacts) -> Option<Clocks> {
        let settings = self.settings();
        let version = settings.indicators.on(&settings.indicator, ctx.today())?;
        Some(super::clock::clocks(facts, version.item.counting.petition, &settings.calendar, ctx.now()))
    }
}
