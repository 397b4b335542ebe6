//! The law of this crate: live equals counted from scratch, whatever happened in whatever order.

use super::{Bodies, Live, PAGE_MAX, Read, Wanted};
use crate::definition::Level;
use crate::facts::{
    About, Announcement, Announcer, DossierFacts, Given, OnlineLevel, PetitionFacts, ProcedureFacts, Reached,
    ServiceState, Supplement,
};
use crate::tests::vietnam;
use crate::{Figures, Period, Tally, score};
use kernel::BodyId;
use kernel::calendar::{Calendar, SpecialDay, SpecialKind, WorkingHours};
use proptest::prelude::{Just, Strategy, any, prop};
use proptest::{prop_assert_eq, proptest};
use std::collections::BTreeMap;
use std::sync::Arc;
use time::macros::{date, datetime};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

pub(crate) const BEGIN: OffsetDateTime = datetime!(2026-01-01 00:00 +7);
const BODIES: [(&str, Level, &str); 6] = [
    ("province/01", Level::Province, "country"),
    ("province/79", Level::Province, "country"),
    ("commune/00004", Level::Commune, "province/01"),
    ("commune/00008", Level::Commune, "province/01"),
    ("commune/26734", Level::Commune, "province/79"),
    ("ministry/justice", Level::Ministry, "country"),
];

pub(super) fn bodies() -> Bodies {
    let mut bodies = Bodies::new();
    for (id, level, above) in BODIES {
        bodies.add(&BodyId::from(id), level, &BodyId::from(above)).unwrap();
    }
    bodies
}

pub(crate) fn empty(now: OffsetDateTime) -> Live {
    let (_, indicators, calendar) = vietnam();
    let definition = indicators.on("766", date!(2026 - 12 - 31)).unwrap().clone();
    Live::new(definition, Arc::new(calendar.clone()), bodies(), now)
}

/// One thing that becomes known.
#[derive(Clone, Debug)]
enum Step {
    Dossier(Box<DossierFacts>),
    Petition(PetitionFacts),
    Procedure(ProcedureFacts),
    Given(Given),
    Advance(OffsetDateTime),
}

fn instant() -> impl Strategy<Value = OffsetDateTime> {
    // Half a year, on the minute, so that instants meet often enough.
    (0_i64..180 * 24 * 4).prop_map(|quarter| BEGIN + Duration::minutes(quarter * 15))
}

fn body() -> impl Strategy<Value = BodyId> {
    (0..BODIES.len()).prop_map(|i| BodyId::from(BODIES[i].0))
}

fn procedure() -> impl Strategy<Value = String> {
    (0..5_u8).prop_map(|n| format!("1.00000{n}"))
}

fn dossier() -> impl Strategy<Value = DossierFacts> {
    let statuses = prop::collection::vec((1..=10_u8, instant()), 0..3);
    let supplements =
        prop::collection::vec((instant(), prop::option::of(0..10_i64), prop::option::of(instant())), 0..3);
    let times = (prop::option::weighted(0.9, instant()), prop::option::of(instant()), prop::option::of(1..80_u32));
    let flags = (any::<u16>(), prop::option::of(1..=3_u8), prop::option::of(1..=2_u8), prop::option::of(any::<bool>()));
    (0..12_u128, body(), procedure(), times, statuses, supplements, flags).prop_map(
        |(
            id,
            body,
            procedure,
            (received_at, due_at, limit_hours),
            statuses,
            supplements,
            (bits, channel, paid, liked),
        )| {
            let bit = |n: u16| bits >> n & 1 != 0;
            let count = |n: u16| bits >> n & 1;
            DossierFacts {
                dossier: Uuid::from_u128(id),
                code: String::new(),
                body,
                procedure,
                received_at,
                due_at,
                limit_hours,
                channel,
                statuses: statuses.into_iter().map(|(status, at)| Reached { status, at }).collect(),
                supplements: supplements
                    .into_iter()
                    .map(|(asked_at, days, due_at)| Supplement {
                        asked_at,
                        answered_at: days.map(|days| asked_at + Duration::days(days)),
                        due_at,
                    })
                    .collect(),
                files: count(0),
                digitised: count(1),
                reused: count(2),
                from_store: count(3),
                paper_result: bit(4),
                result_file: bit(5),
                result_code: bit(6),
                result_stored: bit(7),
                fee_bearing: bit(8),
                fees: count(9) * 2,
                fees_above_zero: count(10),
                paid_online: paid,
                citizen_data: bit(11),
                synced: bit(12),
                liked,
                complained: bit(13),
            }
        },
    )
}

fn petition() -> impl Strategy<Value = PetitionFacts> {
    let steps = prop::array::uniform5(prop::option::of(instant()));
    let about = prop::option::of(prop::sample::select(vec![About::Regulation, About::Conduct, About::Other]));
    (0..8_u128, body(), instant(), about, steps, 0..3_u32, 0..3_u32, any::<bool>()).prop_map(
        |(id, body, received_at, about, [refused, asked, supplied, answered, published], likes, dislikes, repeated)| {
            PetitionFacts {
                petition: Uuid::from_u128(id),
                body,
                received_at,
                about,
                refused_at: refused,
                asked_at: asked,
                supplied_at: supplied,
                answered_at: answered,
                published_at: published,
                likes,
                dislikes,
                repeated,
            }
        },
    )
}

fn procedure_facts() -> impl Strategy<Value = ProcedureFacts> {
    let day = || instant().prop_map(OffsetDateTime::date);
    let by = prop::sample::select(vec![Announcer::Ministry, Announcer::Province]);
    let decisions = prop::collection::vec((day(), day(), by, prop::option::of(day())), 0..3);
    let online = prop::option::of(prop::sample::select(vec![OnlineLevel::Partial, OnlineLevel::Full]));
    let service = prop::option::of(prop::sample::select(vec![
        ServiceState::Draft,
        ServiceState::Testing,
        ServiceState::Public,
        ServiceState::AwaitingRemoval,
    ]));
    (body(), procedure(), online, service, any::<u8>(), decisions).prop_map(
        |(body, procedure, online, service, bits, decisions)| ProcedureFacts {
            body,
            procedure,
            online,
            service,
            fee_bearing: bits & 1 != 0,
            payable_online: bits & 2 != 0,
            for_people: bits & 4 != 0,
            public: bits & 8 != 0,
            complete: bits & 16 != 0,
            decisions: decisions
                .into_iter()
                .map(|(dated, basis_from, by, public_on)| Announcement {
                    decision: "1/QĐ".to_owned(),
                    dated,
                    basis_from,
                    by,
                    public_on,
                })
                .collect(),
        },
    )
}

fn given() -> impl Strategy<Value = Given> {
    let counter = prop::sample::select(vec!["reported_dossiers", "last_year_dossiers", "communes", "received"]);
    (body(), 1..=6_u8, counter, 0..50_i64).prop_map(|(body, month, counter, value)| Given {
        body,
        month: crate::Month::new(2026, month).unwrap(),
        counter: counter.to_owned(),
        value,
    })
}

fn step() -> impl Strategy<Value = Step> {
    proptest::prop_oneof![
        6 => dossier().prop_map(|facts| Step::Dossier(Box::new(facts))),
        2 => petition().prop_map(Step::Petition),
        1 => procedure_facts().prop_map(Step::Procedure),
        1 => given().prop_map(Step::Given),
        1 => instant().prop_map(Step::Advance),
    ]
}

/// What is known in the end: the last of each.
#[derive(Default)]
struct Known {
    dossiers: BTreeMap<Uuid, DossierFacts>,
    petitions: BTreeMap<Uuid, PetitionFacts>,
    procedures: BTreeMap<(BodyId, String), ProcedureFacts>,
    given: BTreeMap<(BodyId, u16, String), Given>,
}

fn apply(live: &mut Live, known: &mut Known, step: &Step) {
    match step {
        Step::Dossier(facts) => {
            live.dossier(facts).unwrap();
            known.dossiers.insert(facts.dossier, (**facts).clone());
        }
        Step::Petition(facts) => {
            live.petition(facts).unwrap();
            known.petitions.insert(facts.petition, facts.clone());
        }
        Step::Procedure(facts) => {
            live.procedure(facts).unwrap();
            known.procedures.insert((facts.body.clone(), facts.procedure.clone()), facts.clone());
        }
        Step::Given(given) => {
            live.given(given).unwrap();
            known.given.insert((given.body.clone(), given.month.number(), given.counter.clone()), given.clone());
        }
        Step::Advance(now) => live.advance(*now),
    }
}

fn from_scratch(known: &Known, live: &Live, scope: u16, period: Period) -> Figures {
    let (_, _, calendar) = vietnam();
    let within = live.bodies().within(scope);
    let has = |body: &BodyId| within[usize::from(live.bodies().number(body).unwrap())];
    let mut tally = Tally::new(&live.definition().item, calendar, period, live.now());
    known.dossiers.values().filter(|facts| has(&facts.body)).for_each(|facts| tally.dossier(facts));
    known.petitions.values().filter(|facts| has(&facts.body)).for_each(|facts| tally.petition(facts));
    known.procedures.values().filter(|facts| has(&facts.body)).for_each(|facts| tally.procedure(facts));
    known.given.values().filter(|given| has(&given.body)).for_each(|given| tally.given(given));
    tally.figures()
}

proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 48, ..Default::default() })]

    #[test]
    fn live_equals_from_scratch(steps in prop::collection::vec(step(), 1..60), until in instant()) {
        let mut live = empty(BEGIN);
        let mut known = Known::default();
        for step in &steps {
            apply(&mut live, &mut known, step);
        }
        live.advance(until);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("snapshot");
        let read = Read { position: 7, item: Uuid::from_u128(7) };
        live.save(&file, read).unwrap();
        let definition = live.definition().clone();
        let calendar = Arc::clone(&live.calendar);
        let (mut reopened, found) = Live::open(&file, definition, calendar, bodies()).unwrap();
        prop_assert_eq!(found, read);
        for period in ["2026-01", "2026-03", "2026-Q1", "2026-Q2", "2026"] {
            let period: Period = period.parse().unwrap();
            for scope in 0..7 {
                let expected = from_scratch(&known, &live, scope, period);
                prop_assert_eq!(&live.figures(scope, period, None).unwrap(), &expected);
                prop_assert_eq!(&reopened.figures(scope, period, None).unwrap(), &expected);
                let level = live.bodies().get(scope).unwrap().level;
                let recomputed = score(&live.definition().item, &expected, level, period).unwrap();
                prop_assert_eq!(live.score(scope, period).unwrap(), recomputed);
            }
        }
        prop_assert_eq!(live.audit(), vec![]);
        prop_assert_eq!(reopened.audit(), vec![]);
        // What was mapped goes on as if it had never been away.
        for step in &steps {
            apply(&mut live, &mut Known::default(), step);
            apply(&mut reopened, &mut Known::default(), step);
        }
        let year: Period = "2026".parse().unwrap();
        prop_assert_eq!(live.figures(0, year, None).unwrap(), reopened.figures(0, year, None).unwrap());
    }

    #[test]
    fn the_order_of_different_dossiers_does_not_matter(
        steps in prop::collection::vec(dossier(), 1..30),
        order in Just((0..30_usize).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        // The last of each dossier, in two orders.
        let last: BTreeMap<_, _> = steps.into_iter().map(|facts| (facts.dossier, facts)).collect();
        let last: Vec<_> = last.into_values().collect();
        let (mut one, mut other) = (empty(BEGIN), empty(BEGIN + Duration::days(200)));
        last.iter().for_each(|facts| one.dossier(facts).unwrap());
        order.iter().filter_map(|i| last.get(*i)).for_each(|facts| other.dossier(facts).unwrap());
        one.advance(BEGIN + Duration::days(200));
        let year: Period = "2026".parse().unwrap();
        for scope in 0..7 {
            prop_assert_eq!(one.figures(scope, year, None).unwrap(), other.figures(scope, year, None).unwrap());
        }
    }

    #[test]
    fn a_list_has_what_its_figure_says(steps in prop::collection::vec(step(), 1..60), limit in 1..4_usize) {
        let mut live = empty(BEGIN);
        let mut known = Known::default();
        steps.iter().for_each(|step| apply(&mut live, &mut known, step));
        for (period, scope) in [("2026-02", 1), ("2026-Q1", 0), ("2026", 3)] {
            let period: Period = period.parse().unwrap();
            let figures = live.figures(scope, period, None).unwrap();
            for (has, lacks) in [("received", None), ("received", Some("on_time")), ("fee_due", Some("paid_online")), ("petitions", Some("petitions_on_time"))] {
                let mut ids = Vec::new();
                let mut wanted = Wanted { scope, period, procedure: None, has, lacks, after: None, limit };
                loop {
                    let found = live.list(&wanted).unwrap();
                    assert!(found.ids.len() <= limit && limit <= PAGE_MAX);
                    ids.extend(found.ids);
                    wanted.after = found.after;
                    if found.after.is_none() {
                        break;
                    }
                }
                let expected = figures.get(has) - lacks.map_or(0, |name| figures.get(name));
                prop_assert_eq!(ids.len() as i64, expected, "{} without {:?}", has, lacks);
                ids.sort();
                ids.dedup();
                prop_assert_eq!(ids.len() as i64, expected);
            }
        }
    }
}

#[test]
fn a_snapshot_that_does_not_fit_is_refused() {
    let live = empty(BEGIN);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("snapshot");
    live.save(&file, Read::default()).unwrap();
    let open_by = |definition, calendar, bodies| {
        Live::open(&file, definition, calendar, bodies).map(|_| ()).map_err(|error| error.code())
    };
    let open = |definition, bodies| open_by(definition, Arc::clone(&live.calendar), bodies);
    assert_eq!(open(live.definition().clone(), bodies()), Ok(()));
    let holiday =
        SpecialDay { date: date!(2026 - 09 - 02), kind: SpecialKind::Holiday, name: "Quốc khánh".to_owned() };
    let other = Arc::new(Calendar::new(vec![holiday], WorkingHours::default()));
    assert_eq!(open_by(live.definition().clone(), other, bodies()), Err("IND0008"), "terms end on other days");
    assert_eq!(open(live.definition().clone(), Bodies::new()), Err("IND0008"));
    let mut other = live.definition().clone();
    other.item.points = 99;
    assert_eq!(open(other, bodies()), Err("IND0008"));
    let whole = std::fs::read(&file).unwrap();
    for cut in [0, 7, 40, 60, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&file, &whole[..cut]).unwrap();
        assert_eq!(open(live.definition().clone(), bodies()), Err("IND0008"), "{cut}");
    }
    let mut changed = whole.clone();
    *changed.last_mut().unwrap() ^= 1;
    std::fs::write(&file, &changed).unwrap();
    assert_eq!(open(live.definition().clone(), bodies()), Err("IND0008"));
}

#[test]
fn the_ranking_puts_more_points_first() {
    let mut live = empty(BEGIN);
    for (i, body) in ["commune/00004", "commune/26734", "commune/26734"].iter().enumerate() {
        let facts = serde_json::json!({
            "dossier": Uuid::from_u128(i as u128), "body": body, "procedure": "1.000001",
            "received_at": "2026-01-05T08:00:00+07:00", "due_at": "2026-01-06T17:00:00+07:00",
            "statuses": [{"status": 9, "at": if i == 1 { "2026-01-09T08:00:00+07:00" } else { "2026-01-05T09:00:00+07:00" }}],
        });
        live.dossier(&serde_json::from_value(facts).unwrap()).unwrap();
    }
    let ranking = live.ranking(0, "2026-01".parse().unwrap()).unwrap();
    let ranking: Vec<_> =
        ranking.iter().map(|(body, score)| (BODIES[usize::from(*body) - 1].0, score.total.as_str())).collect();
    assert_eq!(ranking, [("province/01", "38.00"), ("province/79", "25.33"), ("ministry/justice", "12.00")]);
}

#[test]
fn the_tree_of_bodies_is_that_of_the_units() {
    let (pack, _, _) = vietnam();
    let units = pack::units::Units::read(pack, &mut pack::Report::new());
    let bodies = Bodies::of_units(&units, date!(2026 - 03 - 31)).unwrap();
    assert_eq!(bodies.all().len(), 1 + 34 + 3321);
    assert_eq!(bodies.right_below(0).len(), 34);
    let commune = bodies.number(&BodyId::from("commune-committee/00004")).unwrap();
    let province = bodies.get(commune).and_then(|body| body.above).and_then(|above| bodies.get(above)).unwrap();
    assert_eq!(province.id, BodyId::from("province-committee/01"));
}
