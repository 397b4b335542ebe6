//! `sen review`: a clerk decides on the uncertain rows of a cleaning. A tool of one machine over a folder of files.

mod pages;

use crate::serve::asked_to_stop;
use anyhow::{Context, Result};
use kernel::Clock;
use matching::review::{self, Desk};
use std::path::PathBuf;
use std::process::ExitCode;

/// Decides by hand on the rows that `sen clean` was not sure about: pages on this machine only, a folder of files, no
/// database.
#[derive(Clone, Debug, clap::Args)]
pub struct ReviewArgs {
    /// The folder that `sen clean --out` wrote
    pub dir: PathBuf,
    /// Port on 127.0.0.1; 0 takes any free one
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// Who decides, as it stands in the decisions
    #[arg(long, env = "USER", default_value = "clerk")]
    pub clerk: String,
    /// Write the decisions into the folder's result.csv and result.parquet, and end; taken back ones come out again
    #[arg(long)]
    pub apply: bool,
    /// Estimate the weights anew with the decisions into weights.reviewed.json, for `sen clean --weights`, and end
    #[arg(long)]
    pub reestimate: bool,
    /// A pack's folder instead of the built-in pack of Vietnam (for the names of communes and provinces)
    #[arg(long)]
    pub pack: Option<PathBuf>,
    /// Print what happens as JSON, one event a line
    #[arg(long)]
    pub json: bool,
}

/// The command.
///
/// # Errors
/// When the folder holds nothing to review, another process works on it, or the port is taken.
pub async fn run(args: &ReviewArgs) -> Result<ExitCode> {
    let desk = Desk::open(&args.dir, &args.clerk, Clock::System.now()).context("nothing can be reviewed")?;
    if args.apply || args.reestimate {
        return finish(&desk, args);
    }
    let stop = asked_to_stop()?;
    let places = crate::clean::registers::places(args.pack.as_deref())?;
    let serving = pages::Serving::start(desk, args.port, places).await?;
    greet(&serving, args.json);
    tokio::pin!(stop);
    let mut more = more_links(args.json);
    loop {
        tokio::select! {
            () = &mut stop => break,
            Some(()) = more.recv() => say_link(&serving, false),
        }
    }
    serving.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// What is done with the decisions, without pages.
#[expect(clippy::print_stdout, reason = "the command's own words to the person who started it")]
fn finish(desk: &Desk, args: &ReviewArgs) -> Result<ExitCode> {
    if args.apply {
        let applied = review::apply(desk).context("the result is as it was")?;
        if args.json {
            println!("{}", serde_json::json!({ "applied": applied }));
        } else {
            println!(
                "In the result now: {} decided as a match, {} as nobody, {} still to be decided.",
                applied.matched, applied.not, applied.open
            );
        }
    }
    if args.reestimate {
        let (weights, pairs) = review::reestimated(desk)?;
        let path = desk.folder().join(review::REVIEWED_WEIGHTS_FILE);
        let part = path.with_extension("part");
        std::fs::write(&part, serde_json::to_vec_pretty(&weights)?)
            .and_then(|()| std::fs::rename(&part, &path))
            .with_context(|| path.display().to_string())?;
        if args.json {
            println!("{}", serde_json::json!({ "weights": path, "pairs": pairs }));
        } else {
            println!("{} rests on {pairs} decided pairs more: sen clean … --weights takes it.", path.display());
        }
    }
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::print_stdout, reason = "the command's own words to the person who started it")]
fn greet(serving: &pages::Serving, json: bool) {
    if json {
        println!("{}", serde_json::json!({ "url": serving.link(), "left": serving.left() }));
        return;
    }
    println!("{} rows wait for a decision. Each link below lets one browser in, once:", serving.left());
    say_link(serving, json);
    println!("Press Enter for another link, Ctrl-C to end. Every decision is kept at once.");
}

#[expect(clippy::print_stdout, reason = "the command's own words to the person who started it")]
fn say_link(serving: &pages::Serving, json: bool) {
    if json {
        println!("{}", serde_json::json!({ "url": serving.link() }));
    } else {
        println!("  {}", serving.link());
    }
}

/// Somebody at a terminal asks for another link by pressing Enter.
fn more_links(json: bool) -> tokio::sync::mpsc::Receiver<()> {
    use std::io::IsTerminal;
    let (asks, asked) = tokio::sync::mpsc::channel(1);
    if !json && std::io::stdin().is_terminal() {
        // Reading a terminal cannot be given up, so this thread ends with the program.
        std::thread::spawn(move || {
            let mut line = String::new();
            while std::io::stdin().read_line(&mut line).is_ok_and(|read| read > 0) && asks.blocking_send(()).is_ok() {
                line.clear();
            }
        });
    }
    asked
}
