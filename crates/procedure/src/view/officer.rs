//! What an officer sees of a task, and what may be decided; what a leader sees of how it is handled.

use crate::SupplementItem;
use kernel::{AccountId, DossierId};
use pack::Text;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

/// How urgent.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Urgency {
    /// Past its date.
    Late,
    /// Due within a working day.
    Soon,
    /// Time enough.
    Fine,
    /// The clock stands: the citizen owes an answer, or it has ended.
    None,
}

/// Where a task stands in its body.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaskState {
    /// In the inbox, not yet taken in.
    New,
    /// Taken in.
    Accepted,
    /// Waits for the citizen.
    Question,
    /// Decided: its effects are being carried out.
    Performing,
    /// Done.
    Done,
    /// Refused.
    Refused,
    /// Taken back by the origin.
    Cancelled,
}

impl TaskState {
    /// As stored and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Accepted => "accepted",
            Self::Question => "question",
            Self::Performing => "performing",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads what `as_str` wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::New, Self::Accepted, Self::Question, Self::Performing, Self::Done, Self::Refused, Self::Cancelled]
            .into_iter()
            .find(|state| state.as_str() == text)
    }

    /// Whether an officer may decide now.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::New | Self::Accepted)
    }
}

/// What an officer may do with a task now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DecisionKind {
    /// Take it in.
    Accept,
    /// Ask the citizen.
    AskSupplement,
    /// Refuse it.
    Refuse,
    /// Approve it: the effects run.
    Approve,
    /// Give it to another officer of the body.
    HandOver,
    /// Apologise and name another date, once.
    Apologise,
}

/// An officer's decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Decision {
    /// Take it in.
    Accept,
    /// Ask the citizen for everything that is missing, in one request.
    AskSupplement {
        /// Everything that is asked.
        items: Vec<SupplementItem>,
        /// What the officer adds.
        #[serde(default)]
        note: String,
        /// Why a second request is needed; the law knows one. Counted.
        #[serde(default)]
        again_because: Option<String>,
    },
    /// Refuse it, with the reason.
    Refuse {
        /// The reason, which the citizen reads.
        reason: String,
    },
    /// Approve it.
    Approve {
        /// What the officer adds, for the file.
        #[serde(default)]
        note: Option<String>,
    },
    /// Give it to another officer of the body.
    HandOver {
        /// Whose it becomes.
        to: AccountId,
    },
    /// Apologise for being late and name another date. At most once for each task.
    Apologise {
        /// The reason, which the citizen reads.
        reason: String,
        /// The other date.
        #[serde(with = "time::serde::rfc3339")]
        new_due: OffsetDateTime,
    },
}

impl Decision {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> DecisionKind {
        match self {
            Self::Accept => DecisionKind::Accept,
            Self::AskSupplement { .. } => DecisionKind::AskSupplement,
            Self::Refuse { .. } => DecisionKind::Refuse,
            Self::Approve { .. } => DecisionKind::Approve,
            Self::HandOver { .. } => DecisionKind::HandOver,
            Self::Apologise { .. } => DecisionKind::Apologise,
        }
    }
}

/// Which tasks to list.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct InboxFilter {
    /// Only tasks in these states; none means the open ones.
    pub states: Vec<TaskState>,
    /// Only this dossier code.
    pub code: Option<String>,
    /// Only this member.
    pub member: Option<String>,
    /// Only those of the officer who asks.
    pub mine: bool,
    /// At most so many (capped).
    pub limit: Option<u32>,
}

/// One line of an inbox. Nothing personal: it can be shown without a door.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TaskLine {
    /// The task.
    pub id: Uuid,
    /// Its dossier.
    pub dossier: DossierId,
    /// The dossier's code.
    pub code: String,
    /// Name of the procedure or group, in everyday words.
    pub title: Text,
    /// The same in law.
    pub procedure_name: Text,
    /// The member's id.
    pub member: String,
    /// What the member is.
    pub name: Text,
    /// Which child (from 1).
    pub child: i16,
    /// Where it stands.
    pub state: TaskState,
    /// When it came.
    #[serde(with = "time::serde::rfc3339")]
    pub received_at: OffsetDateTime,
    /// When it is due.
    #[serde(with = "time::serde::rfc3339")]
    pub due_at: OffsetDateTime,
    /// How urgent.
    pub urgency: Urgency,
    /// Version, to be given back with a decision.
    pub version: i32,
    /// How often the citizen answered: 1 at first.
    pub round: i16,
    /// Who has it.
    pub assignee: Option<AccountId>,
}

/// A task with everything an officer needs for the decision.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TaskView {
    /// The head, as in the inbox.
    #[serde(flatten)]
    pub line: TaskLine,
    /// What the body was handed: its part of the dossier.
    pub data: Value,
    /// The dossier beside the registers, field by field.
    pub compared: Vec<Compared>,
    /// The registers that were asked.
    pub sources: Vec<SourceView>,
    /// What may be decided now.
    pub decisions: Vec<DecisionKind>,
    /// What happened with it, oldest first.
    pub history: Vec<TaskEvent>,
    /// Code of the failure that brought an approved task back to the officer.
    pub fault: Option<String>,
    /// How often the citizen was asked.
    pub supplements: i16,
    /// What was last asked.
    pub asked: Vec<SupplementItem>,
    /// Law behind the member.
    pub legal_basis: Vec<String>,
}

/// A task as a leader sees it: how it is handled, not what was filed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SupervisedTask {
    /// The head, as in the inbox.
    #[serde(flatten)]
    pub line: TaskLine,
    /// What happened with it, oldest first.
    pub history: Vec<TaskEvent>,
    /// Code of the failure that brought an approved task back to the officer.
    pub fault: Option<String>,
    /// How often the citizen was asked.
    pub supplements: i16,
    /// Law behind the member.
    pub legal_basis: Vec<String>,
}

/// One field of the dossier beside the register's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// Where the dossier has it (pointer into the form's values), for a supplement request.
    pub pointer: Option<String>,
    /// What it is.
    pub label: Text,
    /// As filed.
    pub filed: Value,
    /// As the register says.
    pub register: Value,
    /// Name of the register.
    pub source: Text,
    /// Whether they agree.
    pub verdict: Verdict,
}

/// Whether the dossier and a register agree.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// They say the same.
    Same,
    /// They differ.
    Different,
    /// The register has nothing to say.
    Unknown,
    /// The dossier leaves it empty.
    NotFiled,
}

/// A register that was asked for a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceView {
    /// Its name.
    pub name: Text,
    /// The service.
    pub service: String,
    /// Code of the problem, where it did not answer.
    pub problem: Option<String>,
}

/// One thing that happened with a task.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TaskEvent {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// What, as a stable word.
    pub kind: String,
    /// Which officer.
    pub officer: Option<AccountId>,
    /// In what role.
    pub role: Option<String>,
    /// Their words.
    pub note: Option<String>,
}
