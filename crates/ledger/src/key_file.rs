//! Where the log's private key lives: one file that only its owner may read.

use crate::{Error, note::Signer};
use kernel::Random;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};

/// Longest key file that is read, in bytes.
const KEY_FILE_BYTES_MAX: u64 = 4096;
/// Bits that let somebody else in.
const OTHERS_MODE: u32 = 0o077;
const OWNER_MODE: u32 = 0o600;

impl Signer {
    /// The key in the file at `path`, which is made, with a key from the system's randomness, when it is not there.
    /// Two processes that make it at once end up with the same key.
    ///
    /// # Errors
    /// [`Error::KeyFile`] when it cannot be read or made, [`Error::KeyMode`] when others may read it,
    /// [`Error::Key`] when it holds no key, [`Error::KeyName`] when it holds the key of another log.
    pub fn load_or_create(path: &Path, name: &str) -> Result<Self, Error> {
        match load(path, name) {
            Err(Error::KeyFile(error)) if error.kind() == ErrorKind::NotFound => {
                let made = Self::from_seed(name, &Random::System.bytes()).map_err(Error::Key)?;
                create(path, &made).map_err(Error::KeyFile)?;
                load(path, name)
            }
            other => other,
        }
    }
}

fn load(path: &Path, name: &str) -> Result<Signer, Error> {
    let meta = fs::metadata(path).map_err(Error::KeyFile)?;
    if meta.permissions().mode() & OTHERS_MODE != 0 {
        return Err(Error::KeyMode);
    }
    if meta.len() > KEY_FILE_BYTES_MAX {
        return Err(Error::Key(crate::note::NoteError::Key));
    }
    let text = fs::read_to_string(path).map_err(Error::KeyFile)?;
    let signer = Signer::from_secret_text(text.trim_end()).map_err(Error::Key)?;
    if signer.name() == name { Ok(signer) } else { Err(Error::KeyName) }
}

/// Writes the whole file beside its place and links it in, so that no reader and no crash meets half a key and
/// nobody's key is overwritten.
fn create(path: &Path, signer: &Signer) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let draft = folder.join(format!(".key-{:016x}", u64::from_le_bytes(Random::System.bytes())));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(OWNER_MODE).open(&draft)?;
    let written = file.write_all(format!("{}\n", signer.to_secret_text()).as_bytes()).and_then(|()| file.sync_all());
    let linked = written.and_then(|()| match fs::hard_link(&draft, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        other => other,
    });
    fs::remove_file(&draft)?;
    linked?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_once_and_only_for_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.key");
        let made = Signer::load_or_create(&path, "sen.example/log").unwrap();
        let again = Signer::load_or_create(&path, "sen.example/log").unwrap();
        assert_eq!(made.verifier_key(), again.verifier_key());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, OWNER_MODE);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

        assert!(matches!(Signer::load_or_create(&path, "other.example/log"), Err(Error::KeyName)));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(Signer::load_or_create(&path, "sen.example/log"), Err(Error::KeyMode)));
        fs::set_permissions(&path, fs::Permissions::from_mode(OWNER_MODE)).unwrap();
        fs::write(&path, "nothing").unwrap();
        assert!(matches!(Signer::load_or_create(&path, "sen.example/log"), Err(Error::Key(_))));
        assert!(matches!(Signer::load_or_create(&folder.path().join("a/b"), "x"), Err(Error::KeyFile(_))));
    }
}
