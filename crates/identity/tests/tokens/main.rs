//! Tests of the tokens of the OpenID provider over its router, against real PostgreSQL.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

mod acting;
mod asked;
mod authorize;
mod clients;
mod code;
mod front;
mod house;
mod inspect;
mod leaving;
mod program;
mod pushed;
mod refresh;
mod registered;
mod registers;
mod talk;
mod userinfo;
