//! Reading the log: what was logged about a person, and the proof of one entry.

use crate::{
    Error,
    entry::{Content, Salt},
    hash::Hash,
    path::{self, nodes, range_root},
    proof::{PROOF_FORMAT, Proof},
    stored::{published, tile, to_hash, to_u64, verifier_key},
    tile::place,
};
use kernel::{EntryId, SubjectId};
use serde_json::Value;
use sqlx::{FromRow, PgConnection};
use std::{
    collections::{HashMap, hash_map},
    fmt,
    ops::Range,
};
use time::OffsetDateTime;
use uuid::Uuid;

/// Most openings of one page.
pub const PAGE_MAX: u32 = 1000;

/// One entry about a person, opened.
#[derive(Clone, PartialEq)]
pub struct Opening {
    /// The entry.
    pub entry: EntryId,
    /// Sort of event.
    pub kind: String,
    /// Who did what, for which body, why.
    pub body: Value,
    /// When it was logged.
    pub at: OffsetDateTime,
    /// Salt of its commitment.
    pub salt: Salt,
    /// Its place in the tree; none while it is being sealed.
    pub index: Option<u64>,
}

impl fmt::Debug for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { entry, kind, at, index, .. } = self;
        f.debug_struct("Opening")
            .field("entry", entry)
            .field("kind", kind)
            .field("at", at)
            .field("index", index)
            .finish_non_exhaustive()
    }
}

/// What was logged about a person, newest first, at most `limit` (and [`PAGE_MAX`]); after `after` where one is named,
/// which is the last entry of the page before. Erased openings are not among them.
///
/// Whoever shows these to somebody must hold a pass for the person: this crate knows nothing of passes.
///
/// # Errors
/// [`Error::Store`]; [`Error::Broken`] when an opening cannot be read.
pub async fn openings(
    conn: &mut PgConnection,
    subject: SubjectId,
    after: Option<EntryId>,
    limit: u32,
) -> Result<Vec<Opening>, Error> {
    let page = "select opening.entry_id, opening.salt, opening.content, entry.index, entry.commitment
        from ledger.opening left join ledger.entry using (entry_id)
        where opening.subject_id = $1 and ($2::uuid is null or opening.entry_id < $2)
        order by opening.entry_id desc limit $3";
    let page = sqlx::query_as(page).bind(subject.0).bind(after.map(|entry| entry.0));
    let rows: Vec<Row> = page.bind(i64::from(limit.min(PAGE_MAX))).fetch_all(conn).await?;
    rows.into_iter().map(|row| Ok(row.open()?.0)).collect()
}

/// One entry, opened. Whom it is about is in the second place.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Erased`], [`Error::Store`].
pub async fn opening(conn: &mut PgConnection, entry: EntryId) -> Result<(Opening, Option<SubjectId>), Error> {
    fetch(conn, entry).await?.open()
}

/// The proof that an entry is in the log, against the newest checkpoint.
///
/// # Errors
/// [`Error::NotFound`], [`Error::NotSealed`], [`Error::Erased`], [`Error::Broken`], [`Error::Store`].
pub async fn proof(conn: &mut PgConnection, entry: EntryId) -> Result<Proof, Error> {
    let row = fetch(conn, entry).await?;
    let (Some(index), Some(commitment)) = (row.index, &row.commitment) else { return Err(Error::NotSealed) };
    let index = to_u64(index)?;
    let state = published(conn).await?.ok_or(Error::NotSealed)?;
    let ranges = path::inclusion(index, state.size).map_err(|_| Error::NotSealed)?;
    Ok(Proof {
        format: PROOF_FORMAT.to_owned(),
        index,
        tree_size: state.size,
        commitment: to_hash(commitment)?,
        salt: row.salt()?,
        opening: String::from_utf8(row.content).map_err(|_| Error::Broken)?,
        inclusion: roots(conn, state.size, &ranges).await?,
        checkpoint: state.note,
        verifier_key: verifier_key(conn).await?.ok_or(Error::Broken)?,
    })
}

/// The proof that the log of size `new` begins with the log of size `old` (RFC 6962, section 2.1.2); check it with
/// [`path::check_consistency`].
///
/// # Errors
/// [`Error::Sizes`] when `old` is larger than `new`, or `new` than the log; [`Error::Broken`], [`Error::Store`].
pub async fn consistency(conn: &mut PgConnection, old: u64, new: u64) -> Result<Vec<Hash>, Error> {
    if published(conn).await?.is_none_or(|state| new > state.size) {
        return Err(Error::Sizes);
    }
    let ranges = path::consistency(old, new).map_err(|_| Error::Sizes)?;
    roots(conn, new, &ranges).await
}

#[derive(FromRow)]
struct Row {
    entry_id: Uuid,
    salt: Vec<u8>,
    content: Vec<u8>,
    index: Option<i64>,
    commitment: Option<Vec<u8>>,
}

impl Row {
    fn salt(&self) -> Result<Salt, Error> {
        Ok(Salt(to_hash(&self.salt)?))
    }

    fn open(&self) -> Result<(Opening, Option<SubjectId>), Error> {
        let Content { subject, kind, at, body, .. } =
            serde_json::from_slice(&self.content).map_err(|_| Error::Broken)?;
        let index = self.index.map(to_u64).transpose()?;
        Ok((Opening { entry: EntryId(self.entry_id), kind, body, at, salt: self.salt()?, index }, subject))
    }
}

async fn fetch(conn: &mut PgConnection, entry: EntryId) -> Result<Row, Error> {
    let select = "select opening.entry_id, opening.salt, opening.content, entry.index, entry.commitment
        from ledger.opening left join ledger.entry using (entry_id) where opening.entry_id = $1";
    if let Some(row) = sqlx::query_as(select).bind(entry.0).fetch_optional(&mut *conn).await? {
        return Ok(row);
    }
    let known = "select exists (select from ledger.erasure where entry_id = $1)";
    let erased = sqlx::query_scalar(known).bind(entry.0).fetch_one(conn).await?;
    Err(if erased { Error::Erased } else { Error::NotFound })
}

/// The roots over these ranges, from the tiles of the tree of `size`. Each tile is read once.
async fn roots(conn: &mut PgConnection, size: u64, ranges: &[Range<u64>]) -> Result<Vec<Hash>, Error> {
    let mut tiles: HashMap<(u8, u64), Vec<Hash>> = HashMap::new();
    let mut roots = Vec::with_capacity(ranges.len());
    for range in ranges {
        let mut subtrees = Vec::new();
        for node in nodes(range) {
            let place = place(node);
            let hashes = match tiles.entry((place.level, place.n)) {
                hash_map::Entry::Occupied(known) => known.into_mut(),
                hash_map::Entry::Vacant(new) => new.insert(tile(conn, size, place.level, place.n).await?),
            };
            subtrees.push(place.hash(hashes).ok_or(Error::Broken)?);
        }
        roots.push(range_root(&subtrees).ok_or(Error::Broken)?);
    }
    Ok(roots)
}
