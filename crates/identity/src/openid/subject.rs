//! `sub`: who a person is to one relying party.
//!
//! Pairwise (OpenID Connect Core, section 8.1): two relying parties of different sectors cannot join their users, since
//! the value is an HMAC under a key that no database holds. Also a public subject is one, over no sector: the surrogate
//! of a person never leaves.

use super::{Client, Provider, SubjectType};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use kernel::{AccountId, SubjectId};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use uuid::Uuid;

/// What the key of subjects is derived for.
const PURPOSE: &str = "openid-subject";

/// Whom a token speaks of.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Principal {
    /// A person that the registers know.
    Person(SubjectId),
    /// An account of nobody whom the registers know: an officer's.
    Account(AccountId),
    /// An organisation, by its code.
    Organisation(String),
}

impl Principal {
    /// Who signs in with this account.
    pub(crate) fn of(account: AccountId, subject: Option<SubjectId>) -> Self {
        subject.map_or(Self::Account(account), Self::Person)
    }

    /// The person, where it is one.
    pub(crate) fn person(&self) -> Option<SubjectId> {
        match self {
            Self::Person(subject) => Some(*subject),
            Self::Account(_) | Self::Organisation(_) => None,
        }
    }

    /// What is hashed: the sort first, so that no organisation's code can be made to mean a person.
    fn bytes(&self) -> (u8, Vec<u8>) {
        let id = |id: Uuid| id.as_bytes().to_vec();
        match self {
            Self::Person(subject) => (b'p', id(subject.0)),
            Self::Account(account) => (b'a', id(account.0)),
            Self::Organisation(code) => (b'o', code.as_bytes().to_vec()),
        }
    }
}

/// `base64url(HMAC-SHA256(key, sector ‖ 0 ‖ sort ‖ id))`. A sector is a host name or nothing: it holds no zero byte.
pub(crate) fn of_sector(key: &[u8; 32], sector: &str, principal: &Principal) -> String {
    let (sort, id) = principal.bytes();
    of_bytes(key, sector, sort, &id)
}

impl Provider {
    /// `sub` of somebody at a relying party.
    pub(crate) fn sub(&self, client: &Client, principal: &Principal) -> String {
        let sector = match client.metadata.subject_type {
            SubjectType::Pairwise => client.sector(),
            SubjectType::Public => String::new(),
        };
        of_sector(&self.keys().derived(PURPOSE), &sector, principal)
    }

    /// `sid` of a session at a relying party.
    pub(crate) fn sid(&self, client: &str, session: Uuid) -> String {
        session_of(&self.keys().derived(PURPOSE), client, session)
    }
}

/// `sid`: a session, to one relying party. Another one hears of the same session under another name; otherwise two could
/// join their users by it.
pub(crate) fn session_of(key: &[u8; 32], client: &str, session: Uuid) -> String {
    of_bytes(key, client, b's', session.as_bytes())
}

fn of_bytes(key: &[u8; 32], sector: &str, sort: u8, id: &[u8]) -> String {
    // A key of 32 bytes always fits; nothing would be hashed under an empty one otherwise.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return String::new() };
    mac.update(sector.as_bytes());
    mac.update(&[0, sort]);
    mac.update(id);
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_in_one_sector_and_another_in_the_next() {
        let person = Principal::Person(SubjectId(Uuid::from_u128(1)));
        let sub = of_sector(&[7; 32], "bank.example", &person);
        assert_eq!(sub.len(), 43);
        assert_eq!(sub, of_sector(&[7; 32], "bank.example", &person));
        assert_ne!(sub, of_sector(&[7; 32], "telecom.example", &person));
        assert_ne!(sub, of_sector(&[8; 32], "bank.example", &person));
        assert_ne!(sub, of_sector(&[7; 32], "bank.example", &Principal::Person(SubjectId(Uuid::from_u128(2)))));
        assert_ne!(sub, of_sector(&[7; 32], "bank.example", &Principal::Account(AccountId(Uuid::from_u128(1)))));
        let written = String::from_utf8(Uuid::from_u128(1).as_bytes().to_vec());
        if let Ok(code) = written {
            assert_ne!(sub, of_sector(&[7; 32], "bank.example", &Principal::Organisation(code)));
        }
    }
}
