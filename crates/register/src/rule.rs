//! Rules of the pack, and the codes of administrative units: what must hold of a record.

use crate::{
    Error,
    definition::{Level, Register, Registers, UnitField, values_at},
};
use kernel::{FieldProblem, PartialDate, PersonalNumber, Problem, Sex};
use pack::{Dated, Expr, Text};
use serde::Deserialize;
use serde_json::Value;
use time::Date;

/// Something that must hold. It rests on its dates, its legal basis and what the register knows.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// CEL; false means broken. Sees `record`, `today`, and in a service `input` and the declared facts.
    pub test: Expr,
    /// Stable code of the rule.
    pub code: String,
    /// JSON Pointer of the field that it speaks of, in the input.
    pub at: String,
    /// What to tell the person who broke it.
    pub message: Text,
}

/// Checks the rules in force on `event`; what is broken is added to `found`.
///
/// # Errors
/// `REG0010` when a rule cannot be evaluated: the register stays shut rather than guess.
pub(crate) fn check(
    rules: &[Dated<Rule>],
    event: Date,
    variables: &Value,
    found: &mut Vec<FieldProblem>,
) -> Result<(), Error> {
    for rule in rules.iter().filter(|rule| rule.covers(event)) {
        let holds = rule
            .item
            .test
            .test(variables)
            .map_err(|error| Error::Definition(format!("rule {}: {error}", rule.item.code)))?;
        if !holds {
            let mut problem = FieldProblem::new(rule.item.at.clone(), rule.item.code.clone());
            problem.legal_basis = rule.legal_basis.first().cloned();
            found.push(problem);
        }
    }
    Ok(())
}

/// Checks that personal numbers fit the sex and the year of birth beside them.
pub(crate) fn check_numbers(register: &Register, body: &Value, found: &mut Vec<FieldProblem>) {
    for field in &register.numbers {
        let text = |pointer: &Option<String>| pointer.as_ref().and_then(|at| body.pointer(at)?.as_str());
        let Some(number) = body.pointer(&field.pointer).and_then(Value::as_str) else { continue };
        let sex: Option<Sex> = field.sex.as_ref().and_then(|at| serde_json::from_value(body.pointer(at)?.clone()).ok());
        let birth: Option<PartialDate> = text(&field.birth).and_then(|text| text.parse().ok());
        let checked = number.parse::<PersonalNumber>().and_then(|number| number.check_against(sex, birth.as_ref()));
        if let Err(error) = checked {
            found.push(FieldProblem::new(field.pointer.clone(), Problem::from(error).code));
        }
    }
}

impl Registers {
    /// Checks the codes of units in a record: each must be a unit on the first day of validity. A code that ended
    /// names what came after it.
    pub(crate) fn check_units(&self, register: &Register, body: &Value, on: Date, found: &mut Vec<FieldProblem>) {
        for field in &register.units {
            let named = field.on.as_ref().and_then(|at| body.pointer(at)?.as_str()?.parse::<PartialDate>().ok());
            let on = named.map_or(on, |day| day.latest());
            for value in values_at(body, &field.pointer) {
                if let Some(problem) = value.as_str().and_then(|code| self.unit_problem(field, code, on)) {
                    found.push(problem);
                }
            }
        }
    }

    fn unit_problem(&self, field: &UnitField, code: &str, on: Date) -> Option<FieldProblem> {
        let unit = match field.level {
            Level::Province => self.units.check_province(code, on),
            Level::Commune => self.units.check_commune(code, on),
        };
        let mut problem = unit.err()?.at(&field.pointer);
        problem.legal_basis.clone_from(&field.legal_basis);
        Some(problem)
    }
}
