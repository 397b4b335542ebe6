use super::corrupt::CorruptArgs;
use super::*;
use crate::synth::args::world;
use kernel::PersonalNumber;
use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

fn vietnam() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| world(None, AS_OF).unwrap())
}

fn people(seed: u64, count: u64) -> Vec<Household> {
    Population::new(vietnam(), seed, count).collect()
}

#[test]
fn the_same_seed_gives_the_same_people_and_another_gives_others() {
    let one = people(5, 2_000);
    assert_eq!(one, people(5, 2_000));
    assert_ne!(one, people(6, 2_000));
}

#[test]
fn as_many_as_asked_for() {
    for count in [0, 1, 2, 7, 100, 1_001] {
        let made: usize = people(1, count).iter().map(|household| household.members.len()).sum();
        assert_eq!(made as u64, count);
    }
}

#[test]
fn numbers_are_unique_and_true_to_their_people() {
    let mut seen = HashSet::new();
    for person in people(2, 20_000).iter().flat_map(|household| &household.members) {
        assert!(seen.insert(person.personal_number));
        assert_eq!(person.personal_number.check_against(Some(person.sex), Some(&person.birth)), Ok(()));
        let age = person.birth.least_age_on(AS_OF);
        assert!((0..=110).contains(&age), "age {age}");
        assert!(age >= 14 || person.old_id.is_none());
    }
}

#[test]
fn kinship_holds_both_ways() {
    let households = people(3, 20_000);
    let by_number: HashMap<PersonalNumber, &Person> =
        households.iter().flat_map(|household| &household.members).map(|p| (p.personal_number, p)).collect();
    let (mut with_both, mut couples) = (0, 0);
    for person in by_number.values() {
        let parent = |kin: &Option<Kin>| kin.as_ref().and_then(|kin| kin.number).map(|number| by_number[&number]);
        let (father, mother) = (parent(&person.father), parent(&person.mother));
        with_both += usize::from(father.is_some() && mother.is_some());
        for (parent, sex) in [(father, kernel::Sex::Male), (mother, kernel::Sex::Female)] {
            let Some(parent) = parent else { continue };
            assert_eq!(parent.sex, sex);
            let gap = person.birth.year() - parent.birth.year();
            assert!((14..=70).contains(&gap), "a parent {gap} years older");
        }
        if let Some(spouse) = parent(&person.spouse) {
            couples += 1;
            assert_eq!(person.marital, Marital::Married);
            assert_eq!(spouse.spouse.as_ref().and_then(|kin| kin.number), Some(person.personal_number));
            assert_ne!(spouse.sex, person.sex);
        }
    }
    assert!(with_both > 5_000, "only {with_both} with both parents");
    assert!(couples > 6_000, "only {couples} in couples");
}

#[test]
fn households_have_a_grown_up_head_and_all_sorts_of_shapes() {
    let households = people(4, 20_000);
    let mut shapes = HashMap::new();
    for household in &households {
        assert_eq!(household.members[0].relation, Relation::Head);
        assert_eq!(household.members.iter().filter(|p| p.relation == Relation::Head).count(), 1);
        assert!(household.members[0].birth.least_age_on(AS_OF) >= 17);
        for person in &household.members {
            *shapes.entry(person.relation.as_str()).or_insert(0) += 1;
        }
    }
    for relation in ["spouse", "child", "grandchild", "child-in-law", "mother", "father"] {
        assert!(shapes.get(relation).is_some_and(|count| *count > 20), "{relation}: {shapes:?}");
    }
    let size = 20_000.0 / households.len() as f64;
    assert!((2.6..4.2).contains(&size), "{size} people to a household");
    let unwed = |p: &Person| p.father.is_none() && p.mother.is_some();
    assert!(households.iter().flat_map(|h| &h.members).filter(|p| unwed(p)).count() > 20);
    let widowed = households.iter().flat_map(|h| &h.members).filter(|p| p.marital == Marital::Widowed);
    assert!(widowed.count() > 200);
}

#[test]
fn ages_resemble_the_country() {
    let pack = pack::Pack::embedded("vn").unwrap();
    let table = pack.table("synth/pyramid.csv", &mut pack::Report::new());
    let wanted: Vec<f64> = table.rows.iter().map(|row| row.get("percent").parse().unwrap()).collect();
    let all: f64 = wanted.iter().sum();
    let mut made = vec![0.0; wanted.len()];
    let count = 60_000;
    for person in people(8, count).iter().flat_map(|household| &household.members) {
        made[(person.birth.least_age_on(AS_OF) as usize / 5).min(wanted.len() - 1)] += 100.0 / count as f64;
    }
    for (band, (made, wanted)) in made.iter().zip(&wanted).enumerate() {
        let wanted = wanted / all * 100.0;
        assert!((made - wanted).abs() < 1.2, "from {}: {made:.1} % instead of {wanted:.1} %", band * 5);
    }
}

#[test]
fn surnames_have_their_shares_and_names_of_other_peoples_their_shapes() {
    let households = people(9, 30_000);
    let all: Vec<_> = households.iter().flat_map(|household| &household.members).collect();
    let kinh: Vec<_> = all.iter().filter(|person| person.ethnicity == "01").collect();
    let nguyen = kinh.iter().filter(|person| person.full_name.as_str().starts_with("Nguyễn ")).count();
    let share = nguyen as f64 / kinh.len() as f64;
    assert!((0.28..0.44).contains(&share), "Nguyễn: {share}");
    assert!((0.78..0.92).contains(&(kinh.len() as f64 / all.len() as f64)));
    let has = |what: fn(&str) -> bool| all.iter().any(|person| what(person.full_name.as_str()));
    assert!(has(|name| name.starts_with("H'")), "Ê Đê women");
    assert!(has(|name| name.starts_with("Y ")), "Ê Đê men");
    assert!(has(|name| !name.contains(' ')), "names of one word");
    assert!(has(|name| name.split(' ').count() >= 5), "long names");
}

#[test]
fn the_cast_is_always_the_same_and_every_part_is_played() {
    let on = time::macros::date!(2026 - 11 - 22);
    let cast = super::cast(vietnam(), on);
    assert_eq!(cast.households, super::cast(vietnam(), on).households);
    let age = |part: &str| cast.part(part).map(|person| person.birth.least_age_on(on));
    for (part, expected) in [
        ("mother", 27),
        ("father", 30),
        ("unmarried-mother", 23),
        ("mother-of-twins", 31),
        ("mother-apart", 29),
        ("widowed-mother", 28),
        ("girl-of-nine", 9),
    ] {
        assert_eq!(age(part), Some(expected), "{part}");
    }
    let part = |part: &str| cast.part(part).unwrap();
    assert_eq!(part("mother").spouse.as_ref().unwrap().subject, Some(part("father").subject));
    assert_eq!(part("father").mother.as_ref().unwrap().subject, Some(part("grandmother").subject));
    assert_eq!(part("grandmother").children, [part("father").subject]);
    assert!(part("unmarried-mother").spouse.is_none());
    assert!(part("dead-father").died.is_some_and(|day| day < on));
    let of = |wanted: &str| cast.households.iter().find(|h| h.members.contains(part(wanted))).unwrap();
    assert_eq!(of("mother").commune_code, "00004");
    assert_eq!(of("mother").number, of("father").number);
    assert_ne!(of("mother-apart").province_code, of("father-apart").province_code);
    for person in cast.households.iter().flat_map(|household| &household.members) {
        assert_eq!(person.personal_number.check_against(Some(person.sex), Some(&person.birth)), Ok(()));
    }
    for household in &cast.households {
        assert_eq!(household.members[0].relation, Relation::Head);
    }
}

#[test]
fn the_cast_never_shares_a_number_with_the_population() {
    let cast = super::cast(vietnam(), AS_OF);
    let numbers: HashSet<_> = cast.people.iter().map(|person| person.personal_number).collect();
    assert_eq!(numbers.len(), cast.people.len());
    for number in numbers {
        assert!(number.as_str()[6..] >= *"999000", "a number of the population's range");
    }
    let made = people(1, 20_000);
    let highest = made.iter().flat_map(|h| &h.members).map(|p| p.personal_number.as_str()[6..].to_owned()).max();
    assert!(highest.unwrap().as_str() < "999000");
}

/// A world with hospitals, whatever the pack has.
fn with_hospitals() -> World {
    let mut world = world(None, AS_OF).unwrap();
    world.facilities = [("01D01", "01"), ("79D01", "79")]
        .map(|(code, province)| super::world::Facility {
            code: code.to_owned(),
            name: "Bệnh viện".to_owned(),
            province: province.to_owned(),
        })
        .to_vec();
    world
}

#[test]
fn notices_wait_for_the_cast() {
    let cast = super::cast(&with_hospitals(), AS_OF);
    for (part, count) in [
        ("mother", 1),
        ("unmarried-mother", 1),
        ("mother-of-twins", 2),
        ("mother-apart", 1),
        ("widowed-mother", 1),
        ("father", 0),
    ] {
        assert_eq!(cast.notices_of(part).count(), count, "{part}");
    }
    assert!(cast.notices_of("mother-of-twins").all(|notice| notice.plurality == 2));
    let numbers: HashSet<_> = cast.notices.iter().map(|notice| &notice.number).collect();
    assert_eq!(numbers.len(), cast.notices.len());
}

#[test]
fn notices_are_of_grown_women_who_could_have_borne() {
    let world = with_hospitals();
    let mut notices = Notices::new(&world, 4, 300).unwrap();
    let households: Vec<_> = Population::new(&world, 4, 20_000).collect();
    households.iter().for_each(|household| notices.look_at(household));
    let notices = notices.finish();
    assert_eq!(notices.len(), 300);
    let by_subject: HashMap<_, _> = households.iter().flat_map(|h| &h.members).map(|p| (p.subject, p)).collect();
    let mothers: HashSet<_> = notices.iter().map(|notice| notice.mother).collect();
    assert_eq!(mothers.len(), 300);
    let numbers: HashSet<_> = notices.iter().map(|notice| notice.number.clone()).collect();
    assert_eq!(numbers.len(), 300);
    for notice in &notices {
        let mother = by_subject[&notice.mother];
        assert_eq!((mother.sex, mother.personal_number), (kernel::Sex::Female, notice.mother_number));
        assert!((18..=42).contains(&mother.birth.least_age_on(AS_OF)));
        assert!(notice.birth_date <= AS_OF);
    }
    assert_eq!(Notices::new(&world, 4, 180_001).err(), Some(NoticeError::TooMany(180_000)));
    let mut none = with_hospitals();
    none.facilities.clear();
    assert_eq!(Notices::new(&none, 4, 1).err(), Some(NoticeError::NoFacility));
    assert!(Notices::new(&none, 4, 0).is_ok());
}

#[test]
fn what_is_written_stands_in_the_code_sets_of_the_pack() {
    let pack = pack::Pack::embedded("vn").unwrap();
    let codes = pack::codes::CodeSets::read(&pack, &mut pack::Report::new());
    for household in people(10, 10_000) {
        for person in &household.members {
            for (set, code) in [
                ("ethnic-groups", person.ethnicity.as_str()),
                ("relations", person.relation.as_str()),
                ("marital-statuses", person.marital.as_str()),
                ("sexes", person.sex.as_str()),
            ] {
                assert!(codes.code(set, code).is_some(), "{set} {code}");
            }
        }
    }
}

#[test]
fn a_world_without_its_lists_is_refused_by_name() {
    let mut report = pack::Report::new();
    let demo = pack::Pack::embedded("demo").unwrap();
    let units = pack::units::Units::read(&demo, &mut pack::Report::new());
    assert!(World::read(&demo, &units, AS_OF, &mut report).is_none());
    assert!(report.problems().iter().any(|finding| finding.file.starts_with("names/")), "{report}");
}

#[test]
fn every_word_of_the_lists_makes_a_name() {
    let pack = pack::Pack::embedded("vn").unwrap();
    for (table, column) in
        [("names/surnames.csv", "surname"), ("names/given.csv", "given"), ("names/middle.csv", "middle")]
    {
        for row in &pack.table(table, &mut pack::Report::new()).rows {
            let word = row.get(column);
            if !word.is_empty() {
                assert_eq!(word.parse::<kernel::Name>().map(|name| name.as_str() == word), Ok(true), "{table}: {word}");
            }
        }
    }
}

#[test]
fn a_file_has_one_line_for_each_person() {
    let folder = tempfile::tempdir().unwrap();
    let args = |out: &str| SynthArgs {
        people: 500,
        seed: 3,
        out: folder.path().join(out),
        format: None,
        as_of: AS_OF,
        pack: None,
        notices: 0,
        notices_out: folder.path().join("unused.csv"),
        corrupt: CorruptArgs::default(),
        json: true,
    };
    run(&args("people.csv")).unwrap();
    run(&args("people.parquet")).unwrap();
    let mut reader = csv::Reader::from_path(folder.path().join("people.csv")).unwrap();
    assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), write::COLUMNS);
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 500);

    let file = std::fs::File::open(folder.path().join("people.parquet")).unwrap();
    let batches =
        parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    let mut numbers = Vec::new();
    for batch in batches {
        let batch = batch.unwrap();
        let column = batch.column_by_name("personal_number").unwrap();
        let column = column.as_any().downcast_ref::<arrow::array::StringArray>().unwrap().clone();
        numbers.extend(column.iter().map(|number| number.unwrap().to_owned()));
    }
    assert_eq!(numbers, rows.iter().map(|row| row[0].to_owned()).collect::<Vec<_>>());
}
