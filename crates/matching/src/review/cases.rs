//! The rows to review. Of each only its place in the file and what it can be chosen by are held in memory.

use super::{CASES_FILE, Case, Error, Filter, Order};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// A longer line is no row of ours.
const LINE_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Of a written commune so much is kept to choose by.
const COMMUNE_CHARS_MAX: usize = 120;

/// What rows can be chosen by.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum FacetKind {
    /// A reason of the report.
    Reason(String),
    /// A level of a field of the likeliest candidate.
    Level(String, String),
    /// The commune as the file writes it.
    Commune(String),
}

/// What rows can be chosen by, with how many there are.
#[derive(Clone)]
pub struct Facet {
    /// Which.
    pub kind: FacetKind,
    /// Rows that have it.
    pub rows: u32,
}

impl std::fmt::Debug for Facet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Facet").field("rows", &self.rows).finish_non_exhaustive()
    }
}

struct Slot {
    row: u64,
    offset: u64,
    length: u32,
    best: f32,
    /// Where its facets begin in [`Cases::of`]; they end where the next one's begin.
    facets: u32,
}

/// The rows to review.
pub struct Cases {
    file: File,
    slots: Vec<Slot>,
    places: HashMap<u64, u32>,
    facets: Vec<Facet>,
    of: Vec<u32>,
    /// For each [`Order`] the places of the rows, first to last …
    sorted: [Vec<u32>; 3],
    /// … and where each row stands in it.
    ranks: [Vec<u32>; 3],
}

impl std::fmt::Debug for Cases {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} cases", self.slots.len())
    }
}

impl Cases {
    /// Reads the rows of a folder.
    ///
    /// # Errors
    /// `MAT0501` where there are none, `MAT0502` with the line that is no row or a row's second one.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(CASES_FILE);
        let file = File::open(&path).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => Error::NoCases { path: folder.display().to_string() },
            _ => Error::File { path: path.display().to_string(), source },
        })?;
        let failed = |source| Error::File { path: path.display().to_string(), source };
        let mut reading = Reading::default();
        let mut reader = BufReader::with_capacity(1 << 16, file.try_clone().map_err(failed)?);
        let (mut line, mut offset, mut number) = (Vec::new(), 0_u64, 0_u64);
        loop {
            line.clear();
            let length =
                std::io::Read::take(&mut reader, LINE_BYTES_MAX).read_until(b'\n', &mut line).map_err(failed)? as u64;
            if length == 0 {
                break;
            }
            number += 1;
            if !line.trim_ascii().is_empty() {
                let case: Case = serde_json::from_slice(&line).map_err(|_| Error::Case { line: number })?;
                reading.take(&case, offset, length as u32).ok_or(Error::Case { line: number })?;
            }
            offset += length;
        }
        Ok(reading.finish(file))
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// What rows can be chosen by, the most frequent first.
    #[must_use]
    pub fn facets(&self) -> &[Facet] {
        &self.facets
    }

    /// Where the row of this number stands.
    #[must_use]
    pub fn place(&self, row: u64) -> Option<u32> {
        self.places.get(&row).copied()
    }

    /// The number of the row at a place.
    #[must_use]
    pub fn row(&self, place: u32) -> u64 {
        self.slots[place as usize].row
    }

    /// The row at a place, read from the file.
    ///
    /// # Errors
    /// `MAT0001` when it cannot be read, `MAT0502` when the file has changed.
    pub fn read(&self, place: u32) -> Result<Case, Error> {
        let slot = &self.slots[place as usize];
        let mut line = vec![0; slot.length as usize];
        let failed = |source| Error::File { path: CASES_FILE.to_owned(), source };
        self.file.read_exact_at(&mut line, slot.offset).map_err(failed)?;
        let case: Option<Case> = serde_json::from_slice(&line).ok();
        case.filter(|case| case.row == slot.row).ok_or(Error::Case { line: u64::from(place) + 1 })
    }

    /// All places in this order.
    #[must_use]
    pub fn sorted(&self, order: Order) -> &[u32] {
        &self.sorted[order as usize]
    }

    /// Where a place stands in this order.
    #[must_use]
    pub fn rank(&self, order: Order, place: u32) -> usize {
        self.ranks[order as usize][place as usize] as usize
    }

    /// What the filter asks for, but for what was decided; nothing when no row has it.
    pub(super) fn asked(&self, filter: &Filter) -> Option<Vec<u32>> {
        let reason = filter.reason.clone().map(FacetKind::Reason);
        let level = filter.level.clone().map(|(field, level)| FacetKind::Level(field, level));
        let commune = filter.commune.clone().map(FacetKind::Commune);
        let find = |kind: FacetKind| self.facets.iter().position(|facet| facet.kind == kind).map(|at| at as u32);
        [reason, level, commune].into_iter().flatten().map(find).collect()
    }

    /// Whether a row has all of these facets.
    pub(super) fn has(&self, place: u32, facets: &[u32]) -> bool {
        let at = place as usize;
        let end = self.slots.get(at + 1).map_or(self.of.len(), |next| next.facets as usize);
        let own = &self.of[self.slots[at].facets as usize..end];
        facets.iter().all(|facet| own.contains(facet))
    }
}

/// The commune as the file writes it, short enough to choose by.
fn commune_of(case: &Case) -> String {
    case.file.get("commune_code").trim().chars().take(COMMUNE_CHARS_MAX).collect()
}

#[derive(Default)]
struct Reading {
    slots: Vec<Slot>,
    places: HashMap<u64, u32>,
    ids: HashMap<FacetKind, u32>,
    facets: Vec<Facet>,
    of: Vec<u32>,
}

impl Reading {
    /// Nothing when the row was there before or has no candidates in order.
    fn take(&mut self, case: &Case, offset: u64, length: u32) -> Option<()> {
        let place = u32::try_from(self.slots.len()).ok()?;
        if self.places.insert(case.row, place).is_some() {
            return None;
        }
        let best = case.candidates.first().map_or(0.0, |candidate| candidate.probability as f32);
        self.slots.push(Slot { row: case.row, offset, length, best, facets: self.of.len() as u32 });
        let levels = case.candidates.first().into_iter().flat_map(|candidate| &candidate.levels);
        let levels = levels.filter(|(_, level)| !matches!(level.as_str(), "" | "same" | "missing"));
        let levels = levels.map(|(field, level)| FacetKind::Level(field.clone(), level.clone()));
        let commune = Some(commune_of(case)).filter(|commune| !commune.is_empty()).map(FacetKind::Commune);
        let reasons = case.reasons.iter().cloned().map(FacetKind::Reason);
        let mut own: Vec<u32> = Vec::new();
        for kind in reasons.chain(levels).chain(commune) {
            let id = match self.ids.get(&kind) {
                Some(id) => *id,
                None => {
                    let id = self.facets.len() as u32;
                    self.ids.insert(kind.clone(), id);
                    self.facets.push(Facet { kind, rows: 0 });
                    id
                }
            };
            if !own.contains(&id) {
                own.push(id);
                self.facets[id as usize].rows += 1;
            }
        }
        self.of.extend(own);
        Some(())
    }

    fn finish(mut self, file: File) -> Cases {
        // The most frequent facet gets the smallest number.
        let mut by_rows: Vec<u32> = (0..self.facets.len() as u32).collect();
        by_rows.sort_by_key(|id| std::cmp::Reverse(self.facets[*id as usize].rows));
        let mut renamed = vec![0; by_rows.len()];
        for (new, old) in by_rows.iter().enumerate() {
            renamed[*old as usize] = new as u32;
        }
        let facets = by_rows.iter().map(|id| self.facets[*id as usize].clone()).collect();
        self.of.iter_mut().for_each(|id| *id = renamed[*id as usize]);

        let slots = &self.slots;
        let doubt = |at: u32| (slots[at as usize].best - 0.5).abs();
        let row = |at: u32| slots[at as usize].row;
        let all = || (0..slots.len() as u32).collect::<Vec<_>>();
        let mut sorted = [all(), all(), all()];
        sorted[Order::Uncertain as usize].sort_by(|a, b| doubt(*a).total_cmp(&doubt(*b)).then(row(*a).cmp(&row(*b))));
        let best = |at: u32| slots[at as usize].best;
        sorted[Order::Likely as usize].sort_by(|a, b| best(*b).total_cmp(&best(*a)).then(row(*a).cmp(&row(*b))));
        sorted[Order::Row as usize].sort_by_key(|at| row(*at));
        let ranks = sorted.clone().map(|places| {
            let mut ranks = vec![0; places.len()];
            places.iter().enumerate().for_each(|(rank, place)| ranks[*place as usize] = rank as u32);
            ranks
        });
        Cases { file, slots: self.slots, places: self.places, facets, of: self.of, sorted, ranks }
    }
}
