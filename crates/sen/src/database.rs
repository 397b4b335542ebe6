//! Where the state lives: the private cluster of the data folder, or the server that `DATABASE_URL` names.

use anyhow::{Context, Result, bail};
use kernel::{BodyId, Ctx};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool, migrate::Migrator};
use std::path::Path;
use std::str::FromStr;
use store::{Cluster, ClusterOptions, Db, ROLE_APP, ROLE_OWNER};

/// The private cluster's folder, below the data folder.
const CLUSTER: &str = "postgresql";
/// The database's name in the private cluster.
const DATABASE: &str = "sen";
/// The application's connections. A connection costs PostgreSQL about 5 MB.
const CONNECTIONS_MAX: u32 = 24;
/// Of a command beside the running program.
const JOINED_CONNECTIONS_MAX: u32 = 4;
/// Migrations and bulk loads run one after the other.
const OWNER_CONNECTIONS_MAX: u32 = 4;

/// Every crate's tables, lower lines first.
pub fn migrators() -> [&'static Migrator; 10] {
    [
        &store::MIGRATOR,
        &web::MIGRATOR,
        &ledger::MIGRATOR,
        &exchange::MIGRATOR,
        &register::MIGRATOR,
        &identity::MIGRATOR,
        &catalogue::MIGRATOR,
        &procedure::MIGRATOR,
        &programme::MIGRATOR,
        &indicator::MIGRATOR,
    ]
}

/// How to connect to the private cluster below `data`, should another process run it.
///
/// # Errors
/// When the folder cannot be opened.
pub fn beside(data: &Path) -> Result<Option<PgConnectOptions>> {
    let folder = data.join(CLUSTER);
    if std::env::var_os("DATABASE_URL").is_some() || !folder.exists() {
        return Ok(None);
    }
    Ok(Some(Cluster::beside(&folder, ROLE_APP, DATABASE)?))
}

/// To the program's running PostgreSQL, or to one that is started for this and is then to be closed.
///
/// # Errors
/// As [`Database::open`].
pub async fn connect(folder: &Path) -> Result<(PgConnection, Option<Database>)> {
    let (db, ours) = join(folder).await?;
    Ok((db.pool().acquire().await?.detach(), ours))
}

/// The same with connections as they are needed.
///
/// # Errors
/// As [`Database::open`].
pub async fn join(folder: &Path) -> Result<(Db, Option<Database>)> {
    if let Some(options) = beside(folder)?
        && PgConnection::connect_with(&options).await.is_ok()
    {
        return Ok((Db::connect(options, JOINED_CONNECTIONS_MAX).await?, None));
    }
    let url = std::env::var("DATABASE_URL").ok();
    let database = Database::open(folder, url.as_deref()).await?;
    Ok((database.app.clone(), Some(database)))
}

/// Whether there is a private cluster below `data`, running or not.
#[must_use]
pub fn has_cluster(data: &Path) -> bool {
    data.join(CLUSTER).is_dir()
}

/// An open, migrated database.
pub struct Database {
    /// What the program works with: role `sen_app`.
    pub app: Db,
    /// What loads synthetic people: role `sen_owner`.
    pub owner: PgPool,
    /// The private cluster, while it is ours. Stops when dropped.
    cluster: Option<Cluster>,
}

impl Database {
    /// Starts the private cluster below `data` (or connects to `url`), makes roles and database where they are
    /// missing, and migrates.
    ///
    /// # Errors
    /// When PostgreSQL is missing, too old, already used by another process, or refuses.
    pub async fn open(data: &Path, url: Option<&str>) -> Result<Self> {
        let (app, owner, cluster) = match url {
            Some(url) => {
                let app = PgConnectOptions::from_str(url).context("DATABASE_URL")?;
                let owner = match std::env::var("SEN_OWNER_URL") {
                    Ok(url) => PgConnectOptions::from_str(&url).context("SEN_OWNER_URL")?,
                    Err(_) => bail!(
                        "with DATABASE_URL (role {ROLE_APP}) set SEN_OWNER_URL too (role {ROLE_OWNER}): it runs the migrations"
                    ),
                };
                (app, owner, None)
            }
            None => {
                let folder = data.join(CLUSTER);
                // Starting waits for the server: not on a thread of the run time.
                let cluster = tokio::task::spawn_blocking(move || Cluster::start(&folder, ClusterOptions::default()))
                    .await?
                    .context("the private PostgreSQL did not start")?;
                cluster.prepare(DATABASE).await?;
                (cluster.options(ROLE_APP, DATABASE), cluster.options(ROLE_OWNER, DATABASE), Some(cluster))
            }
        };
        let owner = PgPoolOptions::new().max_connections(OWNER_CONNECTIONS_MAX).connect_with(owner).await?;
        store::migrate(&owner, &migrators()).await?;
        let app = Db::connect(app, CONNECTIONS_MAX).await?;
        if cluster.is_some() {
            // The cluster is ours and has just started: whoever held jobs is dead.
            let mut conn = app.pool().acquire().await?;
            store::jobs::take_back_all(&mut conn, &Ctx::system(BodyId::from(procedure::PORTAL))).await?;
        }
        Ok(Self { app, owner, cluster })
    }

    /// Lets PostgreSQL count what is in its tables. It plans by these counts, and right after a load it has none.
    ///
    /// # Errors
    /// When the server fails.
    pub async fn look_over(&self) -> Result<()> {
        let ours = "select string_agg(format('%I.%I', schemaname, tablename), ', ') from pg_tables where tableowner = current_user";
        let tables: Option<String> = sqlx::query_scalar(ours).fetch_one(&self.owner).await?;
        if let Some(tables) = tables {
            sqlx::query(AssertSqlSafe(format!("analyze {tables}"))).execute(&self.owner).await?;
        }
        Ok(())
    }

    /// The process of the private PostgreSQL, for the crash test and the benchmark.
    #[must_use]
    pub fn postgres_pid(&self) -> Option<i32> {
        self.cluster.as_ref().and_then(Cluster::pid)
    }

    /// Closes the pools and stops the private cluster.
    ///
    /// # Errors
    /// When the server does not stop.
    pub async fn close(self) -> Result<()> {
        self.app.pool().close().await;
        self.owner.close().await;
        if let Some(cluster) = self.cluster {
            tokio::task::spawn_blocking(move || cluster.stop()).await??;
        }
        Ok(())
    }
}
