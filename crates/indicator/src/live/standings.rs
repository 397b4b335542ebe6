//! What procedures are, by scope: how many of its bodies give a procedure each property.

use crate::count::Standing;
use foldhash::HashMap;
use std::collections::BTreeMap;

/// By scope and procedure, how many bodies say so.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Standings {
    own: HashMap<(u16, u16), Standing>,
    scopes: HashMap<u16, BTreeMap<u16, [u16; Standing::FLAGS]>>,
}

impl Standings {
    /// A body's procedure now stands so; `scopes` are the body and everything above.
    pub(super) fn put(&mut self, body: u16, procedure: u16, new: Standing, scopes: impl Iterator<Item = u16>) {
        let old = self.own.insert((body, procedure), new).unwrap_or_default();
        for scope in scopes {
            let counts = self.scopes.entry(scope).or_default().entry(procedure).or_default();
            for (flag, count) in counts.iter_mut().enumerate() {
                *count = *count + u16::from(new.flag(flag)) - u16::from(old.flag(flag));
            }
        }
    }

    /// Body, procedure and properties of each, in order.
    pub(super) fn written(&self) -> Vec<(u16, u16, u16)> {
        let mut all: Vec<_> = self.own.iter().map(|((body, procedure), own)| (*body, *procedure, own.bits())).collect();
        all.sort_unstable();
        all
    }

    /// The procedures of a scope.
    pub(super) fn of(&self, scope: u16) -> impl Iterator<Item = (u16, Standing)> {
        let counts = self.scopes.get(&scope).into_iter().flatten();
        counts.map(|(procedure, counts)| (*procedure, Standing::of(counts.map(|count| count > 0))))
    }
}
