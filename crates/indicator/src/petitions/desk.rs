//! What pages do with petitions at a desk, each in a transaction of its own.

use super::{Deed, Line, NewPetition, Petition, Published};
use crate::Error;
use crate::facts::PetitionFacts;
use crate::stored::Desk;
use kernel::{BodyId, Ctx};
use time::OffsetDateTime;
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
    /// The same.
    pub async fn step_petition(&self, ctx: &Ctx, petition: Uuid, deed: Deed<'_>) -> Result<(), Error> {
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

    /// By when the body has to take the next step, by the terms that the index counts with; nothing where it waits for the
    /// citizen, or all is done.
    #[must_use]
    pub fn petition_due(&self, ctx: &Ctx, facts: &PetitionFacts) -> Option<OffsetDateTime> {
        let settings = self.settings();
        let version = settings.indicators.on(&settings.indicator, ctx.today())?;
        crate::count::petition_due(facts, version.item.counting.petition, &settings.calendar)
    }
}
