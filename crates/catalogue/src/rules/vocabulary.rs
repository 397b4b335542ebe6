//! The words of the national database: levels, subjects, ministries.

use pack::Text;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Level of administration.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Cấp bộ.
    Ministry,
    /// Cấp tỉnh.
    Province,
    /// Cấp xã.
    Commune,
    /// Cơ quan khác.
    Other,
}

/// Who somebody is, as people choose it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Who {
    /// A citizen, at home or abroad.
    Citizen,
    /// An enterprise or cooperative.
    Business,
    /// A foreigner, or a foreign organisation.
    Foreigner,
    /// Another organisation.
    Organisation,
    /// An official or a party member.
    Official,
}

impl Level {
    /// By its name in addresses, such as `commune`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Ministry, Self::Province, Self::Commune, Self::Other].into_iter().find(|level| level.name() == name)
    }

    /// Its name in addresses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ministry => "ministry",
            Self::Province => "province",
            Self::Commune => "commune",
            Self::Other => "other",
        }
    }
}

impl Who {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::Citizen, Self::Business, Self::Foreigner, Self::Organisation, Self::Official];

    /// By its name in addresses, such as `citizen`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|who| who.name() == name)
    }

    /// Its name in addresses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Citizen => "citizen",
            Self::Business => "business",
            Self::Foreigner => "foreigner",
            Self::Organisation => "organisation",
            Self::Official => "official",
        }
    }
}

/// How to read the words of the national database.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vocabulary {
    /// As the database writes a level.
    pub levels: BTreeMap<String, Level>,
    /// As the database writes a subject; some hold commas.
    pub subjects: BTreeMap<String, Who>,
    /// Ministries by their ids in the file.
    pub ministries: BTreeMap<String, Text>,
}

impl Vocabulary {
    /// The level that a text names.
    #[must_use]
    pub fn level(&self, text: &str) -> Option<Level> {
        self.levels.get(text).copied()
    }

    /// Who a subject is.
    #[must_use]
    pub fn who(&self, text: &str) -> Option<Who> {
        self.subjects.get(text).copied()
    }

    /// A ministry's name.
    #[must_use]
    pub fn ministry(&self, id: &str) -> Option<&Text> {
        self.ministries.get(id)
    }

    /// Divides a list at its commas, but for those inside a name that is known.
    #[must_use]
    pub fn split_subjects(&self, text: &str) -> Vec<String> {
        let mut rest = text.trim();
        let mut found = Vec::new();
        while !rest.is_empty() {
            let known = self.subjects.keys().filter(|name| {
                rest.strip_prefix(name.as_str())
                    .is_some_and(|after| after.is_empty() || after.trim_start().starts_with([',', ';']))
            });
            let length = known.map(String::len).max().unwrap_or_else(|| rest.find([',', ';']).unwrap_or(rest.len()));
            let (name, after) = rest.split_at(length);
            if !name.trim().is_empty() {
                found.push(name.trim().to_owned());
            }
            rest = after.trim_start().trim_start_matches([',', ';']).trim_start();
        }
        found
    }
}
