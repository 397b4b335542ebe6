//! One row: what the agency's clerk made of a person.

use super::super::dice::Dice;
use super::super::world::World;
use super::kind::{ErrorKind, Level};
use super::place::Written;
use super::sample::Original;
use super::word::Typing;
use super::{date, name, number};
use kernel::{PartialDate, Sex};
use time::Month;

/// The fields of a row, in the order of the register's extract.
pub(super) const FIELDS: usize = 9;

/// More than so many kinds of error in one name are not made: nobody could find the person.
const NAME_ERRORS_MAX: usize = 2;
/// Whoever writes a name without marks writes that of the parents so too, in so many of a thousand.
const UNMARKED_TOGETHER: u32 = 850;

/// A row and what was done to it. Personal: no `Debug`.
pub(super) struct Row {
    /// Personal number, name, birth date, sex, old number, commune, province, father, mother.
    pub(super) cells: [String; FIELDS],
    pub(super) kinds: Vec<ErrorKind>,
}

/// Makes rows.
pub(super) struct Clerk<'w> {
    pub(super) world: &'w World,
    pub(super) dice: Dice,
    pub(super) level: Level,
}

impl Clerk<'_> {
    /// The row of a person; every call makes another.
    pub(super) fn write(&mut self, person: &Original) -> Row {
        let mut kinds = Vec::new();
        let personal_number = self.number(person, &mut kinds);
        let old_id = self.old_id(person, &mut kinds);
        let full_name = self.name(person, &mut kinds);
        let birth = self.birth(&person.birth, &mut kinds);
        let place = self.place(person, &mut kinds);
        let sex = self.sex(person.sex, &mut kinds);
        let unmarked = kinds.contains(&ErrorKind::NameUnmarked);
        let [father, mother] = person.kin().map(|kin| self.kin(kin, unmarked, &mut kinds));
        kinds.sort_unstable();
        kinds.dedup();
        Row {
            cells: [
                personal_number,
                full_name,
                birth,
                sex.to_owned(),
                old_id,
                place.commune,
                place.province,
                father,
                mother,
            ],
            kinds,
        }
    }

    /// Whether an error is made here.
    fn happens(&mut self, kind: ErrorKind) -> bool {
        self.dice.chance(kind.per_mille(self.level))
    }

    /// Makes an error in a value, where it happens and is possible.
    fn change<T>(
        &mut self,
        value: &mut T,
        kind: ErrorKind,
        kinds: &mut Vec<ErrorKind>,
        error: impl FnOnce(&mut Dice, &T) -> Option<T>,
    ) -> bool {
        if !self.happens(kind) {
            return false;
        }
        let Some(changed) = error(&mut self.dice, value) else { return false };
        *value = changed;
        kinds.push(kind);
        true
    }

    fn number(&mut self, person: &Original, kinds: &mut Vec<ErrorKind>) -> String {
        let mut text = person.number().to_owned();
        if self.happens(ErrorKind::NumberMissing) {
            kinds.push(ErrorKind::NumberMissing);
            return String::new();
        }
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let replaced = self.change(&mut text, ErrorKind::NumberOld, kinds, |_, _| given(person.old_id()))
            || self.change(&mut text, ErrorKind::NumberRelative, kinds, |_, _| given(person.relative()));
        if !replaced {
            let _ = self.change(&mut text, ErrorKind::NumberDigit, kinds, |dice, text| number::digit(dice, text))
                || self.change(&mut text, ErrorKind::NumberSwapped, kinds, |dice, text| number::swapped(dice, text));
        }
        let _ = self.change(&mut text, ErrorKind::NumberZeros, kinds, |_, text| number::without_zeros(text))
            || self.change(&mut text, ErrorKind::NumberSpaced, kinds, |dice, text| number::spaced(dice, text));
        text
    }

    fn old_id(&mut self, person: &Original, kinds: &mut Vec<ErrorKind>) -> String {
        let mut text = person.old_id().to_owned();
        if text.is_empty() {
            return text;
        }
        if self.happens(ErrorKind::OldIdMissing) {
            kinds.push(ErrorKind::OldIdMissing);
            return String::new();
        }
        self.change(&mut text, ErrorKind::OldIdDigit, kinds, |dice, text| number::digit(dice, text));
        text
    }

    /// First how somebody is called, then how it is spelt, then how it is typed.
    fn name(&mut self, person: &Original, kinds: &mut Vec<ErrorKind>) -> String {
        type Error = fn(&mut Dice, &str) -> Option<String>;
        const SHAPE: [(ErrorKind, Error); 8] = [
            (ErrorKind::NameMiddleMissing, name::middle_missing),
            (ErrorKind::NameMiddleSwapped, name::middle_swapped),
            (ErrorKind::NameOrder, name::order),
            (ErrorKind::NameInitials, name::initials),
            (ErrorKind::NameIy, name::iy),
            (ErrorKind::NameTonePlace, name::tone_place),
            (ErrorKind::NameTone, name::tone),
            (ErrorKind::NameSlip, name::slip),
        ];
        let mut text = person.full_name().to_owned();
        let spouse = Some(person.spouse_surname()).filter(|surname| !surname.is_empty());
        let mut errors = usize::from(
            self.change(&mut text, ErrorKind::NameOther, kinds, |dice, text| name::other(dice, text, spouse)),
        );
        for (kind, error) in SHAPE {
            if errors < NAME_ERRORS_MAX {
                errors += usize::from(self.change(&mut text, kind, kinds, |dice, text| error(dice, text)));
            }
        }
        let shouted = self.change(&mut text, ErrorKind::NameCapitals, kinds, |_, text| Some(text.to_uppercase()));
        let typed = |typing| move |dice: &mut Dice, text: &String| name::typed(dice, text, typing);
        let _ = self.change(&mut text, ErrorKind::NameUnmarked, kinds, |_, text| name::without_marks(text))
            || self.change(&mut text, ErrorKind::NameTelex, kinds, typed(Typing::Telex))
            || self.change(&mut text, ErrorKind::NameVni, kinds, typed(Typing::Vni))
            || self.change(&mut text, ErrorKind::NameViqr, kinds, typed(Typing::Viqr))
            || self.change(&mut text, ErrorKind::NameDecomposed, kinds, |_, text| name::decomposed(text));
        if shouted && kinds.contains(&ErrorKind::NameTelex) {
            text = text.to_uppercase();
        }
        self.change(&mut text, ErrorKind::NameSpaces, kinds, |dice, text| name::spaces(dice, text));
        text
    }

    fn birth(&mut self, birth: &PartialDate, kinds: &mut Vec<ErrorKind>) -> String {
        if self.happens(ErrorKind::DateMissing) {
            kinds.push(ErrorKind::DateMissing);
            return String::new();
        }
        let mut birth = *birth;
        let until = self.world.as_of();
        let year = PartialDate::Year(birth.year());
        let january = time::Date::from_calendar_date(birth.year(), Month::January, 1).map(PartialDate::Day).ok();
        let _ = self.change(&mut birth, ErrorKind::DateYear, kinds, |_, birth| Some(year).filter(|year| year != birth))
            || self.change(&mut birth, ErrorKind::DateJanuary, kinds, |_, birth| january.filter(|day| day != birth))
            || self.change(&mut birth, ErrorKind::DateSwapped, kinds, |_, birth| date::swapped(birth))
            || self.change(&mut birth, ErrorKind::DateDigit, kinds, |dice, birth| date::digit(dice, birth, until));
        let mut text = date::usual(&birth);
        self.change(&mut text, ErrorKind::DateFormat, kinds, |dice, _| date::otherwise(dice, &birth));
        text
    }

    fn place(&mut self, person: &Original, kinds: &mut Vec<ErrorKind>) -> Written {
        let world = self.world;
        let mut at = person.commune as usize;
        self.change(&mut at, ErrorKind::CommuneMoved, kinds, |dice, home| {
            (0..8).map(|_| world.places.moved_from(dice, *home)).find(|other| other != home)
        });
        let commune = world.places.get(at);
        if self.happens(ErrorKind::CommuneMissing) {
            kinds.push(ErrorKind::CommuneMissing);
            let province =
                if self.dice.chance(500) { Written::of_label(&commune.label).province } else { String::new() };
            return Written { commune: String::new(), province };
        }
        let by_code = self.happens(ErrorKind::CommuneOldCode);
        if by_code || self.happens(ErrorKind::CommuneOldName) {
            if let Some(former) = world.before.draw(&mut self.dice, &commune.code) {
                kinds.push(if by_code { ErrorKind::CommuneOldCode } else { ErrorKind::CommuneOldName });
                if former.split {
                    kinds.push(ErrorKind::CommuneSplit);
                }
                if by_code {
                    return Written::code_of(former);
                }
                let named = Written::name_of(former);
                return self.spell(named, kinds);
            }
        } else if self.happens(ErrorKind::CommuneCode) {
            kinds.push(ErrorKind::CommuneCode);
            return Written { commune: commune.code.clone(), province: commune.province.clone() };
        }
        self.spell(Written::of_label(&commune.label), kinds)
    }

    fn spell(&mut self, place: Written, kinds: &mut Vec<ErrorKind>) -> Written {
        let mut place = place.shortened(&mut self.dice);
        self.change(&mut place, ErrorKind::CommuneMisspelt, kinds, |dice, place| place.misspelt(dice));
        self.change(&mut place, ErrorKind::CommuneUnmarked, kinds, |_, place| place.unmarked());
        place
    }

    fn sex(&mut self, sex: Sex, kinds: &mut Vec<ErrorKind>) -> &'static str {
        if self.happens(ErrorKind::SexMissing) {
            kinds.push(ErrorKind::SexMissing);
            return "";
        }
        let other = if sex == Sex::Male { Sex::Female } else { Sex::Male };
        let mut sex = sex;
        self.change(&mut sex, ErrorKind::SexWrong, kinds, |_, _| Some(other));
        match (sex, self.dice.below(10)) {
            (Sex::Male, 0) => "NAM",
            (Sex::Male, 1) => "nam",
            (Sex::Male, _) => "Nam",
            (Sex::Female, 0) => "NỮ",
            (Sex::Female, 1) => "nu",
            (Sex::Female, _) => "Nữ",
        }
    }

    fn kin(&mut self, kin: &str, unmarked: bool, kinds: &mut Vec<ErrorKind>) -> String {
        let mut text = kin.to_owned();
        if text.is_empty() {
            return text;
        }
        if self.happens(ErrorKind::KinMissing) {
            kinds.push(ErrorKind::KinMissing);
            return String::new();
        }
        self.change(&mut text, ErrorKind::KinAbbreviated, kinds, |dice, text| name::initials(dice, text));
        self.change(&mut text, ErrorKind::KinSlip, kinds, |dice, text| name::slip(dice, text));
        if unmarked && self.dice.chance(UNMARKED_TOGETHER) {
            if let Some(plain) = name::without_marks(&text) {
                text = plain;
                kinds.push(ErrorKind::KinUnmarked);
            }
        } else {
            self.change(&mut text, ErrorKind::KinUnmarked, kinds, |_, text| name::without_marks(text));
        }
        text
    }
}
