//! The index of a register's own people, held by the body that keeps the register: for bulk verification, and for the
//! look-alikes of somebody who is to be recorded.
//!
//! It is built from the register's present states through the door (the body's own work, one line in the ledger), and
//! follows the change feeds of the registers that it was read from: whoever has changed is read again, and the index is
//! made anew in memory from what is known of everybody. A bulk load, a new day, or very many changes at once lead to a
//! whole new reading.
//!
//! Always true here:
//! - what an index says of somebody is never an answer by itself: whoever asks admits the person to the pass, and what
//!   leaves is read from the register;
//! - one index is made at a time in a process; whoever comes meanwhile waits for it or uses the one before;
//! - without an index nothing is guessed: [`Error::NoIndex`] is worth another try.

use crate::{
    Error, Extract, People, Register, Registers, Version,
    extract::{BY_ID_MAX, Plan, unadmitted},
    population::RELATIVES,
    read,
};
use exchange::{Exchange, Pass, Purpose, Request, Scope};
use kernel::{Actor, BodyId, Ctx, Problem, SubjectId};
use matching::{Agreement, Batch, CleanOptions, Cleaner, Decision, Index, IndexBuilder, Schema, value::place::Places};
use sqlx::PgConnection;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock, PoisonError, RwLock, mpsc},
    thread,
    time::Duration,
};
use store::Db;
use time::Date;
use tokio::sync::{Mutex, Notify, oneshot};

/// Changed people that are read one by one; with more of them everybody is read anew.
const CHANGED_MAX: usize = 20_000;
/// Somebody who looks like a person to be recorded is a question from this probability on.
const ALIKE_FROM: f64 = 0.9;
/// How many people of the index are looked at for one who is to be recorded.
const ALIKE_MAX: usize = 5;
/// How long a call waits for an index that is being made.
const WAIT_MAX: Duration = Duration::from_secs(5);
/// The service under which a body reads its own register for the index.
const SERVICE: &str = "extract";
/// Levels of a name that say that it is the same name, written in another way. A slip is not among them: the names of
/// twins may differ by a letter.
const SAME_NAME: [&str; 4] = ["same", "typed", "unmarked", "order"];

/// The index of one register, shared by everything in a program.
#[derive(Clone)]
pub struct LookAlikes(Arc<Inner>);

struct Inner {
    db: Db,
    registers: Arc<Registers>,
    register: String,
    places: OnceLock<Arc<Places>>,
    built: RwLock<Option<Arc<Built>>>,
    /// Held by whoever makes the index anew.
    making: Mutex<()>,
    /// Somebody needs an index, or a wholly new one.
    wanted: Notify,
}

/// An index, and whom it is of.
pub(crate) struct Built {
    pub(crate) index: Arc<Index>,
    /// By place in the index.
    people: Arc<People>,
    /// How far the feed of each register had come when reading began.
    marks: BTreeMap<String, i64>,
    day: Date,
    asking: mpsc::Sender<Question>,
}

/// One who is to be recorded, and where to send the people who look alike.
struct Question {
    cells: Vec<String>,
    answer: oneshot::Sender<Vec<matching::Candidate>>,
}

/// What has happened to a register since its index was made.
enum Since {
    Nothing,
    These(BTreeSet<SubjectId>, BTreeMap<String, i64>),
    TooMuch,
}

impl std::fmt::Debug for LookAlikes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LookAlikes").field("register", &self.0.register).field("people", &self.people()).finish()
    }
}

impl LookAlikes {
    /// Of each register that extracts are defined of, without an index yet.
    #[must_use]
    pub fn of_all(db: &Db, registers: &Arc<Registers>) -> Vec<Self> {
        let of_people = registers.all().filter(|register| !register.extract.is_empty());
        of_people.map(|register| Self::new(db.clone(), Arc::clone(registers), &register.name)).collect()
    }

    /// The look-alikes of a register, without an index yet.
    #[must_use]
    pub fn new(db: Db, registers: Arc<Registers>, register: &str) -> Self {
        Self(Arc::new(Inner {
            db,
            registers,
            register: register.to_owned(),
            places: OnceLock::new(),
            built: RwLock::default(),
            making: Mutex::default(),
            wanted: Notify::new(),
        }))
    }

    /// The register.
    #[must_use]
    pub fn register_name(&self) -> &str {
        &self.0.register
    }

    /// How many people the index has; none while there is no index.
    #[must_use]
    pub fn people(&self) -> Option<u32> {
        self.built().map(|built| built.index.people())
    }

    /// Waits until somebody needs an index that is not there.
    pub async fn wanted(&self) {
        self.0.wanted.notified().await;
    }

    /// Brings the index up to what the register says now, as far as its feeds have come: nothing where nothing has
    /// happened. What is read, the body that keeps the register reads through the door.
    ///
    /// # Errors
    /// A refusal when the pack gives the body no agreement to read the whole of its own register, a database failure.
    pub async fn refresh(&self, exchange: &Exchange, ctx: &Ctx) -> Result<(), Problem> {
        let _one_at_a_time = self.0.making.lock().await;
        let register = Arc::clone(self.0.registers.required(&self.0.register).map_err(Problem::from)?);
        let body = BodyId::new(&register.owner);
        let service = format!("{}.{SERVICE}", register.name);
        let ctx = &ctx.act_as(Actor::System { body: body.clone(), on_decision_of: None });
        let request = Request::new(body.clone(), body, service.as_str(), Purpose::OPERATION).about(Scope::Bulk);
        let before = self.built().filter(|built| built.day == ctx.today());
        let (this, today) = (self.clone(), ctx.today());
        if let Some(before) = before {
            let mut conn = self.0.db.pool().acquire().await.map_err(Error::from)?;
            match this.since(&mut conn, &before).await? {
                Since::Nothing => return Ok(()),
                Since::These(changed, marks) => {
                    drop(conn);
                    let work = exchange.open(ctx, request, move |conn, pass| {
                        Box::pin(async move {
                            pass.admit_extract(changed.len() as u64)?;
                            this.read_again(conn, &before, &changed, today).await.map(|people| (people, marks))
                        })
                    });
                    let (people, marks) = work.await?;
                    return Ok(self.make(people, marks, today).await?);
                }
                Since::TooMuch => {}
            }
        }
        let work = exchange
            .open(ctx, request, move |conn, pass| Box::pin(async move { this.read_all(conn, pass, today).await }));
        let (people, marks) = work.await?;
        Ok(self.make(people, marks, today).await?)
    }

    /// The index as fresh as the feeds, inside a passage about many people: what has changed is read with the
    /// passage's connection, as part of the provider's own work.
    ///
    /// # Errors
    /// [`Error::NoIndex`] while there is none, or when so much has happened that it is read anew.
    pub(crate) async fn fresh(&self, conn: &mut PgConnection, today: Date) -> Result<Arc<Built>, Error> {
        let missing = || {
            self.0.wanted.notify_one();
            Error::NoIndex
        };
        let built = || self.built().filter(|built| built.day == today).ok_or_else(missing);
        if matches!(self.since(conn, &*built()?).await?, Since::Nothing) {
            return built();
        }
        // A connection is held meanwhile, which whoever is making the index may need: so not for ever.
        let waiting = tokio::time::timeout(WAIT_MAX, self.0.making.lock()).await;
        let _one_at_a_time = waiting.map_err(|_| missing())?;
        // Somebody else may have made it while we waited.
        let before = built()?;
        match self.since(conn, &before).await? {
            Since::Nothing => Ok(before),
            Since::TooMuch => Err(missing()),
            Since::These(changed, marks) => {
                let people = self.read_again(conn, &before, &changed, today).await?;
                self.make(people, marks, today).await?;
                built()
            }
        }
    }

    /// Whom somebody to be recorded may be, by the index as it stands: none where there is no index. Whoever asks
    /// reads their records before an answer depends on it.
    pub(crate) async fn of(&self, cells: Vec<String>) -> Vec<SubjectId> {
        let Some(built) = self.built() else { return Vec::new() };
        let (answer, answered) = oneshot::channel();
        if built.asking.send(Question { cells, answer }).is_err() {
            return Vec::new();
        }
        let schema = built.index.schema();
        let (Some(name), Some(birth)) = (schema.position("full_name"), schema.position("birth_date")) else {
            return Vec::new();
        };
        let level = |levels: &[u8], field: usize| schema.fields[field].kind.levels().get(usize::from(levels[field]));
        let found = answered.await.unwrap_or_default();
        let alike = found.into_iter().filter(|one| {
            one.probability >= ALIKE_FROM
                && level(&one.levels, name).is_some_and(|level| SAME_NAME.contains(&level.id))
                && level(&one.levels, birth).is_some_and(|level| level.agreement != Agreement::Differs)
        });
        alike.filter_map(|one| built.subject(one.person)).collect()
    }

    fn built(&self) -> Option<Arc<Built>> {
        self.0.built.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn register(&self) -> Result<&Arc<Register>, Error> {
        self.0.registers.required(&self.0.register)
    }

    fn plan(&self) -> Result<Plan<'_>, Error> {
        Plan::new(&self.0.registers, self.register()?, |_| true)
    }

    /// Reads everybody.
    async fn read_all(
        &self,
        conn: &mut PgConnection,
        pass: &Pass,
        today: Date,
    ) -> Result<(People, BTreeMap<String, i64>), Error> {
        // The marks first: whatever is written while we read is read again.
        let mut marks = BTreeMap::new();
        for name in &self.plan()?.read {
            let feed = self.0.registers.required(name)?.feed();
            marks.insert((*name).to_owned(), store::feed::mark(conn, &feed).await?);
        }
        let mut extract = Extract::begin(&self.0.registers, self.register()?, pass, today)?;
        let mut all = People { subjects: Vec::new(), cells: Batch::new(Schema::people().fields.len()) };
        while let Some(people) = extract.next(conn, pass).await? {
            all.extend(&people, |_| true);
        }
        Ok((all, marks))
    }

    /// What the feeds tell since the index was made.
    async fn since(&self, conn: &mut PgConnection, built: &Built) -> Result<Since, Error> {
        let mut changed = BTreeSet::new();
        let mut marks = built.marks.clone();
        for (name, mark) in &mut marks {
            let register = self.0.registers.required(name)?;
            loop {
                let items = crate::changes(conn, register, *mark, store::feed::READ_MAX).await?;
                let Some(last) = items.last() else { break };
                if changed.len() + items.len() > CHANGED_MAX || items.iter().any(|item| item.kind == "load") {
                    return Ok(Since::TooMuch);
                }
                *mark = last.pos;
                changed.extend(items.iter().map(|item| item.subject));
            }
        }
        Ok(if marks == built.marks { Since::Nothing } else { Since::These(changed, marks) })
    }

    /// Everybody, with those who have changed, and those whose relatives' names may have, read again.
    async fn read_again(
        &self,
        conn: &mut PgConnection,
        before: &Built,
        changed: &BTreeSet<SubjectId>,
        today: Date,
    ) -> Result<People, Error> {
        let plan = self.plan()?;
        let mut again = changed.clone();
        let ids: Vec<_> = changed.iter().map(|subject| subject.0).collect();
        let listing: BTreeSet<&str> = self
            .register()?
            .extract
            .iter()
            .filter(|column| column.relation.is_some())
            .filter_map(|column| column.register.as_deref())
            .collect();
        let kin = read::states(conn, &listing.into_iter().collect::<Vec<_>>(), &ids, today).await?;
        let kin: Vec<&Version> = kin.iter().collect();
        let of_kin = read::flattened(&kin, RELATIVES);
        again.extend(of_kin.iter().filter_map(|entry| entry.get("subject")?.as_str()?.parse::<SubjectId>().ok()));
        let mut fresh = People { subjects: Vec::new(), cells: Batch::new(Schema::people().fields.len()) };
        for part in again.iter().copied().collect::<Vec<_>>().chunks(BY_ID_MAX) {
            fresh.extend(&unadmitted(conn, &plan, part, today).await?, |_| true);
        }
        Ok(before.people.merged(&fresh, &again))
    }

    /// Makes the index of these people and puts it in the place of the one before.
    async fn make(&self, people: People, marks: BTreeMap<String, i64>, day: Date) -> Result<(), Error> {
        let (done, made) = oneshot::channel();
        let (asking, questions) = mpsc::channel();
        let this = self.clone();
        // A thread of its own: building takes whole processors for a while, and the cleaner that answers borrows the
        // index. It ends when the next index has taken the place of this one.
        thread::Builder::new()
            .name("look-alikes".to_owned())
            .spawn(move || {
                let units = Arc::clone(&this.0.registers.units);
                let places = Arc::clone(this.0.places.get_or_init(|| Arc::new(Places::read(&units))));
                drop(this);
                let mut builder = IndexBuilder::new(Schema::people(), None, places);
                builder.add(&people.cells);
                match builder.finish() {
                    Ok(index) => {
                        let index = Arc::new(index);
                        // Whoever waited may have gone; then nobody asks either.
                        drop(done.send(Ok((Arc::clone(&index), people))));
                        answer(&index, &questions);
                    }
                    Err(error) => drop(done.send(Err(error))),
                }
            })
            .map_err(|_| Error::NoIndex)?;
        let (index, people) = made.await.map_err(|_| Error::NoIndex)?.map_err(Error::Index)?;
        let built = Built { index, people: Arc::new(people), marks, day, asking };
        *self.0.built.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(built));
        Ok(())
    }
}

/// Answers until nobody can ask any more.
fn answer(index: &Index, questions: &mpsc::Receiver<Question>) {
    let cleaner = Cleaner::new(index, CleanOptions { threads: 1, ..CleanOptions::default() });
    while let Ok(question) = questions.recv() {
        let cells: Vec<&str> = question.cells.iter().map(String::as_str).collect();
        drop(question.answer.send(cleaner.look_alikes(&cells, ALIKE_MAX)));
    }
}

impl Built {
    /// Whom a place in the index is of.
    pub(crate) fn subject(&self, person: u32) -> Option<SubjectId> {
        self.people.subjects.get(person as usize).copied()
    }

    /// Decides rows. Takes a processor for a while.
    pub(crate) fn decide(&self, rows: &Batch, options: CleanOptions) -> Result<Vec<Decision>, Error> {
        let mut cleaner = Cleaner::new(&self.index, options);
        let mut decisions = cleaner.decide(rows);
        cleaner.finish(&mut decisions).map_err(Error::Index)?;
        Ok(decisions)
    }
}

impl People {
    /// Adds those of others who are to be kept.
    fn extend(&mut self, others: &Self, keep: impl Fn(SubjectId) -> bool) {
        for (at, subject) in others.subjects.iter().enumerate().filter(|(_, subject)| keep(**subject)) {
            self.subjects.push(*subject);
            self.cells.push(self.subjects.len() as u64, others.cells.cells(at));
        }
    }

    /// These people without those who were read again, and what was read of them.
    fn merged(&self, fresh: &Self, again: &BTreeSet<SubjectId>) -> Self {
        let mut all = Self { subjects: Vec::with_capacity(self.subjects.len()), cells: Batch::new(self.cells.width()) };
        all.extend(self, |subject| !again.contains(&subject));
        all.extend(fresh, |_| true);
        all
    }
}
