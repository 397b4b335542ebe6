//! Tests of the store against real PostgreSQL.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

mod cluster;
mod crash;
mod database;
mod feed;
mod jobs;
mod lint;
