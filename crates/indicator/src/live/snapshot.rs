//! The store as a file: columns as they are, to be mapped, and a description at the end.
//!
//! A snapshot only saves time. It is made from facts and can be thrown away; one that does not fit is refused, and the
//! caller counts anew.

use super::Live;
use super::blocks::Blocks;
use super::board::Board;
use super::bodies::{Bodies, Body};
use super::column::Column;
use super::rows::Rows;
use super::standings::Standings;
use crate::Error;
use crate::definition::Definition;
use crate::facts::Announcement;
use crate::marks::Family;
use bytemuck::Pod;
use kernel::calendar::Calendar;
use pack::Dated;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{BufWriter, Read as _, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;
use time::OffsetDateTime;
use uuid::Uuid;

/// How every snapshot begins; the last digit is the version of its form.
const MAGIC: &[u8; 8] = b"SENIND01";
/// Columns begin on a page of memory.
const PAGE: u64 = 4096;
/// Magic, where the description begins, how long it is, its SHA-256.
const HEAD: usize = 8 + 8 + 8 + 32;
/// No description is longer.
const DESCRIPTION_MAX: u64 = 1 << 30;

/// Where a part of the file lies: its first byte, and how many values it has.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Part(u64, usize);

#[derive(Serialize, Deserialize)]
struct Description {
    fingerprint: String,
    #[serde(with = "time::serde::rfc3339")]
    now: OffsetDateTime,
    /// By which working days it was counted.
    calendar: String,
    read: Read,
    bodies: Vec<Body>,
    procedures: Vec<String>,
    standings: Vec<(u16, u16, u16)>,
    decisions: Vec<(u16, u16, Vec<Announcement>)>,
    given: Vec<(u16, u16, String, i64)>,
    dossiers: Parts,
    petitions: Parts,
}

/// How far a store has read its feed. With the item's id, which no other database has, it says of which database it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Read {
    /// The last position; 0 for nothing.
    pub position: i64,
    /// The item there.
    pub item: Uuid,
}

#[derive(Serialize, Deserialize)]
struct Parts {
    columns: Vec<Part>,
    blocks: Part,
}

impl Live {
    /// Writes the store beside `path` and moves it there. `read` is how far its feed has been read.
    ///
    /// # Errors
    /// `File`.
    pub fn save(&self, path: &Path, read: Read) -> Result<(), Error> {
        let fresh = path.with_extension("new");
        let mut out = Out { file: BufWriter::new(File::create(&fresh)?), at: 0 };
        out.write(&[0; HEAD])?;
        let dossiers = out.board(&self.dossiers)?;
        let petitions = out.board(&self.petitions)?;
        let description = Description {
            fingerprint: self.fingerprint(),
            now: self.now,
            calendar: by_days(&self.calendar),
            read,
            bodies: self.bodies.all().to_vec(),
            procedures: self.procedures.clone(),
            standings: self.standings.written(),
            decisions: self.decisions.iter().map(|((b, p), list)| (*b, *p, list.clone())).collect(),
            given: self.given.iter().map(|((b, m, name), value)| (*b, *m, name.clone(), *value)).collect(),
            dossiers,
            petitions,
        };
        let description = serde_json::to_vec(&description).map_err(|error| Error::Snapshot(error.to_string()))?;
        let begins = out.at;
        out.write(&description)?;
        let mut file = out.file.into_inner().map_err(|error| Error::File(error.into_error()))?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(MAGIC)?;
        file.write_all(&begins.to_le_bytes())?;
        file.write_all(&(description.len() as u64).to_le_bytes())?;
        file.write_all(&Sha256::digest(&description))?;
        file.sync_all()?;
        drop(file);
        Ok(std::fs::rename(fresh, path)?)
    }

    /// Maps a snapshot, which must be of this version of the index, these working days and these bodies. Gives the store and how far its
    /// feed had been read.
    ///
    /// # Errors
    /// `Snapshot` where it is cut, damaged, or does not fit; `File`.
    pub fn open(
        path: &Path,
        definition: Dated<Definition>,
        calendar: Arc<Calendar>,
        bodies: Bodies,
    ) -> Result<(Self, Read), Error> {
        let mut file = File::open(path)?;
        let described = describe(&mut file)?;
        let mut live = Self::new(definition, calendar, bodies, described.now);
        if live.fingerprint() != described.fingerprint {
            return Err(Error::Snapshot("it is of another version of the index".to_owned()));
        }
        if by_days(&live.calendar) != described.calendar {
            return Err(Error::Snapshot("it is of other working days".to_owned()));
        }
        if live.bodies.all() != described.bodies {
            return Err(Error::Snapshot("it is of other bodies".to_owned()));
        }
        for procedure in &described.procedures {
            live.procedure_number(procedure)?;
        }
        live.dossiers = board(&mut file, Family::DOSSIERS, &described.dossiers)?;
        live.petitions = board(&mut file, Family::PETITIONS, &described.petitions)?;
        let mut standings = Standings::default();
        for (body, procedure, bits) in described.standings {
            standings.put(body, procedure, crate::count::Standing::from_bits(bits), live.bodies.above(body));
        }
        live.standings = standings;
        live.decisions = described.decisions.into_iter().map(|(b, p, list)| ((b, p), list)).collect();
        for (body, month, counter, value) in described.given {
            for scope in live.bodies.above(body) {
                *live.given_sums.entry((scope, month, counter.clone())).or_default() += value;
            }
            live.given.insert((body, month, counter), value);
        }
        Ok((live, described.read))
    }
}

/// What a calendar is known by: days and hours as they are written for developers, in their order.
fn by_days(calendar: &Calendar) -> String {
    kernel::text::hex(&Sha256::digest(format!("{calendar:?}")))
}

struct Out {
    file: BufWriter<File>,
    at: u64,
}

impl Out {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.file.write_all(bytes)?;
        self.at += bytes.len() as u64;
        Ok(())
    }

    /// Zeros up to the next page; gives where it begins.
    fn page(&mut self) -> Result<u64, Error> {
        let missing = self.at.next_multiple_of(PAGE) - self.at;
        self.write(&vec![0; usize::try_from(missing).unwrap_or(0)])?;
        Ok(self.at)
    }

    fn column<T: Pod>(&mut self, column: &Column<T>) -> Result<Part, Error> {
        let begins = self.page()?;
        for bytes in column.raw() {
            self.write(bytes)?;
        }
        Ok(Part(begins, column.len()))
    }

    fn board(&mut self, board: &Board) -> Result<Parts, Error> {
        let rows = &board.rows;
        let columns = vec![
            self.column(&rows.ids)?,
            self.column(&rows.bodies)?,
            self.column(&rows.procedures)?,
            self.column(&rows.months)?,
            self.column(&rows.marks)?,
            self.column(&rows.minutes)?,
            self.column(&rows.change_after)?,
            self.column(&rows.late)?,
            self.column(&rows.slots)?,
        ];
        let blocks = board.blocks.written();
        let begins = self.page()?;
        self.write(&blocks)?;
        Ok(Parts { columns, blocks: Part(begins, blocks.len()) })
    }
}

fn damaged() -> Error {
    Error::Snapshot("it is cut or damaged".to_owned())
}

fn describe(file: &mut File) -> Result<Description, Error> {
    let mut head = [0; HEAD];
    file.read_exact(&mut head).map_err(|_| damaged())?;
    if !head.starts_with(MAGIC) {
        return Err(Error::Snapshot("it is no snapshot of this program".to_owned()));
    }
    let word = |at: usize| u64::from_le_bytes(std::array::from_fn(|i| head[at + i]));
    let (begins, length) = (word(8), word(16));
    if length > DESCRIPTION_MAX || begins.checked_add(length) != Some(file.metadata()?.len()) {
        return Err(damaged());
    }
    let mut bytes = vec![0; usize::try_from(length).map_err(|_| damaged())?];
    file.seek(SeekFrom::Start(begins))?;
    file.read_exact(&mut bytes)?;
    if Sha256::digest(&bytes)[..] != head[24..] {
        return Err(damaged());
    }
    serde_json::from_slice(&bytes).map_err(|_| damaged())
}

fn board(file: &mut File, family: Family, parts: &Parts) -> Result<Board, Error> {
    let [ids, bodies, procedures, months, marks, minutes, change_after, late, slots] = parts.columns[..] else {
        return Err(damaged());
    };
    let len = ids.1;
    let same = [bodies, procedures, months, marks, minutes, change_after, late].iter().all(|part| part.1 == len);
    if !same || !slots.1.is_power_of_two() || len >= slots.1 {
        return Err(damaged());
    }
    let size = file.metadata()?.len();
    let inside = |part: &Part| part.0.checked_add(part.1 as u64).is_some_and(|end| end <= size);
    if !parts.columns.iter().all(inside) || !inside(&parts.blocks) {
        return Err(damaged());
    }
    let rows = Rows {
        ids: Column::mapped(file, ids.0, len)?,
        bodies: Column::mapped(file, bodies.0, len)?,
        procedures: Column::mapped(file, procedures.0, len)?,
        months: Column::mapped(file, months.0, len)?,
        marks: Column::mapped(file, marks.0, len)?,
        minutes: Column::mapped(file, minutes.0, len)?,
        change_after: Column::mapped(file, change_after.0, len)?,
        late: Column::mapped(file, late.0, len)?,
        slots: Column::mapped(file, slots.0, slots.1)?,
    };
    let mut bytes = vec![0; parts.blocks.1];
    file.seek(SeekFrom::Start(parts.blocks.0))?;
    file.read_exact(&mut bytes)?;
    Ok(Board::restored(family, rows, Blocks::read(&bytes).ok_or_else(damaged)?))
}
