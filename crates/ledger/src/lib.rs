//! The log: what was done with whose data, in a Merkle tree that nobody can rub out.
//!
//! Always true here:
//! - An entry commits with the act that it tells of ([`append`]), and is in the tree within a second ([`Sequencer`]).
//! - The tree holds commitments only. What an entry says (its opening) lies beside it and can be erased by law
//!   ([`erase`]); an opening may be missing only where an erasure entry says so ([`verify`]).
//! - Everything that the log has signed can be checked by others' tools: RFC 6962 hashes, C2SP signed notes,
//!   checkpoints and tiles ([`router`]), and a [`Proof`] that needs neither us nor a network.
//! - The application adds rows and changes none. A killed process loses and repeats nothing.
//!
//! Deliberately absent: passes (who may see an opening is the exchange's to say), witnesses' cosignatures (a note with
//! more signatures is read, none is asked for), and rotation of the log's key.

mod append;
pub mod checkpoint;
mod entry;
mod erase;
mod error;
pub mod hash;
mod http;
mod key_file;
pub mod note;
pub mod path;
pub mod proof;
mod read;
mod sequence;
mod stored;
pub mod tile;
pub mod tree;
mod verify;

pub use append::{APPEND_MAX, append, append_all};
pub use checkpoint::Checkpoint;
pub use entry::{Content, ERASURE, Entry, OPENING_BYTES_MAX, Salt, commitment};
pub use erase::{Reason, erase};
pub use error::Error;
pub use hash::Hash;
pub use http::router;
pub use note::{Signer, VerifierKey};
pub use proof::{Proof, ProofError};
pub use read::{Opening, PAGE_MAX, consistency, opening, openings, proof};
pub use sequence::{BATCH_MAX, Sequencer};
pub use stored::{Published, published, verifier_key};
pub use verify::{Fault, KNOWN_MAX, Verdict, What, verify, verify_against};

/// The tables of this crate: schema `ledger`.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// What this crate's codes say to a reader.
pub const MESSAGES: kernel::Messages =
    kernel::Messages { vi: include_str!("../messages/vi.ftl"), en: include_str!("../messages/en.ftl") };
