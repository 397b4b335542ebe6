//! What a procedure and a group of procedures are, as the pack says it.

mod group;
mod procedure;

pub use group::{Compare, Effect, Group, How, Issue, Lapse, Lookup, Member, Numbering, Per, TermWhen};
pub use procedure::{Case, Channel, ChannelKind, Component, ComponentWay, InternalStep, Level, Procedure, ResultKind};
