//! Agreements: which body may use which service, why, in which roles, for which fields, from when to when.

use super::body::covers;
use crate::Purpose;
use kernel::{BodyId, Role, ServiceName};
use serde::Deserialize;
use time::Date;

/// An agreement between a consumer and the providers of a service.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    /// What the log calls it.
    pub id: String,
    /// Who may ask: a kind of body, or one body.
    pub consumer: String,
    /// What they may ask for.
    pub service: ServiceName,
    /// Why they may ask.
    pub purposes: Vec<Purpose>,
    /// In which roles. Beside officers' roles: `citizen`, `citizen-level-2`, `system`, `anonymous`.
    pub roles: Vec<Role>,
    /// Which fields of the service's they may see.
    #[serde(default)]
    pub fields: Vec<String>,
    /// The law that allows it.
    pub legal_basis: Vec<String>,
    /// How sure the pack is of this: V, V2, M, m.
    #[serde(default)]
    pub confidence: Option<String>,
    /// First day.
    #[serde(with = "pack::date")]
    pub from: Date,
    /// Last day.
    #[serde(default, with = "pack::date::option")]
    pub until: Option<Date>,
    /// Passages per consumer and day (Vietnam's). Without it there is no limit.
    #[serde(default)]
    pub daily_quota: Option<u32>,
    /// Only on account of an open case of this body, and only about the people of that case.
    #[serde(default)]
    pub needs_case: bool,
    /// Only with the consent of each person asked about.
    #[serde(default)]
    pub needs_consent: bool,
    /// Only at the body itself: consumer and provider are the same.
    #[serde(default)]
    pub own_body: bool,
    /// How many people a search may bring back. Without it there is no search.
    #[serde(default)]
    pub search_limit: Option<u32>,
    /// Whether an extract may be taken.
    #[serde(default)]
    pub bulk: bool,
}

impl Agreement {
    /// Whether it is made with this body.
    #[must_use]
    pub fn is_with(&self, consumer: &BodyId) -> bool {
        self.consumer == consumer.as_str() || self.consumer == consumer.kind()
    }

    /// Whether it holds on this day.
    #[must_use]
    pub fn in_force(&self, day: Date) -> bool {
        covers(Some(self.from), self.until, day)
    }
}
