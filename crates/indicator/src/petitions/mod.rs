//! Petitions (phản ánh, kiến nghị): a citizen writes to a body, the body asks for more or refuses or answers, and the answer
//! becomes public (NĐ 20/2008/NĐ-CP, sửa đổi bởi NĐ 92/2017/NĐ-CP). Each step has its term in working days, and the index
//! counts whether it was kept.
//!
//! Always true here:
//! - who writes is known to the body and to nobody else: what is public is what the body's officer put into public words;
//! - a step, the facts that the index counts and the ledger's entry are one transaction;
//! - a body that has no authority hands it on in the time that it has to refuse: the clocks begin again for the body that gets it, and
//!   nothing of it stays with the first;
//! - a citizen finds the own petitions only, an officer those of the own body only, and both else find nothing.

mod clock;
mod desk;
mod file;
mod read;
mod step;

pub use clock::{Clocks, Urgency};
pub use file::{NewPetition, file};
pub use read::{Line, Petition, Published, Step, of_body, of_subject, petition, published};
pub use step::{Deed, take};

use crate::Error;
use crate::facts::{About, PetitionFacts};
use kernel::{Actor, BodyId, Ctx, SubjectId};
use ledger::Entry;
use serde_json::json;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// The longest text of a petition, an answer, a question, in characters.
pub const TEXT_MAX: usize = 4000;
/// Lines in one list.
pub const LINES_MAX: u32 = 200;
/// Roles that have nothing to do with what citizens ask.
const OTHER_WORK: [&str; 4] = ["administrator", "account-administrator", "programme-coordinator", "programme-reporter"];

/// Where a petition stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stand {
    /// The body has it.
    Received,
    /// The citizen was asked for more.
    Asked,
    /// The body has no authority, or there is nothing to answer.
    Refused,
    /// Answered, and not public yet.
    Answered,
    /// The answer is public.
    Published,
}

impl Stand {
    /// Every one, with the word by which it is kept.
    pub const ALL: [(Self, &str); 5] = [
        (Self::Received, "received"),
        (Self::Asked, "asked"),
        (Self::Refused, "refused"),
        (Self::Answered, "answered"),
        (Self::Published, "published"),
    ];

    /// The word by which it is kept.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(stand, _)| *stand == self).map_or("", |(_, word)| word)
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == word).map(|(stand, _)| *stand)
    }
}

/// A petition as it is kept. Not for pages: it says who wrote it.
#[derive(sqlx::FromRow)]
struct Row {
    petition_id: Uuid,
    code: String,
    subject_id: Uuid,
    body: String,
    text: String,
    dossier_id: Option<Uuid>,
    dossier_code: Option<String>,
    state: String,
    about: Option<String>,
    public_text: Option<String>,
    answer: Option<String>,
    received_at: OffsetDateTime,
    handed_at: Option<OffsetDateTime>,
    handed_times: i16,
    refused_at: Option<OffsetDateTime>,
    asked_at: Option<OffsetDateTime>,
    supplied_at: Option<OffsetDateTime>,
    answered_at: Option<OffsetDateTime>,
    published_at: Option<OffsetDateTime>,
    liked: Option<bool>,
    repeated: bool,
}

/// Columns of [`Row`].
const COLUMNS: &str = "petition_id, code, subject_id, body, text, dossier_id, dossier_code, state, about, public_text, answer, \
     received_at, handed_at, handed_times, refused_at, asked_at, supplied_at, answered_at, published_at, liked, repeated";

impl Row {
    fn stand(&self) -> Result<Stand, Error> {
        Stand::of(&self.state).ok_or(Error::PetitionState)
    }

    /// What the index counts of it.
    fn facts(&self) -> PetitionFacts {
        PetitionFacts {
            petition: self.petition_id,
            body: BodyId::new(&self.body),
            received_at: self.handed_at.unwrap_or(self.received_at),
            about: self.about.as_deref().and_then(about),
            refused_at: self.refused_at,
            asked_at: self.asked_at,
            supplied_at: self.supplied_at,
            answered_at: self.answered_at,
            published_at: self.published_at,
            likes: u32::from(self.liked == Some(true)),
            dislikes: u32::from(self.liked == Some(false)),
            repeated: self.repeated,
        }
    }

    /// Whether who acts wrote it, or works for the body to which it went; nothing where it is neither.
    fn side(&self, ctx: &Ctx) -> Option<Side> {
        match &ctx.actor {
            Actor::Citizen { subject, .. } if subject.0 == self.subject_id => Some(Side::Writer),
            Actor::Officer { body, .. } if body.as_str() == self.body && answers(ctx) => Some(Side::Body),
            _ => None,
        }
    }
}

/// From which side a petition is looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// Who wrote it.
    Writer,
    /// An officer of the body.
    Body,
}

/// Whether an officer has a role in which petitions are answered.
#[must_use]
pub fn answers(ctx: &Ctx) -> bool {
    let Actor::Officer { roles, .. } = &ctx.actor else { return false };
    roles.iter().any(|role| !OTHER_WORK.contains(&role.as_str()))
}

/// What a petition may be about, with the word by which it is kept.
const ABOUT: [(About, &str); 3] =
    [(About::Regulation, "regulation"), (About::Conduct, "conduct"), (About::Other, "other")];

/// What a petition is about, by its word.
#[must_use]
pub fn about(word: &str) -> Option<About> {
    ABOUT.iter().find(|(_, known)| *known == word).map(|(about, _)| *about)
}

fn about_word(about: About) -> &'static str {
    ABOUT.iter().find(|(known, _)| *known == about).map_or("", |(_, word)| word)
}

/// A text without the spaces around it.
fn written(text: &str) -> Result<&str, Error> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > TEXT_MAX {
        return Err(Error::TextLength(TEXT_MAX));
    }
    Ok(text)
}

/// Writes a step into the petition's history and into the ledger, where the citizen finds it. The ledger holds no words.
async fn log(
    conn: &mut PgConnection,
    ctx: &Ctx,
    (petition, subject): (Uuid, Uuid),
    kind: &str,
    note: Option<&str>,
) -> Result<(), Error> {
    let (body, account) = match &ctx.actor {
        Actor::Officer { body, account, .. } => (Some(body), Some(account.0)),
        Actor::Citizen { account, .. } => (None, Some(account.0)),
        Actor::System { .. } | Actor::Anonymous => (None, None),
    };
    sqlx::query(
        "insert into indicator.petition_step (petition_id, number, kind, note, body, account_id, at)
         select $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6 from indicator.petition_step where petition_id = $1",
    )
    .bind(petition)
    .bind(kind)
    .bind(note)
    .bind(body.map(BodyId::as_str))
    .bind(account)
    .bind(ctx.now())
    .execute(&mut *conn)
    .await?;
    let entry = Entry {
        subject: Some(SubjectId(subject)),
        kind: "change",
        body: json!({"petition": petition, "step": kind, "for": body, "officer": body.and(account)}),
    };
    ledger::append_all(conn, ctx, vec![entry]).await?;
    Ok(())
}
