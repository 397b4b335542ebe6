//! Where a province stands on a map of tiles.

use pack::{Pack, Report};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Province → column and row, from the left and the top.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tiles(BTreeMap<String, (u8, u8)>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    tiles: BTreeMap<String, (u8, u8)>,
}

impl Tiles {
    /// Reads the folder `maps`. A pack without it has no map. Two provinces in one place go to the report.
    #[must_use]
    pub fn read(pack: &Pack, report: &mut Report) -> Self {
        let mut tiles = BTreeMap::new();
        for doc in pack.documents("maps") {
            let Some(file) = doc.parse::<File>(None, report) else { continue };
            for (code, place) in file.tiles {
                if tiles.values().any(|taken| *taken == place) {
                    report.add(doc, &format!("/tiles/{code}"), "IND0027", "another province has this place");
                }
                tiles.insert(code, place);
            }
        }
        Self(tiles)
    }

    /// The place of a province.
    #[must_use]
    pub fn of(&self, province: &str) -> Option<(u8, u8)> {
        self.0.get(province).copied()
    }

    /// Columns and rows.
    #[must_use]
    pub fn size(&self) -> (u8, u8) {
        self.0.values().fold((0, 0), |(w, h), (x, y)| (w.max(x + 1), h.max(y + 1)))
    }
}

#[cfg(test)]
mod tests {
    use super::Tiles;
    use pack::{Pack, Report};
    use std::path::PathBuf;

    #[test]
    fn every_province_of_today_has_a_place_of_its_own() {
        let mut report = Report::new();
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../packs/vn");
        let pack = Pack::open_with(&folder, &mut report).unwrap();
        let tiles = Tiles::read(&pack, &mut report);
        assert!(report.is_clean(), "{:?}", report.problems());
        let units = pack::units::Units::read(&pack, &mut report);
        let provinces = units.provinces(time::macros::date!(2026 - 03 - 31));
        assert_eq!(provinces.len(), 34);
        for province in provinces {
            assert!(tiles.of(province.code.as_str()).is_some(), "{}", province.code.as_str());
        }
    }
}
