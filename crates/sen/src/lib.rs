//! The program: configuration, roles, wiring, command line, demo. The only crate that knows every other.
//!
//! Deliberately absent: rules of any context. What is decided here is which parts run in this process and
//! what they are connected to.

pub mod cli;
pub mod pack_check;
pub mod synth;
