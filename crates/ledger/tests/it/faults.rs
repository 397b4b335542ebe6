//! Whatever is done behind the log's back is found, and the first entry named.

use crate::Log;
use ledger::{Fault, Reason, What};

/// 700 entries in batches: two full tiles and an edge of 188 in three checkpoints.
async fn log() -> Log {
    let log = Log::new().await;
    for count in [100, 500, 60, 30, 10] {
        log.add(Some(log.person()), count).await;
        log.seal().await;
    }
    assert_eq!(log.verify().await.unwrap().size, 700);
    log
}

async fn check(sql: &'static str, index: u64, expected: fn(&What) -> bool) {
    let log = log().await;
    log.tamper(sql).await;
    let Fault { first_index, what } = log.verify().await.unwrap_err();
    assert!(first_index == index && expected(&what), "{sql}: {first_index} {what:?}");
}

#[tokio::test]
async fn a_changed_commitment() {
    let sql =
        "update ledger.entry set commitment = set_byte(commitment, 31, get_byte(commitment, 31) # 1) where index = 123";
    check(sql, 123, |what| matches!(what, What::Commitment)).await;
}

#[tokio::test]
async fn a_changed_opening() {
    let sql = "update ledger.opening set content = set_byte(content, 20, get_byte(content, 20) # 1)
        where entry_id in (select entry_id from ledger.entry where index in (688, 690))";
    check(sql, 688, |what| matches!(what, What::Commitment)).await;
}

#[tokio::test]
async fn an_opening_given_to_another_person() {
    let sql = "update ledger.opening set subject_id = entry_id where entry_id = (select entry_id from ledger.entry where index = 5)";
    check(sql, 5, |what| matches!(what, What::OpeningForeign)).await;
}

#[tokio::test]
async fn an_opening_deleted_without_erasure() {
    let sql = "delete from ledger.opening where entry_id in (select entry_id from ledger.entry where index >= 512)";
    check(sql, 512, |what| matches!(what, What::OpeningMissing)).await;
}

#[tokio::test]
async fn an_opening_deleted_with_an_erasure_that_nobody_logged() {
    let sql = "insert into ledger.erasure select a.entry_id, b.entry_id from ledger.entry a, ledger.entry b where a.index = 7 and b.index = 8;
        delete from ledger.opening where entry_id = (select entry_id from ledger.entry where index = 7)";
    check(sql, 7, |what| matches!(what, What::ErasureUnfit)).await;
}

/// Both whole: each fits its opening, and they are in each other's place.
#[tokio::test]
async fn two_entries_swapped_in_full_tiles() {
    let sql =
        "update ledger.entry set index = -1 - index where false; alter table ledger.entry drop constraint entry_identity;
        update ledger.entry set index = 310 - index where index in (10, 300)";
    check(sql, 10, |what| matches!(what, What::Leaf)).await;
}

#[tokio::test]
async fn two_entries_swapped_at_the_edge() {
    let sql = "alter table ledger.entry drop constraint entry_identity;
        update ledger.entry set index = 1385 - index where index in (690, 695)";
    check(sql, 690, |what| matches!(what, What::Leaf)).await;
}

/// Opening, entry, edge and tile all rewritten to fit each other: the signed roots remain.
#[tokio::test]
async fn an_entry_rewritten_with_everything_that_is_not_signed() {
    let sql = "update ledger.opening set content = convert_to(replace(convert_from(content, 'UTF8'), 'ministry', 'sinister'), 'UTF8')
            where entry_id = (select entry_id from ledger.entry where index = 695);
        update ledger.entry set commitment = sha256('sen/entry/v1\\000'::bytea || salt || content) from ledger.opening
            where opening.entry_id = entry.entry_id and index = 695;
        update ledger.checkpoint set edge = (select string_agg(sha256('\\x00'::bytea || commitment), ''::bytea order by index)
            from ledger.entry where index >= 690) where size = 700";
    check(sql, 690, |what| matches!(what, What::Checkpoint)).await;
}

#[tokio::test]
async fn the_tree_shrunk_below_a_checkpoint() {
    let sql = "delete from ledger.opening where entry_id in (select entry_id from ledger.entry where index >= 650);
        delete from ledger.entry where index >= 650";
    check(sql, 650, |what| matches!(what, What::EntryMissing)).await;
}

#[tokio::test]
async fn an_entry_cut_out() {
    check("delete from ledger.entry where index between 42 and 44", 42, |what| matches!(what, What::EntryMissing))
        .await;
}

#[tokio::test]
async fn everything_cut_out() {
    check("delete from ledger.entry", 0, |what| matches!(what, What::EntryMissing)).await;
}

#[tokio::test]
async fn an_entry_put_behind_the_last_checkpoint() {
    let sql = "insert into ledger.entry values (700, gen_random_uuid(), sha256(''))";
    check(sql, 700, |what| matches!(what, What::EntryUnsigned)).await;
}

#[tokio::test]
async fn a_changed_tile() {
    let sql = "update ledger.tile set hashes = set_byte(hashes, 32 * 4, get_byte(hashes, 32 * 4) # 1) where n = 1";
    check(sql, 260, |what| matches!(what, What::Leaf)).await;
    let sql = "update ledger.tile set root = sha256(root) where n = 1";
    check(sql, 256, |what| matches!(what, What::Tile(0))).await;
    check("delete from ledger.tile where n = 0", 0, |what| matches!(what, What::Tile(0))).await;
}

#[tokio::test]
async fn a_forged_checkpoint() {
    let sql = "update ledger.checkpoint set note = replace(note, 'sen.example', 'zen.example') where size = 660";
    check(sql, 660, |what| matches!(what, What::Signature(_))).await;
    let sql =
        "update ledger.checkpoint set note = (select note from ledger.checkpoint where size = 690) where size = 660";
    check(sql, 600, |what| matches!(what, What::Checkpoint)).await;
    check("delete from ledger.checkpoint where size = 700", 690, |what| matches!(what, What::EntryUnsigned)).await;
}

/// An act was committed and its entry taken out of the queue before it could be sealed.
#[tokio::test]
async fn an_entry_kept_out_of_the_tree() {
    let log = log().await;
    log.add(None, 2).await;
    log.tamper("delete from ledger.pending where entry_id = (select entry_id from ledger.pending limit 1)").await;
    let fault = log.verify().await.unwrap_err();
    assert!(matches!(fault, Fault { first_index: 700, what: What::KeptOut }), "{fault:?}");
}

#[tokio::test]
async fn a_pending_entry_that_was_changed() {
    let log = log().await;
    log.add(None, 2).await;
    log.tamper("update ledger.pending set commitment = sha256(commitment)").await;
    let fault = log.verify().await.unwrap_err();
    assert!(matches!(fault, Fault { first_index: 700, what: What::Pending }), "{fault:?}");
}

/// Entries and the checkpoints that covered them are gone together: only one who kept a checkpoint can tell.
#[tokio::test]
async fn a_log_set_back_in_time() {
    let log = log().await;
    let kept = ledger::published(&mut log.conn().await).await.unwrap().unwrap().note;
    let sql = "delete from ledger.checkpoint where size > 660;
        delete from ledger.opening where entry_id in (select entry_id from ledger.entry where index >= 660);
        delete from ledger.entry where index >= 660";
    log.tamper(sql).await;
    assert_eq!(log.verify().await.unwrap().size, 660);
    let against =
        |note: String| async { ledger::verify_against(&mut log.conn().await, &log.key, &[note], |_, _| ()).await };
    let fault = against(kept).await.unwrap_err();
    assert!(matches!(fault, Fault { first_index: 660, what: What::Known }), "{fault:?}");
    // Filled up again with other entries.
    log.add(None, 40).await;
    log.seal().await;
    let now = ledger::published(&mut log.conn().await).await.unwrap().unwrap();
    assert_eq!(now.size, 700);
    against(now.note).await.unwrap();
}

#[tokio::test]
async fn an_erasure_entry_that_is_itself_gone() {
    let log = log().await;
    let ids = log.add(None, 1).await;
    log.seal().await;
    let reason = Reason { legal_basis: "x".to_owned(), note: String::new() };
    ledger::erase(&mut log.eraser().await, &log.ctx, ids[0], reason).await.unwrap();
    log.seal().await;
    log.tamper("delete from ledger.opening where entry_id in (select erased_by from ledger.erasure)").await;
    let fault = log.verify().await.unwrap_err();
    assert!(matches!(fault, Fault { first_index: 700, what: What::ErasureUnfit }), "{fault:?}");
}

#[tokio::test]
async fn another_key_and_an_empty_log() {
    let log = Log::new().await;
    assert_eq!(log.verify().await.unwrap().size, 0);
    log.seal().await;
    let verdict = log.verify().await.unwrap();
    assert_eq!((verdict.size, verdict.checkpoints), (0, 1));
    let other = ledger::Signer::from_seed("sen.example/log", &[1; 32]).unwrap().verifier_key();
    let fault = ledger::verify(&mut log.conn().await, &other, |_, _| ()).await.unwrap_err();
    assert!(matches!(fault, Fault { first_index: 0, what: What::Key }), "{fault:?}");
}
