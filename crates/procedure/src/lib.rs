//! Procedures: the catalogue, forms, dossiers, deadlines, and procedures of several bodies filed as one.
//!
//! What always holds:
//! - A dossier keeps the version of its definition that was in force on the day it was filed.
//! - The origin of a dossier knows where its members stand; a body knows its own tasks. They tell each other only
//!   through `procedure.accept-step`, `procedure.report-step` and `procedure.cancel-step`, each call with an
//!   idempotency key. Delivery is at least once, every effect exactly once: a process killed anywhere goes on.
//! - Nothing is called while a transaction is held. What must follow a change is a job in the change's transaction.
//! - An officer's decision stands only on the version of the task that the officer saw.
//!
//! Who reads a dossier, and with what pass:
//! - A person (citizen, officer, leader) opens one only through the door: `exchange.open` with a pass, and a line in the
//!   log for each look.
//! - A body gets or changes another body's data only by a call, with a pass and a line.
//! - The stated exception: the *program* of a body opens the body's *own* file without a pass where nobody looks at it.
//!   These are the reads of `own_files` (a job about to send a dossier, to carry out a task, to report it; finding out
//!   which dossier an officer's request is about), the heads of tasks in `inbox` and `figures`, and the watch (`watch`,
//!   `lapse`). Whatever leaves such a read leaves by a call that follows, under a pass and with a line that names the
//!   body, the case, the purpose and, where there was one, the officer's decision. A line for the job too would say the
//!   same again, a dozen times for a birth, and bury for the citizen the lines that matter; it would also cost a
//!   transaction for each job.
//!
//! Deliberately absent: registers (asked by service), sign-in, pages.

mod accept_step;
mod advance;
mod answer;
mod ask;
mod cancel_step;
mod catalogue;
mod check;
mod decide;
pub mod definition;
mod draft;
mod error;
pub mod events;
mod figures;
mod file;
mod file_check;
pub mod form;
pub mod graph;
mod inbox;
mod jobs;
mod lapse;
mod mapping;
mod numbers;
mod open;
mod own;
mod own_files;
mod perform;
mod prefill;
mod procedures;
mod rehearse;
mod report;
mod report_step;
mod rows;
mod search;
mod setting;
mod status;
mod supervise;
mod task;
mod view;
mod watch;
mod withdraw;

pub use catalogue::Catalogue;
pub use check::declared;
pub use decide::Decided;
pub use draft::Draft;
pub use error::Error;
pub use file_check::VALUES_BYTES_MAX;
pub use jobs::{ADVANCE, CANCEL, FEED, PERFORM, REPORT, WATCH};
pub use mapping::Mapping;
pub use procedures::{PORTAL, Procedures};
pub use rehearse::rehearse;
pub use search::{HITS_MAX, Hit};
pub use setting::Setting;
pub use status::{Status, StepState};
pub use view::{
    BodyFigures, Compared, Decision, DecisionKind, DossierLine, DossierView, EventView, FieldSource, Figures, Filed,
    InboxFilter, NextAction, Notification, Prefilled, Question, ResultView, SourceView, StepView, SupervisedTask,
    SupplementItem, TaskEvent, TaskLine, TaskState, TaskView, Urgency, Verdict,
};

use exchange::Service;
use kernel::ServiceName;
use std::sync::Arc;

/// The tables of this crate: schema `procedure`.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// What this crate's codes and sentences are in each language.
pub const MESSAGES: kernel::Messages =
    kernel::Messages { vi: include_str!("../messages/vi.ftl"), en: include_str!("../messages/en.ftl") };

/// What bodies offer each other through this context.
#[must_use]
pub fn services(setting: &Arc<Setting>) -> Vec<(ServiceName, Arc<dyn Service>)> {
    vec![
        (accept_step::NAME.into(), Arc::new(accept_step::AcceptStep(Arc::clone(setting)))),
        (report_step::NAME.into(), Arc::new(report_step::ReportStep(Arc::clone(setting)))),
        (cancel_step::NAME.into(), Arc::new(cancel_step::CancelStep)),
    ]
}
