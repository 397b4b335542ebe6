//! Surrogate identifiers. All are UUIDv7: unique, roughly ordered in time, never a personal number
//! (personal numbers can be cancelled).

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

id!(
    /// A person (or another thing that registers speak of, such as a household). What tables are distributed by.
    SubjectId
);
id!(
    /// One record of a register; its versions share it.
    RecordId
);
id!(
    /// One dossier (hồ sơ).
    DossierId
);
id!(
    /// The case on whose account data are used. The case of a dossier has the dossier's own id.
    CaseId
);
id!(
    /// An account that signs in.
    AccountId
);
id!(
    /// One entry of the ledger.
    EntryId
);
id!(
    /// One request to the program, for the process log and the ledger.
    RequestId
);

impl From<DossierId> for CaseId {
    fn from(id: DossierId) -> Self {
        Self(id.0)
    }
}
