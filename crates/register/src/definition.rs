//! What a pack says about its registers (folder `registers/`).

use crate::rule::Rule;
use kernel::{RecordId, SubjectId};
use pack::{Dated, Document, Pack, Report, Schema, Text};
use serde::Deserialize;
use serde_json::Value;
use std::{collections::BTreeMap, sync::Arc};

/// One register.
#[derive(Debug)]
pub struct Register {
    /// Its name, such as `population`.
    pub name: String,
    /// What people call it.
    pub title: Text,
    /// The kind of body that keeps it.
    pub owner: String,
    /// What its records are about: `person`, `household`, …
    pub subject: String,
    /// Whether a subject has at most one record in it.
    pub single: bool,
    /// The shape of a record.
    pub schema: Schema,
    /// The shape as the pack wrote it, with its labels.
    pub shape: Value,
    /// Values that only one record bears.
    pub keys: Vec<Key>,
    /// By what it can be searched.
    pub search: Option<Search>,
    /// What an extract of it says about a person.
    pub extract: Vec<Column>,
    /// Fields that name other subjects.
    pub links: Vec<Link>,
    /// Fields that hold codes of administrative units.
    pub units: Vec<UnitField>,
    /// Fields that hold personal numbers.
    pub numbers: Vec<NumberField>,
    /// What must hold of a record, whoever writes it.
    pub rules: Vec<Dated<Rule>>,
}

/// A value that only one record of the register bears.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// The key's name, such as `personal-number`.
    pub name: String,
    /// JSON Pointer of the value in a record.
    pub pointer: String,
    /// The code a second bearer is refused with.
    pub code: String,
    /// The sentence of that code.
    pub message: Text,
    /// The article behind it.
    #[serde(default)]
    pub legal_basis: Option<String>,
    /// Whether an annulled record gives the value back.
    #[serde(default)]
    pub reuse: Reuse,
    /// Whether a value that the record bore before still finds it.
    #[serde(default)]
    pub former_finds: bool,
}

/// Whether a unique value can be borne again.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, Default, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum Reuse {
    /// Never, whatever becomes of its bearer.
    #[default]
    Never,
    /// After its bearer is annulled from the beginning.
    AfterAnnul,
}

/// By what a register can be searched.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// JSON Pointer of the name.
    pub name: String,
    /// JSON Pointer of the date of birth.
    pub birth: String,
    /// Where the unit of the person is.
    #[serde(default)]
    pub unit: Option<SearchUnit>,
}

/// Where the administrative unit of a subject is kept.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct SearchUnit {
    /// A register of the same owner with the unit.
    pub register: String,
    /// JSON Pointer of the unit's code there.
    pub pointer: String,
}

/// A column of an extract: one thing that is known of a person, in a register of people or in one beside it.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name in the extract: a field of [`matching::Schema::people`].
    pub field: String,
    /// The register that holds it, of the same owner and about the same people; the register itself if left out.
    #[serde(default)]
    pub register: Option<String>,
    /// JSON Pointer of the value there. Beside a `relation`: in the relative's own record, and in the entry of a
    /// relative who is in no register.
    pub pointer: String,
    /// Only of records that have these values; of several the one valid since last.
    #[serde(default)]
    pub only: BTreeMap<String, Value>,
    /// What the value says of itself, or what follows from it.
    #[serde(default, rename = "as")]
    pub as_: Reading,
    /// The value is that of the person's relative: the register lists relatives, and this is the relation.
    #[serde(default)]
    pub relation: Option<String>,
}

/// How a value becomes the cell of an extract.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, Default, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// As it is.
    #[default]
    Value,
    /// It is a commune's code, and the cell is the code of the province that the commune lies in.
    ProvinceOfCommune,
}

/// A field that names another subject.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The link's name.
    pub name: String,
    /// JSON Pointer of the subject's id; `*` stands for each element of a list.
    pub pointer: String,
}

/// A field that holds the code of an administrative unit.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct UnitField {
    /// JSON Pointer of the code.
    pub pointer: String,
    /// Level of the unit.
    pub level: Level,
    /// JSON Pointer of the day on which the unit must stand; the first day of validity if left out.
    #[serde(default)]
    pub on: Option<String>,
    /// The article that ended the codes that are no more.
    #[serde(default)]
    pub legal_basis: Option<String>,
}

/// A field that holds a personal number, and the fields of the same record that it must agree with.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct NumberField {
    /// JSON Pointer of the number.
    pub pointer: String,
    /// JSON Pointer of the sex.
    #[serde(default)]
    pub sex: Option<String>,
    /// JSON Pointer of the date of birth.
    #[serde(default)]
    pub birth: Option<String>,
}

/// Level of an administrative unit.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Province or centrally run city.
    Province,
    /// Commune, ward or special zone.
    Commune,
}

/// The definition as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    register: String,
    title: Text,
    owner: String,
    subject: String,
    #[serde(default)]
    single: bool,
    /// For the reader of the pack.
    #[serde(default, rename = "legal_basis")]
    _legal_basis: Vec<String>,
    /// For the reader of the pack.
    #[serde(default, rename = "note")]
    _note: Option<Text>,
    /// The items the law lists, with the register and field that hold each: checked, and shown.
    #[serde(default)]
    items: Vec<Item>,
    schema: Value,
    #[serde(default)]
    keys: Vec<Key>,
    #[serde(default)]
    search: Option<Search>,
    #[serde(default)]
    extract: Vec<Column>,
    #[serde(default)]
    links: Vec<Link>,
    #[serde(default)]
    units: Vec<UnitField>,
    #[serde(default)]
    numbers: Vec<NumberField>,
    #[serde(default)]
    rules: Vec<Dated<Rule>>,
}

/// An item that the law lists for a register, and where it is held.
#[derive(Clone, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Its number in the article.
    pub number: u32,
    /// What it is called.
    pub label: Text,
    /// The register that holds it, when it is another one.
    #[serde(default)]
    pub register: Option<String>,
    /// The fields that hold it.
    pub fields: Vec<String>,
}

/// The registers of a pack.
#[derive(Clone, Debug, Default)]
pub struct Registers {
    by_name: BTreeMap<String, Arc<Register>>,
    items: BTreeMap<String, Vec<Item>>,
    /// The administrative units, for the fields that hold their codes.
    pub(crate) units: Arc<pack::units::Units>,
}

impl Registers {
    /// Reads `registers/`. What is wrong goes to the report, with file and line.
    #[must_use]
    pub fn read(
        pack: &Pack,
        catalogue: &exchange::Catalogue,
        units: Arc<pack::units::Units>,
        report: &mut Report,
    ) -> Self {
        let mut registers = Self { units, ..Self::default() };
        let mut places = Vec::new();
        for document in pack.documents("registers") {
            let Some(written) = document.parse::<Written>(None, report) else { continue };
            let name = written.register.clone();
            if registers.by_name.contains_key(&name) {
                report.add(document, "/register", "REG0101", format!("the register {name} is defined twice"));
                continue;
            }
            if catalogue.kind(&written.owner).is_none() {
                let message = format!("no body is of kind {}, which is to keep this register", written.owner);
                report.add(document, "/owner", "REG0102", message);
            }
            registers.items.insert(name.clone(), written.items.clone());
            if let Some(register) = compile(written, document, report) {
                registers.by_name.insert(name.clone(), Arc::new(register));
                places.push((name, document));
            }
        }
        for (name, document) in places {
            registers.check_across(&name, document, report);
        }
        registers
    }

    /// The register of this name.
    #[must_use]
    pub fn register(&self, name: &str) -> Option<&Arc<Register>> {
        self.by_name.get(name)
    }

    /// The register of this name, or the pack is at fault.
    ///
    /// # Errors
    /// `REG0010` when no such register is defined.
    pub fn required(&self, name: &str) -> Result<&Arc<Register>, crate::Error> {
        self.register(name).ok_or_else(|| crate::Error::Definition(format!("no register {name}")))
    }

    /// All registers, by name.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Register>> {
        self.by_name.values()
    }

    /// The items that the law lists for a register, in its order.
    #[must_use]
    pub fn items(&self, register: &str) -> &[Item] {
        self.items.get(register).map_or(&[], Vec::as_slice)
    }

    /// The sentences of the codes that a pack gives its keys and rules, as Fluent sources in Vietnamese and English.
    #[must_use]
    pub fn messages(&self, operations: &[(kernel::ServiceName, crate::Operation)]) -> (String, String) {
        let mut texts: BTreeMap<String, &Text> = BTreeMap::new();
        for register in self.by_name.values() {
            texts.extend(register.keys.iter().map(|key| (key.code.to_lowercase(), &key.message)));
            texts.extend(register.rules.iter().map(|rule| (rule.item.code.to_lowercase(), &rule.item.message)));
        }
        for rule in operations.iter().flat_map(|(_, operation)| operation.rules()) {
            texts.insert(rule.item.code.to_lowercase(), &rule.item.message);
        }
        let source = |text: fn(&Text) -> &str| {
            texts.iter().map(|(id, message)| format!("{id} = {}\n", text(message).replace('\n', " "))).collect()
        };
        (source(|text| &text.vi), source(|text| &text.en))
    }

    /// What cannot be checked before all registers are read.
    fn check_across(&self, name: &str, document: &Document, report: &mut Report) {
        let Some(register) = self.by_name.get(name) else { return };
        if let Some(unit) = register.search.as_ref().and_then(|search| search.unit.as_ref()) {
            match self.by_name.get(&unit.register) {
                None => {
                    let message = format!("no register {}", unit.register);
                    report.add(document, "/search/unit/register", "REG0103", message);
                }
                Some(other) if other.owner != register.owner => {
                    let message = format!("{} is kept by another body", unit.register);
                    report.add(document, "/search/unit/register", "REG0104", message);
                }
                Some(other) if !declares(&other.shape, &unit.pointer) => {
                    let message = format!("{} has no field {}", unit.register, unit.pointer);
                    report.add(document, "/search/unit/pointer", "REG0105", message);
                }
                Some(_) => {}
            }
        }
        for (at, column) in register.extract.iter().enumerate() {
            let at = format!("/extract/{at}");
            let holder = column.register.as_deref().unwrap_or(name);
            match self.by_name.get(holder) {
                None => report.add(document, &format!("{at}/register"), "REG0103", format!("no register {holder}")),
                Some(other) if other.owner != register.owner => {
                    report.add(
                        document,
                        &format!("{at}/register"),
                        "REG0104",
                        format!("{holder} is kept by another body"),
                    );
                }
                Some(other) => {
                    // A relative's value stands in the relative's own record.
                    let shape = if column.relation.is_some() { &register.shape } else { &other.shape };
                    if !declares(shape, &column.pointer) {
                        let message = format!("{holder} has no field {}", column.pointer);
                        report.add(document, &format!("{at}/pointer"), "REG0105", message);
                    }
                }
            }
            if matching::Schema::people().position(&column.field).is_none() {
                let message = format!("an extract of people has no field {}", column.field);
                report.add(document, &format!("{at}/field"), "REG0105", message);
            }
        }
        for (at, item) in self.items(name).iter().enumerate() {
            let holder = item.register.as_deref().unwrap_or(name);
            let shape = self.by_name.get(holder).map(|register| &register.shape);
            for field in &item.fields {
                if !shape.is_some_and(|shape| declares(shape, field)) {
                    let message = format!("item {}: {holder} has no field {field}", item.number);
                    report.add(document, &format!("/items/{at}"), "REG0105", message);
                }
            }
        }
    }
}

fn compile(written: Written, document: &Document, report: &mut Report) -> Option<Register> {
    let schema = match Schema::compile(&written.schema) {
        Ok(schema) => schema,
        Err(error) => {
            report.add(document, "/schema", "REG0106", format!("not a JSON Schema: {error}"));
            return None;
        }
    };
    let mut named = Vec::new();
    named.extend(written.keys.iter().enumerate().map(|(at, key)| (format!("/keys/{at}/pointer"), key.pointer.clone())));
    named.extend(written.links.iter().enumerate().map(|(at, l)| (format!("/links/{at}/pointer"), l.pointer.clone())));
    named.extend(written.units.iter().enumerate().map(|(at, u)| (format!("/units/{at}/pointer"), u.pointer.clone())));
    named.extend(
        written.numbers.iter().enumerate().map(|(at, n)| (format!("/numbers/{at}/pointer"), n.pointer.clone())),
    );
    if let Some(search) = &written.search {
        named.push(("/search/name".to_owned(), search.name.clone()));
        named.push(("/search/birth".to_owned(), search.birth.clone()));
    }
    for (place, pointer) in named {
        if !declares(&written.schema, &pointer) {
            report.add(document, &place, "REG0105", format!("the schema has no field {pointer}"));
        }
    }
    Some(Register {
        name: written.register,
        title: written.title,
        owner: written.owner,
        subject: written.subject,
        single: written.single,
        schema,
        shape: written.schema,
        keys: written.keys,
        search: written.search,
        extract: written.extract,
        links: written.links,
        units: written.units,
        numbers: written.numbers,
        rules: written.rules,
    })
}

/// Whether a JSON Schema of plain objects and lists declares the field that a pointer names.
pub(crate) fn declares(schema: &Value, pointer: &str) -> bool {
    let mut at = schema;
    for part in pointer.split('/').skip(1) {
        let next = if part == "*" || part.bytes().all(|byte| byte.is_ascii_digit()) {
            at.get("items")
        } else {
            at.get("properties").and_then(|properties| properties.get(part))
        };
        if next.is_none() && is_open(at) {
            return true;
        }
        match next {
            Some(next) => at = next,
            None => return false,
        }
    }
    pointer.starts_with('/')
}

/// Whether a schema of an object says nothing of its fields, so that it may have any.
fn is_open(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("object")
        && schema.get("properties").is_none()
        && schema.get("additionalProperties") != Some(&Value::Bool(false))
}

impl Register {
    /// The id of the one record that a subject has in a register of single records: named after both, so that a second
    /// one cannot exist, and so that another such register may speak of the same subject.
    #[must_use]
    pub fn single_record(&self, subject: SubjectId) -> RecordId {
        // FNV-1a, 64 bits: few names, no adversary.
        let hash = self
            .name
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        let mut bytes = *subject.0.as_bytes();
        // The version, the variant and the time stay as they are.
        for (byte, part) in bytes[9..].iter_mut().zip(hash.to_le_bytes()) {
            *byte ^= part;
        }
        RecordId(uuid::Uuid::from_bytes(bytes))
    }

    /// The key of this name.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.name == name)
    }

    /// The top-level fields of a record.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.shape.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.as_str())
    }

    /// The name of its change feed.
    #[must_use]
    pub fn feed(&self) -> String {
        format!("register.{}", self.name)
    }
}

impl Key {
    /// How the side table names this key.
    pub(crate) fn full_name(&self, register: &Register) -> String {
        format!("{}/{}", register.name, self.name)
    }

    /// The value in a record, as the side table writes it.
    pub(crate) fn value(&self, body: &Value) -> Option<String> {
        text_of(body.pointer(&self.pointer)?)
    }
}

/// A scalar as text; nothing for null, lists and objects.
pub(crate) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// All values that a pointer names; `*` stands for each element of a list.
pub(crate) fn values_at<'a>(body: &'a Value, pointer: &str) -> Vec<&'a Value> {
    let mut at = vec![body];
    for part in pointer.split('/').skip(1) {
        at = at
            .into_iter()
            .flat_map(|value| match (part, value) {
                ("*", Value::Array(items)) => items.iter().collect(),
                (_, Value::Object(fields)) => fields.get(part).into_iter().collect(),
                _ => Vec::new(),
            })
            .collect();
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_pointer_is_declared_when_the_schema_has_it() {
        let schema = json!({"properties": {"a": {"properties": {"b": {}}}, "list": {"items": {"properties": {"c": {}}}},
                "open": {"type": "object"}, "shut": {"type": "object", "additionalProperties": false}}});
        let check = |pointer, expected| assert_eq!(declares(&schema, pointer), expected, "{pointer}");
        check("/a", true);
        check("/a/b", true);
        check("/a/c", false);
        check("/open/anything", true);
        check("/shut/anything", false);
        check("/list/*/c", true);
        check("/list/*/d", false);
        check("a", false);
    }

    #[test]
    fn a_star_names_each_element() {
        let body = json!({"relatives": [{"subject": "x"}, {"name": "only"}, {"subject": "y"}]});
        let found: Vec<_> = values_at(&body, "/relatives/*/subject").into_iter().filter_map(Value::as_str).collect();
        assert_eq!(found, ["x", "y"]);
    }
}
