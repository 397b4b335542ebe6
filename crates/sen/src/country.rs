//! One country's pack, read by every context.

use anyhow::{Context, Result, bail};
use pack::codes::CodeSets;
use pack::{Pack, Report, units::Units};
use register::Registers;
use std::path::Path;
use std::sync::Arc;

/// The pack that the program brings along.
const EMBEDDED: &str = "vn";
/// How many faults are shown before a pack is refused.
const FAULTS_SHOWN_MAX: usize = 20;

/// What the law says, as each context understands it.
pub struct Country {
    /// The files.
    pub pack: Pack,
    /// Provinces and communes, each with its days.
    pub units: Arc<Units>,
    /// Code sets.
    pub codes: CodeSets,
    /// Registers.
    pub registers: Arc<Registers>,
    /// Bodies, services, agreements, procedures, forms, working time.
    pub setting: Arc<procedure::Setting>,
    /// The national catalogue: words, essential services, successions.
    pub rules: Arc<catalogue::Rules>,
    /// Indexes of the quality of service.
    pub indicators: indicator::Indicators,
    /// Where provinces stand on the map.
    pub tiles: indicator::Tiles,
    /// Who can be given tasks.
    pub parties: programme::Bodies,
    /// Who may have an account, where the pack says so.
    pub levels: Option<identity::enrolment::Levels>,
}

impl Country {
    /// Reads a pack from a folder, or the one inside the program. A pack with faults is refused whole.
    ///
    /// # Errors
    /// When the folder cannot be read, or with the first faults, each with file and line.
    pub fn open(folder: Option<&Path>) -> Result<Self> {
        let pack = match folder {
            Some(folder) => Pack::open(folder).with_context(|| format!("the pack {}", folder.display()))?,
            None => Pack::embedded(EMBEDDED)?,
        };
        let mut report = Report::new();
        let country = Self::read(pack, &mut report);
        if !report.is_clean() {
            let faults = report.problems();
            let shown: Vec<_> = faults.iter().take(FAULTS_SHOWN_MAX).map(ToString::to_string).collect();
            bail!("the pack has {} faults (`sen pack check` lists all):\n{}", faults.len(), shown.join("\n"));
        }
        Ok(country)
    }

    /// Reads what every context finds in the pack; all problems go to the report.
    #[must_use]
    pub fn read(pack: Pack, report: &mut Report) -> Self {
        let units = Arc::new(Units::read(&pack, report));
        let codes = CodeSets::read(&pack, report);
        let bodies = Arc::new(exchange::Catalogue::read(&pack, &units, report));
        let registers = Arc::new(Registers::read(&pack, &bodies, Arc::clone(&units), report));
        let setting = Arc::new(procedure::Setting {
            catalogue: procedure::Catalogue::read(&pack, &bodies, report),
            bodies,
            calendar: pack::calendar::read(&pack, report),
            units: Arc::clone(&units),
        });
        let rules = Arc::new(catalogue::Rules::read(&pack, report));
        let levels = identity::enrolment::Levels::read(&pack, report);
        let indicators = indicator::Indicators::read(&pack, report);
        let tiles = indicator::Tiles::read(&pack, report);
        let parties = programme::Bodies::read(&pack, &setting.bodies, &units, report);
        Self { pack, units, codes, registers, setting, rules, indicators, tiles, parties, levels }
    }
}
