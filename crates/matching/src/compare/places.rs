//! Communes that were renamed, merged or split.

use super::{Outcome, levels::commune};
use crate::index::PlaceCounts;
use crate::value::place::{Places, Relation};

/// Two communes of any day. What is unknown does not come here.
pub(crate) fn communes(row: u32, person: u32, places: &Places, counts: &PlaceCounts) -> Outcome {
    match places.relation(row, person) {
        Relation::Same => Outcome::with_chance(commune::SAME, counts.share(person)),
        Relation::Succeeded => {
            // One of several communes of today: the more it can be, the likelier chance.
            let several = places.today(row).len().max(1) as f64;
            Outcome::with_chance(commune::SUCCEEDED, counts.share(person) * several)
        }
        Relation::SameProvince => Outcome::with_chance(commune::PROVINCE, counts.share_of_province(person)),
        Relation::Different | Relation::Unknown => Outcome::by_level(commune::DIFFERS),
    }
}
