//! Registers that know the mother and her child, behind the door of the Vietnamese pack.

use async_trait::async_trait;
use exchange::{Catalogue, Exchange, Pass, Relation, Service};
use kernel::{Ctx, Kind, Problem, ServiceName, SubjectId};
use pack::{Pack, Report, units::Units};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::path::Path;
use std::sync::Arc;
use store::Db;

struct Register {
    name: &'static str,
    mother: SubjectId,
    child: SubjectId,
}

pub(crate) fn exchange(db: Db, mother: SubjectId, child: SubjectId) -> Exchange {
    let mut report = Report::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/vn");
    let pack = Pack::open_with(&folder, &mut report).unwrap();
    let units = Units::read(&pack, &mut report);
    let catalogue = Catalogue::read(&pack, &units, &mut report);
    let mut builder = Exchange::builder(db, catalogue);
    for name in ["population.get", "residence.get", "foreign-residents.get"] {
        builder = builder.serve(ServiceName::from(name), Arc::new(Register { name, mother, child }));
    }
    builder.build()
}

#[async_trait]
impl Service for Register {
    async fn handle(&self, _: &Ctx, _: &mut PgConnection, pass: &Pass, payload: Value) -> Result<Value, Problem> {
        let subject: SubjectId = payload["subject"].as_str().unwrap().parse().unwrap();
        pass.admit(subject, None)?;
        if self.name == "residence.get" {
            return Ok(json!({"subject": subject, "commune_code": "00004", "address": "12 Hàng Bài"}));
        }
        // Everybody whom the population register does not know is one foreigner here.
        if self.name == "foreign-residents.get" {
            return Ok(json!({"subject": subject, "full_name": "Maria Garcia Lopez", "birth_date": "1988-05-14",
                "nationality": "Tây Ban Nha", "phone": "+84912345671"}));
        }
        if subject == self.mother {
            if pass.fields().contains("kin") {
                pass.admit_related(self.child, Relation::Child)?;
            }
            return Ok(json!({
                "subject": subject, "personal_number": "001195000002", "full_name": "Nguyễn Thị Hoa",
                "birth_date": "1995-03-02", "sex": "female", "phone": "0912 345 678", "email": "hoa@example.vn",
                "kin": [
                    {"relation": "child", "subject": self.child, "full_name": "Nguyễn An", "birth_date": "2020-05-01"},
                    {"relation": "spouse", "subject": pass.id(), "full_name": "Trần Nam", "birth_date": "1990-01-01"},
                ],
            }));
        }
        if subject == self.child {
            return Ok(json!({"subject": subject, "full_name": "Nguyễn An", "birth_date": "2020-05", "sex": "male"}));
        }
        Err(Problem::new(Kind::NotFound, "REG0001"))
    }
}
