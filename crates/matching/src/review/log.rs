//! The decisions, one line each, never changed: a line is on disk before the caller hears of it.

use super::Error;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use time::OffsetDateTime;

/// What a person said about a row.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is this person.
    Match,
    /// It is none of the candidates.
    Not,
    /// It cannot be said from what is here.
    Unsure,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Match, Self::Not, Self::Unsure];

    /// As it is written in the file and in addresses.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Match => "match",
            Self::Not => "not",
            Self::Unsure => "unsure",
        }
    }

    /// The verdict of this id.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.id() == id)
    }
}

/// What a line does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deed {
    /// It is this person.
    Match,
    /// It is none of the candidates.
    Not,
    /// It cannot be said.
    Unsure,
    /// An earlier line no longer counts.
    Undo,
}

impl Deed {
    /// As it is written in the file.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self.verdict() {
            Some(verdict) => verdict.id(),
            None => "undo",
        }
    }

    /// What was said, unless something was taken back.
    #[must_use]
    pub const fn verdict(self) -> Option<Verdict> {
        match self {
            Self::Match => Some(Verdict::Match),
            Self::Not => Some(Verdict::Not),
            Self::Unsure => Some(Verdict::Unsure),
            Self::Undo => None,
        }
    }
}

impl From<Verdict> for Deed {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Match => Self::Match,
            Verdict::Not => Self::Not,
            Verdict::Unsure => Self::Unsure,
        }
    }
}

/// A line of `decisions.jsonl`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number: 1, 2, 3 …
    pub seq: u64,
    /// The row of the file.
    pub row: u64,
    /// What was decided.
    #[serde(rename = "decision")]
    pub deed: Deed,
    /// The person, for a match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub personal_number: Option<String>,
    /// The line that no longer counts, for an undo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub takes_back: Option<u64>,
    /// Who decided.
    pub clerk: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry")
            .field("seq", &self.seq)
            .field("row", &self.row)
            .field("deed", &self.deed)
            .finish_non_exhaustive()
    }
}

/// The file and what stands in it.
pub(super) struct Log {
    path: PathBuf,
    /// Nothing before the first decision.
    file: Option<File>,
    entries: Vec<Entry>,
    /// So many bytes of the file are lines that count.
    length: u64,
}

impl Log {
    /// Opens the decisions, where there are any. A last line that a killed process left unfinished was promised to
    /// nobody and is cut off.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let error = |source| Error::File { path: path.display().to_string(), source };
        let path = path.to_owned();
        if !path.exists() {
            return Ok(Self { path, file: None, entries: Vec::new(), length: 0 });
        }
        let mut file = OpenOptions::new().read(true).append(true).open(&path).map_err(error)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(error)?;
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let mut entries = Vec::new();
        for (at, line) in text[..whole].split_inclusive(|byte| *byte == b'\n').enumerate() {
            let fault = || Error::Line { line: at as u64 + 1 };
            let entry: Entry = serde_json::from_slice(line).map_err(|_| fault())?;
            if entry.seq != at as u64 + 1 || (entry.deed == Deed::Undo) != entry.takes_back.is_some() {
                return Err(fault());
            }
            entries.push(entry);
        }
        if whole < text.len() {
            file.set_len(whole as u64).and_then(|()| file.sync_data()).map_err(error)?;
        }
        Ok(Self { path, file: Some(file), entries, length: whole as u64 })
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The number of the next line.
    pub(super) fn next(&self) -> u64 {
        self.entries.len() as u64 + 1
    }

    /// Writes a line and waits until it is on disk. After an error the line does not stand.
    pub(super) fn append(&mut self, entry: Entry) -> Result<(), Error> {
        let mut line = serde_json::to_vec(&entry).map_err(|error| Error::Store(error.into()))?;
        line.push(b'\n');
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(begin(&self.path).map_err(Error::Store)?),
        };
        // What an earlier failure may have left half written goes first.
        let end = file.seek(SeekFrom::End(0)).map_err(Error::Store)?;
        if end != self.length {
            file.set_len(self.length).map_err(Error::Store)?;
        }
        let written = file.write_all(&line).and_then(|()| file.sync_data());
        if let Err(error) = written {
            // Whether or not this succeeds, the next line begins by cutting to `length`.
            let _ = file.set_len(self.length);
            return Err(Error::Store(error));
        }
        self.length += line.len() as u64;
        self.entries.push(entry);
        Ok(())
    }
}

/// Begins the file, readable by its owner only, and makes sure that the folder remembers it.
fn begin(path: &Path) -> std::io::Result<File> {
    let file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)?;
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn entry(seq: u64, deed: Deed) -> Entry {
        let takes_back = (deed == Deed::Undo).then_some(1);
        let at = datetime!(2026-11-22 10:00 UTC);
        Entry { seq, row: 12, deed, personal_number: None, takes_back, clerk: "a".to_owned(), at }
    }

    #[test]
    fn lines_come_back_and_a_torn_one_is_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("decisions.jsonl");
        let mut log = Log::open(&path).unwrap();
        log.append(entry(1, Deed::Not)).unwrap();
        log.append(entry(2, Deed::Undo)).unwrap();
        drop(log);
        let whole = std::fs::read_to_string(&path).unwrap();
        assert!(
            whole.starts_with(r#"{"seq":1,"row":12,"decision":"not","clerk":"a","at":"2026-11-22T10:00:00Z"}"#),
            "{whole}"
        );
        std::fs::write(&path, format!("{whole}{{\"seq\":3,\"ro")).unwrap();
        let log = Log::open(&path).unwrap();
        assert_eq!(log.entries(), [entry(1, Deed::Not), entry(2, Deed::Undo)]);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), whole);
    }

    #[test]
    fn a_line_in_the_middle_that_is_none_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("decisions.jsonl");
        let good = serde_json::to_string(&entry(1, Deed::Match)).unwrap();
        for (bad, line) in [("nonsense", 2), (good.as_str(), 2), ("", 2)] {
            std::fs::write(&path, format!("{good}\n{bad}\n")).unwrap();
            assert!(matches!(Log::open(&path), Err(Error::Line { line: at }) if at == line), "{bad}");
        }
    }
}
