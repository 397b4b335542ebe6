//! `sen clean`: an agency's file gets the right personal numbers; `sen index`: the register made ready for it.
//!
//! What always holds: the results appear complete or not at all, also when the program is stopped; every row of the
//! file is in them or among the unreadable ones; everything that holds personal data is readable by its owner only,
//! and nothing of it is shown on the terminal. The file is read twice: to estimate weights, and to decide.

mod args;
mod columns;
mod index;
mod interrupt;
mod page;
mod progress;
mod read;
pub(crate) mod registers;
mod report;
mod run;
pub mod running;
mod say;
mod within;

pub(crate) use say::harmless;

#[cfg(test)]
mod tests;

pub use args::{CleanArgs, Lang};
pub use index::{IndexCommand, run as run_index};
pub use run::run;
