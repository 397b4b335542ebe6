//! Tables as CSV files that spreadsheets open.

/// A byte-order mark: without it spreadsheets read the marks of Vietnamese wrongly.
const MARK: &str = "\u{feff}";

/// The rows as a file (RFC 4180); nothing when one of them cannot be written.
pub(crate) fn written(rows: &[Vec<String>]) -> Option<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(MARK.as_bytes().to_vec());
    for row in rows {
        writer.write_record(row).ok()?;
    }
    writer.into_inner().ok()
}
