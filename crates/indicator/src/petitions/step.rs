//! One step of a petition: by the body, or by who wrote it.

use super::{Row, Side, Stand, about_word, log, written};
use crate::Error;
use crate::facts::About;
use crate::stored::keep_petition;
use kernel::{BodyId, Ctx};
use sqlx::PgConnection;
use uuid::Uuid;

/// How often a petition may be handed on: then somebody must answer or refuse.
const HANDED_MAX: i16 = 2;

/// What is done with a petition.
#[derive(Clone, Copy)]
pub enum Deed<'a> {
    /// The body refuses, and says why (within 2 working days).
    Refuse(&'a str),
    /// The body has no authority and hands it on to the one that has, with a reason (within 2 working days; see
    /// [`crate::stored::Desk::step_petition`]). The caller knows that the other body stands.
    HandOn(&'a BodyId, &'a str),
    /// The body asks for more, once (within 5 working days).
    Ask(&'a str),
    /// The citizen gives what was asked for.
    Supply(&'a str),
    /// The body says what it is about, and answers (within 15 working days).
    Answer(About, &'a str),
    /// The body makes question and answer public (within 2 working days of the answer). The question in words that name nobody.
    Publish(&'a str),
    /// The citizen says, once, whether the answer helped.
    Judge(bool),
}

impl Deed<'_> {
    const fn by(&self) -> Side {
        match self {
            Self::Supply(_) | Self::Judge(_) => Side::Writer,
            Self::Refuse(_) | Self::HandOn(..) | Self::Ask(_) | Self::Answer(..) | Self::Publish(_) => Side::Body,
        }
    }

    const fn kind(&self) -> &'static str {
        match self {
            Self::Refuse(_) => "refused",
            Self::HandOn(..) => "handed-on",
            Self::Ask(_) => "asked",
            Self::Supply(_) => "supplied",
            Self::Answer(..) => "answered",
            Self::Publish(_) => "published",
            Self::Judge(true) => "liked",
            Self::Judge(false) => "disliked",
        }
    }
}

/// Does it. Late is possible: what is late is counted as late.
///
/// # Errors
/// `UnknownPetition` where it is not the citizen's own, or went to another body than the officer's; `PetitionState`;
/// `TextLength`; when the database fails.
pub async fn take(conn: &mut PgConnection, ctx: &Ctx, petition: Uuid, deed: Deed<'_>) -> Result<(), Error> {
    let mut row = super::read::locked(conn, petition).await?.ok_or(Error::UnknownPetition)?;
    if row.side(ctx) != Some(deed.by()) {
        return Err(Error::UnknownPetition);
    }
    let (stand, now) = (row.stand()?, Some(ctx.now()));
    let note = match (deed, stand) {
        (Deed::Refuse(reason), Stand::Received) => {
            (row.state, row.refused_at) = (Stand::Refused.word().to_owned(), now);
            Some(written(reason)?)
        }
        (Deed::HandOn(to, reason), Stand::Received) if movable(&row) && to.as_str() != row.body => {
            (row.body, row.handed_at, row.handed_times) = (to.to_string(), now, row.handed_times + 1);
            Some(written(reason)?)
        }
        (Deed::Ask(question), Stand::Received) if row.asked_at.is_none() => {
            (row.state, row.asked_at) = (Stand::Asked.word().to_owned(), now);
            Some(written(question)?)
        }
        (Deed::Supply(more), Stand::Asked) => {
            (row.state, row.supplied_at) = (Stand::Received.word().to_owned(), now);
            Some(written(more)?)
        }
        // Who was asked may stay silent: the body answers all the same.
        (Deed::Answer(about, answer), Stand::Received | Stand::Asked) => {
            (row.state, row.answered_at) = (Stand::Answered.word().to_owned(), now);
            row.about = Some(about_word(about).to_owned());
            row.answer = Some(written(answer)?.to_owned());
            None
        }
        (Deed::Publish(question), Stand::Answered) => {
            (row.state, row.published_at) = (Stand::Published.word().to_owned(), now);
            row.public_text = Some(written(question)?.to_owned());
            None
        }
        (Deed::Judge(liked), Stand::Answered | Stand::Published) if row.liked.is_none() => {
            row.liked = Some(liked);
            None
        }
        _ => return Err(Error::PetitionState),
    };
    write(conn, &row).await?;
    log(conn, ctx, (petition, row.subject_id), deed.kind(), note).await?;
    keep_petition(conn, ctx, &row.facts()).await
}

/// Whether nothing was done with it that binds the body that has it.
pub(super) fn movable(row: &Row) -> bool {
    row.state == Stand::Received.word() && row.asked_at.is_none() && row.handed_times < HANDED_MAX
}

async fn write(conn: &mut PgConnection, row: &Row) -> Result<(), Error> {
    sqlx::query(
        "update indicator.petition_text
         set state = $2, about = $3, public_text = $4, answer = $5, refused_at = $6, asked_at = $7, supplied_at = $8,
             answered_at = $9, published_at = $10, liked = $11, body = $12, handed_at = $13, handed_times = $14
         where petition_id = $1",
    )
    .bind(row.petition_id)
    .bind(&row.state)
    .bind(&row.about)
    .bind(&row.public_text)
    .bind(&row.answer)
    .bind(row.refused_at)
    .bind(row.asked_at)
    .bind(row.supplied_at)
    .bind(row.answered_at)
    .bind(row.published_at)
    .bind(row.liked)
    .bind(&row.body)
    .bind(row.handed_at)
    .bind(row.handed_times)
    .execute(conn)
    .await?;
    Ok(())
}
