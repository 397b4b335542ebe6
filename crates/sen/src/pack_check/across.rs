//! What no single context can check: whether a group's calls are covered by agreements, whether what it names is in
//! force on all its days, whether its templates read fields that some form asks for.

use super::Whole;
use super::template::{Reads, body_kind, chains, reads};
use kernel::ServiceName;
use pack::{Document, Report};
use register::Operation;
use serde_json::Value;
use std::collections::BTreeSet;
use time::Date;

/// Purpose of a body's work on a dossier.
const DOSSIER: &str = "dossier";
/// Purpose of a citizen's own matter.
const SELF_SERVICE: &str = "self-service";

/// Checks everything that spans contexts.
pub(super) fn check(whole: &Whole, operations: &[(ServiceName, Operation)], report: &mut Report) {
    for folder in whole.pack.folders() {
        for doc in whole.pack.documents(folder) {
            texts(doc, &doc.value, "", report);
        }
    }
    agreements(whole, report);
    unserved(whole, operations, report);
    for doc in whole.pack.documents("forms") {
        form(whole, doc, report);
    }
    for doc in whole.pack.documents("groups") {
        Group { whole, doc, from: day(doc, "from"), until: day(doc, "until") }.check(report);
    }
}

/// A text in one language must be there in the other, and neither may be empty.
fn texts(doc: &Document, value: &Value, pointer: &str, report: &mut Report) {
    match value {
        Value::Object(members) => {
            let says = |language| {
                members.get(language).map(|text: &Value| text.as_str().is_some_and(|t| !t.trim().is_empty()))
            };
            let fault = match (says("vi"), says("en")) {
                (None, None) | (Some(true), Some(true)) => None,
                (Some(false) | None, _) => Some("vi"),
                (_, Some(false) | None) => Some("en"),
            };
            if let Some(language) = fault.filter(|_| members.keys().all(|key| key == "vi" || key == "en")) {
                report.add(doc, pointer, "PAC0035", format!("this text is missing in `{language}`"));
            }
            for (key, member) in members {
                let token = key.replace('~', "~0").replace('/', "~1");
                texts(doc, member, &format!("{pointer}/{token}"), report);
            }
        }
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                texts(doc, item, &format!("{pointer}/{i}"), report);
            }
        }
        _ => {}
    }
}

/// An agreement must lie within the days of its consumer's and its providers' kinds.
fn agreements(whole: &Whole, report: &mut Report) {
    for doc in whole.pack.documents("agreements") {
        let text = |key: &str| doc.value.get(key).and_then(Value::as_str).unwrap_or_default();
        let (from, until) = (day(doc, "from"), day(doc, "until"));
        let consumer = text("consumer").split('/').next().unwrap_or_default();
        if let Some(kind) = whole.bodies.kind(consumer)
            && !within(from, until, kind.from, kind.until)
        {
            report.add(doc, "/from", "PAC0032", format!("`{consumer}` does not exist on all days of this agreement"));
        }
    }
}

/// A service with an operation that no register carries out would be offered and never answer.
fn unserved(whole: &Whole, operations: &[(ServiceName, Operation)], report: &mut Report) {
    for doc in whole.pack.documents("services") {
        let name = doc.value.get("name").and_then(Value::as_str).unwrap_or_default();
        let says = doc.value.get("operation").is_some_and(|operation| !operation.is_null());
        if says && doc.value.pointer("/operation/word").is_none() && !operations.iter().any(|(n, _)| n.as_str() == name)
        {
            report.add(doc, "/operation", "PAC0037", format!("the operation of `{name}` has no word"));
        }
    }
}

fn day(doc: &Document, key: &str) -> Option<Date> {
    doc.value.get(key)?.as_str().and_then(|text| pack::date::parse(text).ok())
}

/// Whether the days of one lie within the days of the other.
fn within(from: Option<Date>, until: Option<Date>, outer_from: Option<Date>, outer_until: Option<Date>) -> bool {
    let begins = match (from, outer_from) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(from), Some(outer)) => outer <= from,
    };
    let ends = match (until, outer_until) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(until), Some(outer)) => until <= outer,
    };
    begins && ends
}

/// The sources and facts of a form are asked by citizens through the bodies that serve them.
fn form(whole: &Whole, doc: &Document, report: &mut Report) {
    let portals: Vec<String> = whole.pack.documents("bodies").iter().flat_map(serving_citizens).collect();
    let days = (day(doc, "from"), day(doc, "until"));
    for list in ["sources", "facts"] {
        for (i, lookup) in items(&doc.value, list).iter().enumerate() {
            let at = format!("/{list}/{i}");
            let ask = Ask { consumers: &portals, purpose: SELF_SERVICE, role: None, days };
            ask.check(whole, doc, &at, lookup, report);
        }
    }
}

fn serving_citizens(doc: &Document) -> Vec<String> {
    let serves = |kind: &&Value| kind.get("serves_citizens").and_then(Value::as_bool) == Some(true);
    let id = |kind: &Value| kind.get("id").and_then(Value::as_str).map(str::to_owned);
    items(&doc.value, "body_kinds").iter().filter(serves).filter_map(id).collect()
}

fn items<'v>(value: &'v Value, list: &str) -> &'v [Value] {
    value.get(list).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A call that a definition makes.
struct Ask<'a> {
    consumers: &'a [String],
    purpose: &'a str,
    role: Option<&'a str>,
    days: (Option<Date>, Option<Date>),
}

impl Ask<'_> {
    /// Whether an agreement covers the call on the first and the last day of the definition, and the fields that it
    /// asks for.
    fn check(&self, whole: &Whole, doc: &Document, at: &str, call: &Value, report: &mut Report) {
        let Some(service) = call.get("service").and_then(Value::as_str) else { return };
        if whole.bodies.service(&service.into()).is_none() {
            return; // reported by the context that reads the definition
        }
        for consumer in self.consumers {
            let made: Vec<_> = whole
                .bodies
                .agreements()
                .iter()
                .filter(|a| a.service.as_str() == service && a.consumer.split('/').next() == Some(consumer.as_str()))
                .filter(|a| a.purposes.iter().any(|p| p.as_str() == self.purpose))
                .filter(|a| self.role.is_none_or(|role| a.roles.iter().any(|r| r.as_str() == role)))
                .collect();
            if made.is_empty() {
                let role = self.role.map(|role| format!(" in the role `{role}`")).unwrap_or_default();
                let message = format!("no agreement lets `{consumer}` use `{service}` for `{}`{role}", self.purpose);
                report.add(doc, &format!("{at}/service"), "PAC0038", message);
                continue;
            }
            let ends = [self.days.0, self.days.1.or(Some(Date::MAX))];
            if let Some(day) = ends.into_iter().flatten().find(|day| !made.iter().any(|a| a.in_force(*day))) {
                let day = if day == Date::MAX { "its open end".to_owned() } else { pack::date::print(day) };
                let message = format!("no agreement of `{consumer}` on `{service}` is in force on {day}");
                report.add(doc, &format!("{at}/service"), "PAC0032", message);
            }
            for (f, field) in items(call, "fields").iter().filter_map(Value::as_str).enumerate() {
                if !made.iter().any(|a| a.fields.iter().any(|known| known == field)) {
                    let message = format!("no agreement gives `{consumer}` the field `{field}` of `{service}`");
                    report.add(doc, &format!("{at}/fields/{f}"), "PAC0033", message);
                }
            }
        }
    }
}

/// A document of `groups/`.
struct Group<'a> {
    whole: &'a Whole,
    doc: &'a Document,
    from: Option<Date>,
    until: Option<Date>,
}

impl Group<'_> {
    fn check(&self, report: &mut Report) {
        let text = |key: &str| self.doc.value.get(key).and_then(Value::as_str);
        if let Some(origin) = text("origin")
            && self.whole.bodies.kind(origin.split('/').next().unwrap_or(origin)).is_none()
        {
            report.add(self.doc, "/origin", "PAC0030", format!("no kind of body is called `{origin}`"));
        }
        let form = text("form").and_then(|id| self.form(id, report));
        let children = text("children");
        let readable = form.map(|form| Readable::of(form, children));
        for (i, member) in items(&self.doc.value, "members").iter().enumerate() {
            self.member(i, member, readable.as_ref(), report);
        }
    }

    /// The form's document that holds on the group's first day.
    fn form(&self, id: &str, report: &mut Report) -> Option<&Document> {
        let versions = self.whole.pack.documents("forms").iter();
        let named: Vec<_> = versions.filter(|doc| doc.value.get("id").and_then(Value::as_str) == Some(id)).collect();
        let from = self.from?;
        let covers = |doc: &&&Document| {
            day(doc, "from").is_some_and(|first| first <= from) && day(doc, "until").is_none_or(|last| from <= last)
        };
        let found = named.iter().find(covers).copied();
        if found.is_none() && !named.is_empty() {
            let message = format!("the form `{id}` is not in force on {}", pack::date::print(from));
            self.add("/form", "PAC0032", message, report);
        }
        found
    }

    fn member(&self, i: usize, member: &Value, readable: Option<&Readable>, report: &mut Report) {
        let at = format!("/members/{i}");
        let text = |key: &str| member.get(key).and_then(Value::as_str);
        if let Some(code) = text("procedure") {
            self.procedure(&format!("{at}/procedure"), code, report);
        }
        let kind = member.get("body").and_then(body_kind);
        if let Some(kind) = kind.filter(|kind| self.whole.bodies.kind(kind).is_none()) {
            self.add(&format!("{at}/body"), "PAC0030", format!("no kind of body is called `{kind}`"), report);
        }
        let role = text("role");
        if let Some(role) = role.filter(|role| self.whole.bodies.role_name(&kernel::Role::new(*role)).is_none()) {
            self.add(&format!("{at}/role"), "PAC0030", format!("no role is called `{role}`"), report);
        }
        if let Some(kind) = kind.filter(|kind| self.whole.bodies.kind(kind).is_some()) {
            let consumers = [kind.to_owned()];
            for list in ["lookups", "effects"] {
                for (c, call) in items(member, list).iter().enumerate() {
                    let days = (self.from, self.until);
                    let ask = Ask { consumers: &consumers, purpose: DOSSIER, role, days };
                    ask.check(self.whole, self.doc, &format!("{at}/{list}/{c}"), call, report);
                }
            }
        }
        if let Some(readable) = readable {
            for (pointer, chain) in chains_of(member, &at) {
                if let Some(message) = readable.fault(&chain) {
                    self.add(&pointer, "PAC0033", message, report);
                }
            }
        }
    }

    /// The member's procedure must be in force on the group's first and last day.
    fn procedure(&self, at: &str, code: &str, report: &mut Report) {
        let ends = [self.from, self.until.or(Some(Date::MAX))];
        for day in ends.into_iter().flatten() {
            if self.whole.procedures.procedure(code, day).is_none() {
                let known = self.whole.pack.documents("procedures").iter();
                let mut known = known.filter_map(|doc| doc.value.get("code").and_then(Value::as_str));
                if known.any(|other| other == code) {
                    let day = if day == Date::MAX { "its open end".to_owned() } else { pack::date::print(day) };
                    self.add(at, "PAC0032", format!("the procedure `{code}` is not in force on {day}"), report);
                }
                return; // one that does not exist is reported by its reader
            }
        }
    }

    fn add(&self, pointer: &str, code: &'static str, message: String, report: &mut Report) {
        report.add(self.doc, pointer, code, message);
    }
}

/// The parts of a member that are templates or formulas, and what they read.
fn chains_of(member: &Value, at: &str) -> Vec<(String, Vec<String>)> {
    let mut templates: Vec<(String, &Value)> = Vec::new();
    let mut formulas: Vec<(String, &Value)> = Vec::new();
    for key in ["body", "data", "people", "facts"] {
        templates.extend(member.get(key).map(|value| (format!("{at}/{key}"), value)));
    }
    formulas.extend(member.get("when").map(|value| (format!("{at}/when"), value)));
    for list in ["lookups", "effects", "results", "compare", "term"] {
        for (i, item) in items(member, list).iter().enumerate() {
            for key in ["payload", "people", "number", "data", "filed"] {
                templates.extend(item.get(key).map(|value| (format!("{at}/{list}/{i}/{key}"), value)));
            }
            formulas.extend(item.get("when").map(|value| (format!("{at}/{list}/{i}/when"), value)));
        }
    }
    let mut found = Vec::new();
    for (pointer, template) in templates {
        for (place, read) in reads(template, &pointer) {
            match read {
                Reads::Path(path) => found.push((place, path)),
                Reads::Formula(formula) => found.extend(chains(&formula).into_iter().map(|c| (place.clone(), c))),
            }
        }
    }
    for (pointer, formula) in formulas {
        let read = formula.as_str().map(chains).unwrap_or_default();
        found.extend(read.into_iter().map(|chain| (pointer.clone(), chain)));
    }
    found
}

/// What a form's values can hold.
struct Readable {
    fields: BTreeSet<String>,
    child_fields: BTreeSet<String>,
    children: Option<String>,
}

impl Readable {
    fn of(form: &Document, children: Option<&str>) -> Self {
        let mut readable =
            Self { fields: BTreeSet::new(), child_fields: BTreeSet::new(), children: children.map(str::to_owned) };
        for page in items(&form.value, "pages") {
            for section in items(page, "sections") {
                let each = section.get("each").and_then(Value::as_str);
                for name in items(section, "fields").iter().filter_map(|field| field.get("name")?.as_str()) {
                    match each {
                        Some(list) if Some(list) == children => {
                            readable.child_fields.insert(name.to_owned());
                        }
                        Some(list) => {
                            readable.fields.insert(list.to_owned());
                        }
                        None => {
                            readable.fields.insert(name.to_owned());
                        }
                    }
                }
            }
        }
        readable
    }

    /// Why a chain reads nothing: the form asks for no such field.
    fn fault(&self, chain: &[String]) -> Option<String> {
        let (first, rest) = chain.split_first()?;
        let (known, whose) = match first.as_str() {
            "values" => (&self.fields, "form"),
            "child" => (&self.child_fields, "form's entry for a child"),
            _ => return None,
        };
        if rest.is_empty() || (first == "values" && self.children.as_ref() == rest.first()) {
            return None;
        }
        let path = rest.join(".");
        let reaches = |field: &String| {
            *field == path || field.starts_with(&format!("{path}.")) || path.starts_with(&format!("{field}."))
        };
        (!known.iter().any(reaches)).then(|| format!("the {whose} has no field `{path}`"))
    }
}
