//! What an entry says, and the commitment to it that is all the tree holds.

use crate::{Error, hash::Hash};
use kernel::{Ctx, EntryId, Random, SubjectId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use time::OffsetDateTime;

/// Longest opening, in bytes of canonical JSON.
pub const OPENING_BYTES_MAX: usize = 64 * 1024;
/// Kind of the entry that allows another's opening to be missing.
pub const ERASURE: &str = "erasure";

/// What the commitment begins with, so that no other hash of the house can be taken for one.
const DOMAIN: &[u8] = b"sen/entry/v1\0";

/// What is to be logged.
#[derive(Clone, PartialEq)]
pub struct Entry {
    /// Whom it is about, where it is about a person.
    pub subject: Option<SubjectId>,
    /// Sort of event: `access`, `refusal`, `change`, `erasure`, `system`.
    pub kind: &'static str,
    /// Who did what, for which body, why. The ledger adds the entry's id and the instant.
    pub body: Value,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// 32 random bytes: without them nobody can guess an opening and compare its commitment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Salt(pub Hash);

impl Salt {
    pub(crate) fn draw(random: &Random) -> Self {
        Self(Hash(random.bytes()))
    }
}

/// `SHA-256("sen/entry/v1\0" ‖ salt ‖ opening)`: the data of the leaf. The opening is RFC 8785 JSON.
#[must_use]
pub fn commitment(salt: &Salt, opening: &[u8]) -> Hash {
    Hash::of(&[DOMAIN, &salt.0.0, opening])
}

/// What the bytes of an opening say.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// The entry that they open.
    pub entry: EntryId,
    /// Whom it is about, where it is about a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<SubjectId>,
    /// Sort of event.
    pub kind: String,
    /// When it was logged.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Who did what, for which body, why.
    pub body: Value,
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content").field("entry", &self.entry).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// An entry ready to be stored.
pub(crate) struct Prepared {
    pub(crate) entry: EntryId,
    /// What the opening is distributed by: the person, or the entry itself where it is about nobody.
    pub(crate) subject: SubjectId,
    pub(crate) salt: Salt,
    pub(crate) opening: Vec<u8>,
    pub(crate) commitment: Hash,
}

/// Gives the entry its id, its instant, its salt and its commitment.
///
/// # Errors
/// [`Error::TooLarge`]; [`Error::Json`] when the body has no canonical form.
pub(crate) fn prepare(ctx: &Ctx, entry: Entry) -> Result<Prepared, Error> {
    let id = EntryId(ctx.uuid());
    let Entry { subject, kind, body } = entry;
    let content = Content { entry: id, subject, kind: kind.to_owned(), at: ctx.now(), body };
    let opening = serde_json_canonicalizer::to_vec(&content).map_err(Error::Json)?;
    if opening.len() > OPENING_BYTES_MAX {
        return Err(Error::TooLarge);
    }
    let salt = Salt::draw(&ctx.random);
    let commitment = commitment(&salt, &opening);
    Ok(Prepared { entry: id, subject: shard(id, subject), salt, opening, commitment })
}

/// Where an opening is kept: with the person it is about, or on its own.
pub(crate) fn shard(entry: EntryId, subject: Option<SubjectId>) -> SubjectId {
    subject.unwrap_or(SubjectId(entry.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Actor, Clock};
    use serde_json::json;
    use time::macros::datetime;

    fn ctx() -> Ctx {
        Ctx::new(Actor::Anonymous, Clock::fixed(datetime!(2026-07-01 08:00:00.5 UTC)), Random::seeded(1))
    }

    #[test]
    fn an_opening_is_canonical_and_says_what_it_opens() {
        let subject = SubjectId(ctx().uuid());
        let body = json!({"z": 1, "a": {"y": [true, null], "b": "Đặng"}});
        let made = prepare(&ctx(), Entry { subject: Some(subject), kind: "access", body: body.clone() }).unwrap();
        let text = String::from_utf8(made.opening.clone()).unwrap();
        assert_eq!(
            text,
            format!(
                r#"{{"at":"2026-07-01T08:00:00.5Z","body":{{"a":{{"b":"Đặng","y":[true,null]}},"z":1}},"entry":"{}","kind":"access","subject":"{subject}"}}"#,
                made.entry
            )
        );
        let read: Content = serde_json::from_str(&text).unwrap();
        assert_eq!((read.entry, read.subject, read.body), (made.entry, Some(subject), body));
        assert_eq!(made.commitment, commitment(&made.salt, &made.opening));
        assert_ne!(made.commitment, commitment(&Salt(Hash([0; 32])), &made.opening));
    }

    #[test]
    fn too_large_is_refused_and_nothing_personal_is_printed() {
        let entry = Entry { subject: None, kind: "system", body: json!("x".repeat(OPENING_BYTES_MAX)) };
        assert_eq!(format!("{entry:?}"), r#"Entry { kind: "system", .. }"#);
        assert!(matches!(prepare(&ctx(), entry), Err(Error::TooLarge)));
    }
}
