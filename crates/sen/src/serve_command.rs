//! `sen serve`: the same program without made-up people, role by role.

use crate::country::Country;
use crate::database::Database;
use crate::house::{House, Role};
use crate::pages;
use crate::serve::{Running, asked_to_stop};
use anyhow::Result;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// Runs the named roles on the data folder's private PostgreSQL, or on the server that `DATABASE_URL` names.
#[derive(Clone, Debug, clap::Args)]
pub struct ServeArgs {
    /// Which parts run in this process; all of them unless named
    #[arg(long = "role", value_enum)]
    pub roles: Vec<Role>,
    /// Where keys and the private PostgreSQL are kept
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// Port on 127.0.0.1; 0 takes any free one
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
    /// A pack's folder instead of the built-in pack of Vietnam
    #[arg(long)]
    pub pack: Option<PathBuf>,
}

/// The command.
///
/// # Errors
/// When the database cannot be reached, the pack is at fault, or the port is taken.
#[expect(clippy::print_stdout, reason = "the command's own words to the person who started it")]
pub async fn run(args: &ServeArgs) -> Result<ExitCode> {
    let folder = args.data.clone().unwrap_or_else(store::default_data_dir);
    std::fs::create_dir_all(&folder)?;
    let country = Arc::new(Country::open(args.pack.as_deref())?);
    let url = std::env::var("DATABASE_URL").ok();
    let database = Database::open(&folder, url.as_deref()).await?;
    let house = House::build(country, database.app.clone(), &folder.join("keys"))?;
    let roles = if args.roles.is_empty() { vec![Role::Web, Role::Worker, Role::Sequencer] } else { args.roles.clone() };
    let stop = asked_to_stop()?;
    let pages = if roles.contains(&Role::Web) { Some(pages::router(&house, None)?) } else { None };
    let running = Running::start(&house, &roles, args.port, pages).await?;
    match running.address {
        Some(address) => println!("sen serves {roles:?} at http://{address}"),
        None => println!("sen serves {roles:?}"),
    }
    stop.await;
    running.stop().await;
    database.close().await?;
    Ok(ExitCode::SUCCESS)
}
