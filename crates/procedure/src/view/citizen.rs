//! What a citizen sees: the form as it opens, dossiers with one status and one next action, results, messages.

use crate::{Status, StepState};
use kernel::{BodyId, DossierId};
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
