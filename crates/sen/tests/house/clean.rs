//! `sen clean` is stopped in the middle: no file is left, and it says so.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fmt::Write;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Rows of the file: enough that the run is under way when it is stopped.
const ROWS: usize = 300_000;
const WITHIN: Duration = Duration::from_secs(60);

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_run_that_is_stopped_leaves_nothing() {
    let home = tempfile::tempdir().unwrap();
    let mut text = "Số định danh,Họ và tên,Ngày sinh\n".to_owned();
    for row in 0..ROWS {
        let _ = writeln!(text, "001{:09},Nguyễn Văn An,{}/{}/19{}", row, row % 28 + 1, row % 12 + 1, row % 90 + 10);
    }
    fs::write(home.path().join("ds.csv"), text).unwrap();
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sen"))
            .args(["clean", "ds.csv", "--register", "ds.csv", "--out", "out", "--lang", "en", "--yes"])
            .current_dir(home.path())
            .env("SEN_LOG", "off")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let began = Instant::now();
        while names(home.path()) == ["ds.csv"] {
            assert!(began.elapsed() < WITHIN && child.try_wait().unwrap().is_none(), "it ended before it began");
            std::thread::yield_now();
        }
        kill(Pid::from_raw(child.id().try_into().unwrap()), signal).unwrap();
        let ended = child.wait_with_output().unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert_eq!((ended.status.code(), ended.status.signal()), (Some(130), None), "{said}");
        assert!(said.ends_with("sen: Stopped as you asked. No result file is left.\n"), "{said}");
        assert_eq!(names(home.path()), ["ds.csv"], "{signal}");
    }
}
