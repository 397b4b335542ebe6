//! Recomputes the whole log from what is stored and names the first entry that does not fit.
//!
//! One pass in the order of the tree, in one snapshot, with bounded memory. Trusted is the verifier key alone. Each
//! opening must give its commitment (or be erased by an entry that says so and fits in its turn), each leaf must be
//! what tiles and checkpoints hold, each checkpoint must be signed and have the root that the entries give, and no
//! opening may have been kept out of the tree.
//!
//! What it cannot see: entries cut off together with every checkpoint that covered them. Against that, give
//! [`verify_against`] a checkpoint that was kept elsewhere.

use crate::{
    checkpoint::Checkpoint,
    entry::{Content, ERASURE, Salt, commitment, shard},
    hash::{Hash, leaf},
    note::{NoteError, VerifierKey},
    tile::{TILE_WIDTH, width_at},
    tree::Tree,
};
use kernel::{EntryId, SubjectId};
use serde_json::Value;
use sqlx::{Connection, FromRow, PgConnection};
use std::{collections::VecDeque, fmt};
use uuid::Uuid;

/// Entries that are read at a time.
const CHUNK: i64 = 4096;
/// Most checkpoints kept elsewhere that are compared.
pub const KNOWN_MAX: usize = 10_000;

/// What a log that fits has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// Number of entries in the tree.
    pub size: u64,
    /// Root over them.
    pub root: Hash,
    /// Checkpoints whose signature and root were checked.
    pub checkpoints: u64,
    /// Openings that give their commitment, those of pending entries among them.
    pub openings_checked: u64,
    /// Openings that are missing because an erasure says so.
    pub erased: u64,
    /// Entries that are committed and not in the tree yet.
    pub pending: u64,
}

/// Where a log does not fit, and how.
#[derive(Debug)]
pub struct Fault {
    /// The first entry that does not fit. Where no entry can be named, the number of entries that do.
    pub first_index: u64,
    /// What is wrong.
    pub what: What,
}

/// What is wrong with an entry or the tree.
#[derive(Debug, thiserror::Error)]
pub enum What {
    /// The database failed; nothing is known of the log.
    #[error("the database failed")]
    Unreadable(#[source] store::Error),
    /// The log says it is signed with another key.
    #[error("the log is signed with another key")]
    Key,
    /// The entry is not there, and later ones or a checkpoint say that it was.
    #[error("the entry is missing")]
    EntryMissing,
    /// The entry lies behind the last checkpoint: nothing signed covers it.
    #[error("the entry is covered by no checkpoint")]
    EntryUnsigned,
    /// The opening is missing, and no erasure says why.
    #[error("the opening is missing and no erasure says why")]
    OpeningMissing,
    /// An erasure is noted for the opening, and the entry that should say so does not.
    #[error("the opening is missing and its erasure is not in the log")]
    ErasureUnfit,
    /// The opening is not that of this entry or this person.
    #[error("the opening is another entry's")]
    OpeningForeign,
    /// Opening and salt give another commitment.
    #[error("the opening does not give its commitment")]
    Commitment,
    /// The entry is not the leaf that was sealed at its place.
    #[error("the entry is not what was sealed at its place")]
    Leaf,
    /// A full tile of this level is missing or differs from what the entries give.
    #[error("a tile of level {0} does not fit its entries")]
    Tile(u8),
    /// The checkpoint of this size has another root, or another size than its place.
    #[error("a checkpoint does not fit the entries before it")]
    Checkpoint,
    /// The checkpoint of this size is not signed with the key.
    #[error("a checkpoint is not signed as it should be")]
    Signature(#[source] NoteError),
    /// A checkpoint kept elsewhere speaks of a larger or another log.
    #[error("a checkpoint kept elsewhere does not fit this log")]
    Known,
    /// An opening was committed and is neither in the tree nor pending.
    #[error("an opening was kept out of the tree")]
    KeptOut,
    /// The commitment of a pending entry does not fit its opening.
    #[error("a pending entry does not fit its opening")]
    Pending,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "entry {}: {}", self.first_index, self.what)
    }
}

impl std::error::Error for Fault {}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        Self { first_index: 0, what: What::Unreadable(error.into()) }
    }
}

/// Recomputes everything. `progress` is told now and then how many entries of how many are done.
///
/// # Errors
/// The first thing that does not fit.
pub async fn verify(
    conn: &mut PgConnection,
    key: &VerifierKey,
    progress: impl Fn(u64, u64) + Send,
) -> Result<Verdict, Fault> {
    verify_against(conn, key, &[], progress).await
}

/// The same, and that the log still holds what these checkpoints, kept elsewhere, say of it.
///
/// # Errors
/// The first thing that does not fit.
pub async fn verify_against(
    conn: &mut PgConnection,
    key: &VerifierKey,
    known: &[String],
    progress: impl Fn(u64, u64) + Send,
) -> Result<Verdict, Fault> {
    let mut known = known
        .iter()
        .take(KNOWN_MAX)
        .map(|note| Checkpoint::open(note, key).map_err(|error| at(0, What::Signature(error))))
        .collect::<Result<Vec<_>, _>>()?;
    known.sort_unstable_by_key(|checkpoint| checkpoint.size);
    let mut tx = conn.begin_with("begin isolation level repeatable read read only").await?;
    // A pass over a large log takes longer than any statement of a request may.
    sqlx::query("set local statement_timeout = 0").execute(&mut *tx).await?;
    let stored: Option<String> =
        sqlx::query_scalar("select verifier_key from ledger.log_key order by since desc limit 1")
            .fetch_optional(&mut *tx)
            .await?;
    if stored.is_some_and(|text| text != key.to_string()) {
        return Err(at(0, What::Key));
    }
    let size: Option<i64> = sqlx::query_scalar("select max(size) from ledger.checkpoint").fetch_one(&mut *tx).await?;
    let mut pass = Pass {
        key,
        size: unsigned(size.unwrap_or(0)),
        tree: Tree::new(),
        checkpoints: Checkpoints::default(),
        known: known.into(),
        counts: Counts::default(),
    };
    pass.run(&mut tx, &progress).await?;
    let pending = check_pending(&mut tx, &mut pass).await?;
    check_kept_out(&mut tx, pass.size).await?;
    tx.rollback().await?;
    let Counts { checkpoints, openings, erased } = pass.counts;
    Ok(Verdict { size: pass.size, root: pass.tree.root(), checkpoints, openings_checked: openings, erased, pending })
}

const fn at(first_index: u64, what: What) -> Fault {
    Fault { first_index, what }
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// An entry or pending entry with what opens it.
#[derive(FromRow)]
struct Row {
    index: i64,
    entry_id: Uuid,
    commitment: Vec<u8>,
    subject_id: Option<Uuid>,
    salt: Option<Vec<u8>>,
    content: Option<Vec<u8>>,
}

#[derive(Default)]
struct Counts {
    checkpoints: u64,
    openings: u64,
    erased: u64,
}

struct Pass<'a> {
    key: &'a VerifierKey,
    size: u64,
    tree: Tree,
    checkpoints: Checkpoints,
    known: VecDeque<Checkpoint>,
    counts: Counts,
}

impl Pass<'_> {
    async fn run(&mut self, tx: &mut PgConnection, progress: &(impl Fn(u64, u64) + Send)) -> Result<(), Fault> {
        self.check_checkpoint(tx).await?;
        loop {
            progress(self.tree.size(), self.size);
            let first = self.tree.size();
            let rows = entries(tx, first).await?;
            if rows.is_empty() {
                break;
            }
            let tiles = leaf_tiles(tx, first / TILE_WIDTH).await?;
            for row in rows {
                self.take(tx, row, &tiles).await?;
            }
        }
        if self.tree.size() < self.size {
            return Err(at(self.tree.size(), What::EntryMissing));
        }
        if self.known.is_empty() { Ok(()) } else { Err(at(self.size, What::Known)) }
    }

    /// One entry: its opening, its leaf, the tiles that it fills, the checkpoint behind it.
    async fn take(&mut self, tx: &mut PgConnection, row: Row, tiles: &LeafTiles) -> Result<(), Fault> {
        let index = self.tree.size();
        if unsigned(row.index) != index {
            return Err(at(index, What::EntryMissing));
        }
        if index >= self.size {
            return Err(at(index, What::EntryUnsigned));
        }
        match check_opening(&row) {
            Ok(true) => self.counts.openings += 1,
            Ok(false) => {
                check_erased(tx, row.entry_id).await?.map_err(|what| at(index, what))?;
                self.counts.erased += 1;
            }
            Err(what) => return Err(at(index, what)),
        }
        let hash = leaf(&row.commitment);
        let sealed = match width_at(self.size, 0, index / TILE_WIDTH) {
            TILE_WIDTH => Some(tiles.leaf(index).ok_or(at(index, What::Tile(0)))?),
            _ => self.checkpoints.edge_leaf(index),
        };
        if sealed.is_some_and(|sealed| sealed != hash) {
            return Err(at(index, What::Leaf));
        }
        let mut full = Vec::new();
        self.tree.push(hash, &mut full);
        for tile in full {
            let first = tile.n << (8 * (u32::from(tile.level) + 1));
            let select = "select hashes, root from ledger.tile where level = $1 and n = $2";
            let stored: Option<(Vec<u8>, Vec<u8>)> = sqlx::query_as(select)
                .bind(i16::from(tile.level))
                .bind(i64::try_from(tile.n).unwrap_or(i64::MAX))
                .fetch_optional(&mut *tx)
                .await?;
            if stored != Some((Hash::concat(&tile.hashes), tile.root.0.to_vec())) {
                return Err(at(first, What::Tile(tile.level)));
            }
        }
        self.check_checkpoint(tx).await
    }

    /// The checkpoints of the tree's present size, ours and those kept elsewhere.
    async fn check_checkpoint(&mut self, tx: &mut PgConnection) -> Result<(), Fault> {
        let size = self.tree.size();
        while let Some(stored) = self.checkpoints.due(tx, size).await? {
            let signed = Checkpoint::open(&stored.note, self.key).map_err(|error| at(size, What::Signature(error)))?;
            let root = self.tree.root();
            if signed.size != size || signed.root != root || stored.root != root.0 {
                // The entries since the checkpoint before are those that it is the first to cover.
                return Err(at(self.checkpoints.covered, What::Checkpoint));
            }
            self.checkpoints.covered = size;
            self.counts.checkpoints += 1;
        }
        while let Some(known) = self.known.pop_front_if(|known| known.size <= size) {
            if known.size != size || known.root != self.tree.root() {
                return Err(at(known.size, What::Known));
            }
        }
        Ok(())
    }
}

async fn entries(tx: &mut PgConnection, first: u64) -> Result<Vec<Row>, Fault> {
    let select =
        "select entry.index, entry.entry_id, entry.commitment, opening.subject_id, opening.salt, opening.content
        from ledger.entry left join ledger.opening using (entry_id)
        where entry.index >= $1 and entry.index < $2 order by entry.index";
    let first = i64::try_from(first).unwrap_or(i64::MAX);
    let rows: Vec<Row> =
        sqlx::query_as(select).bind(first).bind(first.saturating_add(CHUNK)).fetch_all(&mut *tx).await?;
    if !rows.is_empty() {
        return Ok(rows);
    }
    // A gap may be wider than a chunk: one row behind it is enough to see it.
    let next = select.replace("and entry.index < $2", "") + " limit $2";
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(next)).bind(first).bind(1i64).fetch_all(tx).await?)
}

/// Whether the opening is there and fits. Errors when it is there and does not.
fn check_opening(row: &Row) -> Result<bool, What> {
    let (Some(subject), Some(salt), Some(content)) = (row.subject_id, &row.salt, &row.content) else {
        return Ok(false);
    };
    let salt = Salt(Hash::from_slice(salt).ok_or(What::Commitment)?);
    if commitment(&salt, content).0[..] != row.commitment[..] {
        return Err(What::Commitment);
    }
    let says: Content = serde_json::from_slice(content).map_err(|_| What::OpeningForeign)?;
    let entry = EntryId(row.entry_id);
    let fits = says.entry == entry && shard(entry, says.subject) == SubjectId(subject);
    if fits { Ok(true) } else { Err(What::OpeningForeign) }
}

/// Whether an entry that fits says that this one's opening was erased.
async fn check_erased(tx: &mut PgConnection, entry: Uuid) -> Result<Result<(), What>, Fault> {
    let select = "select coalesce(entry.index, 0) as index, opening.entry_id,
            coalesce(entry.commitment, pending.commitment) as commitment, opening.subject_id, opening.salt, opening.content
        from ledger.erasure
        join ledger.opening on opening.entry_id = erasure.erased_by
        left join ledger.entry on entry.entry_id = erasure.erased_by
        left join ledger.pending on pending.subject_id = opening.subject_id and pending.entry_id = opening.entry_id
        where erasure.entry_id = $1 and coalesce(entry.commitment, pending.commitment) is not null";
    let noted = sqlx::query_scalar("select exists (select from ledger.erasure where entry_id = $1)").bind(entry);
    let noted: bool = noted.fetch_one(&mut *tx).await?;
    if !noted {
        return Ok(Err(What::OpeningMissing));
    }
    let row: Option<Row> = sqlx::query_as(select).bind(entry).fetch_optional(tx).await?;
    let Some(row) = row else { return Ok(Err(What::ErasureUnfit)) };
    let says: Option<Content> = row.content.as_deref().and_then(|content| serde_json::from_slice(content).ok());
    let names_it = says.is_some_and(|says| {
        says.kind == ERASURE && says.body.get("erased").and_then(Value::as_str) == Some(&entry.to_string())
    });
    Ok(if names_it && matches!(check_opening(&row), Ok(true)) { Ok(()) } else { Err(What::ErasureUnfit) })
}

/// Every pending entry must have its opening. They are counted.
async fn check_pending(tx: &mut PgConnection, pass: &mut Pass<'_>) -> Result<u64, Fault> {
    let select = "select 0::bigint as index, pending.entry_id, pending.commitment, opening.subject_id, opening.salt, opening.content
        from ledger.pending left join ledger.opening using (subject_id, entry_id)
        where (pending.subject_id, pending.entry_id) > ($1, $2)
        order by pending.subject_id, pending.entry_id limit $3";
    let (mut last, mut count) = ((Uuid::nil(), Uuid::nil()), 0);
    loop {
        let rows: Vec<Row> = sqlx::query_as(select).bind(last.0).bind(last.1).bind(CHUNK).fetch_all(&mut *tx).await?;
        for row in &rows {
            // An entry may be erased before it is sealed; its commitment is sealed all the same.
            match check_opening(row) {
                Ok(true) => pass.counts.openings += 1,
                Ok(false) => {
                    check_erased(tx, row.entry_id).await?.map_err(|what| at(pass.size, what))?;
                    pass.counts.erased += 1;
                }
                Err(_) => return Err(at(pass.size, What::Pending)),
            }
        }
        count += rows.len() as u64;
        let Some(end) = rows.last() else { return Ok(count) };
        last = (end.subject_id.unwrap_or(end.entry_id), end.entry_id);
    }
}

/// No opening without an entry or a pending commitment.
async fn check_kept_out(tx: &mut PgConnection, size: u64) -> Result<(), Fault> {
    let select = "select exists (select from ledger.opening
        where not exists (select from ledger.entry where entry.entry_id = opening.entry_id)
        and not exists (select from ledger.pending
            where pending.subject_id = opening.subject_id and pending.entry_id = opening.entry_id))";
    let kept_out: bool = sqlx::query_scalar(select).fetch_one(tx).await?;
    if kept_out { Err(at(size, What::KeptOut)) } else { Ok(()) }
}

/// The full tiles of leaves that a chunk of entries needs.
struct LeafTiles {
    first: u64,
    tiles: Vec<Option<Vec<u8>>>,
}

/// A chunk that begins inside a tile ends inside one.
const TILES_OF_CHUNK: i64 = CHUNK / TILE_WIDTH as i64 + 1;

async fn leaf_tiles(tx: &mut PgConnection, first: u64) -> Result<LeafTiles, Fault> {
    let select = "select wanted.n, tile.hashes from generate_series($1, $1 + $2 - 1) as wanted (n)
        left join ledger.tile on tile.level = 0 and tile.n = wanted.n order by wanted.n";
    let rows = sqlx::query_as(select).bind(i64::try_from(first).unwrap_or(i64::MAX)).bind(TILES_OF_CHUNK);
    let rows: Vec<(i64, Option<Vec<u8>>)> = rows.fetch_all(tx).await?;
    Ok(LeafTiles { first, tiles: rows.into_iter().map(|(_, hashes)| hashes).collect() })
}

impl LeafTiles {
    fn leaf(&self, index: u64) -> Option<Hash> {
        let tile = usize::try_from((index / TILE_WIDTH).checked_sub(self.first)?).ok()?;
        nth_hash(self.tiles.get(tile)?.as_ref()?, index % TILE_WIDTH)
    }
}

fn nth_hash(bytes: &[u8], n: u64) -> Option<Hash> {
    bytes.as_chunks().0.get(usize::try_from(n).ok()?).map(|chunk| Hash(*chunk))
}

#[derive(FromRow)]
struct StoredCheckpoint {
    size: i64,
    root: Vec<u8>,
    note: String,
    edge: Vec<u8>,
}

/// The stored checkpoints in order of size, read some at a time.
#[derive(Default)]
struct Checkpoints {
    ahead: VecDeque<StoredCheckpoint>,
    /// The size up to which the checkpoints fit.
    covered: u64,
    read_to: Option<i64>,
}

impl Checkpoints {
    /// The checkpoint of exactly this size, when there is one; it is taken out.
    async fn due(&mut self, tx: &mut PgConnection, size: u64) -> Result<Option<StoredCheckpoint>, Fault> {
        let due = self.ahead.pop_front_if(|next| unsigned(next.size) <= size);
        if self.ahead.is_empty() {
            let select = "select size, root, note, edge from ledger.checkpoint where size > $1 order by size limit $2";
            let rows = sqlx::query_as(select).bind(self.read_to.unwrap_or(-1)).bind(CHUNK / 4);
            self.ahead = rows.fetch_all(tx).await?.into();
            self.read_to = self.ahead.back().map_or(self.read_to, |last| Some(last.size));
            if due.is_none() {
                return Ok(self.ahead.pop_front_if(|next| unsigned(next.size) <= size));
            }
        }
        Ok(due)
    }

    /// The leaf that the next checkpoint says it added at `index`.
    fn edge_leaf(&self, index: u64) -> Option<Hash> {
        let next = self.ahead.front()?;
        let first = unsigned(next.size).checked_sub((next.edge.len() / 32) as u64)?;
        nth_hash(&next.edge, index.checked_sub(first)?)
    }
}
