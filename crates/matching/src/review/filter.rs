//! Which rows a clerk walks through, and in which order.

use super::Verdict;

/// Rows by what was decided.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Shown {
    /// Not decided yet.
    #[default]
    Left,
    /// All.
    All,
    /// Decided, whatever it was.
    Done,
    /// Decided like this.
    Said(Verdict),
}

impl Shown {
    /// In the order in which they are offered.
    pub const ALL: [Self; 6] = [
        Self::Left,
        Self::Said(Verdict::Unsure),
        Self::Said(Verdict::Match),
        Self::Said(Verdict::Not),
        Self::Done,
        Self::All,
    ];

    /// In addresses.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::All => "all",
            Self::Done => "done",
            Self::Said(verdict) => verdict.id(),
        }
    }

    /// The one of this id.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shown| shown.id() == id)
    }

    pub(super) fn has(self, standing: Option<Verdict>) -> bool {
        match self {
            Self::Left => standing.is_none(),
            Self::All => true,
            Self::Done => standing.is_some(),
            Self::Said(verdict) => standing == Some(verdict),
        }
    }
}

/// What comes first.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Order {
    /// The probability nearest to one half.
    #[default]
    Uncertain,
    /// The highest probability.
    Likely,
    /// As in the file.
    Row,
}

impl Order {
    /// In the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Uncertain, Self::Likely, Self::Row];

    /// In addresses.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Uncertain => "uncertain",
            Self::Likely => "likely",
            Self::Row => "row",
        }
    }

    /// The one of this id.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.id() == id)
    }
}

/// Which rows, in which order.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// By decision.
    pub shown: Shown,
    /// With this reason.
    pub reason: Option<String>,
    /// Whose likeliest candidate has this level in this field: `(field, level)`.
    pub level: Option<(String, String)>,
    /// Whose commune is written like this in the file.
    pub commune: Option<String>,
    /// In this order.
    pub order: Order,
}

/// A commune is part of somebody's record.
impl std::fmt::Debug for Filter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Filter").field("shown", &self.shown).field("order", &self.order).finish_non_exhaustive()
    }
}
