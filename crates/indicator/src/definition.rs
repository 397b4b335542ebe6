//! What an index is, as the pack says it: its groups, its components and their formulas, with dates of force.

use crate::period::Period;
use pack::{Dated, Expr, Text};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// One file of `indicators/`: an index and its versions.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    /// What it is called in data: `766`.
    pub(crate) indicator: String,
    pub(crate) versions: Vec<Dated<Definition>>,
}

/// An index as it is in force.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// What it is called.
    pub name: Text,
    /// All its points together.
    pub points: i64,
    /// How points become figures.
    pub rounding: Rounding,
    /// How events become counts.
    pub counting: Counting,
    /// The counts that formulas name, and what each means.
    pub counters: BTreeMap<String, CounterText>,
    /// Formulas by name: CEL over the counters, `n` and `d` (the rate), `points` and `full_at` of the component. Each
    /// gives a fraction `[upper, lower]` of whole numbers.
    pub formulas: BTreeMap<String, Expr>,
    /// The groups of the decision's text.
    pub legal_groups: Vec<LegalGroup>,
    /// The groups that are shown.
    pub groups: Vec<Group>,
}

/// How points become figures.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rounding {
    /// Decimals of what is shown. Half is rounded up.
    pub decimals: u32,
    /// What is added up: points as shown, or exact ones.
    pub sums: Sums,
}

/// What is added up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sums {
    /// Rounded points: the figures of a page add up.
    Rounded,
    /// Exact points: only the sum is rounded.
    Exact,
}

/// How events become counts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counting {
    /// Statuses that end the processing; the first of the list that a dossier has reached says when.
    pub ends_with: Vec<u8>,
    /// Those of them that end only what had been received.
    #[serde(default)]
    pub ends_received: Vec<u8>,
    /// Those of them that, where the citizen never answered the one request, end the processing with the request.
    #[serde(default)]
    pub unanswered_ends: Vec<u8>,
    /// Requests for a supplement; with more the dossier is late whenever it ends.
    pub supplements_max: u16,
    /// Working days of each step of a petition.
    pub petition: PetitionTerms,
    /// Working days of announcing a procedure and of making it public.
    pub announcing: AnnouncingTerms,
}

/// Working days of each step of a petition (phản ánh, kiến nghị).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PetitionTerms {
    /// To refuse it, from its receipt.
    pub refuse: u32,
    /// To ask for more, from its receipt.
    pub ask: u32,
    /// To answer it, from its receipt; where more was asked for, from when it came.
    pub answer: u32,
    /// To make the answer public, from the answer.
    pub publish: u32,
}

/// Working days of announcing a procedure (công bố) and of making it public (công khai).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnnouncingTerms {
    /// A ministry announces so long before the rule it rests on is in force.
    pub ministry_before: u32,
    /// A province, for what it announces itself.
    pub province_before: u32,
    /// A ministry makes it public so soon after the decision.
    pub ministry_public: u32,
    /// A province.
    pub province_public: u32,
}

/// What a count means and where it comes from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CounterText {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
    /// Where it comes from.
    pub from: Origin,
}

/// Where a count comes from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// Dossiers with a property.
    Dossiers,
    /// Procedures with a property, each once however many bodies and dossiers have it.
    Procedures,
    /// Petitions with a property.
    Petitions,
    /// A figure that a body reports.
    Given,
}

/// A group of the decision's text.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LegalGroup {
    /// Its name in data.
    pub id: String,
    /// What it is called.
    pub name: Text,
    /// Points of its components together.
    pub points: i64,
}

/// A group of components.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its name in data.
    pub id: String,
    /// The group of the decision's text it belongs to.
    pub legal: String,
    /// What it is called.
    pub name: Text,
    /// Points of its components together.
    pub points: i64,
    /// What it is made of.
    pub components: Vec<Component>,
}

/// One component: a rate and the points for it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// Its number: `3.3`.
    pub id: String,
    /// What the portal calls it, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What it is called.
    pub name: Text,
    /// The most points. 0: shown, not scored.
    pub points: i64,
    /// Upper part of the rate: a whole number, CEL over the counters.
    pub numerator: Expr,
    /// Lower part of the rate.
    pub denominator: Expr,
    /// A component whose rate this one's is multiplied by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<String>,
    /// The name of a formula. None: not scored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formula: Option<String>,
    /// The rate, in percent, from which all points are given.
    #[serde(default = "hundred")]
    pub full_at: i64,
    /// No more points than this. None: those of the component.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<i64>,
    /// Points where the lower part of the rate is zero.
    pub when_none: i64,
    /// The aim, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<i64>,
    /// What kinds of body have it. Empty: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<Level>,
    /// The counters a reader may open to see what is behind the rate, and what is missing from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behind: Option<Behind>,
    /// How sure the author is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<String>,
    /// What is open about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Which dossiers stand behind a rate: those that count below, and of them those that count above.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Behind {
    /// A counter of dossiers or petitions.
    pub of: String,
    /// A counter that some of them lack: those are what a body can work on.
    pub has: String,
}

const fn hundred() -> i64 {
    100
}

/// What kind of body is scored.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// All bodies together.
    Country,
    /// A ministry with its offices.
    Ministry,
    /// A province with its departments and communes.
    Province,
    /// An office of a ministry, or a department of a province.
    Office,
    /// A commune.
    Commune,
}

impl Component {
    /// Whether bodies of this level have it.
    #[must_use]
    pub fn is_for(&self, level: Level) -> bool {
        self.levels.is_empty() || self.levels.contains(&level)
    }
}

impl Definition {
    /// All components with their groups, in order.
    pub fn components(&self) -> impl Iterator<Item = (&Group, &Component)> {
        self.groups.iter().flat_map(|group| group.components.iter().map(move |component| (group, component)))
    }

    /// The component of this number.
    #[must_use]
    pub fn component(&self, id: &str) -> Option<&Component> {
        self.components().map(|(_, component)| component).find(|component| component.id == id)
    }
}

/// SHA-256 of a version with its dates: what an evidence file rests on. Formulas count by their text.
#[must_use]
pub fn fingerprint(version: &Dated<Definition>) -> String {
    // Only lists, texts, numbers and sorted maps: always written alike, and never refused.
    let bytes = serde_json::to_vec(version).unwrap_or_default();
    kernel::text::hex(&Sha256::digest(&bytes))
}

/// The names that a formula may use beside the counters.
pub(crate) fn given_by_period(period: Period) -> [(&'static str, serde_json::Value); 2] {
    [("months", period.kind().months().into()), ("period", period.kind().name().into())]
}
