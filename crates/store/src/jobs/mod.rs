//! The job queue: work that a transaction orders and that is done after it, at least once.
//!
//! Always true here:
//! - A job is taken by an update that commits at once; no transaction is held while it runs.
//! - Who takes a job holds a lease. A worker that dies loses it and another one takes the job; one that was only slow
//!   finds on settling that the job is no longer its own, and changes nothing. So a handler may run twice and its
//!   effects carry idempotency keys.
//! - A failure that may pass is tried again after a growing pause; one that will not is a dead letter, which an
//!   operator sees and may put back. It keeps the code of the failure, and payloads hold identifiers only.

mod claim;
mod enqueue;
mod operate;
mod settle;
mod worker;

pub use enqueue::{NewJob, enqueue};
pub use operate::{Counts, DeadLetter, counts, dead_letters, retry, take_back_all};
pub use worker::{Handler, Worker};

use std::time::Duration;

/// Largest payload, as JSON text.
pub const PAYLOAD_BYTES_MAX: usize = 256 * 1024;
/// Runs of one job before it is a dead letter. With the pauses below that is about three hours.
pub const ATTEMPTS_MAX: i32 = 20;
/// Pause after the first failure; it doubles with each further one.
const BACKOFF_FIRST: Duration = Duration::from_secs(1);
/// Longest pause.
const BACKOFF_MAX: Duration = Duration::from_secs(15 * 60);
/// A worker that says nothing for so long has lost its jobs.
const LEASE: Duration = Duration::from_secs(10);
/// Jobs that one statement takes.
const CLAIM_MAX: usize = 100;
