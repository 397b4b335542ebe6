//! Ctrl-C: what is half done is taken away, at once and from wherever the work is.

use super::say::Say;
use anyhow::{Context, Result};
use matching::report::Folder;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::signal::unix::{SignalKind, signal};

/// What a shell expects of a program that Ctrl-C ended (128 + SIGINT).
const STOPPED: i32 = 130;
/// A worker may be making a file in the folder that is taken away.
const TRIES: usize = 100;

/// Watches for SIGINT and SIGTERM from its making to the end of the program.
#[derive(Clone)]
pub(super) struct Interrupt {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// Half-done files and folders.
    partial: Vec<PathBuf>,
    /// Everything is in its place: too late to stop.
    done: bool,
}

impl Interrupt {
    /// Begins to watch.
    pub(super) fn watch(say: &Say) -> Result<Self> {
        let state = Arc::new(Mutex::new(State::default()));
        let words = say.say("clean-stopped", &[]);
        let watched = Arc::clone(&state);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().context("watch for Ctrl-C")?;
        // Registered before the first file is made.
        let (mut int, mut term) = {
            let _inside = runtime.enter();
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?)
        };
        std::thread::Builder::new().name("interrupt".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! { _ = int.recv() => {}, _ = term.recv() => {} }
            });
            let state = lock(&watched);
            if !state.done {
                state.partial.iter().for_each(|path| remove(path));
                say_last(&words);
                std::process::exit(STOPPED);
            }
        })?;
        Ok(Self { state })
    }

    /// Watches for nothing.
    #[cfg(test)]
    pub(super) fn unwatched() -> Self {
        Self { state: Arc::default() }
    }

    /// Takes this away when the program is stopped.
    pub(super) fn guard(&self, path: &Path) {
        lock(&self.state).partial.push(path.to_owned());
    }

    /// Begins a folder of results and guards it. A stop in the middle waits until the folder is known.
    pub(super) fn begin(&self, make: impl FnOnce() -> Result<Folder>) -> Result<Folder> {
        let mut state = lock(&self.state);
        let folder = make()?;
        state.partial.push(folder.partial().to_owned());
        Ok(folder)
    }

    /// Does the last step, which is not interrupted: after it, everything is in its place.
    pub(super) fn last<T>(&self, step: impl FnOnce() -> Result<T>) -> Result<T> {
        let mut state = lock(&self.state);
        let done = step()?;
        state.done = true;
        Ok(done)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn remove(path: &Path) {
    for _ in 0..TRIES {
        let removed = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
        if removed.is_ok() || !path.exists() {
            return;
        }
    }
}

#[expect(clippy::print_stderr, reason = "the command's last word to the person who stopped it")]
fn say_last(words: &str) {
    eprintln!("\nsen: {words}");
}
