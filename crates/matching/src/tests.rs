//! The whole way of a row, on a small made-up people.

use crate::blocking::Blocking;
use crate::lexicon::mix;
use crate::score::Scorer;
use crate::value::place::Places;
use crate::weights::Compiled;
use crate::{
    Batch, CleanOptions, Cleaner, Decision, Error, Flags, Index, IndexBuilder, NOBODY, Schema, Status, Weights,
};
use proptest::prelude::*;
use std::sync::{Arc, LazyLock};

const SURNAMES: [&str; 8] = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Lý"];
const MIDDLES: [[&str; 4]; 2] = [["Văn", "Đức", "Quốc", "Minh"], ["Thị", "Ngọc", "Thu", "Minh"]];
const GIVENS: [&str; 16] = [
    "An", "Bình", "Cường", "Dũng", "Hà", "Hòa", "Hùng", "Hương", "Khánh", "Lan", "Mai", "Nam", "Phúc", "Quỳnh", "Thủy",
    "Vy",
];
const COMMUNES: [(&str, &str); 4] = [("00004", "01"), ("26740", "79"), ("20194", "48"), ("31117", "92")];

/// A seeded source of numbers.
struct Seed(u64);

impl Seed {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        (mix(self.0) % bound as u64) as usize
    }

    fn name(&mut self, surname: &str, sex: usize) -> String {
        format!("{surname} {} {}", MIDDLES[sex][self.below(4)], GIVENS[self.below(16)])
    }
}

type Cells = Vec<String>;

/// A person as the register has it.
fn person(seed: &mut Seed, at: usize) -> Cells {
    let sex = seed.below(2);
    let surname = SURNAMES[seed.below(8)];
    let (year, month, day) = (1940 + seed.below(60), 1 + seed.below(12), 1 + seed.below(28));
    let (commune, province) = COMMUNES[seed.below(4)];
    let mothers = SURNAMES[seed.below(8)];
    vec![
        format!("0{province}{sex}{:02}{:06}", year % 100, (at * 7_919 + 13) % 1_000_000),
        seed.name(surname, sex),
        format!("{year}-{month:02}-{day:02}"),
        ["male", "female"][sex].to_owned(),
        if seed.below(2) == 0 { format!("{:09}", 100_000_000 + at * 104_729) } else { String::new() },
        commune.to_owned(),
        province.to_owned(),
        seed.name(surname, 0),
        seed.name(mothers, 1),
    ]
}

fn people(count: usize, seed: u64) -> Vec<Cells> {
    let mut seed = Seed(seed);
    (0..count).map(|at| person(&mut seed, at)).collect()
}

fn places() -> Arc<Places> {
    static PLACES: LazyLock<Arc<Places>> = LazyLock::new(|| {
        let pack = pack::Pack::embedded("vn").unwrap();
        let mut problems = pack::Report::new();
        Arc::new(Places::read(&pack::units::Units::read(&pack, &mut problems)))
    });
    Arc::clone(&PLACES)
}

fn batch(rows: &[Cells]) -> Batch {
    let mut batch = Batch::new(9);
    for (at, cells) in rows.iter().enumerate() {
        batch.push(at as u64 + 1, cells.iter().map(String::as_str));
    }
    batch
}

fn index(people: &[Cells]) -> Index {
    let mut builder = IndexBuilder::new(Schema::people(), None, places());
    builder.add(&batch(people));
    builder.finish().unwrap()
}

/// What an agency may have made of a person: each kind of slip with its chance in a hundred.
fn messy(person: &Cells, seed: &mut Seed) -> Cells {
    let mut row = person.clone();
    match seed.below(100) {
        0..50 => row[0].clear(),
        50..55 => row[0].replace_range(8..9, "5"),
        _ => {}
    }
    match seed.below(100) {
        0..15 => row[1] = kernel::text::fold(&row[1]),
        15..25 => row[1] = row[1].split(' ').step_by(2).collect::<Vec<_>>().join(" "),
        25..30 => row[1].push('h'),
        _ => {}
    }
    let date: Vec<&str> = person[2].split('-').collect();
    match seed.below(100) {
        0..10 => row[2] = date[0].to_owned(),
        10..20 => row[2] = format!("{}/{}/{}", date[2], date[1], date[0]),
        20..25 => row[2] = format!("01/01/{}", date[0]),
        _ => {}
    }
    for cell in &mut row[3..9] {
        if seed.below(100) < 20 {
            cell.clear();
        }
    }
    row
}

fn clean(index: &Index, rows: &Batch, threads: usize) -> Vec<Decision> {
    let mut cleaner = Cleaner::new(index, CleanOptions { threads, ..CleanOptions::default() });
    cleaner.sample(rows);
    cleaner.estimate();
    let mut decisions = cleaner.decide(rows);
    cleaner.finish(&mut decisions).unwrap();
    decisions
}

#[test]
fn a_record_matched_against_itself_is_a_match() {
    let people = people(2_000, 1);
    let index = index(&people);
    for (at, decision) in clean(&index, &batch(&people), 0).iter().enumerate() {
        assert_eq!((decision.status, decision.person as usize), (Status::Match, at), "row {at}");
    }
}

#[test]
fn a_messy_file_finds_its_people_and_strangers_find_nobody() {
    let (people, strangers) = (people(4_000, 2), people(300, 77));
    let index = index(&people);
    let mut seed = Seed(5);
    let mut rows: Vec<Cells> = people.iter().take(2_000).map(|person| messy(person, &mut seed)).collect();
    rows.extend(strangers.into_iter().map(|mut stranger| {
        stranger[0].replace_range(6..12, "999999");
        stranger
    }));
    let decisions = clean(&index, &batch(&rows), 0);
    let matched = |d: &Decision| matches!(d.status, Status::Match | Status::Duplicate);
    let right = decisions[..2_000].iter().enumerate().filter(|(at, d)| matched(d) && d.person as usize == *at).count();
    let wrong = decisions.iter().enumerate().filter(|(at, d)| d.status == Status::Match && d.person as usize != *at);
    assert!(right >= 1_900, "{right} of 2,000 found");
    assert!(wrong.count() <= 20);
}

#[test]
fn order_of_rows_and_number_of_threads_never_change_a_result() {
    let people = people(3_000, 3);
    let index = index(&people);
    let mut seed = Seed(9);
    let rows: Vec<Cells> = people.iter().step_by(2).map(|person| messy(person, &mut seed)).collect();
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|at| mix(*at as u64));
    let shuffled: Vec<Cells> = order.iter().map(|at| rows[*at].clone()).collect();
    let (straight, other) = (clean(&index, &batch(&rows), 1), clean(&index, &batch(&shuffled), 3));
    for (place, at) in order.iter().enumerate() {
        let (a, b) = (&straight[*at], &other[place]);
        // Which of two equal rows stands for the person hangs on their order, and on nothing else.
        assert_eq!((a.person, a.probability, a.weight, a.levels), (b.person, b.probability, b.weight, b.levels));
        assert_eq!(a.flags, b.flags);
    }
}

#[test]
fn an_index_gives_the_same_from_a_file_as_from_memory() {
    let people = people(1_500, 4);
    let index = index(&people);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.idx");
    index.save(&path).unwrap();
    let opened = Index::open(&path, places()).unwrap();
    assert_eq!(opened.people(), 1_500);
    let mut seed = Seed(2);
    let rows = batch(&people.iter().map(|person| messy(person, &mut seed)).collect::<Vec<_>>());
    assert_eq!(clean(&index, &rows, 1), clean(&opened, &rows, 1));
    assert_eq!(opened.cell(3, 1), people[3][1]);
    assert_eq!(opened.cell(3, 2), people[3][2]);
    assert!(!format!("{opened:?}").contains("Nguyễn"));
}

#[test]
fn an_index_that_is_none_or_was_cut_short_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.idx");
    index(&people(200, 4)).save(&path).unwrap();
    let whole = std::fs::read(&path).unwrap();
    for (keep, change) in [(0, None), (20, None), (200, None), (whole.len() / 2, None), (whole.len() - 9, None)]
        .into_iter()
        .chain([(whole.len(), Some(9)), (whole.len(), Some(40)), (whole.len(), Some(0))])
    {
        let mut bytes = whole[..keep].to_vec();
        if let Some(at) = change {
            bytes[at] ^= 0x55;
        }
        std::fs::write(&path, &bytes).unwrap();
        let refused = Index::open(&path, places()).unwrap_err();
        assert!(
            matches!(refused, Error::NoIndex | Error::IndexDamaged | Error::IndexVersion { .. } | Error::File { .. }),
            "{keep} {change:?}"
        );
    }
    std::fs::write(&path, &whole).unwrap();
    assert!(matches!(Index::open(&path, Arc::new(Places::empty())), Err(Error::IndexOfOtherUnits)));
}

#[test]
fn rows_of_one_person_are_duplicates_of_the_best_of_them() {
    let people = people(1_000, 6);
    let index = index(&people[..900]);
    let mut rows = people[..50].to_vec();
    let mut less = people[7].clone();
    less[0].clear();
    rows.push(less);
    // Somebody whom the register does not have, twice.
    rows.push(people[950].clone());
    rows.push(people[950].clone());
    let decisions = clean(&index, &batch(&rows), 1);
    assert_eq!((decisions[50].status, decisions[50].duplicate_of), (Status::Duplicate, 8));
    assert_eq!(decisions[50].person, 7);
    assert_eq!(decisions[7].status, Status::Match);
    assert_eq!(decisions[51].status, Status::None);
    assert_eq!((decisions[52].status, decisions[52].duplicate_of), (Status::Duplicate, 52));
}

#[test]
fn two_who_fit_equally_well_are_left_to_a_clerk() {
    let mut people = people(500, 8);
    let mut twin = people[10].clone();
    twin[0].replace_range(6..12, "000001");
    twin[4].clear();
    people.push(twin);
    let index = index(&people);
    let mut row = people[10].clone();
    row[0].clear();
    row[4].clear();
    let decisions = clean(&index, &batch(&[row]), 1);
    assert_eq!(decisions[0].status, Status::Review);
    assert!(decisions[0].flags.has(Flags::AMBIGUOUS));
    assert!((decisions[0].probability - decisions[0].rival.probability).abs() < 1e-3);
}

#[test]
fn the_number_of_somebody_else_is_not_believed() {
    let people = people(2_000, 10);
    let index = index(&people);
    let mut row = people[20].clone();
    row[0] = people[21][0].clone();
    row[4].clear();
    let decisions = clean(&index, &batch(&[row]), 1);
    assert!(decisions[0].flags.has(Flags::NUMBER_OF_ANOTHER));
    assert_ne!((decisions[0].status, decisions[0].person), (Status::Match, 21));
}

#[test]
fn a_row_that_says_nothing_is_nobody() {
    let index = index(&people(100, 11));
    let decisions = clean(&index, &batch(&[vec![String::new(); 9]]), 1);
    assert_eq!((decisions[0].status, decisions[0].person), (Status::None, NOBODY));
    assert!(decisions[0].flags.has(Flags::TOO_LITTLE));
}

#[test]
fn an_empty_register_fits_nobody() {
    let index = index(&[]);
    let decisions = clean(&index, &batch(&people(10, 1)), 1);
    assert!(decisions.iter().all(|d| d.status != Status::Match));
}

#[test]
fn weights_are_saved_shown_and_used_again() {
    let people = people(1_000, 12);
    let index = index(&people);
    let mut cleaner = Cleaner::new(&index, CleanOptions::default());
    cleaner.sample(&batch(&people));
    let weights = cleaner.estimate().clone();
    assert_eq!(weights.rows, 1_000);
    let json = serde_json::to_string(&weights).unwrap();
    let read = Weights::parse(&json, index.schema()).unwrap();
    let mut again = Cleaner::new(&index, CleanOptions::default());
    again.set_weights(read).unwrap();
    assert_eq!(again.decide(&batch(&people)), cleaner.decide(&batch(&people)));
    assert!(Weights::parse("{}", index.schema()).is_err());
    let other = Schema { fields: Schema::people().fields[..3].to_vec() };
    assert!(Weights::parse(&json, &other).is_err());
}

#[test]
fn estimation_learns_what_the_file_is_like() {
    let people = people(3_000, 13);
    let index = index(&people);
    let rows: Vec<Cells> = people
        .iter()
        .map(|person| {
            let mut row = person.clone();
            row[1] = kernel::text::fold(&row[1]);
            row[2].truncate(4);
            row
        })
        .collect();
    let mut cleaner = Cleaner::new(&index, CleanOptions::default());
    cleaner.sample(&batch(&rows));
    let weights = cleaner.estimate();
    let m = |field: usize, level: &str| weights.fields[field].levels.iter().find(|l| l.id == level).unwrap().m;
    assert!(m(1, "unmarked") > 0.9, "{}", m(1, "unmarked"));
    assert!(m(2, "part") > 0.9, "{}", m(2, "part"));
    assert!(weights.share > 0.97);
}

#[test]
fn every_row_with_one_error_still_meets_its_person() {
    let people = people(1_000, 14);
    let index = index(&people);
    assert!(Blocking::usual(&Schema::people()).passes.len() >= 10);
    for field in 0..9 {
        let mut rows = people.clone();
        rows.iter_mut().for_each(|row| row[field].clear());
        let cleaner = Cleaner::new(&index, CleanOptions::default());
        for (at, row) in rows.iter().enumerate() {
            let cells: Vec<&str> = row.iter().map(String::as_str).collect();
            let met = cleaner.look_alikes(&cells, 5);
            assert!(met.iter().any(|one| one.person as usize == at), "row {at} without field {field}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// The weight of a pair, and so its odds against everybody else, never falls when a field is made to agree.
    #[test]
    fn the_weight_rises_when_a_field_is_made_to_agree(seed: u64, field in 0_usize..9, target in 0_usize..60) {
        let people = people(60, 21);
        let index = index(&people);
        let view = index.view();
        let weights = Compiled::new(&Weights::usual(index.schema()));
        let mut scorer = Scorer::new(&index, &view, crate::row::Memory::default());
        let mut seed = Seed(seed);
        let row = messy(&people[seed.below(60)], &mut seed);
        scorer.read(|at| row[at].as_str());
        let before = scorer.compare(target as u32, &weights);
        let mut agreeing = row.clone();
        agreeing[field].clone_from(&people[target][field]);
        prop_assume!(!agreeing[field].is_empty());
        scorer.read(|at| agreeing[at].as_str());
        let after = scorer.compare(target as u32, &weights);
        prop_assert!(after.weight >= before.weight - 1e-3, "{before:?} {after:?}",
            before = (before.weight, before.levels), after = (after.weight, after.levels));
    }

    #[test]
    fn no_cell_is_too_strange(cells in proptest::collection::vec(".{0,40}", 9)) {
        let index = index(&people(50, 22));
        let row: Cells = cells;
        let decisions = clean(&index, &batch(&[row]), 1);
        prop_assert_eq!(decisions.len(), 1);
        prop_assert!((0.0..=1.0).contains(&decisions[0].probability));
    }
}
