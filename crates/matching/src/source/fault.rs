//! Why a file of rows cannot be used.

use kernel::{Kind, Problem};

/// Why a file of rows, or the mapping of its columns, cannot be used. Nothing of a row's content is in it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Fault {
    /// It holds nothing, or nothing but blank lines.
    #[error("MAT0101: {path} is empty")]
    Empty {
        /// Which file.
        path: String,
    },
    /// It holds the names of the columns and no row.
    #[error("MAT0102: {path} holds a header and no rows")]
    HeaderOnly {
        /// Which file.
        path: String,
    },
    /// Its bytes are neither text nor a spreadsheet nor Parquet.
    #[error("MAT0103: {path} is not a table that can be read ({what})")]
    NotATable {
        /// Which file.
        path: String,
        /// What it seems to be.
        what: &'static str,
    },
    /// It is a spreadsheet by its first bytes, and broken inside.
    #[error("MAT0104: the spreadsheet {path} cannot be read ({why})")]
    Spreadsheet {
        /// Which file.
        path: String,
        /// What failed, in the reader's words.
        why: String,
    },
    /// The spreadsheet has no sheet of this name.
    #[error("MAT0105: {path} has no sheet `{sheet}`")]
    NoSheet {
        /// Which file.
        path: String,
        /// The name that was asked for.
        sheet: String,
        /// The names there are.
        sheets: String,
    },
    /// Unpacked it would be larger than a reader may hold.
    #[error("MAT0106: {path} is larger than {max_mib} MiB when unpacked")]
    TooLarge {
        /// Which file.
        path: String,
        /// The limit.
        max_mib: u64,
    },
    /// It is Parquet by its first bytes, and broken inside.
    #[error("MAT0107: the Parquet file {path} cannot be read ({why})")]
    Parquet {
        /// Which file.
        path: String,
        /// What failed, in the reader's words.
        why: String,
    },
    /// More columns than a table may have.
    #[error("MAT0108: {path} has more than {max} columns")]
    TooManyColumns {
        /// Which file.
        path: String,
        /// The limit.
        max: usize,
    },
    /// No encoding of this name.
    #[error("MAT0109: there is no encoding `{name}`")]
    NoEncoding {
        /// The name that was asked for.
        name: String,
    },
    /// The spreadsheet is protected by a password.
    #[error("MAT0110: {path} is protected by a password")]
    Password {
        /// Which file.
        path: String,
    },
    /// The header is to stand where the file has no line.
    #[error("MAT0116: {path} has no row {row} that could be the header")]
    NoHeader {
        /// Which file.
        path: String,
        /// The row that was asked for.
        row: u32,
    },
    /// The mapping names a column that the file does not have.
    #[error("MAT0201: the file has no column `{column}` for the field {field}")]
    NoColumn {
        /// The field.
        field: String,
        /// The column that it names.
        column: String,
    },
    /// The mapping names a field that there is not.
    #[error("MAT0202: there is no field `{field}`")]
    NoField {
        /// The name.
        field: String,
    },
    /// The mapping is not written as it must be.
    #[error("MAT0203: {path}:{line}: {what}")]
    Mapping {
        /// Which file.
        path: String,
        /// Where.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// No column of the file was recognised or named.
    #[error("MAT0204: no column of the file belongs to any field")]
    NothingMapped,
    /// More fields than a schema may have.
    #[error("MAT0205: the mapping names more than {max} fields")]
    TooManyFields {
        /// The limit.
        max: usize,
    },
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        let invalid = |code| Self::new(Kind::Invalid, code);
        match fault {
            Fault::Empty { path } => invalid("MAT0101").with("path", path),
            Fault::HeaderOnly { path } => invalid("MAT0102").with("path", path),
            Fault::NotATable { path, what } => invalid("MAT0103").with("path", path).with("what", what),
            Fault::Spreadsheet { path, why } => invalid("MAT0104").with("path", path).with("why", why),
            Fault::NoSheet { path, sheet, sheets } => {
                invalid("MAT0105").with("path", path).with("sheet", sheet).with("sheets", sheets)
            }
            Fault::TooLarge { path, max_mib } => {
                Self::new(Kind::TooLarge, "MAT0106").with("path", path).with("max_mib", max_mib)
            }
            Fault::Parquet { path, why } => invalid("MAT0107").with("path", path).with("why", why),
            Fault::TooManyColumns { path, max } => invalid("MAT0108").with("path", path).with("max", max),
            Fault::NoEncoding { name } => invalid("MAT0109").with("name", name),
            Fault::Password { path } => invalid("MAT0110").with("path", path),
            Fault::NoHeader { path, row } => invalid("MAT0116").with("path", path).with("row", row),
            Fault::NoColumn { field, column } => invalid("MAT0201").with("field", field).with("column", column),
            Fault::NoField { field } => invalid("MAT0202").with("field", field),
            Fault::Mapping { path, line, what } => {
                invalid("MAT0203").with("path", path).with("line", line).with("what", what)
            }
            Fault::NothingMapped => invalid("MAT0204"),
            Fault::TooManyFields { max } => invalid("MAT0205").with("max", max),
        }
    }
}
