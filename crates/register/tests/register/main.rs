//! Tests of the registers on PostgreSQL: the engine over a made-up country, the pack of Vietnam over its own data.

mod country;
mod engine;
mod keys;
mod loading;
mod services;
mod versions;
mod vietnam;
