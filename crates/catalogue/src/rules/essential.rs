//! Lists of essential services.

use crate::Code;
use pack::{Pack, Report, Text};
use serde::Deserialize;
use std::collections::BTreeSet;
use time::Date;

/// A list that a decision ordered.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Essential {
    /// Its id in addresses, such as `decision-06`.
    pub id: String,
    /// What it is.
    pub title: Text,
    /// The day of the decision.
    #[serde(with = "pack::date")]
    pub from: Date,
    /// The decision.
    pub legal_basis: String,
    /// How sure the list is.
    #[serde(default)]
    pub confidence: Option<String>,
    /// How many services the decision counts; the list here may know fewer.
    pub count: usize,
    /// The services.
    pub services: Vec<Service>,
}

/// A service of the list.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Its number in the list.
    pub no: u8,
    /// Its name there.
    pub name: Text,
    /// Who leads today.
    pub lead: Text,
    /// Codes of the procedures that it is today; empty where none is known.
    #[serde(default)]
    pub codes: Vec<Code>,
    /// Other words people search with.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// How sure the codes are, where less sure than the list.
    #[serde(default)]
    pub confidence: Option<String>,
}

pub(super) fn check(pack: &Pack, lists: &[Essential], report: &mut Report) {
    for (doc, list) in pack.file("catalogue/essential.yaml").iter().zip(lists) {
        let mut numbers = BTreeSet::new();
        for (i, service) in list.services.iter().enumerate() {
            if !numbers.insert(service.no) {
                report.add(doc, &format!("/services/{i}/no"), "CAT0021", format!("number {} twice", service.no));
            }
        }
        if list.services.len() > list.count {
            report.add(
                doc,
                "/count",
                "CAT0021",
                format!("{} services where {} are counted", list.services.len(), list.count),
            );
        }
    }
}
