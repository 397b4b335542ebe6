//! What a line says of a village.

use super::ROWS_MAX;
use crate::Error;
use crate::lines::{FAULTS_MAX, Fault, File, Line, Wrong};
use kernel::text::fold;
use pack::units::Units;
use std::collections::HashMap;
use time::{Date, Month};

/// Columns that a file needs.
const NEEDED: [&str; 6] = ["commune", "village", "as_of", "fibre", "signal", "power"];
/// Most characters of a village's name and of a source.
const NAME_MAX: usize = 255;

#[derive(Clone, PartialEq, Debug)]
pub(super) struct Row {
    pub(super) commune: String,
    pub(super) village: String,
    pub(super) as_of: Date,
    pub(super) fibre: Option<bool>,
    pub(super) signal: Option<bool>,
    pub(super) power: Option<bool>,
    pub(super) place: Option<(f64, f64)>,
    pub(super) source: String,
}

/// The lines that can be taken.
pub(super) struct Read {
    pub(super) rows: Vec<Row>,
    /// Lines that say again what an earlier one says.
    pub(super) again: usize,
    /// Lines that were refused, also those beyond [`FAULTS_MAX`].
    pub(super) refused: usize,
    pub(super) faults: Vec<Fault>,
}

/// Reads a file; only lines of `province`, where one is given.
pub(super) fn read(csv: &[u8], units: &Units, province: Option<&str>) -> Result<Read, Error> {
    let mut file = File::open(csv, &NEEDED)?;
    let mut read = Read { rows: Vec::new(), again: 0, refused: 0, faults: Vec::new() };
    let mut seen: HashMap<(String, String, Date), usize> = HashMap::new();
    while let Some(line) = file.next()? {
        if read.rows.len() + read.again + read.refused >= ROWS_MAX {
            return Err(Error::TooLarge(ROWS_MAX));
        }
        let wrong = match row(&line, units, province) {
            Ok(row) => match seen.get(&(row.commune.clone(), row.village.clone(), row.as_of)) {
                Some(earlier) if read.rows.get(*earlier) == Some(&row) => {
                    read.again += 1;
                    continue;
                }
                // Nobody can tell which of the two is right: the first stands.
                Some(_) => ("village", "repeated"),
                None => {
                    seen.insert((row.commune.clone(), row.village.clone(), row.as_of), read.rows.len());
                    read.rows.push(row);
                    continue;
                }
            },
            Err(wrong) => wrong,
        };
        read.refused += 1;
        if read.faults.len() < FAULTS_MAX {
            read.faults.push(line.fault(wrong));
        }
    }
    Ok(read)
}

fn row(line: &Line<'_>, units: &Units, province: Option<&str>) -> Result<Row, Wrong> {
    let as_of = day(line.cell("as_of")).ok_or(("as_of", "unreadable"))?;
    let commune = line.cell("commune");
    let unit = units.commune(commune, as_of).ok_or(("commune", "unknown"))?;
    if province.is_some_and(|own| unit.province.as_ref().is_none_or(|code| code.as_str() != own)) {
        return Err(("commune", "foreign"));
    }
    let village = line.cell("village");
    if village.is_empty() || village.chars().count() > NAME_MAX {
        return Err(("village", "unreadable"));
    }
    let source = line.cell("source");
    if source.chars().count() > NAME_MAX {
        return Err(("source", "unreadable"));
    }
    if [village, source].iter().any(|text| text.contains('\0')) {
        return Err(("village", "unreadable"));
    }
    Ok(Row {
        commune: commune.to_owned(),
        village: village.to_owned(),
        as_of,
        fibre: yes(line, "fibre")?,
        signal: yes(line, "signal")?,
        power: yes(line, "power")?,
        place: place(line)?,
        source: source.to_owned(),
    })
}

fn yes(line: &Line<'_>, column: &'static str) -> Result<Option<bool>, Wrong> {
    match fold(line.cell(column)).as_str() {
        "" | "?" => Ok(None),
        "yes" | "co" | "1" | "true" | "x" => Ok(Some(true)),
        "no" | "khong" | "0" | "false" => Ok(Some(false)),
        _ => Err((column, "unreadable")),
    }
}

/// Latitude and longitude, both or none.
fn place(line: &Line<'_>) -> Result<Option<(f64, f64)>, Wrong> {
    let degrees = |column: &'static str, max: f64| match line.cell(column) {
        "" => Ok(None),
        text => {
            let read = text.parse::<f64>().ok().filter(|degrees| degrees.abs() <= max);
            read.map(Some).ok_or((column, "unreadable"))
        }
    };
    match (degrees("latitude", 90.0)?, degrees("longitude", 180.0)?) {
        (Some(latitude), Some(longitude)) => Ok(Some((latitude, longitude))),
        (None, None) => Ok(None),
        (None, Some(_)) => Err(("latitude", "unreadable")),
        (Some(_), None) => Err(("longitude", "unreadable")),
    }
}

/// `2024-06-30` or `30/06/2024`.
fn day(text: &str) -> Option<Date> {
    kernel::iso_date::parse(text).ok().or_else(|| {
        let mut parts = text.split('/').map(|part| part.parse::<u16>().ok());
        let (day, month, year) = (parts.next()??, parts.next()??, parts.next()??);
        let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
        Date::from_calendar_date(i32::from(year), month, u8::try_from(day).ok()?)
            .ok()
            .filter(|_| parts.next().is_none())
    })
}
