//! The one way into the tables: versions with their unique values, links, names and feed items, in as many round
//! trips for many versions as for one.

use crate::{
    Error,
    definition::{Key, Register, Reuse, values_at},
    record::{Change, Version},
};
use exchange::Pass;
use kernel::{Ctx, RecordId, SubjectId};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::str::FromStr;
use time::Date;
use uuid::Uuid;

/// A version about to be written.
pub(crate) struct Draft<'a> {
    pub(crate) register: &'a Register,
    pub(crate) subject: SubjectId,
    pub(crate) record: RecordId,
    pub(crate) version: i32,
    pub(crate) kind: Change,
    pub(crate) valid_from: Date,
    pub(crate) valid_until: Option<Date>,
    pub(crate) body: Value,
    /// Keys whose values this record has taken already in this transaction.
    pub(crate) taken: &'a [&'a str],
}

impl<'a> Draft<'a> {
    /// The first version of a record.
    pub(crate) fn first(register: &'a Register, subject: SubjectId, record: RecordId, from: Date, body: Value) -> Self {
        let (version, kind, valid_until, taken) = (1, Change::Put, None, [].as_slice());
        Self { register, subject, record, version, kind, valid_from: from, valid_until, body, taken }
    }
}

/// A unique value about to be taken.
pub(crate) struct Claim<'a> {
    pub(crate) register: &'a Register,
    pub(crate) key: &'a Key,
    pub(crate) value: String,
    pub(crate) subject: SubjectId,
    pub(crate) record: RecordId,
}

/// Writes the versions. The caller has checked shape and rules and admitted the subjects.
///
/// # Errors
/// [`Error::Conflict`] (or [`Error::Single`] for a first version) when such a version stands already,
/// [`Error::Taken`] when a unique value is borne by another record. The transaction stays usable after both.
pub(crate) async fn write(
    conn: &mut PgConnection,
    ctx: &Ctx,
    pass: &Pass,
    drafts: Vec<Draft<'_>>,
) -> Result<Vec<Version>, Error> {
    take(conn, ctx, &claims(&drafts)).await?;
    let now = ctx.now();
    let case = pass.case();
    let basis = pass.legal_basis().to_owned();
    let mut versions = Vec::with_capacity(drafts.len());
    let items: Vec<store::feed::NewItem> = drafts.iter().map(announcement).collect();
    let changes = store::feed::append_all(conn, ctx, &items).await?;
    for (draft, change_id) in drafts.iter().zip(changes) {
        versions.push(Version {
            subject: draft.subject,
            record: draft.record,
            register: draft.register.name.clone(),
            version: draft.version,
            kind: draft.kind,
            valid_from: draft.valid_from,
            valid_until: draft.valid_until,
            body: draft.body.clone(),
            recorded_at: now,
            case,
            basis: basis.clone(),
            change_id,
        });
    }
    insert(conn, &versions, pass.consumer().as_str()).await?;
    index(conn, &drafts).await?;
    Ok(versions)
}

/// What the change feed says of a version: where to look, and nothing about the person.
fn announcement(draft: &Draft<'_>) -> store::feed::NewItem {
    store::feed::NewItem {
        feed: draft.register.feed(),
        subject: draft.subject,
        kind: draft.kind.as_str().to_owned(),
        payload: json!({ "record": draft.record, "version": draft.version }),
    }
}

fn claims<'a>(drafts: &'a [Draft<'a>]) -> Vec<Claim<'a>> {
    let mut claims = Vec::new();
    for draft in drafts.iter().filter(|draft| draft.kind != Change::Annul) {
        for key in draft.register.keys.iter().filter(|key| !draft.taken.contains(&key.name.as_str())) {
            if let Some(value) = key.value(&draft.body) {
                let (subject, record) = (draft.subject, draft.record);
                claims.push(Claim { register: draft.register, key, value, subject, record });
            }
        }
    }
    claims
}

async fn insert(conn: &mut PgConnection, versions: &[Version], written_for: &str) -> Result<(), Error> {
    let inserted = sqlx::query(
        "INSERT INTO register.record (subject_id, record_id, version, register, kind, valid_from, valid_until, body,
                                      recorded_at, change_id, written_for, case_id, basis)
         SELECT d.*, $11, $12, $13
         FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::date[], $7::date[], $8::jsonb[],
                     $9::timestamptz[], $10::uuid[]) AS d
         ON CONFLICT ON CONSTRAINT record_pk DO NOTHING",
    )
    .bind(versions.iter().map(|v| v.subject.0).collect::<Vec<_>>())
    .bind(versions.iter().map(|v| v.record.0).collect::<Vec<_>>())
    .bind(versions.iter().map(|v| v.version).collect::<Vec<_>>())
    .bind(versions.iter().map(|v| v.register.clone()).collect::<Vec<_>>())
    .bind(versions.iter().map(|v| v.kind.as_str()).collect::<Vec<_>>())
    .bind(versions.iter().map(|v| v.valid_from).collect::<Vec<_>>())
    .bind(versions.iter().map(|v| v.valid_until).collect::<Vec<_>>())
    .bind(versions.iter().map(|v| v.body.clone()).collect::<Vec<_>>())
    .bind(versions.iter().map(|v| v.recorded_at).collect::<Vec<_>>())
    .bind(versions.iter().map(|v| v.change_id).collect::<Vec<_>>())
    .bind(written_for)
    .bind(versions.first().and_then(|v| v.case).map(|case| case.0))
    .bind(versions.first().map_or("", |v| v.basis.as_str()))
    .execute(conn)
    .await?
    .rows_affected();
    if inserted == versions.len() as u64 {
        return Ok(());
    }
    Err(if versions.iter().all(|v| v.kind == Change::Put) { Error::Single } else { Error::Conflict })
}

/// Takes unique values, or finds that the same record bears them already.
///
/// # Errors
/// [`Error::Taken`] with the key's own code.
pub(crate) async fn take(conn: &mut PgConnection, ctx: &Ctx, claims: &[Claim<'_>]) -> Result<(), Error> {
    if claims.is_empty() {
        return Ok(());
    }
    let taken = try_take(conn, ctx, claims, &vec![1; claims.len()]).await?;
    for (claim, taken) in claims.iter().zip(taken) {
        if !taken {
            take_later_turn(conn, ctx, claim).await?;
        }
    }
    Ok(())
}

/// Inserts each claim at its turn; says which went in.
pub(crate) async fn try_take(
    conn: &mut PgConnection,
    ctx: &Ctx,
    claims: &[Claim<'_>],
    turns: &[i32],
) -> Result<Vec<bool>, Error> {
    let names: Vec<_> = claims.iter().map(|claim| claim.key.full_name(claim.register)).collect();
    let inserted: Vec<(String, String)> = sqlx::query_as(
        "INSERT INTO register.unique_value (value, key, turn, subject_id, record_id, taken_at)
         SELECT d.*, $6
         FROM unnest($1::text[], $2::text[], $3::int[], $4::uuid[], $5::uuid[]) AS d (value, key, turn, subject, record)
         ORDER BY value, key -- two takers of the same values wait for each other in one order
         ON CONFLICT ON CONSTRAINT unique_value_pk DO NOTHING
         RETURNING value, key",
    )
    .bind(claims.iter().map(|claim| claim.value.as_str()).collect::<Vec<_>>())
    .bind(&names)
    .bind(turns)
    .bind(claims.iter().map(|claim| claim.subject.0).collect::<Vec<_>>())
    .bind(claims.iter().map(|claim| claim.record.0).collect::<Vec<_>>())
    .bind(ctx.now())
    .fetch_all(conn)
    .await?;
    Ok(claims
        .iter()
        .zip(&names)
        .map(|(claim, name)| inserted.iter().any(|(value, key)| *value == claim.value && key == name))
        .collect())
}

async fn take_later_turn(conn: &mut PgConnection, ctx: &Ctx, claim: &Claim<'_>) -> Result<(), Error> {
    let latest: Option<(i32, Option<Uuid>)> = sqlx::query_as(
        "SELECT turn, record_id FROM register.unique_value
         WHERE value = $1 AND key = $2 ORDER BY turn DESC LIMIT 1",
    )
    .bind(&claim.value)
    .bind(claim.key.full_name(claim.register))
    .fetch_optional(&mut *conn)
    .await?;
    let free = match latest {
        Some((_, Some(bearer))) if bearer == claim.record.0 => return Ok(()),
        Some((turn, None)) if claim.key.reuse == Reuse::AfterAnnul => {
            try_take(conn, ctx, std::slice::from_ref(claim), &[turn + 1]).await? == [true]
        }
        _ => false,
    };
    if free { Ok(()) } else { Err(taken(claim.key)) }
}

pub(crate) fn taken(key: &Key) -> Error {
    Error::Taken { code: key.code.clone(), pointer: key.pointer.clone(), legal_basis: key.legal_basis.clone() }
}

/// Gives back the values of a record that never was, where their keys allow it.
pub(crate) async fn release(
    conn: &mut PgConnection,
    ctx: &Ctx,
    register: &Register,
    versions: &[Version],
) -> Result<(), Error> {
    let Some(record) = versions.first().map(|version| version.record) else { return Ok(()) };
    for key in register.keys.iter().filter(|key| key.reuse == Reuse::AfterAnnul) {
        let mut values: Vec<_> = versions.iter().filter_map(|version| key.value(&version.body)).collect();
        values.sort();
        values.dedup();
        for value in values {
            sqlx::query(
                "INSERT INTO register.unique_value (value, key, turn, subject_id, record_id, taken_at)
                 SELECT value, key, turn + 1, NULL, NULL, $4 FROM (
                     SELECT * FROM register.unique_value WHERE value = $1 AND key = $2 ORDER BY turn DESC LIMIT 1
                 ) AS latest
                 WHERE record_id = $3
                 ON CONFLICT ON CONSTRAINT unique_value_pk DO NOTHING",
            )
            .bind(value)
            .bind(key.full_name(register))
            .bind(record.0)
            .bind(ctx.now())
            .execute(&mut *conn)
            .await?;
        }
    }
    Ok(())
}

/// The subjects that a body names by a register's links, each with the link's full name.
pub(crate) fn links(register: &Register, body: &Value) -> Vec<(Uuid, String)> {
    let mut found = Vec::new();
    for link in &register.links {
        for value in values_at(body, &link.pointer) {
            if let Some(target) = value.as_str().and_then(|text| Uuid::from_str(text).ok()) {
                found.push((target, format!("{}/{}", register.name, link.name)));
            }
        }
    }
    found
}

/// The folded name and year of birth that a body is found by.
pub(crate) fn searched(register: &Register, body: &Value) -> Option<(String, i16)> {
    let search = register.search.as_ref()?;
    let name = body.pointer(&search.name)?.as_str()?;
    let year = body.pointer(&search.birth)?.as_str()?.get(..4)?.parse().ok()?;
    Some((kernel::text::fold(name), year))
}

async fn index(conn: &mut PgConnection, drafts: &[Draft<'_>]) -> Result<(), Error> {
    let mut linked = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut named = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for draft in drafts.iter().filter(|draft| draft.kind != Change::Annul) {
        for (target, link) in links(draft.register, &draft.body) {
            linked.0.push(target);
            linked.1.push(link);
            linked.2.push(draft.subject.0);
            linked.3.push(draft.record.0);
        }
        if let Some((name, year)) = searched(draft.register, &draft.body) {
            named.0.push(name);
            named.1.push(year);
            named.2.push(draft.register.name.clone());
            named.3.push(draft.subject.0);
            named.4.push(draft.record.0);
        }
    }
    if !linked.0.is_empty() {
        sqlx::query(
            "INSERT INTO register.link (target_id, link, subject_id, record_id)
             SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[])
             ON CONFLICT ON CONSTRAINT link_pk DO NOTHING",
        )
        .bind(linked.0)
        .bind(linked.1)
        .bind(linked.2)
        .bind(linked.3)
        .execute(&mut *conn)
        .await?;
    }
    if !named.0.is_empty() {
        sqlx::query(
            "INSERT INTO register.name_index (name_folded, birth_year, register, subject_id, record_id)
             SELECT * FROM unnest($1::text[], $2::smallint[], $3::text[], $4::uuid[], $5::uuid[])
             ON CONFLICT ON CONSTRAINT name_index_pk DO NOTHING",
        )
        .bind(named.0)
        .bind(named.1)
        .bind(named.2)
        .bind(named.3)
        .bind(named.4)
        .execute(conn)
        .await?;
    }
    Ok(())
}
