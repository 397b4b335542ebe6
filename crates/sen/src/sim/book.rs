//! The operator's book of subscribers: a file that only grows, one line a registration. A line is on the disk before the
//! person is told.

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use time::OffsetDateTime;

/// A registered number.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Subscriber {
    /// The phone number.
    pub(super) number: String,
    /// Whose: as the provider names the person to this operator, and to nobody else.
    pub(super) sub: String,
    /// The name that was given.
    pub(super) name: String,
    /// The personal number that was given: the law has operators keep it.
    pub(super) personal_number: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub(super) at: OffsetDateTime,
}

impl std::fmt::Debug for Subscriber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Subscriber(…)")
    }
}

/// Why a number was not registered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Refused {
    /// The person has as many as the simple way allows.
    TooMany,
    /// Somebody has the number.
    Taken,
}

/// The book.
pub(super) struct Book {
    file: File,
    lines: Vec<Subscriber>,
}

impl Book {
    /// Opens the book; a line that a crash left half-written at the end is no registration and is cut off.
    ///
    /// # Errors
    /// When the file cannot be read, or another line than the last is no registration.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let about = || format!("the book of subscribers {}", path.display());
        let mut options = std::fs::OpenOptions::new();
        let file = options.create(true).read(true).append(true).mode(0o600).open(path).with_context(about)?;
        let (mut lines, mut whole) = (Vec::new(), 0);
        let mut reader = BufReader::new(&file);
        loop {
            let mut line = String::new();
            let read = reader.read_line(&mut line).with_context(about)?;
            if read == 0 || !line.ends_with('\n') {
                break;
            }
            lines.push(serde_json::from_str(&line).with_context(about)?);
            whole += u64::try_from(read)?;
        }
        file.set_len(whole).with_context(about)?;
        Ok(Self { file, lines })
    }

    /// Registers a number, unless the person has `max` already or somebody has the number.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(super) fn register(&mut self, new: Subscriber, max: usize) -> Result<Result<(), Refused>> {
        if self.lines.iter().any(|line| line.number == new.number) {
            return Ok(Err(Refused::Taken));
        }
        if self.of(&new.sub).count() >= max {
            return Ok(Err(Refused::TooMany));
        }
        let mut line = serde_json::to_string(&new)?;
        ensure!(!line.contains('\n'), "a line of the book holds a line break");
        line.push('\n');
        self.file.write_all(line.as_bytes())?;
        self.file.sync_data()?;
        self.lines.push(new);
        Ok(Ok(()))
    }

    /// The numbers of a person, oldest first.
    pub(super) fn of<'a>(&'a self, sub: &'a str) -> impl Iterator<Item = &'a Subscriber> {
        self.lines.iter().filter(move |line| line.sub == sub)
    }

    /// Whether somebody has the number.
    pub(super) fn has(&self, number: &str) -> bool {
        self.lines.iter().any(|line| line.number == number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(number: &str, sub: &str) -> Subscriber {
        Subscriber {
            number: number.to_owned(),
            sub: sub.to_owned(),
            name: "Nguyễn Thị Lan".to_owned(),
            personal_number: "001190000001".to_owned(),
            at: OffsetDateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_person_has_so_many_numbers_and_a_number_one_person() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("book");
        let mut book = Book::open(&path).unwrap();
        assert_eq!(book.register(new("0900000001", "a"), 2).unwrap(), Ok(()));
        assert_eq!(book.register(new("0900000001", "b"), 2).unwrap(), Err(Refused::Taken));
        assert_eq!(book.register(new("0900000002", "a"), 2).unwrap(), Ok(()));
        assert_eq!(book.register(new("0900000003", "a"), 2).unwrap(), Err(Refused::TooMany));
        assert_eq!(book.register(new("0900000003", "b"), 2).unwrap(), Ok(()));
        drop(book);

        // What a crash left of a line is cut off; what stood before is there.
        std::fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"number\":\"09").unwrap();
        let mut book = Book::open(&path).unwrap();
        assert_eq!(book.of("a").count(), 2);
        assert_eq!(book.register(new("0900000004", "b"), 2).unwrap(), Ok(()));
        assert_eq!(Book::open(&path).unwrap().of("b").count(), 2);
    }
}
