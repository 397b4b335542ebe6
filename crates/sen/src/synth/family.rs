//! One family through the generations: a couple (or one of them, or somebody alone), the children, their husbands and
//! wives, the children's children; who of them lives where, and who is still alive.
//!
//! How long people live, when they marry and how many children they have are rough figures from memory, tuned only so
//! that the whole looks like the country (`synth/pyramid.csv`).

use super::dice::Dice;
use super::model::Marital;
use super::names::PeopleIndex;
use super::world::World;
use kernel::{Name, Sex};
use time::{Date, Duration};

/// Before this age a child lives with its parents.
const LEAVES_HOME: i32 = 20;
/// No family is larger: a guard, not a rule.
const MEMBERS_MAX: usize = 400;

/// Somebody of the family, alive or dead.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) sex: Sex,
    pub(super) born: Date,
    /// Commune where the birth was registered.
    pub(super) born_in: usize,
    pub(super) people: PeopleIndex,
    pub(super) surname: String,
    pub(super) name: Name,
    pub(super) father: Parent,
    pub(super) mother: Parent,
    pub(super) spouse: Option<usize>,
    pub(super) marital: Marital,
    pub(super) alive: bool,
    /// Of the family's households.
    pub(super) home: usize,
}

/// A parent.
#[derive(Debug)]
pub(super) enum Parent {
    /// Nobody knows.
    Unknown,
    /// Somebody outside this family.
    Named(Name),
    /// Somebody of this family.
    Member(usize),
}

/// A family.
#[derive(Debug)]
pub(super) struct Family<'w> {
    world: &'w World,
    pub(super) members: Vec<Draft>,
    /// Commune of each household.
    pub(super) homes: Vec<usize>,
}

impl<'w> Family<'w> {
    /// A family somewhere in the country.
    pub(super) fn new(world: &'w World, dice: &mut Dice) -> Self {
        let mut family = Self { world, members: Vec::new(), homes: Vec::new() };
        let commune = world.places.anywhere(dice);
        let people = world.places.people(dice, commune);
        let home = family.settle_in(commune);
        let age = i64::from(*world.founders.draw(dice)) + i64::from(dice.below(5));
        if dice.chance(60) {
            let sex = if dice.chance(500) { Sex::Male } else { Sex::Female };
            family.outsider(dice, sex, age, people, commune, home);
            return family;
        }
        let woman = family.outsider(dice, Sex::Female, age, people, commune, home);
        let man_age = (age + dice.around(-2, 8)).max(20);
        let man = family.outsider(dice, Sex::Male, man_age, people, commune, home);
        family.live_together(dice, woman, man, home);
        family.keep_a_grown_up_in_each_home();
        family
    }

    /// One person alone.
    pub(super) fn alone(world: &'w World, dice: &mut Dice) -> Self {
        let mut family = Self { world, members: Vec::new(), homes: Vec::new() };
        let commune = world.places.anywhere(dice);
        let people = world.places.people(dice, commune);
        let home = family.settle_in(commune);
        let sex = if dice.chance(500) { Sex::Male } else { Sex::Female };
        let age = dice.around(20, 60);
        let person = family.outsider(dice, sex, age, people, commune, home);
        family.members[person].alive = true;
        family
    }

    fn settle_in(&mut self, commune: usize) -> usize {
        self.homes.push(commune);
        self.homes.len() - 1
    }

    fn age(&self, person: usize) -> i32 {
        age_on(self.world.as_of, self.members[person].born)
    }

    /// Somebody whose parents are outside the family.
    fn outsider(
        &mut self,
        dice: &mut Dice,
        sex: Sex,
        age: i64,
        people: PeopleIndex,
        commune: usize,
        home: usize,
    ) -> usize {
        let names = &self.world.names;
        let days = i64::from(dice.below(365));
        let born = self.world.as_of.saturating_sub(Duration::days(age * 365 + age / 4 + days));
        let father_surname = names.surname(dice, people).to_owned();
        let mother_surname = names.surname(dice, people).to_owned();
        let surname = names.inherited(people, Some(&father_surname), &mother_surname).to_owned();
        let year = born.year();
        let name = names.full(dice, people, sex, year, &surname, Some(&mother_surname));
        let father = names.full(dice, people, Sex::Male, year - 27, &father_surname, None);
        let mother = names.full(dice, people, Sex::Female, year - 24, &mother_surname, None);
        let born_in = if dice.chance(800) { commune } else { self.world.places.moved_from(dice, commune) };
        let alive = survives(dice, sex, age_on(self.world.as_of, born));
        self.members.push(Draft {
            sex,
            born,
            born_in,
            people,
            surname,
            name,
            father: Parent::Named(father),
            mother: Parent::Named(mother),
            spouse: None,
            marital: Marital::Single,
            alive,
            home,
        });
        self.members.len() - 1
    }

    /// Marries them, gives them children, and sends the grown-up ones on their way.
    fn live_together(&mut self, dice: &mut Dice, woman: usize, man: usize, home: usize) {
        for (one, other) in [(woman, man), (man, woman)] {
            self.members[one].spouse = Some(other);
            self.members[one].marital = if self.members[other].alive { Marital::Married } else { Marital::Widowed };
        }
        let count = children(dice, self.members[woman].born.year());
        self.raise(dice, woman, Some(man), home, count);
    }

    fn raise(&mut self, dice: &mut Dice, mother: usize, father: Option<usize>, home: usize, count: u32) {
        let mut kept = false;
        let first_at = dice.around(17, 32) * 365;
        let mut born = self.members[mother].born.saturating_add(Duration::days(first_at + i64::from(dice.below(365))));
        for _ in 0..count {
            let too_old = age_on(born, self.members[mother].born) > 45;
            if too_old || born > self.world.as_of || self.members.len() >= MEMBERS_MAX {
                return;
            }
            let twins = if dice.chance(12) { 2 } else { 1 };
            for _ in 0..twins {
                let child = self.child(dice, mother, father, born, home);
                if self.members[child].alive && self.age(child) >= LEAVES_HOME {
                    kept |= self.send_out(dice, child, home, kept);
                }
            }
            born = born.saturating_add(Duration::days(420 + dice.around(0, 2_200)));
        }
    }

    fn child(&mut self, dice: &mut Dice, mother: usize, father: Option<usize>, born: Date, home: usize) -> usize {
        let names = &self.world.names;
        // 111 boys to 100 girls in recent years.
        let sex = if dice.chance(if born.year() >= 2005 { 526 } else { 513 }) { Sex::Male } else { Sex::Female };
        let lead = father.unwrap_or(mother);
        let people = self.members[lead].people;
        let mother_surname = &self.members[mother].surname;
        let father_surname = father.map(|father| self.members[father].surname.as_str());
        let surname = names.inherited(people, father_surname, mother_surname).to_owned();
        let other = father.map(|_| mother_surname.clone());
        let name = names.full(dice, people, sex, born.year(), &surname, other.as_deref());
        let alive = survives(dice, sex, age_on(self.world.as_of, born));
        self.members.push(Draft {
            sex,
            born,
            born_in: self.homes[home],
            people,
            surname,
            name,
            father: father.map_or(Parent::Unknown, Parent::Member),
            mother: Parent::Member(mother),
            spouse: None,
            marital: Marital::Single,
            alive,
            home,
        });
        self.members.len() - 1
    }

    /// A grown-up child marries or not, stays or leaves. Says whether it stayed with a family of its own, which one
    /// child of a house does.
    fn send_out(&mut self, dice: &mut Dice, child: usize, home: usize, another_stayed: bool) -> bool {
        let sex = self.members[child].sex;
        let age = self.age(child);
        if !dice.chance(married_by(sex, age)) {
            if !dice.chance(650) {
                self.members[child].home = self.new_home(dice, home);
            }
            if sex == Sex::Female && age < 45 && dice.chance(80) {
                let own = self.members[child].home;
                self.raise(dice, child, None, own, 1);
            }
            return false;
        }

        let stays = !another_stayed && dice.chance(if sex == Sex::Male { 420 } else { 120 });
        let own = if stays { home } else { self.new_home(dice, home) };
        self.members[child].home = own;
        let people =
            if dice.chance(930) { self.members[child].people } else { self.world.places.people(dice, self.homes[own]) };
        let gap = if sex == Sex::Female { dice.around(-2, 8) } else { -dice.around(-2, 8) };
        let spouse_sex = if sex == Sex::Female { Sex::Male } else { Sex::Female };
        let spouse_age = (i64::from(age) + gap).max(if spouse_sex == Sex::Male { 20 } else { 18 });
        let spouse = self.outsider(dice, spouse_sex, spouse_age, people, self.homes[own], own);
        let (woman, man) = if sex == Sex::Female { (child, spouse) } else { (spouse, child) };
        match dice.below(1_000) {
            // Divorced: the children stay with their mother.
            0..35 => {
                let apart = self.new_home(dice, own);
                if sex == Sex::Male {
                    self.members[woman].home = apart;
                } else {
                    self.members[man].home = apart;
                }
                for one in [woman, man] {
                    self.members[one].marital = Marital::Divorced;
                }
                let (count, with_mother) = (children(dice, self.members[woman].born.year()), self.members[woman].home);
                self.raise(dice, woman, Some(man), with_mother, count);
            }
            // Registered in two communes, for the sake of work.
            35..60 => {
                let away = self.new_home(dice, own);
                self.members[man].home = away;
                self.members[woman].home = own;
                self.live_together(dice, woman, man, own);
            }
            _ => self.live_together(dice, woman, man, own),
        }
        stays
    }

    fn new_home(&mut self, dice: &mut Dice, from: usize) -> usize {
        let commune = self.world.places.moved_from(dice, self.homes[from]);
        self.settle_in(commune)
    }

    /// Where only children are left, their mother lives after all.
    fn keep_a_grown_up_in_each_home(&mut self) {
        for home in 0..self.homes.len() {
            let living = |draft: &&Draft| draft.alive && draft.home == home;
            let grown_up = self.members.iter().filter(living).any(|d| age_on(self.world.as_of, d.born) >= 18);
            if grown_up {
                continue;
            }
            let Some(child) = self.members.iter().find(living) else { continue };
            if let Parent::Member(mother) = child.mother {
                self.members[mother].alive = true;
                self.members[mother].home = home;
                if let Some(spouse) = self.members[mother].spouse
                    && self.members[spouse].marital == Marital::Widowed
                {
                    self.members[spouse].marital = Marital::Married;
                }
            }
        }
    }
}

/// Whole years on a day.
pub(super) fn age_on(day: Date, born: Date) -> i32 {
    let before = (u8::from(day.month()), day.day()) < (u8::from(born.month()), born.day());
    day.year() - born.year() - i32::from(before)
}

/// How many children a woman of this year of birth has in the end.
fn children(dice: &mut Dice, born: i32) -> u32 {
    let per_mille: [u32; 7] = match born {
        ..1955 => [40, 80, 200, 230, 210, 150, 90],
        1955..1975 => [90, 250, 440, 150, 50, 15, 5],
        _ => [60, 190, 520, 180, 40, 10, 0],
    };
    let mut drawn = dice.below(1_000);
    for (count, share) in (0..).zip(per_mille) {
        if drawn < share {
            return count;
        }
        drawn -= share;
    }
    2
}

/// In a thousand: married by this age.
fn married_by(sex: Sex, age: i32) -> u32 {
    let age = if sex == Sex::Male { age - 3 } else { age };
    match age {
        ..20 => 60,
        20..22 => 200,
        22..25 => 400,
        25..28 => 620,
        28..32 => 800,
        32..40 => 880,
        _ => 930,
    }
}

fn survives(dice: &mut Dice, sex: Sex, age: i32) -> bool {
    /// (age, alive in a thousand: men, women)
    const TABLE: [(i32, u32, u32); 9] = [
        (0, 990, 992),
        (30, 970, 983),
        (50, 925, 965),
        (60, 850, 930),
        (70, 710, 860),
        (80, 450, 660),
        (90, 130, 270),
        (100, 8, 25),
        (110, 0, 0),
    ];
    let after = TABLE.partition_point(|(at, ..)| *at <= age).clamp(1, TABLE.len() - 1);
    let ((from, men, women), (to, men_to, women_to)) = (TABLE[after - 1], TABLE[after]);
    let (start, end) = if sex == Sex::Male { (men, men_to) } else { (women, women_to) };
    let years = u32::try_from((age - from).clamp(0, to - from)).unwrap_or(0);
    let span = u32::try_from(to - from).unwrap_or(1).max(1);
    dice.chance(start - (start - end) * years / span)
}
