//! `sen synth --corrupt`: an agency's messy file of the made-up people, with the truth about every row.
//!
//! What always holds: the same seed gives the same file and the same register as without it; rows are drawn evenly over
//! the whole population, in a shuffled order; everything that was done to a row stands in the truth file by its name
//! ([`ErrorKind`]). Some people are not in the register (they come from a population of another seed, so nothing but
//! their absence tells them apart), and some rows are another row's person once more.

mod args;
mod date;
mod kind;
mod name;
mod number;
mod place;
mod row;
mod sample;
#[cfg(test)]
mod tests;
mod word;
mod write;

pub use args::CorruptArgs;
pub use kind::{ErrorKind, Level};
pub(super) use place::Before;
pub use write::{Layout, truth_path};

use super::dice::Dice;
use super::model::Household;
use super::population::Population;
use super::world::World;
use anyhow::bail;
use row::Clerk;
use sample::{Original, Reservoir};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// So that the dice of the file are not those of the people.
const SEED_OF_ROWS: u64 = 0x6d65_7373_7900_0001;
/// The population in which those who are absent from the register live.
const SEED_OF_ABSENT: u64 = 0x6162_7365_6e74_0001;
/// The absent are drawn from so many times as many, so that they are not all of a few families.
const ABSENT_FROM: u64 = 5;

/// What file is to be made.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Corruption {
    /// The seed of the population.
    pub seed: u64,
    /// Rows in all.
    pub rows: usize,
    /// How messy.
    pub level: Level,
    /// Share of rows about people who are not in the register, 0 to 1.
    pub absent: f64,
    /// Share of rows that are another row's person once more, 0 to 1.
    pub duplicates: f64,
}

/// What was made.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Corrupted {
    /// Rows in all.
    pub rows: u64,
    /// About people who are not in the register.
    pub absent: u64,
    /// Rows whose person an earlier row is about.
    pub duplicates: u64,
    /// How many rows have which kind of error.
    pub kinds: BTreeMap<&'static str, u64>,
}

/// Draws whom the file speaks of while the population streams by, then writes it.
pub struct Corruptor<'w> {
    world: &'w World,
    what: Corruption,
    reservoir: Reservoir<'w>,
}

impl<'w> Corruptor<'w> {
    /// # Errors
    /// When the shares leave no row.
    pub fn new(world: &'w World, what: Corruption) -> anyhow::Result<Self> {
        let share = |share: f64| (0.0..=1.0).contains(&share);
        if !share(what.absent) || !share(what.duplicates) || what.absent + what.duplicates > 0.9 {
            bail!("the shares of absent people and of duplicates are at least 0 and at most 0.9 together");
        }
        let people = what.rows - what.count(what.absent) - what.count(what.duplicates);
        Ok(Self { world, what, reservoir: Reservoir::new(world, what.seed ^ SEED_OF_ROWS, people, true) })
    }

    /// Shows a household of the register.
    pub fn look_at(&mut self, household: &Household) {
        self.reservoir.look_at(household);
    }

    /// Writes the file (CSV or Parquet by its ending) and its truth.
    ///
    /// # Errors
    /// When fewer people came by than the file has rows about, or a file cannot be written.
    pub fn write(self, path: &Path, layout: Layout) -> anyhow::Result<Corrupted> {
        let Self { world, what, reservoir } = self;
        let (absent, duplicates) = (what.count(what.absent), what.count(what.duplicates));
        let wanted = what.rows - absent - duplicates;
        let mut people = reservoir.finish();
        if people.len() < wanted {
            bail!("{} rows need {wanted} people of the register, which has {}", what.rows, people.len());
        }
        people.extend(draw_absent(world, what.seed, absent));

        let mut dice = Dice::new(what.seed ^ SEED_OF_ROWS ^ 1);
        let mut order: Vec<usize> = (0..people.len()).collect();
        shuffle(&mut dice, &mut order);
        // Everybody at most twice.
        order.extend_from_within(..duplicates.min(people.len()));
        shuffle(&mut dice, &mut order);
        write_rows(world, &what, dice, &people, &order, path, layout)
    }
}

fn write_rows(
    world: &World,
    what: &Corruption,
    dice: Dice,
    people: &[Original],
    order: &[usize],
    path: &Path,
    layout: Layout,
) -> anyhow::Result<Corrupted> {
    let mut clerk = Clerk { world, dice, level: what.level };
    let mut files = write::Files::create(path, layout)?;
    let mut made = Corrupted::default();
    let mut first_row: Vec<u64> = vec![0; people.len()];
    for (row, at) in (1_u64..).zip(order) {
        let person = &people[*at];
        let written = clerk.write(person);
        let duplicate_of = std::mem::replace(&mut first_row[*at], row);
        let earlier = if duplicate_of == 0 { String::new() } else { duplicate_of.to_string() };
        let number = if person.registered { person.number() } else { "" };
        let kinds: Vec<_> = written.kinds.iter().map(|kind| kind.as_str()).collect();
        made.rows += 1;
        made.absent += u64::from(!person.registered);
        made.duplicates += u64::from(duplicate_of != 0);
        for kind in &kinds {
            *made.kinds.entry(kind).or_default() += 1;
        }
        files.write(row, &written.cells, [number, &earlier, &kinds.join("|")])?;
    }
    files.close()?;
    Ok(made)
}

impl Corruption {
    fn count(&self, share: f64) -> usize {
        (self.rows as f64 * share).round() as usize
    }
}

fn draw_absent(world: &World, seed: u64, count: usize) -> Vec<Original> {
    let seed = seed ^ SEED_OF_ABSENT;
    let mut reservoir = Reservoir::new(world, seed, count, false);
    for household in Population::new(world, seed, count as u64 * ABSENT_FROM) {
        reservoir.look_at(&household);
    }
    reservoir.finish()
}

/// Fisher–Yates.
fn shuffle(dice: &mut Dice, order: &mut [usize]) {
    for at in (1..order.len()).rev() {
        order.swap(at, dice.index(at + 1));
    }
}
