//! The program: configuration, roles, wiring, command line, demo. The only crate that knows every other.
//!
//! Deliberately absent: rules of any context. What is decided here is which parts run in this process and
//! what they are connected to.

pub mod accounts;
pub mod bench;
pub mod catalogue;
pub mod clean;
pub mod cli;
pub mod client;
mod connections;
pub mod country;
pub mod database;
pub mod demo;
pub mod demo_clients;
pub mod filing;
pub mod house;
pub mod index_history;
pub mod index_procedures;
pub mod indicator;
pub mod log_check;
pub mod newcomers;
pub mod officer;
pub mod openid_clients;
pub mod pack_check;
pub mod pages;
pub mod portraits;
pub mod programme;
pub mod review;
pub mod serve;
pub mod serve_command;
pub mod sim;
pub mod story;
pub mod synth;
