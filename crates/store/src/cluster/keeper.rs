//! The thread that starts the server, watches it, and starts it again when it was killed.
//!
//! It is a thread of its own because the kernel's parent-death signal is sent when the *thread* that made the
//! child ends: a worker of the run time may end any time.

use super::{leftovers, server::Server};
use crate::Error;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::Pid;
use std::process::Child;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

/// First starts in a row that may fail before the keeper gives up. A server that has run once is started again for as
/// long as the program lives: whatever was in the way may go away.
const STARTS_MAX: u32 = 5;
/// Longest pause between two starts that failed.
const PAUSE_MAX: Duration = Duration::from_secs(5);

#[derive(Debug, Default)]
struct State {
    /// The child, while it is certain that nobody has collected it: its number cannot be another process's.
    child: Option<Pid>,
    stopping: bool,
}

/// A running server and the thread that keeps it running.
#[derive(Debug)]
pub(super) struct Keeper {
    state: Arc<Mutex<State>>,
    thread: JoinHandle<Result<(), Error>>,
}

impl Keeper {
    /// Starts the server and returns when it takes connections.
    pub(super) fn start(server: Server) -> Result<Self, Error> {
        let state = Arc::new(Mutex::new(State::default()));
        let (tell, ready) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("postgres-keeper".into())
            .spawn({
                let state = state.clone();
                move || keep(&server, &state, &tell)
            })
            .map_err(|error| Error::Cluster(format!("no thread: {error}")))?;
        match ready.recv() {
            Ok(()) => Ok(Self { state, thread }),
            // The thread ended without a word: its result says why.
            Err(_) => match thread.join() {
                Ok(Err(error)) => Err(error),
                _ => Err(Error::Cluster("the keeper ended".into())),
            },
        }
    }

    /// Stops the server and waits for its end.
    pub(super) fn stop(self) -> Result<(), Error> {
        {
            let mut state = lock(&self.state);
            state.stopping = true;
            if let Some(child) = state.child {
                let _ = kill(child, Signal::SIGINT);
            }
        }
        self.thread.thread().unpark();
        self.thread.join().unwrap_or_else(|_| Err(Error::Cluster("the keeper panicked".into())))
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Start, wait for the end, and again, until told to stop.
fn keep(server: &Server, state: &Mutex<State>, tell: &mpsc::Sender<()>) -> Result<(), Error> {
    let (mut failures, mut has_run) = (0_u32, false);
    loop {
        let started = if failures == 0 { Ok(()) } else { leftovers::clear(server) };
        match started.and_then(|()| start_once(server, state)) {
            Ok(None) => return Ok(()),
            Ok(Some(child)) => {
                has_run = true;
                let _ = tell.send(());
                wait_for_end(child, state);
                if lock(state).stopping {
                    return Ok(());
                }
                // Whatever it left behind is cleared before the next start.
                failures = 1;
                tracing::error!("the private PostgreSQL ended; starting it again");
            }
            Err(error) => {
                failures = failures.saturating_add(1);
                if lock(state).stopping || (!has_run && failures >= STARTS_MAX) {
                    return Err(error);
                }
                tracing::error!(%error, failures, "the private PostgreSQL did not start; trying again");
                // Woken early when told to stop.
                std::thread::park_timeout(PAUSE_MAX.min(Duration::from_millis(100) * failures));
                if lock(state).stopping {
                    return Ok(());
                }
            }
        }
    }
}

/// One start, up to the moment it takes connections. `None` when we were told to stop meanwhile.
fn start_once(server: &Server, state: &Mutex<State>) -> Result<Option<Child>, Error> {
    let mut child = {
        let mut state = lock(state);
        if state.stopping {
            return Ok(None);
        }
        let child = server.spawn(true)?;
        state.child = i32::try_from(child.id()).ok().map(Pid::from_raw);
        child
    };
    if let Err(error) = server.wait_ready(&mut child) {
        let _ = child.kill();
        wait_for_end(child, state);
        return Err(error);
    }
    Ok(Some(child))
}

/// Waits for the child's end and collects it only after its number is forgotten, so that `stop` never signals a
/// stranger who got the same number.
fn wait_for_end(mut child: Child, state: &Mutex<State>) {
    let pid = lock(state).child;
    if let Some(pid) = pid {
        while waitid(Id::Pid(pid), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT) == Err(nix::errno::Errno::EINTR) {}
    }
    lock(state).child = None;
    let _ = child.wait();
}
