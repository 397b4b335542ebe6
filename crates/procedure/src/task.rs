//! `task`: everything an officer needs for a decision: the dossier's data beside what the registers say.

use crate::ask::{Answer, Asker};
use crate::check::same_name;
use crate::decide::work_request;
use crate::definition::{Compare, How, Member};
use crate::form::set;
use crate::procedures::{in_role, officer};
use crate::rows::{TASK, TaskRow};
use crate::setting::{ids, people};
use crate::{Compared, DecisionKind, Error, Procedures, SourceView, TaskEvent, TaskState, TaskView, Verdict};
use exchange::Purpose;
use kernel::{AccountId, Ctx, DossierId, Problem};
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

impl Procedures {
    /// A task of the officer's own body.
    ///
    /// # Errors
    /// `PRO0003` no such task here, `PRO0010` the role is missing, `EXC0003` its case is closed.
    pub async fn task(&self, ctx: &Ctx, id: Uuid) -> Result<TaskView, Problem> {
        let (_, body, _) = officer(ctx)?;
        let head = self.head_of(body, id).await?;
        let ctx = &in_role(ctx, &self.role_for(ctx, &head)?);
        let subjects = ids(&people([head.people.clone()]));
        let (task, history) = self
            .0
            .exchange
            .open(ctx, work_request(body, &head), move |tx, pass| {
                Box::pin(async move {
                    for subject in subjects.into_iter().take(1) {
                        pass.admit(subject, None).map_err(Problem::from)?;
                    }
                    let task: TaskRow = sqlx::query_as(sqlx::AssertSqlSafe(format!("{TASK} WHERE task_id = $1")))
                        .bind(id)
                        .fetch_one(&mut *tx)
                        .await?;
                    let history = history(tx, id).await?;
                    Ok::<_, Error>((task, history))
                })
            })
            .await?;
        let group = self.0.setting.kept(&task.definition, task.version_from)?;
        let member = group.item.member(&task.member).ok_or(Error::UnknownTask)?;
        let (compared, sources) = self.compare(ctx, &task, member).await?;
        Ok(TaskView {
            line: self.line(ctx, &task)?,
            compared,
            sources,
            decisions: decisions(task.state()?, task.reappointed),
            history,
            fault: task.fault.clone(),
            supplements: task.supplements,
            asked: serde_json::from_value(task.asked.clone()).unwrap_or_default(),
            legal_basis: member.legal_basis.clone(),
            data: task.data,
        })
    }

    async fn compare(
        &self,
        ctx: &Ctx,
        task: &TaskRow,
        member: &Member,
    ) -> Result<(Vec<Compared>, Vec<SourceView>), Error> {
        let asker = Asker {
            consumer: task.body.as_str().into(),
            purpose: Purpose::DOSSIER,
            case: Some(DossierId(task.dossier_id).into()),
        };
        let mut vars = json!({
            "today": kernel::iso_date::text(ctx.today()), "data": task.data, "sources": {},
            "dossier": {"id": task.dossier_id, "code": task.code},
        });
        let mut sources = Vec::new();
        if task.state()?.is_open() || task.state()? == TaskState::Question {
            for lookup in &member.lookups {
                let problem = match self.ask(ctx, &asker, lookup, &vars).await? {
                    Answer::Found(reply) => {
                        set(&mut vars["sources"], &lookup.id, reply);
                        None
                    }
                    Answer::NotAsked => continue,
                    Answer::NotFound => Some("PRO0021".to_owned()),
                    Answer::Failed(problem) => Some(problem.code.into_owned()),
                };
                sources.push(SourceView { name: lookup.name.clone(), service: lookup.service.clone(), problem });
            }
        }
        let mut compared = Vec::new();
        for one in &member.compare {
            compared.extend(beside(one, member, task.child, &vars)?);
        }
        Ok((compared, sources))
    }
}

/// One field beside the register's; nothing where neither has a value.
fn beside(one: &Compare, member: &Member, child: i16, vars: &Value) -> Result<Option<Compared>, Error> {
    let filed = one.filed.fill(vars)?;
    // A register that was not asked, or had nothing, leaves its side empty; a formula over it has nothing to say.
    let asked = vars["sources"].get(&one.source).is_some();
    let register = if asked { one.register.fill(vars)? } else { Value::Null };
    if filed.is_null() && register.is_null() {
        return Ok(None);
    }
    let Some(lookup) = member.lookups.iter().find(|lookup| lookup.id == one.source) else { return Ok(None) };
    Ok(Some(Compared {
        pointer: one.pointer.as_ref().map(|pointer| pointer.replace("{child}", &(child - 1).max(0).to_string())),
        label: one.label.clone(),
        verdict: verdict(one.how, &filed, &register),
        filed,
        register,
        source: lookup.name.clone(),
    }))
}

fn verdict(how: How, filed: &Value, register: &Value) -> Verdict {
    if register.is_null() {
        return Verdict::Unknown;
    }
    if filed.is_null() {
        return Verdict::NotFiled;
    }
    let same = match (how, filed.as_str(), register.as_str()) {
        (How::Name, Some(a), Some(b)) => same_name(a, b),
        (How::Day, Some(a), Some(b)) => a.get(..10).unwrap_or(a) == b.get(..10).unwrap_or(b),
        _ => filed == register,
    };
    if same { Verdict::Same } else { Verdict::Different }
}

fn decisions(state: TaskState, reappointed: bool) -> Vec<DecisionKind> {
    let mut possible = Vec::new();
    if state == TaskState::New {
        possible.push(DecisionKind::Accept);
    }
    if state.is_open() {
        possible.extend([
            DecisionKind::Approve,
            DecisionKind::AskSupplement,
            DecisionKind::Refuse,
            DecisionKind::HandOver,
        ]);
        if !reappointed {
            possible.push(DecisionKind::Apologise);
        }
    }
    possible
}

pub(crate) async fn history(tx: &mut sqlx::PgConnection, id: Uuid) -> Result<Vec<TaskEvent>, Error> {
    type Row = (OffsetDateTime, String, Option<Uuid>, Option<String>, Option<String>);
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT at, kind, officer, role, note FROM procedure.task_event WHERE task_id = $1 ORDER BY at, event_id LIMIT 200",
    )
    .bind(id)
    .fetch_all(tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(at, kind, officer, role, note)| TaskEvent { at, kind, officer: officer.map(AccountId), role, note })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts() {
        let check = |how, filed: Value, register: Value, expected| {
            assert_eq!(verdict(how, &filed, &register), expected, "{filed} {register}");
        };
        check(How::Equal, json!("male"), json!("male"), Verdict::Same);
        check(How::Equal, json!("male"), json!("female"), Verdict::Different);
        check(How::Name, json!("NGUYỄN  Hoà"), json!("Nguyễn Hòa"), Verdict::Same);
        check(How::Name, json!("Nguyễn Hoa"), json!("Nguyễn Hòa"), Verdict::Different);
        check(How::Day, json!("2026-11-20"), json!("2026-11-20T08:30"), Verdict::Same);
        check(How::Equal, json!("male"), Value::Null, Verdict::Unknown);
        check(How::Equal, Value::Null, json!("male"), Verdict::NotFiled);
    }
}
