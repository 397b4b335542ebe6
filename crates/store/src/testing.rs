//! Databases for tests: one server shared by all test processes of a target folder, one template database per set
//! of migrations, one clone per test.
//!
//! nextest runs each test in a process of its own, so nothing in memory can be shared: a file lock decides who
//! starts the server and who builds a template. The server is detached and runs without fsync.

use crate::cluster::{Cluster, ClusterOptions};
use crate::roles::quote;
use crate::{Db, Error, MIGRATOR, ROLE_APP, ROLE_ERASER, ROLE_OWNER, ROLE_SUPER, migrate, prepare_roles};
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};
use std::collections::hash_map::DefaultHasher;
use std::fs::File;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// Raised when the way the test server is run changes, so that an older one is not joined.
const LAYOUT: u32 = 2;
/// Connections one test may use.
const POOL_MAX: u32 = 10;

/// A database of one test, dropped with this value.
#[derive(Debug)]
pub struct TestDb {
    /// The application's pool (`sen_app`).
    pub db: Db,
    /// The owner's pool (`sen_owner`): for set-up and for looking behind the scenes.
    pub owner: PgPool,
    /// How the application connects.
    pub options: PgConnectOptions,
    /// How the eraser connects.
    pub eraser: PgConnectOptions,
    name: String,
    superuser: PgConnectOptions,
}

/// A database with the migrations of `migrators` (and always of this crate) applied. `name_of_set` names the
/// template, by custom the crate that asks.
///
/// # Panics
/// When PostgreSQL cannot be started or a migration fails: a test cannot go on.
pub async fn database(name_of_set: &str, migrators: &[&Migrator]) -> TestDb {
    #[expect(clippy::expect_used, reason = "only tests call this")]
    make(name_of_set, migrators).await.expect("a database for the test")
}

async fn make(set: &str, migrators: &[&Migrator]) -> Result<TestDb, Error> {
    let folder = folder()?;
    let cluster = Cluster::start(&folder, cluster_options())?;
    let superuser = cluster.options(ROLE_SUPER, "postgres");
    let mut conn = PgConnection::connect_with(&superuser).await?;
    let all: Vec<&Migrator> = std::iter::once(&MIGRATOR).chain(migrators.iter().copied()).collect();
    let template = template(&mut conn, &cluster, &folder, set, &all).await?;
    let name = fresh_name();
    let create = format!("create database {} template {} owner {ROLE_OWNER}", quote(&name), quote(&template));
    sqlx::query(AssertSqlSafe(create)).execute(&mut conn).await?;
    let grants = format!(
        "revoke all on database {0} from public; grant connect on database {0} to {ROLE_APP}, {ROLE_ERASER}",
        quote(&name)
    );
    sqlx::raw_sql(AssertSqlSafe(grants)).execute(&mut conn).await?;
    conn.close().await?;
    let options = cluster.options(ROLE_APP, &name);
    let db = Db::connect(options.clone(), POOL_MAX).await?;
    let owner = PgPoolOptions::new().max_connections(2).connect_lazy_with(cluster.options(ROLE_OWNER, &name));
    Ok(TestDb { db, owner, options, eraser: cluster.options(ROLE_ERASER, &name), name, superuser })
}

fn cluster_options() -> ClusterOptions {
    ClusterOptions { sync: false, detached: true, port: 5432, max_connections: 300, shared_buffers_mb: 64 }
}

/// The template of this set, built by whoever comes first. What dead tests left is swept on the way.
async fn template(
    conn: &mut PgConnection,
    cluster: &Cluster,
    folder: &Path,
    set: &str,
    migrators: &[&Migrator],
) -> Result<String, Error> {
    let mut hasher = DefaultHasher::new();
    for migration in crate::migrate::merge(migrators)? {
        (migration.version, &migration.checksum).hash(&mut hasher);
    }
    let template = format!("tpl_{set}_{:016x}", hasher.finish());
    let exists = "select exists (select from pg_database where datname = $1)";
    if sqlx::query_scalar(exists).bind(&template).fetch_one(&mut *conn).await? {
        return Ok(template);
    }
    let lock = open_lock(&folder.join("template.lock"))?;
    // Blocks the run time's thread, which in a test has nothing else to do.
    lock.lock().map_err(|error| Error::Cluster(format!("template lock: {error}")))?;
    if sqlx::query_scalar(exists).bind(&template).fetch_one(&mut *conn).await? {
        return Ok(template);
    }
    sweep(conn).await?;
    let building = format!("building_{set}");
    drop_database(conn, &building).await?;
    prepare_roles(conn, &building).await?;
    let owner = PgPoolOptions::new().max_connections(1).connect_with(cluster.options(ROLE_OWNER, &building)).await?;
    let migrated = migrate(&owner, migrators).await;
    owner.close().await;
    migrated?;
    let rename = format!("alter database {} rename to {}", quote(&building), quote(&template));
    sqlx::query(AssertSqlSafe(rename)).execute(&mut *conn).await?;
    Ok(template)
}

/// Drops the databases of tests whose process is gone.
async fn sweep(conn: &mut PgConnection) -> Result<(), Error> {
    let names: Vec<String> =
        sqlx::query_scalar("select datname from pg_database where datname like 't\\_%'").fetch_all(&mut *conn).await?;
    for name in names {
        let pid = name.split('_').nth(1).unwrap_or_default();
        if !Path::new("/proc").join(pid).exists() {
            drop_database(conn, &name).await?;
        }
    }
    Ok(())
}

async fn drop_database(conn: &mut PgConnection, name: &str) -> Result<(), Error> {
    let drop = format!("drop database if exists {} with (force)", quote(name));
    sqlx::query(AssertSqlSafe(drop)).execute(conn).await?;
    Ok(())
}

/// `t_<process>_<count>`: the process tells later sweeps whether it is still needed.
fn fresh_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("t_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

fn open_lock(path: &Path) -> Result<File, Error> {
    let file = File::options().create(true).truncate(false).write(true).open(path);
    file.map_err(|error| Error::Cluster(format!("cannot create {}: {error}", path.display())))
}

/// One folder per user and target folder, where user `postgres` can reach it. `SEN_TEST_DIR` names another.
fn folder() -> Result<PathBuf, Error> {
    if let Some(named) = std::env::var_os("SEN_TEST_DIR") {
        return Ok(PathBuf::from(named));
    }
    let program = std::env::current_exe().map_err(|error| Error::Cluster(format!("no name of our own: {error}")))?;
    // …/target/debug/deps/store-0123, …/target/debug/sen or …/target/debug/examples/x: the target folder is the
    // nearest one that cargo has tagged.
    let target = program.ancestors().find(|folder| folder.join("CACHEDIR.TAG").exists()).unwrap_or(&program);
    let mut hasher = DefaultHasher::new();
    (LAYOUT, target).hash(&mut hasher);
    let user = nix::unistd::geteuid();
    #[expect(clippy::cast_possible_truncation, reason = "a shorter name is enough; a socket's path is limited")]
    let hash = hasher.finish() as u32;
    let folder = std::env::temp_dir().join(format!("sen-test-{user}-{hash:08x}"));
    std::fs::create_dir_all(&folder).map_err(|error| Error::Cluster(format!("no temporary folder: {error}")))?;
    let owner = std::os::unix::fs::MetadataExt::uid(
        &std::fs::metadata(&folder).map_err(|error| Error::Cluster(format!("no temporary folder: {error}")))?,
    );
    if owner != user.as_raw() {
        return Err(Error::Cluster(format!("{} belongs to another user", folder.display())));
    }
    Ok(folder)
}

/// Ends the shared server of this target folder and removes its folder. For the end of `make test`.
///
/// # Errors
/// When the server does not end.
pub fn stop_cluster() -> Result<(), Error> {
    let folder = folder()?;
    if folder.join("postgres").exists() {
        Cluster::join(&folder, cluster_options())?.stop()?;
    }
    std::fs::remove_dir_all(&folder).map_err(|error| Error::Cluster(format!("cannot remove: {error}")))
}

impl Drop for TestDb {
    fn drop(&mut self) {
        let (superuser, name) = (self.superuser.clone(), self.name.clone());
        // A thread with a run time of its own: the test's may be gone or busy with us.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
            runtime.block_on(async {
                let mut conn = PgConnection::connect_with(&superuser).await.ok()?;
                drop_database(&mut conn, &name).await.ok()
            })
        });
        // What could not be dropped is swept when its process is gone.
        let _ = dropped.join();
    }
}
