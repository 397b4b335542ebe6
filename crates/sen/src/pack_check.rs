//! `sen pack check DIR`: reads every kind of definition of a pack, checks them against each other, runs the pack's
//! cases, and says everything that is wrong at once, with file and line.

mod across;
mod cases;
mod scope;
mod template;

use pack::{Finding, Pack, Report, calendar, codes::CodeSets, units::Units};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

/// The folders that some reader knows.
const FOLDERS: &[&str] = &[
    "accounts",
    "agreements",
    "bodies",
    "calendar",
    "cases",
    "catalogue",
    "codes",
    "forms",
    "groups",
    "indicators",
    "maps",
    "names",
    "procedures",
    "programme",
    "registers",
    "services",
    "synth",
    "telecom",
    "units",
];

/// A pack as all contexts read it.
pub struct Whole {
    /// The files.
    pub pack: Pack,
    /// Provinces and communes.
    pub units: Arc<Units>,
    /// Working time.
    pub calendar: kernel::calendar::Calendar,
    /// Code sets.
    pub codes: CodeSets,
    /// Bodies, services, agreements.
    pub bodies: Arc<exchange::Catalogue>,
    /// Registers.
    pub registers: register::Registers,
    /// Procedures, groups, forms.
    pub procedures: procedure::Catalogue,
    /// Indexes of the quality of service.
    pub indicators: indicator::Indicators,
    /// The national catalogue: words, essential services, successions.
    pub rules: catalogue::Rules,
}

/// Reads a pack with every context's reader and checks it across them.
///
/// # Errors
/// When the folder cannot be read.
pub fn check(dir: &Path) -> Result<(Whole, Report), pack::Error> {
    let mut report = Report::new();
    let pack = Pack::open_with(dir, &mut report)?;
    for folder in pack.folders().into_iter().filter(|folder| !FOLDERS.contains(folder)) {
        let first = pack.documents(folder).first().map(|doc| doc.path.clone());
        let first = first.or_else(|| pack.tables().find(|path| path.starts_with(folder)).map(str::to_owned));
        let message = format!("no reader knows the folder `{folder}`");
        report.add_line(&first.unwrap_or_else(|| folder.to_owned()), 1, "PAC0036", message);
    }
    let units = Arc::new(Units::read(&pack, &mut report));
    let calendar = calendar::read(&pack, &mut report);
    let codes = CodeSets::read(&pack, &mut report);
    let bodies = Arc::new(exchange::Catalogue::read(&pack, &units, &mut report));
    let registers = register::Registers::read(&pack, &bodies, Arc::clone(&units), &mut report);
    let operations = register::definitions(&pack, &registers, &mut report);
    let procedures = procedure::Catalogue::read(&pack, &bodies, &mut report);
    let indicators = indicator::Indicators::read(&pack, &mut report);
    let _ = indicator::Tiles::read(&pack, &mut report);
    let rules = catalogue::Rules::read(&pack, &mut report);
    // Who can be given a task; its findings are in the report.
    let _ = programme::Bodies::read(&pack, &bodies, &units, &mut report);
    if pack.folders().contains(&"synth") {
        // What the synthetic population is made from; its findings are in the report.
        let _ = crate::synth::World::read(&pack, &units, crate::synth::AS_OF, &mut report);
    }
    let whole = Whole { pack, units, calendar, codes, bodies, registers, procedures, indicators, rules };
    across::check(&whole, &operations, &mut report);
    cases::run(&whole, &mut report);
    Ok((whole, report))
}

/// The command: prints one line for each finding, and fails when there is any.
///
/// # Errors
/// When the folder cannot be read.
#[expect(clippy::print_stdout, reason = "the findings are what the command is for")]
pub fn run(dir: &Path, json: bool) -> anyhow::Result<ExitCode> {
    let (whole, report) = check(dir)?;
    let findings = report.problems();
    if json {
        println!("{}", serde_json::to_string_pretty(&Summary { pack: whole.pack.name(), findings: &findings })?);
    } else {
        for finding in &findings {
            println!("{}/{finding}", dir.display());
        }
        let verdict = match findings.len() {
            0 => "no faults".to_owned(),
            1 => "1 fault".to_owned(),
            n => format!("{n} faults"),
        };
        println!("{}: {verdict} ({})", whole.pack.name(), whole.counts());
    }
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[derive(serde::Serialize)]
struct Summary<'a> {
    pack: &'a str,
    findings: &'a [Finding],
}

impl Whole {
    fn counts(&self) -> String {
        let documents = |folder| self.pack.documents(folder).len();
        format!(
            "{} units, {} services, {} agreements, {} registers, {} procedures, {} groups, {} cases",
            self.units.all().len(),
            self.bodies.services().count(),
            self.bodies.agreements().len(),
            self.registers.all().count(),
            documents("procedures"),
            documents("groups"),
            documents("cases"),
        )
    }
}
