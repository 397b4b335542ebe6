//! Counts. Nothing personal.

use serde::{Deserialize, Serialize};

/// Counts of one body. Nothing personal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BodyFigures {
    /// The body.
    pub body: String,
    /// In the inbox, not taken in.
    pub new: i64,
    /// Taken in.
    pub accepted: i64,
    /// Waiting for the citizen.
    pub question: i64,
    /// Being carried out.
    pub performing: i64,
    /// Done.
    pub done: i64,
    /// Refused.
    pub refused: i64,
    /// Taken back.
    pub cancelled: i64,
    /// Open and past the date.
    pub late: i64,
    /// Open and due within a working day.
    pub soon_late: i64,
    /// Ended after their date.
    pub ended_late: i64,
    /// Asked the citizen more than once.
    pub asked_twice: i64,
    /// Approved, and brought back by a failure.
    pub faulty: i64,
}

/// Counts over a country or a body.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Dossiers by national status (number → count). Empty for one body.
    pub dossiers: std::collections::BTreeMap<u8, i64>,
    /// Dossiers past their date.
    pub dossiers_late: i64,
    /// Tasks body by body, those with late ones first.
    pub bodies: Vec<BodyFigures>,
}
