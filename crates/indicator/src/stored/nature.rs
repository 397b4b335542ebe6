//! What the main job's procedures are: the feed says what happened to a dossier, the pack says what it is about.

use time::Date;

/// What counts for the index about a procedure, or a group of procedures that are filed as one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Nature {
    /// It gives a paper.
    pub paper_result: bool,
    /// Something is to be paid.
    pub fee_bearing: bool,
    /// Papers that a dossier has when it is filed online.
    pub files: u16,
    /// Papers in whose place a register answers.
    pub reused: u16,
    /// The register of the population is asked.
    pub citizen_data: bool,
}

/// Says what a code stands for on a day; nothing for one that the pack does not know.
type Known = Box<dyn Fn(&str, Date) -> Option<Nature> + Send + Sync>;

/// The natures of all procedures.
pub struct Natures(Option<Known>);

impl Natures {
    /// By asking this.
    pub fn new(known: impl Fn(&str, Date) -> Option<Nature> + Send + Sync + 'static) -> Self {
        Self(Some(Box::new(known)))
    }

    /// Of none is anything known.
    #[must_use]
    pub const fn none() -> Self {
        Self(None)
    }

    pub(super) fn of(&self, code: &str, on: Date) -> Nature {
        self.0.as_ref().and_then(|known| known(code, on)).unwrap_or_default()
    }
}

impl std::fmt::Debug for Natures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Natures")
    }
}
