//! The exchange: the door between anybody and a person's data.
//!
//! Bodies reach each other, and people reach their own data, by asking for a *service* under an *agreement* of the
//! pack. [`Exchange`] judges the request, opens one transaction, hands the provider a [`Pass`], and before the answer
//! leaves the ledger has a line for every person the pass admitted.
//!
//! Always true here:
//! - only the door makes a pass, and a pass lives no longer than its transaction;
//! - a passage and its line in the ledger commit together, or neither exists;
//! - a refusal is counted and logged in a transaction of its own, which no rollback erases;
//! - the same idempotency key has one effect and one reply, which is kept for [`REPLIES_KEPT`]; after that a retry is
//!   told that the effect was had;
//! - all processes together never pass an agreement's daily quota.
//!
//! Deliberately absent: policy in code (it is in the pack, by date), and calls from inside a passage (a provider that
//! needs another body does so after its own transaction, from a job).

pub mod access_log;
mod case_grant;
mod catalogue;
pub mod consent;
mod decide;
mod door;
mod error;
mod extract;
mod pass;
mod quota;
mod refusals;
mod request;
mod sweep;

pub use case_grant::{CaseGrant, close_grants, extend_grant, grant};
pub use catalogue::{
    Agreement, Body, BodyKind, Catalogue, ListedBody, Named, OnePer, Relation, RoleKind, ServiceDefinition,
};
pub use decide::{Case, Facts, Grant, Moment, Standing, decide};
pub use door::{Exchange, ExchangeBuilder, Service};
pub use error::{Error, Refusal};
pub use pass::{Pass, TOUCHED_MAX};
pub use refusals::{RefusalCount, refusals};
pub use request::{Purpose, Request, SUBJECTS_MAX, Scope, SubjectRef};
pub use sweep::{QUOTAS_KEPT, REPLIES_KEPT, SWEEP};

/// The tables of this crate: schema `exchange`.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// What this crate's codes say to a reader.
pub const MESSAGES: kernel::Messages =
    kernel::Messages { vi: include_str!("../messages/vi.ftl"), en: include_str!("../messages/en.ftl") };
