//! A made-up country with two libraries, for tests of the door.

use async_trait::async_trait;
use exchange::{Catalogue, Exchange, Pass, Purpose, Relation, Request, Scope, Service, SubjectRef};
use kernel::{AccountId, Actor, BodyId, CaseId, Clock, Ctx, Problem, Random, Role, SubjectId};
use pack::{Pack, Report, units::Units};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};
use store::testing::TestDb;
use time::macros::datetime;
use tokio::sync::Notify;

pub(crate) const BODIES: &str = "
body_kinds:
  - {id: desk, name: {vi: Quầy, en: Desk}, serves_citizens: true, legal_basis: [Library Act]}
  - {id: city-library, name: {vi: Thư viện, en: City library}, legal_basis: [Library Act]}
  - {id: school, name: {vi: Trường, en: School}, legal_basis: [School Act]}
  - {id: archive, name: {vi: Kho, en: Archive}, legal_basis: [Library Act]}
bodies:
  - {id: school/north, name: {vi: Trường Bắc, en: North school}}
  - {id: school/south, name: {vi: Trường Nam, en: South school}}
roles:
  - {id: librarian, name: {vi: Thủ thư, en: Librarian}}
  - {id: teacher, name: {vi: Giáo viên, en: Teacher}}
purposes:
  - {id: self-service, name: {vi: Chính chủ, en: Own matter}}
  - {id: dossier, name: {vi: Hồ sơ, en: Dossier}}
  - {id: supervision, name: {vi: Giám sát, en: Supervision}}
  - {id: operation, name: {vi: Vận hành, en: Operation}}
";

pub(crate) const SERVICES: &str = "
name: reader.get
provider_kinds: [city-library]
summary: {vi: Đọc, en: Read a reader}
fields: [subject, name, address, fines]
admits: [child, new]
---
name: reader.count
provider_kinds: [city-library]
summary: {vi: Đếm, en: Count visits}
---
name: access-log.own
provider_kinds: [desk]
summary: {vi: Nhật ký, en: Access log}
---
name: reader.extract
provider_kinds: [city-library]
summary: {vi: Trích, en: Take all readers out}
fields: [subject, name]
---
name: reader.old
provider_kinds: [city-library]
summary: {vi: Cũ, en: An old service}
";

pub(crate) const AGREEMENTS: &str = "
id: school/reader.get
consumer: school
service: reader.get
purposes: [dossier]
roles: [teacher]
fields: [subject, name, address]
legal_basis: [Library Act art. 7]
from: 2026-01-01
needs_case: true
---
id: archive/reader.get
consumer: archive
service: reader.get
purposes: [supervision]
roles: [librarian, system]
fields: [subject, name]
legal_basis: [Library Act art. 8]
from: 2026-01-01
search_limit: 2
---
id: desk/reader.get
consumer: desk
service: reader.get
purposes: [self-service]
roles: [citizen]
fields: [subject, name, address, fines]
legal_basis: [Library Act art. 9]
from: 2026-01-01
---
id: desk/access-log.own
consumer: desk
service: access-log.own
purposes: [self-service]
roles: [citizen]
legal_basis: [Library Act art. 9]
from: 2026-01-01
---
id: school/reader.count
consumer: school
service: reader.count
purposes: [dossier]
roles: [teacher]
legal_basis: [Library Act art. 10]
from: 2026-01-01
daily_quota: 60
---
id: archive/reader.extract
consumer: archive
service: reader.extract
purposes: [supervision]
roles: [librarian]
fields: [name]
legal_basis: [Library Act art. 12]
from: 2026-01-01
bulk: true
---
id: own/reader.extract
consumer: city-library
service: reader.extract
purposes: [operation]
roles: [librarian]
fields: [name]
legal_basis: [Library Act art. 12]
from: 2026-01-01
own_body: true
bulk: true
---
id: school/reader.old
consumer: school
service: reader.old
purposes: [dossier]
roles: [teacher]
legal_basis: [Library Act art. 11]
from: 2024-01-01
until: 2026-11-21
---
id: archive/reader.count
consumer: archive
service: reader.count
purposes: [dossier]
roles: [librarian]
legal_basis: [Library Act art. 12]
from: 2026-01-01
needs_consent: true
";

/// Reads a pack made of these three files.
pub(crate) fn read(bodies: &str, services: &str, agreements: &str) -> (Catalogue, Report) {
    let folder = tempfile::tempdir().unwrap();
    let files = [
        ("bodies/bodies.yaml", bodies),
        ("services/services.yaml", services),
        ("agreements/agreements.yaml", agreements),
    ];
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let mut report = Report::new();
    let pack = Pack::open_with(folder.path(), &mut report).unwrap();
    let catalogue = Catalogue::read(&pack, &Units::default(), &mut report);
    (catalogue, report)
}

/// The repository's Vietnamese pack.
pub(crate) fn vietnam() -> (Catalogue, Report) {
    let mut report = Report::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/vn");
    let pack = Pack::open_with(&folder, &mut report).unwrap();
    let units = Units::read(&pack, &mut report);
    let catalogue = Catalogue::read(&pack, &units, &mut report);
    (catalogue, report)
}

/// Answers with a reader, or does what the payload says: `{"fail": "…"}`, `{"touch": [ids]}`.
pub(crate) struct Library {
    pub(crate) handled: AtomicU32,
    /// Told when a call begins that will never end by itself: `{"hang": true}`.
    pub(crate) hanging: Notify,
}

#[async_trait]
impl Service for Library {
    async fn handle(&self, _: &Ctx, tx: &mut PgConnection, pass: &Pass, payload: Value) -> Result<Value, Problem> {
        self.handled.fetch_add(1, Ordering::SeqCst);
        if payload["hang"] == true {
            self.hanging.notify_one();
            futures::future::pending::<()>().await;
        }
        for subject in payload["touch"].as_array().into_iter().flatten() {
            let subject: SubjectId = subject.as_str().unwrap().parse().unwrap();
            pass.admit(subject, None)?;
        }
        if let Some(subject) = payload["touch_number"].as_array() {
            let id: SubjectId = subject[0].as_str().unwrap().parse().unwrap();
            pass.admit(id, Some(&subject[1].as_str().unwrap().parse().unwrap()))?;
        }
        if let Some(child) = payload["child"].as_str() {
            pass.admit_related(child.parse().unwrap(), Relation::Child)?;
        }
        if let Some(people) = payload["extract"].as_u64() {
            pass.admit_extract(people)?;
            pass.note("rows", people);
        }
        if let Some(new) = payload["new"].as_str() {
            pass.admit_related(new.parse().unwrap(), Relation::New)?;
        }
        if payload["ignore"].is_string() {
            // A provider that disregards the refusal and answers all the same.
            drop(pass.admit(payload["ignore"].as_str().unwrap().parse().unwrap(), None));
        }
        if let Some(code) = payload["fail"].as_str() {
            let kind = if code == "LIB0002" { kernel::Kind::Unavailable } else { kernel::Kind::Invalid };
            return Err(Problem { code: code.to_owned().into(), ..Problem::new(kind, "") });
        }
        sqlx::query("INSERT INTO effect (pass) VALUES ($1)").bind(pass.id()).execute(tx).await.unwrap();
        Ok(json!({"subject": "s", "name": "Nam", "address": "1 Street", "fines": 3, "secret": true, "pass": pass.id()}))
    }
}

/// The country with a database.
pub(crate) struct Country {
    pub(crate) test: TestDb,
    pub(crate) exchange: Exchange,
    pub(crate) library: Arc<Library>,
    pub(crate) clock: Clock,
    random: Random,
}

impl Country {
    pub(crate) async fn found() -> Self {
        let test = store::testing::database("exchange", &[&ledger::MIGRATOR, &exchange::MIGRATOR]).await;
        for statement in ["CREATE TABLE effect (pass uuid PRIMARY KEY)", "GRANT SELECT, INSERT ON effect TO sen_app"] {
            sqlx::query(statement).execute(&test.owner).await.unwrap();
        }
        let library = Arc::new(Library { handled: AtomicU32::new(0), hanging: Notify::new() });
        let exchange = Self::door(&test, &library);
        let clock = Clock::fixed(datetime!(2026-11-22 03:00 UTC));
        Self { test, exchange, library, clock, random: Random::seeded(1) }
    }

    /// A door of its own, as another process would have.
    pub(crate) fn door(test: &TestDb, library: &Arc<Library>) -> Exchange {
        let (catalogue, report) = read(BODIES, SERVICES, AGREEMENTS);
        assert!(report.is_clean(), "{report}");
        let mut builder = Exchange::builder(test.db.clone(), catalogue);
        for name in ["reader.get", "reader.count", "reader.old", "reader.extract"] {
            builder = builder.serve(name.into(), Arc::clone(library) as Arc<dyn Service>);
        }
        builder.build()
    }

    pub(crate) fn ctx(&self, actor: Actor) -> Ctx {
        Ctx::new(actor, self.clock.clone(), self.random.clone())
    }

    /// A millisecond passes: what is logged later then has the later id.
    pub(crate) fn tick(&self) {
        self.clock.set(self.clock.now() + time::Duration::milliseconds(1));
    }

    pub(crate) fn subject(&self) -> SubjectId {
        SubjectId(self.ctx(Actor::Anonymous).uuid())
    }

    pub(crate) fn teacher(&self) -> Ctx {
        self.teacher_with(AccountId(self.ctx(Actor::Anonymous).uuid()))
    }

    pub(crate) fn teacher_with(&self, account: AccountId) -> Ctx {
        self.ctx(Actor::Officer { account, body: "school/north".into(), roles: vec!["teacher".into()] })
    }

    pub(crate) fn librarian(&self) -> Ctx {
        let account = AccountId(self.ctx(Actor::Anonymous).uuid());
        self.ctx(Actor::Officer { account, body: "archive".into(), roles: vec![Role::new("librarian")] })
    }

    pub(crate) fn citizen(&self, subject: SubjectId) -> Ctx {
        let account = AccountId(self.ctx(Actor::Anonymous).uuid());
        self.ctx(Actor::Citizen { account, subject, level: 2 })
    }

    /// Opens a case about these people for a body.
    pub(crate) async fn open_case(&self, body: &str, subjects: Vec<SubjectRef>, officers: Vec<AccountId>) -> CaseId {
        let ctx = self.teacher();
        let case = CaseId(ctx.uuid());
        let mut tx = self.test.db.begin().await.unwrap();
        let grant = exchange::CaseGrant {
            case,
            body: BodyId::new(body),
            officers,
            subjects,
            purposes: vec![Purpose::dossier()],
            until: datetime!(2026-12-31 17:00 UTC),
        };
        exchange::grant(&mut tx, &ctx, grant).await.unwrap();
        tx.commit().await.unwrap();
        case
    }

    pub(crate) async fn count(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(&self.test.owner).await.unwrap()
    }

    pub(crate) async fn effects(&self) -> i64 {
        self.count("SELECT count(*) FROM effect").await
    }

    /// Kind and outcome of every line of the ledger about a person, oldest first; none: about nobody.
    pub(crate) async fn lines(&self, subject: Option<SubjectId>) -> Vec<Value> {
        let contents: Vec<Vec<u8>> = sqlx::query_scalar("SELECT content FROM ledger.opening ORDER BY entry_id")
            .fetch_all(&self.test.owner)
            .await
            .unwrap();
        let contents = contents.iter().map(|content| serde_json::from_slice::<Value>(content).unwrap());
        let about = subject.map_or(Value::Null, |subject| json!(subject));
        contents.filter(|content| content["body"]["subject"] == about).map(|content| content["body"].clone()).collect()
    }
}

pub(crate) fn school_request(case: CaseId, subject: SubjectId) -> Request {
    Request::new("school/north", "city-library", "reader.get", Purpose::DOSSIER).on(case).about(Scope::of(subject))
}

pub(crate) fn count_request() -> Request {
    Request::new("school/north", "city-library", "reader.count", Purpose::DOSSIER)
}
