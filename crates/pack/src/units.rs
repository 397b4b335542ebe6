//! Administrative units of the pack (`units/*.csv`): provinces and communes with their days, and what became of them.
//!
//! A code does not name a unit: wards made by a merger took codes of wards that it ended. Everything here is asked
//! with a day.

use crate::{Pack, Placed, Report, date};
use kernel::{FieldProblem, Kind, Problem, UnitCode, UnitKey};
use serde::Deserialize;
use std::collections::{BTreeSet, HashMap};
use time::Date;

/// How many successors a message names.
const SUCCESSORS_SHOWN_MAX: usize = 5;

/// A province or a commune.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Unit {
    /// Its code: two digits for a province, five for a commune.
    pub code: UnitCode,
    /// Its first day.
    #[serde(with = "date")]
    pub from: Date,
    /// Its last day, itself included.
    #[serde(default, with = "date::option")]
    pub until: Option<Date>,
    /// What it is: `tỉnh`, `thành phố`, `phường`, `xã`, `thị trấn`, `đặc khu`.
    pub kind: String,
    /// Its name without the kind, such as `Ba Đình`.
    pub name: String,
    /// The province a commune lies in.
    #[serde(default)]
    pub province: Option<UnitCode>,
    /// Code of a province's administration (QĐ 20/2020/QĐ-TTg), such as `H26`.
    #[serde(default)]
    pub org_code: Option<String>,
    /// How sure the author is, where not from a source.
    #[serde(default)]
    pub confidence: Option<String>,
}

impl Unit {
    /// Whether it stands on that day.
    #[must_use]
    pub fn stands_on(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }

    /// Code and first day: its name for good.
    #[must_use]
    pub fn key(&self) -> UnitKey {
        UnitKey { code: self.code.clone(), from: self.from }
    }

    /// Kind and name, such as `Phường Ba Đình`.
    #[must_use]
    pub fn full_name(&self) -> String {
        let mut kind = self.kind.chars();
        let first: String = kind.next().map(char::to_uppercase).into_iter().flatten().collect();
        format!("{first}{} {}", kind.as_str(), self.name)
    }
}

/// What became of a unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Succession {
    /// All of it went into one.
    Whole,
    /// A part of it; which part somebody lives in must be asked.
    Split,
}

#[derive(Deserialize)]
struct Edge {
    old: UnitCode,
    #[serde(with = "date")]
    old_from: Date,
    new: UnitCode,
    #[serde(with = "date")]
    new_from: Date,
    kind: Succession,
    default: Option<String>,
}

/// The first three digits of numbers issued for births registered in a province.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct NumberPrefix {
    /// Three digits.
    pub prefix: String,
    /// The province.
    pub province: UnitCode,
    /// First day of registration.
    #[serde(with = "date")]
    pub from: Date,
    /// Last day of registration.
    #[serde(default, with = "date::option")]
    pub until: Option<Date>,
    /// The article.
    pub legal_basis: String,
    /// `unverified` where no source says so.
    #[serde(default)]
    pub confidence: Option<String>,
}

/// Why a code names no unit on a day.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum UnitError {
    /// No unit ever had this code.
    #[error("PAC0201: no unit has the code {code}")]
    Unknown {
        /// The code as it was given.
        code: String,
    },
    /// The unit ended before that day.
    #[error("PAC0202: {name} ({code}) ended on {ended}")]
    Ended {
        /// The code.
        code: String,
        /// The unit's full name.
        name: String,
        /// Its last day.
        ended: Date,
        /// Those that stand on the asked day in its place.
        successors: Vec<(UnitCode, String)>,
    },
    /// The unit begins after that day.
    #[error("PAC0203: {name} ({code}) begins on {begins}")]
    NotYet {
        /// The code.
        code: String,
        /// The unit's full name.
        name: String,
        /// Its first day.
        begins: Date,
    },
}

impl UnitError {
    /// The same as a problem of a field.
    #[must_use]
    pub fn at(self, pointer: &str) -> FieldProblem {
        let problem = Problem::from(self);
        FieldProblem { pointer: pointer.to_owned(), code: problem.code, args: problem.args, legal_basis: None }
    }
}

impl From<UnitError> for Problem {
    fn from(error: UnitError) -> Self {
        let day = |day: Date| format!("{:02}/{:02}/{}", day.day(), u8::from(day.month()), day.year());
        match error {
            // The code is what somebody typed: it is not repeated.
            UnitError::Unknown { .. } => Self::new(Kind::Invalid, "PAC0201"),
            UnitError::Ended { code, name, ended, successors } => {
                let mut names: Vec<_> =
                    successors.iter().take(SUCCESSORS_SHOWN_MAX).map(|(c, n)| format!("{n} ({c})")).collect();
                if successors.len() > SUCCESSORS_SHOWN_MAX {
                    names.push("…".to_owned());
                }
                let problem = Self::new(Kind::Invalid, "PAC0202").with("code", code).with("name", name);
                problem.with("ended", day(ended)).with("successors", names.join("; "))
            }
            UnitError::NotYet { code, name, begins } => {
                Self::new(Kind::Invalid, "PAC0203").with("code", code).with("name", name).with("begins", day(begins))
            }
        }
    }
}

/// Every unit of the pack.
#[derive(Clone, Debug, Default)]
pub struct Units {
    units: Vec<Unit>,
    by_code: HashMap<UnitCode, Vec<usize>>,
    by_province: HashMap<UnitCode, Vec<usize>>,
    /// Unit → (unit, how, whether it took most).
    successors: HashMap<usize, Vec<(usize, Succession, bool)>>,
    prefixes: Vec<NumberPrefix>,
}

impl Units {
    /// Reads `units/provinces.csv`, `communes.csv`, `successions.csv` and `number_prefixes.csv`.
    #[must_use]
    pub fn read(pack: &Pack, report: &mut Report) -> Self {
        let mut units = Self::default();
        let columns = ["code", "from", "until", "kind", "name", "org_code", "confidence"];
        units.read_units(pack, "units/provinces.csv", &columns, report);
        let columns = ["code", "from", "until", "kind", "name", "province", "confidence"];
        units.read_units(pack, "units/communes.csv", &columns, report);
        units.read_successions(pack, report);
        units.read_prefixes(pack, report);
        units
    }

    fn read_units(&mut self, pack: &Pack, path: &str, columns: &[&str], report: &mut Report) {
        let table = pack.table(path, report);
        if table.columns.is_empty() || !table.expect_columns(columns, report) {
            return;
        }
        for Placed { line, item: unit } in table.parse::<Unit>(report) {
            let unit: Unit = unit;
            let mut fault = |code, message: String| table.add(line, code, message, report);
            if unit.until.is_some_and(|until| until < unit.from) {
                fault("PAC0010", "ends before it begins".to_owned());
            }
            let others = self.by_code.entry(unit.code.clone()).or_default();
            let beside = others.iter().map(|i| &self.units[*i]).find(|other| {
                unit.until.is_none_or(|until| other.from <= until) && other.until.is_none_or(|u| unit.from <= u)
            });
            if let Some(other) = beside {
                fault("PAC0204", format!("the code {} is that of {} on the same days", unit.code, other.full_name()));
            }
            others.push(self.units.len());
            if let Some(province) = &unit.province {
                let stands = |day| self.find(province, day).is_some();
                if !stands(unit.from) || unit.until.is_some_and(|until| !stands(until)) {
                    let message = format!("the province {province} does not stand on all days of this unit");
                    table.add(line, "PAC0205", message, report);
                }
                self.by_province.entry(province.clone()).or_default().push(self.units.len());
            }
            self.units.push(unit);
        }
    }

    fn read_successions(&mut self, pack: &Pack, report: &mut Report) {
        let Some(table) = pack.find_table("units/successions.csv", report) else { return };
        if !table.expect_columns(&["old", "old_from", "new", "new_from", "kind", "default"], report) {
            return;
        }
        let exact = |units: &Self, code: &UnitCode, from: Date| {
            let candidates = units.by_code.get(code).map(Vec::as_slice).unwrap_or_default();
            candidates.iter().copied().find(|i| units.units[*i].from == from)
        };
        for Placed { line, item: edge } in table.parse::<Edge>(report) {
            let edge: Edge = edge;
            let mut unknown = |code: &UnitCode, from: Date| {
                table.add(line, "PAC0206", format!("no unit {code} begins on {}", date::print(from)), report);
            };
            match (exact(self, &edge.old, edge.old_from), exact(self, &edge.new, edge.new_from)) {
                (Some(old), Some(new)) => {
                    let most = edge.kind == Succession::Whole || edge.default.as_deref() == Some("yes");
                    self.successors.entry(old).or_default().push((new, edge.kind, most));
                }
                (None, _) => unknown(&edge.old, edge.old_from),
                (_, None) => unknown(&edge.new, edge.new_from),
            }
        }
    }

    fn read_prefixes(&mut self, pack: &Pack, report: &mut Report) {
        let Some(table) = pack.find_table("units/number_prefixes.csv", report) else { return };
        if !table.expect_columns(&["prefix", "province", "from", "until", "legal_basis", "confidence"], report) {
            return;
        }
        for Placed { line, item: prefix } in table.parse::<NumberPrefix>(report) {
            let prefix: NumberPrefix = prefix;
            if prefix.prefix.len() != 3 || !prefix.prefix.bytes().all(|b| b.is_ascii_digit()) {
                table.add(line, "PAC0207", format!("`{}` is no prefix of three digits", prefix.prefix), report);
            } else if !self.by_code.contains_key(&prefix.province) {
                table.add(line, "PAC0206", format!("no province has the code {}", prefix.province), report);
            } else {
                self.prefixes.push(prefix);
            }
        }
    }

    fn find(&self, code: &UnitCode, on: Date) -> Option<&Unit> {
        let candidates = self.by_code.get(code)?;
        candidates.iter().map(|i| &self.units[*i]).find(|unit| unit.stands_on(on))
    }

    fn of_length(&self, code: &str, length: usize, on: Date) -> Option<&Unit> {
        let code: UnitCode = code.parse().ok().filter(|_| code.len() == length)?;
        self.find(&code, on)
    }

    /// The commune with this code on this day.
    #[must_use]
    pub fn commune(&self, code: &str, on: Date) -> Option<&Unit> {
        self.of_length(code, 5, on)
    }

    /// The province with this code on this day.
    #[must_use]
    pub fn province(&self, code: &str, on: Date) -> Option<&Unit> {
        self.of_length(code, 2, on)
    }

    /// The commune with this code on this day, or why there is none.
    ///
    /// # Errors
    /// [`UnitError`], which names the successors of a commune that has ended.
    pub fn check_commune(&self, code: &str, on: Date) -> Result<&Unit, UnitError> {
        self.commune(code, on).map_or_else(|| Err(self.why_not(code, on)), Ok)
    }

    /// The province with this code on this day, or why there is none.
    ///
    /// # Errors
    /// [`UnitError`], which names the successors of a province that has ended.
    pub fn check_province(&self, code: &str, on: Date) -> Result<&Unit, UnitError> {
        self.province(code, on).map_or_else(|| Err(self.why_not(code, on)), Ok)
    }

    fn why_not(&self, code: &str, on: Date) -> UnitError {
        let known = code.parse::<UnitCode>().ok().and_then(|code| self.by_code.get(&code));
        let units: Vec<_> = known.into_iter().flatten().map(|i| (*i, &self.units[*i])).collect();
        let ended = units.iter().filter(|(_, u)| u.until.is_some_and(|until| until < on)).max_by_key(|(_, u)| u.until);
        if let Some((index, unit)) = ended {
            let successors = self.standing_for(*index, on);
            return UnitError::Ended {
                code: code.to_owned(),
                name: unit.full_name(),
                ended: unit.until.unwrap_or(on),
                successors: successors.iter().map(|u| (u.code.clone(), u.full_name())).collect(),
            };
        }
        match units.first() {
            Some((_, unit)) => UnitError::NotYet { code: code.to_owned(), name: unit.full_name(), begins: unit.from },
            None => UnitError::Unknown { code: code.to_owned() },
        }
    }

    /// Those that stand on `on` in place of a unit, through as many mergers as there were.
    fn standing_for(&self, index: usize, on: Date) -> Vec<&Unit> {
        let mut found = BTreeSet::new();
        let mut open = vec![index];
        let mut seen = BTreeSet::from([index]);
        while let Some(i) = open.pop() {
            if self.units[i].stands_on(on) {
                found.insert(i);
                continue;
            }
            let next = self.successors.get(&i).into_iter().flatten().map(|(new, ..)| *new);
            open.extend(next.filter(|new| seen.insert(*new)));
        }
        found.into_iter().map(|i| &self.units[i]).collect()
    }

    /// What the unit that had this code on that day went into directly. The one that took most of it comes first.
    #[must_use]
    pub fn successors(&self, code: &str, on: Date) -> Vec<(&Unit, Succession)> {
        let candidates = code.parse::<UnitCode>().ok().and_then(|code| self.by_code.get(&code));
        let Some(index) = candidates.into_iter().flatten().find(|i| self.units[**i].stands_on(on)) else {
            return Vec::new();
        };
        let mut edges: Vec<_> = self.successors.get(index).into_iter().flatten().collect();
        edges.sort_by_key(|(_, _, most)| !most);
        edges.into_iter().map(|(new, kind, _)| (&self.units[*new], *kind)).collect()
    }

    /// The communes of a province on a day, by code.
    #[must_use]
    pub fn communes(&self, province: &str, on: Date) -> Vec<&Unit> {
        let known = province.parse::<UnitCode>().ok().and_then(|code| self.by_province.get(&code));
        let mut communes: Vec<_> =
            known.into_iter().flatten().map(|i| &self.units[*i]).filter(|unit| unit.stands_on(on)).collect();
        communes.sort_by(|a, b| a.code.cmp(&b.code));
        communes
    }

    /// The provinces on a day, by code.
    #[must_use]
    pub fn provinces(&self, on: Date) -> Vec<&Unit> {
        let mut provinces: Vec<_> = self.all_on(on).filter(|unit| unit.province.is_none()).collect();
        provinces.sort_by(|a, b| a.code.cmp(&b.code));
        provinces
    }

    /// Every unit of both tiers that stands on a day.
    pub fn all_on(&self, day: Date) -> impl Iterator<Item = &Unit> {
        self.units.iter().filter(move |unit| unit.stands_on(day))
    }

    /// Every unit that ever stood.
    #[must_use]
    pub fn all(&self) -> &[Unit] {
        &self.units
    }

    /// The prefix of numbers for births registered in a province on a day. For days before the first rule, the first.
    #[must_use]
    pub fn number_prefix(&self, province: &str, on: Date) -> Option<&NumberPrefix> {
        let of_province = || self.prefixes.iter().filter(|p| p.province.as_str() == province);
        let first = of_province().min_by_key(|p| p.from)?;
        let day = on.max(first.from);
        of_province().find(|p| p.from <= day && p.until.is_none_or(|until| day <= until))
    }

    /// Every prefix, with its days.
    #[must_use]
    pub fn number_prefixes(&self) -> &[NumberPrefix] {
        &self.prefixes
    }
}
