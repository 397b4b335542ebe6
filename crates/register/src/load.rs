//! Bulk load of records that an operator handles offline (the synthetic population of a demonstration, the first fill
//! of a register). The one stated exception to the door: there is no pass, no ledger line for each person, and only the
//! owner of the schema may do it. Everything else is as if each record had been put: unique values, links, names, feed.

use crate::{
    Error, Registers,
    record::Change,
    write::{links, searched},
};
use kernel::{Ctx, RecordId, SubjectId};
use serde_json::{Value, json};
use sqlx::{PgConnection, PgPool};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{self, Write as _},
    sync::Arc,
};
use time::{Date, OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

/// A record to load.
#[derive(Clone)]
pub struct LoadRecord {
    /// The register.
    pub register: String,
    /// Whom or what it is about.
    pub subject: SubjectId,
    /// First day of validity.
    pub valid_from: Date,
    /// The content.
    pub body: Value,
}

impl fmt::Debug for LoadRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LoadRecord of {} (content not shown)", self.register)
    }
}

/// A person to load, with what other registers say of them.
#[derive(Clone)]
pub struct LoadPerson {
    /// The person.
    pub subject: SubjectId,
    /// From when the person's and kinship records are valid: the birth.
    pub born: Date,
    /// The record of the population register.
    pub body: Value,
    /// Items of the kinship register: `{relation, subject}`. Both sides must be given by their own person.
    pub relatives: Vec<Value>,
    /// The record of the residence register, valid from its day.
    pub residence: Option<(Date, Value)>,
    /// The record of the register of marital status, valid from its day. None: single.
    pub marital_status: Option<(Date, Value)>,
}

impl fmt::Debug for LoadPerson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LoadPerson {} (content not shown)", self.subject)
    }
}

impl LoadPerson {
    /// The records of the person in the registers of a pack with the usual names.
    #[must_use]
    pub fn into_records(self) -> Vec<LoadRecord> {
        let subject = self.subject;
        let record =
            |register: &str, valid_from, body| LoadRecord { register: register.to_owned(), subject, valid_from, body };
        let mut records = vec![record("population", self.born, self.body)];
        if !self.relatives.is_empty() {
            records.push(record("kinship", self.born, json!({ "relatives": self.relatives })));
        }
        records.extend(self.residence.map(|(from, body)| record("residence", from, body)));
        records.extend(self.marital_status.map(|(from, body)| record("marital-status", from, body)));
        records
    }
}

/// Loads batches, each in a transaction of its own.
#[derive(Debug)]
pub struct Loader {
    owner: PgPool,
    registers: Arc<Registers>,
    written_for: String,
    basis: String,
}

impl Loader {
    /// A loader over the owner's connections. `written_for` and `basis` are what the versions say about who wrote them.
    #[must_use]
    pub fn new(owner: PgPool, registers: Arc<Registers>, written_for: &str, basis: &str) -> Self {
        Self { owner, registers, written_for: written_for.to_owned(), basis: basis.to_owned() }
    }

    /// Loads people. Batches of about 5,000 are fastest; several may run at a time.
    ///
    /// # Errors
    /// As [`Self::records`].
    pub async fn people(&self, ctx: &Ctx, people: Vec<LoadPerson>) -> Result<u64, Error> {
        self.records(ctx, people.into_iter().flat_map(LoadPerson::into_records).collect()).await
    }

    /// Loads records of any register; says how many. All or none.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the first record of a register does not have its shape, a database failure when a unique
    /// value or a single record stands already.
    pub async fn records(&self, ctx: &Ctx, records: Vec<LoadRecord>) -> Result<u64, Error> {
        let mut rows = Rows::default();
        let mut seen = BTreeSet::new();
        let registers: BTreeSet<_> = records.iter().map(|record| record.register.as_str()).collect();
        let batch = SubjectId(ctx.uuid());
        let items: Vec<store::feed::NewItem> = registers
            .iter()
            .map(|name| store::feed::NewItem {
                feed: format!("register.{name}"),
                subject: batch,
                kind: "load".to_owned(),
                payload: json!({ "batch": batch }),
            })
            .collect();
        let mut tx = self.owner.begin().await?;
        let changes = store::feed::append_all(&mut tx, ctx, &items).await?;
        let changes: BTreeMap<_, _> = registers.into_iter().zip(changes).collect();
        let now = ctx.now();
        for record in &records {
            let register = self.registers.required(&record.register)?;
            if seen.insert(record.register.as_str()) {
                let found = register.schema.check(&record.body);
                if !found.is_empty() {
                    return Err(Error::Invalid(found));
                }
            }
            let id = if register.single { register.single_record(record.subject) } else { RecordId(ctx.uuid()) };
            let change = changes.get(record.register.as_str()).copied().unwrap_or_default();
            rows.add(self, register, record, id, change, now);
        }
        rows.copy(&mut tx).await?;
        tx.commit().await?;
        Ok(records.len() as u64)
    }

    /// Tells PostgreSQL what the tables now hold, after the last batch: until it knows, it may read a million rows to find
    /// one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn finish(&self) -> Result<(), Error> {
        sqlx::query("ANALYZE register.record, register.unique_value, register.link, register.name_index")
            .execute(&self.owner)
            .await?;
        Ok(())
    }
}

/// The rows of a batch as COPY's text format.
#[derive(Default)]
struct Rows {
    record: String,
    value: String,
    link: String,
    name: String,
}

impl Rows {
    fn add(
        &mut self,
        loader: &Loader,
        register: &crate::Register,
        record: &LoadRecord,
        id: RecordId,
        change: Uuid,
        now: OffsetDateTime,
    ) {
        let (subject, body) = (record.subject.0, &record.body);
        let at = now.format(&Rfc3339).unwrap_or_default();
        let row = &mut self.record;
        let _ = write!(row, "{subject}\t{id}\t1\t");
        escape(row, &register.name);
        let _ = write!(row, "\t{}\t{}\t\\N\t", Change::Put.as_str(), record.valid_from);
        escape(row, &body.to_string());
        let _ = write!(row, "\t{at}\t{change}\t");
        escape(row, &loader.written_for);
        row.push_str("\t\\N\t");
        escape(row, &loader.basis);
        row.push('\n');
        for key in &register.keys {
            if let Some(value) = key.value(body) {
                escape(&mut self.value, &value);
                self.value.push('\t');
                escape(&mut self.value, &key.full_name(register));
                let _ = writeln!(self.value, "\t1\t{subject}\t{id}\t{at}");
            }
        }
        for (target, link) in links(register, body).into_iter().collect::<BTreeSet<_>>() {
            let _ = write!(self.link, "{target}\t");
            escape(&mut self.link, &link);
            let _ = writeln!(self.link, "\t{subject}\t{id}");
        }
        if let Some((name, year)) = searched(register, body) {
            escape(&mut self.name, &name);
            let _ = write!(self.name, "\t{year}\t");
            escape(&mut self.name, &register.name);
            let _ = writeln!(self.name, "\t{subject}\t{id}");
        }
    }

    async fn copy(self, conn: &mut PgConnection) -> Result<(), Error> {
        let tables = [
            (
                "COPY register.record (subject_id, record_id, version, register, kind, valid_from, valid_until, body,
                                       recorded_at, change_id, written_for, case_id, basis) FROM STDIN",
                self.record,
            ),
            ("COPY register.unique_value (value, key, turn, subject_id, record_id, taken_at) FROM STDIN", self.value),
            ("COPY register.link (target_id, link, subject_id, record_id) FROM STDIN", self.link),
            (
                "COPY register.name_index (name_folded, birth_year, register, subject_id, record_id) FROM STDIN",
                self.name,
            ),
        ];
        for (statement, rows) in tables {
            if rows.is_empty() {
                continue;
            }
            let mut copy = conn.copy_in_raw(statement).await?;
            copy.send(rows.into_bytes()).await?;
            copy.finish().await?;
        }
        Ok(())
    }
}

/// Writes a text as COPY's text format wants it.
fn escape(row: &mut String, text: &str) {
    let mut rest = text;
    // Most texts have nothing to escape: they are copied in one piece.
    while let Some(at) = rest.find(['\\', '\t', '\n', '\r']) {
        row.push_str(&rest[..at]);
        row.push_str(match rest.as_bytes()[at] {
            b'\\' => "\\\\",
            b'\t' => "\\t",
            b'\n' => "\\n",
            _ => "\\r",
        });
        rest = &rest[at + 1..];
    }
    row.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn what_copy_reads_as_structure_is_escaped() {
        let mut row = String::new();
        escape(&mut row, "a\tb\\n\nc\r");
        assert_eq!(row, "a\\tb\\\\n\\nc\\r");
    }
}
