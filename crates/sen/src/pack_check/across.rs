//! What no single context can check: whether a group's calls are covered by agreements, whether what it names is in
//! force on all its days, whether its templates read fields that some form asks for.

use super::Whole;
use super::scope::{Scope, Shape, items};
use super::template::body_kind;
use kernel::ServiceName;
use pack::{Document, Report};
use register::Operation;
use serde_json::Value;
use std::collections::BTreeMap;
use time::Date;

/// Purpose of a body's work on a dossier.
const DOSSIER: &str = "dossier";
/// Purpose of a citizen's own matter.
const SELF_SERVICE: &str = "self-service";
/// Purpose of the origin's own questions about what a filing declares.
const FILING_CHECK: &str = "filing-check";
/// The role of what the program does by itself.
const SYSTEM: &str = "system";

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

/// The sources of a form are asked by citizens through the bodies that serve them, its facts by those bodies.
fn form(whole: &Whole, doc: &Document, report: &mut Report) {
    let portals: Vec<String> = whole.pack.documents("bodies").iter().flat_map(serving_citizens).collect();
    let days = (day(doc, "from"), day(doc, "until"));
    for (list, purpose, role) in [("sources", SELF_SERVICE, None), ("facts", FILING_CHECK, Some(SYSTEM))] {
        for (i, lookup) in items(&doc.value, list).iter().enumerate() {
            let ask = Ask { consumers: &portals, purpose, role, days };
            ask.check(whole, doc, &format!("/{list}/{i}"), lookup, report);
        }
    }
    let mut faults = Vec::new();
    let scope = Scope::of([
        ("today", Shape::Any),
        ("values", Shape::of_form(doc, None)),
        ("applicant", Shape::fields(["subject"].into_iter())),
        ("dossier", Shape::Any),
        ("sources", replies(whole, items(&doc.value, "sources"))),
        ("facts", Shape::ids(ids(items(&doc.value, "facts")))),
        ("fact", Shape::ids(ids(items(&doc.value, "facts")))),
        ("entry", Shape::Any),
        ("index", Shape::Any),
    ]);
    for list in ["sources", "facts", "rules"] {
        for (i, item) in items(&doc.value, list).iter().enumerate() {
            let scope = in_entry(&scope, doc, item);
            faults.extend(templates(&scope, item, &format!("/{list}/{i}"), &["payload", "people"]));
            faults.extend(formulas(&scope, item, &format!("/{list}/{i}"), &["when", "test"]));
        }
    }
    for (p, page) in items(&doc.value, "pages").iter().enumerate() {
        faults.extend(formulas(&scope, page, &format!("/pages/{p}"), &["when"]));
        for (s, section) in items(page, "sections").iter().enumerate() {
            let at = format!("/pages/{p}/sections/{s}");
            let scope = in_entry(&scope, doc, section);
            faults.extend(formulas(&scope, section, &at, &["when"]));
            for (f, field) in items(section, "fields").iter().enumerate() {
                let at = format!("{at}/fields/{f}");
                faults.extend(self::field(&scope, field, &at));
                if let Some(set) = field.get("codes").and_then(Value::as_str)
                    && whole.codes.set(set).is_none()
                {
                    report.add(doc, &format!("{at}/codes"), "PAC0030", format!("no code set is called `{set}`"));
                }
            }
        }
    }
    for (pointer, message) in faults {
        report.add(doc, &pointer, "PAC0033", message);
    }
}

fn field(scope: &Scope, field: &Value, at: &str) -> Vec<(String, String)> {
    let mut faults = formulas(scope, field, at, &["required", "visible"]);
    faults.extend(templates(scope, field, at, &["default"]));
    for (list, key) in [("options", "when"), ("prefill", "when")] {
        for (i, item) in items(field, list).iter().enumerate() {
            // What a register begins is not an entry of the form yet.
            let scope = if list == "prefill" { &scope.with("entry", Shape::Any) } else { scope };
            faults.extend(formulas(scope, item, &format!("{at}/{list}/{i}"), &[key]));
            faults.extend(templates(scope, item, &format!("{at}/{list}/{i}"), &["value"]));
        }
    }
    faults
}

/// The scope inside a repeated list, where the definition has an `each`.
fn in_entry(scope: &Scope, form: &Document, definition: &Value) -> Scope {
    match definition.get("each").and_then(Value::as_str) {
        Some(list) => scope.with("entry", Shape::of_form(form, Some(list))),
        None => scope.clone(),
    }
}

fn templates(scope: &Scope, value: &Value, at: &str, keys: &[&str]) -> Vec<(String, String)> {
    let of_key = |key: &&str| value.get(*key).map(|t| scope.faults_of_template(t, &format!("{at}/{key}")));
    keys.iter().filter_map(of_key).flatten().collect()
}

fn formulas(scope: &Scope, value: &Value, at: &str, keys: &[&str]) -> Vec<(String, String)> {
    let of_key = |key: &&str| value.get(*key).map(|f| scope.faults_of_formula(f, &format!("{at}/{key}")));
    keys.iter().filter_map(of_key).flatten().collect()
}

fn ids(list: &[Value]) -> impl Iterator<Item = &str> {
    list.iter().filter_map(|item| item.get("id")?.as_str())
}

/// What the answers to calls hold, each under the call's id: the fields that it asks for, or those of the service.
fn replies(whole: &Whole, calls: &[Value]) -> Shape {
    let mut named = BTreeMap::new();
    for call in calls {
        let Some(id) = call.get("id").and_then(Value::as_str) else { continue };
        let asked: Vec<_> = items(call, "fields").iter().filter_map(Value::as_str).collect();
        let service = call.get("service").and_then(Value::as_str).and_then(|name| whole.bodies.service(&name.into()));
        let shape = match service {
            _ if !asked.is_empty() => Shape::fields(asked.into_iter()),
            Some(service) => Shape::fields(service.fields.iter().map(String::as_str)),
            None => Shape::Any,
        };
        named.insert(id.to_owned(), shape);
    }
    Shape::Named(named)
}

fn serving_citizens(doc: &Document) -> Vec<String> {
    let serves = |kind: &&Value| kind.get("serves_citizens").and_then(Value::as_bool) == Some(true);
    let id = |kind: &Value| kind.get("id").and_then(Value::as_str).map(str::to_owned);
    items(&doc.value, "body_kinds").iter().filter(serves).filter_map(id).collect()
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
        let filing = form.map(|form| self.filing(form, text("children")));
        if let Some(filing) = &filing {
            let mut faults = templates(filing, &self.doc.value, "", &["people"]);
            for (i, term) in items(&self.doc.value, "term").iter().enumerate() {
                faults.extend(formulas(filing, term, &format!("/term/{i}"), &["when"]));
            }
            self.add_all(faults, report);
        }
        for (i, member) in items(&self.doc.value, "members").iter().enumerate() {
            self.member(i, member, filing.as_ref(), report);
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

    /// What can be read where a dossier is filed and its steps are sent.
    fn filing(&self, form: &Document, children: Option<&str>) -> Scope {
        let members = items(&self.doc.value, "members").iter();
        let facts = members.filter_map(|member| {
            let facts = member.get("facts").map_or(Shape::Any, Shape::of_template);
            Some((member.get("id")?.as_str()?.to_owned(), facts))
        });
        Scope::of([
            ("today", Shape::Any),
            ("values", Shape::of_form(form, None)),
            ("child", children.map_or(Shape::Any, |list| Shape::of_form(form, Some(list)))),
            ("child_index", Shape::Any),
            ("steps", Shape::Named(facts.collect())),
            ("applicant", Shape::fields(["subject"].into_iter())),
            ("dossier", Shape::fields(["id", "code", "filed_on"].into_iter())),
            ("facts", Shape::ids(ids(items(&form.value, "facts")))),
            ("provinces", Shape::Any),
        ])
    }

    /// What a member's templates read that is not there.
    fn unreadable(&self, member: &Value, at: &str, filing: &Scope) -> Vec<(String, String)> {
        let mut faults = templates(filing, member, at, &["body", "data", "people"]);
        faults.extend(formulas(filing, member, at, &["when"]));
        for (i, term) in items(member, "term").iter().enumerate() {
            faults.extend(formulas(filing, term, &format!("{at}/term/{i}"), &["when"]));
        }
        let data = member.get("data").map_or(Shape::Any, Shape::of_template);
        let dossier = Shape::fields(["id", "code"].into_iter());
        let common = Scope::of([("today", Shape::Any), ("data", data), ("dossier", dossier)]);
        let officer = common.with("sources", replies(self.whole, items(member, "lookups")));
        let decision = common.with("effects", replies(self.whole, items(member, "effects")));
        let decision = decision.with("body", Shape::Any).with("child_number", Shape::Any).with("approval", Shape::Any);
        faults.extend(templates(&decision, member, at, &["facts"]));
        for (list, scope) in
            [("lookups", &officer), ("compare", &officer), ("effects", &decision), ("results", &decision)]
        {
            for (i, item) in items(member, list).iter().enumerate() {
                let at = format!("{at}/{list}/{i}");
                faults.extend(formulas(scope, item, &at, &["when"]));
                let keys = ["payload", "people", "admits", "number", "data", "filed", "register"];
                faults.extend(templates(scope, item, &at, &keys));
            }
        }
        faults
    }

    fn add_all(&self, faults: Vec<(String, String)>, report: &mut Report) {
        for (pointer, message) in faults {
            self.add(&pointer, "PAC0033", message, report);
        }
    }

    fn member(&self, i: usize, member: &Value, filing: Option<&Scope>, report: &mut Report) {
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
        if let Some(filing) = filing {
            self.add_all(self.unreadable(member, &at, filing), report);
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
