//! Statements that several verbs share for reading versions. Nothing here admits or projects: the verbs do.

use crate::{
    AsOf, Error,
    definition::Register,
    record::{Change, Version, state},
};
use kernel::{CaseId, RecordId, SubjectId};
use serde_json::Value;
use sqlx::{FromRow, PgConnection, Row, postgres::PgRow};
use std::collections::{BTreeMap, BTreeSet};
use time::Date;
use uuid::Uuid;

impl FromRow<'_, PgRow> for Version {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let kind: &str = row.try_get("kind")?;
        Ok(Self {
            subject: SubjectId(row.try_get("subject_id")?),
            record: RecordId(row.try_get("record_id")?),
            register: row.try_get("register")?,
            version: row.try_get("version")?,
            kind: Change::parse(kind).ok_or_else(|| sqlx::Error::Decode("unknown kind of version".into()))?,
            valid_from: row.try_get("valid_from")?,
            valid_until: row.try_get("valid_until")?,
            body: row.try_get("body")?,
            recorded_at: row.try_get("recorded_at")?,
            case: row.try_get::<Option<Uuid>, _>("case_id")?.map(CaseId),
            basis: row.try_get("basis")?,
            change_id: row.try_get("change_id")?,
        })
    }
}

/// What each record of these subjects in these registers says on a valid day, as far as committed. Annulled ones are
/// left out.
pub(crate) async fn states(
    conn: &mut PgConnection,
    registers: &[&str],
    subjects: &[Uuid],
    valid: Date,
) -> Result<Vec<Version>, Error> {
    if subjects.is_empty() {
        return Ok(Vec::new());
    }
    let newest: Vec<Version> = sqlx::query_as(
        "SELECT DISTINCT ON (subject_id, record_id) * FROM register.record
         WHERE subject_id = ANY($1) AND register = ANY($2)
           AND valid_from <= $3 AND (valid_until IS NULL OR valid_until > $3)
         ORDER BY subject_id, record_id, version DESC",
    )
    .bind(subjects)
    .bind(registers)
    .bind(valid)
    .fetch_all(conn)
    .await?;
    Ok(newest.into_iter().filter(|version| version.kind != Change::Annul).collect())
}

/// What each record of a subject in a register says as of a valid day and a recorded position.
pub(crate) async fn states_as_of(
    conn: &mut PgConnection,
    register: &Register,
    subject: SubjectId,
    as_of: AsOf,
) -> Result<Vec<Version>, Error> {
    let Some(position) = as_of.recorded else {
        return states(conn, &[&register.name], &[subject.0], as_of.valid).await;
    };
    let all = versions(conn, register, subject).await?;
    let versions = recorded_by(conn, all, position).await?;
    let mut records: BTreeMap<RecordId, Vec<Version>> = BTreeMap::new();
    for version in versions {
        records.entry(version.record).or_default().push(version);
    }
    Ok(records.values().filter_map(|versions| state(versions, as_of.valid).cloned()).collect())
}

/// Keeps of a subject's versions those whose change had a position up to `position`. A change gets its position
/// after its commit; one without a position is past the mark, and so past every position that can be asked for.
/// A version is known only with its predecessors, whatever order a batch was sequenced in.
pub(crate) async fn recorded_by(
    conn: &mut PgConnection,
    versions: Vec<Version>,
    position: i64,
) -> Result<Vec<Version>, Error> {
    let changes: Vec<_> = versions.iter().map(|version| version.change_id).collect();
    let positions = store::feed::positions(conn, &changes).await?;
    let mut ended = BTreeSet::new();
    Ok(versions
        .into_iter()
        .filter(|version| {
            let known = positions.get(&version.change_id).is_some_and(|at| *at <= position);
            if !known {
                ended.insert(version.record);
            }
            known && !ended.contains(&version.record)
        })
        .collect())
}

/// All versions of a subject's records in a register, oldest first within each record.
pub(crate) async fn versions(
    conn: &mut PgConnection,
    register: &Register,
    subject: SubjectId,
) -> Result<Vec<Version>, Error> {
    Ok(sqlx::query_as(
        "SELECT * FROM register.record WHERE subject_id = $1 AND register = $2 ORDER BY record_id, version",
    )
    .bind(subject.0)
    .bind(&register.name)
    .fetch_all(conn)
    .await?)
}

/// All versions of one record, oldest first.
pub(crate) async fn versions_of(
    conn: &mut PgConnection,
    register: &Register,
    subject: SubjectId,
    record: RecordId,
) -> Result<Vec<Version>, Error> {
    Ok(sqlx::query_as(
        "SELECT * FROM register.record WHERE subject_id = $1 AND record_id = $2 AND register = $3 ORDER BY version",
    )
    .bind(subject.0)
    .bind(record.0)
    .bind(&register.name)
    .fetch_all(conn)
    .await?)
}

/// How many records are looked at that name one subject.
const LINKING_MAX: i64 = 200;

/// The subjects of records some version of which named the target.
pub(crate) async fn linking(conn: &mut PgConnection, link: &str, target: Uuid) -> Result<Vec<Uuid>, Error> {
    Ok(sqlx::query_scalar(
        "SELECT DISTINCT subject_id FROM register.link WHERE target_id = $1 AND link = $2 ORDER BY subject_id LIMIT $3",
    )
    .bind(target)
    .bind(link)
    .bind(LINKING_MAX)
    .fetch_all(conn)
    .await?)
}

/// Who bears a unique value: its newest turn.
pub(crate) async fn bearer(
    conn: &mut PgConnection,
    key: &str,
    value: &str,
) -> Result<Option<(SubjectId, RecordId)>, Error> {
    let found: Option<(Option<Uuid>, Option<Uuid>)> = sqlx::query_as(
        "SELECT subject_id, record_id FROM register.unique_value
         WHERE value = $1 AND key = $2 ORDER BY turn DESC LIMIT 1",
    )
    .bind(value)
    .bind(key)
    .fetch_optional(conn)
    .await?;
    Ok(found.and_then(|(subject, record)| Some((SubjectId(subject?), RecordId(record?)))))
}

/// A copy of the version with only the fields that a pass names.
pub(crate) fn projected(pass: &exchange::Pass, mut version: Version) -> Version {
    version.body = pass.project(std::mem::take(&mut version.body));
    version
}

/// The values of a list field over several records, in one list.
pub(crate) fn flattened(versions: &[&Version], field: &str) -> Vec<Value> {
    versions.iter().filter_map(|version| version.body.get(field)?.as_array()).flatten().cloned().collect()
}
