//! The engine's handle.

use crate::numbers::Numbers;
use crate::{Error, Setting};
use exchange::{Exchange, Purpose, Request, Scope};
use kernel::{AccountId, Actor, BodyId, Ctx, Role, SubjectId};
use std::sync::Arc;
use store::Db;

/// Body through which citizens act.
pub const PORTAL: &str = "national-portal";
/// The citizen's own dossiers.
pub(crate) const OWN: &str = "dossier.own";
/// Filing.
pub(crate) const FILE: &str = "dossier.file";
/// An officer's work on a task of the own body.
pub(crate) const WORK: &str = "dossier.work";
/// Purpose of asking registers whether what a citizen declares is true.
pub(crate) const CHECK: &str = "filing-check";

/// The engine: what citizens and officers do, and what jobs carry on.
#[derive(Clone)]
pub struct Procedures(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) db: Db,
    pub(crate) exchange: Exchange,
    pub(crate) setting: Arc<Setting>,
    pub(crate) numbers: Numbers,
}

impl std::fmt::Debug for Procedures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Procedures")
    }
}

impl Procedures {
    /// An engine over this database and this door. The door must serve [`crate::services`] of the same setting.
    #[must_use]
    pub fn new(db: Db, exchange: Exchange, setting: Arc<Setting>) -> Self {
        Self(Arc::new(Inner { db, exchange, setting, numbers: Numbers::default() }))
    }

    /// What the pack says.
    #[must_use]
    pub fn setting(&self) -> &Setting {
        &self.0.setting
    }
}

/// The citizen who acts.
pub(crate) fn citizen(ctx: &Ctx) -> Result<(AccountId, SubjectId), Error> {
    match ctx.actor {
        Actor::Citizen { account, subject, .. } => Ok((account, subject)),
        _ => Err(Error::NotCitizen),
    }
}

/// The officer who acts.
pub(crate) fn officer(ctx: &Ctx) -> Result<(AccountId, &BodyId, &[Role]), Error> {
    match &ctx.actor {
        Actor::Officer { account, body, roles } => Ok((*account, body, roles)),
        _ => Err(Error::Role { role: "officer".to_owned() }),
    }
}

/// The same officer in the one role that the task asks for, so that the citizen's log names that role and no other.
pub(crate) fn in_role(ctx: &Ctx, role: &Role) -> Ctx {
    let mut narrowed = ctx.clone();
    if let Actor::Officer { roles, .. } = &mut narrowed.actor {
        *roles = vec![role.clone()];
    }
    narrowed
}

/// A citizen's passage to their own matters.
pub(crate) fn own_request(service: &str, subject: SubjectId) -> Request {
    Request::new(PORTAL, PORTAL, service, Purpose::SELF_SERVICE).about(Scope::of(subject))
}
