//! How much each kind of agreement says.

use crate::compare::Outcome;
use crate::compare::levels::LEVELS_MAX;
use crate::{Agreement, Decision, Error, FIELDS_MAX, Kind, Schema};
use serde::{Deserialize, Serialize};

/// The estimated weights of a file against a register; saved, shown and used again as JSON.
///
/// For a level *l* of a field, *m* is how often the row of a person agrees so with that person's record, *u* how often
/// it agrees so with somebody else's (Fellegi and Sunter 1969, eq. 8). The weight is log₂(m / u) bits; where the value
/// itself says how rare it is, its own frequency stands for u (Winkler 1988: term frequencies).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Weights {
    /// The share of rows whose person is in the register; within one file, the expected number of other rows of the
    /// same person.
    pub share: f64,
    /// By field.
    pub fields: Vec<FieldWeights>,
    /// How many rows the estimate rests on; 0 for the usual weights.
    #[serde(default)]
    pub rows: u64,
}

/// The weights of a field.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct FieldWeights {
    /// Its name.
    pub field: String,
    /// How it is compared.
    pub kind: Kind,
    /// By level.
    pub levels: Vec<LevelWeight>,
}

/// What is known of a level.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LevelWeight {
    /// The level.
    pub id: String,
    /// How often a person's own record agrees so.
    pub m: f64,
    /// How often somebody else's does.
    pub u: f64,
}

/// How often a person stands under another name than the register's, at most.
const ANOTHER_NAME_MAX: f64 = 0.003;

/// The least that any m or u is taken to be.
const LEAST: f64 = 1e-7;

impl Weights {
    /// Before a file has said anything: what is usual.
    #[must_use]
    pub fn usual(schema: &Schema) -> Self {
        let fields = schema.fields.iter().map(|field| {
            let levels = field.kind.levels();
            let usual = field.kind.usual();
            let chance = usual_chance(field.kind);
            FieldWeights {
                field: field.name.clone(),
                kind: field.kind,
                levels: (0..levels.len())
                    .map(|at| LevelWeight { id: levels[at].id.to_owned(), m: usual[at], u: chance[at] })
                    .collect(),
            }
        });
        Self { share: 0.9, fields: fields.collect(), rows: 0 }
    }

    /// Weights that were saved.
    ///
    /// # Errors
    /// [`Error::Weights`] when the text is no JSON of weights or the fields and levels are not those of the schema.
    pub fn parse(json: &str, schema: &Schema) -> Result<Self, Error> {
        let weights: Self = serde_json::from_str(json).map_err(|_| Error::Weights)?;
        let fits = weights.fields.len() == schema.fields.len()
            && weights.fields.iter().zip(&schema.fields).all(|(weights, field)| {
                weights.kind == field.kind
                    && weights.levels.len() == field.kind.levels().len()
                    && weights.levels.iter().all(|l| (0.0..=1.0).contains(&l.m) && (0.0..=1.0).contains(&l.u))
            })
            && weights.share.is_finite()
            && weights.share > 0.0;
        if fits { Ok(weights) } else { Err(Error::Weights) }
    }
}

/// What is usual of other people's records.
fn usual_chance(kind: Kind) -> Vec<f64> {
    match kind {
        Kind::FullName | Kind::KinName => {
            vec![1e-4, 1e-4, 1e-4, 1e-4, 2e-4, 1e-4, 1e-3, 5e-4, 1e-3, 4e-3, 3e-3, 1e-2, 0.98]
        }
        Kind::Date => vec![4e-5, 1e-2, 4e-5, 1e-2, 4e-4, 2e-3, 1e-2, 0.97],
        Kind::PersonalNumber | Kind::OldId | Kind::Number => vec![1e-6, 1e-7, 1e-6, 1.0],
        Kind::Sex => vec![0.5, 0.5, 0.5, 0.5],
        Kind::Commune => vec![5e-4, 1e-3, 3e-2, 0.97],
        Kind::Text => vec![1e-2, 1e-2, 2e-2, 0.1, 0.85],
        Kind::Province | Kind::Code => vec![0.05, 0.95],
    }
}

/// [`Weights`] as bits, ready for adding up.
pub(crate) struct Compiled {
    fields: usize,
    /// log₂ m, the levels that differ only in the style of writing taken together.
    log_m: [[f32; LEVELS_MAX]; FIELDS_MAX],
    /// log₂ u by level.
    log_u: [[f32; LEVELS_MAX]; FIELDS_MAX],
    /// The most that a differing value may weigh: nothing.
    differs: [[bool; LEVELS_MAX]; FIELDS_MAX],
}

impl Compiled {
    pub(crate) fn new(weights: &Weights) -> Self {
        let mut compiled = Self {
            fields: weights.fields.len(),
            log_m: [[0.0; LEVELS_MAX]; FIELDS_MAX],
            log_u: [[0.0; LEVELS_MAX]; FIELDS_MAX],
            differs: [[false; LEVELS_MAX]; FIELDS_MAX],
        };
        for (field, of) in weights.fields.iter().enumerate() {
            let styles = of.kind.styles();
            let together: f64 = styles.iter().map(|level| of.levels[usize::from(*level)].m).sum();
            for (level, weight) in of.levels.iter().enumerate() {
                let differs = of.kind.levels()[level].agreement == Agreement::Differs;
                let m = match of.kind {
                    _ if styles.contains(&(level as u8)) => together,
                    // People who are not in the register can make it look as if names were often quite another.
                    Kind::FullName if differs => weight.m.min(ANOTHER_NAME_MAX),
                    _ => weight.m,
                };
                compiled.log_m[field][level] = m.max(LEAST).log2() as f32;
                compiled.log_u[field][level] = weight.u.max(LEAST).log2() as f32;
                compiled.differs[field][level] = differs;
            }
        }
        compiled
    }

    /// The weight of one field's agreement, in bits. A value that differs never speaks for a person more than an
    /// absent one would, unless a part of it agrees by a chance of its own.
    pub(crate) fn bits(&self, field: usize, outcome: Outcome) -> f32 {
        let level = usize::from(outcome.level);
        if outcome.log_u == Outcome::BY_LEVEL {
            let bits = self.log_m[field][level] - self.log_u[field][level];
            return if self.differs[field][level] { bits.min(0.0) } else { bits };
        }
        self.log_m[field][level] - outcome.log_u
    }

    /// The weight of all fields.
    pub(crate) fn sum(&self, levels: &[u8; FIELDS_MAX], log_u: &[f32; FIELDS_MAX]) -> f32 {
        let present = (0..self.fields).filter(|field| levels[*field] != Decision::MISSING);
        present.map(|field| self.bits(field, Outcome { level: levels[field], log_u: log_u[field] })).sum()
    }
}
