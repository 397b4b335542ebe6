//! Passwords that are on the lists attackers try first. Nothing leaves the machine: a small list is built in, and an operator
//! may give a file of the SHA-1 hashes of leaked passwords, in the form Have I Been Pwned offers for download.

use crate::Error;
use sha1::{Digest, Sha1};
use std::collections::HashSet;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::{Arc, LazyLock};

/// Built in: one a line, in lower case, without what people append.
const BUILT_IN: &str = include_str!("../data/common-passwords.txt");
/// A line is 40 digits, a colon and a count: never longer than this.
const LINE_BYTES_MAX: usize = 128;
const HEX_DIGITS: usize = 40;

static COMMON: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    BUILT_IN.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
});

/// What passwords are looked up in. Cheap to clone.
#[derive(Clone, Default)]
pub struct Breached(Option<Arc<Hashes>>);

/// A file whose lines are sorted by hash. It is searched where it lies: the whole of it has tens of gigabytes.
struct Hashes {
    file: File,
    bytes: u64,
}

impl std::fmt::Debug for Breached {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Breached").field("file", &self.0.is_some()).finish()
    }
}

impl Breached {
    /// The built-in list, and the file of hashes at `path`: `SHA-1 in hexadecimal:count` a line, sorted by hash.
    ///
    /// # Errors
    /// `ListFile` when it cannot be read, or does not begin with such a line.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let failed = |why: &str| Error::ListFile(path.display().to_string(), why.to_owned());
        let file = File::open(path).map_err(|error| failed(&error.to_string()))?;
        let bytes = file.metadata().map_err(|error| failed(&error.to_string()))?.len();
        let hashes = Hashes { file, bytes };
        let first = hashes.line_from(0).map_err(|error| failed(&error.to_string()))?;
        first.filter(|line| hash_of(&line.text).is_some()).ok_or_else(|| failed("does not begin with a SHA-1 hash"))?;
        Ok(Self(Some(Arc::new(hashes))))
    }

    /// Whether the (normal) password is on a list. Reads the disk; on a thread that may.
    pub(crate) fn has(&self, password: &str) -> Result<bool, Error> {
        if is_common(password) {
            return Ok(true);
        }
        let Some(hashes) = &self.0 else { return Ok(false) };
        let wanted = Sha1::digest(password.as_bytes()).iter().map(|byte| format!("{byte:02X}")).collect::<String>();
        hashes.has(&wanted).map_err(|_| Error::Fault("the file of leaked passwords does not read"))
    }
}

/// Whether it is a common one, alone or with what people append to satisfy rules.
fn is_common(password: &str) -> bool {
    let lower = password.to_lowercase();
    let words: String = lower.chars().filter(|letter| !letter.is_whitespace()).collect();
    let bare = words.trim_matches(|letter: char| !letter.is_alphabetic());
    [lower.as_str(), &words, bare].iter().any(|text| COMMON.contains(text))
}

struct Line {
    text: String,
    /// Where the next begins.
    next: u64,
}

fn hash_of(line: &str) -> Option<String> {
    let hash = line.split(':').next()?.trim();
    let right = hash.len() == HEX_DIGITS && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    right.then(|| hash.to_ascii_uppercase())
}

impl Hashes {
    /// The line that begins at `at`.
    fn line_from(&self, at: u64) -> std::io::Result<Option<Line>> {
        let mut buffer = [0; LINE_BYTES_MAX];
        let read = self.file.read_at(&mut buffer, at)?;
        let seen = buffer.get(..read).unwrap_or_default();
        if seen.is_empty() {
            return Ok(None);
        }
        let length = seen.iter().position(|byte| *byte == b'\n').unwrap_or(seen.len());
        let text = String::from_utf8_lossy(seen.get(..length).unwrap_or_default()).trim_end().to_owned();
        Ok(Some(Line { text, next: at + length as u64 + 1 }))
    }

    /// By halves: `from` always begins a line that may be it.
    fn has(&self, wanted: &str) -> std::io::Result<bool> {
        let (mut from, mut to) = (0, self.bytes);
        while from < to {
            let middle = from + (to - from) / 2;
            // The first whole line after the middle; the line of `from` when there is none.
            let whole = if middle == from { from } else { self.line_from(middle - 1)?.map_or(to, |part| part.next) };
            let begins = if whole < to { whole } else { from };
            let Some(line) = self.line_from(begins)? else { return Ok(false) };
            let Some(hash) = hash_of(&line.text) else { return Ok(false) };
            match hash.as_str().cmp(wanted) {
                std::cmp::Ordering::Equal => return Ok(true),
                std::cmp::Ordering::Less => from = line.next,
                std::cmp::Ordering::Greater if begins == from => return Ok(false),
                // What lies before the line that was read, up to the middle and to the end of its line.
                std::cmp::Ordering::Greater => to = begins,
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn common_passwords_are_known_however_they_are_dressed_up() {
        let breached = Breached::default();
        for common in ["iloveyou", "Password123!", "anh yêu em", "12345678", "MatKhau2026", "  Việt Nam 1975"] {
            assert!(breached.has(common).unwrap(), "{common}");
        }
        for fine in ["một con đường dài", "sen-hồng bên hồ", "correct horse battery staple x"] {
            assert!(!breached.has(fine).unwrap(), "{fine}");
        }
    }

    #[test]
    fn every_line_of_a_sorted_file_is_found_and_nothing_else() {
        let mut hashes: Vec<String> = (0..500_u32)
            .map(|n| Sha1::digest(format!("leaked {n}").as_bytes()).iter().map(|b| format!("{b:02X}")).collect())
            .collect();
        hashes.sort();
        for ends in ["\n", "\r\n"] {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            for (n, hash) in hashes.iter().enumerate() {
                write!(file, "{hash}:{}{ends}", n * n * 7).unwrap();
            }
            file.flush().unwrap();
            let breached = Breached::open(file.path()).unwrap();
            for n in 0..500 {
                assert!(breached.has(&format!("leaked {n}")).unwrap(), "{n}");
                assert!(!breached.has(&format!("not leaked {n}")).unwrap(), "{n}");
            }
        }
    }

    #[test]
    fn another_file_is_refused_at_once() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        assert!(matches!(Breached::open(file.path()), Err(Error::ListFile(..))), "empty");
        file.write_all(b"password\n123456\n").unwrap();
        assert!(matches!(Breached::open(file.path()), Err(Error::ListFile(..))));
        assert!(matches!(Breached::open(Path::new("/nowhere/at/all")), Err(Error::ListFile(..))));
    }
}
