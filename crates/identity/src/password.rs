//! Passwords: argon2id (RFC 9106) with OWASP's second recommended setting, a few at a time, on threads of their own.

use crate::{Breached, Error, Identity};
use argon2::{Algorithm, Argon2, Block, Params, PasswordHash as Phc, Version};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use kernel::Random;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;
use subtle::ConstantTimeEq;
use tokio::sync::{Semaphore, oneshot};
use unicode_normalization::UnicodeNormalization;

/// Least length beside a second factor (NIST SP 800-63B-4, 3.1.1.2).
pub const PASSWORD_CHARS_MIN: usize = 8;
/// Least length where the password is all there is (same place).
pub const PASSWORD_CHARS_MIN_ALONE: usize = 15;
/// Greatest length.
pub const PASSWORD_CHARS_MAX: usize = 128;
/// Different characters a password has at least, so that it is not one key held down.
const DIFFERENT_CHARS_MIN: usize = 4;
/// What everybody tries first.
const COMMON: [&str; 6] = ["password", "matkhau", "12345678", "87654321", "qwerty", "abcd1234"];

/// 19 MiB, two passes, one lane (OWASP password storage).
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;
/// How long a sign-in waits for its turn to be hashed.
const TURN_WITHIN: Duration = Duration::from_secs(5);

/// A password's hash, as a PHC string. Its `Debug` shows nothing.
#[derive(Clone)]
pub struct PasswordHash(pub(crate) Arc<str>);

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// Hashes and verifies, as many at once as there are processors, each on a thread of its own that keeps its 19 MiB: an
/// allocator that is given blocks of this size back keeps most of them, for every thread that ever gave one back.
#[derive(Clone)]
pub(crate) struct Hasher {
    turns: Arc<Semaphore>,
    work: mpsc::Sender<Work>,
    done: Arc<AtomicU64>,
    /// What the password of an unknown name is compared with.
    nobody: PasswordHash,
}

/// Where one thread hashes.
type Memory = Vec<Block>;
/// What one of the threads does.
type Work = Box<dyn FnOnce(&mut Memory) + Send>;

impl Hasher {
    pub(crate) fn new() -> Result<Self, Error> {
        let turns = std::thread::available_parallelism().map_or(1, usize::from);
        let nobody = hash_now("nobody has this password", &Random::System, &mut Memory::new())?;
        let (work, wanted) = mpsc::channel::<Work>();
        let wanted = Arc::new(Mutex::new(wanted));
        for _ in 0..turns {
            let wanted = Arc::clone(&wanted);
            let thread = std::thread::Builder::new().name("passwords".to_owned());
            // Ends with the last clone of the hasher.
            let begun = thread.spawn(move || {
                let mut memory = Memory::new();
                while let Some(work) = next(&wanted) {
                    // A panic is told to who waits by the answer that never comes; the thread goes on.
                    let _ = catch_unwind(AssertUnwindSafe(|| work(&mut memory)));
                }
            });
            begun.map_err(|_| Error::Fault("no thread for passwords"))?;
        }
        Ok(Self { turns: Arc::new(Semaphore::new(turns)), work, done: Arc::default(), nobody })
    }

    /// Hashes a password with a fresh salt.
    pub(crate) async fn hash(&self, password: &str, random: &Random) -> Result<PasswordHash, Error> {
        let (password, random) = (password.to_owned(), random.clone());
        self.in_turn(move |memory| hash_now(&password, &random, memory)).await
    }

    /// Whether this is the password. Without a hash the same work is done and the answer is no.
    pub(crate) async fn verify(&self, password: &str, hash: Option<PasswordHash>) -> Result<bool, Error> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.clone());
        let password = normal(password);
        self.in_turn(move |memory| Ok(is_of(&hash, &password, memory)? && known)).await
    }

    /// How many passwords were hashed or verified.
    pub(crate) fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Memory) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let turn = tokio::time::timeout(TURN_WITHIN, self.turns.clone().acquire_owned()).await;
        let turn = turn.map_err(|_| Error::Busy)?.map_err(|_| Error::Busy)?;
        self.done.fetch_add(1, Ordering::Relaxed);
        let (answer, answered) = oneshot::channel();
        // The turn goes with the work: should the caller go away, the work still counts until it ends.
        let work = Box::new(move |memory: &mut Memory| {
            let done = work(memory);
            drop(turn);
            // Nobody waits any more where this fails.
            let _ = answer.send(done);
        });
        self.work.send(work).map_err(|_| Error::Fault("no thread for passwords"))?;
        answered.await.map_err(|_| Error::Fault("hashing ended abruptly"))?
    }
}

/// The next work; none when nobody can give any more.
fn next(wanted: &Mutex<mpsc::Receiver<Work>>) -> Option<Work> {
    wanted.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

impl PasswordHash {
    /// Whether it was made with other parameters than passwords are hashed with now.
    pub(crate) fn is_stale(&self) -> bool {
        let now = format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$");
        !self.0.starts_with(&now)
    }
}

impl Identity {
    /// Refuses passwords that are too short, too long or the first that anybody would try, and those on lists of leaked
    /// ones. `alone` where the password is all that the account has.
    ///
    /// # Errors
    /// `WeakPassword`, `PasswordBreached`; `Fault` when the list does not read.
    pub(crate) async fn check_password(&self, password: &str, login: &str, alone: bool) -> Result<(), Error> {
        check_strength(password, login, alone)?;
        let (breached, password): (Breached, String) = (self.breached.clone(), normal(password));
        let found = tokio::task::spawn_blocking(move || breached.has(&password)).await;
        if found.map_err(|_| Error::Fault("a look-up ended abruptly"))?? {
            Err(Error::PasswordBreached)
        } else {
            Ok(())
        }
    }

    /// How many passwords were hashed or verified since the program began.
    #[must_use]
    pub fn passwords_hashed(&self) -> u64 {
        self.hasher.done()
    }
}

/// Refuses passwords that are too short, too long or the first that anybody would try.
pub(crate) fn check_strength(password: &str, login: &str, alone: bool) -> Result<(), Error> {
    let least = if alone { PASSWORD_CHARS_MIN_ALONE } else { PASSWORD_CHARS_MIN };
    let password = normal(password);
    let length = password.chars().count();
    let lower = password.to_lowercase();
    let mut different: Vec<char> = lower.chars().collect();
    different.sort_unstable();
    different.dedup();
    let guessed = lower.contains(login) || COMMON.iter().any(|common| lower.starts_with(common));
    let weak = !(least..=PASSWORD_CHARS_MAX).contains(&length) || different.len() < DIFFERENT_CHARS_MIN || guessed;
    if weak { Err(Error::WeakPassword(least)) } else { Ok(()) }
}

/// Keyboards write Vietnamese letters in more than one way; the password is the same (NFC, NIST SP 800-63B-4).
fn normal(password: &str) -> String {
    password.nfc().take(PASSWORD_CHARS_MAX + 1).collect()
}

fn argon2() -> Result<Argon2<'static>, Error> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| Error::Fault("argon2 parameters"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Argon2 over a password, in memory that is kept.
fn digest(argon2: &Argon2<'_>, password: &str, salt: &[u8], memory: &mut Memory) -> Result<[u8; HASH_BYTES], Error> {
    memory.resize(argon2.params().block_count(), Block::default());
    let mut digest = [0; HASH_BYTES];
    let done = argon2.hash_password_into_with_memory(password.as_bytes(), salt, &mut digest, memory.as_mut_slice());
    done.map_err(|_| Error::Fault("a password does not hash"))?;
    Ok(digest)
}

fn hash_now(password: &str, random: &Random, memory: &mut Memory) -> Result<PasswordHash, Error> {
    let salt: [u8; SALT_BYTES] = random.bytes();
    let digest = digest(&argon2()?, &normal(password), &salt, memory)?;
    let (salt, digest) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(digest));
    Ok(PasswordHash(format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${salt}${digest}").into()))
}

/// Whether the hash is of this password, by the parameters that it was made with.
fn is_of(hash: &PasswordHash, password: &str, memory: &mut Memory) -> Result<bool, Error> {
    let fault = || Error::Fault("a stored password hash does not read");
    let parsed = Phc::new(&hash.0).map_err(|_| fault())?;
    let params = Params::try_from(&parsed).map_err(|_| fault())?;
    let algorithm = Algorithm::try_from(parsed.algorithm.as_str()).map_err(|_| fault())?;
    let version = parsed.version.map_or(Ok(Version::V0x13), Version::try_from).map_err(|_| fault())?;
    let (salt, kept) = (parsed.salt.ok_or_else(fault)?, parsed.hash.ok_or_else(fault)?);
    let made = digest(&Argon2::new(algorithm, version, params), password, salt.as_ref(), memory)?;
    Ok(made.as_slice().ct_eq(kept.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn verifies_what_it_hashed_however_the_keyboard_wrote_it() {
        let hasher = Hasher::new().unwrap();
        let hash = hasher.hash("Mật khẩu của tôi", &Random::seeded(1)).await.unwrap();
        assert!(hash.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.0);
        let decomposed: String = "Mật khẩu của tôi".nfd().collect();
        for (password, expected) in
            [("Mật khẩu của tôi", true), (decomposed.as_str(), true), ("mật khẩu của tôi", false)]
        {
            assert_eq!(hasher.verify(password, Some(hash.clone())).await.unwrap(), expected, "{password}");
        }
        assert!(!hasher.verify("nobody has this password", None).await.unwrap());
    }

    #[test]
    fn hashes_are_those_of_the_library() {
        use argon2::{PasswordHasher, PasswordVerifier};
        let theirs = argon2().unwrap().hash_password_with_salt(b"sen-hong", b"sixteen bytes 16").unwrap().to_string();
        let mut memory = Memory::new();
        assert!(is_of(&PasswordHash(theirs.into()), "sen-hong", &mut memory).unwrap());
        let ours = hash_now("sen-hong", &Random::seeded(1), &mut memory).unwrap();
        let read = Phc::new(&ours.0).unwrap();
        assert!(argon2().unwrap().verify_password(b"sen-hong", &read).is_ok());
        assert!(!is_of(&ours, "sen-xanh", &mut memory).unwrap());
    }

    #[test]
    fn strength() {
        let check = |password: &str, alone: bool, expected: bool| {
            assert_eq!(check_strength(password, "can.bo", alone).is_ok(), expected, "{password}");
        };
        check("sen-hong", false, true);
        check("sen-hồng", false, true);
        check("sen-hon", false, false);
        check("sen-hong", true, false);
        check("một con đường dài", true, true);
        check("aaaaaaaaaaaa", false, false);
        check("Can.Bo-2026", false, false);
        check("matkhau123", false, false);
        check("Password!", false, false);
        check(&"ab1c".repeat(40), false, false);
    }
}
