//! `inbox`: what waits at the officer's body, the most urgent first. Nothing personal is listed.

use crate::procedures::officer;
use crate::rows::{TASK, TaskRow};
use crate::{Error, InboxFilter, Procedures, TaskLine, TaskState, Urgency};
use kernel::{AccountId, Ctx, DossierId, Problem};
use pack::Text;

/// Tasks in one list.
const LINES_MAX: u32 = 200;

impl Procedures {
    /// The tasks of the officer's body that fit the filter, by due date.
    ///
    /// # Errors
    /// `PRO0010` no officer.
    pub async fn inbox(&self, ctx: &Ctx, filter: &InboxFilter) -> Result<Vec<TaskLine>, Problem> {
        let (account, body, _) = officer(ctx)?;
        let open = [TaskState::New, TaskState::Accepted];
        let states = if filter.states.is_empty() { &open[..] } else { &filter.states };
        let live = states.iter().all(|s| !matches!(s, TaskState::Done | TaskState::Refused | TaskState::Cancelled));
        let rows: Vec<TaskRow> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "{TASK} WHERE body = $1 AND state = ANY($2) AND ($3::text IS NULL OR code = $3) \
             AND ($4::text IS NULL OR member = $4) AND ($5::uuid IS NULL OR assignee = $5) {} \
             ORDER BY due_at, task_id LIMIT $6",
            if live { "AND ended_at IS NULL" } else { "" },
        )))
        .bind(body.as_str())
        .bind(states.iter().map(|state| state.as_str()).collect::<Vec<_>>())
        .bind(&filter.code)
        .bind(&filter.member)
        .bind(filter.mine.then_some(account.0))
        .bind(i64::from(filter.limit.unwrap_or(LINES_MAX).min(LINES_MAX)))
        .fetch_all(self.0.db.pool())
        .await
        .map_err(Error::from)?;
        Ok(rows.iter().map(|row| self.line(ctx, row)).collect::<Result<_, _>>()?)
    }

    pub(crate) fn line(&self, ctx: &Ctx, task: &TaskRow) -> Result<TaskLine, Error> {
        let group = self.0.setting.kept(&task.definition, task.version_from)?;
        let member = group.item.member(&task.member);
        let unknown = || Text { vi: task.member.clone(), en: task.member.clone() };
        let state = task.state()?;
        Ok(TaskLine {
            id: task.task_id,
            dossier: DossierId(task.dossier_id),
            code: task.code.clone(),
            title: group.item.title().clone(),
            procedure_name: group.item.name.clone(),
            member: task.member.clone(),
            name: member.map_or_else(unknown, |member| member.name.clone()),
            child: task.child,
            state,
            received_at: task.received_at,
            due_at: task.due_at,
            urgency: self.urgency(ctx, state, task.due_at),
            version: task.version,
            round: task.round,
            assignee: task.assignee.map(AccountId),
        })
    }

    fn urgency(&self, ctx: &Ctx, state: TaskState, due: time::OffsetDateTime) -> Urgency {
        let now = ctx.now();
        if !state.is_open() && state != TaskState::Performing {
            Urgency::None
        } else if now > due {
            Urgency::Late
        } else if now >= crate::accept_step::warn_at(&self.0.setting.calendar, due) {
            Urgency::Soon
        } else {
            Urgency::Fine
        }
    }
}
