//! `sen clean`, from the file to the folder of results.

use super::args::CleanArgs;
use super::interrupt::Interrupt;
use super::page::{WeightRow, render};
use super::progress::Progress;
use super::read::{Input, Read};
use super::report::{FileInfo, Options, RegisterInfo, Report, Timings, cpu_seconds};
use super::say::{Say, results_in};
use super::{columns, registers, running, within};
use anyhow::{Context, Result, ensure};
use kernel::Clock;
use matching::report::{
    Candidate, Error as OutputError, Examples, Folder, Results, ReviewFile, Summary, Tally, UnreadableRow, Words,
    settle, write_csv, write_pairs, write_parquet, write_unreadable,
};
use matching::source::{self, Format};
use matching::value::place::Places;
use matching::{Batch, CleanOptions, Cleaner, Decision, Index, IndexBuilder, Kind, Pair, Status, Weights};
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::Instant;
use time::format_description::well_known::Rfc3339;

/// Runs `sen clean`.
///
/// # Errors
/// When the sentences of the program cannot be read; every other failure is told in the reader's language.
pub fn run(args: &CleanArgs) -> Result<ExitCode> {
    let say = Arc::new(Say::new(args.lang.into())?);
    let cleaned = Interrupt::watch(&say).and_then(|interrupt| clean(args, &say, &interrupt, false));
    Ok(ended(&say, cleaned))
}

/// Tells a failure in the reader's language.
#[expect(clippy::print_stderr, reason = "the command's last word to the clerk")]
pub(super) fn ended(say: &Say, outcome: Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sen: {}", say.failure(error));
            ExitCode::FAILURE
        }
    }
}

/// Prints a text and a line break.
pub(super) fn print(text: &str) -> Result<()> {
    writeln!(std::io::stdout(), "{text}").context("write to standard output")
}

/// What a run works with.
struct Work<'a> {
    args: &'a CleanArgs,
    say: &'a Arc<Say>,
    progress: &'a Progress<'a>,
    places: Arc<Places>,
    input: Input,
}

/// What was decided.
struct Decided {
    decisions: Vec<Decision>,
    /// What stands for the commune of each row.
    communes: Vec<u32>,
    examples: Examples,
    pairs: Vec<(u64, u64, f32)>,
    read: Read,
    /// Time spent comparing, by the clock and of processors.
    seconds: f64,
    cpu_seconds: f64,
}

/// Cleans a file. `quiet`: nothing is shown and nothing asked (tests).
pub(super) fn clean(args: &CleanArgs, say: &Arc<Say>, interrupt: &Interrupt, quiet: bool) -> Result<()> {
    let started = Instant::now();
    ensure!(args.review <= args.threshold, "--review must not be above --threshold");
    Folder::check(&args.out(), args.force)?;
    let progress = Progress::new(say, quiet);
    let places = registers::places(args.pack.as_deref())?;
    let table = source::open(&args.file, &args.source())?;
    let mapping = columns::choose(args, &table, say, quiet)?;
    let schema = mapping.schema();
    let folder = interrupt.begin(|| Ok(Folder::begin(&args.out(), args.force)?))?;
    let work = Work { args, say, progress: &progress, places, input: Input { table, mapping, schema } };

    let (index, rows_of) = match &args.register {
        Some(register) => (work.index_of_register(register)?, None),
        None => work.index_of_file().map(|(index, rows)| (index, Some(rows)))?,
    };
    if index.schema() != &work.input.schema {
        let path = args.register.clone().unwrap_or_default();
        return Err(OutputError::OtherFields { path }.into());
    }
    let options = CleanOptions {
        threshold: args.threshold,
        review: args.review,
        threads: args.threads(),
        within: rows_of.is_some(),
    };
    let mut cleaner = Cleaner::new(&index, options);
    let sampled = work.learn(&mut cleaner, rows_of.as_deref())?;
    let mut review = ReviewFile::create(&folder.file("review.jsonl"))?;
    let before = cleaner.work().pairs;
    let mut decided = work.decide(&mut cleaner, &index, rows_of.as_deref(), &mut review)?;
    let pairs = cleaner.work().pairs - before;
    if let Some(sampled) = &sampled
        && sampled.rows() != decided.read.rows()
    {
        return Err(OutputError::Changed { first: sampled.rows(), second: decided.read.rows() }.into());
    }
    let stage = progress.stage("duplicates", 0);
    if rows_of.is_none() {
        cleaner.finish(&mut decided.decisions)?;
        settle(&mut decided.decisions);
    }
    stage.finish(None);

    let mut timings = Timings::of_process();
    timings.reading_seconds = decided.read.seconds + sampled.map_or(0.0, |read| read.seconds);
    timings.comparing_seconds = decided.seconds;
    timings.pairs = pairs;
    timings.spent = cleaner.spent().into();
    timings.comparing_cpu_seconds = decided.cpu_seconds;
    timings.pairs_per_second_per_core = pairs as f64 / decided.cpu_seconds.max(1e-9);
    let weights = cleaner.weights().clone();
    let finished = Finished { work: &work, index: &index, decided, weights, timings, started, within: options.within };
    finished.write(&folder, review)?;
    interrupt.last(|| Ok(folder.finish()?))?;
    if quiet { Ok(()) } else { finished.tell() }
}

impl Work<'_> {
    /// The index of the register: of a file, or of one that runs.
    fn index_of_register(&self, register: &str) -> Result<Index> {
        let Self { args, places, progress, input, .. } = self;
        if !running::is_running(register) {
            return registers::open(register, &input.mapping, places, progress);
        }
        let stage = progress.stage("register", 0);
        let decision = args.purpose.as_deref().unwrap_or_default();
        let index = running::index_with(register, decision, args.pack.as_deref(), places)?;
        stage.finish(Some(u64::from(index.people())));
        if index.people() == 0 {
            return Err(OutputError::Nobody { path: running::name_of(register) }.into());
        }
        Ok(index)
    }

    /// The index of the file itself, and the row of each of its records.
    fn index_of_file(&self) -> Result<(Index, Vec<u64>)> {
        let blocking = registers::blocking(&self.input.mapping, &self.input.schema)?;
        let mut builder = IndexBuilder::new(self.input.schema.clone(), blocking, Arc::clone(&self.places));
        let mut rows = Vec::new();
        let stage = self.progress.stage("register", self.input.bytes());
        let read = self.input.each_batch(&stage, |batch| {
            builder.add(batch);
            rows.extend((0..batch.len()).map(|at| batch.row(at)));
            Ok(())
        })?;
        stage.finish(Some(read.rows()));
        let stage = self.progress.stage("index", 0);
        let index = builder.finish()?;
        stage.finish(Some(rows.len() as u64));
        Ok((index, rows))
    }

    /// Uses saved weights, or estimates them on a first reading.
    fn learn(&self, cleaner: &mut Cleaner<'_>, rows_of: Option<&[u64]>) -> Result<Option<Read>> {
        if let Some(path) = &self.args.weights {
            let unusable = |cause: &dyn std::fmt::Display| OutputError::Weights {
                path: path.display().to_string(),
                cause: cause.to_string(),
            };
            let text = std::fs::read_to_string(path).map_err(|error| unusable(&error))?;
            let weights = Weights::parse(&text, &self.input.schema).map_err(|error| unusable(&error))?;
            cleaner.set_weights(weights).map_err(|error| unusable(&error))?;
            return Ok(None);
        }
        let stage = self.progress.stage("sample", self.input.bytes());
        let mut record = 0;
        let read = self.input.each_batch(&stage, |batch| {
            match rows_of {
                Some(_) => cleaner.sample(&renumbered(batch, &mut record)),
                None => cleaner.sample(batch),
            }
            Ok(())
        })?;
        stage.finish(Some(read.rows()));
        let stage = self.progress.stage("estimate", 0);
        cleaner.estimate();
        stage.finish(None);
        Ok(Some(read))
    }

    /// Decides every row.
    fn decide(
        &self,
        cleaner: &mut Cleaner<'_>,
        index: &Index,
        rows_of: Option<&[u64]>,
        review: &mut ReviewFile,
    ) -> Result<Decided> {
        let schema = &self.input.schema;
        let (mut decisions, mut communes, mut pairs) = (Vec::new(), Vec::new(), Vec::new());
        let mut examples = Examples::new(schema);
        let mut found = Communes::new(schema, &self.places);
        let (mut record, mut seconds, mut spent) = (0, 0.0, 0.0);
        let stage = self.progress.stage("decide", self.input.bytes());
        let read = self.input.each_batch(&stage, |batch| {
            let (started, before) = (Instant::now(), cpu_seconds());
            let decided = match rows_of {
                None => cleaner.decide(batch),
                Some(rows) => {
                    let numbered = renumbered(batch, &mut record);
                    pairs.extend(cleaner.pairs(&numbered));
                    let mut decided = cleaner.decide(&numbered);
                    decided.iter_mut().for_each(|one| one.row = rows[one.row as usize - 1]);
                    decided
                }
            };
            seconds += started.elapsed().as_secs_f64();
            spent += cpu_seconds() - before;
            for (at, decision) in decided.iter().enumerate() {
                communes.push(found.of(batch, at));
                examples.offer(batch, at, decision, |person, field| index.cell(person, field));
                if decision.status == Status::Review && rows_of.is_none() {
                    review.push(schema, (batch, at), decision.flags, &candidates(cleaner, index, batch, at))?;
                }
            }
            decisions.extend(decided);
            Ok(())
        })?;
        let rows = read.rows();
        if rows_of.is_some() {
            within::group(&mut decisions, &pairs, self.args.threshold, self.args.review);
        }
        stage.finish(Some(rows));
        let pairs = pairs_of_rows(&pairs, rows_of.unwrap_or_default());
        Ok(Decided { decisions, communes, examples, pairs, read, seconds, cpu_seconds: spent })
    }
}

/// A batch whose rows are the records of the index of the file.
fn renumbered(batch: &Batch, record: &mut u64) -> Batch {
    let mut numbered = Batch::new(batch.width());
    for at in 0..batch.len() {
        *record += 1;
        numbered.push(*record, batch.cells(at));
    }
    numbered
}

/// Pairs of records as pairs of rows, each once, the earlier row first.
fn pairs_of_rows(pairs: &[Pair], rows: &[u64]) -> Vec<(u64, u64, f32)> {
    let mut found: Vec<_> = pairs
        .iter()
        .map(|pair| (rows[pair.row as usize - 1], rows[pair.person as usize], pair.probability as f32))
        .map(|(row, other, probability)| (row.min(other), row.max(other), probability))
        .collect();
    found.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(b.2.total_cmp(&a.2)));
    found.dedup_by_key(|pair| (pair.0, pair.1));
    found
}

/// Whom a row may be, for a clerk.
fn candidates(cleaner: &Cleaner<'_>, index: &Index, batch: &Batch, at: usize) -> Vec<Candidate> {
    let cells: Vec<_> = batch.cells(at).collect();
    let fields = &index.schema().fields;
    let number = fields.iter().position(|field| field.kind == Kind::PersonalNumber);
    let found = cleaner.look_alikes(&cells, matching::report::CANDIDATES);
    let found = found.into_iter().map(|one| Candidate {
        person: one.person,
        personal_number: number.map(|field| index.cell(one.person, field)).unwrap_or_default(),
        values: (0..fields.len()).map(|field| index.cell(one.person, field)).collect(),
        levels: one.levels[..fields.len()].to_vec(),
        probability: one.probability as f32,
        weight: one.weight,
    });
    found.collect()
}

/// Finds what stands for the commune of a row, and remembers each text.
struct Communes<'a> {
    places: &'a Places,
    commune: Option<usize>,
    province: Option<usize>,
    known: HashMap<String, u32>,
    key: String,
}

impl<'a> Communes<'a> {
    fn new(schema: &matching::Schema, places: &'a Places) -> Self {
        let find = |kind| schema.fields.iter().position(|field| field.kind == kind);
        let (commune, province) = (find(Kind::Commune), find(Kind::Province));
        Self { places, commune, province, known: HashMap::new(), key: String::new() }
    }

    fn of(&mut self, batch: &Batch, at: usize) -> u32 {
        let Some(commune) = self.commune.map(|field| batch.cell(at, field)) else { return 0 };
        let province = self.province.map_or("", |field| batch.cell(at, field));
        if commune.is_empty() && province.is_empty() {
            return 0;
        }
        self.key.clear();
        self.key.push_str(commune);
        self.key.push('\t');
        self.key.push_str(province);
        if let Some(place) = self.known.get(self.key.as_str()) {
            return *place;
        }
        let place = self.places.find(commune, province);
        self.known.insert(self.key.clone(), place);
        place
    }
}

/// Everything is decided and has to be written.
struct Finished<'a> {
    work: &'a Work<'a>,
    index: &'a Index,
    decided: Decided,
    weights: Weights,
    timings: Timings,
    started: Instant,
    within: bool,
}

impl Finished<'_> {
    fn write(&self, folder: &Folder, review: ReviewFile) -> Result<()> {
        let Work { say, progress, input, .. } = self.work;
        let (decisions, read) = (&self.decided.decisions, &self.decided.read);
        let mut tally = Tally::new(&input.schema);
        for (decision, commune) in decisions.iter().zip(&self.decided.communes) {
            tally.add(decision, *commune);
        }
        tally.check(read.rows(), read.notes.refused)?;

        let words = Words::new(&input.schema, results_in(say.language), self.within);
        let number = input.schema.fields.iter().position(|field| field.kind == Kind::PersonalNumber);
        let number_of = |person: u32| {
            let number = number.filter(|_| !self.within).map(|field| self.index.cell(person, field));
            number.filter(|number| !number.is_empty())
        };
        let results = Results { decisions, schema: &input.schema, words: &words, number_of: &number_of };
        let stage = progress.stage("write", 2 * decisions.len() as u64);
        let done = |rows: usize| stage.more(rows);
        thread::scope(|scope| {
            let csv = scope.spawn(|| write_csv(&folder.file("result.csv"), &results, &done));
            write_parquet(&folder.file("result.parquet"), &results, &done)?;
            csv.join().unwrap_or_else(|fault| std::panic::resume_unwind(fault))
        })?;
        let status_of = |row: u64| decisions.binary_search_by_key(&row, |d| d.row).ok().map(|at| decisions[at].status);
        review.finish(|row| status_of(row) == Some(Status::Review))?;
        if self.within {
            write_pairs(&folder.file("pairs.csv"), &self.decided.pairs)?;
        }
        let unreadable = read.refused.iter().map(|refused| UnreadableRow {
            row: refused.row,
            line: refused.line,
            code: refused.reason.to_owned(),
            reason: say.code(refused.reason),
        });
        write_unreadable(&folder.file("unreadable.csv"), &unreadable.collect::<Vec<_>>())?;
        folder.create("columns.yaml")?.write_all(input.mapping.text().as_bytes())?;
        let weights = serde_json::to_vec_pretty(&self.weights)?;
        folder.create("weights.json")?.write_all(&weights)?;
        stage.finish(Some(decisions.len() as u64));

        let summary = Summary::new(&tally, &input.schema, read.notes.refused, |place| self.work.places.name(place));
        let report = self.report(&summary)?;
        folder.create("report.json")?.write_all(&serde_json::to_vec_pretty(&report)?)?;
        let page = render(say, &report, &input.schema, &self.decided.examples, &self.weight_rows())?;
        folder.create("report.html")?.write_all(page.as_bytes())?;
        Ok(())
    }

    fn report<'s>(&self, summary: &'s Summary) -> Result<Report<'s>> {
        let Work { args, input, progress, .. } = self.work;
        let mut timings = self.timings.clone();
        timings.steps = progress.steps();
        timings.seconds = self.started.elapsed().as_secs_f64();
        let register = args.register.as_ref().map(|register| RegisterInfo {
            name: if running::is_running(register) { running::name_of(register) } else { name_of(Path::new(register)) },
            people: u64::from(self.index.people()),
        });
        let columns = &input.mapping.columns;
        Ok(Report {
            version: env!("CARGO_PKG_VERSION"),
            made: Clock::System.now().format(&Rfc3339)?,
            file: FileInfo { name: name_of(&args.file), format: self.format(), rows: self.decided.read.rows() },
            register,
            columns: columns.iter().map(|(field, headers)| (field.clone(), headers.0.clone())).collect(),
            options: Options { threshold: args.threshold, review: args.review, threads: args.threads() },
            summary,
            weights: serde_json::to_value(&self.weights)?,
            timings,
        })
    }

    /// What the file is, in words.
    fn format(&self) -> String {
        let about = self.work.input.table.about();
        let say = self.work.say;
        match about.format {
            Format::Text => {
                let encoding = about.encoding.map_or("", |encoding| encoding.name()).to_owned();
                say.say("clean-format-text", &[("encoding", encoding)])
            }
            Format::Spreadsheet => say.say("clean-format-spreadsheet", &[]),
            Format::Parquet => say.say("clean-format-parquet", &[]),
        }
    }

    fn weight_rows(&self) -> Vec<WeightRow> {
        let fields = self.weights.fields.iter().enumerate();
        let rows = fields.flat_map(|(field, of)| {
            of.levels.iter().enumerate().map(move |(level, weight)| WeightRow {
                field,
                level: level as u8,
                m: weight.m,
                u: weight.u,
            })
        });
        rows.collect()
    }

    /// Tells the clerk what came out.
    fn tell(&self) -> Result<()> {
        let Work { args, say, .. } = self.work;
        let out = args.out();
        let report = std::fs::read_to_string(out.join("report.json")).context("read report.json")?;
        if args.json {
            return print(&report);
        }
        let report: serde_json::Value = serde_json::from_str(&report)?;
        let count = |name: &'static str| (name, say.number(report["counts"][name].as_u64().unwrap_or_default()));
        let unreadable = report["unreadable"].as_u64().unwrap_or_default();
        let mut counts = ["match", "review", "none", "duplicate"].map(count).to_vec();
        counts.push(("rows", say.number(self.decided.read.rows())));
        counts.push(("unreadable", say.number(unreadable)));
        print(&say.say("clean-summary", &counts))?;
        let notes = &self.decided.read.notes;
        let other: u64 = notes.other_encoding.values().sum();
        let told = [("short", notes.short), ("broken", notes.broken), ("nul", notes.with_nul), ("encoding", other)];
        for (id, rows) in told.into_iter().filter(|(_, rows)| *rows > 0) {
            print(&say.say(&format!("clean-notes-{id}"), &[("rows", say.number(rows))]))?;
        }
        let seconds = self.started.elapsed().as_secs_f64();
        let rate = say.number((self.decided.read.rows() as f64 / seconds.max(0.001)) as u64);
        let path = out.display().to_string();
        let over = [("seconds", say.decimal(seconds, 1)), ("rate", rate), ("path", path.clone())];
        print(&say.say("clean-summary-time", &over))?;
        if report["counts"]["review"].as_u64() > Some(0) && !self.within {
            print(&say.say("clean-summary-review", &[("path", path)]))?;
        }
        Ok(())
    }
}

/// The last part of a path: folders may tell more than a report should.
fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}
