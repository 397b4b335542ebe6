//! PostgreSQL, the only store of state: the private cluster of a laptop, roles, the pool, migrations, the job
//! queue, the feed (outbox and register changes), databases for tests, and the lint of the catalogue.
//!
//! Always true here:
//! - The application connects as `sen_app`, which is no superuser and may only do what migrations grant it.
//! - Time and randomness come from `Ctx`; no statement asks PostgreSQL for the time.
//! - A job or an event exists exactly when the transaction that enqueued it committed.
//! - No error text and no log line carries a value of a row: PostgreSQL's details are dropped.
//!
//! Deliberately absent: a storage trait, a query builder, triggers, and any second storage engine.

mod cluster;
mod db;
mod error;
pub mod feed;
pub mod jobs;
pub mod lint;
mod migrate;
mod pause;
mod roles;
pub mod testing;
mod wake;

pub use cluster::{Cluster, ClusterOptions, default_data_dir};
pub use db::Db;
pub use error::{Error, constraint, describe, is_retryable};
pub use migrate::migrate;
pub use roles::{ROLE_APP, ROLE_ERASER, ROLE_OWNER, ROLE_SUPER, prepare_roles};

/// The tables of this crate: schema `store`.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// What this crate's codes say to a reader.
pub const MESSAGES: kernel::Messages =
    kernel::Messages { vi: include_str!("../messages/vi.ftl"), en: include_str!("../messages/en.ftl") };
