//! Whom the file speaks of: drawn evenly while the population streams by.

use super::super::dice::Dice;
use super::super::model::{Household, Kin, Person};
use super::super::world::World;
use kernel::{PartialDate, Sex};

/// What a row is made from. Ten million of them fit a small machine: the texts are one piece of memory. Personal: no
/// `Debug`.
#[derive(Clone)]
pub(super) struct Original {
    texts: Box<str>,
    ends: [u16; TEXTS],
    pub(super) birth: PartialDate,
    pub(super) sex: Sex,
    /// Of the world's communes.
    pub(super) commune: u32,
    /// Whether the register has this person.
    pub(super) registered: bool,
}

const TEXTS: usize = 7;

impl Original {
    fn new(world: &World, household: &Household, at: usize, registered: bool) -> Self {
        let person = &household.members[at];
        let name = |kin: &Option<Kin>| kin.as_ref().map_or("", |kin| kin.name.as_str()).to_owned();
        let spouse = name(&person.spouse);
        let parts = [
            person.personal_number.as_str().to_owned(),
            person.full_name.as_str().to_owned(),
            person.old_id.clone().unwrap_or_default(),
            name(&person.father),
            name(&person.mother),
            relative(household, person),
            spouse.split(' ').next().unwrap_or_default().to_owned(),
        ];
        let mut texts = String::new();
        let ends = parts.each_ref().map(|part| {
            texts.push_str(part);
            // A name is at most 255 characters long.
            u16::try_from(texts.len()).unwrap_or(u16::MAX)
        });
        Self {
            texts: texts.into_boxed_str(),
            ends,
            birth: person.birth,
            sex: person.sex,
            commune: world.places.find(&household.commune_code).and_then(|at| u32::try_from(at).ok()).unwrap_or(0),
            registered,
        }
    }

    fn text(&self, part: usize) -> &str {
        let start = if part == 0 { 0 } else { usize::from(self.ends[part - 1]) };
        self.texts.get(start..usize::from(self.ends[part])).unwrap_or_default()
    }

    pub(super) fn number(&self) -> &str {
        self.text(0)
    }

    pub(super) fn full_name(&self) -> &str {
        self.text(1)
    }

    /// Empty where there is none, as all that follow.
    pub(super) fn old_id(&self) -> &str {
        self.text(2)
    }

    pub(super) fn kin(&self) -> [&str; 2] {
        [self.text(3), self.text(4)]
    }

    /// The personal number of a relative.
    pub(super) fn relative(&self) -> &str {
        self.text(5)
    }

    pub(super) fn spouse_surname(&self) -> &str {
        self.text(6)
    }
}

/// The number of a relative: husband or wife, parent, or somebody of the household.
fn relative(household: &Household, person: &Person) -> String {
    let kin = [&person.spouse, &person.mother, &person.father];
    let known = kin.into_iter().flatten().find_map(|kin| kin.number);
    let housemate = || household.members.iter().map(|it| it.personal_number).find(|it| *it != person.personal_number);
    known.or_else(housemate).map(|number| number.as_str().to_owned()).unwrap_or_default()
}

/// A reservoir (Vitter 1985, algorithm R): whoever comes by is in it with the same probability.
pub(super) struct Reservoir<'w> {
    world: &'w World,
    dice: Dice,
    wanted: usize,
    seen: u64,
    registered: bool,
    drawn: Vec<Original>,
}

impl<'w> Reservoir<'w> {
    pub(super) fn new(world: &'w World, seed: u64, wanted: usize, registered: bool) -> Self {
        Self { world, dice: Dice::new(seed), wanted, seen: 0, registered, drawn: Vec::new() }
    }

    pub(super) fn look_at(&mut self, household: &Household) {
        for at in 0..household.members.len() {
            self.seen += 1;
            let original = |of: &Self| Original::new(of.world, household, at, of.registered);
            if self.drawn.len() < self.wanted {
                self.drawn.push(original(self));
            } else {
                let place = self.dice.index(usize::try_from(self.seen).unwrap_or(usize::MAX));
                if place < self.wanted {
                    self.drawn[place] = original(self);
                }
            }
        }
    }

    pub(super) fn finish(self) -> Vec<Original> {
        self.drawn
    }
}
