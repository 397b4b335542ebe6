//! The catalogue as a running program keeps it: in memory, made anew when a day begins or a file was imported.

use crate::search::Doc;
use crate::{Error, Rules, Shelf, db};
use kernel::Ctx;
use std::sync::{Arc, PoisonError, RwLock};
use store::Db;
use time::{Date, Duration, OffsetDateTime};
use uuid::Uuid;

/// How long an import that another process made may stay unseen.
const LOOK_EVERY: Duration = Duration::seconds(5);

/// What the pack itself has on a day.
pub type Packed = dyn Fn(Date) -> Vec<Doc> + Send + Sync;

/// The catalogue of a running program. Cloning is cheap.
#[derive(Clone)]
pub struct Library {
    db: Db,
    rules: Arc<Rules>,
    packed: Arc<Packed>,
    kept: Arc<RwLock<Option<Kept>>>,
}

#[derive(Clone)]
struct Kept {
    shelf: Arc<Shelf>,
    looked: OffsetDateTime,
    newest: Option<Uuid>,
}

impl Library {
    /// The catalogue in `db`. Nothing is read yet.
    #[must_use]
    pub fn new(db: Db, rules: Arc<Rules>, packed: Arc<Packed>) -> Self {
        Self { db, rules, packed, kept: Arc::new(RwLock::new(None)) }
    }

    /// What the pack says.
    #[must_use]
    pub fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }

    /// The catalogue today.
    ///
    /// # Errors
    /// When the store fails and nothing is kept from before.
    pub async fn today(&self, ctx: &Ctx) -> Result<Arc<Shelf>, Error> {
        let (today, now) = (ctx.today(), ctx.now());
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner).clone();
        let kept = kept.filter(|kept| kept.shelf.on == today);
        if let Some(kept) = kept.as_ref().filter(|kept| (now - kept.looked).abs() < LOOK_EVERY) {
            return Ok(Arc::clone(&kept.shelf));
        }
        let mut conn = self.db.pool().acquire().await?;
        let newest: Option<Uuid> = sqlx::query_scalar(
            "select import_id from catalogue.import order by imported_at desc, import_id desc limit 1",
        )
        .fetch_optional(&mut *conn)
        .await?;
        let shelf = match kept.filter(|kept| kept.newest == newest) {
            Some(kept) => kept.shelf,
            None => {
                let snapshot = db::load(&mut conn).await?;
                let packed = (self.packed)(today);
                Arc::new(Shelf::new(snapshot, Arc::clone(&self.rules), packed, today))
            }
        };
        let fresh = Kept { shelf: Arc::clone(&shelf), looked: now, newest };
        *self.kept.write().unwrap_or_else(PoisonError::into_inner) = Some(fresh);
        Ok(shelf)
    }
}

impl std::fmt::Debug for Library {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Library(…)")
    }
}
