//! One birth from the filing to the card: what the mother and the officers do.

use super::prepare::Birth;
use crate::filing::{self, BIRTH_GROUP};
use crate::house::House;
use anyhow::{Result, bail};
use async_trait::async_trait;
use kernel::{AccountId, Actor, BodyId, Ctx, DossierId, Problem, Role};
use procedure::{Decision, DossierView, InboxFilter, Status};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use store::jobs::Handler;
use tokio::sync::Notify;
use tokio::time::timeout;

/// How long nothing may happen to a dossier before somebody looks whether a message was missed.
const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// After this long without its end a group is given up.
const GIVEN_UP: Duration = Duration::from_secs(600);
/// Roles that the officers of a benchmark hold, each in the body that asks for it.
const ROLES: [&str; 4] = ["civil-status-officer", "residence-officer", "identity-card-officer", "insurance-officer"];
const LEVEL_2: u8 = 2;

/// How long the parts of one group took.
pub(super) struct Times {
    pub(super) group: Duration,
    pub(super) filing: Duration,
    pub(super) decisions: Vec<Duration>,
}

/// Tells whoever waits for a dossier that one of its jobs has run, so that nobody has to ask again and again.
#[derive(Default)]
pub(super) struct Hub {
    waiting: Mutex<HashMap<DossierId, Arc<Notify>>>,
}

impl Hub {
    fn of(&self, dossier: DossierId) -> Arc<Notify> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(waiting.entry(dossier).or_default())
    }

    fn forget(&self, dossier: DossierId) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&dossier);
    }

    /// The same handlers, which also tell that they have run.
    pub(super) fn handlers(
        self: &Arc<Self>,
        handlers: Vec<(String, Arc<dyn Handler>)>,
    ) -> HashMap<String, Arc<dyn Handler>> {
        let telling = |(kind, inner): (String, Arc<dyn Handler>)| -> (String, Arc<dyn Handler>) {
            (kind, Arc::new(Telling { inner, hub: Arc::clone(self) }))
        };
        handlers.into_iter().map(telling).collect()
    }
}

struct Telling {
    inner: Arc<dyn Handler>,
    hub: Arc<Hub>,
}

#[async_trait]
impl Handler for Telling {
    async fn run(&self, ctx: &Ctx, payload: &Value) -> Result<(), Problem> {
        self.inner.run(ctx, payload).await?;
        let dossier = payload.get("dossier").or_else(|| payload.pointer("/step/dossier"));
        if let Some(dossier) = dossier.and_then(Value::as_str).and_then(|text| text.parse().ok()) {
            self.hub.of(dossier).notify_one();
        }
        Ok(())
    }
}

/// Files and completes one group. What was done before a crash is found and not repeated.
pub(super) async fn complete(house: &House, hub: &Hub, birth: &Birth) -> Result<Times> {
    let began = Instant::now();
    let mother = house.ctx.act_as(Actor::Citizen { account: birth.account, subject: birth.mother, level: LEVEL_2 });
    let filed = patiently(began, || file(house, &mother, birth)).await?;
    let filing = began.elapsed();
    let happened = hub.of(filed);
    let mut decisions = Vec::new();
    loop {
        let view = patiently(began, || house.procedures.dossier(&mother, filed)).await?;
        if matches!(view.head.status, Status::Finished | Status::Returned) {
            break;
        }
        if view.head.status.is_terminal() || began.elapsed() > GIVEN_UP {
            bail!("dossier {} does not end well: {:?}", view.head.code, view.head.status);
        }
        let decided = patiently(began, || decide(house, &view)).await?;
        let idle = decided.is_empty();
        decisions.extend(decided);
        if idle {
            // Whoever is told while nobody waits keeps the message: none is lost.
            let _ = timeout(LOOK_AGAIN, happened.notified()).await;
        }
    }
    hub.forget(filed);
    Ok(Times { group: began.elapsed(), filing, decisions })
}

/// Does it again when it failed for a reason that may pass, as a browser's user would.
async fn patiently<T, F>(began: Instant, mut what: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<T, Problem>>,
{
    let mut look = tokio::time::interval(LOOK_AGAIN);
    loop {
        look.tick().await;
        match what().await {
            Err(problem) if problem.kind.retryable() && began.elapsed() < GIVEN_UP => {}
            other => return Ok(other?),
        }
    }
}

async fn file(house: &House, mother: &Ctx, birth: &Birth) -> Result<DossierId, Problem> {
    // After a crash the notice may be used already, and the form would be filled otherwise than it was.
    if let Some(filed) = house.procedures.my_dossiers(mother).await?.first() {
        return Ok(filed.id);
    }
    let prefilled = house.procedures.prefill(mother, BIRTH_GROUP).await?;
    let values = filing::birth(prefilled.values);
    Ok(house.procedures.file(mother, BIRTH_GROUP, values, &birth.key).await?.dossier)
}

/// Every officer who has a task of this dossier looks at it and approves it.
async fn decide(house: &House, view: &DossierView) -> Result<Vec<Duration>, Problem> {
    let bodies: BTreeSet<&BodyId> =
        view.steps.iter().filter(|step| step.ended_at.is_none()).map(|step| &step.body).collect();
    let mut took = Vec::new();
    for body in bodies {
        let roles = ROLES.into_iter().map(Role::from).collect();
        let account = AccountId(house.ctx.uuid());
        let officer = house.ctx.act_as(Actor::Officer { account, body: body.clone(), roles });
        let began = Instant::now();
        let filter = InboxFilter { code: Some(view.head.code.clone()), ..InboxFilter::default() };
        for line in house.procedures.inbox(&officer, &filter).await? {
            let task = house.procedures.task(&officer, line.id).await?;
            if let Some(code) = task.fault {
                // Approving it again would end the same way.
                return Err(Problem { code: code.into(), ..Problem::new(kernel::Kind::Conflict, "") });
            }
            let approve = Decision::Approve { note: None };
            match house.procedures.decide(&officer, line.id, task.line.version, approve).await {
                Ok(_) => took.push(began.elapsed()),
                // Decided since, by this same officer before a crash: look again.
                Err(problem) if problem.kind == kernel::Kind::Conflict => {}
                Err(problem) => return Err(problem),
            }
        }
    }
    Ok(took)
}
