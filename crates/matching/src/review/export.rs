//! The decisions as a table for people and spreadsheets.

use super::{Desk, Entry};
use std::io::Write;
use time::format_description::well_known::Rfc3339;

/// Writes the decisions that hold, by row: UTF-8 with the mark that spreadsheets want.
///
/// # Errors
/// When `out` does not take it.
pub fn write_csv(desk: &Desk, out: &mut impl Write) -> std::io::Result<()> {
    out.write_all("\u{feff}".as_bytes())?;
    let mut table = csv::Writer::from_writer(out);
    table.write_record(["row", "decision", "personal_number", "clerk", "at", "seq"])?;
    let mut standing: Vec<&Entry> = desk
        .entries()
        .iter()
        .filter(|entry| desk.standing(entry.row).is_some_and(|own| own.seq == entry.seq))
        .collect();
    standing.sort_by_key(|entry| entry.row);
    for entry in standing {
        let verdict = entry.deed.id();
        let at = entry.at.format(&Rfc3339).map_err(std::io::Error::other)?;
        let number = entry.personal_number.as_deref().unwrap_or_default();
        let (row, seq) = (entry.row.to_string(), entry.seq.to_string());
        table.write_record([row.as_str(), verdict, &plain(number), &plain(&entry.clerk), &at, &seq])?;
    }
    table.flush()
}

/// Spreadsheets carry out what begins like a formula: an apostrophe makes it text.
fn plain(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}
