//! Job `procedure.perform`: makes an approved decision true. The effects run in the pack's order; each call carries a
//! key, so that a job that is killed and runs again repeats none. Then the origin is told.

use crate::definition::{Effect, Member};
use crate::graph::holds;
use crate::jobs::{ReportJob, StepJob, enqueue_report};
use crate::own_files::task_of;
use crate::report::{acting, close_case};
use crate::report_step::{Issued, Outcome};
use crate::rows::{TaskRow, write_task_event};
use crate::setting::{ids, people, people_json};
use crate::{Error, Procedures, TaskState};
use exchange::{Purpose, Request, Scope};
use kernel::{BodyId, Ctx, Problem};
use serde_json::{Map, Value, json};

impl Procedures {
    pub(crate) async fn perform(&self, ctx: &Ctx, job: &StepJob) -> Result<(), Problem> {
        let task = task_of(self.0.db.pool(), job).await?;
        if task.state()? != TaskState::Performing || task.round != job.round {
            return Ok(()); // Done by another run of this job.
        }
        let group = self.0.setting.kept(&task.definition, task.version_from)?;
        let member = group.item.member(&task.member).ok_or_else(|| Error::Definition("a member is gone".to_owned()))?;
        let mut replies = task.replies.as_object().cloned().unwrap_or_default();
        let mut new_people = Vec::new();
        for effect in &member.effects {
            if let Err(problem) = self.carry_out(ctx, &task, effect, job, &mut replies, &mut new_people).await {
                if problem.kind.retryable() {
                    return Err(problem);
                }
                return Ok(self.give_back(ctx, &task, &replies, &problem).await?);
            }
        }
        let outcome = issue(ctx, &task, member, &replies, &people_json(&new_people))?;
        let report = ReportJob { step: job.clone(), outcome };
        // Told at once where the origin answers; otherwise a job keeps trying, and the body's work is done all the same.
        let told = match self.tell_origin(ctx, &task, &report).await {
            Ok(_) => true,
            Err(problem) if problem.kind.retryable() => false,
            Err(problem) => return Err(problem),
        };
        self.finish(ctx, &task, &replies, (!told).then_some(&report)).await?;
        Ok(())
    }

    async fn carry_out(
        &self,
        ctx: &Ctx,
        task: &TaskRow,
        effect: &Effect,
        job: &StepJob,
        replies: &mut Map<String, Value>,
        new_people: &mut Vec<exchange::SubjectRef>,
    ) -> Result<(), Problem> {
        let mut vars = vars(ctx, task, replies);
        if !replies.contains_key(&effect.id) {
            if !holds(effect.when.as_ref(), &vars)? {
                return Ok(());
            }
            let payload = effect.payload.fill(&vars)?;
            let mut references = Vec::new();
            for person in &effect.people {
                references.push(person.fill(&vars)?);
            }
            let about = people(references);
            let request = Request::new(
                BodyId::new(&task.body),
                BodyId::new(&effect.provider),
                effect.service.as_str(),
                Purpose::DOSSIER,
            )
            .about(if about.is_empty() { Scope::None } else { Scope::Subjects(about) })
            .on(job.dossier)
            .once(job.key(&effect.id));
            let reply = self.0.exchange.call(&ctx.act_as(acting(task)), request, payload).await?;
            replies.insert(effect.id.clone(), reply);
            vars = self::vars(ctx, task, replies);
        }
        // A newborn belongs to the case from here on: the next effects are about them.
        let mut admitted = Vec::new();
        for path in &effect.admits {
            admitted.push(json!({ "id": path.fill(&vars)? }));
        }
        let admitted = people(admitted);
        if !ids(&admitted).is_empty() {
            let mut conn = self.0.db.pool().acquire().await.map_err(Error::from)?;
            exchange::extend_grant(&mut conn, ctx, job.dossier.into(), &BodyId::new(&task.body), &admitted)
                .await
                .map_err(Problem::from)?;
            new_people.extend(admitted);
        }
        Ok(())
    }

    /// An effect was refused for good: the task goes back to the officer, who sees the code. What was done is kept, so
    /// that it is not done again.
    async fn give_back(
        &self,
        ctx: &Ctx,
        task: &TaskRow,
        replies: &Map<String, Value>,
        problem: &Problem,
    ) -> Result<(), Error> {
        tracing::warn!(code = %problem.code, member = task.member, "an approved task was refused by a register");
        let mut tx = self.0.db.begin().await?;
        let given = sqlx::query(
            "UPDATE procedure.task SET state = 'accepted', version = version + 1, fault = $2, replies = $3 \
             WHERE task_id = $1 AND state = 'performing'",
        )
        .bind(task.task_id)
        .bind(problem.code.as_ref())
        .bind(Value::Object(replies.clone()))
        .execute(&mut *tx)
        .await?;
        if given.rows_affected() == 1 {
            write_task_event(&mut tx, ctx, task, "fault", None, Some(&problem.code)).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    async fn finish(
        &self,
        ctx: &Ctx,
        task: &TaskRow,
        replies: &Map<String, Value>,
        untold: Option<&ReportJob>,
    ) -> Result<(), Error> {
        let mut tx = self.0.db.begin().await?;
        let done = sqlx::query(
            "UPDATE procedure.task SET state = 'done', version = version + 1, fault = NULL, replies = $2, ended_at = $3 \
             WHERE task_id = $1 AND state = 'performing'",
        )
        .bind(task.task_id)
        .bind(Value::Object(replies.clone()))
        .bind(ctx.now())
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 1 {
            write_task_event(&mut tx, ctx, task, "done", None, None).await?;
            match untold {
                Some(report) => enqueue_report(&mut tx, ctx, report).await?,
                None => close_case(&mut tx, ctx, task).await?,
            }
        }
        tx.commit().await?;
        Ok(())
    }
}

/// What formulas of effects and results see.
fn vars(ctx: &Ctx, task: &TaskRow, replies: &Map<String, Value>) -> Value {
    json!({
        "today": kernel::iso_date::text(ctx.today()),
        "data": task.data,
        "dossier": {"id": task.dossier_id, "code": task.code},
        "body": task.body,
        "child_number": task.child,
        "effects": replies,
        "approval": task.approval.clone().unwrap_or_else(|| json!({"fault": null, "note": null})),
    })
}

fn issue(
    ctx: &Ctx,
    task: &TaskRow,
    member: &Member,
    replies: &Map<String, Value>,
    new_people: &Value,
) -> Result<Outcome, Error> {
    let vars = vars(ctx, task, replies);
    let mut results = Vec::new();
    for result in &member.results {
        if holds(result.when.as_ref(), &vars)? {
            results.push(Issued {
                code: result.code.clone(),
                name: json!({ "vi": result.name.vi, "en": result.name.en }),
                number: result.number.fill(&vars)?.as_str().map(str::to_owned),
                issued_on: ctx.today(),
                data: result.data.fill(&vars)?,
            });
        }
    }
    let facts = member.facts.as_ref().map_or(Ok(Value::Null), |facts| facts.fill(&vars))?;
    let facts = if facts.is_null() { json!({}) } else { facts };
    Ok(Outcome::Done { facts, results, people: new_people.clone() })
}
