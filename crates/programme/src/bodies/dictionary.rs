//! The names that bodies and groups go by, ready to be found in a text.

use super::PROVINCE_COMMITTEE;
use crate::words::{Word, words};
use kernel::{BodyId, UnitCode};
use pack::units::Units;
use std::collections::{BTreeSet, HashMap};

/// What a name stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Target {
    /// A body.
    Body(BodyId),
    /// The people's committee of the province that has this code under this name: after a merger a code or a name can be
    /// another's.
    Province(UnitCode, String),
    /// A group.
    Group(String),
}

/// Where a short name may stand: `Tài chính` only in a list of ministries, `Hòa Bình` only in one of provinces.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Short {
    /// After `Các bộ:`.
    OfMinistries,
    /// After `UBND` or `… địa phương:`.
    OfProvinces,
}

/// One name.
#[derive(Clone, Debug)]
pub(crate) struct Name {
    /// Its words without marks.
    pub(crate) fold: Vec<String>,
    /// Its words with marks.
    pub(crate) plain: Vec<String>,
    /// What it stands for.
    pub(crate) target: Target,
    /// Where it may stand, if not everywhere.
    pub(crate) short: Option<Short>,
}

/// Names by their first word, the longest first.
#[derive(Debug, Default)]
pub(crate) struct Dictionary {
    names: HashMap<String, Vec<Name>>,
}

/// The first word of most ministries' names; without it the name is short.
const MINISTRY: &str = "bo";
/// Words before the name of a province.
const PROVINCE_WORDS: [&str; 3] = ["tỉnh", "thành phố", "TP"];
/// Other ways of writing a province.
const PROVINCE_ALSO: [(&str, &str); 3] = [("Hồ Chí Minh", "HCM"), ("Thừa Thiên Huế", "Huế"), ("Hồ Chí Minh", "TPHCM")];

impl Dictionary {
    /// A body by its name and the other ways of writing it.
    pub(super) fn add_body(&mut self, body: &BodyId, name: &str, also: &[String]) {
        for name in std::iter::once(name).chain(also.iter().map(String::as_str)) {
            self.add(name, &Target::Body(body.clone()), None);
            let words = words(name);
            if let Some((first, rest)) = words.split_first()
                && first.fold == MINISTRY
                && let Some(second) = rest.first()
            {
                self.add(&name[second.start..], &Target::Body(body.clone()), Some(Short::OfMinistries));
            }
        }
    }

    /// A group by its names.
    pub(super) fn add_group(&mut self, id: &str, names: &[&str]) {
        for name in names {
            self.add(name, &Target::Group(id.to_owned()), None);
        }
    }

    /// Every province that ever stood.
    pub(super) fn add_provinces(&mut self, units: &Units) {
        let mut seen = BTreeSet::new();
        for unit in units.all().iter().filter(|unit| unit.province.is_none()) {
            if !seen.insert((unit.code.clone(), unit.name.clone())) {
                continue;
            }
            let target = Target::Province(unit.code.clone(), unit.name.clone());
            let also = PROVINCE_ALSO.iter().filter(|(name, _)| *name == unit.name).map(|(_, also)| *also);
            for name in std::iter::once(unit.name.as_str()).chain(also) {
                self.add(name, &target, Some(Short::OfProvinces));
                for word in PROVINCE_WORDS {
                    self.add(&format!("{word} {name}"), &target, None);
                }
            }
        }
    }

    fn add(&mut self, name: &str, target: &Target, short: Option<Short>) {
        let words = words(name);
        let Some(first) = words.first() else { return };
        let fold: Vec<_> = words.iter().map(|word| word.fold.clone()).collect();
        let plain = words.iter().map(|word| word.plain.clone()).collect();
        let names = self.names.entry(first.fold.clone()).or_default();
        names.push(Name { fold, plain, target: target.clone(), short });
        names.sort_by_key(|name| std::cmp::Reverse(name.fold.len()));
    }

    /// The names whose words begin this text, the longest first. Two units may share one: the caller picks by the day.
    pub(crate) fn at<'d>(&'d self, words: &'d [Word]) -> impl Iterator<Item = &'d Name> {
        let first = words.first().map_or("", |word| word.fold.as_str());
        let candidates = self.names.get(first).map(Vec::as_slice).unwrap_or_default();
        candidates.iter().filter(move |name| {
            name.fold.len() <= words.len() && name.fold.iter().zip(words).all(|(a, b)| *a == b.fold)
        })
    }

    /// The one name that this text breaks off, with at most one letter misread in it.
    pub(crate) fn broken_off(&self, words: &[Word]) -> Option<&Name> {
        let mut found = self.names.values().flatten().filter(|name| {
            name.short.is_none() && name.fold.len() > words.len() && {
                let distance: usize = name.fold.iter().zip(words).map(|(a, b)| letters_apart(a, &b.fold)).sum();
                distance <= 1
            }
        });
        let first = found.next()?;
        found.all(|other| other.target == first.target).then_some(first)
    }
}

/// How many letters differ, or 2 for more than one.
fn letters_apart(a: &str, b: &str) -> usize {
    if a.chars().count() != b.chars().count() {
        return 2;
    }
    a.chars().zip(b.chars()).filter(|(a, b)| a != b).count().min(2)
}

/// The people's committee of a province.
pub(crate) fn committee(code: &UnitCode) -> BodyId {
    BodyId::in_unit(PROVINCE_COMMITTEE, code.as_str())
}
