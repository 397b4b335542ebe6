//! `sen serve`: the same program without made-up people, role by role.

use crate::country::Country;
use crate::database::Database;
use crate::house::{House, Role};
use crate::pages;
use crate::serve::{self, Place, Running, asked_to_stop};
use anyhow::{Result, ensure};
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
    /// Where browsers reach the program, such as https://dichvucong.example: the name of the OpenID provider, in every
    /// token. http://127.0.0.1:PORT unless given
    #[arg(long)]
    pub public_url: Option<String>,
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
    let listener = if roles.contains(&Role::Web) { Some(serve::bind(args.port).await?) } else { None };
    let issuer = match (&args.public_url, &listener) {
        (Some(url), _) => origin(url)?,
        (None, Some(listener)) => format!("http://{}", listener.local_addr()?),
        (None, None) => format!("http://127.0.0.1:{}", args.port),
    };
    let provider = house.provider(&issuer)?;
    let mut places = Vec::new();
    if let Some(listener) = listener {
        places.push(Place { listener, pages: pages::router(&house, &provider, None)? });
    }
    let running = Running::start(&house, &provider, &roles, places).await?;
    match running.address {
        Some(address) => println!("sen serves {roles:?} at http://{address}"),
        None => println!("sen serves {roles:?}"),
    }
    stop.await;
    running.stop().await;
    database.close().await?;
    Ok(ExitCode::SUCCESS)
}

/// An address without a path: other programs compare it letter by letter with what tokens say.
fn origin(url: &str) -> Result<String> {
    let url = url.trim_end_matches('/');
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let plain = host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']));
    ensure!(plain, "--public-url must be like https://dichvucong.example, without a path");
    Ok(url.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_address_is_an_origin() {
        for (given, kept) in [
            ("https://a.example", Some("https://a.example")),
            ("https://a.example/", Some("https://a.example")),
            ("http://127.0.0.1:8080", Some("http://127.0.0.1:8080")),
            ("https://a.example/x", None),
            ("a.example", None),
            ("https://", None),
        ] {
            assert_eq!(origin(given).ok().as_deref(), kept, "{given}");
        }
    }
}
