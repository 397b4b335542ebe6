//! Bodies (ministries, commune committees, police, insurance offices) and what they are called.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! text {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the text as it is. Whether it names something that exists is the pack's to say.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    };
}

text!(
    /// A body: `kind` or `kind/unit`, such as `ministry-justice` or `commune-police/00004`.
    BodyId
);
text!(
    /// A service that a body offers, such as `population.lookup`.
    ServiceName
);
text!(
    /// What an officer may do in a body, such as `civil-status-officer`.
    Role
);
text!(
    /// Organisation code of QĐ 20/2020/QĐ-TTg, such as `H26.14`. At most 35 characters.
    OrgCode
);

impl BodyId {
    /// The body of this kind in this unit.
    #[must_use]
    pub fn in_unit(kind: &str, unit: &str) -> Self {
        Self(format!("{kind}/{unit}"))
    }
    /// What kind of body this is: the part before the slash.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.0.split_once('/').map_or(self.0.as_str(), |(kind, _)| kind)
    }
    /// The administrative unit it serves, where it serves one.
    #[must_use]
    pub fn unit(&self) -> Option<&str> {
        self.0.split_once('/').map(|(_, unit)| unit)
    }
}
