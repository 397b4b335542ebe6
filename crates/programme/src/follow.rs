//! Following up: directives and tasks in the database, who owes them, what is reported and decided.
//!
//! Every function that changes something takes a connection inside the caller's transaction and leaves, in that
//! transaction, an event of the task and an entry of the ledger.

mod amend;
mod assign;
mod decide;
mod directives;
mod evidence;
mod files;
mod history;
mod import;
mod lists;
mod measure;
mod merge;
mod period;
mod record;
mod remind;
mod report;
mod standing;
mod version;

pub use amend::{Amendment, amend};
pub use assign::{Assignment, assign, release};
pub use decide::{Decision, decide};
pub use directives::{Directive, DoubtfulTask, KeptReading, Place, directives, doubtful, numbered, place, readings};
pub use evidence::Evidence;
pub use files::{FILE_BYTES_MAX, NewFile};
pub(crate) use files::{get as file, giver_of, keep as keep_file};
pub use history::{Event, history};
pub use import::{AGAIN, Import, Imported, import};
pub(crate) use lists::counts_by_body;
pub use lists::{Counts, Filter, LIST_MAX, Line, all, counts, late, open, owed, owing, soon, waiting, waiting_for};
pub use measure::{measured, set_measure, to_measure};
pub use merge::{Moved, move_merged};
pub use period::{Body, BodyPeriod, Period, period};
pub use remind::{Reminder, remind, remind_by_hand};
pub use report::{EVIDENCE_MAX, NewReport, Report, report, reports};
pub use standing::{Standing, TaskStanding, standing};
pub use version::{Said, TaskVersion, versions};

use crate::Error;
use kernel::{Actor, BodyId, Ctx};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Reads directives in, assigns, approves, returns, for the body that gives tasks.
pub const COORDINATOR: &str = "programme-coordinator";
/// Reports for the body that owes tasks.
pub const REPORTER: &str = "programme-reporter";
/// May do both.
const LEADER: &str = "leader";

/// What a body has to do with a task.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// It leads: it reports, and can be late.
    Lead,
    /// It supports.
    Support,
}

impl Part {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Support => "support",
        }
    }
}

/// How far an obligor is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// At work.
    Assigned,
    /// Says that it is done; the giver has not decided.
    Reported,
    /// The giver sent the report back.
    Returned,
    /// Done.
    Done,
    /// Gone to a successor.
    Moved,
    /// No longer owed.
    Dropped,
}

impl State {
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        Ok(match text {
            "assigned" => Self::Assigned,
            "reported" => Self::Reported,
            "returned" => Self::Returned,
            "done" => Self::Done,
            "moved" => Self::Moved,
            "dropped" => Self::Dropped,
            _ => return Err(Error::Fault("an unknown state")),
        })
    }
}

/// The body acted for and the account that acts. Nobody but officers in the role, and the program itself.
pub(crate) fn acting(ctx: &Ctx, role: &str) -> Result<(BodyId, Option<Uuid>), Error> {
    match &ctx.actor {
        Actor::Officer { account, body, roles } => {
            let may = roles.iter().any(|held| held.as_str() == role || held.as_str() == LEADER);
            if may { Ok((body.clone(), Some(account.0))) } else { Err(Error::NotAllowed) }
        }
        Actor::System { body, .. } => Ok((body.clone(), None)),
        Actor::Anonymous | Actor::Citizen { .. } => Err(Error::NotAllowed),
    }
}
