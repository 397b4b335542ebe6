//! The command line of `sen clean`.

use matching::source::{self, Encoding};
use std::path::PathBuf;
use std::thread;

/// Attaches personal numbers to the rows of a file, or says why not
#[derive(Clone, Debug, clap::Args)]
pub struct CleanArgs {
    /// The file to clean: CSV or TSV in any usual encoding, a spreadsheet, or Parquet
    pub file: PathBuf,
    /// The register: a Parquet or CSV extract, an index from `sen index build`, or a running register (its data folder,
    /// a database URL, or `demo`). Without it, duplicates within the file are found
    #[arg(long)]
    pub register: Option<String>,
    /// With a running register: the number of the decision or plan on whose account its people are used. The log keeps
    /// it, and everybody in the register can read it there
    #[arg(long)]
    pub purpose: Option<String>,
    /// Which column is what (YAML or JSON), instead of recognising it
    #[arg(long)]
    pub columns: Option<PathBuf>,
    /// Write the columns as they are taken to this file (YAML), for `--columns`
    #[arg(long)]
    pub columns_out: Option<PathBuf>,
    /// The folder of the results; otherwise beside the file, with the ending `.clean`
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// Replace results that are in the folder already
    #[arg(long)]
    pub force: bool,
    /// From this probability on a row is matched
    #[arg(long, default_value_t = 0.9, value_parser = probability)]
    pub threshold: f64,
    /// From this probability on a clerk looks at the row
    #[arg(long, default_value_t = 0.1, value_parser = probability)]
    pub review: f64,
    /// Use the weights of an earlier run (`weights.json`) instead of estimating them
    #[arg(long)]
    pub weights: Option<PathBuf>,
    /// The encoding of a text file, instead of detecting it
    #[arg(long)]
    pub encoding: Option<Encoding>,
    /// The sheet of a spreadsheet, instead of the largest
    #[arg(long)]
    pub sheet: Option<String>,
    /// The separator of a text file, instead of detecting it; `\t` is a tab
    #[arg(long, value_parser = delimiter)]
    pub delimiter: Option<u8>,
    /// A pack's folder instead of the built-in pack of Vietnam (for communes and provinces)
    #[arg(long)]
    pub pack: Option<PathBuf>,
    /// How many threads; otherwise one for each processor
    #[arg(long)]
    pub threads: Option<usize>,
    /// The language of the results and of what is said
    #[arg(long, value_enum, default_value_t = Lang::Vi)]
    pub lang: Lang,
    /// Do not ask whether the columns are right
    #[arg(long, short)]
    pub yes: bool,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
}

/// A language of the results.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Lang {
    /// Vietnamese.
    Vi,
    /// English.
    En,
}

impl From<Lang> for web::Language {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::Vi => Self::Vi,
            Lang::En => Self::En,
        }
    }
}

impl CleanArgs {
    /// Where the results go.
    pub(super) fn out(&self) -> PathBuf {
        self.out.clone().unwrap_or_else(|| self.file.with_extension("clean"))
    }

    pub(super) fn threads(&self) -> usize {
        self.threads
            .filter(|threads| *threads > 0)
            .unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from))
    }

    pub(super) fn source(&self) -> source::Options {
        source::Options {
            encoding: self.encoding,
            sheet: self.sheet.clone(),
            delimiter: self.delimiter,
            ..source::Options::default()
        }
    }
}

fn probability(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if number > 0.0 && number <= 1.0 { Ok(number) } else { Err("not above 0 and at most 1".to_owned()) }
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"\\t" => Ok(b'\t'),
        [byte] if byte.is_ascii() && !byte.is_ascii_alphanumeric() && !b"\"\r\n".contains(byte) => Ok(*byte),
        _ => Err("not one separator such as `,` `;` `|` or `\\t`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_and_separators_are_checked() {
        assert_eq!(probability("0.95"), Ok(0.95));
        for wrong in ["0", "-1", "1.01", "NaN", "x", ""] {
            assert!(probability(wrong).is_err(), "{wrong}");
        }
        assert_eq!((delimiter(";"), delimiter("\\t")), (Ok(b';'), Ok(b'\t')));
        for wrong in ["", "a", "\"", ";;", "đ"] {
            assert!(delimiter(wrong).is_err(), "{wrong}");
        }
    }
}
