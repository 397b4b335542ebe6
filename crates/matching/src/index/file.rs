//! An index as a file: a head, a JSON description, and arrays of 32-bit little-endian numbers.

use super::build::bearers;
use super::counts::Positions;
use super::layout::Layout;
use super::names::Names;
use super::postings::{Postings, bucket_bits};
use super::words::Words;
use super::{Index, is_named};
use crate::blocking::Blocking;
use crate::lexicon::{Lexicon, stable_hash};
use crate::value::place::Places;
use crate::{Error, FIELDS_MAX, Kind, Schema};
use memmap2::Mmap;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

/// The first bytes of an index.
pub const MAGIC: &[u8; 8] = b"SENINDEX";
/// Version of the form. A change of the form, of a hash, of the order of passes' keys or of the places needs a new one.
pub(super) const VERSION: u32 = 1;
/// Every array begins at a multiple of this many bytes.
const ALIGNMENT: usize = 64;
/// The head: magic, version, length of the description, its hash.
const HEAD: usize = 32;
/// Longest description.
const DESCRIPTION_MAX: usize = 64 << 20;

/// What stands before the arrays.
#[derive(Serialize, Deserialize)]
struct Description {
    schema: Schema,
    blocking: Blocking,
    people: u32,
    /// Lengths of the arrays, in numbers.
    arrays: Vec<usize>,
    /// The words, one after another, and where each ends.
    words: String,
    ends: Vec<u32>,
    folds: Vec<u32>,
    /// What places the records speak of: an index of other units cannot be read.
    units: u64,
}

impl Index {
    /// Writes the index.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        self.write(path).map_err(|source| Error::File { path: path.display().to_string(), source })
    }

    fn write(&self, path: &Path) -> std::io::Result<()> {
        let arrays = self.sections();
        let description = serde_json::to_vec(&Description {
            schema: self.schema.clone(),
            blocking: self.blocking.clone(),
            people: self.people,
            arrays: arrays.iter().map(|array| array.get().len()).collect(),
            words: self.lexicon.text().to_owned(),
            ends: self.lexicon.ends().to_vec(),
            folds: self.lexicon.folds().to_vec(),
            units: self.gazetteer.fingerprint(),
        })?;
        let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
        file.write_all(MAGIC)?;
        file.write_all(&VERSION.to_le_bytes())?;
        file.write_all(&0_u32.to_le_bytes())?;
        file.write_all(&(description.len() as u64).to_le_bytes())?;
        file.write_all(&stable_hash(&description).to_le_bytes())?;
        file.write_all(&description)?;
        let mut at = HEAD + description.len();
        for array in arrays {
            let gap = at.next_multiple_of(ALIGNMENT) - at;
            file.write_all(&[0; ALIGNMENT][..gap])?;
            let bytes = array.bytes();
            file.write_all(bytes)?;
            at += gap + bytes.len();
        }
        file.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()
    }

    /// Maps an index. Its arrays are read when they are needed.
    ///
    /// # Errors
    /// When the file cannot be read, is no index, is damaged, or was made by another version or for other units.
    pub fn open(path: &Path, places: Arc<Places>) -> Result<Self, Error> {
        let failed = |source| Error::File { path: path.display().to_string(), source };
        let file = File::open(path).map_err(failed)?;
        #[expect(unsafe_code, reason = "a file is mapped: the operator's index must not be cut short while it is used")]
        // SAFETY: the map is read only. Another process that shortens the file would end this one (SIGBUS), as with
        // any mapped file; `save` writes to a new name, so that our own commands never do.
        let map = unsafe { Mmap::map(&file) }.map_err(failed)?;
        let map = Arc::new(map);
        let (description, start) = describe(&map)?;
        if description.units != places.fingerprint()
            && description.schema.fields.iter().any(|f| f.kind == Kind::Commune)
        {
            return Err(Error::IndexOfOtherUnits);
        }
        restore(&map, description, start, places)
    }
}

fn describe(map: &Mmap) -> Result<(Description, usize), Error> {
    let head = map.get(..HEAD).filter(|head| head.starts_with(MAGIC)).ok_or(Error::NoIndex)?;
    let word = |at: usize| u64::from_le_bytes([0, 1, 2, 3, 4, 5, 6, 7].map(|byte| head[at + byte]));
    if word(8) as u32 != VERSION {
        return Err(Error::IndexVersion { found: word(8) as u32, known: VERSION });
    }
    let length =
        usize::try_from(word(16)).ok().filter(|length| *length <= DESCRIPTION_MAX).ok_or(Error::IndexDamaged)?;
    let bytes = map.get(HEAD..HEAD + length).ok_or(Error::IndexDamaged)?;
    if stable_hash(bytes) != word(24) {
        return Err(Error::IndexDamaged);
    }
    let description: Description = serde_json::from_slice(bytes).map_err(|_| Error::IndexDamaged)?;
    if description.schema.fields.len() > FIELDS_MAX {
        return Err(Error::IndexDamaged);
    }
    Ok((description, HEAD + length))
}

fn restore(map: &Arc<Mmap>, description: Description, start: usize, places: Arc<Places>) -> Result<Index, Error> {
    let Description { schema, blocking, people, arrays, words, ends, folds, .. } = description;
    let layout = Layout::of(&schema);
    let lexicon = Lexicon::restore(words.as_bytes(), &ends, &folds).ok_or(Error::IndexDamaged)?;
    let mut at = start;
    let mut arrays = arrays.into_iter().map(|length| {
        at = at.next_multiple_of(ALIGNMENT);
        let array = Words::mapped(map, at, length);
        at = at.saturating_add(length.saturating_mul(4));
        array
    });
    let mut next = || arrays.next().unwrap_or(Err(Error::IndexDamaged));
    let records = next()?;
    let (mut names, mut positions) = (Vec::new(), Vec::new());
    for _ in schema.fields.iter().filter(|field| is_named(field.kind)) {
        names.push(Names { words: next()?, ends: next()?, counts: next()?, alike: next()? });
        positions.push(Positions { first: next()?, middle: next()?, last: next()? });
    }
    let mut dates = Vec::new();
    for (field, _) in schema.fields.iter().enumerate().filter(|(_, field)| field.kind == Kind::Date) {
        dates.push((field, next()?, next()?));
    }
    let counted_places = if layout.commune.is_some() { Some((next()?, next()?)) } else { None };
    let mut postings = Vec::new();
    for _ in &blocking.passes {
        postings.push(Postings { starts: next()?, people: next()? });
    }
    let buckets = (1_usize << bucket_bits(people as usize)) + 1;
    let fits = records.get().len() == people as usize * layout.stride
        && postings.iter().all(|p| p.starts.get().len() == buckets)
        && positions.iter().all(|p| p.last.get().len() == lexicon.len())
        && blocking.passes.iter().flat_map(|pass| &pass.parts).all(|part| part.field < schema.fields.len());
    if !fits {
        return Err(Error::IndexDamaged);
    }
    let bearers = names.iter().map(bearers).collect();
    Ok(Index {
        schema,
        blocking,
        layout,
        people,
        records,
        lexicon,
        names,
        positions,
        bearers,
        dates,
        places: counted_places,
        postings,
        gazetteer: places,
    })
}
