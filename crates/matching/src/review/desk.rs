//! The clerk's desk: the rows, what was decided on each, and what comes next.

use super::log::Log;
use super::{CASES_FILE, Case, Cases, DECISIONS_FILE, Deed, Entry, Error, Filter, Pace, Shown, Verdict};
use std::fs::{File, TryLockError};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use time::OffsetDateTime;

/// How far the review has come.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Progress {
    /// All rows.
    pub total: usize,
    /// Found to be a person.
    pub matched: usize,
    /// Found to be none of the candidates.
    pub not: usize,
    /// Looked at without an answer.
    pub unsure: usize,
}

impl Progress {
    /// Rows with a decision.
    #[must_use]
    pub const fn done(self) -> usize {
        self.matched + self.not + self.unsure
    }

    /// Rows without one.
    #[must_use]
    pub const fn left(self) -> usize {
        self.total - self.done()
    }

    fn of(&mut self, verdict: Verdict) -> &mut usize {
        match verdict {
            Verdict::Match => &mut self.matched,
            Verdict::Not => &mut self.not,
            Verdict::Unsure => &mut self.unsure,
        }
    }
}

/// A folder under review. Its lock is held until it is dropped.
pub struct Desk {
    folder: PathBuf,
    cases: Cases,
    log: Log,
    /// For each row the line that holds, or 0.
    standing: Vec<u64>,
    /// For each line whether it was taken back.
    taken_back: Vec<bool>,
    progress: Progress,
    strays: usize,
    pace: Pace,
    clerk: String,
    lock: File,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").field("progress", &self.progress).finish_non_exhaustive()
    }
}

impl Desk {
    /// Sits down at a folder.
    ///
    /// # Errors
    /// `MAT0501` without rows to review, `MAT0502` and `MAT0503` with the line that is at fault, `MAT0504` while another
    /// process works on it.
    pub fn open(folder: &Path, clerk: &str, now: OffsetDateTime) -> Result<Self, Error> {
        if !folder.join(CASES_FILE).is_file() {
            return Err(Error::NoCases { path: folder.display().to_string() });
        }
        // The lock is on the folder itself: looking at it leaves nothing behind.
        let failed = |source| Error::File { path: folder.display().to_string(), source };
        let lock = File::open(folder).map_err(failed)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => Error::Busy { path: folder.display().to_string() },
            TryLockError::Error(source) => failed(source),
        })?;
        let cases = Cases::open(folder)?;
        let log = Log::open(&folder.join(DECISIONS_FILE))?;
        let mut desk = Self {
            folder: folder.to_owned(),
            standing: vec![0; cases.len()],
            taken_back: Vec::with_capacity(log.entries().len()),
            progress: Progress { total: cases.len(), ..Progress::default() },
            strays: 0,
            pace: Pace::begin(now),
            clerk: clerk.to_owned(),
            cases,
            log,
            lock,
        };
        for at in 0..desk.log.entries().len() {
            let entry = desk.log.entries()[at].clone();
            if desk.cases.place(entry.row).is_none() {
                desk.strays += 1;
            }
            desk.count(&entry);
        }
        Ok(desk)
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The rows.
    #[must_use]
    pub fn cases(&self) -> &Cases {
        &self.cases
    }

    /// How far the review has come.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.progress
    }

    /// How fast it goes.
    #[must_use]
    pub fn pace(&self) -> &Pace {
        &self.pace
    }

    /// Lines about rows that are not here: the folder was cleaned again since.
    #[must_use]
    pub fn strays(&self) -> usize {
        self.strays
    }

    /// Every line.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        self.log.entries()
    }

    /// Whether a line no longer counts.
    #[must_use]
    pub fn is_taken_back(&self, seq: u64) -> bool {
        self.index(seq).is_some_and(|at| self.taken_back[at])
    }

    /// The decision that holds on a row.
    #[must_use]
    pub fn standing(&self, row: u64) -> Option<&Entry> {
        self.standing_at(self.cases.place(row)?)
    }

    /// The last decision that holds, on whichever row.
    #[must_use]
    pub fn last(&self) -> Option<&Entry> {
        self.log.entries().iter().rev().find(|entry| self.standing(entry.row).is_some_and(|own| own.seq == entry.seq))
    }

    /// A row.
    ///
    /// # Errors
    /// `MAT0505` when it is not here.
    pub fn case(&self, row: u64) -> Result<Case, Error> {
        self.cases.read(self.cases.place(row).ok_or(Error::NoRow { row })?)
    }

    /// The rows that the filter asks for, in its order.
    #[must_use]
    pub fn rows(&self, filter: &Filter) -> Vec<u64> {
        let Some(facets) = self.cases.asked(filter) else { return Vec::new() };
        let sorted = self.cases.sorted(filter.order).iter();
        let chosen = sorted.filter(|place| self.fits(**place, filter.shown, &facets));
        chosen.map(|place| self.cases.row(*place)).collect()
    }

    /// What comes after a row: of those left and those unsure the search goes round to the first again.
    #[must_use]
    pub fn next(&self, row: u64, filter: &Filter) -> Option<u64> {
        let (facets, place) = (self.cases.asked(filter)?, self.cases.place(row)?);
        let rank = self.cases.rank(filter.order, place);
        let (before, after) = self.cases.sorted(filter.order).split_at(rank);
        let round = matches!(filter.shown, Shown::Left | Shown::Said(Verdict::Unsure));
        let before = before.iter().filter(|_| round);
        let found = after.iter().skip(1).chain(before).find(|place| self.fits(**place, filter.shown, &facets));
        found.map(|place| self.cases.row(*place))
    }

    /// What stands before a row. Among those left this shows the decided ones too: one goes back to look again.
    #[must_use]
    pub fn previous(&self, row: u64, filter: &Filter) -> Option<u64> {
        let (facets, place) = (self.cases.asked(filter)?, self.cases.place(row)?);
        let shown = if filter.shown == Shown::Left { Shown::All } else { filter.shown };
        let before = &self.cases.sorted(filter.order)[..self.cases.rank(filter.order, place)];
        before.iter().rev().find(|place| self.fits(**place, shown, &facets)).map(|place| self.cases.row(*place))
    }

    /// Decides on a row. `seen` is the number of the decision that held when the row was shown, 0 for none. When this
    /// returns, the decision is on disk.
    ///
    /// # Errors
    /// `MAT0505`, `MAT0506` for what is not there, `MAT0507` when somebody decided in between, `MAT0509` when it could
    /// not be stored.
    pub fn decide(&mut self, row: u64, said: &Said<'_>, seen: u64, now: OffsetDateTime) -> Result<Entry, Error> {
        let place = self.cases.place(row).ok_or(Error::NoRow { row })?;
        let personal_number = match said {
            Said::Match(number) => {
                self.cases.read(place)?.candidate(number).ok_or(Error::NoCandidate)?;
                Some((*number).to_owned())
            }
            Said::Not | Said::Unsure => None,
        };
        if self.standing[place as usize] != seen {
            return Err(Error::Elsewhere);
        }
        let entry = Entry {
            seq: self.log.next(),
            row,
            deed: said.verdict().into(),
            personal_number,
            takes_back: None,
            clerk: self.clerk.clone(),
            at: now,
        };
        self.is_the_same()?;
        self.log.append(entry.clone())?;
        self.count(&entry);
        self.pace.decided(now);
        Ok(entry)
    }

    /// Takes a decision back. What held on the row before it holds again. When this returns, it is on disk.
    ///
    /// # Errors
    /// `MAT0508` when there is no such decision, or it was taken back before; `MAT0509` when it could not be stored.
    pub fn take_back(&mut self, seq: u64, now: OffsetDateTime) -> Result<Entry, Error> {
        let at = self.index(seq).filter(|at| !self.taken_back[*at]).ok_or(Error::NothingToTakeBack)?;
        let taken = &self.log.entries()[at];
        if taken.deed == Deed::Undo {
            return Err(Error::NothingToTakeBack);
        }
        let entry = Entry {
            seq: self.log.next(),
            row: taken.row,
            deed: Deed::Undo,
            personal_number: None,
            takes_back: Some(seq),
            clerk: self.clerk.clone(),
            at: now,
        };
        self.is_the_same()?;
        self.log.append(entry.clone())?;
        self.count(&entry);
        self.pace.taken_back(now);
        Ok(entry)
    }

    /// Until the first decision is there, a new cleaning may take the folder's place; a decision must not get among its
    /// files.
    fn is_the_same(&self) -> Result<(), Error> {
        if !self.log.entries().is_empty() {
            return Ok(());
        }
        let place = |data: std::fs::Metadata| (data.dev(), data.ino());
        let (opened, named) = (self.lock.metadata().map(place), std::fs::metadata(&self.folder).map(place));
        match (opened, named) {
            (Ok(opened), Ok(named)) if opened == named => Ok(()),
            _ => Err(Error::Replaced { path: self.folder.display().to_string() }),
        }
    }

    fn index(&self, seq: u64) -> Option<usize> {
        usize::try_from(seq).ok()?.checked_sub(1).filter(|at| *at < self.taken_back.len())
    }

    fn standing_at(&self, place: u32) -> Option<&Entry> {
        self.log.entries().get(usize::try_from(self.standing[place as usize]).ok()?.checked_sub(1)?)
    }

    fn verdict_at(&self, place: u32) -> Option<Verdict> {
        self.standing_at(place).and_then(|entry| entry.deed.verdict())
    }

    fn fits(&self, place: u32, shown: Shown, facets: &[u32]) -> bool {
        shown.has(self.verdict_at(place)) && self.cases.has(place, facets)
    }

    /// Lets a line of the log count. The line stands in the log already.
    fn count(&mut self, entry: &Entry) {
        self.taken_back.push(false);
        if let Some(at) = entry.takes_back.and_then(|seq| self.index(seq)) {
            self.taken_back[at] = true;
        }
        let Some(place) = self.cases.place(entry.row) else { return };
        let before = self.verdict_at(place);
        self.standing[place as usize] = match entry.takes_back {
            None => entry.seq,
            // The youngest line of the row that nobody took back.
            Some(_) => {
                let own = self.log.entries()[..self.taken_back.len()].iter().rev();
                let holds = |e: &&Entry| e.row == entry.row && e.deed != Deed::Undo && !self.is_taken_back(e.seq);
                own.clone().find(holds).map_or(0, |entry| entry.seq)
            }
        };
        let after = self.verdict_at(place);
        if let Some(verdict) = before {
            *self.progress.of(verdict) -= 1;
        }
        if let Some(verdict) = after {
            *self.progress.of(verdict) += 1;
        }
    }
}

/// What a clerk says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Said<'a> {
    /// It is the candidate with this personal number.
    Match(&'a str),
    /// It is none of them.
    Not,
    /// It cannot be said.
    Unsure,
}

impl Said<'_> {
    /// Without whom.
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        match self {
            Self::Match(_) => Verdict::Match,
            Self::Not => Verdict::Not,
            Self::Unsure => Verdict::Unsure,
        }
    }
}

impl std::fmt::Debug for Said<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.verdict().id())
    }
}
