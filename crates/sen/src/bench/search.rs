//! `sen bench search`: how long the catalogue takes to answer everyday questions, and how often the right procedure is
//! among the first three; beside PostgreSQL's own full-text search over the same names, in the same run.
//!
//! Both get the text without marks. PostgreSQL has no everyday words: it is asked once with all words (`plainto`), once
//! with any of them. Its times are those of a prepared statement over a socket; ours are calls of a function.

use super::measure::Spread;
use crate::database::Database;
use anyhow::{Context, Result, ensure};
use catalogue::search::{Filter, Index};
use catalogue::{Rules, read};
use kernel::text::fold;
use serde::Serialize;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// The committed questions, each with the codes of which one must be found.
const QUESTIONS: &str = include_str!("../../../catalogue/tests/relevance.txt");
/// Among so many the right one counts.
const FIRST: usize = 3;

/// Searching the national catalogue, beside PostgreSQL full-text search on the same data
#[derive(Clone, Debug, clap::Args)]
pub struct SearchBenchArgs {
    /// The catalogue: a file of the national database
    pub file: PathBuf,
    /// Questions in the form of crates/catalogue/tests/relevance.txt instead of those
    #[arg(long)]
    pub questions: Option<PathBuf>,
    /// How often each question is asked
    #[arg(long, default_value_t = 50)]
    pub rounds: usize,
    /// The data folder with the private PostgreSQL; a benchmark's own
    #[arg(long)]
    pub data: PathBuf,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// One way of searching.
#[derive(Clone, Debug, Serialize)]
struct Measured {
    way: &'static str,
    /// Milliseconds a question.
    ms: Spread,
    /// Questions whose procedure was among the first three.
    found: usize,
}

struct Question {
    text: String,
    codes: Vec<String>,
}

/// The command.
///
/// # Errors
/// When the file or the database cannot be used.
#[expect(clippy::print_stdout, reason = "the figures are what the command is for")]
pub async fn run(args: &SearchBenchArgs) -> Result<ExitCode> {
    let pack = pack::Pack::embedded("vn")?;
    let mut report = pack::Report::new();
    let rules = Rules::read(&pack, &mut report);
    ensure!(report.is_clean(), "the pack has faults:\n{report}");
    let bytes = std::fs::read(&args.file).with_context(|| args.file.display().to_string())?;
    let entries = read::read(&bytes, &rules.vocabulary)?.entries;
    let text = match &args.questions {
        Some(path) => std::fs::read_to_string(path).with_context(|| path.display().to_string())?,
        None => QUESTIONS.to_owned(),
    };
    let questions = questions(&text);
    ensure!(!questions.is_empty(), "no questions");
    let today = kernel::Ctx::system(kernel::BodyId::from(procedure::PORTAL)).today();
    let index = Index::new(rules.docs(entries.iter(), today), &rules.everyday);

    std::fs::create_dir_all(&args.data)?;
    let url = std::env::var("DATABASE_URL").ok();
    let database = Database::open(&args.data, url.as_deref()).await?;
    let mut conn = PgConnection::connect_with(&database.owner.connect_options()).await?;
    fill(&mut conn, &index).await?;
    let all = [
        ours(&index, &questions, args.rounds),
        theirs(&mut conn, "postgresql, all words", "plainto_tsquery('simple', $1)", &questions, args.rounds).await?,
        theirs(
            &mut conn,
            "postgresql, any word",
            "replace(plainto_tsquery('simple', $1)::text, '&', '|')::tsquery",
            &questions,
            args.rounds,
        )
        .await?,
    ];
    conn.close().await?;
    database.close().await?;
    if args.json {
        let figures = serde_json::json!({"procedures": index.len(), "questions": questions.len(), "rounds": args.rounds, "ways": all});
        println!("{}", serde_json::to_string_pretty(&figures)?);
    } else {
        println!("{} procedures, {} questions, each {} times", index.len(), questions.len(), args.rounds);
        println!("{:<24} {:>9} {:>9} {:>9}  among the first {FIRST}", "", "median ms", "p99 ms", "worst ms");
        for one in &all {
            println!(
                "{:<24} {:>9.3} {:>9.3} {:>9.3}  {} of {}",
                one.way,
                one.ms.p50,
                one.ms.p99,
                one.ms.max,
                one.found,
                questions.len()
            );
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn questions(text: &str) -> Vec<Question> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let read = lines.filter_map(|line| {
        let mut cells = line.split('|').map(str::trim);
        let text = cells.next()?.to_owned();
        let codes = cells.next()?.split_whitespace().map(str::to_owned).collect();
        Some(Question { text, codes })
    });
    read.collect()
}

fn ours(index: &Index, questions: &[Question], rounds: usize) -> Measured {
    let (mut times, mut found) = (Vec::new(), 0);
    for question in questions {
        for round in 0..rounds {
            let began = Instant::now();
            let answer = index.search(&question.text, &Filter::default(), 10);
            times.push(began.elapsed());
            let hit = answer.found.iter().take(FIRST).any(|one| question.codes.contains(&one.doc.code));
            found += usize::from(round == 0 && hit);
        }
    }
    Measured { way: "sen", ms: Spread::of(times.into_iter()), found }
}

async fn fill(conn: &mut PgConnection, index: &Index) -> Result<()> {
    sqlx::raw_sql(
        "create temporary table searched (code text primary key, words tsvector not null);
         create index on searched using gin (words)",
    )
    .execute(&mut *conn)
    .await?;
    let codes: Vec<&str> = index.docs().iter().map(|doc| doc.code.as_str()).collect();
    // What we search too, but for the everyday words of the pack.
    let names: Vec<String> = index.docs().iter().map(|doc| fold(&doc.name)).collect();
    let rest: Vec<String> =
        index.docs().iter().map(|doc| fold(&format!("{} {}", doc.field, doc.keywords.join(" ")))).collect();
    sqlx::query(
        "insert into searched select code, setweight(to_tsvector('simple', name), 'A') || setweight(to_tsvector('simple', rest), 'B')
         from unnest($1::text[], $2::text[], $3::text[]) as row (code, name, rest)",
    )
    .bind(&codes)
    .bind(&names)
    .bind(&rest)
    .execute(&mut *conn)
    .await?;
    sqlx::raw_sql("analyze searched").execute(conn).await?;
    Ok(())
}

async fn theirs(
    conn: &mut PgConnection,
    way: &'static str,
    query: &str,
    questions: &[Question],
    rounds: usize,
) -> Result<Measured> {
    let sql = format!(
        "select code from searched, (select {query} as query) as asked where words @@ query
         order by ts_rank_cd(words, query, 1) desc, code limit 10"
    );
    let (mut times, mut found): (Vec<Duration>, usize) = (Vec::new(), 0);
    for question in questions {
        let asked = fold(&question.text);
        for round in 0..rounds {
            let began = Instant::now();
            let codes: Vec<String> =
                sqlx::query_scalar(AssertSqlSafe(sql.clone())).bind(&asked).fetch_all(&mut *conn).await?;
            times.push(began.elapsed());
            let hit = codes.iter().take(FIRST).any(|code| question.codes.contains(code));
            found += usize::from(round == 0 && hit);
        }
    }
    Ok(Measured { way, ms: Spread::of(times.into_iter()), found })
}

#[cfg(test)]
mod tests {
    #[test]
    fn questions_are_read() {
        let read = super::questions("# a\nkhai sinh | 1.001193 1.004884 | S\n\nx | 1.000001\n");
        let read: Vec<_> = read.iter().map(|one| (one.text.as_str(), one.codes.len())).collect();
        assert_eq!(read, [("khai sinh", 2), ("x", 1)]);
        assert!(super::questions(super::QUESTIONS).len() >= 60);
    }
}
