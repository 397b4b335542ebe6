//! How well each procedure answers a question.

use super::Doc;
use super::index::{Index, TermId};
use super::query::{Query, Slot, Way};
use crate::{Level, Who};

/// A part of the question that is missing costs more than its share.
const COVERAGE_POWER: f32 = 1.6;

/// What most people look for comes first where it fits as well.
pub(super) fn prior(doc: &Doc) -> f32 {
    let mut prior = 1.0;
    for (is, more) in [
        (doc.filed_by.is_some(), 0.10),
        (doc.group, 0.30),
        (doc.essential, 0.14),
        (doc.who.contains(&Who::Citizen), 0.08),
        (doc.levels.contains(&Level::Commune), 0.05),
        // Only at a ministry: hardly anybody's everyday business.
        (doc.levels.len() == 1 && doc.levels.contains(&Level::Ministry), -0.05),
    ] {
        if is {
            prior += more;
        }
    }
    prior
}

/// Room for the scores of one question, to be used again.
#[derive(Default)]
struct Room {
    slot: Vec<f32>,
    way: Vec<f32>,
    found: Vec<f32>,
    part: Vec<f32>,
    part_found: Vec<f32>,
}

impl Index {
    /// Scores by number of procedure; zero where nothing fits.
    pub(super) fn score(&self, query: &Query) -> Vec<f32> {
        let count = self.docs.len();
        let mut total = vec![0.0_f32; count];
        let mut covered = vec![0.0_f32; count];
        let mut room = Room {
            slot: vec![0.0; count],
            way: vec![0.0; count],
            found: vec![0.0; count],
            part: vec![0.0; count],
            part_found: vec![0.0; count],
        };
        let mut mass = 0.0;
        for part in &query.parts {
            room.part.fill(0.0);
            room.part_found.fill(0.0);
            // The part weighs what its heaviest way weighs, so that a way through common words is not a discount.
            let part_mass = part.ways.iter().map(mass_of).fold(0.0, f32::max);
            for way in &part.ways {
                self.score_way(way, part_mass, &mut room);
            }
            for doc in 0..count {
                total[doc] += room.part[doc];
                covered[doc] += room.part_found[doc];
            }
            mass += part_mass;
        }
        for (id, boost) in &query.extras {
            self.add(*id, *boost, &mut total);
        }
        if mass > 0.0 {
            for doc in 0..count {
                let share = (covered[doc] / mass).min(1.0);
                total[doc] *= share.powf(COVERAGE_POWER) * self.priors[doc];
            }
        }
        total
    }

    fn score_way(&self, way: &Way, part_mass: f32, room: &mut Room) {
        room.way.fill(0.0);
        room.found.fill(0.0);
        let whole = mass_of(way).max(f32::EPSILON);
        for slot in &way.slots {
            self.score_slot(slot, room);
        }
        let mut extras = std::mem::take(&mut room.slot);
        extras.fill(0.0);
        for (id, boost) in &way.extras {
            self.add(*id, *boost, &mut extras);
        }
        for (doc, extra) in extras.iter().enumerate() {
            if room.found[doc] > 0.0 {
                let share = room.found[doc] / whole;
                // Half of a phrase is not half of its meaning.
                // And a way of many words is not better than one of few.
                let score = (room.way[doc] + extra) * way.boost * share * (part_mass / whole);
                room.part[doc] = room.part[doc].max(score);
                room.part_found[doc] = room.part_found[doc].max(share * share * part_mass);
            }
        }
        room.slot = extras;
    }

    fn score_slot(&self, slot: &Slot, room: &mut Room) {
        match slot.options.as_slice() {
            [] => {}
            [(id, boost)] => {
                for posting in self.term(*id).map(|term| term.postings.as_slice()).unwrap_or_default() {
                    room.way[posting.doc as usize] += posting.weight * boost;
                    room.found[posting.doc as usize] += slot.mass;
                }
            }
            options => {
                room.slot.fill(0.0);
                for (id, boost) in options {
                    for posting in self.term(*id).map(|term| term.postings.as_slice()).unwrap_or_default() {
                        let best = &mut room.slot[posting.doc as usize];
                        *best = best.max(posting.weight * boost);
                    }
                }
                for (doc, score) in room.slot.iter().enumerate() {
                    if *score > 0.0 {
                        room.way[doc] += score;
                        room.found[doc] += slot.mass;
                    }
                }
            }
        }
    }

    fn add(&self, id: TermId, boost: f32, to: &mut [f32]) {
        for posting in self.term(id).map(|term| term.postings.as_slice()).unwrap_or_default() {
            to[posting.doc as usize] += posting.weight * boost;
        }
    }
}

fn mass_of(way: &Way) -> f32 {
    way.slots.iter().map(|slot| slot.mass).sum()
}
