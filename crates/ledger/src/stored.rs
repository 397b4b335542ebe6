//! The statements that several verbs share: the published state, tiles, the edge of the tree.

use crate::{
    Error,
    hash::{Hash, leaf},
    note::VerifierKey,
    tile::{TILE_HEIGHT, TILE_WIDTH, width_at},
    tree::Tree,
};
use sqlx::PgConnection;

/// The newest signed state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Published {
    /// Number of entries.
    pub size: u64,
    /// Root over them.
    pub root: Hash,
    /// The signed checkpoint.
    pub note: String,
}

/// The newest checkpoint. `None` before the sequencer has run for the first time.
///
/// # Errors
/// When the database fails or what it holds cannot be read.
pub async fn published(conn: &mut PgConnection) -> Result<Option<Published>, Error> {
    let newest = "select size, root, note from ledger.checkpoint order by size desc limit 1";
    let row: Option<(i64, Vec<u8>, String)> = sqlx::query_as(newest).fetch_optional(conn).await?;
    row.map(|(size, root, note)| Ok(Published { size: to_u64(size)?, root: to_hash(&root)?, note })).transpose()
}

/// Whose signature the checkpoints carry. `None` before the sequencer has run for the first time.
///
/// # Errors
/// When the database fails or what it holds is no key.
pub async fn verifier_key(conn: &mut PgConnection) -> Result<Option<VerifierKey>, Error> {
    let newest = "select verifier_key from ledger.log_key order by since desc limit 1";
    let text: Option<String> = sqlx::query_scalar(newest).fetch_optional(conn).await?;
    text.map(|text| text.parse().map_err(Error::Key)).transpose()
}

/// The hashes of a tile in the tree of `size`: 256, fewer at the edge, none beyond it.
pub(crate) async fn tile(conn: &mut PgConnection, size: u64, level: u8, n: u64) -> Result<Vec<Hash>, Error> {
    let width = width_at(size, level, n);
    if width == 0 {
        return Ok(Vec::new());
    }
    let first = n * TILE_WIDTH;
    let hashes = if width == TILE_WIDTH {
        let full = "select hashes from ledger.tile where level = $1 and n = $2";
        let row = sqlx::query_scalar(full).bind(i16::from(level)).bind(to_i64(n)?);
        let bytes: Vec<u8> = row.fetch_optional(conn).await?.ok_or(Error::Broken)?;
        Hash::list(&bytes).ok_or(Error::Broken)?
    } else if level == 0 {
        commitments(conn, first, width).await?.iter().map(|commitment| leaf(&commitment.0)).collect()
    } else {
        let below = "select root from ledger.tile where level = $1 and n >= $2 and n < $3 order by n";
        let rows = sqlx::query_scalar(below).bind(i16::from(level - 1)).bind(to_i64(first)?);
        let roots: Vec<Vec<u8>> = rows.bind(to_i64(first + width)?).fetch_all(conn).await?;
        roots.iter().map(|root| to_hash(root)).collect::<Result<_, _>>()?
    };
    if hashes.len() as u64 == width { Ok(hashes) } else { Err(Error::Broken) }
}

/// The commitments of `count` entries from `first` on.
pub(crate) async fn commitments(conn: &mut PgConnection, first: u64, count: u64) -> Result<Vec<Hash>, Error> {
    let rows = "select commitment from ledger.entry where index >= $1 and index < $2 order by index";
    let rows = sqlx::query_scalar(rows).bind(to_i64(first)?).bind(to_i64(first + count)?);
    let commitments: Vec<Vec<u8>> = rows.fetch_all(conn).await?;
    if commitments.len() as u64 != count {
        return Err(Error::Broken);
    }
    commitments.iter().map(|commitment| to_hash(commitment)).collect()
}

/// The tree of `size`, as the stored hashes give it.
pub(crate) async fn tree(conn: &mut PgConnection, size: u64) -> Result<Tree, Error> {
    let mut edge = Vec::new();
    for (level, _) in (0u8..).zip(Tree::edge_widths(size)) {
        let last = size >> (TILE_HEIGHT * (u32::from(level) + 1));
        edge.push(tile(conn, size, level, last).await?);
    }
    Tree::from_edge(size, edge).ok_or(Error::Broken)
}

pub(crate) fn to_i64(number: u64) -> Result<i64, Error> {
    i64::try_from(number).map_err(|_| Error::Sizes)
}

pub(crate) fn to_u64(number: i64) -> Result<u64, Error> {
    u64::try_from(number).map_err(|_| Error::Broken)
}

pub(crate) fn to_hash(bytes: &[u8]) -> Result<Hash, Error> {
    Hash::from_slice(bytes).ok_or(Error::Broken)
}
