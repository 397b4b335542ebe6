//! How many wrong guesses are let through: from one address, and altogether.
//!
//! Three fences stand beside each other, because each alone shuts out the wrong people. The pause of a name
//! (`lockout`, in the database) stops guessing at one account from anywhere; a browser that its owner has signed in with
//! before has a pause of its own ([`device`]), so that strangers cannot keep the owner out. The address's budget of failures
//! slows guessing at many accounts from one place; it refills within seconds, because a village may stand behind one
//! address, and whoever brings a code or a known browser does not wait at all. The share of failures over all addresses
//! ([`window`]) notices guessing from many places: for a while strangers' browsers must then bring a code, and it is
//! looked at before the password, so that a guess tells nothing.
//!
//! Only failures cost: an attempt is charged before it is looked at and refunded when it was none, so that attempts side by
//! side are not free. Counted in this process: with several, each sees its part of the addresses' traffic, and the share
//! is the same in each.

mod address;
pub(crate) mod device;
mod window;

use crate::Error;
use address::Budgets;
use kernel::Ctx;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use time::OffsetDateTime;
use window::Window;

/// Where an attempt comes from.
#[derive(Clone, Copy, Default)]
pub struct Origin<'a> {
    /// The address of the browser; none when it is not known, and then nothing is charged to it.
    pub address: Option<IpAddr>,
    /// What the browser was given by [`crate::Identity::remember_device`].
    pub device: Option<&'a str>,
}

// An address is personal.
impl std::fmt::Debug for Origin<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Origin").field("device", &self.device.is_some()).finish_non_exhaustive()
    }
}

/// How the browser of an attempt stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Standing {
    /// Its owner signed in with it before.
    Known,
    /// A stranger's that brings a code.
    WithCode,
    /// A stranger's.
    Stranger,
}

/// An attempt that is charged as a failure until it is settled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Charged {
    /// The address that was charged.
    address: Option<IpAddr>,
    standing: Standing,
    /// Whether the code is looked at before the password.
    pub(crate) code_first: bool,
}

/// How an attempt ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum End<'a> {
    /// The name of the account that signed in.
    SignedIn(&'a [u8]),
    /// Wrong.
    Failed,
    /// Neither: a code is missing, or we failed.
    Open,
}

/// The budgets of this process. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Limits(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    budgets: Budgets,
    window: Window,
}

impl Limits {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Charges an attempt.
    ///
    /// # Errors
    /// `ProofNeeded` while many fail everywhere and the browser is a stranger's without a code, `Slowed` when the
    /// address has spent its budget. Neither says anything of the name that was tried.
    pub(crate) fn begin(&self, ctx: &Ctx, address: Option<IpAddr>, standing: Standing) -> Result<Charged, Error> {
        let free = |code_first| Ok(Charged { address: None, standing, code_first });
        let mut state = self.state();
        let now = millis(ctx.now());
        if standing == Standing::Known {
            return free(false);
        }
        if state.window.alarmed(now) {
            return if standing == Standing::WithCode { free(true) } else { Err(Error::ProofNeeded) };
        }
        match address.map(|address| state.budgets.charge(now, address)) {
            None => free(false),
            Some(Ok(())) => Ok(Charged { address, standing, code_first: false }),
            Some(Err(_)) if standing == Standing::WithCode => free(true),
            Some(Err(seconds)) => Err(Error::Slowed(seconds)),
        }
    }

    /// Settles it. Says whether the alarm began with it.
    pub(crate) fn settle(&self, ctx: &Ctx, charged: &Charged, end: End<'_>) -> bool {
        let mut state = self.state();
        let now = millis(ctx.now());
        if let Some(address) = charged.address.filter(|_| end != End::Failed) {
            state.budgets.refund(now, address);
        }
        // What owners do in their own browsers says nothing of strangers, and would water their share down.
        match end {
            End::SignedIn(name) if charged.standing != Standing::Known => state.window.succeeded(now, name),
            End::Failed if charged.standing != Standing::Known => return state.window.failed(now),
            _ => {}
        }
        false
    }

    /// Charges an address for something that costs, without refund.
    ///
    /// # Errors
    /// `Slowed`.
    pub(crate) fn charge(&self, ctx: &Ctx, address: Option<IpAddr>) -> Result<(), Error> {
        let now = millis(ctx.now());
        address.map_or(Ok(()), |address| self.state().budgets.charge(now, address).map_err(Error::Slowed))
    }

    /// Whether strangers must bring a code now.
    pub(crate) fn alarmed(&self, ctx: &Ctx) -> bool {
        self.state().window.alarmed(millis(ctx.now()))
    }
}

fn millis(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}
