//! The engine on real PostgreSQL, with Vietnam's pack and registers made up for the tests.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail the test")]

mod birth;
mod cases;
mod catalogue;
mod decisions;
mod filing;
mod registers;
mod trouble;
mod world;
