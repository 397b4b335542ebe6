//! `supervise`: a leader looks at how a task of the body is handled. What was filed is not shown: it is not needed for
//! that.

use crate::procedures::officer;
use crate::rows::{TASK, TaskRow};
use crate::setting::{ids, people};
use crate::task::history;
use crate::{Error, Procedures, SupervisedTask};
use exchange::{Purpose, Request, Scope, SubjectRef};
use kernel::{Ctx, Problem};
use uuid::Uuid;

/// The service behind it.
const SUPERVISE: &str = "dossier.supervise";

impl Procedures {
    /// A task of the leader's own body: where it stands and what happened with it. The applicant sees in their log that
    /// it was looked at, for supervision.
    ///
    /// # Errors
    /// `PRO0003` no such task here, `PRO0010` no officer, `EXC0007` an officer who is no leader.
    pub async fn supervise(&self, ctx: &Ctx, id: Uuid) -> Result<SupervisedTask, Problem> {
        let (_, body, _) = officer(ctx)?;
        let head = self.head_of(body, id).await?;
        let applicant: Vec<_> = ids(&people([head.people.clone()])).into_iter().take(1).collect();
        let request = Request::new(body.clone(), body.clone(), SUPERVISE, Purpose::SUPERVISION)
            .about(Scope::Subjects(applicant.iter().copied().map(SubjectRef::Id).collect()))
            .on(kernel::DossierId(head.dossier_id));
        let (task, history) = self
            .0
            .exchange
            .open(ctx, request, move |tx, pass| {
                Box::pin(async move {
                    for subject in applicant {
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
        Ok(SupervisedTask {
            line: self.line(ctx, &task)?,
            history,
            fault: task.fault.clone(),
            supplements: task.supplements,
            legal_basis: member.legal_basis.clone(),
        })
    }
}
