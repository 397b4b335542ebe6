//! New numbers by a pattern of the pack.

use super::{Work, operation::Generate};
use crate::{Error, definition::text_of};
use serde_json::Value;
use std::collections::BTreeMap;

/// The longest number that a pattern may make, in characters.
const NUMBER_LENGTH_MAX: usize = 64;
/// The most random digits in one place.
const RANDOM_DIGITS_MAX: u32 = 18;

/// The next number. Random digits differ at each call; the key of the field says whether the number was free. Fields
/// of one record that count in the same series (registration number and page) get the same number.
pub(crate) async fn number(
    work: &Work<'_>,
    generate: &Generate,
    record: &Value,
    counted_before: &mut BTreeMap<String, i64>,
) -> Result<String, Error> {
    let mut counted = None;
    if let Some(series) = &generate.series {
        let name = fill(work, series, record, None)?;
        let number = match counted_before.get(&name) {
            Some(number) => *number,
            None => work.series.next(work.ctx, &name, generate.block).await?,
        };
        counted_before.insert(name, number);
        counted = Some(number);
    }
    fill(work, &generate.format, record, counted)
}

/// Fills the braces of a pattern.
fn fill(work: &Work<'_>, pattern: &str, record: &Value, counted: Option<i64>) -> Result<String, Error> {
    let mut made = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        made.push_str(before);
        let unfinished = || Error::Definition(format!("a brace without its end in {pattern}"));
        let (name, tail) = after.split_once('}').ok_or_else(unfinished)?;
        made.push_str(&part(work, name, record, counted)?);
        rest = tail;
    }
    made.push_str(rest);
    if made.chars().count() > NUMBER_LENGTH_MAX {
        return Err(Error::Definition(format!("{pattern} makes numbers that are too long")));
    }
    Ok(made)
}

fn part(work: &Work<'_>, name: &str, record: &Value, counted: Option<i64>) -> Result<String, Error> {
    let (word, width) = name.split_once(':').unwrap_or((name, ""));
    let width: u32 = width.parse().unwrap_or(0);
    match word {
        "n" => {
            let number = counted.ok_or_else(|| Error::Definition("{n} without a series".to_owned()))?;
            Ok(format!("{number:0width$}", width = width as usize))
        }
        "random" => {
            let digits = width.clamp(1, RANDOM_DIGITS_MAX);
            let drawn = work.ctx.random.below(10_u64.pow(digits));
            Ok(format!("{drawn:0width$}", width = digits as usize))
        }
        "year" => Ok(work.ctx.today().year().to_string()),
        "yy" => Ok(format!("{:02}", work.ctx.today().year() % 100)),
        field => record
            .get(field)
            .and_then(text_of)
            .ok_or_else(|| Error::Definition(format!("a number needs the field {field}, which the record lacks"))),
    }
}
