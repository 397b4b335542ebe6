//! Guards of the house itself: which crate may use which, which tables each owns, which codes each explains.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on may stop")]

mod clean;
mod crash;
mod crates;
mod messages;
mod pack;
mod source;
mod tables;

use std::path::PathBuf;

/// The folder of the workspace.
fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
