//! The folders of a cluster, the installed server, and the files that say who may connect.

use crate::{Error, ROLE_APP, ROLE_ERASER, ROLE_OWNER, ROLE_SUPER};
use nix::unistd::{Uid, User};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

/// Oldest major version we run on: the ICU provider came with it.
const OLDEST_MAJOR: u32 = 15;

/// A folder with one sub-folder for each major version, where Debian installs servers. Another one can be named.
const INSTALLED: &str = "/usr/lib/postgresql";

/// An error with the file it is about.
pub(super) fn failed(what: &str, path: &Path, error: &std::io::Error) -> Error {
    Error::Cluster(format!("cannot {what} {}: {error}", path.display()))
}

/// The programs of the server: of `major` where a cluster exists already, else the newest. `SEN_POSTGRES_BIN` names
/// a folder to use instead.
pub(super) fn find_server(major: Option<u32>) -> Result<PathBuf, Error> {
    if let Some(named) = std::env::var_os("SEN_POSTGRES_BIN").map(PathBuf::from) {
        return if is_server(&named) {
            Ok(named)
        } else {
            Err(Error::NoServer(format!("SEN_POSTGRES_BIN={} has no initdb and postgres", named.display())))
        };
    }
    let entries = fs::read_dir(INSTALLED).into_iter().flatten().flatten();
    let found = entries
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter(|found| *found >= OLDEST_MAJOR && is_server(&bin(*found)))
        .filter(|found| major.is_none_or(|wanted| wanted == *found))
        .max();
    found.map(bin).ok_or_else(|| {
        Error::NoServer(match major {
            None => format!(
                "none of version {OLDEST_MAJOR} or newer in {INSTALLED}. On Debian or Ubuntu: apt-get install postgresql"
            ),
            Some(major) => format!(
                "the data were made by version {major}, which is not installed. On Debian or Ubuntu: apt-get install postgresql-{major}"
            ),
        })
    })
}

fn bin(major: u32) -> PathBuf {
    Path::new(INSTALLED).join(major.to_string()).join("bin")
}

fn is_server(bin: &Path) -> bool {
    bin.join("initdb").is_file() && bin.join("postgres").is_file()
}

/// The major version that made the data, where there are any.
pub(super) fn version_of(pgdata: &Path) -> Option<u32> {
    fs::read_to_string(pgdata.join("PG_VERSION")).ok()?.trim().parse().ok()
}

/// The user the server runs as: `postgres` when we are root (a server refuses to run as root), else ourselves.
pub(super) fn server_user() -> Result<Option<User>, Error> {
    if !nix::unistd::geteuid().is_root() {
        return Ok(None);
    }
    match User::from_name("postgres") {
        Ok(Some(user)) => Ok(Some(user)),
        _ => Err(Error::NoServer("there is no user postgres. On Debian or Ubuntu: apt-get install postgresql".into())),
    }
}

/// A folder that only the server's user can enter.
pub(super) fn private_folder(path: &Path, user: Option<&User>) -> Result<(), Error> {
    fs::create_dir_all(path).map_err(|error| failed("create", path, &error))?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(|error| failed("protect", path, &error))?;
    hand_over(path, user)
}

/// Gives a file to the server's user.
pub(super) fn hand_over(path: &Path, user: Option<&User>) -> Result<(), Error> {
    let Some(user) = user else { return Ok(()) };
    chown(path, Some(user.uid.as_raw()), Some(user.gid.as_raw())).map_err(|error| failed("chown", path, &error))
}

/// Another user can reach `path` only through folders that let others pass.
pub(super) fn check_reachable(path: &Path, user: Option<&User>) -> Result<(), Error> {
    let Some(user) = user else { return Ok(()) };
    for folder in path.ancestors() {
        let meta = fs::metadata(folder).map_err(|error| failed("open", folder, &error))?;
        let passes = match meta.uid() == user.uid.as_raw() {
            true => meta.mode() & 0o100,
            false => meta.mode() & 0o001,
        };
        if passes == 0 {
            return Err(Error::Cluster(format!(
                "user {} cannot reach {}: {} lets nobody pass; choose a data folder such as /var/lib/sen",
                user.name,
                path.display(),
                folder.display()
            )));
        }
    }
    Ok(())
}

/// Who may connect: this operating-system user, over the socket, as our roles. Written at each start, because the
/// user may have changed.
pub(super) fn write_access(pgdata: &Path, user: Option<&User>) -> Result<(), Error> {
    let me = User::from_uid(Uid::effective()).ok().flatten();
    let me = me.ok_or_else(|| Error::Cluster("this process's user has no name in /etc/passwd".into()))?.name;
    let mut ident = String::from("# map, operating-system user, role: written at each start\n");
    for role in [ROLE_OWNER, ROLE_APP, ROLE_ERASER, ROLE_SUPER] {
        ident.push_str(&format!("sen \"{me}\" {role}\n"));
    }
    let hba = "# written at each start: only over the socket, only users of the map\nlocal all all peer map=sen\n";
    for (name, text) in [("pg_hba.conf", hba), ("pg_ident.conf", ident.as_str())] {
        let path = pgdata.join(name);
        fs::write(&path, text).map_err(|error| failed("write", &path, &error))?;
        hand_over(&path, user)?;
    }
    Ok(())
}
