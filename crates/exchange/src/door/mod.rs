//! The door. Everything about a person goes through here.
//!
//! One passage, in order:
//!
//! 1. what the pack says is judged in memory ([`decide::standing`]); a unit of quota is taken from the leased block;
//! 2. one transaction begins; a keyed call puts its row in first, so that a twin waits for it and gets its reply;
//! 3. case and consent are read in that transaction and judged ([`decide::entitled`]);
//! 4. the provider works, with the connection and the [`Pass`];
//! 5. the ledger gets a line for everybody the pass admitted (or one, if nobody was touched), the keyed row its reply;
//! 6. commit. Only then the answer leaves.
//!
//! A refusal, and a failure of the provider, roll the transaction back and are then written down in a transaction of
//! their own: no rollback erases them. After a crash anywhere before the commit nothing has happened; after it, a retry
//! with the same key gets the stored reply.
//!
//! No call is made while a transaction is held: a provider's code never goes through the door itself.

mod log;
mod remembered;

use crate::{
    Catalogue, Error, Pass, Refusal, Request, Scope, SubjectRef, case_grant, consent,
    decide::{self, Facts, Grant, Moment, Standing},
    quota::Quotas,
};
use async_trait::async_trait;
use futures::future::BoxFuture;
use kernel::{Ctx, Kind, Problem, ServiceName};
pub(crate) use log::OK;
use remembered::{Arrival, Memory};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use sqlx::PgConnection;
use std::{collections::HashMap, fmt, sync::Arc};
use store::Db;

/// What a body does when its service is asked for.
#[async_trait]
pub trait Service: Send + Sync {
    /// Does it, inside the passage's transaction. Whoever is read or changed has been admitted by the pass before.
    ///
    /// # Errors
    /// A problem: everything done here is undone. Only a retryable one is worth sending again.
    async fn handle(&self, ctx: &Ctx, tx: &mut PgConnection, pass: &Pass, payload: Value) -> Result<Value, Problem>;
}

/// The door, shared by everything in the program.
#[derive(Clone)]
pub struct Exchange(Arc<Inner>);

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange").field("services", &self.0.services.len()).finish_non_exhaustive()
    }
}

struct Inner {
    db: Db,
    catalogue: Arc<Catalogue>,
    services: HashMap<ServiceName, Arc<dyn Service>>,
    quotas: Arc<Quotas>,
}

/// An [`Exchange`] being put together.
pub struct ExchangeBuilder {
    db: Db,
    catalogue: Arc<Catalogue>,
    services: HashMap<ServiceName, Arc<dyn Service>>,
}

impl ExchangeBuilder {
    /// Whoever is asked for this service in this program, this answers. The last one given stays.
    #[must_use]
    pub fn serve(mut self, name: ServiceName, service: Arc<dyn Service>) -> Self {
        self.services.insert(name, service);
        self
    }

    /// Ready.
    #[must_use]
    pub fn build(self) -> Exchange {
        let quotas = Arc::new(Quotas::new(self.db.clone()));
        Exchange(Arc::new(Inner { db: self.db, catalogue: self.catalogue, services: self.services, quotas }))
    }
}

impl Exchange {
    /// A door onto this database, under these agreements.
    pub fn builder(db: Db, catalogue: impl Into<Arc<Catalogue>>) -> ExchangeBuilder {
        ExchangeBuilder { db, catalogue: catalogue.into(), services: HashMap::new() }
    }

    pub(crate) fn db(&self) -> &Db {
        &self.0.db
    }

    /// Bodies, services and agreements.
    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        &self.0.catalogue
    }

    /// Asks another body for a service. Payload and reply are the service's JSON; of a service that lists its fields,
    /// the reply holds those that the pass names and no others.
    ///
    /// With an idempotency key the effect and the reply are one, however often the call is sent; a problem is not
    /// remembered, so a refused call may be sent again when its cause is gone.
    ///
    /// # Errors
    /// A [`Refusal`] (`EXC0001` to `EXC0011`), the provider's own problem, or `EXC0012` to `EXC0018`.
    pub async fn call(&self, ctx: &Ctx, request: Request, payload: Value) -> Result<Value, Problem> {
        let memory = Memory::of(ctx, &request, &payload)?;
        let service = self.0.services.get(&request.service).cloned();
        let by = ctx.clone();
        self.pass_through(ctx, request, memory, move |tx, pass| {
            Box::pin(async move {
                let service = service.ok_or(Error::NotServed)?;
                let reply = service.handle(&by, tx, pass, payload).await?;
                Ok::<_, Problem>(if pass.guards_reply() { pass.project(reply) } else { reply })
            })
        })
        .await
    }

    /// The same door for typed code in the same program: instead of a registered service, `work` is done with the
    /// transaction's connection and the pass. What it borrows it must own (clone the `Ctx`): it has to outlive any
    /// borrow of the connection.
    ///
    /// # Errors
    /// As [`Exchange::call`]; `EXC0014` when the request carries an idempotency key (see [`Exchange::open_once`]).
    pub async fn open<T, E, F>(&self, ctx: &Ctx, request: Request, work: F) -> Result<T, Problem>
    where
        T: Send,
        E: Into<Problem> + Send,
        F: for<'a> FnOnce(&'a mut PgConnection, &'a Pass) -> BoxFuture<'a, Result<T, E>> + Send,
    {
        if request.idempotency_key.is_some() {
            return Err(Error::CannotRemember.into());
        }
        self.pass_through(ctx, request, None, work).await
    }

    /// [`Exchange::open`] for a request with an idempotency key: a retry gets the first reply. `input` is everything
    /// that `work` depends on; another input under the same key is refused (`EXC0010`). Without a key this is `open`.
    ///
    /// # Errors
    /// As [`Exchange::open`].
    pub async fn open_once<T, E, F>(
        &self,
        ctx: &Ctx,
        request: Request,
        input: &(impl Serialize + Sync),
        work: F,
    ) -> Result<T, Problem>
    where
        T: Serialize + DeserializeOwned + Send,
        E: Into<Problem> + Send,
        F: for<'a> FnOnce(&'a mut PgConnection, &'a Pass) -> BoxFuture<'a, Result<T, E>> + Send,
    {
        let memory = Memory::of(ctx, &request, input)?;
        self.pass_through(ctx, request, memory, work).await
    }

    /// Whether the pack lets this actor come in with this request at all, before anything is done on their account. A
    /// refusal is written down like every refusal; a yes opens nothing and leaves no line.
    ///
    /// # Errors
    /// A [`Refusal`] of those that the pack alone decides (`EXC0001`, `EXC0002`, `EXC0005` to `EXC0008`, `EXC0011`).
    pub async fn allows(&self, ctx: &Ctx, request: &Request) -> Result<(), Problem> {
        match self.standing(ctx, request) {
            Ok(_) => Ok(()),
            Err(refusal) => Err(self.refuse(ctx, request, None, refusal).await),
        }
    }

    async fn pass_through<T, E, F>(
        &self,
        ctx: &Ctx,
        request: Request,
        memory: Option<Memory<T>>,
        work: F,
    ) -> Result<T, Problem>
    where
        T: Send,
        E: Into<Problem> + Send,
        F: for<'a> FnOnce(&'a mut PgConnection, &'a Pass) -> BoxFuture<'a, Result<T, E>> + Send,
    {
        let standing = match self.standing(ctx, &request) {
            Ok(standing) => standing,
            Err(refusal) => return Err(self.refuse(ctx, &request, None, refusal).await),
        };
        // Taken before the transaction begins: leasing a block needs a connection, and one is enough for one call.
        // What is not spent goes back when the ticket is dropped.
        let ticket = self.0.quotas.take(ctx, &standing.agreement, &request.consumer).await?;

        let mut tx = self.0.db.begin().await.map_err(Error::from)?;
        if let Some(memory) = &memory {
            match memory.arrive(&mut tx, ctx).await? {
                Arrival::First => {}
                Arrival::Again(reply) => return Ok(memory.reply(reply)?),
                Arrival::Swept => return Err(Error::Swept.into()),
                Arrival::Other => {
                    drop(tx.rollback().await);
                    return Err(self.refuse(ctx, &request, Some(&standing), Refusal::KeyReused).await);
                }
            }
        }
        let moment = moment(&mut tx, ctx, &request, &standing, ticket.is_some()).await?;
        let case_subjects = match decide::entitled(&ctx.actor, &request, &standing, &moment, ctx.now()) {
            Ok(case_subjects) => case_subjects,
            Err(refusal) => {
                drop(tx.rollback().await);
                return Err(self.refuse(ctx, &request, Some(&standing), refusal).await);
            }
        };
        let pass = Pass::issue(ctx, request, Grant { standing, case_subjects });

        let outcome = work(&mut tx, &pass).await;
        if let Some(ticket) = ticket {
            ticket.spend();
        }
        match outcome {
            _ if pass.was_overstepped() => {
                drop(tx.rollback().await);
                let standing = pass.standing();
                Err(self.refuse(ctx, pass.request(), Some(standing), Refusal::SubjectOutsideScope).await)
            }
            Ok(value) => {
                log::passed(&mut tx, ctx, &pass).await?;
                if let Some(memory) = &memory {
                    memory.keep(&mut tx, &value).await?;
                }
                tx.commit().await.map_err(Error::from)?;
                Ok(value)
            }
            Err(error) => {
                drop(tx.rollback().await);
                Err(self.failed(ctx, &pass, error.into()).await)
            }
        }
    }

    fn standing(&self, ctx: &Ctx, request: &Request) -> Result<Standing, Refusal> {
        let catalogue = self.catalogue();
        let day = ctx.today();
        decide::standing(&Facts {
            actor: &ctx.actor,
            request,
            day,
            consumer: catalogue.body(&request.consumer, day).as_ref(),
            provider: catalogue.body(&request.provider, day).as_ref(),
            service: catalogue.service(&request.service),
            agreements: &catalogue.agreements_between(&request.consumer, &request.service),
        })
    }

    /// Writes a refusal down, in a transaction of its own, and gives the problem to answer with.
    async fn refuse(&self, ctx: &Ctx, request: &Request, standing: Option<&Standing>, refusal: Refusal) -> Problem {
        let written = async {
            let mut tx = self.0.db.begin().await?;
            log::refused(&mut tx, ctx, request, standing, refusal).await?;
            tx.commit().await.map_err(Error::from)
        };
        match written.await {
            Ok(()) => Problem::from(refusal).with("service", &request.service),
            // Nothing is refused in secret: what cannot be written down is not answered as a refusal.
            Err(error) => {
                tracing::error!(code = refusal.code(), service = %request.service, %error, "a refusal could not be logged");
                error.into()
            }
        }
    }

    /// Writes down that a passage came to nothing, in a transaction of its own, and gives back the provider's problem.
    async fn failed(&self, ctx: &Ctx, pass: &Pass, problem: Problem) -> Problem {
        let written = async {
            let mut tx = self.0.db.begin().await?;
            log::failed(&mut tx, ctx, pass, &problem).await?;
            tx.commit().await.map_err(Error::from)
        };
        // The data did not leave, so the answer does not depend on this line; the process log says that it is missing.
        if let Err(error) = written.await {
            tracing::error!(code = %problem.code, service = %pass.service(), %error, "a failed passage could not be logged");
        }
        if problem.kind == Kind::Internal {
            tracing::error!(code = %problem.code, service = %pass.service(), request = %ctx.request, "a service failed");
        }
        problem
    }
}

/// What the database says now about this request, as far as the agreement asks.
async fn moment(
    conn: &mut PgConnection,
    ctx: &Ctx,
    request: &Request,
    standing: &Standing,
    quota_left: bool,
) -> Result<Moment, Error> {
    let case = match request.case {
        Some(case) if standing.agreement.needs_case => case_grant::read(conn, case, &request.consumer).await?,
        _ => None,
    };
    let consents = match &request.scope {
        Scope::Subjects(subjects) if standing.agreement.needs_consent => {
            let ids = subjects.iter().filter_map(|subject| match subject {
                SubjectRef::Id(id) => Some(*id),
                SubjectRef::Number(_) => None,
            });
            consent::given(conn, ctx, request, &ids.collect::<Vec<_>>()).await?
        }
        _ => Default::default(),
    };
    Ok(Moment { case, consents, quota_left })
}
