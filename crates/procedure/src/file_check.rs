//! `check`: whether a filing would be taken, field by field, with the rule and its legal basis. Stores nothing.

use crate::ask::{Answer, Asker};
use crate::check::Facts;
use crate::form::{Form, set, vars};
use crate::procedures::{CHECK, FILE, citizen, own_request};
use crate::{Error, Procedures, check};
use kernel::{Actor, BodyId, Ctx, FieldProblem, Problem, SubjectId};
use pack::Dated;
use serde_json::{Value, json};

/// Larger filings are refused before they are looked at.
pub const VALUES_BYTES_MAX: usize = 200_000;

impl Procedures {
    /// What is wrong with these values; empty when they may be filed. Registers are asked only once the fields
    /// themselves are right.
    ///
    /// # Errors
    /// `PRO0001` no such procedure, `PRO0015` not online, `PRO0016` too large, or a register that does not answer now.
    pub async fn check(&self, ctx: &Ctx, code: &str, values: &Value) -> Result<Vec<FieldProblem>, Problem> {
        let (_, subject) = citizen(ctx)?;
        let group = self.0.setting.catalogue.need_group(code, ctx.today())?;
        let form = &self.form_of(&group.item.form, ctx.today())?.item;
        // Registers are asked in the portal's own name: first whether this citizen may file at all.
        self.0.exchange.allows(ctx, &own_request(FILE, subject)).await?;
        let values = &only_asked_for(form, values, ctx.today())?;
        let about = About { origin: &group.item.origin, subject, dossier: "" };
        Ok(match self.check_form(ctx, about, form, values).await? {
            Checked::Fits(_) => Vec::new(),
            Checked::Breaks(problems) => problems,
        })
    }

    /// What is wrong with these values as far as they say it themselves: for a page of a form, so that no register is
    /// asked before the whole is there.
    ///
    /// # Errors
    /// `PRO0001` no such procedure, `PRO0015` not online, `PRO0016` too large.
    pub fn check_fields(&self, ctx: &Ctx, code: &str, values: &Value) -> Result<Vec<FieldProblem>, Problem> {
        let (_, subject) = citizen(ctx)?;
        if size(values) > VALUES_BYTES_MAX {
            return Err(Error::TooLarge.into());
        }
        let today = ctx.today();
        let group = self.0.setting.catalogue.need_group(code, today)?;
        let form = &self.form_of(&group.item.form, today)?.item;
        let mut vars = vars(values, &kernel::iso_date::text(today));
        set(&mut vars, "applicant", json!({ "subject": subject }));
        set(&mut vars, "dossier", json!(""));
        let mut problems = check::fields(form, values, &self.0.setting.units, today)?;
        problems.extend(check::rules(form, &vars, &problems, Facts::NotYet)?);
        Ok(problems)
    }

    pub(crate) fn form_of(&self, id: &str, on: time::Date) -> Result<&Dated<Form>, Error> {
        self.0.setting.catalogue.form(id, on).ok_or_else(|| Error::Definition(format!("no form {id} on {on}")))
    }

    pub(crate) async fn check_form(
        &self,
        ctx: &Ctx,
        about: About<'_>,
        form: &Form,
        values: &Value,
    ) -> Result<Checked, Error> {
        if size(values) > VALUES_BYTES_MAX {
            return Err(Error::TooLarge);
        }
        let today = ctx.today();
        let mut vars = vars(values, &kernel::iso_date::text(today));
        set(&mut vars, "applicant", json!({ "subject": about.subject }));
        set(&mut vars, "dossier", json!(about.dossier));
        let mut problems = check::fields(form, values, &self.0.setting.units, today)?;
        problems.extend(check::rules(form, &vars, &problems, Facts::NotYet)?);
        if !problems.is_empty() {
            return Ok(Checked::Breaks(problems));
        }
        self.facts(ctx, about, form, &mut vars).await?;
        let problems = check::rules(form, &vars, &[], Facts::Asked)?;
        Ok(if problems.is_empty() { Checked::Fits(vars["facts"].take()) } else { Checked::Breaks(problems) })
    }

    /// What registers say to what is declared, as `facts` among the variables. Each answer is `{"found": …, "asked": …}`
    /// with the register's fields; a later question may use an earlier answer.
    ///
    /// The origin asks, not the citizen: whom one may name in a filing is not whose data one may see. The citizen
    /// learns nothing but which field does not hold.
    async fn facts(&self, ctx: &Ctx, about: About<'_>, form: &Form, vars: &mut Value) -> Result<(), Error> {
        let origin = BodyId::new(about.origin);
        let ctx = &ctx.act_as(Actor::System { body: origin.clone(), on_decision_of: None });
        let asker = Asker { consumer: origin, purpose: CHECK, case: None };
        set(vars, "facts", json!({}));
        for lookup in &form.facts {
            let answer = match &lookup.each {
                None => fact(self.ask(ctx, &asker, lookup, vars).await?)?,
                Some(list) => {
                    let entries = vars["values"].get(list).and_then(Value::as_array).cloned().unwrap_or_default();
                    let mut answers = Vec::with_capacity(entries.len());
                    for (index, entry) in entries.into_iter().enumerate() {
                        set(vars, "entry", entry);
                        set(vars, "index", json!(index));
                        answers.push(fact(self.ask(ctx, &asker, lookup, vars).await?)?);
                    }
                    Value::Array(answers)
                }
            };
            set(&mut vars["facts"], &lookup.id, answer);
        }
        Ok(())
    }
}

/// Who files with whom, or adds to which dossier.
#[derive(Clone, Copy)]
pub(crate) struct About<'a> {
    pub(crate) origin: &'a str,
    pub(crate) subject: SubjectId,
    /// Code of the dossier that the values belong to; empty before it is filed.
    pub(crate) dossier: &'a str,
}

/// What a check finds.
pub(crate) enum Checked {
    /// Nothing is wrong; what registers said.
    Fits(Value),
    /// What is wrong.
    Breaks(Vec<FieldProblem>),
}

fn fact(answer: Answer) -> Result<Value, Error> {
    Ok(match answer {
        Answer::Found(mut reply) => {
            set(&mut reply, "found", json!(true));
            set(&mut reply, "asked", json!(true));
            reply
        }
        Answer::NotFound => json!({"found": false, "asked": true}),
        Answer::NotAsked => json!({"found": false, "asked": false}),
        Answer::Failed(problem) => return Err(Error::Other(problem)),
    })
}

/// What the form asks for, of values that are not too large.
pub(crate) fn only_asked_for(form: &Form, values: &Value, today: time::Date) -> Result<Value, Error> {
    if size(values) > VALUES_BYTES_MAX {
        return Err(Error::TooLarge);
    }
    if !check::misshapen(form, values).is_empty() {
        return Ok(values.clone()); // The check will name them.
    }
    form.asked_for(values, &kernel::iso_date::text(today))
}

fn size(values: &Value) -> usize {
    struct Count(usize);
    impl std::io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    match serde_json::to_writer(&mut count, values) {
        Ok(()) => count.0,
        Err(_) => usize::MAX,
    }
}
