//! Districts with numbered wards. Districts ended on 1 July 2025 and are in no table of the pack, but `Phường 5` alone
//! stood in eight of them in one city; the codes of a district's wards lie together.

use super::Places;
use std::ops::RangeInclusive;

/// The district as people write it, folded and without spaces; its province's code; its wards' codes.
const DISTRICTS: [(&str, &str, RangeInclusive<u32>); 29] = [
    ("govap", "79", 26_869..=26_902),
    ("binhthanh", "79", 26_905..=26_962),
    ("tanbinh", "79", 26_965..=27_007),
    ("phunhuan", "79", 27_043..=27_085),
    ("3", "79", 27_121..=27_160),
    ("10", "79", 27_163..=27_205),
    ("11", "79", 27_208..=27_253),
    ("4", "79", 27_256..=27_298),
    ("5", "79", 27_301..=27_343),
    ("6", "79", 27_346..=27_385),
    ("8", "79", 27_388..=27_433),
    ("dongha", "45", 19_330..=19_356),
    ("quangtri", "45", 19_357..=19_366),
    ("dalat", "68", 24_769..=24_814),
    ("baoloc", "68", 24_815..=24_846),
    ("tanan", "80", 27_685..=27_720),
    ("kientuong", "80", 27_787..=27_815),
    ("mytho", "82", 28_249..=28_296),
    ("gocong", "82", 28_297..=28_320),
    ("cailay", "82", 28_435..=28_445),
    ("travinh", "84", 29_236..=29_265),
    ("duyenhai", "84", 29_512..=29_520),
    ("caolanh", "87", 29_863..=29_898),
    ("sadec", "87", 29_899..=29_925),
    ("soctrang", "94", 31_498..=31_527),
    ("nganam", "94", 31_732..=31_760),
    ("vinhchau", "94", 31_783..=31_805),
    ("baclieu", "95", 31_813..=31_840),
    ("giarai", "95", 31_942..=31_965),
];

impl Places {
    /// Those of the wards that lay in one of the districts named; all of them where none of them did.
    pub(super) fn in_districts(&self, units: Vec<u32>, named: &[String]) -> Vec<u32> {
        if units.len() < 2 || named.is_empty() {
            return units;
        }
        let lies = |at: &u32| {
            let unit = &self.units[*at as usize];
            let code = unit.code.parse().unwrap_or(0);
            let provinces = || unit.provinces.iter().filter_map(|at| self.units.get(*at as usize));
            DISTRICTS.iter().any(|(district, province, codes)| {
                codes.contains(&code)
                    && named.iter().any(|name| name == district)
                    && provinces().any(|unit| unit.code == *province)
            })
        };
        let kept: Vec<_> = units.iter().copied().filter(lies).collect();
        // A single ward has a set of its own; of several the caller's set is as good.
        if kept.len() == 1 { kept } else { units }
    }
}

#[cfg(test)]
pub(super) fn districts() -> &'static [(&'static str, &'static str, RangeInclusive<u32>)] {
    &DISTRICTS
}
