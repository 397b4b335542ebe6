//! `check`: whether a filing would be taken, field by field, with the rule and its legal basis. Stores nothing.

use crate::ask::{Answer, Asker};
use crate::form::{Form, set, vars};
use crate::procedures::{CHECK, citizen};
use crate::{Error, Procedures, check};
use kernel::{Actor, BodyId, Ctx, DossierId, FieldProblem, Problem};
use pack::Dated;
use serde_json::{Map, Value, json};

/// Larger filings are refused before they are looked at.
pub const VALUES_BYTES_MAX: usize = 200_000;

impl Procedures {
    /// What is wrong with these values; empty when they may be filed. Registers are asked only once the fields
    /// themselves are right.
    ///
    /// # Errors
    /// `PRO0001` no such procedure, `PRO0015` not online, `PRO0016` too large, or a register that does not answer now.
    pub async fn check(&self, ctx: &Ctx, code: &str, values: &Value) -> Result<Vec<FieldProblem>, Problem> {
        citizen(ctx)?;
        let setting = &self.0.setting;
        let group = setting.catalogue.need_group(code, ctx.today())?;
        let form = &self.form_of(&group.item.form, ctx.today())?.item;
        Ok(self.check_form(ctx, &group.item.origin, form, values, None).await?)
    }

    pub(crate) fn form_of(&self, id: &str, on: time::Date) -> Result<&Dated<Form>, Error> {
        self.0.setting.catalogue.form(id, on).ok_or_else(|| Error::Definition(format!("no form {id} on {on}")))
    }

    pub(crate) async fn check_form(
        &self,
        ctx: &Ctx,
        origin: &str,
        form: &Form,
        values: &Value,
        dossier: Option<DossierId>,
    ) -> Result<Vec<FieldProblem>, Error> {
        if size(values) > VALUES_BYTES_MAX {
            return Err(Error::TooLarge);
        }
        let today = ctx.today();
        let mut problems = check::fields(form, values, &self.0.setting.units, today)?;
        problems.extend(check::rules(form, values, None, &problems, today)?);
        if !problems.is_empty() {
            return Ok(problems);
        }
        let facts = self.facts(ctx, origin, form, values, dossier).await?;
        check::rules(form, values, Some(&facts), &[], today)
    }

    /// What registers say to what is declared. Each answer is `{"found": …}` with the register's fields.
    ///
    /// The origin asks, not the citizen: whom one may name in a filing is not whose data one may see. The citizen
    /// learns nothing but which field does not hold.
    async fn facts(
        &self,
        ctx: &Ctx,
        origin: &str,
        form: &Form,
        values: &Value,
        dossier: Option<DossierId>,
    ) -> Result<Value, Error> {
        let ctx = &ctx.act_as(Actor::System { body: BodyId::new(origin), on_decision_of: None });
        let asker = Asker { consumer: BodyId::new(origin), purpose: CHECK, case: None };
        let mut facts = Map::new();
        for lookup in &form.facts {
            let mut vars = vars(values, &kernel::iso_date::text(ctx.today()));
            set(&mut vars, "dossier", json!(dossier));
            let answer = match &lookup.each {
                None => fact(self.ask(ctx, &asker, lookup, &vars).await?)?,
                Some(list) => {
                    let mut answers = Vec::new();
                    for (index, entry) in values.get(list).and_then(Value::as_array).into_iter().flatten().enumerate() {
                        set(&mut vars, "entry", entry.clone());
                        set(&mut vars, "index", json!(index));
                        answers.push(fact(self.ask(ctx, &asker, lookup, &vars).await?)?);
                    }
                    Value::Array(answers)
                }
            };
            facts.insert(lookup.id.clone(), answer);
        }
        Ok(Value::Object(facts))
    }
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
