//! The private PostgreSQL cluster: made, started, watched and stopped by the program, so that a laptop needs
//! nothing but the installed server.
//!
//! Who is trusted: only the operating-system user that runs the program can reach the cluster. It listens on a
//! Unix socket in a folder of mode 0700, knows nobody by password, and maps that user to our roles (peer).
//! As root, the server runs as user `postgres`; the program's own files in the data folder stay out of its reach.
//!
//! After a crash: the server gets SIGINT when the program dies (fast, clean shutdown); when the server itself is
//! killed, what is left of its processes is ended before it is started again, or two servers could write one folder.

mod files;
mod keeper;
mod leftovers;
mod server;

use crate::{Error, ROLE_SUPER, prepare_roles};
use keeper::Keeper;
use server::Server;
use sqlx::Connection;
use sqlx::postgres::PgConnectOptions;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

/// How a private cluster is run.
#[derive(Clone, Debug)]
pub struct ClusterOptions {
    /// Whether a commit survives a loss of power (fsync). False for tests only; a killed server loses nothing either way.
    pub sync: bool,
    /// Whether the server outlives this process. A second start then joins the running one.
    pub detached: bool,
    /// Part of the socket's name; nothing listens on a network.
    pub port: u16,
    /// Connections at most.
    pub max_connections: u16,
    /// Memory for shared buffers, in MB.
    pub shared_buffers_mb: u32,
}

impl Default for ClusterOptions {
    fn default() -> Self {
        Self { sync: true, detached: false, port: 5432, max_connections: 100, shared_buffers_mb: 128 }
    }
}

/// A running private cluster. Dropping it stops the server, unless it is detached.
#[derive(Debug)]
pub struct Cluster {
    server: Server,
    keeper: Option<Keeper>,
    /// Held as long as the server is ours; the kernel lets go of it when we die.
    _lock: Option<File>,
}

/// Where the program keeps its data unless told otherwise: `/var/lib/sen` as root, else `$XDG_DATA_HOME/sen`, else
/// `~/.local/share/sen`.
#[must_use]
pub fn default_data_dir() -> PathBuf {
    if nix::unistd::geteuid().is_root() {
        return PathBuf::from("/var/lib/sen");
    }
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("XDG_DATA_HOME")
        .or_else(|| set("HOME").map(|home| home.join(".local/share")))
        .unwrap_or_else(|| PathBuf::from("."))
        .join("sen")
}

impl Cluster {
    /// Starts the cluster in `data_dir`, making it first where there is none. Blocks until it takes connections
    /// (0.1 s; 1 s more the first time; longer after a crash).
    ///
    /// # Errors
    /// `NoServer` without PostgreSQL 15 or newer, `InUse` when another process runs this folder, `Cluster` with the
    /// reason otherwise.
    pub fn start(data_dir: &Path, options: ClusterOptions) -> Result<Self, Error> {
        std::fs::create_dir_all(data_dir).map_err(|error| files::failed("create", data_dir, &error))?;
        let data_dir = data_dir.canonicalize().map_err(|error| files::failed("open", data_dir, &error))?;
        let lock = take_lock(&data_dir, options.detached)?;
        let detached = options.detached;
        let server = Server::prepare(&data_dir, options)?;
        if detached {
            if server.running_pid().is_none() {
                leftovers::clear(&server)?;
                server.spawn_detached()?;
            }
            drop(lock);
            return Ok(Self { server, keeper: None, _lock: None });
        }
        leftovers::clear(&server)?;
        let keeper = Keeper::start(server.clone())?;
        Ok(Self { server, keeper: Some(keeper), _lock: Some(lock) })
    }

    /// A detached cluster as it is, running or not: to stop it.
    pub(crate) fn join(data_dir: &Path, options: ClusterOptions) -> Result<Self, Error> {
        let data_dir = data_dir.canonicalize().map_err(|error| files::failed("open", data_dir, &error))?;
        let lock = take_lock(&data_dir, true)?;
        Ok(Self { server: Server::prepare(&data_dir, options)?, keeper: None, _lock: Some(lock) })
    }

    /// How to connect to the cluster of `data_dir` while another process runs it: for an operator's command beside
    /// the program. Whether one runs there is found out by connecting.
    ///
    /// # Errors
    /// When the folder is not there.
    pub fn beside(data_dir: &Path, role: &str, database: &str) -> Result<PgConnectOptions, Error> {
        let data_dir = data_dir.canonicalize().map_err(|error| files::failed("open", data_dir, &error))?;
        Ok(server::connect_options(&data_dir.join(server::RUN), ClusterOptions::default().port, role, database))
    }

    /// How to connect as `role` to `database`.
    #[must_use]
    pub fn options(&self, role: &str, database: &str) -> PgConnectOptions {
        self.server.connect_options(role, database)
    }

    /// Makes roles and `database` where they are missing (`prepare_roles` as the cluster's superuser).
    ///
    /// # Errors
    /// When PostgreSQL refuses.
    pub async fn prepare(&self, database: &str) -> Result<(), Error> {
        let mut conn = sqlx::PgConnection::connect_with(&self.options(ROLE_SUPER, "postgres")).await?;
        prepare_roles(&mut conn, database).await?;
        Ok(conn.close().await?)
    }

    /// The server's process, while it runs. A test kills it to see what happens.
    #[must_use]
    pub fn pid(&self) -> Option<i32> {
        self.server.running_pid()
    }

    /// Stops the server (fast shutdown: open transactions are rolled back) and waits for its end.
    ///
    /// # Errors
    /// When it does not stop within a minute.
    pub fn stop(mut self) -> Result<(), Error> {
        match self.keeper.take() {
            Some(keeper) => keeper.stop(),
            None => leftovers::clear(&self.server),
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(keeper) = self.keeper.take()
            && let Err(error) = keeper.stop()
        {
            tracing::error!(%error, "the private PostgreSQL did not stop");
        }
    }
}

/// One process at a time. A detached start holds it only while starting, so it waits for its turn.
fn take_lock(data_dir: &Path, wait: bool) -> Result<File, Error> {
    let path = data_dir.join("cluster.lock");
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(|error| files::failed("create", &path, &error))?;
    if wait {
        file.lock().map_err(|error| files::failed("lock", &path, &error))?;
        return Ok(file);
    }
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::InUse(data_dir.display().to_string())),
        Err(TryLockError::Error(error)) => Err(files::failed("lock", &path, &error)),
    }
}
