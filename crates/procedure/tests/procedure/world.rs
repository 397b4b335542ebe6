//! A country for one test: the pack, a database, a door with made-up registers, the engine, a clock that stands.

use crate::registers::{Known, Shared, services};
use exchange::Exchange;
use kernel::{AccountId, Actor, BodyId, Clock, Ctx, DossierId, Problem, Random, Role, SubjectId};
use pack::{Pack, Report, units::Units};
use procedure::{Catalogue, Decided, Decision, DossierView, Filed, InboxFilter, Procedures, Setting, TaskLine};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex};
use store::jobs::Worker;
use store::testing::TestDb;
use time::OffsetDateTime;
use time::macros::datetime;

/// A Monday morning.
pub(crate) const MONDAY: OffsetDateTime = datetime!(2026-11-23 09:00 +7);
pub(crate) const COMMUNE: &str = "00004";
pub(crate) const OTHER_COMMUNE: &str = "00008";
pub(crate) const GROUP: &str = "3.000722";

pub(crate) fn pack_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../packs/vn")
}

pub(crate) static SETTING: LazyLock<Arc<Setting>> = LazyLock::new(|| {
    let mut report = Report::new();
    let setting = read(&mut report);
    assert!(report.is_clean(), "{report}");
    Arc::new(setting)
});

pub(crate) fn read(report: &mut Report) -> Setting {
    let pack = Pack::open(&pack_folder()).unwrap();
    let units = Arc::new(Units::read(&pack, report));
    let bodies = Arc::new(exchange::Catalogue::read(&pack, &units, report));
    Setting {
        catalogue: Catalogue::read(&pack, &bodies, report),
        bodies,
        calendar: pack::calendar::read(&pack, report),
        units,
    }
}

pub(crate) struct World {
    pub(crate) test: TestDb,
    pub(crate) known: Shared,
    pub(crate) engine: Procedures,
    pub(crate) ctx: Ctx,
    pub(crate) mother: SubjectId,
    pub(crate) father: SubjectId,
    worker: Worker,
}

pub(crate) const NOTICE: &str = "00001.GCS.01D01.26";

impl World {
    pub(crate) async fn new() -> Self {
        let migrators = [&ledger::MIGRATOR, &exchange::MIGRATOR, &procedure::MIGRATOR];
        let test = store::testing::database("procedure", &migrators).await;
        let system = Actor::System { body: BodyId::new("national-portal"), on_decision_of: None };
        let ctx = Ctx::new(system, Clock::fixed(MONDAY), Random::seeded(7));
        let known: Shared = Arc::new(Mutex::new(Known::default()));
        let engine = engine(&test, &known);
        let worker = Worker::new(test.db.clone(), ctx.clone(), engine.jobs().into_iter().collect(), 4);
        let (mother, father) = (SubjectId(ctx.uuid()), SubjectId(ctx.uuid()));
        let world = Self { test, known, engine, ctx, mother, father, worker };
        world.people();
        world
    }

    fn people(&self) {
        let mut known = self.known.lock().unwrap();
        let household = self.ctx.uuid();
        known.people.insert(self.mother, json!({
            "subject": self.mother, "personal_number": "001196000001", "full_name": "Nguyễn Thị Hoà", "sex": "female",
            "birth_date": "1996-03-08", "ethnicity": "01", "nationality": "VNM", "hometown": "Nam Định",
            "phone": "0912 345 678", "status": "living",
            "kin": [{"relation": "spouse", "subject": self.father, "full_name": "Trần Văn Bình",
                "personal_number": "001094000002", "birth_date": "1994-05-01"}],
        }));
        known.people.insert(self.father, json!({
            "subject": self.father, "personal_number": "001094000002", "full_name": "Trần Văn Bình", "sex": "male",
            "birth_date": "1994-05-01", "ethnicity": "01", "nationality": "VNM", "hometown": "Hải Dương",
            "status": "living", "kin": [{"relation": "spouse", "subject": self.mother, "full_name": "Nguyễn Thị Hoà",
                "personal_number": "001196000001", "birth_date": "1996-03-08"}],
        }));
        for person in [self.mother, self.father] {
            known.homes.insert(
                person,
                json!({
                    "subject": person, "commune_code": COMMUNE, "address": "12 Liễu Giai", "household": household,
                    "relation": "spouse",
                }),
            );
        }
        drop(known);
        self.notice(NOTICE, "male");
    }

    /// The hospital issues a notice for the mother.
    pub(crate) fn notice(&self, number: &str, sex: &str) {
        let notice = json!({
            "subject": self.mother, "notice_number": number, "mother": self.mother, "mother_number": "001196000001",
            "mother_name": "Nguyễn Thị Hoà", "child_sex": sex, "birth_date": "2026-11-20",
            "birth_time": "2026-11-20T08:30:00+07:00", "birth_place": "Bệnh viện Phụ sản Hà Nội", "plurality": 1,
        });
        self.known.lock().unwrap().notices.insert(number.to_owned(), notice);
    }

    pub(crate) fn citizen(&self, subject: SubjectId) -> Ctx {
        self.ctx.act_as(Actor::Citizen { account: AccountId(subject.0), subject, level: 2 })
    }

    pub(crate) fn officer(&self, body: &str, role: &str) -> Ctx {
        let account = AccountId(self.ctx.uuid());
        self.ctx.act_as(Actor::Officer { account, body: BodyId::new(body), roles: vec![Role::new(role)] })
    }

    /// The officer for a member in the usual commune.
    pub(crate) fn clerk(&self, member: &str) -> Ctx {
        match member {
            "birth" => self.officer(&format!("commune-committee/{COMMUNE}"), "civil-status-officer"),
            "residence" => self.officer(&format!("commune-police/{COMMUNE}"), "residence-officer"),
            "insurance" => self.officer("social-insurance/01", "insurance-officer"),
            "identity-card" => self.officer(&format!("commune-police/{COMMUNE}"), "identity-card-officer"),
            other => panic!("no member {other}"),
        }
    }

    /// The form as the registers fill it, with the child's name typed.
    pub(crate) async fn values(&self) -> Value {
        let mut values = self.engine.prefill(&self.citizen(self.mother), GROUP).await.unwrap().values;
        for (index, name) in ["Trần Minh An", "Trần Gia Bảo"].into_iter().enumerate() {
            if let Some(child) = values["children"].get_mut(index) {
                child["full_name"] = json!(name);
            }
        }
        values
    }

    pub(crate) async fn file(&self, values: Value) -> Result<Filed, Problem> {
        let key = self.ctx.uuid().to_string();
        self.engine.file(&self.citizen(self.mother), GROUP, values, &key).await
    }

    /// Files the usual birth and lets the jobs run.
    pub(crate) async fn filed(&self) -> Filed {
        let filed = self.file(self.values().await).await.unwrap();
        self.work().await;
        filed
    }

    /// Runs every job that is due.
    pub(crate) async fn work(&self) -> usize {
        self.worker.run_until_idle().await.unwrap()
    }

    /// Lets jobs that were told to come again do so. On a clock that stands their second would never come.
    pub(crate) async fn settle(&self) {
        for _ in 0..60 {
            self.work().await;
            let mut conn = self.test.db.pool().acquire().await.unwrap();
            if store::jobs::counts(&mut conn, &self.ctx).await.unwrap().waiting == 0 {
                return;
            }
            self.ctx.clock.set(self.ctx.now() + time::Duration::SECOND);
        }
        panic!("jobs that never end");
    }

    /// Has the watch over deadlines run now, and what follows from it.
    pub(crate) async fn watch(&self) {
        self.engine.start(&self.ctx).await.unwrap();
        self.work().await;
    }

    pub(crate) async fn dead_letters(&self) -> usize {
        let mut conn = self.test.db.pool().acquire().await.unwrap();
        store::jobs::dead_letters(&mut conn, None, 100).await.unwrap().len()
    }

    pub(crate) async fn inbox(&self, officer: &Ctx, member: &str) -> Vec<TaskLine> {
        let filter = InboxFilter { member: Some(member.to_owned()), ..InboxFilter::default() };
        self.engine.inbox(officer, &filter).await.unwrap()
    }

    /// The one open task of a member, and the officer who has it.
    pub(crate) async fn task(&self, member: &str) -> (Ctx, TaskLine) {
        let officer = self.clerk(member);
        let mut lines = self.inbox(&officer, member).await;
        assert_eq!(lines.len(), 1, "{member}");
        (officer, lines.remove(0))
    }

    pub(crate) async fn decide(&self, member: &str, decision: Decision) -> Decided {
        let (officer, task) = self.task(member).await;
        let decided = self.engine.decide(&officer, task.id, task.version, decision).await.unwrap();
        self.work().await;
        decided
    }

    pub(crate) async fn approve(&self, member: &str) {
        self.decide(member, Decision::Approve { note: None }).await;
    }

    pub(crate) async fn dossier(&self, id: DossierId) -> DossierView {
        self.engine.dossier(&self.citizen(self.mother), id).await.unwrap()
    }

    pub(crate) fn done(&self, service: &str) -> usize {
        self.known.lock().unwrap().done.get(service).copied().unwrap_or(0)
    }
}

/// Another process over the same database.
pub(crate) fn engine(test: &TestDb, known: &Shared) -> Procedures {
    let setting = Arc::clone(&SETTING);
    let mut builder = Exchange::builder(test.db.clone(), Arc::clone(&setting.bodies));
    for (name, service) in services(known).into_iter().chain(procedure::services(&setting)) {
        builder = builder.serve(name, service);
    }
    Procedures::new(test.db.clone(), builder.build(), setting)
}
