//! `sen synth`: a made-up population, with families that hang together.
//!
//! What always holds: the same seed, day and pack give the same people; exactly as many as asked for; no personal
//! number twice, and each true to its person's sex and year; parents are older than their children; one family at a
//! time is in memory. What is deliberately absent: anything about a real person. Names, shares and ages are composed
//! or from memory, and live in the pack (`names/`, `synth/`).

mod args;
mod cast;
pub mod corrupt;
mod dice;
mod family;
mod load;
mod model;
mod names;
mod notice;
mod numbers;
mod places;
mod population;
mod world;
mod write;

#[cfg(test)]
mod tests;

pub(crate) use args::world;
pub use args::{SynthArgs, run};
pub use cast::{Cast, CastPerson, cast};
pub use load::{Loaded, cast_into_registers, into_registers, notices_into_registers};
pub use model::{Household, Kin, Marital, Person, Relation};
pub use notice::{BirthNotice, NoticeError, Notices};
pub use population::Population;
pub use world::{AS_OF, World};
pub(crate) use write::{Format, Sink};
