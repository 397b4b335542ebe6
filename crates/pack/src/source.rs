//! A pack opened: its files, its documents, its tables.

use crate::{Document, Error, Report, Table};
use rust_embed::RustEmbed;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The largest file that a pack may hold.
const FILE_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// How many files a pack may hold.
const FILES_MAX: usize = 10_000;

/// The packs of this repository, inside the program (read from disk in development builds).
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../packs"]
struct Embedded;

/// The files that make the program one country's system. Data, never code.
#[derive(Clone, Debug)]
pub struct Pack {
    name: String,
    /// By path, then in the order of the file.
    documents: Vec<Document>,
    tables: BTreeMap<String, String>,
}

impl Pack {
    /// Reads every `*.yaml` and `*.csv` below a folder. The pack is named like the folder.
    ///
    /// # Errors
    /// When the folder cannot be read, or any YAML in it is not well formed (all faults of all files at once).
    pub fn open(dir: &Path) -> Result<Self, Error> {
        let mut report = Report::new();
        let pack = Self::open_with(dir, &mut report)?;
        if report.is_clean() { Ok(pack) } else { Err(Error::Faulty(report)) }
    }

    /// The same; faults of single files go to the report, and the rest is read.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn open_with(dir: &Path, report: &mut Report) -> Result<Self, Error> {
        let unreadable = |path: &Path| {
            let path = path.display().to_string();
            move |source| Error::Unreadable { path, source }
        };
        let mut files = BTreeMap::new();
        let mut folders = vec![dir.to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).map_err(unreadable(&folder))? {
                let path = entry.map_err(unreadable(&folder))?.path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                if !is_read(&path) {
                    continue;
                }
                let name = path.strip_prefix(dir).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                if fs::metadata(&path).map_err(unreadable(&path))?.len() > FILE_BYTES_MAX {
                    report.add_line(&name, 1, "PAC0007", format!("larger than {FILE_BYTES_MAX} bytes"));
                    continue;
                }
                files.insert(name, fs::read(&path).map_err(unreadable(&path))?);
                if files.len() > FILES_MAX {
                    return Err(Error::TooManyFiles { path: dir.display().to_string(), max: FILES_MAX });
                }
            }
        }
        let name = dir.canonicalize().map_err(unreadable(dir))?;
        let name = name.file_name().map_or_else(|| "pack".to_owned(), |name| name.to_string_lossy().into_owned());
        Ok(Self::from_files(name, files, report))
    }

    /// A pack that is inside the program: `vn` or `demo`.
    ///
    /// # Errors
    /// When there is none of that name, or its YAML is not well formed.
    pub fn embedded(name: &str) -> Result<Self, Error> {
        let prefix = format!("{name}/");
        let mut files = BTreeMap::new();
        for path in Embedded::iter().filter(|path| path.starts_with(&prefix) && is_read(Path::new(path.as_ref()))) {
            if let Some(file) = Embedded::get(&path) {
                files.insert(path[prefix.len()..].to_owned(), file.data.into_owned());
            }
        }
        if files.is_empty() {
            return Err(Error::NoSuchPack(name.to_owned()));
        }
        let mut report = Report::new();
        let pack = Self::from_files(name.to_owned(), files, &mut report);
        if report.is_clean() { Ok(pack) } else { Err(Error::Faulty(report)) }
    }

    fn from_files(name: String, files: BTreeMap<String, Vec<u8>>, report: &mut Report) -> Self {
        let mut pack = Self { name, documents: Vec::new(), tables: BTreeMap::new() };
        for (path, bytes) in files {
            let text = match String::from_utf8(bytes) {
                Ok(text) => text,
                Err(error) => {
                    let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
                    let line = 1 + valid.iter().filter(|b| **b == b'\n').count();
                    report.add_line(&path, line, "PAC0008", "not UTF-8");
                    continue;
                }
            };
            if path.ends_with(".csv") {
                pack.tables.insert(path, text);
            } else {
                pack.documents.extend(Document::read_text(&path, &text, report));
            }
        }
        pack
    }

    /// What the pack is called, such as `vn`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Every document below a folder, such as `services` or `cases/procedure`, by path and then in the order of the file.
    #[must_use]
    pub fn documents(&self, folder: &str) -> &[Document] {
        let prefix = format!("{folder}/");
        let start = self.documents.partition_point(|doc| doc.path < prefix);
        let count = self.documents[start..].iter().take_while(|doc| doc.path.starts_with(&prefix)).count();
        &self.documents[start..start + count]
    }

    /// The documents of one file, such as `calendar/hours.yaml`.
    #[must_use]
    pub fn file(&self, path: &str) -> &[Document] {
        let start = self.documents.partition_point(|doc| doc.path.as_str() < path);
        let count = self.documents[start..].iter().take_while(|doc| doc.path == path).count();
        &self.documents[start..start + count]
    }

    /// The folders (first part of the path) that hold documents or tables.
    #[must_use]
    pub fn folders(&self) -> Vec<&str> {
        let paths = self.documents.iter().map(|doc| doc.path.as_str()).chain(self.tables.keys().map(String::as_str));
        let mut folders: Vec<_> = paths.filter_map(|path| path.split_once('/').map(|(folder, _)| folder)).collect();
        folders.sort_unstable();
        folders.dedup();
        folders
    }

    /// The paths of all tables.
    pub fn tables(&self) -> impl Iterator<Item = &str> {
        self.tables.keys().map(String::as_str)
    }

    /// A CSV table. One that is missing is reported and comes back empty.
    #[must_use]
    pub fn table(&self, path: &str, report: &mut Report) -> Table {
        match self.tables.get(path) {
            Some(text) => Table::read(path, text, report),
            None => {
                report.add_line(path, 1, "PAC0020", "this table is missing");
                Table::read(path, "", &mut Report::new())
            }
        }
    }

    /// A CSV table that a pack may leave out.
    #[must_use]
    pub fn find_table(&self, path: &str, report: &mut Report) -> Option<Table> {
        self.tables.get(path).map(|text| Table::read(path, text, report))
    }
}

/// Definitions and tables; notes that lie beside them are left alone.
fn is_read(path: &Path) -> bool {
    matches!(path.extension().and_then(|e| e.to_str()), Some("yaml" | "yml" | "csv"))
}

#[cfg(test)]
mod tests {
    use super::Pack;
    use crate::{Error, Report};
    use std::fs;

    fn pack(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (path, bytes) in files {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        dir
    }

    #[test]
    fn documents_come_by_folder_and_file() {
        let dir = pack(&[
            ("services/b.yaml", b"id: b"),
            ("services/a/x.yaml", b"id: x\n---\nid: y"),
            ("services-old/a.yaml", b"id: old"),
            ("units/u.csv", b"code\n01\n"),
            ("notes.md", b"not read"),
        ]);
        let pack = Pack::open(dir.path()).unwrap();
        let ids = |folder| -> Vec<_> {
            pack.documents(folder).iter().map(|d| d.value["id"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(ids("services"), ["x", "y", "b"]);
        assert_eq!(ids("services/a"), ["x", "y"]);
        assert_eq!(pack.file("services/b.yaml").len(), 1);
        assert_eq!(pack.folders(), ["services", "services-old", "units"]);
        let mut report = Report::new();
        assert_eq!(pack.table("units/u.csv", &mut report).rows.len(), 1);
        assert!(report.is_clean());
        let _ = pack.table("units/none.csv", &mut report);
        assert_eq!(report.to_string(), "units/none.csv:1: PAC0020 this table is missing\n");
    }

    #[test]
    fn every_fault_of_every_file_is_named() {
        let dir = pack(&[
            ("a/one.yaml", b"id: 1\nx: [1\n"),
            ("a/two.yaml", b"id: 00004\nid: b\n"),
            ("a/three.yaml", b"id: a\nname: \xff\xfe\n"),
            ("a/good.yaml", b"id: good\n"),
        ]);
        let Err(Error::Faulty(report)) = Pack::open(dir.path()) else { panic!("faulty") };
        let found: Vec<_> = report.problems().iter().map(|f| (f.file.clone(), f.line, f.code)).collect();
        assert_eq!(
            found,
            [
                ("a/one.yaml".to_owned(), 3, "PAC0001"),
                ("a/three.yaml".to_owned(), 2, "PAC0008"),
                ("a/two.yaml".to_owned(), 1, "PAC0003"),
                ("a/two.yaml".to_owned(), 2, "PAC0002"),
            ]
        );
        let mut report = Report::new();
        let pack = Pack::open_with(dir.path(), &mut report).unwrap();
        assert!(pack.documents("a").iter().any(|d| d.value["id"] == "good"));
    }

    #[test]
    fn what_is_not_there_is_an_error() {
        assert!(matches!(Pack::open(std::path::Path::new("/no/such/pack")), Err(Error::Unreadable { .. })));
        assert!(matches!(Pack::embedded("atlantis"), Err(Error::NoSuchPack(_))));
    }
}
