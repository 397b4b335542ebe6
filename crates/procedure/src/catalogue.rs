//! Everything the pack says about procedures, groups and forms, with versions by date.

use crate::definition::{Group, Lapse, Procedure};
use crate::form::Form;
use crate::{Error, graph, search};
use kernel::ServiceName;
use pack::{Dated, Document, Pack, Report, Text, Versions};
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use time::Date;

/// Procedures, groups and forms.
#[derive(Debug)]
pub struct Catalogue {
    procedures: BTreeMap<String, Versions<Procedure>>,
    groups: BTreeMap<String, Versions<Group>>,
    forms: BTreeMap<String, Versions<Form>>,
    rules: BTreeMap<String, (Text, String)>,
}

/// What every kind of definition has: the key its versions share.
trait Keyed {
    fn key(&self) -> &str;
}

impl Keyed for Procedure {
    fn key(&self) -> &str {
        &self.code
    }
}

impl Keyed for Group {
    fn key(&self) -> &str {
        &self.code
    }
}

impl Keyed for Form {
    fn key(&self) -> &str {
        &self.id
    }
}

impl Catalogue {
    /// Reads the folders `procedures`, `groups` and `forms`. Everything wrong goes to the report, with file and line.
    #[must_use]
    pub fn read(pack: &Pack, bodies: &exchange::Catalogue, report: &mut Report) -> Self {
        let procedures = read_folder::<Procedure>(pack, "procedures", report, |_, _, _| {});
        let mut rules = BTreeMap::new();
        let codes = pack::codes::CodeSets::read(pack, report);
        let forms = read_folder::<Form>(pack, "forms", report, |doc, form, report| {
            for (p, s, f) in form.item.fill_options(&codes, form.until.unwrap_or(form.from)) {
                let at = format!("/pages/{p}/sections/{s}/fields/{f}/codes");
                report.add(doc, &at, "PRO0203", "no such code set");
            }
            check_form(doc, &form.item, bodies, &mut rules, report);
        });
        let groups = read_folder::<Group>(pack, "groups", report, |doc, group, report| {
            check_group(doc, &group.item, bodies, &procedures, &forms, report);
        });
        Self { procedures, groups, forms, rules }
    }

    /// What the text finds, best first, among what is in force on the day. Marks need not be typed.
    #[must_use]
    pub fn search(&self, text: &str, on: Date) -> Vec<search::Hit> {
        let groups = self.groups.values().filter_map(|versions| versions.on(on)).map(search::of_group);
        let procedures = self.procedures.values().filter_map(|versions| versions.on(on)).map(search::of_procedure);
        search::rank(text, groups.chain(procedures))
    }

    /// The procedure in force on the day.
    #[must_use]
    pub fn procedure(&self, code: &str, on: Date) -> Option<&Dated<Procedure>> {
        self.procedures.get(code)?.on(on)
    }

    /// The group in force on the day.
    #[must_use]
    pub fn group(&self, code: &str, on: Date) -> Option<&Dated<Group>> {
        self.groups.get(code)?.on(on)
    }

    /// The form in force on the day.
    #[must_use]
    pub fn form(&self, id: &str, on: Date) -> Option<&Dated<Form>> {
        self.forms.get(id)?.on(on)
    }

    /// The group in force on the day, or why it is none.
    pub(crate) fn need_group(&self, code: &str, on: Date) -> Result<&Dated<Group>, Error> {
        self.group(code, on).ok_or_else(|| match self.procedure(code, on) {
            Some(_) => Error::NotOnline,
            None => Error::UnknownProcedure,
        })
    }

    /// All procedures in force on the day, by code.
    pub fn procedures_on(&self, on: Date) -> impl Iterator<Item = &Dated<Procedure>> {
        self.procedures.values().filter_map(move |versions| versions.on(on))
    }

    /// All groups in force on the day, by code.
    pub fn groups_on(&self, on: Date) -> impl Iterator<Item = &Dated<Group>> {
        self.groups.values().filter_map(move |versions| versions.on(on))
    }

    /// What a rule of a form says to the citizen, and the article it rests on.
    #[must_use]
    pub fn rule(&self, code: &str) -> Option<(&Text, &str)> {
        self.rules.get(code).map(|(text, basis)| (text, basis.as_str()))
    }
}

fn read_folder<T: Keyed + DeserializeOwned>(
    pack: &Pack,
    folder: &str,
    report: &mut Report,
    mut check: impl FnMut(&Document, &mut Dated<T>, &mut Report),
) -> BTreeMap<String, Versions<T>> {
    let mut found: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for doc in pack.documents(folder) {
        if let Some(mut dated) = doc.parse::<Dated<T>>(None, report) {
            if dated.legal_basis.is_empty() {
                report.add(doc, "", "PRO0201", "no legal_basis");
            }
            check(doc, &mut dated, report);
            found.entry(dated.item.key().to_owned()).or_default().push((doc.at(""), dated));
        }
    }
    found.into_iter().map(|(key, items)| (key, Versions::new(items, report))).collect()
}

fn check_form(
    doc: &Document,
    form: &Form,
    bodies: &exchange::Catalogue,
    rules: &mut BTreeMap<String, (Text, String)>,
    report: &mut Report,
) {
    let mut codes = BTreeSet::new();
    for (index, rule) in form.rules.iter().enumerate() {
        if !codes.insert(&rule.code) {
            report.add(doc, &format!("/rules/{index}/code"), "PRO0202", format!("rule `{}` twice", rule.code));
        }
        if form.page_of(&example_pointer(rule.each.as_deref(), &rule.field)).is_none() {
            let message = format!("no field `{}`", rule.field);
            report.add(doc, &format!("/rules/{index}/field"), "PRO0203", message);
        }
        rules.insert(rule.code.clone(), (rule.message.clone(), rule.legal_basis.clone()));
    }
    let lists = [("sources", &form.sources), ("facts", &form.facts)];
    for (list, lookups) in lists {
        for (index, lookup) in lookups.iter().enumerate() {
            let at = format!("/{list}/{index}/service");
            check_service(doc, &at, &lookup.service, &lookup.provider, bodies, report);
        }
    }
    for (p, page) in form.pages.iter().enumerate() {
        for (s, section) in page.sections.iter().enumerate() {
            for (f, field) in section.fields.iter().enumerate() {
                for (n, prefill) in field.prefill.iter().enumerate() {
                    if !form.sources.iter().any(|source| source.id == prefill.source) {
                        let at = format!("/pages/{p}/sections/{s}/fields/{f}/prefill/{n}/source");
                        report.add(doc, &at, "PRO0203", format!("no source `{}`", prefill.source));
                    }
                }
            }
        }
    }
    if let Some(schema) = &form.schema
        && let Err(error) = pack::Schema::compile(schema)
    {
        report.add(doc, "/schema", "PRO0204", format!("not a schema: {error}"));
    }
}

fn example_pointer(each: Option<&str>, field: &str) -> String {
    let field = field.replace('.', "/");
    each.map_or_else(|| format!("/{field}"), |list| format!("/{list}/0/{field}"))
}

fn check_service(
    doc: &Document,
    pointer: &str,
    service: &str,
    provider: &str,
    bodies: &exchange::Catalogue,
    report: &mut Report,
) {
    match bodies.service(&ServiceName::from(service)) {
        None => report.add(doc, pointer, "PRO0205", format!("no service `{service}`")),
        Some(found) => {
            let kind = provider.split('/').next().unwrap_or(provider);
            if !found.provider_kinds.iter().any(|k| k == kind) {
                report.add(doc, pointer, "PRO0205", format!("`{kind}` does not offer `{service}`"));
            }
        }
    }
}

fn check_group(
    doc: &Document,
    group: &Group,
    bodies: &exchange::Catalogue,
    procedures: &BTreeMap<String, Versions<Procedure>>,
    forms: &BTreeMap<String, Versions<Form>>,
    report: &mut Report,
) {
    if !forms.contains_key(&group.form) {
        report.add(doc, "/form", "PRO0206", format!("no form `{}`", group.form));
    }
    if crate::numbers::Format::parse(&group.numbering.format).is_none() {
        report.add(doc, "/numbering/format", "PRO0207", "no `{seq:N}` or no day in the format");
    }
    for (index, field, message) in graph::faults(&group.members) {
        report.add(doc, &format!("/members/{index}/{field}"), "PRO0208", message);
    }
    for (m, member) in group.members.iter().enumerate() {
        if let Some(code) = &member.procedure
            && !procedures.contains_key(code)
        {
            report.add(doc, &format!("/members/{m}/procedure"), "PRO0209", format!("no procedure `{code}`"));
        }
        for (l, lookup) in member.lookups.iter().enumerate() {
            let at = format!("/members/{m}/lookups/{l}/service");
            check_service(doc, &at, &lookup.service, &lookup.provider, bodies, report);
        }
        for (e, effect) in member.effects.iter().enumerate() {
            let at = format!("/members/{m}/effects/{e}/service");
            check_service(doc, &at, &effect.service, &effect.provider, bodies, report);
        }
        for (c, compare) in member.compare.iter().enumerate() {
            if !member.lookups.iter().any(|lookup| lookup.id == compare.source) {
                let at = format!("/members/{m}/compare/{c}/source");
                report.add(doc, &at, "PRO0203", format!("no lookup `{}`", compare.source));
            }
        }
        if member.term.last().is_none_or(|term| term.when.is_some()) {
            report.add(doc, &format!("/members/{m}/term"), "PRO0210", "the last term must hold always");
        }
    }
    let lapsed = [crate::events::LAPSED];
    let lapses = if group.supplement_lapse == Lapse::Stop { &lapsed[..] } else { &[] };
    for event in crate::events::TOLD.iter().chain(lapses) {
        if !group.messages.contains_key(*event) {
            report.add(doc, "/messages", "PRO0211", format!("no message for `{event}`"));
        }
    }
}
