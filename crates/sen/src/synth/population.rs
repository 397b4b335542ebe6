//! The stream of households.

use super::dice::Dice;
use super::family::{Draft, Family, Parent, age_on};
use super::model::{Household, Kin, Marital, Person, Relation};
use super::numbers::Numbers;
use super::world::World;
use kernel::{PartialDate, PersonalNumber, Sex, SubjectId};
use std::collections::VecDeque;

/// Families are tried so many times when the end is near and most would be too large.
const TRIES_MAX: u32 = 8;
/// Whoever was 14 before the nine-digit paper ended had one.
const OLD_ID_BORN_UNTIL: i32 = 2001;
/// Older people, whose birth date is often known to the year only.
const YEAR_ONLY_BORN_UNTIL: i32 = 1958;

/// Households of made-up people, `people` of them in all. The same seed gives the same people. Only one family is held
/// in memory at a time.
#[derive(Debug)]
pub struct Population<'w> {
    world: &'w World,
    dice: Dice,
    numbers: Numbers,
    left: u64,
    ready: VecDeque<Household>,
    households: u64,
}

impl<'w> Population<'w> {
    /// `people` people from this seed.
    #[must_use]
    pub fn new(world: &'w World, seed: u64, people: u64) -> Self {
        Self {
            world,
            dice: Dice::new(seed),
            numbers: Numbers::new(seed),
            left: people,
            ready: VecDeque::new(),
            households: 0,
        }
    }

    fn grow(&mut self) {
        for _ in 0..TRIES_MAX {
            let family = Family::new(self.world, &mut self.dice);
            let living = family.members.iter().filter(|draft| draft.alive).count() as u64;
            if living > 0 && living <= self.left {
                return self.number(&family);
            }
        }
        let family = Family::alone(self.world, &mut self.dice);
        self.number(&family);
    }

    /// Gives numbers to the living, and makes households of them.
    fn number(&mut self, family: &Family<'_>) {
        let known: Vec<_> = family.members.iter().map(|draft| self.identify(draft)).collect();
        for home in 0..family.homes.len() {
            let mut members: Vec<usize> = (0..family.members.len())
                .filter(|at| family.members[*at].home == home && known[*at].is_some())
                .collect();
            if members.is_empty() {
                continue;
            }
            let head = head_of(family, &members, self.world);
            // The head first, then by age.
            members.sort_by_key(|at| (*at != head, family.members[*at].born, *at));
            let people: Vec<_> = members.iter().filter_map(|at| self.person(family, &known, head, *at)).collect();
            self.left = self.left.saturating_sub(people.len() as u64);
            self.households += 1;
            let commune = self.world.places.get(family.homes[home]);
            self.ready.push_back(Household {
                subject: subject(self.world, &mut self.dice),
                number: format!("SYN{:09}", self.households),
                commune_code: commune.code.clone(),
                province_code: commune.province.clone(),
                address: address(self.world, &mut self.dice, commune.ward),
                members: people,
            });
        }
    }

    /// A number for somebody alive. A province that has given all of a year's numbers lends from its neighbours in the
    /// list, as nothing forbids a birth to be registered elsewhere.
    fn identify(&mut self, draft: &Draft) -> Option<(SubjectId, PersonalNumber)> {
        if !draft.alive {
            return None;
        }
        let subject = subject(self.world, &mut self.dice);
        let year = draft.born.year();
        let prefix = self.world.places.prefix(draft.born_in, draft.born);
        let number = self.numbers.next(prefix, draft.sex, year).or_else(|| {
            (0..100).find_map(|_| {
                let commune = self.world.places.anywhere(&mut self.dice);
                self.numbers.next(self.world.places.prefix(commune, draft.born), draft.sex, year)
            })
        });
        number.map(|number| (subject, number))
    }

    fn person(
        &mut self,
        family: &Family<'_>,
        known: &[Option<(SubjectId, PersonalNumber)>],
        head: usize,
        at: usize,
    ) -> Option<Person> {
        let draft = &family.members[at];
        let member = |at: usize| Kin {
            name: family.members[at].name.clone(),
            number: known[at].map(|(_, number)| number),
            subject: known[at].map(|(subject, _)| subject),
        };
        let kin = |parent: &Parent| match parent {
            Parent::Unknown => None,
            Parent::Named(name) => Some(Kin { name: name.clone(), number: None, subject: None }),
            Parent::Member(at) => Some(member(*at)),
        };
        let is_child = |other: &Draft| {
            [&other.father, &other.mother].iter().any(|parent| matches!(parent, Parent::Member(it) if *it == at))
        };
        let children = family.members.iter().zip(known).filter(|(other, _)| is_child(other));
        let year = draft.born.year();
        let birth = match self.dice.below(100) {
            0..14 if year <= YEAR_ONLY_BORN_UNTIL => PartialDate::Year(year),
            14..17 if year <= YEAR_ONLY_BORN_UNTIL => PartialDate::Month { year, month: draft.born.month() },
            _ => PartialDate::Day(draft.born),
        };
        let had_paper = year <= OLD_ID_BORN_UNTIL && age_on(self.world.as_of, draft.born) >= 18;
        let old_id = (had_paper && self.dice.chance(920)).then(|| self.numbers.next_old());
        let married = matches!(draft.marital, Marital::Married | Marital::Widowed);
        let spouse = draft.spouse.filter(|_| married).map(member);
        let (subject, personal_number) = known[at]?;
        Some(Person {
            subject,
            personal_number,
            full_name: draft.name.clone(),
            birth,
            sex: draft.sex,
            old_id,
            phone: None,
            birth_commune: self.world.places.get(draft.born_in).code.clone(),
            ethnicity: self.world.names.code(draft.people).to_owned(),
            father: kin(&draft.father),
            mother: kin(&draft.mother),
            spouse,
            children: children.filter_map(|(_, known)| known.map(|(subject, _)| subject)).collect(),
            marital: draft.marital,
            relation: relation(family, head, at),
            died: None,
        })
    }
}

impl Iterator for Population<'_> {
    type Item = Household;

    fn next(&mut self) -> Option<Household> {
        while self.ready.is_empty() && self.left > 0 {
            self.grow();
        }
        self.ready.pop_front()
    }
}

/// A UUIDv7 of two days before that on which ages are counted: nobody seems to come after what is done on the day itself,
/// whatever its hour in Vietnam.
pub(super) fn subject(world: &World, dice: &mut Dice) -> SubjectId {
    let seconds = (world.as_of.midnight().assume_utc() - time::Duration::days(2)).unix_timestamp();
    let millis = u64::try_from(seconds).unwrap_or(0) * 1_000 + u64::from(dice.below(86_400_000));
    SubjectId(uuid::Builder::from_unix_timestamp_millis(millis, &dice.bytes()).into_uuid())
}

/// The oldest man under 76, else the oldest woman under 76, else the oldest of the household.
fn head_of(family: &Family<'_>, members: &[usize], world: &World) -> usize {
    let rank = |at: &usize| {
        let draft = &family.members[*at];
        let age = age_on(world.as_of, draft.born);
        let fitness = match (age, draft.sex) {
            (18..76, Sex::Male) => 0,
            (18..76, Sex::Female) => 1,
            (76.., _) => 2,
            _ => 3,
        };
        (fitness, draft.born, *at)
    };
    members.iter().copied().min_by_key(rank).unwrap_or_default()
}

fn relation(family: &Family<'_>, head: usize, at: usize) -> Relation {
    let parents = |of: usize| {
        let draft = &family.members[of];
        [&draft.father, &draft.mother].map(|parent| match parent {
            Parent::Member(at) => Some(*at),
            _ => None,
        })
    };
    let is_parent = |parent: usize, of: usize| parents(of).contains(&Some(parent));
    let spouse = |of: usize| family.members[of].spouse;
    let grandparent =
        |elder: usize, of: usize| parents(of).into_iter().flatten().any(|parent| is_parent(elder, parent));

    let of_head = spouse(head);
    if at == head {
        Relation::Head
    } else if of_head == Some(at) {
        Relation::Spouse
    } else if is_parent(head, at) || of_head.is_some_and(|spouse| is_parent(spouse, at)) {
        Relation::Child
    } else if is_parent(at, head) {
        if family.members[at].sex == Sex::Male { Relation::Father } else { Relation::Mother }
    } else if grandparent(head, at) || of_head.is_some_and(|spouse| grandparent(spouse, at)) {
        Relation::Grandchild
    } else if grandparent(at, head) {
        Relation::Grandparent
    } else if spouse(at).is_some_and(|spouse| is_parent(head, spouse)) {
        Relation::ChildInLaw
    } else if of_head.is_some_and(|spouse| is_parent(at, spouse)) {
        Relation::ParentInLaw
    } else if parents(at).into_iter().flatten().any(|parent| is_parent(parent, head)) {
        Relation::Sibling
    } else {
        Relation::OtherRelative
    }
}

/// House and street in a ward, hamlet elsewhere.
fn address(world: &World, dice: &mut Dice, ward: bool) -> String {
    if !ward || world.streets.is_empty() {
        return format!("Thôn {}", 1 + dice.below(14));
    }
    let street = &world.streets[dice.index(world.streets.len())];
    if dice.chance(300) {
        return format!("Số {}, ngõ {}, đường {street}", 1 + dice.below(60), 1 + dice.below(300));
    }
    format!("Số {}, đường {street}", 1 + dice.below(500))
}
