//! Places: a commune or a province of any day since 2004, found by its code or by what people write, and what it is
//! today.
//!
//! The merger of 1 July 2025 ended 10,035 communes, gave new ones the codes of ended ones, and a name such as Tân Lập
//! stands in many provinces. So a text names a *set* of units; a [`PlaceId`] stands for one such set. Every set that a
//! text can name is made when [`Places::read`] reads the pack, in the order of the pack: the same pack gives the same
//! numbers.

mod district;
mod find;
mod province;
mod read;
mod slip;
mod words;

use foldhash::fast::FixedState;
use std::collections::HashMap;

/// A set of units; [`UNKNOWN`] for none.
pub type PlaceId = u32;

/// No place.
pub const UNKNOWN: PlaceId = 0;

/// A name that stands for more present communes than this names none of them, only their province.
pub const COMMUNES_MAX: usize = 8;

/// How two places stand to each other.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Relation {
    /// The same unit.
    Same,
    /// One became the other or a part of it, or parts of both became one.
    Succeeded,
    /// Other communes of one present province, or a commune and its province.
    SameProvince,
    /// Nothing in common.
    Different,
    /// One of the two is not known.
    Unknown,
}

/// A province or a commune.
#[derive(Clone, Debug)]
struct Unit {
    is_province: bool,
    stands: bool,
    code: String,
    /// `xã`, `phường`, `thị trấn`, `đặc khu`, `tỉnh`, `thành phố`.
    kind: String,
    /// Kind and name, for people.
    full_name: String,
    /// The name in lower case with marks and without spaces.
    marked: String,
    /// How many words the name has.
    words: u8,
    /// A commune's province, as many units as bore its code while the commune stood; a province's own place.
    provinces: Vec<u32>,
    today: Vec<u16>,
    provinces_today: Vec<u8>,
}

#[derive(Clone, Debug, Default)]
struct Set {
    /// Places in `Places::units`, sorted.
    units: Vec<u32>,
    today: Vec<u16>,
    provinces_today: Vec<u8>,
}

/// Every unit of a pack, ready to be found. What callers look up again and again they keep by text: a name costs
/// microseconds, a code of five digits nanoseconds.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// Provinces first.
    units: Vec<Unit>,
    /// The first is that of [`UNKNOWN`].
    sets: Vec<Set>,
    /// Units → the set of them.
    interned: HashMap<Vec<u32>, PlaceId, FixedState>,
    /// By the number that a commune's code is.
    by_code: Vec<PlaceId>,
    by_province_code: Vec<PlaceId>,
    /// Folded name or short form, without spaces → provinces.
    province_names: HashMap<String, PlaceId, FixedState>,
    /// Folded name without spaces → communes.
    names: HashMap<String, Vec<u32>, FixedState>,
    /// Folded names by present province, sorted, for slips of the keyboard.
    names_by_province: Vec<Vec<String>>,
    /// Codes of the present communes.
    communes_today: Vec<String>,
    /// Codes of the present provinces.
    provinces_today: Vec<String>,
}

impl Places {
    /// No places: everything is unknown.
    #[must_use]
    pub fn empty() -> Self {
        Self { sets: vec![Set::default()], ..Self::default() }
    }

    /// The present communes it lies in, by position, sorted. Empty where only the province is known.
    #[must_use]
    pub fn today(&self, id: PlaceId) -> &[u16] {
        self.set(id).map_or(&[], |set| &set.today)
    }

    /// The present provinces it lies in, by position, sorted.
    #[must_use]
    pub fn provinces_today(&self, id: PlaceId) -> &[u8] {
        self.set(id).map_or(&[], |set| &set.provinces_today)
    }

    /// What of the set stands today, where that is one unit: what a code means in a register that is kept up to date.
    /// Any other set stays as it is.
    #[must_use]
    pub fn standing(&self, id: PlaceId) -> PlaceId {
        let units = self.set(id).map(|set| set.units.as_slice()).unwrap_or_default();
        let mut standing = units.iter().filter(|at| self.units.get(**at as usize).is_some_and(|unit| unit.stands));
        match (standing.next(), standing.next()) {
            (Some(one), None) => self.interned.get(std::slice::from_ref(one)).copied().unwrap_or(id),
            _ => id,
        }
    }

    /// The code of a present commune.
    #[must_use]
    pub fn commune_code(&self, position: u16) -> Option<&str> {
        self.communes_today.get(usize::from(position)).map(String::as_str)
    }

    /// The code of a present province.
    #[must_use]
    pub fn province_code(&self, position: u8) -> Option<&str> {
        self.provinces_today.get(usize::from(position)).map(String::as_str)
    }

    /// A present province, for people to read.
    #[must_use]
    pub fn province_name(&self, position: u8) -> String {
        let id = self.province_code(position).and_then(|code| code.parse::<usize>().ok());
        id.and_then(|code| self.by_province_code.get(code)).map(|id| self.name(*id)).unwrap_or_default()
    }

    /// A number that changes when any place gets another identifier or lies elsewhere today: an index that was made
    /// with other places cannot be read.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        let texts = self.communes_today.iter().chain(&self.provinces_today);
        let texts = texts.fold(0, |sum, text| crate::lexicon::join(sum, crate::lexicon::stable_hash(text.as_bytes())));
        let numbers = self.sets.iter().flat_map(|set| {
            set.units.iter().copied().chain(set.today.iter().map(|at| u32::from(*at))).chain([u32::MAX])
        });
        numbers.fold(texts, |sum, number| crate::lexicon::join(sum, u64::from(number)))
    }

    /// How many present communes there are.
    #[must_use]
    pub fn communes(&self) -> usize {
        self.communes_today.len()
    }

    /// How the two stand to each other. Of sets, the nearest relation that a pair of units has.
    #[must_use]
    pub fn relation(&self, a: PlaceId, b: PlaceId) -> Relation {
        let (Some(one), Some(other)) = (self.set(a), self.set(b)) else { return Relation::Unknown };
        if a == b || meet(&one.units, &other.units) {
            return Relation::Same;
        }
        let both_provinces = one.today.is_empty() && other.today.is_empty();
        let near = meet(&one.provinces_today, &other.provinces_today);
        if meet(&one.today, &other.today) || (both_provinces && near) {
            Relation::Succeeded
        } else if near {
            Relation::SameProvince
        } else {
            Relation::Different
        }
    }

    /// For people to read: `Phường Trúc Bạch, Thành phố Hà Nội`; of a set the first units, with strokes between.
    #[must_use]
    pub fn name(&self, id: PlaceId) -> String {
        const SHOWN_MAX: usize = 3;
        let Some(set) = self.set(id) else { return String::new() };
        let mut names: Vec<String> = Vec::with_capacity(SHOWN_MAX);
        for unit in set.units.iter().filter_map(|at| self.units.get(*at as usize)) {
            let province = unit.provinces.last().and_then(|at| self.units.get(*at as usize));
            let name = match province.filter(|province| province.full_name != unit.full_name) {
                Some(province) if !unit.today.is_empty() => format!("{}, {}", unit.full_name, province.full_name),
                _ => unit.full_name.clone(),
            };
            if !names.contains(&name) {
                names.push(name);
            }
        }
        if names.len() > SHOWN_MAX {
            names.truncate(SHOWN_MAX);
            names.push("…".to_owned());
        }
        names.join(" / ")
    }

    fn set(&self, id: PlaceId) -> Option<&Set> {
        if id == UNKNOWN { None } else { self.sets.get(id as usize) }
    }
}

/// Whether two sorted lists have something in common.
fn meet<T: Ord>(a: &[T], b: &[T]) -> bool {
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
        match x.cmp(y) {
            std::cmp::Ordering::Less => a.next(),
            std::cmp::Ordering::Greater => b.next(),
            std::cmp::Ordering::Equal => return true,
        };
    }
    false
}

#[cfg(test)]
mod tests;
