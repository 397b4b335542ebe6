//! The log on a real PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on may stop")]

mod elsewhere;
mod faults;
mod life;
mod serve;

use kernel::{Actor, Clock, Ctx, EntryId, Random, SubjectId};
use ledger::{Entry, Sequencer, Signer, VerifierKey};
use serde_json::json;
use sqlx::{Connection, PgConnection};
use store::testing::{TestDb, database};
use time::macros::datetime;

pub(crate) struct Log {
    pub(crate) test: TestDb,
    pub(crate) ctx: Ctx,
    pub(crate) sequencer: Sequencer,
    pub(crate) key: VerifierKey,
}

pub(crate) fn signer() -> Signer {
    Signer::from_seed("sen.example/log", &[9; 32]).unwrap()
}

impl Log {
    pub(crate) async fn new() -> Self {
        let test = database("ledger", &[&ledger::MIGRATOR]).await;
        let ctx = Ctx::new(Actor::Anonymous, Clock::fixed(datetime!(2026-07-01 8:00 UTC)), Random::seeded(1));
        let sequencer = Sequencer::new(test.db.clone(), ctx.clone(), signer());
        Self { test, ctx, sequencer, key: signer().verifier_key() }
    }

    pub(crate) fn person(&self) -> SubjectId {
        SubjectId(self.ctx.uuid())
    }

    /// Logs `count` entries about this person, in one transaction.
    pub(crate) async fn add(&self, subject: Option<SubjectId>, count: usize) -> Vec<EntryId> {
        let mut tx = self.test.db.begin().await.unwrap();
        let entry = |n| Entry { subject, kind: "access", body: json!({"n": n, "body": "ministry-justice"}) };
        let ids = ledger::append_all(&mut tx, &self.ctx, (0..count).map(entry).collect()).await.unwrap();
        tx.commit().await.unwrap();
        ids
    }

    pub(crate) async fn seal(&self) -> usize {
        self.sequencer.run_once().await.unwrap()
    }

    pub(crate) async fn conn(&self) -> PgConnection {
        PgConnection::connect_with(&self.test.options).await.unwrap()
    }

    pub(crate) async fn eraser(&self) -> PgConnection {
        PgConnection::connect_with(&self.test.eraser).await.unwrap()
    }

    pub(crate) async fn verify(&self) -> Result<ledger::Verdict, ledger::Fault> {
        ledger::verify(&mut self.conn().await, &self.key, |_, _| ()).await
    }

    /// Does to the tables what only somebody behind our back can do.
    pub(crate) async fn tamper(&self, sql: &'static str) {
        let done = sqlx::raw_sql(sql).execute(&self.test.owner).await.unwrap();
        assert!(done.rows_affected() > 0, "nothing was changed by: {sql}");
    }
}
