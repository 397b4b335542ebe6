//! The register: an index that was made before, an extract, or one that runs.

use super::columns;
use super::progress::Progress;
use super::read::Input;
use anyhow::{Context, Result};
use matching::report::Error as OutputError;
use matching::source::{self, Options};
use matching::value::place::Places;
use matching::{Blocking, Columns, Index, IndexBuilder, MAGIC, Mapping, Schema};
use pack::units::Units;
use pack::{Pack, Report};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// The administrative units of a pack's folder, or of the built-in pack of Vietnam.
pub(crate) fn places(folder: Option<&Path>) -> Result<Arc<Places>> {
    let pack = match folder {
        Some(folder) => Pack::open(folder).with_context(|| format!("read the pack {}", folder.display()))?,
        None => Pack::embedded("vn").context("read the pack of Vietnam")?,
    };
    let mut problems = Report::new();
    let units = Units::read(&pack, &mut problems);
    anyhow::ensure!(problems.is_clean(), "the pack's units cannot be read:\n{problems}");
    Ok(Arc::new(Places::read(&units)))
}

/// The index of `register`. `like` is how the file to clean is taken: an extract that is not about people has the same
/// fields.
pub(super) fn open(register: &str, like: &Mapping, places: &Arc<Places>, progress: &Progress<'_>) -> Result<Index> {
    let path = Path::new(register);
    let index =
        if is_index(path) { Index::open(path, Arc::clone(places))? } else { build(path, like, places, progress)? };
    if index.people() == 0 {
        return Err(OutputError::Nobody { path: register.to_owned() }.into());
    }
    Ok(index)
}

fn is_index(path: &Path) -> bool {
    let mut head = [0; MAGIC.len()];
    File::open(path).and_then(|mut file| file.read_exact(&mut head)).is_ok() && &head == MAGIC
}

/// Makes the index of an extract.
pub(super) fn build(path: &Path, like: &Mapping, places: &Arc<Places>, progress: &Progress<'_>) -> Result<Index> {
    let table = source::open(path, &Options::default())?;
    let schema = like.schema();
    let mapping = if like.fields.is_empty() {
        let mapping = columns::recognise(&table, &schema)?.mapping;
        check_number(path, &mapping)?;
        mapping
    } else {
        of_same_fields(table.headers(), like)
    };
    let blocking = blocking(like, &schema)?;
    let mut builder = IndexBuilder::new(schema.clone(), blocking, Arc::clone(places));
    let input = Input { table, mapping, schema };
    let stage = progress.stage("register", input.bytes());
    let read = input.each_batch(&stage, |batch| {
        builder.add(batch);
        Ok(())
    })?;
    stage.finish(Some(read.rows()));
    let stage = progress.stage("index", 0);
    let index = builder.finish()?;
    stage.finish(Some(u64::from(index.people())));
    Ok(index)
}

/// The blocking passes that a mapping asks for.
pub(super) fn blocking(mapping: &Mapping, schema: &Schema) -> Result<Option<Blocking>> {
    if mapping.blocking.is_empty() { Ok(None) } else { Ok(Some(Blocking::parse(&mapping.blocking, schema)?)) }
}

/// A register of people that has no personal numbers can give none.
fn check_number(path: &Path, mapping: &Mapping) -> Result<()> {
    if mapping.columns_of("personal_number").is_none() {
        return Err(OutputError::NoNumbers { path: path.display().to_string() }.into());
    }
    Ok(())
}

/// The columns of the mapping that this file has too; other fields are the columns of their own names.
fn of_same_fields(headers: &[String], like: &Mapping) -> Mapping {
    let here = |Columns(names): &Columns| names.iter().all(|name| headers.contains(name));
    let columns = like.columns.iter().filter(|(_, columns)| here(columns)).cloned().collect();
    Mapping { columns, ..like.clone() }
}
