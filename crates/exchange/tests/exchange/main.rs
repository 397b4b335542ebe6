//! The door on real PostgreSQL.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

mod access_log;
mod bulk;
mod catalogue;
mod country;
mod keyed;
mod passage;
mod quota;
mod refused;
mod sweep;
