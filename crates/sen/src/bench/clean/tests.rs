use super::judge::{Judgement, Score, Verdict};
use super::*;
use matching::Status;

fn row(registered: bool, right: bool, probability: f64, kinds: &[&str]) -> Judgement {
    Judgement {
        registered,
        named: true,
        right,
        probability,
        compared: right,
        status: if probability >= 0.9 { Status::Match } else { Status::Review },
        kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
    }
}

#[test]
fn scores_are_what_they_are_called() {
    let rows = [
        row(true, true, 0.99, &[]),
        row(true, true, 0.95, &["a"]),
        row(true, true, 0.6, &["a", "b"]),
        row(true, false, 0.97, &["b"]),
        row(false, false, 0.92, &[]),
        row(false, false, 0.2, &[]),
    ];
    let verdict = Verdict::of(&rows, 0.9);
    let Score { people, given, right, precision, recall, .. } = verdict.overall;
    assert_eq!((people, given, right), (4, 4, 2));
    assert_eq!((precision, recall), (0.5, 0.5));
    assert_eq!((verdict.kinds["a"].recall, verdict.kinds["b"].recall), (0.5, 0.0));
    assert_eq!(verdict.blocking_recall, 0.75);
    assert_eq!((verdict.registered.right, verdict.registered.wrong, verdict.registered.review_right), (2, 1, 1));
    assert_eq!((verdict.absent.wrong, verdict.absent.review_wrong), (1, 1));
    let lower = verdict.curve.iter().find(|(at, _)| *at == 0.5).unwrap().1;
    assert_eq!((lower.given, lower.right), (5, 3));
}

/// The floors of issue 3, at a small scale. The kinds of error that most rows are lost to are printed.
#[test]
fn the_cleaning_keeps_its_promise_on_a_small_register() {
    let folder = tempfile::tempdir().unwrap();
    let args = CleanBenchArgs {
        people: 20_000,
        rows: 2_000,
        seed: 7,
        level: Vec::new(),
        data: folder.path().to_owned(),
        threads: 0,
        threshold: 0.9,
        lost: false,
        json: false,
    };
    let result = measure(&args).unwrap();
    for it in &result.levels {
        let Score { precision, recall, .. } = it.verdict.overall;
        println!("{}: precision {precision:.4}, recall {recall:.4}", it.level.as_str());
        for (kind, score) in it.verdict.kinds.iter().filter(|(_, score)| score.people >= 20 && score.recall < 0.9) {
            println!("  {kind}: recall {:.3} of {}", score.recall, score.people);
        }
        let floor = match it.level {
            Level::Clean => (0.995, 0.98),
            Level::Fair => (0.99, 0.95),
            Level::Hard => (0.98, 0.90),
        };
        assert!(precision >= floor.0, "{}: precision {precision}", it.level.as_str());
        assert!(recall >= floor.1, "{}: recall {recall}", it.level.as_str());
        let counts = [it.verdict.registered, it.verdict.absent];
        let rows: u64 = counts.iter().map(|of| of.right + of.wrong + of.review_right + of.review_wrong + of.none).sum();
        assert_eq!(rows, 2_000, "every row has a fate");
    }
    // A second run takes the files of the first and says the same.
    let again = measure(&CleanBenchArgs { level: vec![Level::Fair], threads: 1, ..args }).unwrap();
    assert_eq!(again.levels[0].verdict.overall, result.levels[1].verdict.overall);
}
