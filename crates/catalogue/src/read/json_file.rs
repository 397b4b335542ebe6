//! The JSON shape: a list of objects with the names of the columns as keys, or an object with that list under
//! `procedures`.

use super::{Cell, Cells};
use crate::Error;
use serde_json::Value;

/// Rows with their place in the list, from 1.
pub(crate) fn rows(text: &str) -> Result<Vec<(u64, Cells)>, Error> {
    let value: Value = serde_json::from_str(text).map_err(|error| Error::Unreadable(error.to_string()))?;
    let list = match value {
        Value::Array(list) => list,
        Value::Object(mut map) => match map.remove("procedures") {
            Some(Value::Array(list)) => list,
            _ => return Err(Error::Unreadable("no list of procedures".to_owned())),
        },
        _ => return Err(Error::Unreadable("no list of procedures".to_owned())),
    };
    Ok(list.into_iter().zip(1..).map(|(value, place)| (place, cells(value))).collect())
}

fn cells(value: Value) -> Cells {
    let Value::Object(map) = value else { return Cells::new() };
    map.into_iter().filter_map(|(key, value)| Some((key.to_lowercase(), cell(value)?))).collect()
}

fn cell(value: Value) -> Option<Cell> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(Cell::Text(text)),
        Value::Array(list) => Some(Cell::List(list.into_iter().filter_map(word).collect())),
        other => word(other).map(Cell::Text),
    }
}

fn word(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
