//! The key that second-factor secrets are sealed with. It lives in a file, never in the database: a copy of the
//! database alone gives nobody a code.

use crate::Error;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac};
use kernel::{AccountId, Random};
use sha2::Sha256;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// What the file begins with; the number changes with the format.
const HEADER: &str = "sen-identity-key 1 ";
/// First byte of what is sealed: AES-256-GCM, 12 bytes of nonce, 16 of tag.
const FORMAT: u8 = 1;
const NONCE_BYTES: usize = 12;
/// What is bound to the sealed bytes beside the account, so that they mean nothing elsewhere.
const PURPOSE: &[u8] = b"sen/identity/totp/v1\0";
/// Longest key file that is read.
const FILE_BYTES_MAX: u64 = 4096;

/// The key. Its `Debug` shows nothing.
pub struct Keys {
    cipher: Aes256Gcm,
    bytes: [u8; 32],
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}

impl Keys {
    /// The key from the file at `path`, which is made, readable by its owner only, when it is not there.
    ///
    /// # Errors
    /// When the file cannot be read or made, others may read it, or it holds no key.
    pub fn load_or_create(path: &Path) -> Result<Self, Error> {
        let failed = |why: &str| Error::KeyFile(path.display().to_string(), why.to_owned());
        let meta = match fs::metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                create(path).map_err(|error| failed(&error.to_string()))?;
                fs::metadata(path)
            }
            other => other,
        };
        let meta = meta.map_err(|error| failed(&error.to_string()))?;
        if meta.permissions().mode() & 0o077 != 0 {
            return Err(failed("others may read it; set its mode to 0600"));
        }
        if meta.len() > FILE_BYTES_MAX {
            return Err(failed("too long for a key"));
        }
        let text = fs::read_to_string(path).map_err(|error| failed(&error.to_string()))?;
        let key = text.trim_end().strip_prefix(HEADER).and_then(|key| STANDARD.decode(key).ok());
        let key: [u8; 32] = key.and_then(|key| key.try_into().ok()).ok_or_else(|| failed("holds no key"))?;
        Ok(Self::from_bytes(key))
    }

    /// A key held only in memory, for tests.
    #[must_use]
    pub fn from_bytes(key: [u8; 32]) -> Self {
        Self { cipher: Aes256Gcm::new(&Key::<Aes256Gcm>::from(key)), bytes: key }
    }

    /// Seals a secret of this account. A random nonce is safe for some billions of secrets under one key.
    pub(crate) fn seal(&self, random: &Random, account: AccountId, secret: &[u8]) -> Result<Vec<u8>, Error> {
        self.seal_bound(random, &bound_to(account), secret)
    }

    /// Opens what was sealed for this account.
    pub(crate) fn open(&self, account: AccountId, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        self.open_bound(&bound_to(account), sealed)
    }

    /// Another key, for one purpose only: HMAC-SHA256 of the purpose under this one. Whoever learns it learns neither this
    /// key nor that of another purpose.
    pub(crate) fn derived(&self, purpose: &str) -> [u8; 32] {
        let mut bytes = [0; 32];
        if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.bytes) {
            mac.update(b"sen/identity/derived/v1\0");
            mac.update(purpose.as_bytes());
            bytes.copy_from_slice(&mac.finalize().into_bytes());
        }
        bytes
    }

    /// Seals a secret, bound to the bytes that say what it is and whose.
    pub(crate) fn seal_bound(&self, random: &Random, bound: &[u8], secret: &[u8]) -> Result<Vec<u8>, Error> {
        let nonce: [u8; NONCE_BYTES] = random.bytes();
        let sealed = self.cipher.encrypt(&Nonce::from(nonce), Payload { msg: secret, aad: bound });
        let sealed = sealed.map_err(|_| Error::Sealed)?;
        Ok([&[FORMAT][..], &nonce, &sealed].concat())
    }

    /// Opens what was sealed, bound to the same bytes.
    pub(crate) fn open_bound(&self, bound: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Error> {
        let (format, rest) = sealed.split_first().ok_or(Error::Sealed)?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(Error::Sealed)?;
        if *format != FORMAT {
            return Err(Error::Sealed);
        }
        let opened = self.cipher.decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad: bound });
        opened.map_err(|_| Error::Sealed)
    }
}

/// A row moved to another account does not open there.
fn bound_to(account: AccountId) -> Vec<u8> {
    [PURPOSE, account.0.as_bytes()].concat()
}

/// The whole file is written beside its place and linked in, so that nobody meets half a key or overwrites one.
fn create(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let draft = folder.join(format!(".key-{:016x}", u64::from_le_bytes(Random::System.bytes())));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let text = format!("{HEADER}{}\n", STANDARD.encode(Random::System.bytes::<32>()));
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
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
    use uuid::Uuid;

    fn account(n: u128) -> AccountId {
        AccountId(Uuid::from_u128(n))
    }

    #[test]
    fn opens_what_was_sealed_for_this_account_and_nothing_else() {
        let keys = Keys::from_bytes([7; 32]);
        let sealed = keys.seal(&Random::seeded(1), account(1), b"secret").unwrap();
        assert_eq!(keys.open(account(1), &sealed).unwrap(), b"secret");
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
        assert!(matches!(keys.open(account(2), &sealed), Err(Error::Sealed)));
        assert!(matches!(Keys::from_bytes([8; 32]).open(account(1), &sealed), Err(Error::Sealed)));
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(matches!(keys.open(account(1), &changed), Err(Error::Sealed)), "byte {at}");
        }
        for length in 0..sealed.len() {
            assert!(keys.open(account(1), &sealed[..length]).is_err(), "length {length}");
        }
    }

    #[test]
    fn the_file_is_made_once_and_only_for_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identity.key");
        let sealed = Keys::load_or_create(&path).unwrap().seal(&Random::seeded(1), account(1), b"x").unwrap();
        assert_eq!(Keys::load_or_create(&path).unwrap().open(account(1), &sealed).unwrap(), b"x");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(Keys::load_or_create(&path), Err(Error::KeyFile(..))));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "nothing").unwrap();
        assert!(matches!(Keys::load_or_create(&path), Err(Error::KeyFile(..))));
    }
}
