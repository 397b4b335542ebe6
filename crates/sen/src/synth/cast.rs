//! The people of the demonstration, always the same: who files, who is the husband, who died; and the birth notices
//! that wait for them.

use super::dice::Dice;
use super::model::{Household, Kin, Marital, Person, Relation};
use super::notice::{self, BirthNotice};
use super::numbers::CAST_FROM;
use super::world::World;
use kernel::{PartialDate, PersonalNumber, Sex, SubjectId};
use time::{Date, Duration};

/// The seed of everything that is chance about the cast.
const SEED: u64 = 20_260_822;

/// The cast.
#[derive(Clone, Debug)]
pub struct Cast {
    /// Everybody, by household. Those who died stand in the household they lived in.
    pub households: Vec<Household>,
    /// Those with a part.
    pub people: Vec<CastPerson>,
    /// Their birth notices; empty where the pack names no hospital.
    pub notices: Vec<BirthNotice>,
}

/// Somebody with a part.
#[derive(Clone, Debug)]
pub struct CastPerson {
    /// The part: `mother`, `father`, `unmarried-mother`, `mother-of-twins`, `mother-apart`, `father-apart`,
    /// `widowed-mother`, `dead-father`, `girl-of-nine`, …
    pub part: &'static str,
    /// Who it is.
    pub subject: SubjectId,
    /// Their number.
    pub personal_number: PersonalNumber,
}

impl Cast {
    /// Who plays this part.
    #[must_use]
    pub fn part(&self, part: &str) -> Option<&Person> {
        let subject = self.people.iter().find(|person| person.part == part)?.subject;
        self.households.iter().flat_map(|household| &household.members).find(|person| person.subject == subject)
    }

    /// The household of who plays this part.
    #[must_use]
    pub fn home(&self, part: &str) -> Option<&Household> {
        let subject = self.part(part)?.subject;
        self.households.iter().find(|home| home.members.iter().any(|member| member.subject == subject))
    }

    /// The birth notices of who plays this part.
    pub fn notices_of(&self, part: &str) -> impl Iterator<Item = &BirthNotice> {
        let subject = self.part(part).map(|person| person.subject);
        self.notices.iter().filter(move |notice| Some(notice.mother) == subject)
    }
}

/// Somebody as written below. Kin are named by their part.
struct Role {
    part: &'static str,
    name: &'static str,
    sex: Sex,
    age: i32,
    relation: Relation,
    marital: Marital,
    father: &'static str,
    mother: &'static str,
    spouse: &'static str,
    /// Sexes of the children of the notices that wait.
    births: &'static [Sex],
    died_days_ago: Option<i64>,
    /// The phone that the register knows.
    phone: &'static str,
}

struct House {
    commune: &'static str,
    address: &'static str,
    members: &'static [Role],
}

const NOBODY: Role = Role {
    part: "",
    name: "",
    sex: Sex::Female,
    age: 0,
    relation: Relation::Head,
    marital: Marital::Single,
    father: "",
    mother: "",
    spouse: "",
    births: &[],
    died_days_ago: None,
    phone: "",
};

const HOUSES: [House; 7] = [
    House {
        commune: "00004",
        address: "Số 18, đường Quán Thánh",
        members: &[
            Role {
                part: "father",
                name: "Trần Minh Quân",
                sex: Sex::Male,
                age: 30,
                relation: Relation::Head,
                marital: Marital::Married,
                mother: "grandmother",
                spouse: "mother",
                ..NOBODY
            },
            Role {
                part: "mother",
                name: "Nguyễn Thị Mai Lan",
                age: 27,
                relation: Relation::Spouse,
                marital: Marital::Married,
                spouse: "father",
                births: &[Sex::Female],
                ..NOBODY
            },
            Role {
                part: "grandmother",
                name: "Phạm Thị Hòa",
                age: 56,
                relation: Relation::Mother,
                marital: Marital::Widowed,
                ..NOBODY
            },
        ],
    },
    House {
        commune: "00004",
        address: "Số 5, ngõ 12, đường Đội Cấn",
        members: &[
            Role {
                part: "unmarried-mothers-father",
                name: "Lê Văn Bình",
                sex: Sex::Male,
                age: 52,
                marital: Marital::Married,
                spouse: "unmarried-mothers-mother",
                ..NOBODY
            },
            Role {
                part: "unmarried-mothers-mother",
                name: "Đỗ Thị Thơm",
                age: 49,
                relation: Relation::Spouse,
                marital: Marital::Married,
                spouse: "unmarried-mothers-father",
                ..NOBODY
            },
            Role {
                part: "unmarried-mother",
                name: "Lê Thị Thu Hà",
                age: 23,
                relation: Relation::Child,
                father: "unmarried-mothers-father",
                mother: "unmarried-mothers-mother",
                births: &[Sex::Male],
                ..NOBODY
            },
        ],
    },
    House {
        commune: "00008",
        address: "Số 71, đường Hoàng Hoa Thám",
        members: &[
            Role {
                part: "father-of-twins",
                phone: "0912345678",
                name: "Vũ Hoàng Nam",
                sex: Sex::Male,
                age: 34,
                marital: Marital::Married,
                spouse: "mother-of-twins",
                ..NOBODY
            },
            Role {
                part: "mother-of-twins",
                name: "Bùi Thanh Hương",
                age: 31,
                relation: Relation::Spouse,
                marital: Marital::Married,
                spouse: "father-of-twins",
                births: &[Sex::Female, Sex::Male],
                ..NOBODY
            },
            Role {
                part: "girl-of-nine",
                name: "Vũ Bùi An Nhiên",
                age: 9,
                relation: Relation::Child,
                father: "father-of-twins",
                mother: "mother-of-twins",
                ..NOBODY
            },
        ],
    },
    House {
        commune: "00004",
        address: "Số 40, đường Nguyễn Trường Tộ",
        members: &[Role {
            part: "mother-apart",
            name: "Hoàng Thị Kim Ngân",
            age: 29,
            marital: Marital::Married,
            spouse: "father-apart",
            births: &[Sex::Male],
            ..NOBODY
        }],
    },
    House {
        commune: "26740",
        address: "Số 112, đường Pasteur",
        members: &[Role {
            part: "father-apart",
            name: "Võ Thành Đạt",
            sex: Sex::Male,
            age: 32,
            marital: Marital::Married,
            spouse: "mother-apart",
            ..NOBODY
        }],
    },
    House {
        commune: "00004",
        address: "Số 9, đường Châu Long",
        members: &[
            Role {
                part: "widowed-mother",
                name: "Đặng Thùy Dương",
                age: 28,
                marital: Marital::Widowed,
                spouse: "dead-father",
                births: &[Sex::Female],
                ..NOBODY
            },
            Role {
                part: "dead-father",
                name: "Ngô Đức Thắng",
                sex: Sex::Male,
                age: 31,
                relation: Relation::Spouse,
                marital: Marital::Married,
                spouse: "widowed-mother",
                died_days_ago: Some(150),
                ..NOBODY
            },
        ],
    },
    // Her husband died too long ago to be the father by the law's presumption of 300 days.
    House {
        commune: "00008",
        address: "Số 3, ngõ 55, đường Đội Cấn",
        members: &[
            Role {
                part: "long-widowed-mother",
                name: "Công Tằng Tôn Nữ Nguyễn Thị Huyền Trân",
                age: 33,
                marital: Marital::Widowed,
                spouse: "long-dead-father",
                births: &[Sex::Male],
                ..NOBODY
            },
            Role {
                part: "long-dead-father",
                name: "Phan Văn Khôi",
                sex: Sex::Male,
                age: 39,
                relation: Relation::Spouse,
                marital: Marital::Married,
                spouse: "long-widowed-mother",
                died_days_ago: Some(800),
                ..NOBODY
            },
        ],
    },
];

/// The cast, with ages as of `on`, and births five days before.
///
/// A commune that the pack does not have stays as written: the registers will refuse it by name.
#[must_use]
pub fn cast(world: &World, on: Date) -> Cast {
    let mut dice = Dice::new(SEED);
    let mut people = Vec::new();
    let mut cast = Cast { households: Vec::new(), people: Vec::new(), notices: Vec::new() };
    for (at, role) in HOUSES.iter().flat_map(|house| house.members).enumerate() {
        let commune = HOUSES.iter().find(|house| house.members.iter().any(|member| member.part == role.part));
        if let Some(person) = person(world, &mut dice, role, commune.map_or("", |house| house.commune), at, on) {
            cast.people.push(CastPerson {
                part: role.part,
                subject: person.subject,
                personal_number: person.personal_number,
            });
            people.push((role, person));
        }
    }
    let kin: Vec<_> = people.iter().map(|(role, person)| (role.part, kin(person))).collect();
    let find = |part: &str| kin.iter().find(|(known, _)| *known == part).map(|(_, kin)| kin.clone());
    let parents: Vec<_> = people.iter().map(|(role, person)| (role.father, role.mother, person.subject)).collect();
    for (role, person) in &mut people {
        person.father = find(role.father).or_else(|| person.father.take());
        person.mother = find(role.mother).or_else(|| person.mother.take());
        person.spouse = find(role.spouse);
        let children = parents.iter().filter(|(father, mother, _)| [*father, *mother].contains(&role.part));
        person.children = children.map(|(.., subject)| *subject).collect();
    }

    let mut issued = 0;
    for (role, person) in people.iter().filter(|(role, _)| !role.births.is_empty()) {
        cast.notices.extend(notice::for_cast(world, &mut dice, person, role.births, on, &mut issued));
    }
    for (count, house) in HOUSES.iter().enumerate() {
        let province = world.places.find(house.commune).map(|at| world.places.get(at).province.clone());
        let of_house = |part: &str| house.members.iter().any(|role| role.part == part);
        cast.households.push(Household {
            subject: super::population::subject(world, &mut dice),
            number: format!("DEMO{:05}", count + 1),
            commune_code: house.commune.to_owned(),
            province_code: province.unwrap_or_default(),
            address: house.address.to_owned(),
            members: people.iter().filter(|(role, _)| of_house(role.part)).map(|(_, p)| p.clone()).collect(),
        });
    }
    cast
}

fn kin(person: &Person) -> Kin {
    Kin { name: person.full_name.clone(), number: Some(person.personal_number), subject: Some(person.subject) }
}

fn person(world: &World, dice: &mut Dice, role: &Role, commune: &str, at: usize, on: Date) -> Option<Person> {
    let days = i64::from(role.age) * 365 + i64::from(role.age) / 4 + i64::from(30 + dice.below(300));
    let born = on.saturating_sub(Duration::days(days));
    let home = world.places.find(commune);
    let prefix = home.map_or("001", |home| world.places.prefix(home, born));
    let random = CAST_FROM + u32::try_from(at).ok()?;
    let surname = role.name.split(' ').next().unwrap_or_default();
    let other = world.names.surname(dice, 0).to_owned();
    let outside = |dice: &mut Dice, sex, year, surname: &str| {
        Some(Kin { name: world.names.full(dice, 0, sex, year, surname, None), number: None, subject: None })
    };
    Some(Person {
        subject: super::population::subject(world, dice),
        personal_number: PersonalNumber::new(prefix, role.sex, born.year(), random).ok()?,
        full_name: role.name.parse().ok()?,
        birth: PartialDate::Day(born),
        sex: role.sex,
        old_id: None,
        phone: (!role.phone.is_empty()).then(|| role.phone.to_owned()),
        birth_commune: commune.to_owned(),
        ethnicity: world.names.code(0).to_owned(),
        father: outside(dice, Sex::Male, born.year() - 28, surname),
        mother: outside(dice, Sex::Female, born.year() - 25, &other),
        spouse: None,
        children: Vec::new(),
        marital: role.marital,
        relation: role.relation,
        died: role.died_days_ago.map(|days| on.saturating_sub(Duration::days(days))),
    })
}
