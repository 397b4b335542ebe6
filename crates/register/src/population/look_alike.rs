//! Looks, before a child is entered, for somebody recorded who may be the same child: a birth that is registered twice
//! gives one person two numbers. Nobody is merged and nothing is decided here: whoever looks alike is a question to the
//! officer, who either finds the error or says, with the reason, that it is another person.
//!
//! Twins and brothers and sisters share parents, and twins the day: what tells them apart is the name. The same name
//! with the same mother and nearly the same day is the same child, or very nearly so.

use super::{
    Newborn, Parent, RELATIVES,
    register_newborn::{Parents, birth_of},
};
use crate::{Error, Register, Version, read};
use kernel::{
    Name, PartialDate, SubjectId,
    text::{fold, tone_unified},
};
use matching::Schema;
use serde_json::Value;
use sqlx::PgConnection;
use std::collections::BTreeSet;
use time::Date;
use uuid::Uuid;

/// Two births of one mother lie further apart than this, in days: what is nearer is one birth with a slip in its date.
const BIRTHS_APART_DAYS: i64 = 180;
/// How many bearers of a name and year are looked at where no parent is in the registers.
const NAMESAKES_MAX: i64 = 100;

/// Lets one registration at a time look at the children of a mother (or, without her, at the bearers of a name): of
/// two that come at once the second one sees the first. Held until the transaction ends.
pub(super) async fn take_turn(conn: &mut PgConnection, newborn: &Newborn, parents: Parents) -> Result<(), Error> {
    let by = match parents.mother.or(parents.father) {
        Some(parent) => parent.0.as_u64_pair().1,
        None => fold(name_of(newborn))
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)),
    };
    // Advisory locks of the job queue and the feeds are single numbers too; the first of a pair keeps these apart.
    sqlx::query("SELECT pg_advisory_xact_lock($1, $2)")
        .bind(TURNS)
        .bind((by ^ (by >> 32)) as u32 as i32)
        .execute(conn)
        .await?;
    Ok(())
}

/// The space of these locks ("born" as a number).
const TURNS: i32 = 0x626f_726e;

/// What is known before anybody is compared.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) parents: Parents,
    /// The parents' own records, of kinship too.
    pub(super) known: &'a [Version],
    /// Whom the index of the register finds alike: the name, spelled as it may be, and the day.
    pub(super) also: &'a [SubjectId],
}

/// What is known of the newborn, as the index compares it.
pub(super) fn cells(newborn: &Newborn, of: Parents, known: &[Version], population: &Register) -> Vec<String> {
    let child = |field: &str| newborn.child.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let parent = |subject: Option<SubjectId>, given: Option<&Parent>| {
        let own = known.iter().find(|v| Some(v.subject) == subject && v.register == population.name);
        let recorded = own.and_then(|own| own.body.get("full_name")?.as_str());
        recorded.or_else(|| given?.full_name.as_deref()).unwrap_or_default().to_owned()
    };
    let fields = Schema::people().fields.into_iter();
    fields
        .map(|field| match field.name.as_str() {
            "mother_name" => parent(of.mother, newborn.mother.as_ref()),
            "father_name" => parent(of.father, newborn.father.as_ref()),
            "full_name" | "birth_date" | "sex" => child(&field.name),
            _ => String::new(),
        })
        .collect()
}

/// Whoever may be the same child, from the records of the parents, of their other children, and of bearers of the
/// name where no parent is known.
pub(super) async fn look_alikes(
    conn: &mut PgConnection,
    population: &Register,
    kinship: &Register,
    newborn: &Newborn,
    seen: Seen<'_>,
    today: Date,
) -> Result<Vec<SubjectId>, Error> {
    let (of, also) = (seen.parents, seen.also);
    let birth = birth_of(&newborn.child)?;
    let mut candidates: BTreeSet<Uuid> = seen
        .known
        .iter()
        .filter(|version| version.register == kinship.name)
        .flat_map(|version| relatives(version, "child"))
        .filter_map(subject_in)
        .chain(also.iter().map(|subject| subject.0))
        .collect();
    if of.mother.is_none() && of.father.is_none() {
        candidates.extend(namesakes(conn, population, name_of(newborn), &birth).await?);
    }
    let candidates: Vec<Uuid> = candidates.into_iter().collect();
    let known = read::states(conn, &[&population.name, &kinship.name], &candidates, today).await?;
    let people = known.iter().filter(|version| version.register == population.name);
    Ok(people
        .filter(|person| {
            let kin: Vec<&Version> = known
                .iter()
                .filter(|other| other.register == kinship.name && other.subject == person.subject)
                .collect();
            let by_index = also.contains(&person.subject) && may_share_mother(newborn, of.mother, &kin);
            by_index || is_alike(newborn, &birth, of, person, &kin)
        })
        .map(|person| person.subject)
        .collect())
}

async fn namesakes(
    conn: &mut PgConnection,
    population: &Register,
    name: &str,
    birth: &PartialDate,
) -> Result<Vec<Uuid>, Error> {
    let Some(search) = &population.search else { return Ok(Vec::new()) };
    let path: Vec<&str> = search.birth.split('/').skip(1).collect();
    // The index knows the year; of the many bearers of a common name only those of the day are read further.
    Ok(sqlx::query_scalar(
        "SELECT DISTINCT subject_id FROM register.name_index
         JOIN register.record USING (subject_id, record_id, register)
         WHERE name_folded = $1 AND birth_year = $2 AND register = $3 AND body #>> $4 = $5 LIMIT $6",
    )
    .bind(fold(name))
    .bind(i16::try_from(birth.year()).unwrap_or_default())
    .bind(&population.name)
    .bind(&path)
    .bind(birth.text())
    .bind(NAMESAKES_MAX)
    .fetch_all(conn)
    .await?)
}

/// Whether the person recorded may be the newborn.
fn is_alike(newborn: &Newborn, birth: &PartialDate, of: Parents, person: &Version, kin: &[&Version]) -> bool {
    let text = |field: &str| person.body.get(field).and_then(Value::as_str).unwrap_or_default();
    let born = text("birth_date").parse::<PartialDate>();
    names_alike(text("full_name"), name_of(newborn))
        && born.is_ok_and(|born| days_apart(birth, &born) <= BIRTHS_APART_DAYS)
        && may_share_mother(newborn, of.mother, kin)
}

/// Whether two names may be one: the same marks, wherever the tone is placed, or one of the two written without marks.
/// Twins may be called Anh and Ánh.
fn names_alike(one: &str, other: &str) -> bool {
    let folded = fold(one);
    let unmarked = |name: &str| tone_unified(name).to_lowercase() == folded;
    folded == fold(other) && (unmarked(one) || unmarked(other) || same_marks(one) == same_marks(other))
}

fn same_marks(name: &str) -> Option<String> {
    name.parse::<Name>().ok().map(|name| name.compare_key())
}

/// Whether what is known of the two mothers allows them to be one. Where neither child has one, nothing speaks
/// against it; a child found without its mother is not compared with those who have theirs.
fn may_share_mother(newborn: &Newborn, mother: Option<SubjectId>, kin: &[&Version]) -> bool {
    let recorded = kin.iter().flat_map(|version| relatives(version, "mother")).next();
    let name = newborn.mother.as_ref().and_then(|mother| mother.full_name.as_deref());
    let Some(recorded) = recorded else { return mother.is_some() || name.is_none() };
    match (mother, subject_in(recorded), name) {
        (Some(mother), Some(other), _) => mother.0 == other,
        (_, _, Some(name)) => {
            let other = recorded.get("full_name").and_then(Value::as_str);
            other.is_none_or(|other| fold(other) == fold(name))
        }
        (Some(_), None, None) => true,
        (None, _, None) => false,
    }
}

/// How far apart two days are at least, as far as both are known.
fn days_apart(one: &PartialDate, other: &PartialDate) -> i64 {
    let (first, second) = if one.earliest() <= other.earliest() { (one, other) } else { (other, one) };
    (second.earliest() - first.latest()).whole_days().max(0)
}

fn name_of(newborn: &Newborn) -> &str {
    newborn.child.get("full_name").and_then(Value::as_str).unwrap_or_default()
}

fn relatives<'a>(version: &'a Version, relation: &'a str) -> impl Iterator<Item = &'a Value> {
    let all = version.body.get(RELATIVES).and_then(Value::as_array).into_iter().flatten();
    all.filter(move |entry| entry.get("relation").and_then(Value::as_str) == Some(relation))
}

fn subject_in(entry: &Value) -> Option<Uuid> {
    entry.get("subject")?.as_str()?.parse().ok()
}
