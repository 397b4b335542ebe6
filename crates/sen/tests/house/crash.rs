//! Two hundred births under way while the program is killed again and again, and its PostgreSQL too: at the end every
//! one is complete, and nothing happened twice.
//!
//! What is killed is `sen bench birth`: mothers who file, officers who approve, the worker and the sequencers, in one
//! process on a private cluster, each filing under a key of its own. It begins again where it was.

use rand::{RngExt, SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha20Rng;
use sen::database::Database;
use sqlx::PgPool;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tokio::time::timeout;

const GROUPS: usize = 200;
/// How often the program is killed.
const KILLS: usize = 20;
/// How often PostgreSQL's first process is.
const SERVER_KILLS: usize = 10;
/// Moments after the last kill, ms. A start takes about half a second, so some hit the start too.
const MOMENTS_MS: std::ops::Range<u64> = 50..1_500;
const SEED: u64 = 20_261_122;
/// The last run must end within this.
const END_WITHIN: Duration = Duration::from_secs(900);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Victim {
    Program,
    Server,
}

fn sen(data: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sen"));
    let groups = GROUPS.to_string();
    command.args([
        "bench",
        "birth",
        "--groups",
        &groups,
        "--concurrency",
        &groups,
        "--people",
        "6000",
        "--no-yardstick",
    ]);
    command.arg("--data").arg(data).args(more).env_remove("DATABASE_URL").env("SEN_LOG", "off").stdout(Stdio::null());
    command
}

/// The first process of the cluster, from its own file, and only while it is one: its number may be another's by now.
fn postmaster(data: &Path) -> Option<i32> {
    let folder = data.join("postgresql/postgres").canonicalize().ok()?;
    let text = std::fs::read_to_string(folder.join("postmaster.pid")).ok()?;
    let pid: i32 = text.lines().next()?.trim().parse().ok()?;
    let process = Path::new("/proc").join(format!("{pid}"));
    (std::fs::read_link(process.join("cwd")).ok()? == folder).then_some(pid)
}

fn kill(pid: i32) -> bool {
    use nix::sys::signal::{Signal, kill};
    kill(nix::unistd::Pid::from_raw(pid), Signal::SIGKILL).is_ok()
}

fn kill_program(child: &mut Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

async fn moment(random: &mut ChaCha20Rng) {
    // Nothing can tell us of a random moment but the clock.
    let length = Duration::from_millis(random.random_range(MOMENTS_MS));
    let _ = timeout(length, std::future::pending::<()>()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_birth_is_complete_once_however_often_all_is_killed() {
    let folder =
        tempfile::Builder::new().prefix("sen-crash-").permissions(Permissions::from_mode(0o755)).tempdir().unwrap();
    let data = folder.path();
    assert!(sen(data, &["--prepare-only"]).status().unwrap().success(), "the registers could not be filled");

    let mut random = ChaCha20Rng::seed_from_u64(SEED);
    let mut victims = [vec![Victim::Program; KILLS], vec![Victim::Server; SERVER_KILLS]].concat();
    victims.shuffle(&mut random);
    let mut running = sen(data, &[]).spawn().unwrap();
    let (mut killed, mut servers_killed) = (0, 0);
    for victim in victims {
        moment(&mut random).await;
        match victim {
            Victim::Program => {
                stand_up(&mut running, data);
                kill_program(&mut running);
                killed += 1;
                running = sen(data, &[]).spawn().unwrap();
            }
            Victim::Server => {
                let began = Instant::now();
                // In the middle of a start there may be none yet. The program starts it anew and goes on.
                while !postmaster(data).is_some_and(kill) {
                    assert!(began.elapsed() < Duration::from_secs(60), "no server to kill");
                    stand_up(&mut running, data);
                    moment(&mut random).await;
                }
                servers_killed += 1;
            }
        }
    }
    assert_eq!((killed, servers_killed), (KILLS, SERVER_KILLS));
    let ended = finish(running, data).await;
    assert!(ended, "the births did not end");

    let database = Database::open(data, None).await.unwrap();
    check(&database.owner).await;
    let mut conn = database.app.pool().acquire().await.unwrap();
    let key = ledger::verifier_key(&mut conn).await.unwrap().unwrap();
    let verdict = ledger::verify(&mut conn, &key, |_, _| ()).await.unwrap();
    assert!(verdict.size > GROUPS as u64 && verdict.pending == 0, "{verdict:?}");
    drop(conn);
    database.close().await.unwrap();
}

/// A program that lost its server while it was starting gives up, with a message: it is started again, as an operator
/// or a supervisor would. One that has done all its work was not killed enough.
fn stand_up(running: &mut Child, data: &Path) {
    if let Some(status) = running.try_wait().unwrap() {
        assert!(!status.success(), "ended before it was killed enough");
        *running = sen(data, &[]).spawn().unwrap();
    }
}

/// The last run is left alone; one that lost its server while it started is begun again.
async fn finish(mut running: Child, data: &Path) -> bool {
    let until = Instant::now() + END_WITHIN;
    for _ in 0..3 {
        let left = until.saturating_duration_since(Instant::now());
        let wait = tokio::task::spawn_blocking(move || (running.wait(), running));
        let Ok(Ok((status, _))) = timeout(left, wait).await else { return false };
        if status.unwrap().success() {
            return true;
        }
        running = sen(data, &[]).spawn().unwrap();
    }
    kill_program(&mut running);
    false
}

/// Looks behind the registers' back: as the owner, at every version that was ever written.
async fn check(owner: &PgPool) {
    let count = async |sql: &'static str| -> i64 { sqlx::query_scalar(sql).fetch_one(owner).await.unwrap() };
    let groups = GROUPS as i64;
    // 9 and 10: the results exist; they were returned.
    assert_eq!(count("select count(*) from procedure.dossier").await, groups);
    assert_eq!(count("select count(*) from procedure.dossier where status in (9, 10)").await, groups);
    assert_eq!(count("select count(*) from procedure.result").await, 4 * groups);

    assert_eq!(count("select count(*) from register.record where register = 'birth'").await, groups);
    assert_eq!(count("select count(*) from register.record where register = 'birth-notice-claim'").await, groups);
    let children = "select count(distinct subject_id) from register.record where register = 'birth'";
    assert_eq!(count(children).await, groups);
    let numbers = "select count(distinct body ->> 'personal_number') from register.record where register = 'birth'";
    assert_eq!(count(numbers).await, groups);
    for register in ["population", "residence", "health-insurance-card", "identity-card"] {
        let of_children = "select count(*), count(distinct subject_id) from register.record where register = $1
            and subject_id in (select subject_id from register.record where register = 'birth')";
        let found: (i64, i64) = sqlx::query_as(of_children).bind(register).fetch_one(owner).await.unwrap();
        assert_eq!(found, (groups, groups), "{register}: one record of each child");
    }
    // No number was taken and left lying by an attempt that was killed.
    let numbers = count("select count(*) from register.unique_value where key = 'population/personal-number'").await;
    assert_eq!(
        numbers,
        count("select count(*) from register.record where register = 'population' and version = 1").await
    );
    assert_eq!(count("select count(*) from store.dead_job").await, 0);
}
