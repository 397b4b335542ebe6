//! The sequencer: moves committed entries into the tree, in batches, outside the transactions that made them.
//!
//! A batch is one transaction: taken from the queue, given their indices, tiles written, checkpoint signed. Killed at
//! any instant it leaves either nothing or the whole batch, and a checkpoint that was signed and not committed has
//! never left the process. Entries are taken because they are in the queue, not by a cursor, so a transaction that
//! commits late is sealed late and never skipped. One sequencer works at a time: an advisory lock says which, and the
//! primary keys would refuse a second.

use crate::{
    Error,
    checkpoint::Checkpoint,
    hash::{Hash, leaf},
    note::Signer,
    stored::{published, to_hash, to_i64, tree, verifier_key},
    tile::TILE_WIDTH,
    tree::{FullTile, Tree},
};
use kernel::Ctx;
use sqlx::{Connection, PgConnection};
use std::time::Duration;
use store::Db;
use tokio::{sync::watch, time};
use uuid::Uuid;

/// Most entries of one batch: some 10 MB in memory, about a second of work.
pub const BATCH_MAX: i64 = 32_768;
/// How long the queue is left alone when it was found empty.
const PAUSE: Duration = Duration::from_millis(200);
/// How long after a failure.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(2);
/// What the advisory lock is taken on: "sen" and 3101, the line of this crate's migrations.
const LOCK: i64 = 0x7365_6e00_0c1d;

/// Seals pending entries into the tree.
#[derive(Clone, Debug)]
pub struct Sequencer {
    db: Db,
    ctx: Ctx,
    signer: Signer,
}

impl Sequencer {
    /// A sequencer that signs with this key. `ctx` gives the time.
    #[must_use]
    pub const fn new(db: Db, ctx: Ctx, signer: Signer) -> Self {
        Self { db, ctx, signer }
    }

    /// Seals until `shutdown` says true or its sender is gone. Failures are logged and tried again.
    pub async fn run(&self, mut shutdown: watch::Receiver<bool>) {
        loop {
            let pause = match self.run_once().await {
                Ok(sealed) if sealed as i64 == BATCH_MAX => Duration::ZERO,
                Ok(_) => PAUSE,
                Err(error) => {
                    tracing::error!(code = %kernel::Problem::from(error).code, "the ledger could not be sealed");
                    PAUSE_AFTER_FAILURE
                }
            };
            match time::timeout(pause, shutdown.wait_for(|stop| *stop)).await {
                Ok(_) => return,
                Err(_) => continue,
            }
        }
    }

    /// Seals one batch and tells how many entries it had: 0 also when another sequencer is at work.
    /// The first call signs the empty log.
    ///
    /// # Errors
    /// [`Error::KeyName`] when the log is signed with another key; [`Error::Broken`] when the stored tree does not fit
    /// its last checkpoint; [`Error::Store`].
    pub async fn run_once(&self) -> Result<usize, Error> {
        let mut conn = self.db.pool().acquire().await.map_err(store::Error::from)?;
        let idle = "select exists (select from ledger.checkpoint) and not exists (select from ledger.pending)";
        if sqlx::query_scalar(idle).fetch_one(&mut *conn).await? {
            return Ok(0);
        }
        let mut tx = conn.begin().await?;
        let leader = sqlx::query_scalar("select pg_try_advisory_xact_lock($1)").bind(LOCK).fetch_one(&mut *tx);
        if !leader.await? {
            return Ok(0);
        }
        let sealed = self.seal(&mut tx).await;
        // The lock is given back before the caller hears of it: who tries again at once must not find it held.
        if sealed.is_ok() {
            tx.commit().await?
        } else {
            tx.rollback().await?
        }
        sealed
    }

    async fn seal(&self, tx: &mut PgConnection) -> Result<usize, Error> {
        let mut tree = match published(tx).await? {
            None => self.begin_log(tx).await?,
            Some(last) => {
                if verifier_key(tx).await? != Some(self.signer.verifier_key()) {
                    return Err(Error::KeyName);
                }
                let tree = tree(tx, last.size).await?;
                if tree.root() != last.root {
                    return Err(Error::Broken);
                }
                tree
            }
        };
        let batch = take(tx).await?;
        if batch.is_empty() {
            return Ok(0);
        }
        let old_size = tree.size();
        let mut full = Vec::new();
        for (_, commitment) in &batch {
            tree.push(leaf(&commitment.0), &mut full);
        }
        insert_entries(tx, old_size, &batch).await?;
        insert_tiles(tx, &full).await?;
        self.publish(tx, &tree, old_size).await?;
        Ok(batch.len())
    }

    /// A log that was never sealed: says whose it is, and signs that it is empty.
    async fn begin_log(&self, tx: &mut PgConnection) -> Result<Tree, Error> {
        let key = self.signer.verifier_key().to_string();
        let insert = "insert into ledger.log_key (verifier_key, since) values ($1, $2)";
        sqlx::query(insert).bind(key).bind(self.ctx.now()).execute(&mut *tx).await?;
        let empty = Tree::new();
        self.publish(tx, &empty, 0).await?;
        Ok(empty)
    }

    async fn publish(&self, tx: &mut PgConnection, tree: &Tree, old_size: u64) -> Result<(), Error> {
        let checkpoint = Checkpoint { size: tree.size(), root: tree.root() };
        let note = checkpoint.sign(&self.signer).map_err(Error::Key)?;
        let edge = edge_since(tree, old_size);
        let insert = "insert into ledger.checkpoint (size, root, note, edge, signed_at) values ($1, $2, $3, $4, $5)";
        sqlx::query(insert)
            .bind(to_i64(checkpoint.size)?)
            .bind(&checkpoint.root.0[..])
            .bind(note)
            .bind(edge)
            .bind(self.ctx.now())
            .execute(tx)
            .await?;
        Ok(())
    }
}

/// The leaves behind the last full tile that are younger than `old_size`.
fn edge_since(tree: &Tree, old_size: u64) -> Vec<u8> {
    let leaves = tree.last_leaves();
    let first = tree.size() - leaves.len() as u64;
    let known = usize::try_from(old_size.saturating_sub(first)).unwrap_or(usize::MAX);
    Hash::concat(leaves.get(known..).unwrap_or_default())
}

/// Takes a batch from the queue, oldest id first.
async fn take(tx: &mut PgConnection) -> Result<Vec<(Uuid, Hash)>, Error> {
    let delete = "delete from ledger.pending
        where (subject_id, entry_id) in (select subject_id, entry_id from ledger.pending limit $1)
        returning entry_id, commitment";
    let rows: Vec<(Uuid, Vec<u8>)> = sqlx::query_as(delete).bind(BATCH_MAX).fetch_all(tx).await?;
    let batch = rows.into_iter().map(|(entry, commitment)| Ok((entry, to_hash(&commitment)?)));
    let mut batch = batch.collect::<Result<Vec<_>, Error>>()?;
    batch.sort_unstable_by_key(|(entry, _)| *entry);
    Ok(batch)
}

async fn insert_entries(tx: &mut PgConnection, first: u64, batch: &[(Uuid, Hash)]) -> Result<(), Error> {
    let insert = "insert into ledger.entry (index, entry_id, commitment)
        select $1 + made.position - 1, made.entry_id, made.commitment
        from unnest($2::uuid[], $3::bytea[]) with ordinality as made (entry_id, commitment, position)";
    let entries: Vec<Uuid> = batch.iter().map(|(entry, _)| *entry).collect();
    let commitments: Vec<&[u8]> = batch.iter().map(|(_, commitment)| &commitment.0[..]).collect();
    sqlx::query(insert).bind(to_i64(first)?).bind(entries).bind(commitments).execute(tx).await?;
    Ok(())
}

async fn insert_tiles(tx: &mut PgConnection, full: &[FullTile]) -> Result<(), Error> {
    if full.is_empty() {
        return Ok(());
    }
    debug_assert!(full.iter().all(|tile| tile.hashes.len() as u64 == TILE_WIDTH));
    let insert = "insert into ledger.tile (level, n, hashes, root)
        select * from unnest($1::smallint[], $2::bigint[], $3::bytea[], $4::bytea[])";
    let levels: Vec<i16> = full.iter().map(|tile| i16::from(tile.level)).collect();
    let positions = full.iter().map(|tile| to_i64(tile.n)).collect::<Result<Vec<_>, _>>()?;
    let hashes: Vec<Vec<u8>> = full.iter().map(|tile| Hash::concat(&tile.hashes)).collect();
    let roots: Vec<&[u8]> = full.iter().map(|tile| &tile.root.0[..]).collect();
    sqlx::query(insert).bind(levels).bind(positions).bind(hashes).bind(roots).execute(tx).await?;
    Ok(())
}
