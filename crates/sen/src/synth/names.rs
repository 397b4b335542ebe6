//! Made-up names, from the lists of the pack (`names/*.csv`).

use super::dice::{Dice, Weighted};
use kernel::{Name, Sex};
use pack::{Pack, Report};
use serde::Deserialize;

/// How the parts of a name follow each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Order {
    SurnameFirst,
    ClanLast,
    NoSurname,
}

/// Whose surname the children take.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Line {
    Father,
    Mother,
}

#[derive(Deserialize)]
struct PeopleRow {
    people: String,
    code: String,
    order: Order,
    male_mark: String,
    female_mark: String,
    line: Line,
    own_percent: u32,
}

#[derive(Deserialize)]
struct SurnameRow {
    people: String,
    surname: String,
    weight: u32,
}

/// A row of `given.csv` or `middle.csv`.
#[derive(Deserialize)]
struct WordRow {
    people: String,
    sex: Sex,
    #[serde(alias = "given", alias = "middle")]
    word: String,
    old: u32,
    mid: u32,
    new: u32,
}

/// Words by sex and by generation.
type Words = [[Option<Weighted<String>>; 3]; 2];

/// One of the peoples of Vietnam, and how its names are made.
#[derive(Debug)]
struct People {
    name: String,
    code: String,
    order: Order,
    marks: [String; 2],
    line: Line,
    own_percent: u32,
    surnames: Option<Weighted<String>>,
    middle: Words,
    given: Words,
}

/// Which people somebody is of.
pub(super) type PeopleIndex = usize;

/// The lists.
#[derive(Debug)]
pub(super) struct Names {
    /// The first one's words are the common ones.
    peoples: Vec<People>,
}

/// In a thousand: a child of parents of two surnames carries both (`Nguyễn Trần Bảo Ngọc`).
const BOTH_SURNAMES: u32 = 45;
/// In a thousand: a long name of two middle words more.
const LONG: u32 = 8;

impl Names {
    /// Reads `names/*.csv`. `None` when nothing usable is there, which is reported.
    pub(super) fn read(pack: &Pack, report: &mut Report) -> Option<Self> {
        let peoples = pack.table("names/peoples.csv", report).parse::<PeopleRow>(report);
        let surnames = pack.table("names/surnames.csv", report).parse::<SurnameRow>(report);
        let middle = pack.table("names/middle.csv", report).parse::<WordRow>(report);
        let given_table = pack.table("names/given.csv", report);
        let given = given_table.parse::<WordRow>(report);
        let peoples: Vec<_> = peoples
            .iter()
            .map(|row| People {
                name: row.people.clone(),
                code: row.code.clone(),
                order: row.order,
                marks: [row.male_mark.clone(), row.female_mark.clone()],
                line: row.item.line,
                own_percent: row.own_percent,
                surnames: Weighted::new(
                    surnames.iter().filter(|s| s.people == row.people).map(|s| (s.surname.clone(), s.weight)),
                ),
                middle: words(middle.iter().map(|row| &row.item).filter(|word| word.people == row.people)),
                given: words(given.iter().map(|row| &row.item).filter(|word| word.people == row.people)),
            })
            .collect();
        let common = peoples.first()?;
        if common.given.iter().flatten().any(Option::is_none) || common.surnames.is_none() {
            given_table.add(1, "PAC0030", "the first people of peoples.csv lacks names of a sex or generation", report);
            return None;
        }
        Some(Self { peoples })
    }

    /// The people of this name, or the first.
    pub(super) fn people(&self, name: &str) -> Option<PeopleIndex> {
        self.peoples.iter().position(|people| people.name == name)
    }

    /// The code of a people in the pack's code set `ethnic-groups`.
    pub(super) fn code(&self, people: PeopleIndex) -> &str {
        &self.peoples[people].code
    }

    /// A surname, or a clan; empty where a people has none.
    pub(super) fn surname(&self, dice: &mut Dice, people: PeopleIndex) -> &str {
        let people = &self.peoples[people];
        match (people.order, &people.surnames) {
            (Order::NoSurname, _) | (_, None) => "",
            (_, Some(surnames)) => surnames.draw(dice),
        }
    }

    /// The surname of a child.
    pub(super) fn inherited<'a>(&self, people: PeopleIndex, father: Option<&'a str>, mother: &'a str) -> &'a str {
        match self.peoples[people].line {
            Line::Mother => mother,
            Line::Father => father.unwrap_or(mother),
        }
    }

    /// A full name. `other` is the surname of the other parent, which some carry too.
    pub(super) fn full(
        &self,
        dice: &mut Dice,
        people: PeopleIndex,
        sex: Sex,
        born: i32,
        surname: &str,
        other: Option<&str>,
    ) -> Name {
        let own = &self.peoples[people];
        let words = if dice.below(100) < own.own_percent { own } else { &self.peoples[0] };
        let given = self.word(dice, words, sex, born, |people| &people.given);
        let mut middle = self.word(dice, words, sex, born, |people| &people.middle).to_owned();
        if own.order == Order::SurnameFirst && born >= 1990 {
            if let Some(other) = other.filter(|other| *other != surname && !other.is_empty())
                && dice.chance(BOTH_SURNAMES)
            {
                middle =
                    if middle == "Văn" || middle == "Thị" { other.to_owned() } else { format!("{other} {middle}") };
            }
            if dice.chance(LONG) {
                let more = self.word(dice, &self.peoples[0], sex, born, |people| &people.given);
                let again = self.word(dice, &self.peoples[0], sex, born, |people| &people.given);
                middle = format!("{middle} {more} {again}");
            }
        }
        if middle.ends_with(given) {
            // Nobody is called Phương Phương.
            middle.truncate(middle.len() - given.len());
        }
        let mark = &own.marks[usize::from(sex == Sex::Female)];
        let glue = if mark.is_empty() || mark.ends_with('\'') { "" } else { " " };
        let text = match own.order {
            Order::SurnameFirst => format!("{surname} {middle} {mark}{glue}{given}"),
            Order::ClanLast => format!("{mark}{glue}{given} {surname}"),
            Order::NoSurname => format!("{mark}{glue}{given}"),
        };
        // The lists are checked to make names (`every_word_of_the_lists_makes_a_name`), so the second is never needed.
        text.parse().or_else(|_| given.parse()).unwrap_or_else(|_| fallback())
    }

    fn word<'n>(
        &'n self,
        dice: &mut Dice,
        people: &'n People,
        sex: Sex,
        born: i32,
        part: impl Fn(&'n People) -> &'n Words,
    ) -> &'n str {
        let generation = match born {
            ..1975 => 0,
            1975..2000 => 1,
            _ => 2,
        };
        let pick = |people| part(people)[usize::from(sex == Sex::Female)][generation].as_ref();
        pick(people).or_else(|| pick(&self.peoples[0])).map_or("", |words| words.draw(dice))
    }
}

/// A name that always parses.
fn fallback() -> Name {
    #[expect(clippy::expect_used, reason = "a constant")]
    "An".parse().expect("a name")
}

fn words<'a>(rows: impl Iterator<Item = &'a WordRow> + Clone) -> Words {
    [Sex::Male, Sex::Female].map(|sex| {
        [0, 1, 2].map(|generation: usize| {
            let of_sex = rows.clone().filter(|row| row.sex == sex);
            Weighted::new(of_sex.map(|row| (row.word.clone(), [row.old, row.mid, row.new][generation])))
        })
    })
}
