use super::*;
use crate::synth::{AS_OF, World};
use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

fn vietnam() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| crate::synth::world(None, AS_OF).unwrap())
}

fn what(level: Level, rows: usize) -> Corruption {
    Corruption { seed: 3, rows, level, absent: 0.1, duplicates: 0.05 }
}

fn make(folder: &tempfile::TempDir, name: &str, what: Corruption, people: u64) -> (PathBuf, Corrupted) {
    let path = folder.path().join(name);
    let mut corruptor = Corruptor::new(vietnam(), what).unwrap();
    Population::new(vietnam(), what.seed, people).for_each(|household| corruptor.look_at(&household));
    let made = corruptor.write(&path, Layout::Fields).unwrap();
    (path, made)
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_gives_others() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = |name: &str, seed| {
        let (path, _) = make(&folder, name, Corruption { seed, ..what(Level::Hard, 500) }, 3_000);
        (fs::read(truth_path(&path)).unwrap(), fs::read(path).unwrap())
    };
    let one = bytes("one.csv", 3);
    assert_eq!(one, bytes("two.csv", 3));
    assert_ne!(one, bytes("three.csv", 4));
}

#[test]
fn the_truth_adds_up() {
    let folder = tempfile::tempdir().unwrap();
    let (path, made) = make(&folder, "file.csv", what(Level::Fair, 2_000), 5_000);
    assert_eq!((made.rows, made.duplicates), (2_000, 100));
    let register: HashMap<String, String> = Population::new(vietnam(), 3, 5_000)
        .flat_map(|household| household.members)
        .map(|person| (person.personal_number.as_str().to_owned(), person.full_name.as_str().to_owned()))
        .collect();
    let rows: Vec<csv::StringRecord> = csv::Reader::from_path(&path).unwrap().records().map(Result::unwrap).collect();
    let mut truth = csv::Reader::from_path(truth_path(&path)).unwrap();
    let truth: Vec<csv::StringRecord> = truth.records().map(Result::unwrap).collect();
    assert_eq!((rows.len(), truth.len()), (2_000, 2_000));

    let mut seen = HashMap::new();
    let (mut absent, mut untouched) = (0, 0);
    for (at, (row, truth)) in rows.iter().zip(&truth).enumerate() {
        assert_eq!((&row[0], &truth[0]), ((at + 1).to_string().as_str(), (at + 1).to_string().as_str()));
        let (number, kinds) = (&truth[1], &truth[3]);
        if number.is_empty() {
            absent += 1;
            continue;
        }
        assert!(register.contains_key(number), "row {at}: the truth is somebody of the register");
        let earlier = seen.insert(number.to_owned(), truth[0].to_owned());
        assert_eq!(earlier.unwrap_or_default(), &truth[2], "row {at}");
        if !kinds.contains("number-") {
            assert_eq!(&row[4], number, "row {at}");
            untouched += 1;
        }
        if !kinds.contains("name-") {
            assert_eq!(&row[1], &register[number], "row {at}");
        }
    }
    assert_eq!(absent, made.absent);
    assert!((200..=220).contains(&absent), "{absent} absent, of whom few are duplicates");
    assert!(untouched > 500);
}

#[test]
fn every_kind_is_made_as_often_as_said() {
    /// Of all rows, where an error can be made everywhere: nothing of the same field is in its way.
    const EVERYWHERE: [ErrorKind; 8] = [
        ErrorKind::NumberMissing,
        ErrorKind::NameCapitals,
        ErrorKind::NameUnmarked,
        ErrorKind::DateMissing,
        ErrorKind::CommuneMoved,
        ErrorKind::CommuneMissing,
        ErrorKind::SexMissing,
        ErrorKind::NameOther,
    ];
    let folder = tempfile::tempdir().unwrap();
    let rows = 8_000;
    let made = Level::ALL.map(|level| make(&folder, "file.csv", what(level, rows), 12_000).1.kinds);
    for kind in ErrorKind::ALL {
        let counts = made.each_ref().map(|kinds| kinds.get(kind.as_str()).copied().unwrap_or(0));
        assert!(counts.iter().all(|count| *count > 0), "{kind:?} is made at every level: {counts:?}");
        for (count, level) in counts.into_iter().zip(Level::ALL) {
            let most = rows as f64 * f64::from(kind.per_mille(level)) / 1_000.0;
            let deviation = 4.0 * most.sqrt();
            // Kin are two: the share is of each.
            let most = if kind.as_str().starts_with("kin-") { most * 2.0 } else { most };
            if kind.per_mille(level) > 0 && !matches!(kind, ErrorKind::KinUnmarked) {
                assert!(count as f64 <= most + deviation, "{kind:?} at {level:?}: {count} of at most {most}");
            }
            if EVERYWHERE.contains(kind) {
                assert!(count as f64 >= most * 0.9 - deviation, "{kind:?} at {level:?}: {count} of {most}");
            }
        }
    }
    // What the hard file is said to be.
    let (path, _) = make(&folder, "hard.csv", what(Level::Hard, rows), 12_000);
    let (mut number, mut old_id) = (0, 0);
    for row in csv::Reader::from_path(path).unwrap().records().map(Result::unwrap) {
        number += usize::from(row[4].chars().filter(char::is_ascii_digit).count() > 9);
        old_id += usize::from(!row[5].is_empty());
    }
    let percent = |count: usize| count * 100 / rows;
    assert!((23..=28).contains(&percent(number)), "{} % with a number", percent(number));
    assert!((13..=17).contains(&percent(old_id)), "{} % with an old number", percent(old_id));
}

#[test]
fn rows_are_drawn_from_the_whole_population() {
    let folder = tempfile::tempdir().unwrap();
    let what = Corruption { absent: 0.0, duplicates: 0.0, ..what(Level::Clean, 2_000) };
    let (path, _) = make(&folder, "file.csv", what, 20_000);
    let place: HashMap<String, usize> = Population::new(vietnam(), 3, 20_000)
        .flat_map(|household| household.members)
        .enumerate()
        .map(|(at, person)| (person.personal_number.as_str().to_owned(), at))
        .collect();
    let mut truth = csv::Reader::from_path(truth_path(&path)).unwrap();
    let places: Vec<usize> = truth.records().map(|row| place[&row.unwrap()[1]]).collect();
    for tenth in 0..10 {
        let count = places.iter().filter(|place| **place / 2_000 == tenth).count();
        assert!((140..=260).contains(&count), "{count} of 200 in tenth {tenth}");
    }
    let risen = places.windows(2).filter(|pair| pair[0] < pair[1]).count();
    assert!((900..=1_100).contains(&risen), "the order is shuffled");
}

#[test]
fn parquet_says_the_same_as_csv() {
    let folder = tempfile::tempdir().unwrap();
    let (csv_path, _) = make(&folder, "file.csv", what(Level::Fair, 300), 1_000);
    let (parquet_path, _) = make(&folder, "file.parquet", what(Level::Fair, 300), 1_000);
    let file = fs::File::open(&parquet_path).unwrap();
    let batches = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let mut names = Vec::new();
    for batch in batches.build().unwrap() {
        let column = batch.unwrap().column_by_name("Họ và tên").unwrap().clone();
        let column = column.as_any().downcast_ref::<arrow::array::StringArray>().unwrap();
        names.extend(column.iter().map(|name| name.unwrap_or_default().to_owned()));
    }
    let mut rows = csv::Reader::from_path(&csv_path).unwrap();
    assert_eq!(names, rows.records().map(|row| row.unwrap()[1].to_owned()).collect::<Vec<_>>());
    assert_eq!(fs::read(truth_path(&csv_path)).unwrap(), fs::read(truth_path(&parquet_path)).unwrap());
}

#[test]
fn what_cannot_be_made_is_refused() {
    assert!(Corruptor::new(vietnam(), Corruption { absent: 1.5, ..what(Level::Fair, 10) }).is_err());
    let folder = tempfile::tempdir().unwrap();
    let mut corruptor = Corruptor::new(vietnam(), what(Level::Fair, 1_000)).unwrap();
    Population::new(vietnam(), 3, 100).for_each(|household| corruptor.look_at(&household));
    assert!(corruptor.write(&folder.path().join("file.csv"), Layout::Fields).is_err());
}
