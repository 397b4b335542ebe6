//! Tests of the registers on PostgreSQL: the engine over a made-up country, the pack of Vietnam over its own data.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod bulk;
mod country;
mod engine;
mod extract;
mod keys;
mod loading;
mod look_alike;
mod services;
mod versions;
mod vietnam;
