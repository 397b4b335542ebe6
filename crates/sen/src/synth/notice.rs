//! Birth notices (giấy chứng sinh) as hospitals would send them, for mothers of the made-up population.

use super::dice::Dice;
use super::model::{Household, Person};
use super::world::{Facility, World};
use kernel::{Name, PersonalNumber, Sex, SubjectId, iso_date};
use serde_json::{Value, json};
use time::{Date, Duration};

/// The ages at which mothers of benchmark births are drawn.
const MOTHER_AGES: std::ops::RangeInclusive<i32> = 18..=42;
/// After a birth so many days pass before the next.
const BETWEEN_BIRTHS_DAYS: i64 = 300;
/// One facility numbers so many notices a year; above are those of the cast.
const NUMBERS_OF_FACILITY: usize = 90_000;
/// The cast's notices are numbered from here.
const CAST_NUMBERS_FROM: usize = 90_001;

/// Why no notices can be made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoticeError {
    /// The pack names no hospital.
    #[error("the pack names no hospital that could issue birth notices")]
    NoFacility,
    /// More notices than the pack's hospitals can number in a year.
    #[error("the hospitals of the pack can number {0} birth notices a year only")]
    TooMany(usize),
}

/// A birth notice. Personal: `Debug` shows its number only.
#[derive(Clone, PartialEq, Eq)]
pub struct BirthNotice {
    /// Such as `00017.GCS.01D01.26`.
    pub number: String,
    /// The mother.
    pub mother: SubjectId,
    /// Her number.
    pub mother_number: PersonalNumber,
    /// Her name.
    pub mother_name: Name,
    /// Sex of the child.
    pub child_sex: Sex,
    /// How many children the mother has borne, with this one.
    pub child_order: usize,
    /// Day of birth.
    pub birth_date: Date,
    /// Time of birth, `HH:MM`.
    pub birth_time: String,
    /// Weight in grams.
    pub weight: u32,
    /// Children at this birth.
    pub plurality: u32,
    /// Code of the hospital.
    pub facility: String,
    /// Name of the hospital.
    pub facility_name: String,
}

impl std::fmt::Debug for BirthNotice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BirthNotice {}", self.number)
    }
}

impl BirthNotice {
    /// The record of the register `birth-notice`.
    #[must_use]
    pub fn body(&self) -> Value {
        json!({
            "notice_number": self.number,
            "mother": self.mother,
            "mother_name": self.mother_name,
            "mother_number": self.mother_number,
            "child_sex": self.child_sex,
            "child_order": self.child_order,
            "birth_date": iso_date::text(self.birth_date),
            "birth_time": self.birth_time,
            "birth_place": self.facility_name,
            "weight": self.weight,
            "plurality": self.plurality,
            "facility": self.facility,
            "facility_name": self.facility_name,
            "issued_on": iso_date::text(self.birth_date),
        })
    }
}

/// Draws mothers from a population while it streams by, each equally likely, and makes one notice for each. Holds as
/// many mothers in memory as notices are wanted.
#[derive(Debug)]
pub struct Notices<'w> {
    world: &'w World,
    dice: Dice,
    wanted: usize,
    seen: u32,
    drawn: Vec<Mother>,
}

struct Mother {
    subject: SubjectId,
    number: PersonalNumber,
    name: Name,
    children: usize,
    province: String,
}

impl std::fmt::Debug for Mother {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Mother {}", self.subject)
    }
}

impl<'w> Notices<'w> {
    /// So many notices, drawn by this seed.
    ///
    /// # Errors
    /// When the pack names no hospital, or they cannot number so many.
    pub fn new(world: &'w World, seed: u64, wanted: usize) -> Result<Self, NoticeError> {
        let most = world.facilities.len() * NUMBERS_OF_FACILITY;
        if wanted > 0 && most == 0 {
            return Err(NoticeError::NoFacility);
        }
        if wanted > most {
            return Err(NoticeError::TooMany(most));
        }
        Ok(Self { world, dice: Dice::new(seed ^ 0x6e6f_7469_6365), wanted, seen: 0, drawn: Vec::new() })
    }

    /// Lets a household pass by.
    pub fn look_at(&mut self, household: &Household) {
        if self.wanted == 0 {
            return;
        }
        for person in &household.members {
            if !can_have_borne(household, person, self.world.as_of) {
                continue;
            }
            self.seen = self.seen.saturating_add(1);
            // Reservoir sampling: the n-th is kept with the chance wanted/n.
            let place =
                if self.drawn.len() < self.wanted { self.drawn.len() } else { self.dice.below(self.seen) as usize };
            let mother = || Mother {
                subject: person.subject,
                number: person.personal_number,
                name: person.full_name.clone(),
                children: person.children.len(),
                province: household.province_code.clone(),
            };
            match self.drawn.get_mut(place) {
                Some(kept) => *kept = mother(),
                None if place < self.wanted => self.drawn.push(mother()),
                None => {}
            }
        }
    }

    /// The notices, fewer than wanted where the population has fewer such women.
    #[must_use]
    pub fn finish(mut self) -> Vec<BirthNotice> {
        let mut counts = vec![0; self.world.facilities.len()];
        let drawn = std::mem::take(&mut self.drawn);
        let mut notices = Vec::with_capacity(drawn.len());
        for mother in drawn {
            // The hospital of her province if it can still number one, else the one that has numbered fewest.
            let near = self.world.facilities.iter().position(|facility| facility.province == mother.province);
            let free = near.filter(|at| counts[*at] < NUMBERS_OF_FACILITY);
            let fewest = || counts.iter().enumerate().min_by_key(|(_, count)| **count).map(|(at, _)| at);
            let Some(at) = free.or_else(fewest) else { continue };
            counts[at] += 1;
            let sex = if self.dice.chance(526) { Sex::Male } else { Sex::Female };
            let days_ago = i64::from(self.dice.below(30));
            let born = self.world.as_of.saturating_sub(Duration::days(days_ago));
            let facility = &self.world.facilities[at];
            let child = Child { sex, order: mother.children + 1, born, plurality: 1 };
            notices.push(notice(&mut self.dice, facility, counts[at], &mother, child));
        }
        notices
    }
}

/// What a notice says of the child.
struct Child {
    sex: Sex,
    order: usize,
    born: Date,
    plurality: u32,
}

fn notice(dice: &mut Dice, facility: &Facility, count: usize, mother: &Mother, child: Child) -> BirthNotice {
    BirthNotice {
        number: format!("{count:05}.GCS.{}.{:02}", facility.code, child.born.year().rem_euclid(100)),
        mother: mother.subject,
        mother_number: mother.number,
        mother_name: mother.name.clone(),
        child_sex: child.sex,
        child_order: child.order,
        birth_date: child.born,
        birth_time: format!("{:02}:{:02}", dice.below(24), dice.below(60)),
        weight: u32::try_from(dice.around(2_300, 4_000)).unwrap_or(3_100),
        plurality: child.plurality,
        facility: facility.code.clone(),
        facility_name: facility.name.clone(),
    }
}

/// Notices for somebody of the cast: one for each sex given, of one birth, five days before `on`.
pub(super) fn for_cast(
    world: &World,
    dice: &mut Dice,
    mother: &Person,
    sexes: &[Sex],
    on: Date,
    issued: &mut usize,
) -> Vec<BirthNotice> {
    let Some(facility) = world.facilities.first() else { return Vec::new() };
    let of = Mother {
        subject: mother.subject,
        number: mother.personal_number,
        name: mother.full_name.clone(),
        children: mother.children.len(),
        province: String::new(),
    };
    let plurality = u32::try_from(sexes.len()).unwrap_or(1);
    let mut notices = Vec::new();
    for (before, sex) in sexes.iter().enumerate() {
        let born = on.saturating_sub(Duration::days(5));
        let child = Child { sex: *sex, order: of.children + before + 1, born, plurality };
        notices.push(notice(dice, facility, CAST_NUMBERS_FROM + *issued, &of, child));
        *issued += 1;
    }
    notices
}

fn can_have_borne(household: &Household, person: &Person, on: Date) -> bool {
    let recent = on.saturating_sub(Duration::days(BETWEEN_BIRTHS_DAYS));
    let is_hers = |child: &&Person| child.mother.as_ref().is_some_and(|kin| kin.subject == Some(person.subject));
    person.sex == Sex::Female
        && person.died.is_none()
        && MOTHER_AGES.contains(&person.birth.least_age_on(on))
        && household.members.iter().filter(is_hers).all(|child| child.birth.latest() < recent)
}
