//! A running register as the one to clean against: the operator's command goes through the door like everybody. The
//! body that keeps the register takes an extract for data cleaning, on account of a decision or plan whose number the
//! ledger keeps and everybody in the register can read; the index of it is made in memory and ends with the command.

use crate::country::Country;
use crate::database::{self, Database};
use anyhow::{Context, Result};
use exchange::{Exchange, Request, Scope};
use kernel::{Actor, BodyId, Ctx, Problem};
use matching::report::Error as OutputError;
use matching::value::place::Places;
use matching::{Index, IndexBuilder, Schema};
use register::Extract;
use sqlx::postgres::PgConnectOptions;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::thread;
use store::Db;

/// The register of the people.
const REGISTER: &str = "population";
/// Taking an extract of it.
const SERVICE: &str = "population.extract";
/// Why.
const PURPOSE: &str = "data-cleaning";
/// What stands for the demo's data folder.
const DEMO: &str = "demo";
/// Longest number of a decision or plan, in characters.
const DECISION_CHARS_MAX: usize = 200;
/// One reads; the door needs another to write down that it was refused.
const CONNECTIONS: u32 = 2;

/// Whether `register` names a running register and not a file: a database URL, `demo`, or a data folder.
pub(super) fn is_running(register: &str) -> bool {
    is_url(register) || folder_of(register).is_some()
}

/// What a register is called where people read it: of a database URL nothing, it may hold a password.
pub(super) fn name_of(register: &str) -> String {
    if is_url(register) { "postgres://…".to_owned() } else { register.to_owned() }
}

/// The index of a running register, with the built-in pack of Vietnam. `register` is a database URL (role `sen_app`),
/// `demo`, or the data folder of a program; `decision` the number of the decision or plan on whose account it is used.
///
/// # Errors
/// Without a decision, when the register cannot be reached, or when its body has no agreement to take extracts.
pub fn index(register: &str, decision: &str) -> Result<Index> {
    index_with(register, decision, None, &super::registers::places(None)?)
}

/// [`index`] with a pack's folder and its places.
pub(super) fn index_with(register: &str, decision: &str, pack: Option<&Path>, places: &Arc<Places>) -> Result<Index> {
    let decision = decision.trim();
    if decision.is_empty() || decision.chars().count() > DECISION_CHARS_MAX || decision.contains(char::is_control) {
        return Err(OutputError::NoDecision { path: name_of(register) }.into());
    }
    let country = Country::open(pack)?;
    // The command may itself run inside a runtime, which must not wait for another.
    let builder = thread::scope(|scope| {
        let reading = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let (db, database) = connect(register).await?;
                let read = read(&db, &country, decision, Arc::clone(places)).await;
                db.pool().close().await;
                if let Some(database) = database {
                    database.close().await?;
                }
                anyhow::Ok(read?)
            })
        });
        reading.join().map_err(|_| anyhow::anyhow!("reading the register stopped abruptly"))?
    })?;
    Ok(builder.finish()?)
}

/// Reads everybody through the door. When this returns, the line in the ledger stands.
async fn read(db: &Db, country: &Country, decision: &str, places: Arc<Places>) -> Result<IndexBuilder, Problem> {
    let exchange = Exchange::builder(db.clone(), Arc::clone(&country.setting.bodies)).build();
    let registers = Arc::clone(&country.registers);
    let body = BodyId::new(&registers.required(REGISTER).map_err(Problem::from)?.owner);
    let ctx = Ctx::system(body.clone()).act_as(Actor::System { body: body.clone(), on_decision_of: None });
    let request = Request::new(body.clone(), body, SERVICE, PURPOSE).about(Scope::Bulk).decided_in(decision);
    let today = ctx.today();
    let work = exchange.open(&ctx, request, move |conn, pass| {
        Box::pin(async move {
            let mut builder = IndexBuilder::new(Schema::people(), None, places);
            let mut extract = Extract::begin(&registers, registers.required(REGISTER)?, pass, today)?;
            while let Some(people) = extract.next(conn, pass).await? {
                builder.add(&people.cells);
            }
            Ok::<_, register::Error>(builder)
        })
    });
    work.await
}

/// To the server of the URL, to the private PostgreSQL of a program that runs, or to one that is started for this.
async fn connect(register: &str) -> Result<(Db, Option<Database>)> {
    if is_url(register) {
        // What the parser or the server says may quote the URL, and with it a password.
        let options = PgConnectOptions::from_str(register).map_err(|_| anyhow::anyhow!("this is no database URL"))?;
        return Ok((Db::connect(options, CONNECTIONS).await?, None));
    }
    let folder = folder_of(register).context("this is no data folder")?;
    if let Some(options) = database::beside(&folder)?
        && let Ok(db) = Db::connect(options, CONNECTIONS).await
    {
        return Ok((db, None));
    }
    let database = Database::open(&folder, None).await?;
    Ok((database.app.clone(), Some(database)))
}

fn is_url(register: &str) -> bool {
    ["postgres://", "postgresql://"].iter().any(|scheme| register.starts_with(scheme))
}

/// The data folder that is meant, if there is a private cluster in it: none is made by looking.
fn folder_of(register: &str) -> Option<PathBuf> {
    let folder = if register == DEMO { store::default_data_dir() } else { PathBuf::from(register) };
    database::has_cluster(&folder).then_some(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::{Population, World, into_registers};
    use exchange::access_log;
    use register::load::Loader;

    #[test]
    fn a_file_is_no_running_register() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_str().unwrap();
        for (register, running) in [
            ("postgres://sen_app@localhost/sen", true),
            ("postgresql:///sen", true),
            ("people.parquet", false),
            (path, false),
        ] {
            assert_eq!(is_running(register), running, "{register}");
        }
        std::fs::create_dir(folder.path().join("postgresql")).unwrap();
        assert!(is_running(path));
        assert!(!name_of("postgres://sen_app:secret@localhost/sen").contains("secret"));
    }

    #[test]
    fn without_a_decision_nothing_is_read() {
        for decision in ["", " ", "a\nb", &"x".repeat(201)] {
            let refused = index("postgres://nobody@127.0.0.1:1/sen", decision).unwrap_err();
            assert!(format!("{refused}").starts_with("MAT0410"), "{refused}");
        }
    }

    #[tokio::test]
    async fn everybody_is_read_through_the_door_with_the_decision_in_the_log() {
        let db = store::testing::database("sen-clean", &database::migrators()).await;
        let country = Country::open(None).unwrap();
        let ctx = Ctx::system(BodyId::new("ministry-public-security"));
        let mut report = pack::Report::new();
        let world = World::read(&country.pack, &country.units, ctx.today(), &mut report).unwrap();
        let loader = Loader::new(db.owner.clone(), Arc::clone(&country.registers), "demo", "made-up people");
        into_registers(&loader, &ctx, &world, Population::new(&world, 7, 2_000), |_| ()).await.unwrap();

        let places = super::super::registers::places(None).unwrap();
        let index = read(&db.db, &country, "12/KH-UBND", places).await.unwrap().finish().unwrap();
        assert_eq!(index.people(), 2_000);
        let someone = &Population::new(&world, 7, 2_000).next().unwrap().members[0];
        let found = (0..index.people()).find(|person| index.cell(*person, 0) == someone.personal_number.as_str());
        assert_eq!(index.cell(found.unwrap(), 1), someone.full_name.as_str());
        let filled = |field: usize| (0..index.people()).filter(|person| !index.cell(*person, field).is_empty()).count();
        for (field, of) in index.schema().fields.iter().enumerate() {
            assert!(filled(field) > 500, "{} is known of {}", of.name, filled(field));
        }
        // Everybody in the register finds it in their own log.
        let exchange = Exchange::builder(db.db.clone(), Arc::clone(&country.setting.bodies)).build();
        let (subject, account) = (someone.subject, kernel::AccountId(ctx.uuid()));
        let citizen = ctx.act_as(Actor::Citizen { account, subject, level: 2 });
        let own = Request::new("national-portal", "national-portal", "access-log.own", "self-service");
        let lines = exchange.open(&citizen, own.about(Scope::of(subject)), move |conn, pass| {
            Box::pin(async move { access_log::of_subject(conn, pass, subject, access_log::Page::default()).await })
        });
        let lines = lines.await.unwrap();
        let [line] = lines.as_slice() else { panic!("{} lines", lines.len()) };
        assert_eq!((line.people, line.decision.as_deref()), (Some(2_000), Some("12/KH-UBND")));
        assert_eq!((line.purpose.as_str(), line.service.as_str(), line.is_ok()), (PURPOSE, SERVICE, true));
    }
}
