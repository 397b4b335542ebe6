//! What the pages and the JSON API show. Values only; nothing here decides.

use crate::{Status, StepState};
use kernel::{AccountId, BodyId, DossierId};
use pack::Text;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// The values of a form as they stand when the citizen opens it, and where each comes from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Prefilled {
    /// Code of the procedure or group.
    pub code: String,
    /// Id of the form (`Catalogue::form`).
    pub form: String,
    /// The values, in the form's shape.
    pub values: Value,
    /// Which register filled which field.
    pub sources: Vec<FieldSource>,
    /// Registers that did not answer now: their fields are empty and may be typed.
    pub silent: Vec<Text>,
}

/// Which register filled a field.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FieldSource {
    /// JSON Pointer of the field.
    pub pointer: String,
    /// Name of the register, for "từ …".
    pub source: Text,
    /// The service that answered.
    pub service: String,
    /// The field of its answer.
    pub field: String,
    /// Not to be typed over: wrong data are corrected at the register.
    pub fixed: bool,
}

/// What filing answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filed {
    /// The dossier.
    pub dossier: DossierId,
    /// Its code, such as `G22.99.08-261122-0000001`.
    pub code: String,
    /// When the whole is due.
    #[serde(with = "time::serde::rfc3339")]
    pub due_at: OffsetDateTime,
}

/// The one thing to do now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum NextAction {
    /// Nothing to do: these bodies have it until then.
    Wait {
        /// Names of the bodies.
        who: Vec<Text>,
        /// When the nearest of them is due.
        #[serde(with = "time::serde::rfc3339")]
        until: OffsetDateTime,
    },
    /// Answer what was asked, all of it at once.
    Supplement {
        /// What is asked, body by body.
        questions: Vec<Question>,
        /// Until when.
        #[serde(with = "time::serde::rfc3339::option")]
        until: Option<OffsetDateTime>,
    },
    /// The results are there.
    SeeResults,
    /// It has ended without (further) results: see the reason.
    SeeReason {
        /// The reason as the officer wrote it.
        reason: Option<String>,
    },
}

/// What a body asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// The member of the group.
    pub member: String,
    /// Which child (from 1); 0 where the member is not per child.
    pub child: i16,
    /// Who asks.
    pub body_name: Text,
    /// Everything that is asked.
    pub items: Vec<SupplementItem>,
    /// What the officer adds.
    pub note: String,
}

/// One thing to be supplemented.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupplementItem {
    /// JSON Pointer of the field of the form, where the matter is a field.
    #[serde(default)]
    pub pointer: Option<String>,
    /// What is missing or wrong.
    pub what: String,
}

/// One line of "my dossiers".
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DossierLine {
    /// The dossier.
    pub id: DossierId,
    /// Its code.
    pub code: String,
    /// Code of its procedure or group.
    pub procedure: String,
    /// Name of its procedure or group, in everyday words.
    pub title: Text,
    /// The same in law.
    pub name: Text,
    /// Where it stands.
    pub status: Status,
    /// When it was filed.
    #[serde(with = "time::serde::rfc3339")]
    pub filed_at: OffsetDateTime,
    /// When the whole is due.
    #[serde(with = "time::serde::rfc3339")]
    pub due_at: OffsetDateTime,
    /// Past its date while the clock runs.
    pub late: bool,
    /// The one thing to do now.
    pub next_action: NextAction,
}

/// A dossier as its citizen sees it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DossierView {
    /// The head, as in the list.
    #[serde(flatten)]
    pub head: DossierLine,
    /// Its members, in the order of the group.
    pub steps: Vec<StepView>,
    /// What has been issued.
    pub results: Vec<ResultView>,
    /// What happened, oldest first.
    pub timeline: Vec<EventView>,
    /// The values as filed (with later answers).
    pub values: Value,
    /// Id of the form of its version.
    pub form: String,
    /// Date of force of the version of the procedure that the dossier keeps.
    #[serde(with = "kernel::iso_date")]
    pub version: Date,
    /// Whether it can still be withdrawn.
    pub can_withdraw: bool,
}

/// One member for one child.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StepView {
    /// The member's id in the group.
    pub member: String,
    /// Which child (from 1); 0 where the member is not per child.
    pub child: i16,
    /// What it is.
    pub name: Text,
    /// Who acts.
    pub body: BodyId,
    /// Their name.
    pub body_name: Text,
    /// Where it stands.
    pub state: StepState,
    /// The national status that says the same.
    pub status: Status,
    /// When it is due, once it has been sent.
    #[serde(with = "time::serde::rfc3339::option")]
    pub due_at: Option<OffsetDateTime>,
    /// When it ended.
    #[serde(with = "time::serde::rfc3339::option")]
    pub ended_at: Option<OffsetDateTime>,
    /// Why it was refused or delayed.
    pub reason: Option<String>,
}

/// A result as it was issued.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ResultView {
    /// Its id within the program.
    pub id: Uuid,
    /// Its dossier.
    pub dossier: DossierId,
    /// The member that issued it.
    pub member: String,
    /// Which child (from 1).
    pub child: i16,
    /// National code of the kind of result; absent where none is known.
    pub code: Option<String>,
    /// What it is.
    pub name: Text,
    /// Its number.
    pub number: Option<String>,
    /// Day of issue (Vietnam).
    #[serde(with = "kernel::iso_date")]
    pub issued_on: Date,
    /// Who issued it.
    pub issued_by: BodyId,
    /// Their name.
    pub issued_by_name: Text,
    /// The data on its face.
    pub data: Value,
}

/// One thing that happened.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EventView {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// What, as a stable word: `filed`, `accepted`, `question`, …
    pub kind: String,
    /// In words.
    pub text: Text,
    /// At which body, in words.
    pub body_name: Option<Text>,
    /// The officer's words, where there were any.
    pub note: Option<String>,
}

/// A message to the citizen.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Notification {
    /// Its id.
    pub id: Uuid,
    /// About which dossier.
    pub dossier: DossierId,
    /// The dossier's code.
    pub code: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// What, as a stable word.
    pub kind: String,
    /// In words.
    pub text: Text,
}

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

/// Counts of one body. Nothing personal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BodyFigures {
    /// The body.
    pub body: String,
    /// In the inbox, not taken in.
    pub new: i64,
    /// Taken in.
    pub accepted: i64,
    /// Waiting for the citizen.
    pub question: i64,
    /// Being carried out.
    pub performing: i64,
    /// Done.
    pub done: i64,
    /// Refused.
    pub refused: i64,
    /// Taken back.
    pub cancelled: i64,
    /// Open and past the date.
    pub late: i64,
    /// Open and due within a working day.
    pub soon_late: i64,
    /// Ended after their date.
    pub ended_late: i64,
    /// Asked the citizen more than once.
    pub asked_twice: i64,
    /// Approved, and brought back by a failure.
    pub faulty: i64,
}

/// Counts over a country or a body.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Dossiers by national status (number → count). Empty for one body.
    pub dossiers: std::collections::BTreeMap<u8, i64>,
    /// Dossiers past their date.
    pub dossiers_late: i64,
    /// Tasks body by body, those with late ones first.
    pub bodies: Vec<BodyFigures>,
}
