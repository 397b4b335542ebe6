//! A made-up country with a register of readers and one of their cards, kept by the city library.

use exchange::{Catalogue, Exchange, Pass, Request, Scope};
use futures::future::BoxFuture;
use kernel::{AccountId, Actor, BodyId, Clock, Ctx, Problem, Random, Role, SubjectId};
use pack::{Pack, Report, units::Units};
use register::{LookAlikes, Register, Registers};
use sqlx::PgConnection;
use std::{path::Path, sync::Arc};
use store::testing::TestDb;
use time::macros::datetime;

pub(crate) const BODIES: &str = "
body_kinds:
  - {id: city-library, name: {vi: Thư viện, en: City library}, legal_basis: [Library Act]}
  - {id: archive, name: {vi: Kho, en: Archive}, legal_basis: [Library Act]}
roles:
  - {id: librarian, name: {vi: Thủ thư, en: Librarian}}
  - {id: inspector, name: {vi: Thanh tra, en: Inspector}}
purposes:
  - {id: operation, name: {vi: Vận hành, en: Operation}}
";

pub(crate) const SERVICES: &str = "
name: reader.work
provider_kinds: [city-library]
summary: {vi: Làm việc, en: Work on readers}
fields: [subject, name, birth_date, card, mentor, note, x, number]
admits: [new]
---
name: reader.get
provider_kinds: [city-library]
summary: {vi: Đọc, en: Read a reader}
fields: [subject, name, birth_date, loans, branch]
operation:
  word: get
  register: reader
  include:
    - {as: loans, register: loan, list: books}
    - {register: membership, take: {branch: branch}}
---
name: reader.find
provider_kinds: [city-library]
summary: {vi: Tìm, en: Find a reader}
fields: [subject, name]
operation: {word: find, register: reader, key: card, agree: [{field: name, as: name}, {field: birth_date, as: date}]}
---
name: reader.verify
provider_kinds: [city-library]
summary: {vi: Xác thực, en: Verify a reader}
fields: [exists, matches]
operation: {word: verify, register: reader, key: card, agree: [{field: name, as: name}, {field: birth_date, as: date}]}
---
name: reader.search
provider_kinds: [city-library]
summary: {vi: Tra cứu, en: Search readers}
fields: [results, subject, name, birth_date]
operation: {word: search, register: reader, name_alone_roles: [inspector]}
---
name: membership.begin
provider_kinds: [city-library]
summary: {vi: Nhập hội, en: Begin a membership}
fields: [subject, number, ticket, ends, branch]
operation:
  word: put
  register: membership
  facts: {reader: {register: reader}}
  derive:
    - {field: begins, value: today}
    - {field: ends, value: 'add_years(record.begins, 2)'}
  generate:
    - {field: number, format: '{branch}-{n:4}/{year}', series: 'membership/{branch}/{year}', block: 3}
    - {field: ticket, format: 'T{random:1}'}
  rules:
    - from: 2026-01-01
      legal_basis: Library Act art. 3
      test: age_on(reader.birth_date, today) >= 7
      code: LIB0001
      at: /subject
      message: {vi: Chưa đủ 7 tuổi., en: Under seven.}
";

pub(crate) const AGREEMENTS: &str = "
id: own/reader.work
consumer: city-library
service: reader.work
purposes: [operation]
roles: [librarian]
fields: [subject, name, birth_date, card, mentor, x, number]
legal_basis: [Library Act art. 7]
from: 2026-01-01
search_limit: 100
---
id: archive/reader.get
consumer: archive
service: reader.get
purposes: [operation]
roles: [librarian]
fields: [subject, name, loans, branch]
legal_basis: [Library Act art. 8]
from: 2026-01-01
---
id: archive/reader.find
consumer: archive
service: reader.find
purposes: [operation]
roles: [librarian]
fields: [subject, name]
legal_basis: [Library Act art. 8]
from: 2026-01-01
search_limit: 1
---
id: archive/reader.verify
consumer: archive
service: reader.verify
purposes: [operation]
roles: [librarian]
fields: [exists, matches]
legal_basis: [Library Act art. 8]
from: 2026-01-01
search_limit: 1
---
id: archive/reader.search
consumer: archive
service: reader.search
purposes: [operation]
roles: [librarian, inspector]
fields: [results, subject, name]
legal_basis: [Library Act art. 8]
from: 2026-01-01
search_limit: 2
---
id: own/membership.begin
consumer: city-library
service: membership.begin
purposes: [operation]
roles: [librarian]
fields: [subject, number, ticket, ends]
legal_basis: [Library Act art. 3]
from: 2026-01-01
";

pub(crate) const REGISTERS: &str = "
register: reader
title: {vi: Bạn đọc, en: Readers}
owner: city-library
subject: person
single: true
schema:
  type: object
  additionalProperties: false
  required: [name, birth_date]
  properties:
    name: {type: string, minLength: 1, maxLength: 50}
    birth_date: {type: string, format: partial-date}
    card: {type: string}
    mentor: {type: string}
    note: {type: string}
keys:
  - {name: card, pointer: /card, code: LIB0010, message: {vi: Thẻ đã có chủ., en: The card is taken.}, legal_basis: Library Act art. 2}
search: {name: /name, birth: /birth_date, unit: {register: membership, pointer: /branch}}
links: [{name: mentor, pointer: /mentor}]
rules:
  - from: 2026-01-01
    until: 2026-12-31
    legal_basis: Library Act art. 1
    test: record.birth_date <= today
    code: LIB0002
    at: /birth_date
    message: {vi: Chưa sinh., en: Not born yet.}
---
register: loan
title: {vi: Mượn sách, en: Loans}
owner: city-library
subject: person
schema:
  type: object
  additionalProperties: false
  properties:
    x: {type: integer}
    books: {type: array, items: {type: string}}
    slot: {type: string}
keys:
  - {name: slot, pointer: /slot, code: LIB0011, message: {vi: Đã mượn., en: On loan.}, reuse: after-annul}
---
register: membership
title: {vi: Hội viên, en: Memberships}
owner: city-library
subject: person
schema:
  type: object
  additionalProperties: false
  required: [branch, number]
  properties:
    branch: {type: string}
    number: {type: string}
    ticket: {type: string}
    begins: {type: string, format: date}
    ends: {type: string, format: date}
keys:
  - {name: number, pointer: /number, code: LIB0012, message: {vi: Trùng số., en: Number taken.}}
  - {name: ticket, pointer: /ticket, code: LIB0013, message: {vi: Trùng vé., en: Ticket taken.}}
";

/// Reads a pack made of these files.
pub(crate) fn read(services: &str, registers: &str) -> (Pack, Catalogue, Registers, Report) {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in [
        ("bodies/bodies.yaml", BODIES),
        ("services/services.yaml", services),
        ("agreements/agreements.yaml", AGREEMENTS),
        ("registers/registers.yaml", registers),
    ] {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    read_folder(folder.path(), &mut |_| Units::default())
}

/// Reads a pack from its folder.
pub(crate) fn read_folder(
    folder: &Path,
    units: &mut dyn FnMut(&Pack) -> Units,
) -> (Pack, Catalogue, Registers, Report) {
    let mut report = Report::new();
    let pack = Pack::open_with(folder, &mut report).unwrap();
    let units = units(&pack);
    let catalogue = Catalogue::read(&pack, &units, &mut report);
    let registers = Registers::read(&pack, &catalogue, Arc::new(units), &mut report);
    (pack, catalogue, registers, report)
}

pub(crate) struct Country {
    pub(crate) exchange: Exchange,
    pub(crate) registers: Arc<Registers>,
    pub(crate) indexes: Vec<LookAlikes>,
    pub(crate) base: Ctx,
    pub(crate) db: TestDb,
}

impl Country {
    /// A country on a database of its own.
    pub(crate) async fn found() -> Self {
        let (pack, catalogue, registers, mut report) = read(SERVICES, REGISTERS);
        let country = Self::over(pack, catalogue, registers, &mut report).await;
        assert!(report.is_clean(), "{report}");
        country
    }

    pub(crate) async fn over(pack: Pack, catalogue: Catalogue, registers: Registers, report: &mut Report) -> Self {
        let migrators = [&ledger::MIGRATOR, &exchange::MIGRATOR, &register::MIGRATOR];
        let db = store::testing::database("register", &migrators).await;
        let registers = Arc::new(registers);
        let mut builder = Exchange::builder(db.db.clone(), catalogue);
        let indexes = LookAlikes::of_all(&db.db, &registers);
        for (name, service) in register::services(&db.db, &pack, &registers, &indexes, report) {
            builder = builder.serve(name, service);
        }
        let actor = Actor::System { body: BodyId::new("city-library"), on_decision_of: None };
        let base = Ctx::new(actor, Clock::fixed(datetime!(2026-11-22 10:00 +7)), Random::System);
        Self { exchange: builder.build(), registers, indexes, base, db }
    }

    pub(crate) fn subject(&self) -> SubjectId {
        SubjectId(self.base.uuid())
    }

    pub(crate) fn officer(&self, body: &str, role: &str) -> Ctx {
        let actor = Actor::Officer {
            account: AccountId(self.base.uuid()),
            body: BodyId::new(body),
            roles: vec![Role::new(role)],
        };
        self.base.act_as(actor)
    }

    pub(crate) fn register(&self, name: &str) -> Arc<Register> {
        Arc::clone(self.registers.required(name).unwrap())
    }

    /// Does something with a pass for these people.
    pub(crate) async fn with_pass<T, F>(&self, subjects: &[SubjectId], work: F) -> Result<T, Problem>
    where
        T: Send,
        F: for<'a> FnOnce(&'a mut PgConnection, &'a Pass) -> BoxFuture<'a, Result<T, register::Error>> + Send,
    {
        let request = Request::new("city-library", "city-library", "reader.work", "operation")
            .about(Scope::Subjects(subjects.iter().map(|subject| (*subject).into()).collect()));
        self.exchange.open(&self.officer("city-library", "librarian"), request, work).await
    }

    /// Gives positions to everything that has committed; says the mark of a register's feed.
    pub(crate) async fn sequence(&self, register: &str) -> i64 {
        let sequencer = store::feed::Sequencer::new(self.db.db.clone(), self.base.clone());
        while sequencer.run_once().await.unwrap() > 0 {}
        let mut conn = self.db.db.pool().acquire().await.unwrap();
        store::feed::mark(&mut conn, &self.register(register).feed()).await.unwrap()
    }
}
