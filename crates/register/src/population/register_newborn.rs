//! Enters a newborn: person, personal number, and kinship both ways, in one go.

use super::{NUMBER, NUMBER_KEY, NumberRequest, NumberSpace, RELATIVES, issue_number, look_alike};
use crate::{
    Error, LookAlikes, Register, Registers, Version, put, read, rule,
    write::{self, Draft},
};
use exchange::{Pass, Relation};
use kernel::{Ctx, FieldProblem, PartialDate, PersonalNumber, RecordId, Sex, SubjectId};
use pack::Dated;
use rule::Rule;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sqlx::PgConnection;

/// A newborn to enter.
#[derive(Clone, Deserialize)]
pub struct Newborn {
    /// The fields of the person's record, without the number.
    pub child: Map<String, Value>,
    /// The mother, where known.
    #[serde(default)]
    pub mother: Option<Parent>,
    /// The father, where known.
    #[serde(default)]
    pub father: Option<Parent>,
    /// Code of the province (or of the commune) where the birth is registered.
    pub registration_province: String,
    /// What is known of the registration itself.
    #[serde(default)]
    pub birth_registration: Option<Value>,
    /// Said by the officer who was asked about a look-alike and found that it is somebody else.
    #[serde(default)]
    pub another_person: Option<AnotherPerson>,
}

/// Why somebody recorded who looks like the newborn is another person. The ledger keeps it.
#[derive(Clone, Deserialize)]
pub struct AnotherPerson {
    /// The reason, in the officer's words.
    pub reason: String,
}

/// The parents that are in the registers.
#[derive(Clone, Copy)]
pub(super) struct Parents {
    pub(super) mother: Option<SubjectId>,
    pub(super) father: Option<SubjectId>,
}

/// The longest reason, in characters.
const REASON_CHARS_MAX: usize = 500;

/// A parent: somebody in the registers, or only a name.
#[derive(Clone, Deserialize)]
pub struct Parent {
    /// The person.
    #[serde(default)]
    pub subject: Option<SubjectId>,
    /// Or their personal number.
    #[serde(default, alias = "personal_number")]
    pub number: Option<PersonalNumber>,
    /// Name, for a parent who is in no register.
    #[serde(default)]
    pub full_name: Option<String>,
    /// Nationality, for a parent who is in no register.
    #[serde(default)]
    pub nationality: Option<String>,
}

/// The registers that a newborn is entered in, and the rules of the service.
#[derive(Clone, Copy, Debug)]
pub struct NewbornRegisters<'a> {
    /// People.
    pub population: &'a Register,
    /// Who is kin to whom.
    pub kinship: &'a Register,
    /// What must hold; the rules see `record`, `mother`, `father`, `input`, `today`.
    pub rules: &'a [Dated<Rule>],
    /// How many random parts of numbers there are.
    pub space: NumberSpace,
    /// The look-alikes of the register of people, where there are any: who bears the name in another spelling, and is
    /// not linked to the parents.
    pub look_alikes: Option<&'a LookAlikes>,
}

/// What came of it.
pub struct Registered {
    /// The new person.
    pub subject: SubjectId,
    /// Their number.
    pub number: PersonalNumber,
    /// Their record in the population register.
    pub version: Version,
}

/// Enters a newborn: checks the rules against the parents' records, issues the number, writes the person and the
/// kinship of child, mother and father. At most eight statements when the parents come by id.
///
/// # Errors
/// [`Error::Invalid`] with every rule that is broken, [`Error::LookAlike`] when the child may be recorded already, [`Error::NoPrefix`], [`Error::NotFound`] for a parent's number
/// that nobody bears, a refusal when a parent is outside the pass.
pub async fn register_newborn(
    conn: &mut PgConnection,
    ctx: &Ctx,
    pass: &Pass,
    registers: &Registers,
    into: NewbornRegisters<'_>,
    newborn: Newborn,
) -> Result<Registered, Error> {
    let birth = birth_of(&newborn.child)?;
    let sex = sex_of(&newborn.child)?;
    let mother = resolve(conn, pass, into.population, newborn.mother.as_ref(), "/mother").await?;
    let father = resolve(conn, pass, into.population, newborn.father.as_ref(), "/father").await?;
    let parents = Parents { mother, father };
    look_alike::take_turn(conn, &newborn, parents).await?;
    let ids: Vec<_> = [mother, father].into_iter().flatten().map(|subject| subject.0).collect();
    let known = read::states(conn, &[&into.population.name, &into.kinship.name], &ids, ctx.today()).await?;
    check_rules(ctx, into, &newborn, mother, father, &known)?;
    look_for_the_same(conn, ctx, pass, into, &newborn, parents, &known).await?;

    let province = province_of(registers, &newborn.registration_province, ctx);
    let prefix = registers.units.number_prefix(&province, ctx.today()).ok_or(Error::NoPrefix)?;
    let subject = SubjectId(ctx.uuid());
    let record = into.population.single_record(subject);
    pass.admit_related(subject, Relation::New)?;
    let request = NumberRequest { subject, record, prefix: &prefix.prefix, sex, birth_year: birth.year() };
    let number = issue_number(conn, ctx, into.population, into.space, request).await?;

    let mut body = newborn.child.clone();
    body.insert(NUMBER.to_owned(), json!(number.as_str()));
    if let Some(registration) = newborn.birth_registration.clone() {
        body.entry("birth_registration").or_insert(registration);
    }
    let body = Value::Object(body);
    put::check(registers, ctx, into.population, birth.earliest(), &body).map_err(below_child)?;
    let mut person = Draft::first(into.population, subject, record, birth.earliest(), body);
    person.taken = &[NUMBER_KEY];
    let mut drafts = vec![person];
    drafts.extend(kin(ctx, into.kinship, subject, birth.earliest(), &newborn, mother, father));
    let written = write::write(conn, ctx, pass, drafts).await?;
    let version = written.into_iter().next().ok_or(Error::Conflict)?;
    Ok(Registered { subject, number, version })
}

/// Stops where somebody recorded may be the same child, unless the officer has said that it is another. Whoever looks
/// alike has a line in their log either way: an answer was about them.
async fn look_for_the_same(
    conn: &mut PgConnection,
    ctx: &Ctx,
    pass: &Pass,
    into: NewbornRegisters<'_>,
    newborn: &Newborn,
    parents: Parents,
    known: &[Version],
) -> Result<(), Error> {
    let also = match into.look_alikes {
        Some(index) => index.of(look_alike::cells(newborn, parents, known, into.population)).await,
        None => Vec::new(),
    };
    let seen = look_alike::Seen { parents, known, also: &also };
    let found = look_alike::look_alikes(conn, into.population, into.kinship, newborn, seen, ctx.today()).await?;
    if found.is_empty() {
        return Ok(());
    }
    for subject in &found {
        pass.admit_related(*subject, Relation::LookAlike)?;
    }
    let Some(another) = &newborn.another_person else { return Err(Error::LookAlike { people: found.len() }) };
    let reason = another.reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON_CHARS_MAX {
        return Err(Error::Invalid(vec![FieldProblem::new("/another_person/reason", "REG0022")]));
    }
    pass.note("another_person", reason);
    Ok(())
}

/// What the child's kin records and each parent's say, as far as a register knows them.
fn kin<'a>(
    ctx: &Ctx,
    kinship: &'a Register,
    child: SubjectId,
    from: time::Date,
    newborn: &Newborn,
    mother: Option<SubjectId>,
    father: Option<SubjectId>,
) -> Vec<Draft<'a>> {
    let mut parents = Vec::new();
    let mut drafts = Vec::new();
    let mut draft = |about: SubjectId, relatives: Vec<Value>| {
        let body = json!({ RELATIVES: relatives });
        drafts.push(Draft::first(kinship, about, RecordId(ctx.uuid()), from, body));
    };
    for (relation, given, subject) in [("mother", &newborn.mother, mother), ("father", &newborn.father, father)] {
        let Some(given) = given.as_ref().filter(|given| subject.is_some() || given.full_name.is_some()) else {
            continue;
        };
        let mut relative = Map::new();
        relative.insert("relation".to_owned(), json!(relation));
        if let Some(subject) = subject {
            relative.insert("subject".to_owned(), json!(subject));
            draft(subject, vec![json!({ "relation": "child", "subject": child })]);
        } else {
            for (field, value) in [("full_name", &given.full_name), ("nationality", &given.nationality)] {
                if let Some(value) = value {
                    relative.insert(field.to_owned(), json!(value));
                }
            }
        }
        parents.push(Value::Object(relative));
    }
    if !parents.is_empty() {
        draft(child, parents);
    }
    drafts
}

fn check_rules(
    ctx: &Ctx,
    into: NewbornRegisters<'_>,
    newborn: &Newborn,
    mother: Option<SubjectId>,
    father: Option<SubjectId>,
    known: &[Version],
) -> Result<(), Error> {
    let body_of = |subject: Option<SubjectId>| {
        let own = |version: &&Version| Some(version.subject) == subject && version.register == into.population.name;
        known.iter().find(own).map(|found| &found.body)
    };
    let mut found = Vec::new();
    for (pointer, subject) in [("/mother/subject", mother), ("/father/subject", father)] {
        if subject.is_some() && body_of(subject).is_none() {
            found.push(FieldProblem::new(pointer, "REG0001"));
        }
    }
    let variables = json!({
        "record": newborn.child,
        "mother": body_of(mother),
        "father": body_of(father),
        "today": ctx.today().to_string(),
    });
    rule::check(into.rules, ctx.today(), &variables, &mut found)?;
    if found.is_empty() { Ok(()) } else { Err(Error::Invalid(found)) }
}

async fn resolve(
    conn: &mut PgConnection,
    pass: &Pass,
    population: &Register,
    parent: Option<&Parent>,
    pointer: &str,
) -> Result<Option<SubjectId>, Error> {
    let Some(parent) = parent else { return Ok(None) };
    let subject = match (parent.subject, &parent.number) {
        (Some(subject), _) => subject,
        (None, Some(number)) => {
            let key = super::number_key(population)?.full_name(population);
            let bearer = read::bearer(conn, &key, number.as_str()).await?;
            let missing = || Error::Invalid(vec![FieldProblem::new(format!("{pointer}/number"), "REG0001")]);
            bearer.ok_or_else(missing)?.0
        }
        (None, None) => return Ok(None),
    };
    pass.admit(subject, parent.number.as_ref())?;
    Ok(Some(subject))
}

/// The province of a code that may be a commune's.
fn province_of(registers: &Registers, code: &str, ctx: &Ctx) -> String {
    let commune = registers.units.commune(code, ctx.today());
    commune
        .and_then(|unit| unit.province.clone())
        .map_or_else(|| code.to_owned(), |province| province.as_str().to_owned())
}

pub(super) fn birth_of(child: &Map<String, Value>) -> Result<PartialDate, Error> {
    let text = child.get("birth_date").and_then(Value::as_str).unwrap_or_default();
    text.parse().map_err(|_| Error::Invalid(vec![FieldProblem::new("/child/birth_date", "REG0022")]))
}

fn sex_of(child: &Map<String, Value>) -> Result<Sex, Error> {
    let value = child.get("sex").cloned().unwrap_or_default();
    serde_json::from_value(value).map_err(|_| Error::Invalid(vec![FieldProblem::new("/child/sex", "REG0022")]))
}

/// The record's fields are under `/child` in the input.
fn below_child(error: Error) -> Error {
    match error {
        Error::Invalid(fields) => Error::Invalid(
            fields
                .into_iter()
                .map(|mut field| {
                    field.pointer.insert_str(0, "/child");
                    field
                })
                .collect(),
        ),
        other => other,
    }
}
