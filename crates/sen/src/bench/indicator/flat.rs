//! The same dossiers as flat rows, for others to count: Parquet for DuckDB, and the expected result beside it.

use super::made::{Country, NOW};
use anyhow::{Context, Result};
use arrow::array::{ArrayRef, BooleanBuilder, Int32Builder, Int64Builder, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema};
use indicator::live::Recount;
use indicator::marks::{Family, Marks, dossier};
use indicator::{Counting, Month, PeriodKind, count_dossier};
use kernel::calendar::Calendar;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// The flags of a flat row: with the count of rows, the 15 aggregates that everybody computes.
pub(super) const FLAGS: [&str; 14] = [
    "synced",
    "finished",
    "on_time",
    "online",
    "online_with_result",
    "fee_due",
    "paid_online",
    "paper_result",
    "e_result",
    "digitised",
    "reused",
    "shared",
    "citizen_data",
    "satisfied",
];
/// Rows of a group in Parquet.
const GROUP_ROWS: usize = 1 << 20;
const BATCH_ROWS: usize = 1 << 16;

/// One flat row.
pub(super) struct Flat {
    pub(super) body: u16,
    pub(super) procedure: u16,
    pub(super) month: Month,
    pub(super) minutes: u32,
    pub(super) marks: Marks,
}

/// The marks of the flags, judged at the end of the year.
pub(super) fn flags() -> Vec<Marks> {
    let mark = |name: &&str| dossier::COUNTERS.iter().find(|counter| counter.name == *name);
    FLAGS.iter().filter_map(mark).map(|counter| counter.mark(PeriodKind::Year)).collect()
}

/// Every dossier as a flat row, in order.
pub(super) fn each(
    country: &Country,
    dossiers: Range<u64>,
    (rules, calendar): (&Counting, &Calendar),
    mut take: impl FnMut(Flat) -> Result<()>,
) -> Result<()> {
    let mut facts = country.blank();
    for n in dossiers {
        country.fill(n, &mut facts);
        let Some(counted) = count_dossier(&facts, rules, calendar) else { continue };
        let procedure = country.procedure_number(&facts.procedure);
        let body = country.bodies.number(&facts.body)?;
        let marks = counted.marks_at(NOW, Family::DOSSIERS);
        take(Flat { body, procedure, month: counted.month, minutes: counted.minutes, marks })?;
    }
    Ok(())
}

/// Writes them as Parquet.
pub(super) fn parquet(country: &Country, dossiers: u64, rules: (&Counting, &Calendar), path: &Path) -> Result<u64> {
    let int = |name: &str| Field::new(name, DataType::Int32, false);
    let mut fields = vec![Field::new("dossier", DataType::Int64, false)];
    fields.extend(["body", "procedure", "month", "minutes"].map(int));
    fields.extend(FLAGS.map(|name| Field::new(name, DataType::Boolean, false)));
    let schema = Arc::new(Schema::new(fields));
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .build();
    let file = BufWriter::new(File::create(path).with_context(|| format!("create {}", path.display()))?);
    let mut writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties))?;
    let flags = flags();
    let mut ids = Int64Builder::new();
    let mut ints: [Int32Builder; 4] = Default::default();
    let mut bools: Vec<BooleanBuilder> = flags.iter().map(|_| BooleanBuilder::new()).collect();
    let mut n = 0_i64;
    let mut flush = |ids: &mut Int64Builder, ints: &mut [Int32Builder; 4], bools: &mut Vec<BooleanBuilder>| {
        let mut columns: Vec<ArrayRef> = vec![Arc::new(ids.finish())];
        columns.extend(ints.iter_mut().map(|ints| Arc::new(ints.finish()) as ArrayRef));
        columns.extend(bools.iter_mut().map(|bools| Arc::new(bools.finish()) as ArrayRef));
        writer.write(&RecordBatch::try_new(Arc::clone(&schema), columns)?)?;
        anyhow::Ok(())
    };
    each(country, 0..dossiers, rules, |row| {
        ids.append_value(n);
        n += 1;
        let values = [i32::from(row.body), i32::from(row.procedure), month(row.month), row.minutes as i32];
        ints.iter_mut().zip(values).for_each(|(ints, value)| ints.append_value(value));
        bools.iter_mut().zip(&flags).for_each(|(bools, flag)| bools.append_value(row.marks.has(*flag)));
        if n % BATCH_ROWS as i64 == 0 { flush(&mut ids, &mut ints, &mut bools) } else { Ok(()) }
    })?;
    flush(&mut ids, &mut ints, &mut bools)?;
    writer.close()?;
    Ok(std::fs::metadata(path)?.len())
}

/// A month as one number: 202603.
pub(super) fn month(month: Month) -> i32 {
    month.year() * 100 + i32::from(month.month())
}

/// Writes what everybody must come to: body, month, the 15 aggregates, in order.
pub(super) fn expected(recount: &Recount, country: &Country, path: &Path) -> Result<()> {
    let mut file = BufWriter::new(File::create(path).with_context(|| format!("create {}", path.display()))?);
    writeln!(file, "body,month,received,{}", FLAGS.join(","))?;
    for row in rows(recount, country) {
        let cells: Vec<_> = row.iter().map(ToString::to_string).collect();
        writeln!(file, "{}", cells.join(","))?;
    }
    Ok(file.flush()?)
}

/// Body, month and the 15 aggregates of every body and month that has dossiers.
pub(super) fn rows(recount: &Recount, country: &Country) -> Vec<Vec<i64>> {
    let flags = flags();
    let year: Vec<Month> = (1..=12).filter_map(|month| Month::new(2026, month)).collect();
    let mut rows = Vec::new();
    for (body, at) in (0..country.bodies.all().len()).flat_map(|body| year.iter().map(move |at| (body, *at))) {
        let counts = recount.of(body as u16, at);
        if counts[0] > 0 {
            let bits = flags.iter().map(|flag| counts[flag.0.trailing_zeros() as usize] as i64);
            rows.push([body as i64, i64::from(month(at)), counts[0] as i64].into_iter().chain(bits).collect());
        }
    }
    rows
}
