//! `prefill`: the form as the registers fill it. Nothing is typed that the state knows.

use crate::ask::{Answer, Asker};
use crate::form::{ENTRIES_MAX, Field, Form, Section, put, set};
use crate::graph::holds;
use crate::procedures::{PORTAL, citizen};
use crate::{Error, FieldSource, Prefilled, Procedures};
use exchange::Purpose;
use kernel::{BodyId, Ctx, Problem};
use serde_json::{Map, Value, json};

impl Procedures {
    /// The first values of a form for the citizen who acts, and where each comes from. A register that does not
    /// answer leaves its fields empty and is named.
    ///
    /// # Errors
    /// `PRO0001` no such procedure, `PRO0015` not online, `PRO0011` no citizen.
    pub async fn prefill(&self, ctx: &Ctx, code: &str) -> Result<Prefilled, Problem> {
        let (_, subject) = citizen(ctx)?;
        let today = ctx.today();
        let group = self.0.setting.catalogue.need_group(code, today)?;
        let form = &self.form_of(&group.item.form, today)?.item;
        let asker = Asker { consumer: BodyId::new(PORTAL), purpose: Purpose::SELF_SERVICE, case: None };
        let mut vars = json!({
            "today": kernel::iso_date::text(today), "applicant": {"subject": subject}, "values": {}, "sources": {},
        });
        let mut silent = Vec::new();
        for source in &form.sources {
            match self.ask(ctx, &asker, source, &vars).await? {
                Answer::Found(reply) => set(&mut vars["sources"], &source.id, reply),
                Answer::NotFound | Answer::NotAsked => {}
                Answer::Failed(problem) => {
                    tracing::info!(code = %problem.code, service = source.service, "a register did not fill its fields");
                    silent.push(source.name.clone());
                }
            }
        }
        let mut filling = Filling { form, vars, values: json!({}), sources: Vec::new() };
        filling.run()?;
        Ok(Prefilled {
            code: code.to_owned(),
            form: form.id.clone(),
            values: filling.values,
            sources: filling.sources,
            silent,
        })
    }
}

struct Filling<'a> {
    form: &'a Form,
    vars: Value,
    values: Value,
    sources: Vec<FieldSource>,
}

impl Filling<'_> {
    fn run(&mut self) -> Result<(), Error> {
        let form = self.form;
        for list in &form.lists {
            let items = list.items.fill(&self.vars)?;
            let count = items.as_array().map_or(0, Vec::len).clamp(1, ENTRIES_MAX);
            set(&mut self.vars, &format!("list_{}", list.name), items);
            put(&mut self.values, &format!("/{}", list.name), json!(vec![Map::new(); count]));
        }
        for section in form.pages.iter().flat_map(|page| &page.sections) {
            match &section.each {
                None => self.section(section, "")?,
                Some(list) => {
                    let count = self.values.get(list).and_then(Value::as_array).map_or(0, Vec::len);
                    for index in 0..count {
                        let item = self.vars[format!("list_{list}")].get(index).cloned().unwrap_or(json!({}));
                        set(&mut self.vars, "entry", item);
                        set(&mut self.vars, "index", json!(index));
                        self.section(section, &format!("/{list}/{index}"))?;
                    }
                }
            }
        }
        Ok(())
    }

    fn section(&mut self, section: &Section, base: &str) -> Result<(), Error> {
        for field in &section.fields {
            let pointer = format!("{base}/{}", field.name.replace('.', "/"));
            // Later fields may follow from earlier ones: a condition sees what has been filled so far.
            let values = self.values.clone();
            set(&mut self.vars, "values", values);
            if !self.filled_by_register(field, &pointer)?
                && let Some(default) = &field.default
            {
                let value = default.fill(&self.vars)?;
                if !value.is_null() {
                    put(&mut self.values, &pointer, value);
                }
            }
        }
        Ok(())
    }

    fn filled_by_register(&mut self, field: &Field, pointer: &str) -> Result<bool, Error> {
        for prefill in &field.prefill {
            if self.vars["sources"].get(&prefill.source).is_none() || !holds(prefill.when.as_ref(), &self.vars)? {
                continue;
            }
            let value = prefill.value.fill(&self.vars)?;
            if value.is_null() {
                continue;
            }
            if let Some(source) = self.form.sources.iter().find(|source| source.id == prefill.source) {
                self.sources.push(FieldSource {
                    pointer: pointer.to_owned(),
                    source: source.name.clone(),
                    service: source.service.clone(),
                    field: field.name.clone(),
                    fixed: prefill.fixed,
                });
            }
            put(&mut self.values, pointer, value);
            return Ok(true);
        }
        Ok(false)
    }
}
