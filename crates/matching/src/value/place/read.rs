//! From the pack's tables to the sets that texts can name.

use super::{COMMUNES_MAX, PlaceId, Places, Set, UNKNOWN, Unit, words};
use pack::units::{self, Units};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Communes' codes have five digits.
const CODES: usize = 100_000;
/// Provinces' codes have two.
const PROVINCE_CODES: usize = 100;
/// Steps from a unit of 2004 to one of today: more than any unit has.
const STEPS_MAX: usize = 16;

/// Short forms of provinces' names, and older spellings, folded and without spaces → code.
const PROVINCE_ALIASES: [(&str, &str); 21] = [
    ("hn", "01"),
    ("hcm", "79"),
    ("hcmc", "79"),
    ("hochiminhcity", "79"),
    ("saigon", "79"),
    ("sg", "79"),
    ("hp", "31"),
    ("brvt", "77"),
    ("vungtau", "77"),
    ("baria", "77"),
    // One province that became a city under another name.
    ("hue", "46"),
    ("thuathienhue", "46"),
    ("tthue", "46"),
    ("thuathien", "46"),
    ("daclac", "66"),
    ("daclak", "66"),
    ("dacnong", "67"),
    ("backan", "06"),
    ("baccan", "06"),
    ("congtum", "62"),
    ("caobac", "04"),
];

impl Places {
    /// Every unit of a pack that gives units, and every set of them that a code or a text can name.
    #[must_use]
    pub fn read(units: &Units) -> Self {
        let mut places = Self::empty();
        places.read_units(units);
        for at in 0..places.units.len() as u32 {
            places.intern(vec![at]);
        }
        places.read_codes();
        let provinces = places.read_province_names();
        places.read_names();
        places.intern_names(&provinces);
        places
    }

    fn read_units(&mut self, units: &Units) {
        let (provinces, communes): (Vec<_>, Vec<_>) = units.all().iter().partition(|unit| unit.province.is_none());
        let all: Vec<&units::Unit> = provinces.iter().chain(&communes).copied().collect();
        let at: HashMap<_, _> = all.iter().enumerate().map(|(at, unit)| (unit.key(), at)).collect();
        let standing = |of: &[&units::Unit]| {
            let codes: BTreeSet<_> =
                of.iter().filter(|unit| unit.until.is_none()).map(|u| u.code.to_string()).collect();
            codes.into_iter().collect::<Vec<_>>()
        };
        self.provinces_today = standing(&provinces);
        self.communes_today = standing(&communes);
        let position = |codes: &[String], code: &str| codes.binary_search_by(|other| other.as_str().cmp(code)).ok();
        for unit in &all {
            let present: Vec<_> = present(units, unit).into_iter().filter_map(|unit| at.get(&unit.key())).collect();
            let province_of = |unit: &units::Unit| unit.province.as_ref().unwrap_or(&unit.code).to_string();
            let today = present.iter().filter(|at| ***at >= provinces.len());
            let today = today.filter_map(|at| position(&self.communes_today, all[**at].code.as_str()));
            let provinces_today =
                present.iter().filter_map(|at| position(&self.provinces_today, &province_of(all[**at])));
            let own = provinces.iter().enumerate().filter(|(_, province)| match &unit.province {
                Some(code) => province.code == *code && overlap(province, unit),
                None => province.key() == unit.key(),
            });
            let unit = Unit {
                is_province: unit.province.is_none(),
                stands: unit.until.is_none(),
                code: unit.code.to_string(),
                kind: unit.kind.clone(),
                full_name: unit.full_name(),
                marked: words::marked_key(&unit.name),
                words: words::count(&unit.name),
                provinces: own.map(|(at, _)| at as u32).collect(),
                today: sorted(today.filter_map(|at| u16::try_from(at).ok())),
                provinces_today: sorted(provinces_today.filter_map(|at| u8::try_from(at).ok())),
            };
            self.units.push(unit);
        }
    }

    fn read_codes(&mut self) {
        self.by_code = vec![UNKNOWN; CODES];
        self.by_province_code = vec![UNKNOWN; PROVINCE_CODES];
        let mut of_code: BTreeMap<(bool, String), Vec<u32>> = BTreeMap::new();
        for (at, unit) in self.units.iter().enumerate() {
            of_code.entry((unit.is_province, unit.code.clone())).or_default().push(at as u32);
        }
        for ((is_province, code), units) in of_code {
            let (Some(id), Ok(number)) = (self.intern(units), code.parse::<usize>()) else { continue };
            let table = if is_province { &mut self.by_province_code } else { &mut self.by_code };
            if let Some(place) = table.get_mut(number) {
                *place = id;
            }
        }
    }

    /// Gives back every set of provinces that a text can name.
    fn read_province_names(&mut self) -> Vec<PlaceId> {
        let mut of_name: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for (at, unit) in self.units.iter().enumerate().filter(|(_, unit)| unit.is_province) {
            of_name.entry(words::folded_key(&unit.marked)).or_default().push(at as u32);
        }
        for (name, units) in of_name {
            if let Some(id) = self.intern(units) {
                self.province_names.insert(name, id);
            }
        }
        for (alias, code) in PROVINCE_ALIASES {
            let id = code.parse().ok().and_then(|code: usize| self.by_province_code.get(code).copied());
            if let Some(id) = id.filter(|id| *id != UNKNOWN) {
                self.province_names.insert(alias.to_owned(), id);
            }
        }
        let ids: BTreeSet<_> = self.province_names.values().chain(&self.by_province_code).copied().collect();
        ids.into_iter().filter(|id| *id != UNKNOWN).collect()
    }

    fn read_names(&mut self) {
        let mut by_province = vec![BTreeSet::new(); self.provinces_today.len()];
        for (at, unit) in self.units.iter().enumerate().filter(|(_, unit)| !unit.is_province) {
            let name = words::folded_key(&unit.marked);
            for province in &unit.provinces_today {
                by_province[usize::from(*province)].insert(name.clone());
            }
            // Wards of Đà Lạt are officially `Lâm Viên - Đà Lạt`; people write the first half.
            if let Some(short) = name.strip_suffix("dalat").filter(|short| short.len() > 3) {
                self.names.entry(short.to_owned()).or_default().push(at as u32);
            }
            self.names.entry(name).or_default().push(at as u32);
        }
        self.names_by_province = by_province.into_iter().map(|names| names.into_iter().collect()).collect();
    }

    /// Makes every set that [`Places::narrow`] can come to.
    fn intern_names(&mut self, provinces: &[PlaceId]) {
        let lists: BTreeSet<_> = self.names.values().filter(|units| units.len() > 1).cloned().collect();
        for units in lists {
            let mut found = BTreeSet::new();
            let near: BTreeSet<_> = units.iter().flat_map(|at| &self.units[*at as usize].provinces_today).collect();
            let asked = provinces.iter().copied().filter(|id| {
                let of_province = &self.sets[*id as usize].provinces_today;
                of_province.iter().any(|province| near.contains(province))
            });
            let kinds: BTreeSet<_> = units.iter().map(|at| self.units[*at as usize].kind.as_str()).collect();
            let names: BTreeSet<_> = units.iter().map(|at| self.units[*at as usize].marked.as_str()).collect();
            for province in std::iter::once(UNKNOWN).chain(asked) {
                let here = self.in_province(&units, province);
                for marked in std::iter::once("").chain(names.iter().copied()) {
                    for kind in std::iter::once("").chain(kinds.iter().copied()) {
                        found.insert(self.narrow(&here, marked, kind));
                    }
                }
            }
            for units in found {
                self.intern(units);
            }
        }
    }

    /// The set of these units; none where they are too many to say anything.
    fn intern(&mut self, units: Vec<u32>) -> Option<PlaceId> {
        if let Some(id) = self.interned.get(&units) {
            return Some(*id);
        }
        let all = || units.iter().filter_map(|at| self.units.get(*at as usize));
        let today = sorted(all().flat_map(|unit| unit.today.iter().copied()));
        let provinces_today = sorted(all().flat_map(|unit| unit.provinces_today.iter().copied()));
        if units.is_empty() || (units.len() > 1 && today.len() > COMMUNES_MAX) {
            return None;
        }
        let id = self.sets.len() as PlaceId;
        self.sets.push(Set { units: units.clone(), today, provinces_today });
        self.interned.insert(units, id);
        Some(id)
    }
}

/// The units that stand in the place of one now.
fn present<'a>(units: &'a Units, unit: &'a units::Unit) -> Vec<&'a units::Unit> {
    let mut open = vec![unit];
    let mut standing = Vec::new();
    for _ in 0..STEPS_MAX {
        let ended: Vec<_> = std::mem::take(&mut open);
        for unit in ended {
            if unit.until.is_none() {
                standing.push(unit);
            } else {
                open.extend(units.successors(unit.code.as_str(), unit.from).into_iter().map(|(new, _)| new));
            }
        }
    }
    standing
}

fn overlap(a: &units::Unit, b: &units::Unit) -> bool {
    a.until.is_none_or(|until| b.from <= until) && b.until.is_none_or(|until| a.from <= until)
}

fn sorted<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut items: Vec<_> = items.collect();
    items.sort_unstable();
    items.dedup();
    items
}
