//! What an earlier server left behind. Killed with SIGKILL, a postmaster leaves backends that may write for a while;
//! a new server beside them would ruin the data. PostgreSQL refuses to start then; we end them and wait.

use super::{files, server::Server};
use crate::{Error, pause};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// How long a leftover may take to end by itself.
const PATIENCE: Duration = Duration::from_secs(30);

/// Ends every process of a server in this folder and waits until none is left. The caller holds the folder's lock, so
/// none of them belongs to a living program.
pub(super) fn clear(server: &Server) -> Result<(), Error> {
    if processes_in(&server.pgdata).is_empty() {
        return forget_dead_postmaster(server);
    }
    let postmaster = server.pid_in_file();
    let mut asked = BTreeSet::new();
    let ask = |asked: &mut BTreeSet<i32>| {
        let left = processes_in(&server.pgdata);
        // A living postmaster shuts its backends down in order; without one, each is told to quit.
        let whom = postmaster.filter(|pid| left.contains(pid));
        for pid in left.iter().filter(|pid| whom.is_none_or(|whom| whom == **pid)) {
            if asked.insert(*pid) {
                let how = if whom.is_some() { Signal::SIGINT } else { Signal::SIGQUIT };
                let _ = kill(Pid::from_raw(*pid), how);
            }
        }
        left.is_empty()
    };
    if !pause::until(PATIENCE, || ask(&mut asked)) {
        for pid in processes_in(&server.pgdata) {
            let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
        if !pause::until(PATIENCE, || processes_in(&server.pgdata).is_empty()) {
            return Err(Error::Cluster(format!(
                "processes of an earlier server in {} do not end",
                server.pgdata.display()
            )));
        }
    }
    forget_dead_postmaster(server)
}

/// A pid file or a socket's lock whose process is a zombie, or another program by now, would keep the server from
/// starting. Nobody else uses these: the folder is ours alone, and no process of a server is left in it.
fn forget_dead_postmaster(server: &Server) -> Result<(), Error> {
    for path in [server.pgdata.join("postmaster.pid"), server.socket_lock()] {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(files::failed("remove", &path, &error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The server processes whose working folder is `pgdata`: PostgreSQL changes into it and stays. Zombies have none.
pub(super) fn processes_in(pgdata: &Path) -> BTreeSet<i32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let pid: i32 = entry.file_name().to_str()?.parse().ok()?;
            let folder = fs::read_link(entry.path().join("cwd")).ok()?;
            let program = fs::read_to_string(entry.path().join("comm")).ok()?;
            (folder == pgdata && program.trim() == "postgres").then_some(pid)
        })
        .collect()
}
