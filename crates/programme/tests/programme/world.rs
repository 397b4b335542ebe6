//! A database, a clock that stands, and officers who act.

use kernel::{AccountId, Actor, BodyId, Clock, Ctx, Random, Role};
use programme::Bodies;
use programme::follow::{COORDINATOR, Import, Imported, REPORTER, import};
use programme::read::{Reading, read};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use sqlx::Postgres;
use sqlx::pool::PoolConnection;
use store::testing::{self, TestDb};
use time::{Date, OffsetDateTime, macros::time};
use uuid::Uuid;

pub(crate) struct World {
    pub(crate) test: TestDb,
    pub(crate) bodies: Bodies,
    pub(crate) clock: Clock,
    pub(crate) steering: BodyId,
    system: Ctx,
}

/// Nine in the morning in Vietnam.
fn morning(day: Date) -> OffsetDateTime {
    day.with_time(time!(02:00)).assume_utc()
}

pub(crate) async fn world(today: Date) -> World {
    let test = testing::database("programme", &[&ledger::MIGRATOR, &programme::MIGRATOR]).await;
    let clock = Clock::fixed(morning(today));
    let steering = BodyId::from("government-office");
    let actor = Actor::System { body: steering.clone(), on_decision_of: None };
    let system = Ctx::new(actor, clock.clone(), Random::seeded(7));
    World { test, bodies: crate::bodies(), clock, steering, system }
}

impl World {
    pub(crate) async fn conn(&self) -> PoolConnection<Postgres> {
        self.test.db.pool().acquire().await.unwrap()
    }

    pub(crate) fn day(&self, day: Date) {
        self.clock.set(morning(day));
    }

    /// The program, for a body.
    pub(crate) fn program(&self, body: &str) -> Ctx {
        self.system.act_as(Actor::System { body: body.into(), on_decision_of: None })
    }

    pub(crate) fn officer(&self, body: &str, role: &str) -> Ctx {
        let account = AccountId(Uuid::from_u128(u128::try_from(body.len()).unwrap()));
        self.system.act_as(Actor::Officer { account, body: body.into(), roles: vec![Role::from(role)] })
    }

    /// Who steers.
    pub(crate) fn coordinator(&self) -> Ctx {
        self.officer(self.steering.as_str(), COORDINATOR)
    }

    pub(crate) fn coordinator_of(&self, body: &str) -> Ctx {
        self.officer(body, COORDINATOR)
    }

    pub(crate) fn reporter(&self, body: &str) -> Ctx {
        self.officer(body, REPORTER)
    }

    pub(crate) fn read(&self, name: &str, text: &str) -> Reading {
        let options = programme::read::Options { number: None, date: None, today: self.system.today() };
        read(name, text.as_bytes(), &self.bodies, &options).unwrap()
    }

    /// Reads a text in, as the steering body.
    pub(crate) async fn import(&self, conn: &mut PgConnection, text: &str) -> Imported {
        let reading = self.read("a.md", text);
        let file_hash = Sha256::digest(text.as_bytes()).into();
        let new = Import { reading: &reading, file_hash, steering: &self.steering, amends: None };
        import(conn, &self.coordinator(), &self.bodies, new).await.unwrap()
    }
}

/// A short directive: section, number, content, lead, deadline of each task.
pub(crate) fn directive(rows: &[(&str, &str, &str, &str)]) -> String {
    let mut text = "Số: 07/CT-TTg\nHà Nội, ngày 05 tháng 3 năm 2024\n\n\
        | STT | Nội dung | Đơn vị chủ trì | Đơn vị phối hợp | Thời gian | Sản phẩm |\n|--|--|--|--|--|--|\n\
        | A | Việc | | | | |\n"
        .to_owned();
    for (number, content, lead, deadline) in rows {
        text.push_str(&format!("| {number} | {content} | {lead} | Bộ Công an | {deadline} | Kết quả |\n"));
    }
    text
}

/// The four tasks that most tests begin with.
pub(crate) fn usual() -> String {
    directive(&[
        ("1", "Đếm sách", "Bộ Y tế", "Tháng 3/2024"),
        ("2", "Lau kính", "Các Bộ: Tài chính, Kế hoạch và Đầu tư", "Quý II/2024"),
        ("3", "Mở cửa", "UBND 63 địa phương", "Thường xuyên"),
        ("4", "Ăn trưa", "Nhà ăn Hoa Sen", "Khi nào đói"),
    ])
}

pub(crate) async fn count(conn: &mut PgConnection, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(conn).await.unwrap()
}
