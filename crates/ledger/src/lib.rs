//! The log that nobody can rub out.
pub mod checkpoint;
mod entry;
mod error;
pub mod hash;
mod key_file;
pub mod note;
pub mod path;
pub mod proof;
pub mod tile;
pub mod tree;

pub use entry::{Content, ERASURE, Entry, OPENING_BYTES_MAX, Salt, commitment};
pub use error::Error;
