//! `sen demo`: everything on one machine, with made-up people.

use crate::accounts::{self, DemoAccounts};
use crate::country::Country;
use crate::database::Database;
use crate::demo_clients::{self, DemoClients, Kept};
use crate::house::{House, Role};
use crate::index_history;
use crate::newcomers::{self, Newcomer};
use crate::openid_clients;
use crate::pages;
use crate::portraits;
use crate::programme;
use crate::serve::{self, Place, Running, asked_to_stop};
use crate::sim;
use crate::story::{self, Story};
use crate::synth::{self, CastPerson, Population, World};
use anyhow::{Context, Result, bail};
use identity::{FileMatcher, KeptMessages};
use indicatif::{ProgressBar, ProgressStyle};
use register::load::Loader;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Says that a load was begun; while it is there without [`ACCOUNTS`], what is there is half of it.
const LOADING: &str = "demo-loading";
/// The demo's accounts: written last, so it says that the data are whole.
const ACCOUNTS: &str = "demo-accounts.json";
/// People without an account.
const NEWCOMERS: &str = "demo-newcomers.json";
/// The demo's relying parties.
const CLIENTS: &str = "demo-clients.json";
/// Where keys are kept, beside the cluster.
const KEYS: &str = "keys";

/// Starts everything on 127.0.0.1 with made-up people.
#[derive(Clone, Debug, clap::Args)]
pub struct DemoArgs {
    /// Where the demo keeps its data
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// Port on 127.0.0.1; 0 takes any free one
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
    /// How many people to make up the first time
    #[arg(long, default_value_t = 20_000)]
    pub people: u64,
    /// The same seed gives the same people
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Hospital birth notices to make up besides those of the demo's own mothers
    #[arg(long, default_value_t = 0)]
    pub notices: usize,
    /// A pack's folder instead of the built-in pack of Vietnam
    #[arg(long)]
    pub pack: Option<PathBuf>,
    /// Act a story out over HTTP instead, check every step and proof, and end
    #[arg(long, value_enum)]
    pub story: Option<Story>,
    /// With --story: the address of a running demo, such as http://127.0.0.1:8080, whose data folder is --data;
    /// otherwise one is started on a free port
    #[arg(long, requires = "story")]
    pub against: Option<String>,
    /// Relying parties to register as approved: a JSON array of {client_id, client_secret, profile, metadata}
    #[arg(long)]
    pub clients: Option<PathBuf>,
    /// Print JSON instead of words: one line when ready, or what the story told
    #[arg(long)]
    pub json: bool,
}

impl DemoArgs {
    /// The folder of data.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.data.clone().unwrap_or_else(store::default_data_dir)
    }
}

/// A demo that runs.
pub struct RunningDemo {
    /// The program.
    pub running: Running,
    /// Where its pages are, which is also the provider's name.
    pub url: String,
    /// Where the operator's site is.
    pub sim_url: String,
    /// The relying parties, with their keys.
    pub clients: DemoClients,
}

/// A demo that is ready to run: its house, its database, its people's accounts.
pub struct Demo {
    /// The contexts.
    pub house: House,
    /// Where the state lives.
    pub database: Database,
    /// Who can sign in.
    pub accounts: DemoAccounts,
    /// Who has no account yet.
    pub newcomers: Vec<Newcomer>,
    /// What is sent to phones.
    messages: Arc<KeptMessages>,
    /// The data folder.
    folder: PathBuf,
    /// A file of more relying parties.
    more_clients: Option<PathBuf>,
}

impl Demo {
    /// Opens the data folder, filling it the first time.
    ///
    /// # Errors
    /// When PostgreSQL is missing, the folder is in use, or the pack is at fault.
    pub async fn open(args: &DemoArgs) -> Result<Self> {
        let folder = args.folder();
        std::fs::create_dir_all(&folder).with_context(|| format!("the data folder {}", folder.display()))?;
        let country = Arc::new(Country::open(args.pack.as_deref())?);
        if folder.join(LOADING).exists() && !folder.join(ACCOUNTS).exists() {
            say(args, "The last load was interrupted: beginning anew.");
            discard_half_load(&folder)?;
        }
        let url = std::env::var("DATABASE_URL").ok();
        let database = Database::open(&folder, url.as_deref()).await?;
        let messages = Arc::new(KeptMessages::default());
        let keys = folder.join(KEYS);
        let matcher = FileMatcher::new(House::portraits(&keys)).for_made_up_people();
        let house = House::build_with(country, database.app.clone(), &keys, Some(Arc::clone(&messages) as _), matcher)?;
        let file = folder.join(ACCOUNTS);
        let accounts =
            if file.exists() { accounts::read(&file)? } else { fill(args, &folder, &house, &database).await? };
        let newcomers = newcomers::read(&folder.join(NEWCOMERS))?;
        Ok(Self { house, database, accounts, newcomers, messages, folder, more_clients: args.clients.clone() })
    }

    /// Starts every role, and the operator's site beside.
    ///
    /// # Errors
    /// When the port is taken, or a client of the demonstration is refused.
    pub async fn run(&self, port: u16) -> Result<RunningDemo> {
        let own = serve::bind(port).await?;
        let url = format!("http://{}", own.local_addr()?);
        let provider = self.house.provider(&url)?;
        let shown = pages::demo_box(&self.accounts, &self.newcomers, Arc::clone(&self.messages));
        let pages = pages::router(&self.house, &provider, Some(shown))?;
        let mut places = vec![Place { listener: own, pages }];

        let file = self.folder.join(CLIENTS);
        let mut kept = Kept::read(&file)?;
        // The site keeps its port where nobody else has taken it; it is registered with what it has today.
        let sim = match serve::bind(kept.sim_port.unwrap_or(0)).await {
            Ok(listener) => listener,
            Err(_) => serve::bind(0).await?,
        };
        let at = sim.local_addr()?;
        kept.sim_port = Some(at.port());
        let sim_url = format!("http://{at}");
        let clients = kept.clients(&sim_url)?;
        kept.write(&file)?;
        for client in clients.values() {
            demo_clients::register(&provider, &self.house.ctx, client).await?;
        }
        if let Some(file) = &self.more_clients {
            openid_clients::register(&provider, &self.house.ctx, file).await?;
        }
        let (house, key) = (&self.house, kept.key(sim::CLIENT_ID)?);
        let site = sim::Site::open(&house.ctx, &house.country, &self.folder.join("sim"), &url, &sim_url, key)?;
        places.push(Place { listener: sim, pages: sim::router(site) });

        let roles = [Role::Web, Role::Worker, Role::Sequencer];
        let running = Running::start(&self.house, &provider, &roles, places).await?;
        Ok(RunningDemo { running, url, sim_url, clients })
    }
}

/// The command.
///
/// # Errors
/// When the demo cannot start.
pub async fn run(args: &DemoArgs) -> Result<ExitCode> {
    if let Some(story) = args.story {
        return tell(args, story).await;
    }
    let demo = Demo::open(args).await?;
    let stop = asked_to_stop()?;
    let running = demo.run(args.port).await?;
    announce(args, &running, &demo);
    stop.await;
    say(args, "Stopping …");
    running.running.stop().await;
    demo.database.close().await?;
    Ok(ExitCode::SUCCESS)
}

/// The story, against a running demo or one of its own.
async fn tell(args: &DemoArgs, story: Story) -> Result<ExitCode> {
    if let Some(base) = &args.against {
        let accounts = accounts::read(&args.folder().join(ACCOUNTS))?;
        story::run(story, base, &accounts, args.json).await?;
        return Ok(ExitCode::SUCCESS);
    }
    let demo = Demo::open(args).await?;
    let running = demo.run(0).await?;
    let told = story::run(story, &running.url, &demo.accounts, args.json).await;
    running.running.stop().await;
    demo.database.close().await?;
    told.map(|_| ExitCode::SUCCESS)
}

/// Makes up the people and their accounts.
async fn fill(args: &DemoArgs, folder: &Path, house: &House, database: &Database) -> Result<DemoAccounts> {
    std::fs::write(folder.join(LOADING), "")?;
    let country = &house.country;
    let mut report = pack::Report::new();
    // Ages and birth notices count from today: a notice must be fresh when the demo is tried.
    let today = house.ctx.today();
    let Some(world) = World::read(&country.pack, &country.units, today, &mut report) else {
        bail!("the pack cannot make people:\n{report}");
    };
    let loader = Loader::new(database.owner.clone(), Arc::clone(&country.registers), "demo", "made-up people");
    let cast = synth::cast(&world, today);
    synth::cast_into_registers(&loader, &house.ctx, &world, &cast).await?;

    let bar = if args.json { ProgressBar::hidden() } else { ProgressBar::new(args.people) };
    if let Ok(style) = ProgressStyle::with_template("Making up people {bar:30} {human_pos}/{human_len}  {eta} left") {
        bar.set_style(style);
    }
    let mut notices = synth::Notices::new(&world, args.seed, args.notices)?;
    let people = Population::new(&world, args.seed, args.people).inspect(|household| notices.look_at(household));
    synth::into_registers(&loader, &house.ctx, &world, people, |done| bar.set_position(done)).await?;
    bar.finish_and_clear();
    synth::notices_into_registers(&loader, &house.ctx, &notices.finish()).await?;
    index_history::write(house, args.seed).await?;
    programme::directives_into(house).await?;
    database.look_over().await?;
    let mut newcomers = newcomers::of(&cast);
    let (foreigner, newcomer) = newcomers::foreigner(&loader, &house.ctx).await?;
    let cast_of = |one: &CastPerson| (one.subject, one.personal_number.as_str().to_owned());
    let people = cast.people.iter().map(cast_of).chain([(foreigner, newcomer.number.clone())]);
    portraits::write(&House::portraits(&folder.join(KEYS)), people)?;
    newcomers.push(newcomer);
    newcomers.push(newcomers::organisation(&loader, &house.ctx, &cast).await?);
    newcomers::write(&newcomers, &folder.join(NEWCOMERS))?;
    accounts::create(house, &cast, &folder.join(ACCOUNTS)).await
}

/// A load that did not end left a database that cannot be told from a whole one by looking. It is the demo's own,
/// never a server that `DATABASE_URL` names.
fn discard_half_load(folder: &Path) -> Result<()> {
    if std::env::var_os("DATABASE_URL").is_some() {
        bail!("the last load into DATABASE_URL was interrupted: empty that database and remove {LOADING}");
    }
    for name in ["postgresql", KEYS] {
        let path = folder.join(name);
        if path.exists() {
            std::fs::remove_dir_all(&path).with_context(|| format!("remove {}", path.display()))?;
        }
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the command's own words to the person who started it")]
fn say(args: &DemoArgs, words: &str) {
    if !args.json {
        println!("{words}");
    }
}

#[expect(clippy::print_stdout, reason = "the command's own words to the person who started it")]
fn announce(args: &DemoArgs, running: &RunningDemo, demo: &Demo) {
    let RunningDemo { url, sim_url, clients, .. } = running;
    let Demo { accounts, newcomers, .. } = demo;
    if args.json {
        println!(
            "{}",
            json!({ "url": url, "accounts": accounts, "newcomers": newcomers, "sim": sim_url, "clients": clients })
        );
        return;
    }
    println!("\nSen is running at {url}   (Ctrl-C stops it; data in {})\n", args.folder().display());
    println!("{:<24} {:<16} {:<18} Who", "Account", "Login", "Password");
    for (name, account) in accounts {
        println!("{name:<24} {:<16} {:<18} {} / {}", account.login, account.password, account.vi, account.en);
    }
    println!(
        "\nThe one-time code is shown on the sign-in page (in the demo only).\n\n\
         Things to try:\n  \
         1. Sign in as `mother`, search for \"khai sinh\", file the birth: nothing known needs typing.\n  \
         2. Sign in as `civil-status-officer`, then `police-officer` and `insurance-officer`, and act on it.\n  \
         3. As `mother` again: see the child's number and papers, then \"Ai đã xem dữ liệu của tôi\" with its proofs.\n  \
         4. Sign in as `national-leader`: the country's index, from a tile of the map down to a late dossier.\n"
    );
}
