//! Takes people out of a register: the present states of many, as the cells that data cleaning compares.
//!
//! An extract is read page by page, in the order of the subjects' ids. What leaves are the columns that the pass names;
//! the passage has one line in the ledger that says how many people there were.

use crate::{
    Error, Register, Registers,
    definition::{Column, Reading, text_of},
    population::RELATIVES,
    record::Change,
};
use exchange::Pass;
use kernel::SubjectId;
use matching::{Batch, Schema};
use serde_json::Value;
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// How many versions are read for one page. One subject has fewer, or is read alone.
const ROWS_MAX: i64 = 10_000;
/// How many people are read by id at a time.
pub(crate) const BY_ID_MAX: usize = 2_000;

/// Some people of an extract. Personal: no `Debug`.
pub struct People {
    /// Who.
    pub subjects: Vec<SubjectId>,
    /// What is known of each, a row for each, in the columns of [`Schema::people`].
    pub cells: Batch,
}

/// An extract being read.
pub struct Extract<'a> {
    plan: Plan<'a>,
    valid: Date,
    after: Uuid,
    ended: bool,
    taken: u64,
}

impl<'a> Extract<'a> {
    /// An extract of everybody in a register as of a valid day, with the columns that the pass names.
    ///
    /// # Errors
    /// [`Error::Definition`] for a register of which no extract is defined.
    pub fn begin(registers: &'a Registers, register: &'a Register, pass: &Pass, valid: Date) -> Result<Self, Error> {
        let plan = Plan::new(registers, register, |field| pass.fields().contains(field))?;
        Ok(Self { plan, valid, after: Uuid::nil(), ended: false, taken: 0 })
    }

    /// The next people; none at the end. They are admitted as people of an extract.
    ///
    /// # Errors
    /// A refusal when the pass is not one for an extract, a database failure.
    pub async fn next(&mut self, conn: &mut PgConnection, pass: &Pass) -> Result<Option<People>, Error> {
        // Asked even where there is nobody: an extract without leave is refused, full or empty.
        pass.admit_extract(0)?;
        while !self.ended {
            let mut found = page(conn, &self.plan, self.after, self.valid).await?;
            let Some(last) = found.last().map(|row| row.subject) else {
                self.ended = true;
                break;
            };
            self.ended = found.len() < ROWS_MAX as usize;
            if !self.ended {
                // The last subject may go on behind the page: it begins the next one.
                found.retain(|row| row.subject != last);
            }
            let people = match found.last().map(|row| row.subject) {
                Some(whole) => {
                    self.after = whole;
                    assemble(conn, &self.plan, newest(found), self.valid, self.taken).await?
                }
                None => {
                    self.after = last;
                    unadmitted(conn, &self.plan, &[SubjectId(last)], self.valid).await?
                }
            };
            if !people.subjects.is_empty() {
                self.taken += people.subjects.len() as u64;
                pass.admit_extract(people.subjects.len() as u64)?;
                return Ok(Some(people));
            }
        }
        Ok(None)
    }

    /// How many people were taken out so far.
    #[must_use]
    pub fn taken(&self) -> u64 {
        self.taken
    }
}

/// What is read, and from where.
pub(crate) struct Plan<'a> {
    registers: &'a Registers,
    register: &'a Register,
    width: usize,
    /// Cell → the column that fills it.
    columns: Vec<(usize, &'a Column)>,
    /// The registers that are read.
    pub(crate) read: Vec<&'a str>,
}

impl<'a> Plan<'a> {
    pub(crate) fn new(
        registers: &'a Registers,
        register: &'a Register,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Self, Error> {
        if register.extract.is_empty() {
            return Err(Error::Definition(format!("no extract of {} is defined", register.name)));
        }
        let schema = Schema::people();
        let mut columns = Vec::new();
        let mut read = BTreeSet::from([register.name.as_str()]);
        for column in register.extract.iter().filter(|column| wanted(&column.field)) {
            if let Some(at) = schema.position(&column.field) {
                columns.push((at, column));
                read.extend(column.register.as_deref());
            }
        }
        Ok(Self { registers, register, width: schema.fields.len(), columns, read: read.into_iter().collect() })
    }
}

/// A version of a record that covers the day.
#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(rename = "subject_id")]
    subject: Uuid,
    #[sqlx(rename = "record_id")]
    record: Uuid,
    register: String,
    kind: String,
    valid_from: Date,
    recorded_at: OffsetDateTime,
    body: Value,
}

/// The versions that cover the day, in the order of the table's key: so they come without sorting, page after page.
async fn page(conn: &mut PgConnection, plan: &Plan<'_>, after: Uuid, valid: Date) -> Result<Vec<Row>, Error> {
    Ok(sqlx::query_as(
        "SELECT subject_id, record_id, register, kind, valid_from, recorded_at, body FROM register.record
         WHERE subject_id > $1 AND register = ANY($2)
           AND valid_from <= $3 AND (valid_until IS NULL OR valid_until > $3)
         ORDER BY subject_id, record_id, version LIMIT $4",
    )
    .bind(after)
    .bind(&plan.read)
    .bind(valid)
    .bind(ROWS_MAX)
    .fetch_all(conn)
    .await?)
}

/// Of each record the last of its versions, which come one after the other.
fn newest(rows: Vec<Row>) -> Vec<Row> {
    let mut newest: Vec<Row> = Vec::with_capacity(rows.len());
    for row in rows {
        match newest.last_mut() {
            Some(before) if before.record == row.record => *before = row,
            _ => newest.push(row),
        }
    }
    newest
}

/// What is known of these people now, whatever the pass: the body's own work. Who is no longer in the register is
/// left out. The caller admits whoever an answer speaks of.
pub(crate) async fn unadmitted(
    conn: &mut PgConnection,
    plan: &Plan<'_>,
    subjects: &[SubjectId],
    valid: Date,
) -> Result<People, Error> {
    let ids: Vec<Uuid> = subjects.iter().map(|subject| subject.0).collect();
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT DISTINCT ON (subject_id, record_id) subject_id, record_id, register, kind, valid_from, recorded_at, body
         FROM register.record
         WHERE subject_id = ANY($1) AND register = ANY($2)
           AND valid_from <= $3 AND (valid_until IS NULL OR valid_until > $3)
         ORDER BY subject_id, record_id, version DESC",
    )
    .bind(&ids)
    .bind(&plan.read)
    .bind(valid)
    .fetch_all(&mut *conn)
    .await?;
    assemble(conn, plan, rows, valid, 0).await
}

/// The rows of people, one after the other, as cells.
async fn assemble(
    conn: &mut PgConnection,
    plan: &Plan<'_>,
    rows: Vec<Row>,
    valid: Date,
    numbered_from: u64,
) -> Result<People, Error> {
    let mut rows: Vec<Row> = rows.into_iter().filter(|row| row.kind != Change::Annul.as_str()).collect();
    // Of several records of a register the one valid since last comes first.
    rows.sort_by_key(|row| (row.subject, std::cmp::Reverse((row.valid_from, row.recorded_at))));
    let relatives = relatives(conn, plan, &rows, valid).await?;
    let mut people = People { subjects: Vec::new(), cells: Batch::new(plan.width) };
    let mut cells = vec![String::new(); plan.width];
    for of_one in rows.chunk_by(|one, next| one.subject == next.subject) {
        let Some(own) = of_one.iter().find(|row| row.register == plan.register.name) else { continue };
        cells.iter_mut().for_each(String::clear);
        for (at, column) in &plan.columns {
            cells[*at] = cell(plan, column, own, of_one, &relatives, valid).unwrap_or_default();
        }
        people.subjects.push(SubjectId(own.subject));
        let number = numbered_from + people.subjects.len() as u64;
        people.cells.push(number, cells.iter().map(String::as_str));
    }
    Ok(people)
}

fn cell(
    plan: &Plan<'_>,
    column: &Column,
    own: &Row,
    of_one: &[Row],
    relatives: &HashMap<(Uuid, String), String>,
    valid: Date,
) -> Option<String> {
    let holder = column.register.as_deref().unwrap_or(&plan.register.name);
    if let Some(relation) = &column.relation {
        let entry = entries(of_one, holder, relation).next()?;
        let recorded = subject_in(entry).and_then(|id| relatives.get(&(id, column.pointer.clone())).cloned());
        return recorded.or_else(|| text_of(entry.pointer(&column.pointer)?));
    }
    let fits = |row: &&Row| {
        row.register == holder && column.only.iter().all(|(field, value)| row.body.get(field) == Some(value))
    };
    let row = if holder == plan.register.name { own } else { of_one.iter().find(fits)? };
    let value = text_of(row.body.pointer(&column.pointer)?)?;
    match column.as_ {
        Reading::Value => Some(value),
        Reading::ProvinceOfCommune => {
            let commune = plan.registers.units.commune(&value, valid)?;
            commune.province.as_ref().map(|province| province.as_str().to_owned())
        }
    }
}

/// The entries of relatives with this relation.
fn entries<'a>(of_one: &'a [Row], register: &'a str, relation: &'a str) -> impl Iterator<Item = &'a Value> {
    of_one
        .iter()
        .filter(move |row| row.register == register)
        .filter_map(|row| row.body.get(RELATIVES)?.as_array())
        .flatten()
        .filter(move |entry| entry.get("relation").and_then(Value::as_str) == Some(relation))
}

fn subject_in(entry: &Value) -> Option<Uuid> {
    entry.get("subject")?.as_str()?.parse().ok()
}

/// What the register says of the relatives that the columns speak of: (person, pointer) → value.
async fn relatives(
    conn: &mut PgConnection,
    plan: &Plan<'_>,
    rows: &[Row],
    valid: Date,
) -> Result<HashMap<(Uuid, String), String>, Error> {
    let mut asked: BTreeMap<&str, BTreeSet<Uuid>> = BTreeMap::new();
    for (_, column) in &plan.columns {
        let (Some(relation), Some(holder)) = (&column.relation, &column.register) else { continue };
        let ids = entries(rows, holder, relation).filter_map(subject_in);
        asked.entry(column.pointer.as_str()).or_default().extend(ids);
    }
    let mut found = HashMap::new();
    for (pointer, ids) in asked {
        let path: Vec<&str> = pointer.split('/').skip(1).collect();
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let values: Vec<(Uuid, Option<String>, String)> = sqlx::query_as(
            "SELECT DISTINCT ON (subject_id, record_id) subject_id, body #>> $4, kind FROM register.record
             WHERE subject_id = ANY($1) AND register = $2
               AND valid_from <= $3 AND (valid_until IS NULL OR valid_until > $3)
             ORDER BY subject_id, record_id, version DESC",
        )
        .bind(&ids)
        .bind(&plan.register.name)
        .bind(valid)
        .bind(&path)
        .fetch_all(&mut *conn)
        .await?;
        for (id, value, kind) in values {
            if let Some(value) = value.filter(|_| kind != Change::Annul.as_str()) {
                found.insert((id, pointer.to_owned()), value);
            }
        }
    }
    Ok(found)
}
