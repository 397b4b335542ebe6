//! Files cleaned from beginning to end.

use super::args::CleanArgs;
use super::interrupt::Interrupt;
use super::say::Say;
use super::{index, run};
use crate::synth;
use clap::Parser;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use web::Language;

#[derive(Parser)]
struct Clean {
    #[command(flatten)]
    args: CleanArgs,
}

#[derive(Parser)]
struct Synth {
    #[command(flatten)]
    args: synth::SynthArgs,
}

/// Made-up people, and an agency's messy file of some of them.
struct World {
    home: TempDir,
}

const ROWS: usize = 600;

impl World {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let world = Self { home };
        let (register, file) = (world.path("reg.parquet"), world.path("ds.csv"));
        let args = Synth::parse_from(
            ["sen", "--people", "3000", "--seed", "5", "--corrupt-rows", &ROWS.to_string(), "--out"]
                .into_iter()
                .chain([register.to_str().unwrap(), "--corrupt", file.to_str().unwrap(), "--json"]),
        );
        synth::run(&args.args).unwrap();
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    /// Cleans a file against the register, with these further options; the folder of results.
    fn clean(&self, file: &str, more: &[&str]) -> anyhow::Result<PathBuf> {
        let out = self.path(&format!("{file}-{}", more.join("").replace(['/', '.'], "")));
        let register = self.path("reg.parquet");
        let mut options = vec!["--out", out.to_str().unwrap(), "--yes"];
        if !more.contains(&"--within") {
            options.extend(["--register", register.to_str().unwrap()]);
        }
        options.extend(more.iter().filter(|option| **option != "--within"));
        clean(&self.path(file), &options)?;
        Ok(out)
    }
}

fn clean(file: &Path, options: &[&str]) -> anyhow::Result<()> {
    let args = Clean::try_parse_from(["sen", file.to_str().unwrap()].iter().chain(options))?.args;
    let say = Arc::new(Say::new(args.lang.into()).unwrap());
    run::clean(&args, &say, &Interrupt::unwatched(), true)
}

fn told(error: anyhow::Error) -> String {
    Say::new(Language::Vi).unwrap().failure(error)
}

fn report(out: &Path) -> Value {
    serde_json::from_slice(&fs::read(out.join("report.json")).unwrap()).unwrap()
}

/// The rows of a CSV file by column.
fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let text = fs::read_to_string(path).unwrap();
    csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes()).deserialize().map(Result::unwrap).collect()
}

/// Every row is there once, in its order, and the counts of the report are those of the rows.
fn adds_up(out: &Path, all: u64) {
    let report = report(out);
    let (results, unreadable) = (rows(&out.join("result.csv")), rows(&out.join("unreadable.csv")));
    let mut numbers: Vec<u64> = results.iter().chain(&unreadable).map(|row| row["row"].parse().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=all).collect::<Vec<_>>());
    for status in ["match", "review", "none", "duplicate"] {
        let counted = results.iter().filter(|row| row["status"] == status).count();
        assert_eq!(report["counts"][status], counted, "{status}");
    }
    assert_eq!(report["counts"]["rows"], results.len());
    assert_eq!(report["unreadable"], unreadable.len());
    assert_eq!(report["file"]["rows"], all);
}

#[test]
fn a_messy_file_gets_the_right_numbers_and_a_report() {
    let world = World::new();
    let out = world.clean("ds.csv", &[]).unwrap();
    adds_up(&out, ROWS as u64);
    let names = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap());
    let mut names: Vec<_> = names
        .map(|entry| {
            let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
            (entry.file_name().into_string().unwrap(), format!("{mode:o}"))
        })
        .collect();
    names.sort();
    let expected = [
        "columns.yaml",
        "report.html",
        "report.json",
        "result.csv",
        "result.parquet",
        "review.jsonl",
        "unreadable.csv",
        "weights.json",
    ];
    assert_eq!(names, expected.map(|name| (name.to_owned(), "600".to_owned())));

    // Whoever was given a number is the right person, for nearly every row; nearly every row has one.
    let truth = rows(&world.path("ds.csv.truth.csv"));
    let results = rows(&out.join("result.csv"));
    let given = results.iter().zip(&truth).filter(|(row, _)| !row["personal_number"].is_empty());
    let (right, wrong): (Vec<_>, Vec<_>) =
        given.partition(|(row, truth)| row["personal_number"] == truth["personal_number"]);
    let known = truth.iter().filter(|row| !row["personal_number"].is_empty()).count();
    assert!(wrong.len() * 100 <= right.len(), "{} wrong, {} right", wrong.len(), right.len());
    assert!(right.len() * 100 >= known * 95, "{} of {known}", right.len());
    // A number stands where the row is certain, and only there.
    for row in &results {
        let certain = matches!(row["status"].as_str(), "match" | "duplicate");
        assert!(certain || row["personal_number"].is_empty(), "{row:?}");
        assert!(!row["reason"].is_empty());
        assert_eq!(row["status"] == "duplicate", !row["duplicate_of"].is_empty());
        assert_ne!(row["duplicate_of"], row["row"]);
    }
    let review = fs::read_to_string(out.join("review.jsonl")).unwrap();
    assert_eq!(report(&out)["counts"]["review"], review.lines().count());

    // The numbers hold nobody's name or number; the page says that it does.
    let json = fs::read_to_string(out.join("report.json")).unwrap();
    let register = fs::read_to_string(out.join("result.csv")).unwrap();
    let number = register.lines().find_map(|line| line.split(',').nth(2).filter(|n| n.len() == 12)).unwrap();
    assert!(!json.contains(number));
    let page = fs::read_to_string(out.join("report.html")).unwrap();
    assert!(page.contains("Báo cáo này có dữ liệu cá nhân"));
    assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("<script"));
}

#[test]
fn every_sentence_of_the_page_is_there_in_both_languages() {
    let world = World::new();
    for (language, options) in
        [("vi", ["--lang", "vi"].as_slice()), ("en", &["--lang", "en"]), ("en", &["--lang", "en", "--within"])]
    {
        let out = world.clean("ds.csv", options).unwrap();
        let page = fs::read_to_string(out.join("report.html")).unwrap();
        assert!(page.contains(&format!("<html lang=\"{language}\">")));
        // A missing sentence shows its id in brackets.
        assert!(!page.contains("[report-") && !page.contains("[clean-") && !page.contains("{ $"), "{language}");
        assert!(page.contains(if language == "vi" { "Các dòng ra sao" } else { "What became of the rows" }));
    }
}

#[test]
fn runs_threads_and_the_way_the_register_comes_change_no_byte() {
    let world = World::new();
    let index = world.path("reg.index");
    let say = Say::new(Language::Vi).unwrap();
    let interrupt = Interrupt::unwatched();
    index::build(&world.path("reg.parquet"), &index, None, None, false, &say, &interrupt, true).unwrap();
    let first = world.clean("ds.csv", &["--threads", "1"]).unwrap();
    for options in [["--threads", "2"], ["--threads", "3"], ["--register", index.to_str().unwrap()]] {
        let out = world.path(&options.join("").replace(['/', '.'], ""));
        let mut all = vec!["--out", out.to_str().unwrap()];
        let register = world.path("reg.parquet");
        if options[0] != "--register" {
            all.extend(["--register", register.to_str().unwrap()]);
        }
        all.extend(options);
        clean(&world.path("ds.csv"), &all).unwrap();
        for name in ["result.csv", "result.parquet", "review.jsonl", "weights.json", "unreadable.csv", "columns.yaml"] {
            assert!(fs::read(first.join(name)).unwrap() == fs::read(out.join(name)).unwrap(), "{options:?}: {name}");
        }
    }
}

#[test]
fn the_order_of_rows_changes_no_result() {
    let world = World::new();
    let text = fs::read_to_string(world.path("ds.csv")).unwrap();
    let (header, body) = text.split_once('\n').unwrap();
    // The first column counts the rows; what remains is the content.
    let content = |line: &str| line.split_once(',').unwrap().1.to_owned();
    let mut lines: Vec<_> = body.lines().collect();
    let before: Vec<_> = lines.iter().map(|line| content(line)).collect();
    lines.sort_by_key(|line| std::cmp::Reverse(content(line)));
    let after: Vec<_> = lines.iter().map(|line| content(line)).collect();
    world.write("other.csv", format!("{header}\n{}\n", lines.join("\n")));
    let results = |out: PathBuf, contents: &[String]| {
        let rows = rows(&out.join("result.csv"));
        let mut found: Vec<_> = rows
            .into_iter()
            .zip(contents)
            .map(|(mut row, content)| {
                // Which of two rows of one person stands for both is a matter of their places.
                for place in ["row", "duplicate_of", "reason"] {
                    row.remove(place);
                }
                let twin = row["status"] == "duplicate";
                if row["personal_number"].is_empty() && (twin || row["status"] == "none") {
                    // Of two that nobody fits, one is compared with the other.
                    row.clear();
                } else if twin {
                    row.insert("status".to_owned(), "match".to_owned());
                }
                (content.clone(), row)
            })
            .collect();
        found.sort();
        found
    };
    let first = results(world.clean("ds.csv", &[]).unwrap(), &before);
    let second = results(world.clean("other.csv", &[]).unwrap(), &after);
    assert_eq!(first.len(), second.len());
    for (first, second) in first.iter().zip(&second) {
        assert_eq!(first, second);
    }
}

#[test]
fn saved_weights_and_columns_give_the_same_result() {
    let world = World::new();
    let first = world.clean("ds.csv", &[]).unwrap();
    let (weights, columns) = (first.join("weights.json"), first.join("columns.yaml"));
    let options = ["--weights", weights.to_str().unwrap(), "--columns", columns.to_str().unwrap()];
    let second = world.clean("ds.csv", &options).unwrap();
    for name in ["result.csv", "weights.json", "columns.yaml"] {
        assert!(fs::read(first.join(name)).unwrap() == fs::read(second.join(name)).unwrap(), "{name}");
    }
    let wrong = world.write("wrong.json", "{\"share\": 1}");
    let error = world.clean("ds.csv", &["--weights", wrong.to_str().unwrap()]).unwrap_err();
    assert!(told(error).starts_with("MAT0406: "));
}

#[test]
fn without_a_register_rows_of_one_person_are_found() {
    let world = World::new();
    let people = fs::read_to_string(world.path("ds.csv")).unwrap();
    let lines: Vec<_> = people.lines().take(40).collect();
    // Line 5 of the file comes once more, 30 lines below; a line without its cells is refused or empty.
    let mut text = lines.join("\n");
    text.push_str(&format!("\n{}\n", lines[5]));
    world.write("twice.csv", text);
    let out = world.clean("twice.csv", &["--within"]).unwrap();
    adds_up(&out, 40);
    let results = rows(&out.join("result.csv"));
    assert_eq!((results[39]["status"].as_str(), results[39]["duplicate_of"].as_str()), ("duplicate", "5"));
    assert_eq!(results[4]["status"], "match");
    assert!(results.iter().all(|row| row["personal_number"].is_empty()));
    let pairs = rows(&out.join("pairs.csv"));
    assert!(pairs.iter().any(|pair| pair["row"] == "5" && pair["other"] == "40"), "{pairs:?}");
    assert!(pairs.iter().all(|pair| pair["row"].parse::<u64>().unwrap() < pair["other"].parse().unwrap()));
}

#[test]
fn results_that_are_there_stay_until_they_are_replaced() {
    let world = World::new();
    let out = world.clean("ds.csv", &[]).unwrap();
    assert!(told(world.clean("ds.csv", &[]).unwrap_err()).starts_with("MAT0402: "));
    let register = world.path("reg.parquet");
    let options = ["--register", register.to_str().unwrap(), "--out", out.to_str().unwrap(), "--force"];
    clean(&world.path("ds.csv"), &options).unwrap();
    fs::write(out.join("decisions.jsonl"), "").unwrap();
    let error = clean(&world.path("ds.csv"), &options).unwrap_err();
    assert!(told(error).starts_with("MAT0403: "));
    adds_up(&out, ROWS as u64);
}

/// A file that must not be cleaned: what is said begins with this code, and nothing is left.
fn refused(world: &World, name: &str, content: &[u8], code: &str) {
    let file = world.write(name, content);
    let register = world.path("reg.parquet");
    let out = world.path("out");
    let options = ["--register", register.to_str().unwrap(), "--out", out.to_str().unwrap()];
    let told = told(clean(&file, &options).unwrap_err());
    assert!(told.starts_with(&format!("{code}: ")), "{name}: {told}");
    let left: Vec<_> = fs::read_dir(world.home.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("out")), "{name}: {left:?}");
}

#[test]
fn files_that_are_none_are_refused_with_a_code() {
    let world = World::new();
    refused(&world, "empty.csv", b"", "MAT0101");
    refused(&world, "blank.csv", b"\n\n \n", "MAT0101");
    refused(&world, "header.csv", "Họ và tên,Ngày sinh\n".as_bytes(), "MAT0102");
    refused(&world, "photo.csv", &[0x89, b'P', b'N', b'G', 13, 10, 26, 10, 0, 0, 0, 13, 0, 255, 254, 3], "MAT0103");
    refused(&world, "broken.parquet", b"PAR1 nothing more", "MAT0107");
    let register = world.path("reg.parquet");
    let absent = clean(&world.path("absent.csv"), &["--register", register.to_str().unwrap()]).unwrap_err();
    assert!(told(absent).starts_with("MAT0001: "));
    let absent = clean(&world.path("ds.csv"), &["--register", "/nowhere/reg.parquet"]).unwrap_err();
    assert!(told(absent).starts_with("MAT0001: "));
    // A register that is another list altogether.
    let list = world.write("list.csv", "Họ và tên,Ngày sinh\nNguyễn Văn An,1990\nTrần Thị Bình,1991\n");
    let error = clean(&world.path("ds.csv"), &["--register", list.to_str().unwrap()]).unwrap_err();
    assert!(told(error).starts_with("MAT0408: "));
    assert!(clean(&world.path("ds.csv"), &["--threshold", "1.5"]).is_err());
    assert!(clean(&world.path("ds.csv"), &["--threshold", "0.5", "--review", "0.6"]).is_err());
}

#[test]
fn wide_wild_and_mixed_files_give_a_result_for_every_row() {
    let world = World::new();
    let people = rows(&world.path("ds.csv"));
    let person = |at: usize| people[at]["Họ và tên"].clone();

    // 200 columns.
    let header = (0..198).map(|at| format!("c{at}")).collect::<Vec<_>>().join(",");
    let body: String = (0..9).map(|at| format!("{},1990,{}\n", person(at), ",".repeat(197))).collect();
    world.write("wide.csv", format!("Họ và tên,Năm sinh,{header}\n{body}"));
    adds_up(&world.clean("wide.csv", &[]).unwrap(), 9);

    // Duplicate headers, cells that are formulas, a cell with a line break, rows too short and too long.
    let text = "Họ và tên,Họ và tên,Ngày sinh\n=1+1,x,1990\n\"Nguyễn\nVăn An\",,1/1/1990\nTrần\nLê,a,b,c,d,e\n";
    world.write("odd.csv", text);
    let out = world.clean("odd.csv", &[]).unwrap();
    adds_up(&out, 4);
    assert!(!fs::read_to_string(out.join("result.csv")).unwrap().contains("=1+1"));

    // NUL bytes, and half of the file in another encoding (CP1258 for `Đ` and `Ê` here).
    let mut mixed = "Họ và tên,Ngày sinh\nNguyễn\0 Văn An,1990\n".as_bytes().to_vec();
    for _ in 0..20 {
        mixed.extend_from_slice("Trần Thị Bình,1991\n".as_bytes());
    }
    mixed.extend_from_slice(b"\xd0\xcaN V\xc2N,1992\n");
    world.write("mixed.csv", mixed);
    adds_up(&world.clean("mixed.csv", &[]).unwrap(), 22);

    // Dates as Excel wrote their serial numbers.
    world.write("serial.csv", format!("Họ và tên,Ngày sinh\n{},33000\n{},33001\n", person(0), person(1)));
    let out = world.clean("serial.csv", &[]).unwrap();
    adds_up(&out, 2);
    assert!(
        rows(&out.join("result.csv"))
            .iter()
            .all(|row| row["birth_date_agreement"] != "missing" || row["status"] == "none")
    );

    // A line that no row has, and rows after it.
    let mut long = "Họ và tên,Ngày sinh\nNguyễn Văn An,1990\n".as_bytes().to_vec();
    long.resize(long.len() + (matching::source::ROW_BYTES_MAX * 3), b'x');
    long.extend_from_slice("\nTrần Thị Bình,1991\n".as_bytes());
    world.write("long.csv", long);
    let out = world.clean("long.csv", &[]).unwrap();
    adds_up(&out, 3);
    let unreadable = rows(&out.join("unreadable.csv"));
    assert_eq!((unreadable[0]["row"].as_str(), unreadable[0]["line"].as_str()), ("2", "3"));
    assert!(unreadable[0]["code"].starts_with("MAT01") && !unreadable[0]["reason"].starts_with('['), "{unreadable:?}");
}
