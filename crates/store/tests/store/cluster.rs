//! The private cluster: what a crash leaves, and who may not start twice.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::{Connection, PgConnection};
use std::path::Path;
use std::process::{Command, Stdio};
use store::{Cluster, ClusterOptions, Db, Error, ROLE_APP, ROLE_OWNER, ROLE_SUPER};

/// Names the folder in which the child process of a test runs a cluster.
const CHILD_FOLDER: &str = "SEN_TEST_CHILD_FOLDER";

pub(crate) fn options() -> ClusterOptions {
    ClusterOptions { sync: false, max_connections: 20, shared_buffers_mb: 16, ..ClusterOptions::default() }
}

pub(crate) fn folder() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

async fn answers(cluster: &Cluster, role: &str, database: &str) -> bool {
    match PgConnection::connect_with(&cluster.options(role, database)).await {
        Ok(mut conn) => sqlx::query("select 1").execute(&mut conn).await.is_ok(),
        Err(_) => false,
    }
}

/// Asks until the answer is yes. The server's coming back gives no event that we could wait for.
async fn eventually(cluster: &Cluster, role: &str, database: &str) {
    for _ in 0..100_000 {
        if answers(cluster, role, database).await {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("{role} gets no answer from {database}");
}

#[tokio::test]
async fn starts_prepares_and_keeps_what_was_written() {
    let folder = folder();
    let cluster = Cluster::start(folder.path(), options()).unwrap();
    cluster.prepare("sen").await.unwrap();
    cluster.prepare("sen").await.unwrap();
    let mut owner = PgConnection::connect_with(&cluster.options(ROLE_OWNER, "sen")).await.unwrap();
    sqlx::query("create table thing (id int primary key)").execute(&mut owner).await.unwrap();
    let collation: String = sqlx::query_scalar("select daticulocale from pg_database where datname = 'sen'")
        .fetch_one(&mut owner)
        .await
        .unwrap();
    let checksums: String = sqlx::query_scalar("show data_checksums").fetch_one(&mut owner).await.unwrap();
    assert_eq!((collation.as_str(), checksums.as_str()), ("vi-VN", "on"));
    drop(owner);
    cluster.stop().unwrap();

    let cluster = Cluster::start(folder.path(), options()).unwrap();
    let mut owner = PgConnection::connect_with(&cluster.options(ROLE_OWNER, "sen")).await.unwrap();
    sqlx::query("select id from thing").execute(&mut owner).await.unwrap();
}

#[tokio::test]
async fn the_application_is_no_superuser_and_reads_nothing_that_was_not_granted() {
    let folder = folder();
    let cluster = Cluster::start(folder.path(), options()).unwrap();
    cluster.prepare("sen").await.unwrap();
    let mut owner = PgConnection::connect_with(&cluster.options(ROLE_OWNER, "sen")).await.unwrap();
    sqlx::query("create table thing (id int primary key)").execute(&mut owner).await.unwrap();
    let db = Db::connect(cluster.options(ROLE_APP, "sen"), 2).await.unwrap();
    for refused in
        ["select id from thing", "create table other (id int)", "create schema other", "create temp table t ()"]
    {
        let error = sqlx::query(refused).execute(db.pool()).await.unwrap_err();
        assert_eq!(error.as_database_error().and_then(|e| e.code()).as_deref(), Some("42501"), "{refused}");
    }
    let superuser = Db::connect(cluster.options(ROLE_SUPER, "sen"), 1).await;
    assert!(matches!(superuser, Err(Error::Connection(_))));
}

#[test]
fn a_second_start_says_who_is_there() {
    let folder = folder();
    let _first = Cluster::start(folder.path(), options()).unwrap();
    let second = Cluster::start(folder.path(), options()).unwrap_err();
    assert!(matches!(second, Error::InUse(_)), "{second}");
    assert!(second.to_string().contains(folder.path().canonicalize().unwrap().to_str().unwrap()));
}

#[test]
fn a_folder_too_deep_for_a_socket_is_refused_with_the_limit() {
    let folder = folder();
    let deep = folder.path().join("d".repeat(110));
    let error = Cluster::start(&deep, options()).unwrap_err();
    assert!(error.to_string().contains("107"), "{error}");
}

#[tokio::test]
async fn a_killed_server_comes_back_by_itself_and_its_orphans_are_gone() {
    let folder = folder();
    let cluster = Cluster::start(folder.path(), options()).unwrap();
    cluster.prepare("sen").await.unwrap();
    for _ in 0..3 {
        eventually(&cluster, ROLE_OWNER, "sen").await;
        let before = cluster.pid().unwrap();
        // A busy backend does not notice that its postmaster is gone.
        let mut busy = PgConnection::connect_with(&cluster.options(ROLE_OWNER, "sen")).await.unwrap();
        let (tell, told) = tokio::sync::oneshot::channel();
        let task = tokio::spawn(async move {
            let pid: i32 = sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut busy).await.unwrap();
            tell.send(pid).unwrap();
            sqlx::query("select count(*) from generate_series(1, 100000000000)").execute(&mut busy).await.is_err()
        });
        let orphan = told.await.unwrap();
        kill(Pid::from_raw(before), Signal::SIGKILL).unwrap();
        assert!(task.await.unwrap(), "the busy statement was ended");
        eventually(&cluster, ROLE_OWNER, "sen").await;
        assert_ne!(cluster.pid().unwrap(), before);
        assert!(
            !Path::new("/proc")
                .join(orphan.to_string())
                .join("cwd")
                .read_link()
                .is_ok_and(|cwd| cwd.starts_with(folder.path()))
        );
    }
}

/// Not a test of its own: the process that the next test kills.
#[test]
fn child_that_runs_a_cluster() {
    let Some(folder) = std::env::var_os(CHILD_FOLDER) else { return };
    let cluster = Cluster::start(Path::new(&folder), options()).unwrap();
    println!("ready {}", cluster.pid().unwrap());
    // Lives until it is killed.
    let _ = std::io::Read::read(&mut std::io::stdin(), &mut [0]);
}

#[tokio::test]
async fn when_the_program_is_killed_the_server_goes_too_and_the_next_start_waits_for_it() {
    use std::io::{BufRead, BufReader};
    let folder = folder();
    for _ in 0..3 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "cluster::child_that_runs_a_cluster", "--nocapture"])
            .env(CHILD_FOLDER, folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let said: Vec<String> = lines.map_while(Result::ok).take_while(|line| !line.contains("ready ")).collect();
        assert!(child.try_wait().unwrap().is_none(), "the child ended: {said:?}");
        child.kill().unwrap();
        child.wait().unwrap();
        let cluster = Cluster::start(folder.path(), options()).unwrap();
        assert!(answers(&cluster, ROLE_SUPER, "postgres").await);
        cluster.stop().unwrap();
    }
}
