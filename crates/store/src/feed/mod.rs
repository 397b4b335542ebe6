//! The feed: what happened, in an order that every reader sees alike. One mechanism for the outbox (events between
//! contexts) and for the change feeds of registers.
//!
//! Always true here:
//! - `append` is part of the business transaction: the event exists exactly when the change does.
//! - Positions are given after the commit, by one sequencer at a time, 1, 2, 3, … within a feed. Whoever has read up
//!   to n never finds something new at or below n, however long a transaction took to commit.
//! - An event has no position until it is sequenced, usually within some milliseconds, at most about a second.

mod append;
mod cursor;
mod read;
mod sequence;

pub use append::{NewItem, append, append_all};
pub use cursor::{advance, cursor};
pub use read::{Item, at, mark, position_at, positions, read};
pub use sequence::Sequencer;

/// Largest payload, as JSON text.
pub const PAYLOAD_BYTES_MAX: usize = 256 * 1024;
/// Items that one call reads.
pub const READ_MAX: i64 = 1000;
/// Items that one transaction of the sequencer gives positions to.
const BATCH_MAX: i64 = 5000;
