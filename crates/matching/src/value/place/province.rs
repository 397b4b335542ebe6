//! Provinces by code and by name.

use super::find::{TEXT_MAX, code, known};
use super::slip::is_slip;
use super::words::{Before, Word, before, folded_key, has_marks, key, marked, words};
use super::{PlaceId, Places, UNKNOWN};
use crate::value::is_blank;

/// The same for the few provinces.
const PROVINCE_LETTERS_MIN: usize = 5;

/// Cities below a province, where the province's name does not follow, folded and without spaces → the province's code.
const CITIES: [(&str, &str); 24] = [
    ("vinh", "40"),
    ("dalat", "68"),
    ("baoloc", "68"),
    ("nhatrang", "56"),
    ("camranh", "56"),
    ("buonmathuot", "66"),
    ("pleiku", "64"),
    ("quynhon", "52"),
    ("tuyhoa", "54"),
    ("bienhoa", "75"),
    ("longkhanh", "75"),
    ("thudaumot", "74"),
    ("dian", "74"),
    ("thuanan", "74"),
    ("mytho", "82"),
    ("longxuyen", "89"),
    ("chaudoc", "89"),
    ("rachgia", "91"),
    ("phuquoc", "91"),
    ("halong", "22"),
    ("viettri", "25"),
    ("phanthiet", "60"),
    ("tamky", "49"),
    ("thuduc", "79"),
];

impl Places {
    /// A province by its code of two digits, or of three as in personal numbers, or by its name of any day.
    pub(super) fn find_province(&self, text: &str) -> PlaceId {
        let text = text.strip_suffix(".0").unwrap_or(text);
        if let (1..=3, Some(number)) = (text.len(), code(text, text.len())) {
            return self.by_province_code.get(number).copied().unwrap_or(UNKNOWN);
        }
        if text.len() > TEXT_MAX || is_blank(text) {
            return UNKNOWN;
        }
        let whole = words(text);
        let of_part = |part: &str| self.province_of(&words(part));
        self.province_of(&whole)
            .or_else(|| text.rsplit([',', ';', '(', ')', '-', '–']).find_map(of_part))
            .or_else(|| self.province_near(&whole))
            .unwrap_or(UNKNOWN)
    }

    /// A province's name, with or without `tỉnh`, `TP.`. Marks, where there are any, must be the name's: Thạnh Hóa is a
    /// district of Long An.
    pub(super) fn province_of(&self, words: &[Word]) -> Option<PlaceId> {
        let named = |words: &[Word]| {
            let key = key(words);
            let id = *self.province_names.get(&key)?;
            let units = || self.sets[id as usize].units.iter().map(|at| &self.units[*at as usize]);
            let is_short_form = units().all(|unit| folded_key(&unit.marked) != key);
            let fits = is_short_form || !has_marks(words) || units().any(|unit| unit.marked == marked(words));
            fits.then_some(id)
        };
        let glued = |words: &[Word]| match words {
            [one] => self.province_names.get(one.folded.strip_prefix("tp")?).copied(),
            _ => None,
        };
        let bare = |words: &[Word]| match before(words)? {
            (Before::City | Before::Province, length, _) => named(&words[length..]),
            _ => None,
        };
        named(words).or_else(|| bare(words)).or_else(|| glued(words))
    }

    /// A province's name with wrong marks, or with one slip of the keyboard.
    pub(super) fn province_near(&self, words: &[Word]) -> Option<PlaceId> {
        let words = match before(words) {
            Some((Before::City | Before::Province, length, _)) => &words[length..],
            _ => words,
        };
        let key = key(words);
        if let Some(id) = self.province_names.get(&key) {
            return Some(*id);
        }
        let mut near =
            self.province_names.iter().filter(|(name, _)| is_slip(name, &key, PROVINCE_LETTERS_MIN)).map(|(_, id)| *id);
        let first = near.next()?;
        near.all(|other| other == first).then_some(first)
    }

    /// A city below a province: its province.
    pub(super) fn city_of(&self, words: &[Word]) -> Option<PlaceId> {
        let words = match before(words) {
            Some((Before::City, length, _)) => &words[length..],
            Some(_) => return None,
            None => words,
        };
        let name = key(words);
        let (_, province) = CITIES.iter().find(|(city, _)| *city == name)?;
        self.by_province_code.get(code(province, 2)?).copied().and_then(known)
    }

    /// The province that the last words name, and where they begin.
    pub(super) fn province_at_end(&self, words: &[Word]) -> Option<(usize, PlaceId)> {
        (1..words.len()).find_map(|at| self.province_of(&words[at..]).map(|id| (at, id)))
    }
}
