//! `sen indicator`: what a body that is scored needs to check its score.

use crate::country::Country;
use crate::index_procedures::{at_bodies, has_fee, of_group};
use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use indicator::Level;
use indicator::evidence::{Recomputed, recompute};
use indicator::live::{Bodies, COUNTRY};
use indicator::stored::{Desk, Nature, Natures, Settings};
use kernel::BodyId;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use store::Db;
use time::Date;

/// The index that is shown.
const INDEX: &str = "766";
/// Whom it scores beside ministries and people's committees: bodies of ministerial rank and the social insurance
/// (QĐ 766/QĐ-TTg, Điều 2).
const OF_RANK: [&str; 4] = ["state-bank", "government-inspectorate", "government-office", "social-insurance-agency"];
/// Services of the register of the population begin so.
const POPULATION: &str = "population.";
/// How ministries are called in data.
const MINISTRY: &str = "ministry-";

/// The live index of a program: committees by their units, then the ministries and agencies of the pack with their offices. `snapshot` is the file
/// from which the next start goes on.
///
/// # Errors
/// When there are more bodies than the store has numbers for.
pub fn desk(country: &Country, db: &Db, today: Date, snapshot: Option<PathBuf>) -> Result<Desk> {
    let mut bodies = Bodies::of_units(&country.units, today).map_err(|error| anyhow::anyhow!(error))?;
    let all = BodyId::from(COUNTRY);
    for body in country.setting.bodies.national(today) {
        if body.id.as_str().starts_with(MINISTRY) || OF_RANK.contains(&body.id.as_str()) {
            bodies.add(&body.id, Level::Ministry, &all).map_err(|error| anyhow::anyhow!(error))?;
        }
    }
    add_offices(country, &mut bodies, today)?;
    let procedures = at_bodies(&country.setting, &bodies, today).into();
    let settings = Settings {
        indicators: country.indicators.clone(),
        indicator: INDEX.to_owned(),
        calendar: Arc::new(country.setting.calendar.clone()),
        bodies,
        tiles: country.tiles.clone(),
        natures: natures(Arc::clone(&country.setting)),
        procedures,
        snapshot,
    };
    Ok(Desk::new(db.clone(), settings))
}

/// The offices of ministries and agencies (QĐ 766/QĐ-TTg, Điều 2): the bodies that carry out a procedure of the pack, and those
/// between them and a body that is scored.
fn add_offices(country: &Country, bodies: &mut Bodies, today: Date) -> Result<()> {
    let (setting, catalogue) = (&country.setting, &country.setting.bodies);
    let procedures = setting.catalogue.procedures_on(today);
    let mut kinds: BTreeSet<String> = procedures.flat_map(|dated| dated.item.carried_out_by.iter().cloned()).collect();
    loop {
        let under = kinds.iter().filter_map(|kind| catalogue.kind(kind)?.under.clone());
        let more: Vec<String> = under.filter(|kind| !kinds.contains(kind)).collect();
        if more.is_empty() {
            break;
        }
        kinds.extend(more);
    }
    let offices: Vec<_> =
        catalogue.bodies(today).filter(|body| kinds.contains(&body.kind)).map(|body| body.id).collect();
    // Each round adds those right below what is there.
    let mut before = 0;
    while bodies.all().len() != before {
        before = bodies.all().len();
        for office in &offices {
            if let Some(above) = catalogue.above(office, today).filter(|above| bodies.number(above).is_ok()) {
                bodies.add(office, Level::Office, &above).map_err(|error| anyhow::anyhow!(error))?;
            }
        }
    }
    Ok(())
}

/// What the procedures of the main job are, by the pack's own description of them.
fn natures(setting: Arc<procedure::Setting>) -> Natures {
    Natures::new(move |code, on| {
        let catalogue = &setting.catalogue;
        let mut nature = Nature::default();
        for procedure in of_group(catalogue, &catalogue.group(code, on)?.item, on) {
            nature.paper_result |= procedure.results.iter().any(|result| !result.on_refusal);
            nature.fee_bearing |= has_fee(procedure);
            // The first case is the usual one.
            for component in procedure.cases.first().iter().flat_map(|case| &case.components) {
                match &component.replaced_by {
                    Some(service) => {
                        nature.reused += 1;
                        nature.citizen_data |= service.starts_with(POPULATION);
                    }
                    None => nature.files += 1,
                }
            }
        }
        Some(nature)
    })
}

/// Looks after the index of the quality of service
#[derive(Debug, Subcommand)]
pub enum IndicatorCommand {
    /// Computes a score again from its evidence, and says whether it is the same to the last digit
    Recompute(RecomputeArgs),
}

/// Which evidence.
#[derive(Debug, Args)]
pub struct RecomputeArgs {
    /// The evidence file
    evidence: PathBuf,
    /// The pack whose formulas count; the program's own where none is named
    #[arg(long)]
    pack: Option<PathBuf>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// When a file cannot be read, or the evidence or the pack is not usable.
pub fn run(command: &IndicatorCommand) -> Result<ExitCode> {
    match command {
        IndicatorCommand::Recompute(args) => run_recompute(args),
    }
}

#[expect(clippy::print_stdout, reason = "the result is what the command is for")]
fn run_recompute(args: &RecomputeArgs) -> Result<ExitCode> {
    let country = Country::open(args.pack.as_deref())?;
    let mut report = pack::Report::new();
    let indicators = indicator::Indicators::read(&country.pack, &mut report);
    let file = File::open(&args.evidence).with_context(|| format!("open {}", args.evidence.display()))?;
    let result = recompute(BufReader::new(file), &indicators, &country.setting.calendar);
    let result = result.map_err(|error| anyhow::anyhow!("{}: {error}", error.code()))?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&result)?);
    } else {
        println!("{}", table(&result));
    }
    // A score that does not come out again is a failure of whoever showed it, and of the command.
    Ok(if result.same { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// One line for each component, then the total and the verdict.
fn table(result: &Recomputed) -> String {
    let head = &result.head;
    let [dossiers, petitions, procedures, given] = result.facts;
    let mut lines = vec![
        format!(
            "{} {} as of {} (index {} from {})",
            head.body, head.period, head.now, head.indicator, head.version_from
        ),
        format!("{dossiers} dossiers, {petitions} petitions, {procedures} procedures, {given} reported figures"),
    ];
    for component in &result.score.components {
        let shown = result.shown.component(&component.id);
        let differs = if shown == Some(component) { "" } else { "  <- shown otherwise" };
        lines.push(format!(
            "{:>4}  {:>10} / {:<10} {:>7} %  {:>6} of {}{differs}",
            component.id,
            component.numerator,
            component.denominator,
            component.rate.as_deref().unwrap_or("-"),
            component.points.as_deref().unwrap_or("-"),
            component.of,
        ));
    }
    lines.push(format!("total {} of {}; shown {}", result.score.total, result.score.of, result.shown.total));
    lines.push(if result.same { "the same" } else { "NOT the same" }.to_owned());
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn a_ministrys_offices_stand_below_it_in_their_order() {
        let (country, on) = (Country::open(None).unwrap(), date!(2026 - 11 - 23));
        let mut bodies = Bodies::of_units(&country.units, on).unwrap();
        for body in ["ministry-public-security", "social-insurance-agency", "ministry-health"] {
            bodies.add(&BodyId::from(body), Level::Ministry, &BodyId::from(COUNTRY)).unwrap();
        }
        let before = bodies.all().len();
        add_offices(&country, &mut bodies, on).unwrap();
        let above = |body: &str| {
            let body = bodies.get(bodies.number(&body.into()).ok()?)?;
            Some((body.level, bodies.get(body.above?)?.id.to_string()))
        };
        for (office, over) in [
            ("commune-police/00004", "province-police/01"),
            ("province-police/01", "ministry-public-security"),
            ("social-insurance/79", "social-insurance-agency"),
        ] {
            assert_eq!(above(office), Some((Level::Office, over.to_owned())), "{office}");
        }
        assert_eq!(above("commune-committee/00004"), Some((Level::Commune, "province-committee/01".to_owned())));
        assert_eq!(above("hospital/01D01"), None, "it carries out no procedure");
        let provinces = country.units.provinces(on).len();
        let communes = country.units.all_on(on).count() - provinces;
        assert_eq!(
            bodies.all().len() - before,
            communes + 2 * provinces,
            "police of communes and provinces, insurance"
        );
    }
}
