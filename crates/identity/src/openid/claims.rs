//! What a relying party may be told about a person: which claims there are, which field of which register each comes
//! from, and what is left of a request after consent.
//!
//! Sources: OpenID Connect Core 5.1 (standard claims), 5.4 (scopes), 5.5 (`claims`); OpenID Identity Assurance 1.0
//! (`verified_claims`). The registers are read through the exchange, only the fields that are needed, and each passage
//! leaves its line in the person's own access log.

use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Trust framework of `verified_claims`.
pub(crate) const TRUST_FRAMEWORK: &str = "vn_nd69_2024";
/// Where a claim comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Source {
    /// A field of the population register.
    Population(&'static str),
    /// The residence register.
    Residence,
    /// The account itself.
    Account,
}

/// One claim.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claim {
    /// Its name.
    pub(crate) name: &'static str,
    /// The scope that asks for it; none: only by name, in `claims`.
    pub(crate) scope: Option<&'static str>,
    /// Where it comes from.
    pub(crate) source: Source,
}

const fn claim(name: &'static str, scope: Option<&'static str>, source: Source) -> Claim {
    Claim { name, scope, source }
}

/// All claims about a person.
pub(crate) const CLAIMS: [Claim; 9] = [
    claim("name", Some("profile"), Source::Population("full_name")),
    claim("birthdate", Some("profile"), Source::Population("birth_date")),
    claim("gender", Some("profile"), Source::Population("sex")),
    claim("phone_number", Some("phone"), Source::Population("phone")),
    claim("email", Some("email"), Source::Population("email")),
    claim("address", Some("address"), Source::Residence),
    claim("nationality", None, Source::Population("nationality")),
    claim("personal_number", None, Source::Population("personal_number")),
    claim("account_level", None, Source::Account),
];

/// The claim of this name.
pub(crate) fn find(name: &str) -> Option<&'static Claim> {
    CLAIMS.iter().find(|claim| claim.name == name)
}

/// The claims that these scopes ask for.
pub(crate) fn of_scopes<'a>(scopes: impl IntoIterator<Item = &'a str>) -> BTreeSet<&'static str> {
    let scopes: BTreeSet<&str> = scopes.into_iter().collect();
    let asked = CLAIMS.iter().filter(|claim| claim.scope.is_some_and(|scope| scopes.contains(scope)));
    asked.map(|claim| claim.name).collect()
}

/// The claims that one half of a `claims` request names, those within `verified_claims` too.
pub(crate) fn named(asked: &Map<String, Value>) -> BTreeSet<&'static str> {
    let mut names: BTreeSet<&'static str> =
        asked.keys().filter_map(|name| find(name)).map(|claim| claim.name).collect();
    for verified in verified(asked) {
        let within = verified.get("claims").and_then(Value::as_object);
        names.extend(within.into_iter().flat_map(Map::keys).filter_map(|name| find(name)).map(|claim| claim.name));
    }
    names
}

/// The elements of `verified_claims`: one, or a list of several.
fn verified(asked: &Map<String, Value>) -> impl Iterator<Item = &Map<String, Value>> {
    let elements = match asked.get("verified_claims") {
        Some(Value::Array(several)) => several.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    elements.iter().filter_map(Value::as_object)
}

/// The register that knows a person.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum People {
    /// The population register: citizens.
    Population,
    /// Foreigners with a residence card.
    ForeignResidents,
}

impl People {
    /// The fields of [`CLAIMS`] that it has: a foreigner has no personal number, and no mail address there.
    pub(crate) fn has(self, field: &str) -> bool {
        self == Self::Population || !matches!(field, "personal_number" | "email")
    }

    /// What evidence calls its records, and its name.
    const fn record(self) -> (&'static str, &'static str) {
        match self {
            Self::Population => ("population_register", "Cơ sở dữ liệu quốc gia về dân cư"),
            Self::ForeignResidents => ("foreign_residents_register", "Cơ sở dữ liệu về người nước ngoài cư trú"),
        }
    }
}

/// What stands behind claims.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing {
    /// Level of the account, 1 or 2; none for an account that is no citizen's.
    pub(crate) level: Option<u8>,
    /// Who knows the person.
    pub(crate) people: People,
}

/// What is read of the registers for these claims.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Needed {
    /// Fields of the population register.
    pub(crate) population: Vec<&'static str>,
    /// Whether the residence register is asked.
    pub(crate) residence: bool,
}

/// The fewest fields that these claims need.
pub(crate) fn needed(names: &BTreeSet<&'static str>) -> Needed {
    let mut needed = Needed { population: Vec::new(), residence: false };
    for name in names {
        match find(name).map(|claim| claim.source) {
            Some(Source::Population(field)) => needed.population.push(field),
            Some(Source::Residence) => needed.residence = true,
            Some(Source::Account) | None => {}
        }
    }
    needed
}

/// The claims as their standard writes them, from the registers' fields.
pub(crate) fn written(
    names: &BTreeSet<&'static str>,
    population: &Value,
    residence: &Value,
    standing: Standing,
) -> Map<String, Value> {
    let mut claims = Map::new();
    for name in names {
        let value = match find(name).map(|claim| claim.source) {
            Some(Source::Population(field)) => population.get(field).and_then(|value| converted(name, value)),
            Some(Source::Residence) => address(residence),
            Some(Source::Account) => standing.level.map(|level| json!(level)),
            None => None,
        };
        if let Some(value) = value {
            claims.insert((*name).to_owned(), value);
        }
    }
    claims
}

fn converted(name: &str, value: &Value) -> Option<Value> {
    let text = value.as_str()?;
    match name {
        // Core 5.1: YYYY-MM-DD, or YYYY where only the year is known; there is no form for a year and a month.
        "birthdate" if text.len() == 10 => Some(json!(text)),
        "birthdate" => text.get(..4).map(|year| json!(year)),
        "phone_number" => Some(json!(e164(text))),
        _ => Some(json!(text)),
    }
}

/// Numbers are kept as people write them; RPs get E.164.
fn e164(text: &str) -> String {
    let digits: String = text.chars().filter(|letter| letter.is_ascii_digit() || *letter == '+').collect();
    match digits.strip_prefix('0') {
        Some(national) => format!("+84{national}"),
        None => digits,
    }
}

fn address(residence: &Value) -> Option<Value> {
    let mut address = Map::new();
    if let Some(text) = residence.get("address").and_then(Value::as_str) {
        address.insert("formatted".to_owned(), json!(text));
    }
    if let Some(code) = residence.get("commune_code").and_then(Value::as_str) {
        address.insert("commune_code".to_owned(), json!(code));
    }
    if address.is_empty() {
        return None;
    }
    address.insert("country".to_owned(), json!("VN"));
    Some(Value::Object(address))
}

/// One half of a `claims` request, answered: only what was consented to, and a claim that was asked for with a value
/// only when it has that value (Core 5.5.1).
pub(crate) fn answered(
    asked: &Map<String, Value>,
    consented: &BTreeSet<&'static str>,
    known: &Map<String, Value>,
    standing: Standing,
) -> Map<String, Value> {
    let mut answer = Map::new();
    for (name, wish) in asked {
        if let Some((claim, value)) = given(name, wish, consented, known) {
            answer.insert(claim.to_owned(), value);
        }
    }
    let mut verified: Vec<Value> =
        verified(asked).filter_map(|element| answered_verified(element, consented, known, standing)).collect();
    match verified.len() {
        0 => {}
        1 => drop(answer.insert("verified_claims".to_owned(), verified.swap_remove(0))),
        _ => drop(answer.insert("verified_claims".to_owned(), Value::Array(verified))),
    }
    answer
}

fn given<'a>(
    name: &'a str,
    wish: &Value,
    consented: &BTreeSet<&'static str>,
    known: &Map<String, Value>,
) -> Option<(&'a str, Value)> {
    let value = known.get(name).filter(|_| consented.contains(name))?;
    fits(wish, value).then(|| (name, value.clone()))
}

/// Whether a value is one that a wish (`null`, or `{essential, value, values}`) allows.
fn fits(wish: &Value, value: &Value) -> bool {
    let one = wish.get("value").is_none_or(|wanted| wanted == value);
    let among = wish.get("values").and_then(Value::as_array).is_none_or(|wanted| wanted.contains(value));
    one && among
}

/// One element of `verified_claims`. Where the relying party limits the verification to what we do not have, the whole
/// element is left out (Identity Assurance 1.0, section 6.5.1): nothing may look verified that is not as asked.
fn answered_verified(
    asked: &Map<String, Value>,
    consented: &BTreeSet<&'static str>,
    known: &Map<String, Value>,
    standing: Standing,
) -> Option<Value> {
    let level = standing.level?;
    let within = asked.get("claims").and_then(Value::as_object)?;
    let wish = asked.get("verification").and_then(Value::as_object)?;
    let have = verification(level, standing.people);
    for (name, wish) in wish {
        if name == "evidence" {
            if !evidence_fits(wish, standing.people) {
                return None;
            }
            continue;
        }
        match have.get(name) {
            Some(value) if fits(wish, value) => {}
            // Something we cannot say: left out, unless it is limited to a value or essential.
            None if wish.get("value").is_none()
                && wish.get("values").is_none()
                && wish.get("essential") != Some(&Value::Bool(true)) => {}
            _ => return None,
        }
    }
    let mut claims = Map::new();
    for (name, wish) in within {
        match given(name, wish, consented, known) {
            Some((name, value)) => drop(claims.insert(name.to_owned(), value)),
            None if wish.get("essential") == Some(&Value::Bool(true))
                && (wish.get("value").is_some() || wish.get("values").is_some()) =>
            {
                return None;
            }
            None => {}
        }
    }
    if claims.is_empty() {
        return None;
    }
    // Only the elements that were asked for, beside the framework, which must be there.
    let mut shown = Map::new();
    for (name, value) in have {
        if name == "trust_framework" || wish.contains_key(&name) {
            shown.insert(name, value);
        }
    }
    Some(json!({"verification": shown, "claims": claims}))
}

fn verification(level: u8, people: People) -> Map<String, Value> {
    let (record, name) = people.record();
    let evidence = json!([{
        "type": "electronic_record",
        "record": {"type": record, "source": {"name": name, "country_code": "VNM"}},
    }]);
    let mut verification = Map::new();
    verification.insert("trust_framework".to_owned(), json!(TRUST_FRAMEWORK));
    verification.insert("assurance_level".to_owned(), json!(level.to_string()));
    verification.insert("evidence".to_owned(), evidence);
    verification
}

/// The evidence asked for: none in particular, or an electronic record of the register that knows the person.
fn evidence_fits(wish: &Value, people: People) -> bool {
    let (record, _) = people.record();
    let fits_one = |wish: &Value| {
        let sort = wish.get("type").is_none_or(|sort| match sort {
            Value::Null => true,
            Value::String(text) => text == "electronic_record",
            wish => fits(wish, &json!("electronic_record")),
        });
        let of_record = wish.pointer("/record/type").is_none_or(|sort| match sort {
            Value::Null => true,
            Value::String(text) => text == record,
            wish => fits(wish, &json!(record)),
        });
        sort && of_record
    };
    match wish {
        Value::Array(several) => several.is_empty() || several.iter().any(fits_one),
        _ => true,
    }
}
