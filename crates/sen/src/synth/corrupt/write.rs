//! The file of the agency, and the truth beside it.

use super::super::write::Format;
use super::row::FIELDS;
use anyhow::Context;
use arrow::array::{ArrayRef, RecordBatch, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Rows that are written at once.
const BATCH_ROWS: usize = 8_192;

/// Which columns the file has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
pub enum Layout {
    /// A column for each field.
    #[default]
    Fields,
    /// One column for whichever identity number there is, one for commune and province.
    Address,
}

impl Layout {
    const fn headers(self) -> &'static [&'static str] {
        match self {
            Self::Fields => &[
                "STT",
                "Họ và tên",
                "Ngày sinh",
                "Giới tính",
                "Số CCCD",
                "Số CMND",
                "Xã/Phường",
                "Tỉnh/Thành phố",
                "Họ tên cha",
                "Họ tên mẹ",
            ],
            Self::Address => {
                &["STT", "Họ và tên", "Ngày sinh", "Giới tính", "Số CMND/CCCD", "Địa chỉ", "Họ tên cha", "Họ tên mẹ"]
            }
        }
    }

    fn cells(self, row: u64, cells: &[String; FIELDS]) -> Vec<String> {
        let [number, name, birth, sex, old_id, commune, province, father, mother] = cells.clone();
        match self {
            Self::Fields => vec![row.to_string(), name, birth, sex, number, old_id, commune, province, father, mother],
            Self::Address => {
                let id = if number.is_empty() { old_id } else { number };
                let address = [commune, province].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
                vec![row.to_string(), name, birth, sex, id, address.join(", "), father, mother]
            }
        }
    }
}

enum Sink {
    Csv(Box<csv::Writer<BufWriter<File>>>),
    Parquet { writer: Box<ArrowWriter<BufWriter<File>>>, schema: Arc<Schema>, columns: Vec<StringBuilder>, rows: usize },
}

/// The file and its truth, being written.
pub(super) struct Files {
    layout: Layout,
    sink: Sink,
    truth: csv::Writer<BufWriter<File>>,
}

/// Where the truth about a file stands: `FILE.truth.csv`.
#[must_use]
pub fn truth_path(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".truth.csv");
    PathBuf::from(name)
}

fn create(path: &Path) -> anyhow::Result<BufWriter<File>> {
    Ok(BufWriter::with_capacity(1 << 20, File::create(path).with_context(|| format!("create {}", path.display()))?))
}

impl Files {
    pub(super) fn create(path: &Path, layout: Layout) -> anyhow::Result<Self> {
        let to = create(path)?;
        let sink = match Format::of(path) {
            Format::Csv => {
                let mut writer = csv::Writer::from_writer(to);
                writer.write_record(layout.headers())?;
                Sink::Csv(Box::new(writer))
            }
            Format::Parquet => {
                let fields = layout.headers().iter().map(|name| Field::new(*name, DataType::Utf8, true));
                let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
                let options = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
                let writer = ArrowWriter::try_new(to, Arc::clone(&schema), Some(options)).context("begin Parquet")?;
                let columns = layout.headers().iter().map(|_| StringBuilder::new()).collect();
                Sink::Parquet { writer: Box::new(writer), schema, columns, rows: 0 }
            }
        };
        let mut truth = csv::Writer::from_writer(create(&truth_path(path))?);
        truth.write_record(["row", "personal_number", "duplicate_of", "kinds"])?;
        Ok(Self { layout, sink, truth })
    }

    /// A row, and the truth about it.
    pub(super) fn write(&mut self, row: u64, cells: &[String; FIELDS], truth: [&str; 3]) -> anyhow::Result<()> {
        let [number, duplicate_of, kinds] = truth;
        self.truth.write_record([row.to_string().as_str(), number, duplicate_of, kinds])?;
        let cells = self.layout.cells(row, cells);
        match &mut self.sink {
            Sink::Csv(writer) => writer.write_record(&cells)?,
            Sink::Parquet { columns, rows, .. } => {
                for (column, cell) in columns.iter_mut().zip(&cells) {
                    column.append_option((!cell.is_empty()).then_some(cell));
                }
                *rows += 1;
                if *rows == BATCH_ROWS {
                    self.flush()?;
                }
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> anyhow::Result<()> {
        let Sink::Parquet { writer, schema, columns, rows } = &mut self.sink else { return Ok(()) };
        *rows = 0;
        let arrays = columns.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef).collect();
        writer.write(&RecordBatch::try_new(Arc::clone(schema), arrays)?).context("write a batch of rows")
    }

    pub(super) fn close(mut self) -> anyhow::Result<()> {
        self.flush()?;
        self.truth.flush().context("write the end of the truth")?;
        match self.sink {
            Sink::Csv(mut writer) => writer.flush().context("write the end of the file"),
            Sink::Parquet { writer, .. } => {
                // Closing alone does not reach the disk: the buffer below is flushed by hand, so that an error is seen.
                writer.into_inner().context("write the end of the file")?.flush().context("write the end of the file")
            }
        }
    }
}
