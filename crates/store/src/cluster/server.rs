//! One server: its folders, its settings, its first making, its start.

use super::{ClusterOptions, files};
use crate::{Error, ROLE_SUPER, pause};
use nix::sys::prctl;
use nix::sys::signal::Signal;
use nix::unistd::{User, getpid, getppid};
use sqlx::postgres::PgConnectOptions;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The folder of the socket, below the data folder.
pub(super) const RUN: &str = "run";
/// A socket's path fits 107 bytes (`sun_path` of `unix(7)`, less the closing zero).
const SOCKET_PATH_MAX: usize = 107;
/// Recovery after a crash replays at most this long before we give up.
const READY_WITHIN: Duration = Duration::from_secs(120);
/// A log larger than this is begun anew at the next start.
const LOG_BYTES_MAX: u64 = 10_000_000;
/// A cluster that is being made is in a folder of this name and a number.
const HALF_MADE: &str = "postgres.new-";
/// Lines of the log that an error quotes.
const LOG_LINES_QUOTED: usize = 5;

/// Where a server lives and how it runs.
#[derive(Clone, Debug)]
pub(super) struct Server {
    bin: PathBuf,
    pub(super) pgdata: PathBuf,
    run: PathBuf,
    log: PathBuf,
    user: Option<User>,
    options: ClusterOptions,
}

impl Server {
    /// The file by which servers keep each other from one socket.
    pub(super) fn socket_lock(&self) -> PathBuf {
        self.run.join(format!(".s.PGSQL.{}.lock", self.options.port))
    }

    /// Finds the installed server and makes the cluster where there is none.
    pub(super) fn prepare(data_dir: &Path, options: ClusterOptions) -> Result<Self, Error> {
        let pgdata = data_dir.join("postgres");
        let user = files::server_user()?;
        let bin = files::find_server(files::version_of(&pgdata))?;
        let run = data_dir.join(RUN);
        let socket = run.join(format!(".s.PGSQL.{}", options.port));
        if socket.as_os_str().len() > SOCKET_PATH_MAX {
            return Err(Error::Cluster(format!(
                "{} is too long for a socket (at most {SOCKET_PATH_MAX} bytes); choose a shorter data folder",
                socket.display()
            )));
        }
        files::check_reachable(data_dir, user.as_ref())?;
        files::private_folder(&run, user.as_ref())?;
        let server = Self { bin, pgdata, run, log: data_dir.join("postgres.log"), user, options };
        if files::version_of(&server.pgdata).is_none() {
            server.make(data_dir)?;
        }
        files::write_access(&server.pgdata, server.user.as_ref())?;
        Ok(server)
    }

    /// `initdb` into a folder aside, renamed when complete: a half-made cluster is never taken for one. The folder is
    /// ours alone, because the `initdb` of a program that was killed may still be writing to its own.
    fn make(&self, data_dir: &Path) -> Result<(), Error> {
        for earlier in fs::read_dir(data_dir).into_iter().flatten().flatten() {
            if earlier.file_name().to_string_lossy().starts_with(HALF_MADE) {
                let _ = fs::remove_dir_all(earlier.path());
            }
        }
        let aside = data_dir.join(format!("{HALF_MADE}{}", std::process::id()));
        files::private_folder(&aside, self.user.as_ref())?;
        let mut command = self.command("initdb");
        command.arg("-D").arg(&aside).args(["-U", ROLE_SUPER, "-E", "UTF8", "--locale-provider=icu"]).args([
            "--icu-locale=vi-VN",
            "--locale=C.UTF-8",
            "--auth=peer",
            "--data-checksums",
        ]);
        if !self.options.sync {
            command.arg("--no-sync");
        }
        let output = command.output().map_err(|error| files::failed("run", &self.bin.join("initdb"), &error))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let _ = fs::remove_dir_all(&aside);
            return Err(Error::Cluster(format!("initdb: {}", said.lines().last().unwrap_or("failed"))));
        }
        fs::rename(&aside, &self.pgdata).map_err(|error| files::failed("rename", &aside, &error))
    }

    /// One of the server's programs as the server's user, in a clean environment.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.bin.join(program));
        command.env_clear().env("LC_ALL", "C.UTF-8").env("PATH", "/usr/bin:/bin").env("TZ", "UTC");
        command.stdin(Stdio::null()).current_dir("/");
        if let Some(user) = &self.user {
            command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
        }
        // Ctrl-C in the terminal is for the program, which then stops the server in order.
        command.process_group(0);
        command
    }

    fn settings(&self) -> Vec<String> {
        let options = &self.options;
        let sync = if options.sync { "on" } else { "off" };
        let mut settings = vec![
            "listen_addresses=".to_owned(),
            format!("unix_socket_directories={}", self.run.display()),
            "unix_socket_permissions=0700".to_owned(),
            format!("port={}", options.port),
            format!("max_connections={}", options.max_connections),
            format!("shared_buffers={}MB", options.shared_buffers_mb),
            format!("fsync={sync}"),
            format!("full_page_writes={sync}"),
        ];
        let fixed = [
            // Also without fsync: what was acknowledged survives the server's being killed, if not the machine's.
            "synchronous_commit=on",
            "wal_compression=on",
            "max_wal_size=2GB",
            "checkpoint_timeout=15min",
            "autovacuum_naptime=15s",
            "random_page_cost=1.1",
            "jit=off",
            "timezone=UTC",
            "log_timezone=UTC",
            // Details and statements would quote people's data in the log.
            "log_error_verbosity=terse",
            "log_min_error_statement=panic",
            "log_parameter_max_length=0",
            "log_parameter_max_length_on_error=0",
        ];
        settings.extend(fixed.map(str::to_owned));
        settings
    }

    /// Starts the server. With `dies_with_us` it is shut down when the calling *thread* ends.
    pub(super) fn spawn(&self, dies_with_us: bool) -> Result<Child, Error> {
        if fs::metadata(&self.log).is_ok_and(|log| log.len() > LOG_BYTES_MAX) {
            let _ = fs::remove_file(&self.log);
        }
        let log = fs::File::options().create(true).append(true).open(&self.log);
        let log = log.map_err(|error| files::failed("open", &self.log, &error))?;
        let log_too = log.try_clone().map_err(|error| files::failed("open", &self.log, &error))?;
        let mut command = self.command("postgres");
        command.arg("-D").arg(&self.pgdata).stdout(log).stderr(log_too);
        for setting in self.settings() {
            command.arg("-c").arg(setting);
        }
        if dies_with_us {
            let parent = getpid();
            #[expect(unsafe_code, reason = "the only way to tie a child's life to ours; two calls, both signal-safe")]
            // SAFETY: between fork and exec only `prctl` and `getppid` are called, which neither allocate nor lock.
            unsafe {
                command.pre_exec(move || {
                    prctl::set_pdeathsig(Signal::SIGINT)?;
                    match getppid() == parent {
                        true => Ok(()),
                        false => Err(std::io::ErrorKind::Interrupted.into()),
                    }
                });
            }
        }
        command.spawn().map_err(|error| files::failed("run", &self.bin.join("postgres"), &error))
    }

    /// Starts a server that outlives us.
    pub(super) fn spawn_detached(&self) -> Result<(), Error> {
        let mut child = self.spawn(false)?;
        self.wait_ready(&mut child)
    }

    /// Waits until the server takes connections: it says so in `postmaster.pid`.
    pub(super) fn wait_ready(&self, child: &mut Child) -> Result<(), Error> {
        let mut ended = false;
        let ready = pause::until(READY_WITHIN, || {
            ended = !matches!(child.try_wait(), Ok(None));
            ended || self.ready_pid() == i32::try_from(child.id()).ok()
        });
        match (ready, ended) {
            (true, false) => Ok(()),
            (_, true) => Err(Error::Cluster(format!("the server ended at once: {}", self.last_words()))),
            (false, false) => Err(Error::Cluster(format!("not ready in time: {}", self.last_words()))),
        }
    }

    /// The process that `postmaster.pid` names, ready or not.
    pub(super) fn pid_in_file(&self) -> Option<i32> {
        fs::read_to_string(self.pgdata.join("postmaster.pid")).ok()?.lines().next()?.trim().parse().ok()
    }

    /// The process that says it takes connections.
    fn ready_pid(&self) -> Option<i32> {
        let text = fs::read_to_string(self.pgdata.join("postmaster.pid")).ok()?;
        let status = text.lines().nth(7)?;
        status.starts_with("ready").then(|| text.lines().next()?.trim().parse().ok()).flatten()
    }

    /// The server's process, if it takes connections and lives.
    pub(super) fn running_pid(&self) -> Option<i32> {
        self.ready_pid().filter(|pid| super::leftovers::processes_in(&self.pgdata).contains(pid))
    }

    fn last_words(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().rev().take(LOG_LINES_QUOTED).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join(" | ")
    }

    pub(super) fn connect_options(&self, role: &str, database: &str) -> PgConnectOptions {
        connect_options(&self.run, self.options.port, role, database)
    }
}

/// By the socket in the folder `run`.
pub(super) fn connect_options(run: &Path, port: u16, role: &str, database: &str) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(run)
        .port(port)
        .username(role)
        .database(database)
        .application_name("sen")
}
