//! What the decisions say of the weights: the fields of a shown pair in bits, and the weights estimated anew.

use super::{Candidate, Deed, Desk, Error};
use crate::{Agreement, Decision, FIELDS_MAX, Field, Schema, Weights, reestimate};
use std::collections::BTreeMap;
use std::path::Path;

/// The weights that a cleaning left in its folder.
pub const WEIGHTS_FILE: &str = "weights.json";
/// The weights with the decisions, beside them.
pub const REVIEWED_WEIGHTS_FILE: &str = "weights.reviewed.json";

/// The weights of a folder; nothing where it has none.
///
/// # Errors
/// `MAT0001` when they cannot be read, `MAT0511` when they are no weights.
pub fn read_weights(folder: &Path) -> Result<Option<Weights>, Error> {
    let path = folder.join(WEIGHTS_FILE);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(Error::File { path: path.display().to_string(), source }),
    };
    let misread = || Error::Result { name: WEIGHTS_FILE };
    let weights: Weights = serde_json::from_str(&text).map_err(|_| misread())?;
    Weights::parse(&text, &schema_of(&weights)).map(Some).map_err(|_| misread())
}

/// The fields that weights are of.
pub(super) fn schema_of(weights: &Weights) -> Schema {
    let fields = weights.fields.iter().take(FIELDS_MAX);
    Schema { fields: fields.map(|of| Field { name: of.field.clone(), kind: of.kind }).collect() }
}

/// Where a level stands among those of its field's kind; [`Decision::MISSING`] for one that is absent or unknown.
pub(super) fn level_of(field: &Field, id: &str) -> u8 {
    let at = field.kind.levels().iter().position(|level| level.id == id);
    at.map_or(Decision::MISSING, |at| at as u8)
}

/// What each field of a pair weighs, in bits: log₂(m / u) of its level (Fellegi and Sunter 1969). How rare the value
/// itself is, which the cleaning also counts, is not in it: the weights of a folder say nothing of single values.
#[must_use]
pub fn bits(weights: &Weights, candidate: &Candidate) -> BTreeMap<String, f64> {
    let of = |field: &crate::FieldWeights| {
        let id = candidate.levels.get(&field.field)?;
        let level = field.levels.iter().find(|level| level.id == *id)?;
        let bits = (level.m.max(f64::MIN_POSITIVE) / level.u.max(f64::MIN_POSITIVE)).log2();
        // As in the cleaning: what differs speaks for nobody.
        let differs = field.kind.levels().iter().any(|known| known.id == *id && known.agreement == Agreement::Differs);
        Some((field.field.clone(), if differs { bits.min(0.0) } else { bits }))
    };
    weights.fields.iter().filter_map(of).collect()
}

/// The pairs that the clerk has decided: the one chosen is the same person, all others shown are not. Unsure rows say
/// nothing.
///
/// # Errors
/// `MAT0001` and `MAT0502` when a row cannot be read.
pub fn decided_pairs(desk: &Desk, weights: &Weights) -> Result<Vec<([u8; FIELDS_MAX], bool)>, Error> {
    let schema = schema_of(weights);
    let levels = |candidate: &Candidate| {
        let mut levels = [Decision::MISSING; FIELDS_MAX];
        for (at, field) in schema.fields.iter().enumerate() {
            levels[at] = level_of(field, candidate.levels.get(&field.name).map_or("", String::as_str));
        }
        levels
    };
    let mut pairs = Vec::new();
    for place in 0..desk.cases().len() as u32 {
        let Some(standing) = desk.standing(desk.cases().row(place)) else { continue };
        if standing.deed == Deed::Unsure {
            continue;
        }
        let case = desk.cases().read(place)?;
        let chosen = standing.personal_number.as_deref();
        let mut found = false;
        for candidate in &case.candidates {
            let same = !found && chosen == Some(candidate.personal_number.as_str());
            found |= same;
            pairs.push((levels(candidate), same));
        }
    }
    Ok(pairs)
}

/// The weights of the folder estimated anew with the decisions, and how many pairs they rest on. The folder's own
/// weights stay: doing it twice counts no decision twice.
///
/// # Errors
/// `MAT0512` where the folder has no weights; as [`decided_pairs`] and [`read_weights`].
pub fn reestimated(desk: &Desk) -> Result<(Weights, usize), Error> {
    let weights = read_weights(desk.folder())?.ok_or(Error::NoWeights)?;
    let pairs = decided_pairs(desk, &weights)?;
    Ok((reestimate(&weights, &pairs), pairs.len()))
}
