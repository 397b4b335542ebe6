//! Tests of the tokens of the OpenID provider over its router, against real PostgreSQL.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

mod acting;
mod asked;
mod code;
mod house;
mod inspect;
mod leaving;
mod program;
mod refresh;
mod registers;
mod talk;
mod userinfo;
