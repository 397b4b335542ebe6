//! What pages ask: one function for each thing a person does, in a transaction of its own, with the right to do it checked
//! beside every read and write.
//!
//! Officers in a role of the programme see every directive, who owes what, and what happened. What a body wrote in its
//! reports, and its files, is seen by that body and by the one that gave it the task.

use crate::Error;
use crate::bodies::Bodies;
use crate::follow::{
    self, Amendment, Assignment, BodyPeriod, COORDINATOR, Counts, Decision, Directive, DoubtfulTask, Event, Evidence,
    Filter, Import, Imported, KeptReading, Line, NewFile, NewReport, Part, Period, Place, REPORTER, Report, Standing,
    State, TaskVersion, acting,
};
use crate::read;
use kernel::{Actor, BodyId, Ctx};
use sha2::{Digest, Sha256};
use store::Db;
use time::Date;
use uuid::Uuid;

/// A deadline counts as near so many days before it.
pub const SOON_DAYS: u16 = 30;

/// The follow-up of one program. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    pub(crate) db: Db,
    pub(crate) bodies: Bodies,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Desk")
    }
}

/// From which side a body looks at tasks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// Those that it gave.
    Given,
    /// Those that it owes.
    Owed,
}

/// Which tasks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Which {
    /// Past their last day.
    Late,
    /// Within [`SOON_DAYS`] of it.
    Soon,
    /// Reported as done, not decided on.
    Waiting,
    /// Not ended.
    Open,
    /// All.
    All,
}

/// A directive that a coordinator reads in.
#[derive(Clone)]
pub struct NewDirective {
    /// The file's name: only its ending counts.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// Its number, where the file does not say it.
    pub number: Option<String>,
    /// Its day, where the file does not say it.
    pub date: Option<Date>,
    /// The directive that it amends.
    pub amends: Option<Uuid>,
}

impl std::fmt::Debug for NewDirective {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewDirective")
            .field("bytes", &self.bytes.len())
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

/// What a list is about, within its side.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// One directive only.
    pub directive: Option<Uuid>,
    /// One body only, of those that owe what the side gave.
    pub body: Option<BodyId>,
    /// Lines to pass over.
    pub skip: u32,
    /// At most so many lines.
    pub take: Option<u32>,
}

/// A task with everything that the reader may see of it.
#[derive(Clone, Debug)]
pub struct TaskView {
    /// Where it stands.
    pub place: Place,
    /// What it says, and said before; the last is in force.
    pub versions: Vec<TaskVersion>,
    /// Who owes it.
    pub parts: Vec<Line>,
    /// Reports of the bodies whose reports the reader may see.
    pub reports: Vec<(BodyId, Vec<Report>)>,
    /// What happened, oldest first.
    pub events: Vec<Event>,
    /// The reader's body may report now.
    pub may_report: bool,
    /// The reader's body may give it to more bodies.
    pub may_assign: bool,
}

impl Desk {
    /// Over this database, with the bodies of a pack.
    #[must_use]
    pub const fn new(db: Db, bodies: Bodies) -> Self {
        Self { db, bodies }
    }

    /// The bodies that can be given tasks.
    #[must_use]
    pub fn bodies(&self) -> &Bodies {
        &self.bodies
    }

    /// All directives.
    ///
    /// # Errors
    /// [`Error::NotAllowed`]
    pub async fn directives(&self, ctx: &Ctx) -> Result<Vec<Directive>, Error> {
        reading(ctx)?;
        follow::directives(&mut *self.conn().await?, ctx.today()).await
    }

    /// How a directive stands, and what was read in for it.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::NotFound`]
    pub async fn directive(&self, ctx: &Ctx, id: Uuid) -> Result<(Standing, Vec<KeptReading>), Error> {
        reading(ctx)?;
        let mut conn = self.conn().await?;
        let standing = follow::standing(&mut conn, id, ctx.today()).await?;
        Ok((standing, follow::readings(&mut conn, id).await?))
    }

    /// The tasks of a directive whose reading somebody should look at.
    ///
    /// # Errors
    /// [`Error::NotAllowed`]
    pub async fn doubts(&self, ctx: &Ctx, directive: Uuid) -> Result<Vec<DoubtfulTask>, Error> {
        reading(ctx)?;
        follow::doubtful(&mut *self.conn().await?, directive).await
    }

    /// Whether the officer may read directives in: a coordinator of a body that can give tasks to others.
    #[must_use]
    pub fn may_import(&self, ctx: &Ctx) -> bool {
        let is_coordinator = |roles: &[kernel::Role]| roles.iter().any(|role| role.as_str() == COORDINATOR);
        // A leader decides, and does not bring in by hand what gives work to other bodies.
        matches!(&ctx.actor, Actor::Officer { body, roles, .. }
            if is_coordinator(roles) && !self.bodies.below(body, ctx.today()).is_empty())
    }

    /// Reads a directive in, steered by the officer's body, and keeps it: all of it or nothing.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] also where it gives tasks to a body that the officer's body cannot give tasks to; otherwise
    /// as [`read::read`] and [`follow::import`].
    pub async fn import(&self, ctx: &Ctx, new: NewDirective) -> Result<Imported, Error> {
        let (own, _) = acting(ctx, COORDINATOR)?;
        if !self.may_import(ctx) {
            return Err(Error::NotAllowed);
        }
        let file_hash = Sha256::digest(&new.bytes).into();
        let options = read::Options { number: new.number, date: new.date, today: ctx.today() };
        let bodies = self.bodies.clone();
        // A large table takes a while to understand: not on a thread that answers others.
        let reading = tokio::task::spawn_blocking(move || read::read(&new.name, &new.bytes, &bodies, &options));
        let reading = reading.await.map_err(|_| Error::Fault("the reader ended"))??;
        if !self.may_give_all(ctx, &own, &reading) {
            return Err(Error::NotAllowed);
        }
        let mut tx = self.db.begin().await?;
        let what = Import { reading: &reading, file_hash, steering: &own, amends: new.amends };
        let kept = follow::import(&mut tx, ctx, &self.bodies, what).await?;
        tx.commit().await?;
        Ok(kept)
    }

    /// Whether everybody whom a directive names is somebody to whom a body can give tasks, as bodies stand today.
    fn may_give_all(&self, ctx: &Ctx, own: &BodyId, reading: &read::Reading) -> bool {
        let below = self.bodies.below(own, ctx.today());
        for party in reading.tasks.iter().flat_map(|task| task.lead.iter().chain(&task.support)) {
            for body in party.bodies(&self.bodies, reading.day) {
                let today = self.bodies.falls_to(&body, reading.day, ctx.today());
                if today.is_some_and(|today| today != *own && !below.contains(&today)) {
                    return false;
                }
            }
        }
        true
    }

    /// Who leads what the officer's body gave.
    ///
    /// # Errors
    /// [`Error::NotAllowed`]
    pub async fn owing(&self, ctx: &Ctx) -> Result<Vec<BodyId>, Error> {
        let (own, _) = acting(ctx, COORDINATOR)?;
        follow::owing(&mut *self.conn().await?, &own).await
    }

    /// A later document changes a task. Gives the number of its new version.
    ///
    /// # Errors
    /// As [`follow::amend`].
    pub async fn amend(&self, ctx: &Ctx, task: Uuid, amendment: &Amendment) -> Result<i32, Error> {
        let mut tx = self.db.begin().await?;
        let version = follow::amend(&mut tx, ctx, &self.bodies, task, amendment).await?;
        tx.commit().await?;
        Ok(version)
    }

    /// Ties a body's part to what the platform measures.
    ///
    /// # Errors
    /// As [`follow::set_measure`].
    pub async fn set_measure(
        &self,
        ctx: &Ctx,
        task: Uuid,
        body: &BodyId,
        measure: &str,
        target: f64,
    ) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        follow::set_measure(&mut tx, ctx, task, body, measure, target).await?;
        Ok(tx.commit().await?)
    }

    /// How many tasks of a side there are of each sort.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] unless the officer works on that side.
    pub async fn counts(&self, ctx: &Ctx, side: Side, about: &About) -> Result<Counts, Error> {
        let filter = filter(ctx, side, about)?;
        follow::counts(&mut *self.conn().await?, ctx.today(), SOON_DAYS, &filter).await
    }

    /// The tasks of a side.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] unless the officer works on that side.
    pub async fn lines(&self, ctx: &Ctx, side: Side, which: Which, about: &About) -> Result<Vec<Line>, Error> {
        let filter = filter(ctx, side, about)?;
        let (conn, on) = (&mut *self.conn().await?, ctx.today());
        match which {
            Which::Late => follow::late(conn, on, &filter).await,
            Which::Soon => follow::soon(conn, on, SOON_DAYS, &filter).await,
            Which::Waiting => follow::waiting_for(conn, on, &filter).await,
            Which::Open => follow::open(conn, on, &filter).await,
            Which::All => follow::all(conn, on, &filter).await,
        }
    }

    /// One task.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::NotFound`]
    pub async fn task(&self, ctx: &Ctx, id: Uuid) -> Result<TaskView, Error> {
        let own = reading(ctx)?;
        let mut conn = self.conn().await?;
        let place = follow::place(&mut conn, id).await?;
        let filter = Filter { task: Some(id), ..Filter::default() };
        let parts = follow::all(&mut conn, ctx.today(), &filter).await?;
        let mut reports = Vec::new();
        for part in parts.iter().filter(|part| part.body == own || part.given_by == own) {
            let made = follow::reports(&mut conn, id, &part.body).await?;
            if !made.is_empty() {
                reports.push((part.body.clone(), made));
            }
        }
        let leads = |part: &Line| {
            part.body == own && part.part == Part::Lead && matches!(part.state, State::Assigned | State::Returned)
        };
        let hands_down = |part: &Line| part.body == own && part.part == Part::Lead && !part.has_ended();
        Ok(TaskView {
            may_report: acting(ctx, REPORTER).is_ok() && parts.iter().any(leads),
            may_assign: acting(ctx, COORDINATOR).is_ok()
                && (place.steering_body == own.as_str() || parts.iter().any(hands_down)),
            place,
            versions: follow::versions(&mut conn, id).await?,
            parts,
            reports,
            events: follow::history(&mut conn, id).await?,
        })
    }

    /// The body of the officer reports; its files are kept with it. Gives the report's id.
    ///
    /// # Errors
    /// As [`follow::report`].
    pub async fn report(&self, ctx: &Ctx, task: Uuid, report: NewReport, files: &[NewFile]) -> Result<Uuid, Error> {
        let (own, _) = acting(ctx, REPORTER)?;
        let mut tx = self.db.begin().await?;
        let mut report = report;
        for file in files {
            let hash = follow::keep_file(&mut tx, ctx, &own, file).await?;
            let size = i64::try_from(file.bytes.len()).unwrap_or(i64::MAX);
            report.evidence.push(Evidence::File { name: file.name.clone(), hash: kernel::text::hex(&hash), size });
        }
        let id = follow::report(&mut tx, ctx, task, &report).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// A file of a report: its name and what is in it.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::NotFound`] also where the reader is neither the body itself nor who gave it the task.
    pub async fn file(
        &self,
        ctx: &Ctx,
        body: &BodyId,
        report: Uuid,
        position: i16,
    ) -> Result<(String, Vec<u8>), Error> {
        let own = reading(ctx)?;
        let mut conn = self.conn().await?;
        let giver: Option<String> = follow::giver_of(&mut conn, body, report).await?;
        if *body != own && giver.as_deref() != Some(own.as_str()) {
            return Err(Error::NotFound);
        }
        follow::file(&mut conn, body, report, position).await?.ok_or(Error::NotFound)
    }

    /// Decides on a report that waits.
    ///
    /// # Errors
    /// As [`follow::decide`].
    pub async fn decide(&self, ctx: &Ctx, decision: &Decision<'_>) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        follow::decide(&mut tx, ctx, decision).await?;
        Ok(tx.commit().await?)
    }

    /// Gives a task to one more body.
    ///
    /// # Errors
    /// As [`follow::assign`].
    pub async fn assign(&self, ctx: &Ctx, task: Uuid, assignment: &Assignment) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        follow::assign(&mut tx, ctx, &self.bodies, task, assignment).await?;
        Ok(tx.commit().await?)
    }

    /// Takes a task from a body.
    ///
    /// # Errors
    /// As [`follow::release`].
    pub async fn release(&self, ctx: &Ctx, task: Uuid, body: &BodyId, reason: &str) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        follow::release(&mut tx, ctx, task, body, reason).await?;
        Ok(tx.commit().await?)
    }

    /// Reminds a body of a task.
    ///
    /// # Errors
    /// As [`follow::remind_by_hand`].
    pub async fn remind(&self, ctx: &Ctx, task: Uuid, body: &BodyId) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        follow::remind_by_hand(&mut tx, ctx, task, body).await?;
        Ok(tx.commit().await?)
    }

    /// What each body owed and did in a period, of which days to come do not count yet; who gives no tasks sees the own body only.
    ///
    /// # Errors
    /// [`Error::NotAllowed`]
    pub async fn period(&self, ctx: &Ctx, period: Period, directive: Option<Uuid>) -> Result<Vec<BodyPeriod>, Error> {
        let own = reading(ctx)?;
        // What is due later this week is not late today.
        let until = period.until.min(ctx.today().max(period.from));
        let period = Period { until, ..period };
        let mut lines = follow::period(&mut *self.conn().await?, period, directive).await?;
        if acting(ctx, COORDINATOR).is_err() {
            lines.retain(|line| line.body.0 == own);
        }
        Ok(lines)
    }

    /// How every directive stands, for everybody: figures and the directives' own words.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn results(&self, on: Date) -> Result<Vec<Directive>, Error> {
        follow::directives(&mut *self.conn().await?, on).await
    }

    /// How one directive stands today, for everybody: its tasks, and the bodies that lead them.
    ///
    /// # Errors
    /// [`Error::NotFound`]
    pub async fn result(&self, directive: Uuid, on: Date) -> Result<(Standing, Vec<BodyPeriod>), Error> {
        let mut conn = self.conn().await?;
        let standing = follow::standing(&mut conn, directive, on).await?;
        let bodies = follow::period(&mut conn, Period { from: on, until: on }, Some(directive)).await?;
        Ok((standing, bodies))
    }

    async fn conn(&self) -> Result<sqlx::pool::PoolConnection<sqlx::Postgres>, Error> {
        Ok(self.db.pool().acquire().await?)
    }
}

fn filter(ctx: &Ctx, side: Side, about: &About) -> Result<Filter, Error> {
    let (given_by, body) = match side {
        Side::Given => (Some(acting(ctx, COORDINATOR)?.0), about.body.clone()),
        Side::Owed => (None, Some(acting(ctx, REPORTER)?.0)),
    };
    // Who gave a task asks those who lead it; who supports stands on the page of the task.
    let leads = side == Side::Given;
    Ok(Filter { body, directive: about.directive, given_by, task: None, leads, skip: about.skip, take: about.take })
}

/// The body of an officer who works on the programme.
fn reading(ctx: &Ctx) -> Result<BodyId, Error> {
    let (body, _) = acting(ctx, COORDINATOR).or_else(|_| acting(ctx, REPORTER))?;
    Ok(body)
}
