//! The stable words for what happens to a dossier. The pack has a sentence for each that the citizen is told.

/// Filed.
pub const FILED: &str = "filed";
/// A body took its step in.
pub const ACCEPTED: &str = "accepted";
/// A body asks for something.
pub const QUESTION: &str = "question";
/// The citizen answered.
pub const ANSWERED: &str = "answered";
/// A member is done.
pub const DONE: &str = "done";
/// A member was refused.
pub const REFUSED: &str = "refused";
/// A member falls away because one that it needs was refused.
pub const DROPPED: &str = "dropped";
/// A member was stopped: the citizen did not answer in time. Needed where the group stops such members.
pub const LAPSED: &str = "lapsed";
/// A body apologises and names another date.
pub const DELAYED: &str = "delayed";
/// The citizen withdrew.
pub const WITHDRAWN: &str = "withdrawn";
/// Everything has ended, with results.
pub const FINISHED: &str = "finished";
/// Everything has ended, without.
pub const STOPPED: &str = "stopped";

/// What the citizen is told: the pack must have a sentence for each.
pub const TOLD: &[&str] =
    &[FILED, ACCEPTED, QUESTION, ANSWERED, DONE, REFUSED, DROPPED, DELAYED, WITHDRAWN, FINISHED, STOPPED];
