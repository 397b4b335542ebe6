//! What a service of a register does: the `operation` block of its definition.

use crate::{Error, Registers, definition::declares, rule::Rule};
use pack::{Dated, Expr};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// What a service does, by its word.
#[derive(Clone, Deserialize, Debug)]
#[serde(tag = "word", rename_all = "kebab-case")]
pub enum Operation {
    /// The record of a subject: `{subject}` → fields.
    Get(GetWord),
    /// The record that bears a value and agrees in other fields: `{key value, …}` → `{subject, fields}`.
    Find(FindWord),
    /// Whether there is such a record: `{key value, …}` → `{exists, matches}`.
    Verify(FindWord),
    /// A new record: fields → the record with what was generated.
    Put(Box<PutWord>),
    /// The records with a name: `{full_name, birth, unit}` → `{results: […]}`.
    Search(SearchWord),
    /// Who many rows of a file are: `{rows: [{full_name, …}]}` → `{rows: [{status, …}]}`.
    VerifyBulk(BulkWord),
    /// A newborn with number and kin.
    RegisterNewborn(NewbornWord),
    /// Another number for the same person.
    CancelNumber(OneRegister),
    /// A death.
    RecordDeath(OneRegister),
}

/// Operation on one register that needs no other word.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct OneRegister {
    /// The register.
    pub register: String,
}

/// Operation `get`.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct GetWord {
    /// The register.
    pub register: String,
    /// What to answer for a subject without a record. Without it: not found.
    #[serde(default)]
    pub absent: Option<Value>,
    /// A key by whose value the record can be asked for instead of by its subject.
    #[serde(default)]
    pub key: Option<String>,
    /// Asked by subject, records are passed over that another register speaks of.
    #[serde(default)]
    pub unless: Option<Unless>,
    /// Fields of the reply that are worked out from `record` and `today`.
    #[serde(default)]
    pub derive: Vec<Derive>,
    /// The register of kin, where the next of kin of somebody the pass names may be read too.
    #[serde(default)]
    pub kinship: Option<String>,
    /// What to add from other registers of the same owner.
    #[serde(default)]
    pub include: Vec<Include>,
}

/// Operations `find` and `verify`.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct FindWord {
    /// The register.
    pub register: String,
    /// The key whose value is given.
    pub key: String,
    /// Field of the input with the value; the key's own field if left out.
    #[serde(default)]
    pub input: Option<String>,
    /// What else is given and must agree.
    #[serde(default)]
    pub agree: Vec<Agree>,
    /// Fields of the reply that are worked out from `record` and `today`.
    #[serde(default)]
    pub derive: Vec<Derive>,
    /// What to add from other registers of the same owner.
    #[serde(default)]
    pub include: Vec<Include>,
}

/// A field that must agree with the record.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Agree {
    /// Its name in the input and in the record.
    pub field: String,
    /// How it is compared.
    #[serde(default, rename = "as")]
    pub as_: Comparison,
}

/// How a given value is compared with the recorded one.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, Default, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum Comparison {
    /// The same.
    #[default]
    Exact,
    /// The same name: case and placement of tone marks do not count, the marks do.
    Name,
    /// The same date as far as the record knows it.
    Date,
}

/// Something to add to a reply from another register.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Include {
    /// Field of the reply. Left out: the taken fields stand in the reply themselves.
    #[serde(default, rename = "as")]
    pub as_: Option<String>,
    /// The register.
    pub register: String,
    /// Field of the reply that names the subject to read, when it is not the reply's own subject.
    #[serde(default)]
    pub via: Option<String>,
    /// Only records that have the same value as the reply in these fields.
    #[serde(default)]
    pub same: Vec<String>,
    /// Records are passed over that another register speaks of.
    #[serde(default)]
    pub unless: Option<Unless>,
    /// Instead of the newest record, all of them as a list.
    #[serde(default)]
    pub records: bool,
    /// Instead of the subject's own records, those that name the subject by this link of the register, as a list.
    #[serde(default)]
    pub link: Option<String>,
    /// A list field whose items are gathered over all the subject's records.
    #[serde(default)]
    pub list: Option<String>,
    /// Fields to take, new name → field. Left out: all.
    #[serde(default)]
    pub take: BTreeMap<String, String>,
    /// What to add about a person whom the taken record or each list item names.
    #[serde(default)]
    pub person: Option<Person>,
}

/// Records that another register of the same owner speaks of: the subject has one there with the same values.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Unless {
    /// The other register.
    pub register: String,
    /// The fields that have the same values.
    pub same: Vec<String>,
}

/// What to add about a person.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The field that names the person.
    pub from: String,
    /// The register of people.
    pub register: String,
    /// New name → field of the person's record.
    pub take: BTreeMap<String, String>,
}

/// Operation `put`.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct PutWord {
    /// The register.
    pub register: String,
    /// JSON Pointer of the subject in the input.
    #[serde(default = "subject_pointer")]
    pub subject: String,
    /// Or: the subject of the record that bears a value.
    #[serde(default)]
    pub subject_of: Option<SubjectOf>,
    /// JSON Pointers that the input must have for the formulas to work.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Fields of the record that come from elsewhere in the input: field → JSON Pointer. Fields of the record that the
    /// input has under the same name come by themselves.
    #[serde(default)]
    pub take: BTreeMap<String, String>,
    /// Records to know for the formulas and rules: name → whose, in which register.
    #[serde(default)]
    pub facts: BTreeMap<String, Fact>,
    /// Fields worked out: CEL over `input`, `record`, `today`, `consumer` (body, unit) and the facts, in the order written.
    /// What the input gave stays; null adds nothing.
    #[serde(default)]
    pub derive: Vec<Derive>,
    /// Fields with new numbers.
    #[serde(default)]
    pub generate: Vec<Generate>,
    /// What must hold; sees `input`, `record`, `today`, the facts.
    #[serde(default)]
    pub rules: Vec<Dated<Rule>>,
    /// CEL of the first day of validity; today if left out.
    #[serde(default)]
    pub valid_from: Option<Expr>,
    /// When another record bears the same key and agrees in these fields, that record is the answer.
    #[serde(default)]
    pub same: Vec<String>,
    /// When the subject has a current record in a register that is not `single`, end it as the new one begins.
    #[serde(default)]
    pub replaces: bool,
}

fn subject_pointer() -> String {
    "/subject".to_owned()
}

/// The subject of the record that bears a value.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct SubjectOf {
    /// The register.
    pub register: String,
    /// Its key.
    pub key: String,
    /// JSON Pointer of the value in the input.
    pub value: String,
}

/// A record that formulas and rules see.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// The register, of the same owner.
    pub register: String,
    /// JSON Pointer of its subject in the input.
    #[serde(default = "subject_pointer")]
    pub subject: String,
}

/// A field that is worked out.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Derive {
    /// The field.
    pub field: String,
    /// Its value.
    pub value: Expr,
}

/// A field with a new number.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Generate {
    /// The field.
    pub field: String,
    /// The number's text: `{n}` or `{n:4}` is the next of the series (with leading zeros), `{random:6}` so many random
    /// digits, `{year}` this year, `{field}` a field of the record.
    pub format: String,
    /// The series that `{n}` counts in, with `{year}` and `{field}`.
    #[serde(default)]
    pub series: Option<String>,
    /// How many numbers a process leases at a time.
    #[serde(default = "block")]
    pub block: u32,
}

const fn block() -> u32 {
    10
}

/// Operation `search`.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct SearchWord {
    /// The register.
    pub register: String,
    /// Roles that may search by name alone.
    #[serde(default)]
    pub name_alone_roles: Vec<String>,
    /// Most hits.
    #[serde(default = "hits_max")]
    pub limit: usize,
}

const fn hits_max() -> usize {
    50
}

/// Operation `verify-bulk`.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct BulkWord {
    /// The register.
    pub register: String,
    /// Most rows of a call.
    #[serde(default = "rows_max")]
    pub rows_max: usize,
    /// From this probability on a row is somebody.
    #[serde(default = "threshold")]
    pub threshold: f64,
}

/// What a call of bulk verification may bring, whatever the pack says: everybody found has a line in the ledger.
pub const BULK_ROWS_MAX: usize = 1_000;

const fn rows_max() -> usize {
    BULK_ROWS_MAX
}

const fn threshold() -> f64 {
    0.95
}

/// Operation `register-newborn`.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct NewbornWord {
    /// People.
    pub population: String,
    /// Who is kin to whom.
    pub kinship: String,
    /// What must hold.
    #[serde(default)]
    pub rules: Vec<Dated<Rule>>,
}

impl Operation {
    /// The rules it holds its input to.
    #[must_use]
    pub fn rules(&self) -> &[Dated<Rule>] {
        match self {
            Self::Put(word) => &word.rules,
            Self::RegisterNewborn(word) => &word.rules,
            _ => &[],
        }
    }

    /// Every register the operation touches, with where the definition names it.
    fn registers(&self) -> Vec<(String, &str)> {
        let mut named: Vec<(String, &str)> = Vec::new();
        let mut includes: &[Include] = &[];
        match self {
            Self::Get(word) => {
                named.push(("/register".to_owned(), &word.register));
                named.extend(word.kinship.iter().map(|kinship| ("/kinship".to_owned(), kinship.as_str())));
                named.extend(word.unless.iter().map(|it| ("/unless/register".to_owned(), it.register.as_str())));
                includes = &word.include;
            }
            Self::Find(word) | Self::Verify(word) => {
                named.push(("/register".to_owned(), &word.register));
                includes = &word.include;
            }
            Self::Put(word) => {
                named.push(("/register".to_owned(), &word.register));
                named
                    .extend(word.subject_of.iter().map(|of| ("/subject_of/register".to_owned(), of.register.as_str())));
                named.extend(
                    word.facts.iter().map(|(name, fact)| (format!("/facts/{name}/register"), fact.register.as_str())),
                );
            }
            Self::Search(word) => named.push(("/register".to_owned(), &word.register)),
            Self::VerifyBulk(word) => named.push(("/register".to_owned(), &word.register)),
            Self::RegisterNewborn(word) => {
                named.push(("/population".to_owned(), &word.population));
                named.push(("/kinship".to_owned(), &word.kinship));
            }
            Self::CancelNumber(word) | Self::RecordDeath(word) => named.push(("/register".to_owned(), &word.register)),
        }
        for (at, include) in includes.iter().enumerate() {
            named.push((format!("/include/{at}/register"), &include.register));
            if let Some(unless) = &include.unless {
                named.push((format!("/include/{at}/unless/register"), &unless.register));
            }
            if let Some(person) = &include.person {
                named.push((format!("/include/{at}/person/register"), &person.register));
            }
        }
        named
    }

    /// What is wrong with the operation for a provider of these kinds: pointer below `/operation`, code, words.
    /// A body calls only its own registers.
    pub(crate) fn faults(&self, registers: &Registers, providers: &[String]) -> Vec<(String, &'static str, String)> {
        let mut faults = Vec::new();
        for (pointer, name) in self.registers() {
            match registers.register(name) {
                None => faults.push((pointer, "REG0103", format!("no register {name}"))),
                Some(register) if !providers.contains(&register.owner) => {
                    faults.push((pointer, "REG0104", format!("{name} is kept by {}", register.owner)));
                }
                Some(_) => {}
            }
        }
        match self {
            Self::Get(word) => {
                let register = registers.register(&word.register);
                let unknown = |key: &&String| register.is_some_and(|register| register.key(key).is_none());
                faults.extend(word.key.iter().filter(unknown).map(|key| key_fault("/key", key)));
            }
            Self::Find(word) | Self::Verify(word) => {
                if let Some(register) = registers.register(&word.register) {
                    if register.key(&word.key).is_none() {
                        faults.push(key_fault("/key", &word.key));
                    }
                    for (at, agree) in word.agree.iter().enumerate() {
                        if !declares(&register.shape, &format!("/{}", agree.field)) {
                            let message = format!("no field {}", agree.field);
                            faults.push((format!("/agree/{at}/field"), "REG0105", message));
                        }
                    }
                }
            }
            Self::Put(word) => faults.extend(put_faults(word, registers)),
            Self::VerifyBulk(word)
                if registers.register(&word.register).is_some_and(|register| register.extract.is_empty()) =>
            {
                let message = format!("no extract of {} is defined", word.register);
                faults.push(("/register".to_owned(), "REG0105", message));
            }
            _ => {}
        }
        faults
    }
}

fn key_fault(pointer: &str, key: &str) -> (String, &'static str, String) {
    (pointer.to_owned(), "REG0107", format!("no key {key}"))
}

fn put_faults(word: &PutWord, registers: &Registers) -> Vec<(String, &'static str, String)> {
    let mut faults = Vec::new();
    let Some(register) = registers.register(&word.register) else { return faults };
    let mut fields: Vec<(String, &str)> = Vec::new();
    fields.extend(word.take.keys().map(|field| (format!("/take/{field}"), field.as_str())));
    fields.extend(word.derive.iter().enumerate().map(|(at, d)| (format!("/derive/{at}/field"), d.field.as_str())));
    fields.extend(word.generate.iter().enumerate().map(|(at, g)| (format!("/generate/{at}/field"), g.field.as_str())));
    for (pointer, field) in fields {
        if !declares(&register.shape, &format!("/{field}")) {
            faults.push((pointer, "REG0105", format!("{} has no field {field}", register.name)));
        }
    }
    for (at, generate) in word.generate.iter().enumerate() {
        if generate.format.contains("{n") && generate.series.is_none() {
            faults.push((format!("/generate/{at}"), "REG0108", "{n} needs a series".to_owned()));
        }
    }
    let keyless = |of: &&SubjectOf| registers.register(&of.register).is_some_and(|it| it.key(&of.key).is_none());
    faults.extend(word.subject_of.iter().filter(keyless).map(|of| key_fault("/subject_of/key", &of.key)));
    faults
}

/// Reads an operation.
pub(crate) fn parse(value: &Value) -> Result<Operation, Error> {
    serde_json::from_value(value.clone()).map_err(|error| Error::Definition(error.to_string()))
}
