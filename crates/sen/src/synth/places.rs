//! Where made-up people live: the real communes of the pack, weighted by what is known of the provinces.

use super::dice::{Dice, Weighted};
use super::names::{Names, PeopleIndex};
use pack::units::Units;
use pack::{Pack, Report};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use time::{Date, macros::date};

/// A ward (phường) has so many times the people of a rural commune. A guess.
const WARD_WEIGHT: u32 = 2;
/// The first day of the units after the merger, and of the numbers' new prefixes.
pub(super) const MERGER: Date = date!(2025 - 07 - 01);

#[derive(Deserialize)]
struct ProvinceRow {
    prefix: String,
    thousands: u32,
}

#[derive(Deserialize)]
struct PeopleRow {
    prefix: String,
    people: String,
    percent: u32,
}

/// A commune.
#[derive(Clone, Debug)]
pub(super) struct Commune {
    pub(super) code: String,
    pub(super) province: String,
    /// Such as `Phường Ba Đình, Thành phố Hà Nội`.
    pub(super) label: String,
    pub(super) ward: bool,
    /// Of the former provinces.
    pub(super) home: usize,
}

/// A former province: where births were registered before the merger.
#[derive(Debug)]
struct Home {
    prefix: String,
    /// The prefix for births registered there now.
    prefix_now: String,
    communes: Weighted<usize>,
    peoples: Option<Weighted<PeopleIndex>>,
    thousands: u32,
}

/// All communes.
#[derive(Debug)]
pub(super) struct Places {
    communes: Vec<Commune>,
    homes: Vec<Home>,
    by_code: HashMap<String, usize>,
    by_size: Weighted<usize>,
    /// Where people move to: the large count double.
    by_pull: Weighted<usize>,
}

impl Places {
    /// From the units that stand on `on`, and `synth/provinces.csv`, `synth/peoples.csv`. `None` when there is no
    /// commune or no weight, which is reported.
    pub(super) fn read(pack: &Pack, units: &Units, names: &Names, on: Date, report: &mut Report) -> Option<Self> {
        let table = pack.table("synth/provinces.csv", report);
        let weights = table.parse::<ProvinceRow>(report);
        let peoples_table = pack.table("synth/peoples.csv", report);
        let peoples = peoples_table.parse::<PeopleRow>(report);
        for row in &peoples {
            if names.people(&row.people).is_none() {
                peoples_table.add(row.line, "PAC0030", format!("no names for the people `{}`", row.people), report);
            }
        }

        let former = if on < MERGER { BTreeMap::new() } else { former_provinces(units) };
        let mut communes = Vec::new();
        let mut by_home: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for unit in units.all_on(on) {
            let Some(province) = &unit.province else { continue };
            let home = former.get(unit.code.as_str()).cloned().unwrap_or_else(|| province.to_string());
            by_home.entry(home).or_default().push(communes.len());
            let of = units.province(province.as_str(), on).map(|unit| unit.full_name()).unwrap_or_default();
            communes.push(Commune {
                label: format!("{}, {of}", unit.full_name()),
                code: unit.code.to_string(),
                province: province.to_string(),
                ward: unit.kind == "phường",
                home: 0,
            });
        }

        if communes.is_empty() {
            table.add(1, "PAC0030", format!("no commune of the pack stands on {on}"), report);
            return None;
        }

        let mut homes = Vec::new();
        for row in &weights {
            let indexes = row.prefix.get(1..).and_then(|code| by_home.get(code)).map(Vec::as_slice).unwrap_or_default();
            let weigh = |index: &usize| (*index, if communes[*index].ward { WARD_WEIGHT } else { 1 });
            let Some(inside) = Weighted::new(indexes.iter().map(weigh)) else {
                table.add(
                    row.line,
                    "PAC0030",
                    format!("no commune lies in the former province {}", row.prefix),
                    report,
                );
                continue;
            };
            let province = indexes.first().map(|index| communes[*index].province.clone()).unwrap_or_default();
            let now = units.number_prefix(&province, on.max(MERGER)).map(|prefix| prefix.prefix.clone());
            let here: Vec<_> = peoples.iter().filter(|people| people.prefix == row.prefix).collect();
            let others: u32 = here.iter().map(|people| people.percent).sum();
            let shares = here.iter().filter_map(|p| names.people(&p.people).map(|index| (index, p.percent)));
            for index in indexes {
                communes[*index].home = homes.len();
            }
            homes.push(Home {
                prefix: row.prefix.clone(),
                prefix_now: now.unwrap_or_else(|| row.prefix.clone()),
                communes: inside,
                peoples: Weighted::new(shares.chain([(0, 100_u32.saturating_sub(others))])),
                thousands: row.thousands,
            });
        }
        let by_size = Weighted::new(homes.iter().enumerate().map(|(index, home)| (index, home.thousands)))?;
        let pull = |home: &Home| if home.thousands > 2_500 { home.thousands * 2 } else { home.thousands / 3 };
        let by_pull = Weighted::new(homes.iter().enumerate().map(|(index, home)| (index, pull(home))))?;
        let by_code = communes.iter().enumerate().map(|(at, commune)| (commune.code.clone(), at)).collect();
        Some(Self { communes, homes, by_code, by_size, by_pull })
    }

    /// Somewhere, as people are spread.
    pub(super) fn anywhere(&self, dice: &mut Dice) -> usize {
        let home = *self.by_size.draw(dice);
        *self.homes[home].communes.draw(dice)
    }

    /// Where somebody from `commune` founds a household: mostly nearby, else where people move to.
    pub(super) fn moved_from(&self, dice: &mut Dice, commune: usize) -> usize {
        match dice.below(100) {
            0..55 => commune,
            55..80 => *self.homes[self.communes[commune].home].communes.draw(dice),
            _ => {
                let home = *self.by_pull.draw(dice);
                *self.homes[home].communes.draw(dice)
            }
        }
    }

    /// The people somebody from `commune` is likely to be of.
    pub(super) fn people(&self, dice: &mut Dice, commune: usize) -> PeopleIndex {
        let home = &self.homes[self.communes[commune].home];
        home.peoples.as_ref().map_or(0, |peoples| *peoples.draw(dice))
    }

    /// The first three digits of the number of somebody whose birth was registered in `commune` in those days.
    pub(super) fn prefix(&self, commune: usize, born: Date) -> &str {
        let home = &self.homes[self.communes[commune].home];
        if born < MERGER { &home.prefix } else { &home.prefix_now }
    }

    pub(super) fn get(&self, commune: usize) -> &Commune {
        &self.communes[commune]
    }

    /// What the commune with this code is called, with its province; the code itself for one that is not there.
    pub(super) fn find_label<'a>(&'a self, code: &'a str) -> &'a str {
        self.find(code).map_or(code, |at| &self.communes[at].label)
    }

    /// The commune with this code.
    pub(super) fn find(&self, code: &str) -> Option<usize> {
        self.by_code.get(code).copied()
    }
}

/// For each commune that stands after the merger: the province in which most of it lay before.
fn former_provinces(units: &Units) -> BTreeMap<String, String> {
    let before = MERGER.previous_day().unwrap_or(MERGER);
    let mut votes: BTreeMap<String, BTreeMap<String, u32>> = BTreeMap::new();
    for old in units.all_on(before) {
        let Some(province) = &old.province else { continue };
        for (new, _) in units.successors(old.code.as_str(), before) {
            *votes.entry(new.code.to_string()).or_default().entry(province.to_string()).or_default() += 1;
        }
    }
    let most = |votes: BTreeMap<String, u32>| votes.into_iter().max_by_key(|(_, count)| *count).map(|(code, _)| code);
    votes.into_iter().filter_map(|(commune, votes)| Some((commune, most(votes)?))).collect()
}
