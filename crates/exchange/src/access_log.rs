//! "Who looked at my data": the ledger's lines about one person, as that person may read them. Officers appear as body
//! and role, never by name or account.

use crate::{Error, Pass, Purpose, extract};
use kernel::{BodyId, CaseId, EntryId, Role, ServiceName, SubjectId};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use time::OffsetDateTime;

/// How many lines a page may have.
pub const LINES_MAX: u32 = 100;
/// How many of the ledger's lines are read at once while looking for those that the page shows.
const CHUNK: u32 = 200;
/// How many lines are looked through for one page; beyond that the page ends early and says where to go on.
const LOOKED_THROUGH_MAX: u32 = 5_000;

/// Which lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Whose {
    /// All, one's own look-ups too.
    #[default]
    Everybody,
    /// Only what others did.
    Others,
}

/// A page of lines, newest first.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Go on behind this line; none: from the newest.
    pub after: Option<EntryId>,
    /// How many, at most [`LINES_MAX`].
    pub limit: u32,
    /// Which.
    pub whose: Whose,
}

impl Default for Page {
    fn default() -> Self {
        Self { after: None, limit: 50, whose: Whose::Everybody }
    }
}

/// One line: somebody came to the door about this person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Line {
    /// The ledger's entry, for its proof.
    pub entry: EntryId,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// The body that asked.
    pub body: BodyId,
    /// The body that was asked.
    pub provider: BodyId,
    /// What was asked for.
    pub service: ServiceName,
    /// Why.
    pub purpose: Purpose,
    /// On account of which case.
    pub case: Option<CaseId>,
    /// In which role; none when the request was refused before a role was looked at.
    pub role: Option<Role>,
    /// Which fields.
    pub fields: Vec<String>,
    /// The law that allowed it; none when it was refused.
    pub legal_basis: Option<String>,
    /// `ok`, or the code of the refusal or failure: then nothing left.
    pub outcome: String,
    /// Whether it was the person themself.
    pub own: bool,
    /// How many people it was about, where it was about many at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<u64>,
    /// The decision or plan on whose account it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<String>,
    /// Its place in the tree; none while it is being sealed.
    pub index: Option<u64>,
}

impl Line {
    /// Whether data left.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.outcome == crate::door::OK
    }
}

/// What the door wrote (its `line` and `access`).
#[derive(Deserialize)]
struct Written {
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    consumer: BodyId,
    provider: BodyId,
    service: ServiceName,
    purpose: Purpose,
    case: Option<CaseId>,
    actor: Actor,
    #[serde(default)]
    fields: Vec<String>,
    legal_basis: Option<String>,
    outcome: String,
    people: Option<u64>,
    decision: Option<String>,
}

#[derive(Deserialize)]
struct Actor {
    kind: String,
    /// Missing in lines written before relatives were told apart.
    own: Option<bool>,
    role: Option<Role>,
}

/// The lines about a person whom the pass covers, newest first.
///
/// # Errors
/// When the pass does not cover the person, or the database fails.
pub async fn of_subject(
    conn: &mut PgConnection,
    pass: &Pass,
    subject: SubjectId,
    page: Page,
) -> Result<Vec<Line>, Error> {
    pass.admit(subject, None)?;
    let limit = usize::try_from(page.limit.min(LINES_MAX)).unwrap_or_default();
    let mut lines = Vec::new();
    let mut after = page.after;
    let mut looked_through = 0;
    // The last line that was looked at, where there may be more behind it.
    let mut until = None;
    while lines.len() < limit && looked_through < LOOKED_THROUGH_MAX {
        let openings = ledger::openings(conn, subject, after, CHUNK).await?;
        let Some(last) = openings.last() else { break };
        after = Some(last.entry);
        looked_through += CHUNK;
        let more = openings.len() == CHUNK as usize;
        until = after.filter(|_| more);
        lines.extend(openings.into_iter().filter_map(|opening| line(opening, page.whose)));
        if !more {
            break;
        }
    }
    for extract in extract::concerning(conn, subject, page.after, until, limit).await? {
        match ledger::opening(conn, extract).await {
            Ok((opening, _)) => lines.extend(line(opening, page.whose)),
            Err(ledger::Error::Erased | ledger::Error::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    lines.sort_by_key(|line| std::cmp::Reverse(line.entry));
    lines.truncate(limit);
    Ok(lines)
}

/// Whether a line of the ledger that is about nobody in particular was about this person too, among many: an extract
/// that took them out.
///
/// # Errors
/// When the pass does not cover the person, or the database fails.
pub async fn was_among(
    conn: &mut PgConnection,
    pass: &Pass,
    subject: SubjectId,
    entry: EntryId,
) -> Result<bool, Error> {
    pass.admit(subject, None)?;
    extract::concerns(conn, subject, entry).await
}

/// None for lines that are not the door's (an erasure, a change) and for those not asked for.
fn line(opening: ledger::Opening, whose: Whose) -> Option<Line> {
    let written: Written = serde_json::from_value(opening.body).ok()?;
    let own = written.actor.own.unwrap_or(written.actor.kind == "citizen");
    if own && whose == Whose::Others {
        return None;
    }
    Some(Line {
        entry: opening.entry,
        at: written.at,
        body: written.consumer,
        provider: written.provider,
        service: written.service,
        purpose: written.purpose,
        case: written.case,
        role: written.actor.role,
        fields: written.fields,
        legal_basis: written.legal_basis,
        outcome: written.outcome,
        own,
        people: written.people,
        decision: written.decision,
        index: opening.index,
    })
}
