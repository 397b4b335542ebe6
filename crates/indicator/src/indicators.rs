//! Everything the pack says about indexes, with versions by date. What is wrong is reported with file and line.

use crate::definition::{Definition, File, Level, Origin};
use crate::figures::{Figures, is_counted};
use crate::score::score;
use pack::{Dated, Document, Expr, Pack, Report, Versions};
use std::collections::{BTreeMap, BTreeSet};
use time::Date;

/// What formulas may name beside counters.
const OF_FORMULAS: [&str; 4] = ["n", "d", "points", "full_at"];
/// What rates and formulas may name beside counters.
const OF_PERIOD: [&str; 2] = ["months", "period"];
/// Decimals beyond this say nothing.
const DECIMALS_MAX: u32 = 9;
/// No index has so many points; beyond, formulas could run over.
const POINTS_MAX: i64 = 10_000;

/// Every index of the pack.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Indicators(BTreeMap<String, Versions<Definition>>);

impl Indicators {
    /// Reads the folder `indicators`. Everything wrong goes to the report.
    #[must_use]
    pub fn read(pack: &Pack, report: &mut Report) -> Self {
        let mut all = BTreeMap::new();
        for doc in pack.documents("indicators") {
            let Some(file) = doc.parse::<File>(None, report) else { continue };
            for (i, version) in file.versions.iter().enumerate() {
                check(doc, &format!("/versions/{i}"), version, report);
            }
            let versions = Versions::of(doc, "/versions", file.versions, report);
            if all.insert(file.indicator.clone(), versions).is_some() {
                report.add(doc, "/indicator", "IND0020", format!("`{}` is defined twice", file.indicator));
            }
        }
        Self(all)
    }

    /// The index of this name as in force on the day.
    #[must_use]
    pub fn on(&self, indicator: &str, day: Date) -> Option<&Dated<Definition>> {
        self.0.get(indicator)?.on(day)
    }

    /// Every index, by name.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Versions<Definition>)> {
        self.0.iter().map(|(name, versions)| (name.as_str(), versions))
    }
}

/// Checks a version against itself.
fn check(doc: &Document, at: &str, version: &Dated<Definition>, report: &mut Report) {
    let before = report.problems().len();
    check_sums(doc, at, &version.item, report);
    check_names(doc, at, &version.item, report);
    if !(0..=DECIMALS_MAX).contains(&version.item.rounding.decimals) {
        report.add(doc, &format!("{at}/rounding/decimals"), "IND0025", format!("at most {DECIMALS_MAX} decimals"));
    }
    if report.problems().len() == before {
        try_out(doc, at, &version.item, report);
    }
}

/// Components add up to their group, groups to their legal group and to the whole.
fn check_sums(doc: &Document, at: &str, definition: &Definition, report: &mut Report) {
    let mut compare = |pointer: String, said: i64, sum: i64, of: &str| {
        if said != sum {
            report.add(doc, &pointer, "IND0021", format!("says {said} points, {of} have {sum} together"));
        }
    };
    for (g, group) in definition.groups.iter().enumerate() {
        let sum = group.components.iter().map(|component| component.points).sum();
        compare(format!("{at}/groups/{g}/points"), group.points, sum, "its components");
    }
    for (g, legal) in definition.legal_groups.iter().enumerate() {
        let sum = definition.groups.iter().filter(|group| group.legal == legal.id).map(|group| group.points).sum();
        compare(format!("{at}/legal_groups/{g}/points"), legal.points, sum, "its groups");
    }
    let sum = definition.groups.iter().map(|group| group.points).sum();
    compare(format!("{at}/points"), definition.points, sum, "the groups");
}

/// Every name that is used exists, and none is given twice.
fn check_names(doc: &Document, at: &str, definition: &Definition, report: &mut Report) {
    for (name, counter) in &definition.counters {
        let pointer = format!("{at}/counters/{name}");
        let taken = OF_FORMULAS.iter().chain(&OF_PERIOD).any(|taken| taken == name);
        if taken || (counter.from == Origin::Given && is_counted_anywhere(name)) {
            report.add(doc, &pointer, "IND0023", format!("`{name}` has a meaning of its own"));
        } else if counter.from != Origin::Given && !is_counted(name, counter.from) {
            report.add(doc, &pointer, "IND0023", format!("the program counts no `{name}` from there"));
        }
    }
    for (name, formula) in &definition.formulas {
        let pointer = format!("{at}/formulas/{name}");
        check_variables(doc, &pointer, formula, definition, &[&OF_FORMULAS[..], &OF_PERIOD].concat(), report);
    }
    let mut seen = BTreeSet::new();
    for (g, group) in definition.groups.iter().enumerate() {
        let pointer = format!("{at}/groups/{g}");
        if !definition.legal_groups.iter().any(|legal| legal.id == group.legal) {
            report.add(
                doc,
                &format!("{pointer}/legal"),
                "IND0024",
                format!("there is no legal group `{}`", group.legal),
            );
        }
        for (c, component) in group.components.iter().enumerate() {
            let pointer = format!("{pointer}/components/{c}");
            if !seen.insert(component.id.clone()) {
                report.add(doc, &format!("{pointer}/id"), "IND0020", format!("`{}` stands twice", component.id));
            }
            for (name, expr) in [("numerator", &component.numerator), ("denominator", &component.denominator)] {
                check_variables(doc, &format!("{pointer}/{name}"), expr, definition, &OF_PERIOD, report);
            }
            check_component(doc, &pointer, component, definition, report);
        }
    }
}

fn check_component(
    doc: &Document,
    pointer: &str,
    component: &crate::definition::Component,
    definition: &Definition,
    report: &mut Report,
) {
    let mut missing = |key: &str, message: String| report.add(doc, &format!("{pointer}/{key}"), "IND0024", message);
    match &component.formula {
        Some(name) if !definition.formulas.contains_key(name) => {
            missing("formula", format!("there is no formula `{name}`"))
        }
        None if component.points > 0 => missing("points", "points without a formula".to_owned()),
        _ => {}
    }
    if let Some(other) = component
        .times
        .as_ref()
        .filter(|id| **id == component.id || definition.component(id).is_none_or(|other| other.times.is_some()))
    {
        missing("times", format!("`{other}` is no other component with a rate of its own"));
    }
    for name in component.behind.iter().flat_map(|behind| [&behind.of, &behind.has]) {
        let listed =
            definition.counters.get(name).is_some_and(|c| matches!(c.from, Origin::Dossiers | Origin::Petitions));
        if !listed {
            missing("behind", format!("`{name}` is no counter of dossiers or petitions"));
        }
    }
    if !(1..=100).contains(&component.full_at) {
        report.add(doc, &format!("{pointer}/full_at"), "IND0025", "percent from 1 to 100");
    }
    if !(0..=POINTS_MAX).contains(&component.points) {
        report.add(doc, &format!("{pointer}/points"), "IND0025", format!("points from 0 to {POINTS_MAX}"));
    }
    if component.when_none < 0 || component.when_none > component.points {
        report.add(
            doc,
            &format!("{pointer}/when_none"),
            "IND0025",
            "more points than the component has, or less than none",
        );
    }
}

fn is_counted_anywhere(name: &str) -> bool {
    [Origin::Dossiers, Origin::Procedures, Origin::Petitions].iter().any(|from| is_counted(name, *from))
}

fn check_variables(
    doc: &Document,
    pointer: &str,
    expr: &Expr,
    definition: &Definition,
    also: &[&str],
    report: &mut Report,
) {
    let unknown =
        expr.variables().iter().find(|name| !definition.counters.contains_key(*name) && !also.contains(&name.as_str()));
    if let Some(name) = unknown {
        report.add(doc, pointer, "IND0022", format!("no counter `{name}` is declared"));
    }
}

/// Formulas must come to a result whatever is counted: nothing, one of everything, and more than the country has.
fn try_out(doc: &Document, at: &str, definition: &Definition, report: &mut Report) {
    for count in [0, 1, 40_000_000] {
        let mut figures = Figures::new();
        for name in definition.counters.keys() {
            figures.add(name, count);
        }
        for period in ["2024-02", "2024-Q1", "2024"] {
            let Ok(period) = period.parse() else { continue };
            for level in [Level::Country, Level::Ministry, Level::Province, Level::Office, Level::Commune] {
                if let Err(crate::Error::Formula { component, message }) = score(definition, &figures, level, period) {
                    let place = definition.groups.iter().enumerate().find_map(|(g, group)| {
                        let c = group.components.iter().position(|c| c.id == component)?;
                        Some(format!("{at}/groups/{g}/components/{c}"))
                    });
                    let message = format!("with every count {count}: {message}");
                    report.add(doc, &place.unwrap_or_else(|| at.to_owned()), "IND0026", message);
                    return;
                }
            }
        }
    }
}
