//! From counts to points, exactly.

use crate::Error;
use crate::definition::{Component, Definition, Level, Sums, given_by_period};
use crate::figures::Figures;
use crate::period::Period;
use crate::ratio::Ratio;
use pack::Expr;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The score of one body in one period. Points and rates are texts: a figure is read out, never computed with again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Score {
    /// All groups together.
    pub total: String,
    /// Points that could be had: components that this level of body does not have are left out.
    pub of: i64,
    /// The groups that are shown.
    pub groups: Vec<GroupScore>,
    /// The groups of the decision's text.
    pub legal_groups: Vec<GroupScore>,
    /// Every component of this level.
    pub components: Vec<ComponentScore>,
}

/// The points of a group.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GroupScore {
    /// Its name in data.
    pub id: String,
    /// Points.
    pub points: String,
    /// Points that could be had.
    pub of: i64,
}

/// The points of a component.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ComponentScore {
    /// Its number.
    pub id: String,
    /// The group it is shown in.
    pub group: String,
    /// Upper part of its own rate.
    pub numerator: i64,
    /// Lower part.
    pub denominator: i64,
    /// The rate in percent, multiplied where the component says so. None: the lower part is zero.
    pub rate: Option<String>,
    /// Points. None: it is shown, not scored.
    pub points: Option<String>,
    /// The same before it was rounded, as a fraction.
    pub exact: Option<String>,
    /// The most points.
    pub of: i64,
}

impl Score {
    /// The component of this number.
    #[must_use]
    pub fn component(&self, id: &str) -> Option<&ComponentScore> {
        self.components.iter().find(|component| component.id == id)
    }
}

/// A rate, kept apart as the formulas want it.
struct Rate {
    numerator: i64,
    denominator: i64,
    value: Option<Ratio>,
}

/// Scores a body of this level.
///
/// # Errors
/// `Formula` where a formula of the pack comes to no result on these counts.
pub fn score(definition: &Definition, figures: &Figures, level: Level, period: Period) -> Result<Score, Error> {
    let mut vars = Value::Object(variables(definition, figures, period));
    let decimals = definition.rounding.decimals;
    let mut sums: BTreeMap<&str, (Ratio, i64)> = BTreeMap::new();
    let mut legal: BTreeMap<&str, (Ratio, i64)> = BTreeMap::new();
    let mut all = (Ratio::whole(0), 0);
    let mut components = Vec::new();
    for (group, component) in definition.components().filter(|(_, component)| component.is_for(level)) {
        let rate = rate(definition, component, &vars)?;
        let exact = points(definition, component, &rate, &mut vars)?;
        if let Some(exact) = &exact {
            let counted = match definition.rounding.sums {
                Sums::Rounded => exact.rounded(decimals),
                Sums::Exact => exact.clone(),
            };
            for sum in [
                sums.entry(&group.id).or_insert_with(|| (Ratio::whole(0), 0)),
                legal.entry(&group.legal).or_insert_with(|| (Ratio::whole(0), 0)),
                &mut all,
            ] {
                *sum = (sum.0.plus(&counted).reduced(), sum.1 + component.points);
            }
        }
        components.push(ComponentScore {
            id: component.id.clone(),
            group: group.id.clone(),
            numerator: rate.numerator,
            denominator: rate.denominator,
            rate: rate.value.map(|value| value.times(&Ratio::whole(100)).text(decimals)),
            points: exact.as_ref().map(|exact| exact.text(decimals)),
            exact: exact.map(|exact| exact.reduced().to_string()),
            of: component.points,
        });
    }
    let listed = |sums: &BTreeMap<&str, (Ratio, i64)>, id: &String| {
        let (points, of) = sums.get(id.as_str()).map_or((Ratio::whole(0), 0), Clone::clone);
        GroupScore { id: id.clone(), points: points.text(decimals), of }
    };
    Ok(Score {
        total: all.0.text(decimals),
        of: all.1,
        groups: definition.groups.iter().map(|group| listed(&sums, &group.id)).collect(),
        legal_groups: definition.legal_groups.iter().map(|group| listed(&legal, &group.id)).collect(),
        components,
    })
}

/// What formulas may name: every declared counter, and what the period is.
fn variables(definition: &Definition, figures: &Figures, period: Period) -> Map<String, Value> {
    let counters = definition.counters.keys().map(|name| (name.clone(), Value::from(figures.get(name))));
    counters.chain(given_by_period(period).map(|(name, value)| (name.to_owned(), value))).collect()
}

fn rate(definition: &Definition, component: &Component, vars: &Value) -> Result<Rate, Error> {
    let numerator = whole(component, &component.numerator, vars)?;
    let denominator = whole(component, &component.denominator, vars)?;
    let mut value = Ratio::new(numerator, denominator);
    if let Some(other) = component.times.as_ref().and_then(|id| definition.component(id)) {
        let upper = whole(other, &other.numerator, vars)?;
        let lower = whole(other, &other.denominator, vars)?;
        // Without anything below, the other rate is 0: nothing is known to have arrived.
        let factor = Ratio::new(upper, lower).unwrap_or_else(|| Ratio::whole(0));
        value = value.map(|value| value.times(&factor));
    }
    Ok(Rate { numerator, denominator, value })
}

fn points(
    definition: &Definition,
    component: &Component,
    rate: &Rate,
    vars: &mut Value,
) -> Result<Option<Ratio>, Error> {
    let Some(formula) = component.formula.as_ref().and_then(|name| definition.formulas.get(name)) else {
        return Ok(None);
    };
    let fault = |message: String| Error::Formula { component: component.id.clone(), message };
    let Some(value) = &rate.value else { return Ok(Some(Ratio::whole(component.when_none))) };
    let (n, d) = value.parts().ok_or_else(|| fault("the rate is too long for a formula".to_owned()))?;
    for (name, number) in [("n", n), ("d", d), ("points", component.points), ("full_at", component.full_at)] {
        vars[name] = number.into();
    }
    let result = formula.eval(vars).map_err(|error| fault(error.to_string()))?;
    let exact = match result.as_array().map(Vec::as_slice) {
        Some([upper, lower]) => upper.as_i64().zip(lower.as_i64()).and_then(|(upper, lower)| Ratio::new(upper, lower)),
        _ => result.as_i64().map(Ratio::whole),
    };
    let exact = exact.ok_or_else(|| fault("a formula gives [upper, lower], whole numbers".to_owned()))?;
    Ok(Some(exact.at_most(Ratio::whole(component.cap.unwrap_or(component.points)))))
}

fn whole(component: &Component, expr: &Expr, vars: &Value) -> Result<i64, Error> {
    let fault = |message: String| Error::Formula { component: component.id.clone(), message };
    let result = expr.eval(vars).map_err(|error| fault(error.to_string()))?;
    result.as_i64().ok_or_else(|| fault("a rate is made of whole numbers".to_owned()))
}
