//! From an act to its proof.

use crate::{Log, signer};
use ledger::{Checkpoint, Entry, Error, Reason, Sequencer, Signer, path};
use serde_json::json;
use std::time::Duration;
use tokio::sync::watch;

#[tokio::test]
async fn an_entry_commits_with_its_act_is_sealed_and_proved() {
    let log = Log::new().await;
    let person = log.person();
    let mut conn = log.conn().await;

    let mut tx = log.test.db.begin().await.unwrap();
    let entry = Entry { subject: Some(person), kind: "access", body: json!({"undone": true}) };
    let undone = ledger::append(&mut tx, &log.ctx, entry).await.unwrap();
    tx.rollback().await.unwrap();
    assert!(matches!(ledger::proof(&mut conn, undone).await, Err(Error::NotFound)));

    let ids = log.add(Some(person), 3).await;
    log.add(Some(log.person()), 2).await;
    log.add(None, 1).await;
    assert!(matches!(ledger::proof(&mut conn, ids[1]).await, Err(Error::NotSealed)));
    let before = ledger::openings(&mut conn, person, None, 10).await.unwrap();
    assert_eq!(before.iter().map(|opening| opening.index).collect::<Vec<_>>(), [None, None, None]);
    assert_eq!(log.seal().await, 6);
    assert_eq!(log.seal().await, 0);

    for id in &ids {
        let proof = ledger::proof(&mut conn, *id).await.unwrap();
        let says = proof.verify_with(&log.key).unwrap();
        assert_eq!((says.entry, says.subject, proof.tree_size), (*id, Some(person), 6));
        // As a reader elsewhere receives it.
        let text = serde_json::to_string(&proof).unwrap();
        serde_json::from_str::<ledger::Proof>(&text).unwrap().verify().unwrap();
    }

    // Newest first, a page at a time, and only of this person.
    let page = ledger::openings(&mut conn, person, None, 2).await.unwrap();
    let rest = ledger::openings(&mut conn, person, Some(page[1].entry), 2).await.unwrap();
    let mut seen: Vec<_> = page.iter().chain(&rest).map(|opening| opening.entry).collect();
    assert!(seen.is_sorted_by(|newer, older| newer > older));
    seen.sort_unstable();
    let mut expected = ids.clone();
    expected.sort_unstable();
    assert_eq!(seen, expected);
    assert!(page[0].index.is_some() && page[0].at == log.ctx.now());
    let (one, whom) = ledger::opening(&mut conn, ids[0]).await.unwrap();
    assert_eq!((one.entry, whom), (ids[0], Some(person)));

    let verdict = log.verify().await.unwrap();
    assert_eq!((verdict.size, verdict.openings_checked, verdict.erased, verdict.pending), (6, 6, 0, 0));
}

#[tokio::test]
async fn every_entry_of_a_tree_with_full_tiles_is_proved_and_sizes_are_consistent() {
    let log = Log::new().await;
    let mut ids = Vec::new();
    let mut notes = Vec::new();
    for count in [1, 254, 1, 1, 300, 0, 7, 1000] {
        ids.extend(log.add(Some(log.person()), count).await);
        log.seal().await;
        let state = ledger::published(&mut log.conn().await).await.unwrap().unwrap();
        assert_eq!(state.size, ids.len() as u64);
        notes.push(Checkpoint::open(&state.note, &log.key).unwrap());
    }
    let mut conn = log.conn().await;
    for id in ids.iter().step_by(13) {
        ledger::proof(&mut conn, *id).await.unwrap().verify_with(&log.key).unwrap();
    }
    for old in &notes {
        for new in notes.iter().filter(|new| new.size >= old.size) {
            let proof = ledger::consistency(&mut conn, old.size, new.size).await.unwrap();
            assert_eq!(path::check_consistency(old.size, new.size, &proof, &old.root, &new.root), Ok(()));
        }
    }
    assert!(matches!(ledger::consistency(&mut conn, 1, 1565).await, Err(Error::Sizes)));
    assert!(matches!(ledger::consistency(&mut conn, 2, 1).await, Err(Error::Sizes)));
    let verdict = log.verify().await.unwrap();
    assert_eq!((verdict.size, verdict.openings_checked), (1564, 1564));
    assert_eq!(verdict.root, notes.last().unwrap().root);
}

/// A transaction that commits after later ones were sealed is sealed late, not skipped.
#[tokio::test]
async fn a_late_commit_is_not_skipped() {
    let log = Log::new().await;
    let mut late = log.test.db.begin().await.unwrap();
    let entry = Entry { subject: None, kind: "system", body: json!({"late": true}) };
    let id = ledger::append(&mut late, &log.ctx, entry).await.unwrap();
    log.add(None, 5).await;
    assert_eq!(log.seal().await, 5);
    late.commit().await.unwrap();
    assert_eq!(log.seal().await, 1);
    assert_eq!(ledger::proof(&mut log.conn().await, id).await.unwrap().index, 5);
    log.verify().await.unwrap();
}

#[tokio::test]
async fn two_sequencers_seal_each_entry_once() {
    let log = Log::new().await;
    let other = Sequencer::new(log.test.db.clone(), log.ctx.clone(), signer());
    log.seal().await;
    for _ in 0..20 {
        log.add(None, 30).await;
        let (one, two) = tokio::join!(log.sequencer.run_once(), other.run_once());
        one.unwrap();
        two.unwrap();
    }
    while log.seal().await > 0 {}
    let verdict = log.verify().await.unwrap();
    assert_eq!((verdict.size, verdict.pending), (600, 0));
}

#[tokio::test]
async fn the_running_sequencer_seals_while_others_write() {
    let log = Log::new().await;
    let (stop, stopped) = watch::channel(false);
    let running = tokio::spawn({
        let sequencer = log.sequencer.clone();
        async move { sequencer.run(stopped).await }
    });
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.extend(log.add(None, 10).await);
        tokio::task::yield_now().await;
    }
    let mut conn = log.conn().await;
    let mut look = tokio::time::interval(Duration::from_millis(20));
    let last = *ids.iter().max().unwrap();
    let sealed = async {
        loop {
            look.tick().await;
            match ledger::proof(&mut conn, last).await {
                Err(Error::NotSealed) => {}
                other => break other.unwrap(),
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), sealed).await.unwrap().verify().unwrap();
    stop.send(true).unwrap();
    running.await.unwrap();
}

/// The connection dies in the middle of a batch: nothing of it is there, and the next run does it all.
#[tokio::test]
async fn a_batch_that_dies_leaves_nothing() {
    let log = Log::new().await;
    log.add(None, 10).await;
    log.seal().await;
    log.add(None, 700).await;
    // The lock on the checkpoints holds the batch up after everything else was written.
    let mut holder = log.test.owner.begin().await.unwrap();
    sqlx::query("lock table ledger.checkpoint in exclusive mode").execute(&mut *holder).await.unwrap();
    let batch = tokio::spawn({
        let sequencer = log.sequencer.clone();
        async move { sequencer.run_once().await }
    });
    let mut app = log.conn().await;
    let mut look = tokio::time::interval(Duration::from_millis(10));
    let waiting = "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    let pid: i32 = loop {
        look.tick().await;
        // As the application, which sees what its own sessions wait for.
        if let Some(pid) = sqlx::query_scalar(waiting).fetch_optional(&mut app).await.unwrap() {
            break pid;
        }
    };
    sqlx::query("select pg_terminate_backend($1)").bind(pid).execute(&mut app).await.unwrap();
    assert!(matches!(batch.await.unwrap(), Err(Error::Store(_))));
    holder.rollback().await.unwrap();
    let verdict = log.verify().await.unwrap();
    assert_eq!((verdict.size, verdict.pending), (10, 700));
    assert_eq!(log.seal().await, 700);
    assert_eq!(log.verify().await.unwrap().size, 710);
}

#[tokio::test]
async fn erased_openings_are_missed_by_nobody() {
    let log = Log::new().await;
    let person = log.person();
    let ids = log.add(Some(person), 4).await;
    log.seal().await;
    let reason = || Reason {
        legal_basis: "Luật Bảo vệ dữ liệu cá nhân 91/2025".to_owned(), note: "QĐ 12".to_owned()
    };
    let mut eraser = log.eraser().await;
    log.ctx.clock.set(log.ctx.now() + Duration::from_secs(1));
    let said = ledger::erase(&mut eraser, &log.ctx, ids[1], reason()).await.unwrap();
    // Fits at once, also before the erasure itself is sealed.
    assert_eq!(log.verify().await.unwrap().erased, 1);
    log.seal().await;
    let verdict = log.verify().await.unwrap();
    assert_eq!((verdict.size, verdict.openings_checked, verdict.erased), (5, 4, 1));

    let mut conn = log.conn().await;
    assert!(matches!(ledger::proof(&mut conn, ids[1]).await, Err(Error::Erased)));
    assert!(matches!(ledger::erase(&mut eraser, &log.ctx, ids[1], reason()).await, Err(Error::Erased)));
    assert!(matches!(ledger::erase(&mut eraser, &log.ctx, said, reason()).await, Err(Error::ErasureStays)));
    let nobody = kernel::EntryId(log.ctx.uuid());
    assert!(matches!(ledger::erase(&mut eraser, &log.ctx, nobody, reason()).await, Err(Error::NotFound)));
    let mine = ledger::openings(&mut conn, person, None, 10).await.unwrap();
    assert_eq!((mine.len(), mine[0].kind.as_str(), mine[0].entry), (4, "erasure", said));
    assert_eq!(mine[0].body["erased"], json!(ids[1]));
}

#[tokio::test]
async fn an_opening_erased_before_it_was_sealed_is_sealed_all_the_same() {
    let log = Log::new().await;
    let ids = log.add(None, 2).await;
    let reason = Reason { legal_basis: "x".to_owned(), note: String::new() };
    ledger::erase(&mut log.eraser().await, &log.ctx, ids[0], reason).await.unwrap();
    assert_eq!(log.verify().await.unwrap().pending, 3);
    log.seal().await;
    let verdict = log.verify().await.unwrap();
    assert_eq!((verdict.size, verdict.erased), (3, 1));
}

/// The application cannot rub out or rewrite, whatever its code says.
#[tokio::test]
async fn the_application_may_add_and_nothing_else() {
    let log = Log::new().await;
    log.add(None, 300).await;
    log.seal().await;
    let mut conn = log.conn().await;
    for sql in [
        "update ledger.opening set content = content",
        "delete from ledger.opening",
        "update ledger.entry set commitment = commitment",
        "delete from ledger.entry",
        "truncate ledger.entry",
        "update ledger.tile set root = root",
        "delete from ledger.tile",
        "update ledger.checkpoint set root = root",
        "delete from ledger.checkpoint",
        "delete from ledger.log_key",
        "insert into ledger.erasure values (gen_random_uuid(), gen_random_uuid())",
        "delete from ledger.erasure",
        "update ledger.pending set commitment = commitment",
        "delete from ledger.opening_2026",
    ] {
        let refused = sqlx::query(sql).execute(&mut conn).await.unwrap_err();
        assert_eq!(refused.as_database_error().unwrap().code().as_deref(), Some("42501"), "{sql}");
    }
    let mut eraser = log.eraser().await;
    for sql in
        ["delete from ledger.entry", "update ledger.opening set content = content", "delete from ledger.checkpoint"]
    {
        sqlx::query(sql).execute(&mut eraser).await.unwrap_err();
    }
}

#[tokio::test]
async fn a_sequencer_with_another_key_or_on_a_broken_tree_seals_nothing() {
    let log = Log::new().await;
    log.add(None, 3).await;
    log.seal().await;
    log.add(None, 1).await;
    let stranger = Signer::from_seed("sen.example/log", &[8; 32]).unwrap();
    let stranger = Sequencer::new(log.test.db.clone(), log.ctx.clone(), stranger);
    assert!(matches!(stranger.run_once().await, Err(Error::KeyName)));
    log.tamper("update ledger.entry set commitment = sha256(commitment) where index = 1").await;
    assert!(matches!(log.sequencer.run_once().await, Err(Error::Broken)));
    log.tamper("delete from ledger.entry where index = 2").await;
    assert!(matches!(log.sequencer.run_once().await, Err(Error::Broken)));
}

#[tokio::test]
async fn the_schema_keeps_the_rules() {
    let log = Log::new().await;
    assert_eq!(store::lint::catalogue(&log.test.owner).await.unwrap(), Vec::<String>::new());
}

/// Each code has its sentence in both languages, and no sentence lacks its code.
#[test]
fn every_code_is_said_in_both_languages() {
    let codes = |text: &str| -> Vec<String> {
        text.lines().filter_map(|line| line.split_once(" = ")).map(|(code, _)| code.to_uppercase()).collect()
    };
    let used: Vec<String> = include_str!("../../src/error.rs")
        .split('"')
        .filter(|word| word.len() == 7 && word.starts_with("LED"))
        .map(str::to_owned)
        .collect();
    assert_eq!(codes(ledger::MESSAGES.vi), used);
    assert_eq!(codes(ledger::MESSAGES.en), used);
}
