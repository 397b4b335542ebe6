//! A folder of results that appears complete or not at all.

use super::Error;
use super::error::writing;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process;

/// The files that a run may leave.
pub const FILES: [&str; 9] = [
    "result.parquet",
    "result.csv",
    "report.html",
    "report.json",
    "unreadable.csv",
    "weights.json",
    "review.jsonl",
    "pairs.csv",
    "columns.yaml",
];

/// A folder under way: files are made in a hidden folder beside it, which takes its name at the end. Dropped before
/// that, it vanishes.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    partial: PathBuf,
    done: bool,
}

impl Folder {
    /// Begins the folder `path`. What a killed run left beside it is taken away.
    ///
    /// # Errors
    /// When there are results and `replace` is not given, when the folder holds anything that is no result, or when it
    /// cannot be made.
    pub fn begin(path: &Path, replace: bool) -> Result<Self, Error> {
        check(path, replace)?;
        let name = path.file_name().map_or_else(|| "clean".into(), |name| name.to_string_lossy());
        let parent = parent_of(path);
        fs::create_dir_all(parent).map_err(writing(parent))?;
        let prefix = format!(".{name}.partial-");
        sweep(parent, &prefix);
        let partial = parent.join(format!("{prefix}{}", process::id()));
        let _ = fs::remove_dir_all(&partial);
        fs::DirBuilder::new().mode(0o700).create(&partial).map_err(writing(&partial))?;
        Ok(Self { path: path.to_owned(), partial, done: false })
    }

    /// Whether results may come to `path`, before anything is done for them.
    ///
    /// # Errors
    /// When there are results and `replace` is not given, and when the folder holds anything that is no result.
    pub fn check(path: &Path, replace: bool) -> Result<(), Error> {
        check(path, replace)
    }

    /// Where files are made until the end.
    #[must_use]
    pub fn partial(&self) -> &Path {
        &self.partial
    }

    /// A file of the folder, while it is made.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.partial.join(name)
    }

    /// Makes a file that only its owner can read.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create(&self, name: &str) -> Result<File, Error> {
        let path = self.file(name);
        create_private(&path).map_err(writing(&path))
    }

    /// Gives the folder its name. What was there is replaced in one step, and then removed.
    ///
    /// # Errors
    /// When something else came to stand there, or the folder cannot be renamed.
    pub fn finish(mut self) -> Result<(), Error> {
        for entry in fs::read_dir(&self.partial).map_err(writing(&self.partial))?.flatten() {
            File::open(entry.path()).and_then(|file| file.sync_all()).map_err(writing(&entry.path()))?;
        }
        // Somebody may have begun a review of the old results meanwhile.
        check(&self.path, true)?;
        let old = self.partial.with_extension(format!("old-{}", process::id()));
        let replaced = self.path.exists();
        if replaced {
            fs::rename(&self.path, &old).map_err(writing(&self.path))?;
        }
        if let Err(error) = fs::rename(&self.partial, &self.path) {
            if replaced {
                let _ = fs::rename(&old, &self.path);
            }
            return Err(writing(&self.path)(error));
        }
        self.done = true;
        if replaced {
            fs::remove_dir_all(&old).map_err(writing(&old))?;
        }
        if let Ok(parent) = File::open(parent_of(&self.path)) {
            let _ = parent.sync_all();
        }
        Ok(())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.done {
            let _ = fs::remove_dir_all(&self.partial);
        }
    }
}

fn parent_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Refuses to take anything away that is no result.
fn check(path: &Path, replace: bool) -> Result<(), Error> {
    let shown = || path.display().to_string();
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(_) => return Err(Error::NotOurs { path: shown(), name: shown() }),
    };
    let mut any = false;
    for entry in entries.flatten() {
        any = true;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !FILES.contains(&name.as_str()) {
            return Err(Error::NotOurs { path: shown(), name });
        }
    }
    if any && !replace { Err(Error::Exists { path: shown() }) } else { Ok(()) }
}

/// Takes away what runs that no longer live have left.
fn sweep(parent: &Path, prefix: &str) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(process) = name.strip_prefix(prefix) else { continue };
        if process.bytes().all(|b| b.is_ascii_digit()) && !Path::new("/proc").join(process).exists() {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Makes a file that only its owner can read.
pub(super) fn create_private(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;

    fn put(folder: &Folder, name: &str, text: &str) {
        folder.create(name).unwrap().write_all(text.as_bytes()).unwrap();
    }

    fn names(path: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(path).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_folder_appears_complete_or_not_at_all() {
        let home = tempfile::tempdir().unwrap();
        let out = home.path().join("out");
        let folder = Folder::begin(&out, false).unwrap();
        put(&folder, "result.csv", "1");
        assert!(!out.exists());
        drop(folder);
        assert_eq!(names(home.path()), Vec::<String>::new());

        let folder = Folder::begin(&out, false).unwrap();
        put(&folder, "result.csv", "2");
        folder.finish().unwrap();
        assert_eq!(names(home.path()), ["out"]);
        assert_eq!(fs::read_to_string(out.join("result.csv")).unwrap(), "2");
    }

    #[test]
    fn results_are_replaced_only_when_asked_and_nothing_else_ever_is() {
        let home = tempfile::tempdir().unwrap();
        let out = home.path().join("out");
        let folder = Folder::begin(&out, false).unwrap();
        put(&folder, "result.csv", "1");
        put(&folder, "review.jsonl", "1");
        folder.finish().unwrap();
        assert!(matches!(Folder::begin(&out, false), Err(Error::Exists { .. })));

        let folder = Folder::begin(&out, true).unwrap();
        put(&folder, "result.csv", "2");
        assert_eq!(names(&out), ["result.csv", "review.jsonl"]);
        folder.finish().unwrap();
        assert_eq!(names(&out), ["result.csv"]);
        assert_eq!(names(home.path()), ["out"]);

        // A clerk's decisions, begun while the new results were made, stop the replacement.
        let folder = Folder::begin(&out, true).unwrap();
        fs::write(out.join("decisions.jsonl"), "1").unwrap();
        assert!(matches!(folder.finish(), Err(Error::NotOurs { name, .. }) if name == "decisions.jsonl"));
        assert_eq!(fs::read_to_string(out.join("result.csv")).unwrap(), "2");
        assert!(matches!(Folder::begin(&out, true), Err(Error::NotOurs { .. })));
        assert_eq!(names(home.path()), ["out"]);
    }

    #[test]
    fn what_a_killed_run_left_is_taken_away() {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join(".out.partial-4194399")).unwrap();
        let folder = Folder::begin(&home.path().join("out"), false).unwrap();
        assert_eq!(names(home.path()), [format!(".out.partial-{}", process::id())]);
        assert_eq!(fs::metadata(folder.partial()).unwrap().permissions().mode() & 0o777, 0o700);
        let file = folder.create("report.html").unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}
