//! Why a pack cannot be used.

use crate::Report;
use kernel::{Kind, Problem};

/// Why a pack cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder cannot be read.
    #[error("PAC0050: {path} cannot be read")]
    Unreadable {
        /// Which.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// More files than a pack may hold.
    #[error("PAC0051: {path} holds more than {max} files")]
    TooManyFiles {
        /// The folder.
        path: String,
        /// The limit.
        max: usize,
    },
    /// The program holds no such pack.
    #[error("PAC0052: there is no pack `{0}` in the program")]
    NoSuchPack(String),
    /// Something in the pack is wrong.
    #[error("PAC0053: the pack has faults:\n{0}")]
    Faulty(Report),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Unreadable { path, .. } => Self::new(Kind::Internal, "PAC0050").with("path", path),
            Error::TooManyFiles { path, max } => {
                Self::new(Kind::Internal, "PAC0051").with("path", path).with("max", max)
            }
            Error::NoSuchPack(name) => Self::new(Kind::Internal, "PAC0052").with("name", name),
            Error::Faulty(report) => Self::new(Kind::Internal, "PAC0053").with("count", report.problems().len()),
        }
    }
}
