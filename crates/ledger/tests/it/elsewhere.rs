//! A checker that shares no code with us (`scripts/check-proof.mjs`, run by Node.js, which the page assets need anyway)
//! takes our proofs and refuses changed ones.

use crate::Log;
use ledger::Proof;
use std::io::Write;
use std::process::{Command, Stdio};

fn check(proof: &Proof, key: &str) -> Result<String, String> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/check-proof.mjs");
    let mut command = Command::new("node");
    let command = command.args([script, key]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(serde_json::to_string(proof).unwrap().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap().trim().to_owned();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

#[tokio::test]
async fn another_program_checks_our_proofs() {
    let log = Log::new().await;
    let ids = log.add(Some(log.person()), 300).await;
    log.seal().await;
    let key = log.key.to_string();
    let mut conn = log.conn().await;
    for id in [ids[0], ids[137], ids[299]] {
        let proof = ledger::proof(&mut conn, id).await.unwrap();
        let said = check(&proof, &key).unwrap();
        assert_eq!(said, format!("entry {} of 300 is in the log sen.example/log: {}", proof.index, proof.opening));

        let refused = |change: fn(&mut Proof), what: &str| {
            let mut changed = proof.clone();
            change(&mut changed);
            assert_eq!(check(&changed, &key), Err(format!("does not fit: {what}")));
        };
        refused(|proof| proof.opening = proof.opening.replace("justice", "finance"), "commitment");
        refused(|proof| proof.inclusion[3].0[7] ^= 1, "root");
        refused(|proof| proof.checkpoint = proof.checkpoint.replace("\u{2014} sen", "\u{2014} zen"), "signature");
        assert!(check(&proof, "sen.example/log+00000000+AQ==").is_err());
    }
}
