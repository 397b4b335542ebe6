//! `sen demo --story birth`: the birth, acted out over HTTP by a mother and the officers of the demonstration. It is
//! also a check: every step must succeed, every result must be there, and every proof is verified here, by what the
//! log has published and nothing else.

use crate::accounts::{DemoAccount, DemoAccounts};
use crate::client::{Client, refused};
use crate::filing::{self, BIRTH_GROUP};
use anyhow::{Context, Result, bail, ensure};
use clap::ValueEnum;
use kernel::{PersonalNumber, Random};
use ledger::{Checkpoint, Proof, VerifierKey};
use procedure::{Decided, DossierLine, DossierView, Filed, Prefilled, ResultView, Status, TaskLine, TaskView, Verdict};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::io::Write;
use std::time::{Duration, Instant};
use tokio::time::interval;

/// How often is looked whether something happened.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How long the bodies may take, all together.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long a log may take to begin.
const START: Duration = Duration::from_secs(5);
/// The officers, in the order in which they look at their inboxes.
const OFFICERS: [&str; 3] = ["civil-status-officer", "police-officer", "insurance-officer"];
/// Birth certificate, residence, insurance card, identity card.
const RESULTS: [&str; 4] = ["birth", "residence", "insurance", "identity-card"];
/// Most lines of the access log that are proved.
const LINES_MAX: usize = 500;

/// Which story.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Story {
    /// A birth, filed once, reaches every agency.
    Birth,
}

/// What happened, step by step.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Told {
    /// The steps.
    pub steps: Vec<Step>,
    /// Whether it went on with a dossier that was filed before.
    pub resumed: bool,
    /// The dossier's code.
    pub dossier: String,
    /// The child's number. Of a made-up child.
    pub child_number: String,
    /// What was issued.
    pub results: Vec<Issued>,
    /// How many entries about the mother were proved.
    pub proofs: usize,
    /// Entries in the log when the last proof was made.
    pub log_size: u64,
}

/// One step.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// Who acts.
    pub who: String,
    /// What.
    pub what: String,
    /// How long it took.
    pub ms: u64,
}

/// One result.
#[derive(Clone, Debug, Serialize)]
pub struct Issued {
    /// The member that issued it.
    pub member: String,
    /// What it is.
    pub name: String,
    /// National code of its kind, where one is known.
    pub code: Option<String>,
    /// Its number.
    pub number: Option<String>,
    /// Who issued it.
    pub by: String,
}

/// Acts a story out at this address and prints it, as text or, at the end, as JSON.
///
/// # Errors
/// The first step or proof that fails.
pub async fn run(story: Story, base: &str, accounts: &DemoAccounts, json: bool) -> Result<Told> {
    let Story::Birth = story;
    let mut teller = Teller { told: Told::default(), aloud: !json };
    let outcome = birth(&mut teller, base, accounts).await;
    let told = teller.told;
    let mut out = std::io::stdout().lock();
    if json {
        let error = outcome.as_ref().err().map(|error| format!("{error:#}"));
        writeln!(
            out,
            "{}",
            serde_json::to_string_pretty(&json!({ "ok": error.is_none(), "error": error, "told": told }))?
        )?;
    }
    outcome.map(|()| told)
}

struct Teller {
    told: Told,
    aloud: bool,
}

impl Teller {
    /// Does a step, says who did what and how long it took.
    async fn step<T>(&mut self, who: &str, what: &str, work: impl Future<Output = Result<T>>) -> Result<T> {
        let began = Instant::now();
        let outcome = work.await.with_context(|| format!("{who}: {what}"))?;
        let ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.told.steps.push(Step { who: who.to_owned(), what: what.to_owned(), ms });
        self.say(&format!("{ms:>6} ms  {who:<24} {what}"))?;
        Ok(outcome)
    }

    fn say(&self, line: &str) -> Result<()> {
        if self.aloud {
            writeln!(std::io::stdout().lock(), "{line}")?;
        }
        Ok(())
    }
}

async fn birth(teller: &mut Teller, base: &str, accounts: &DemoAccounts) -> Result<()> {
    let nobody = Client::new(base)?;
    let account = |name: &str| accounts.get(name).with_context(|| format!("no account of the {name}"));
    let key: VerifierKey = teller.step("anybody", "reads the key of the log", published_key(&nobody)).await?;

    let mother = teller.step("mother", "signs in with password and code", nobody.sign_in(account("mother")?)).await?;
    let search = find(&mother);
    teller.step("mother", "finds the service, typing without marks", search).await?;
    let before = teller.step("mother", "looks at her dossiers", filed_before(&mother)).await?;
    let filed = match before {
        Some(line) => {
            teller.told.resumed = true;
            teller.say("           A child's notice serves once: the story goes on with the dossier filed before.")?;
            Filed { dossier: line.id, code: line.code, due_at: line.due_at }
        }
        None => {
            let path = format!("/api/v1/filings/{BIRTH_GROUP}/prefill");
            let open = mother.get(&path);
            let prefilled: Prefilled = teller.step("mother", "opens the form, filled from the registers", open).await?;
            ensure!(!prefilled.sources.is_empty(), "no register filled anything");
            teller.step("mother", "files, and files again by mistake: one dossier", file(&mother, prefilled)).await?
        }
    };
    teller.told.dossier = filed.code.clone();

    let view = officers(teller, &nobody, accounts, &mother, &filed).await?;
    results(teller, &mother, &view).await?;
    teller.step("mother", "sees who looked at her data", look(&mother)).await.map(|_| ())?;
    let proved = prove_all(&mother, &nobody, &key);
    let (proofs, log_size) = teller.step("mother", "has every line proved and checks the proofs", proved).await?;
    teller.told.proofs = proofs;
    teller.told.log_size = log_size;
    teller.say(&format!("{proofs} proofs hold against the signed log of {log_size} entries."))
}

/// The log of a demonstration that starts now is begun within the second.
async fn published_key(nobody: &Client) -> Result<VerifierKey> {
    let began = Instant::now();
    let mut look = interval(LOOK_EVERY);
    loop {
        look.tick().await;
        match nobody.text("/key").await {
            Err(error) if refused(&error) == Some(404) && began.elapsed() < START => {}
            other => return other?.trim_end().parse().context("not a verifier key"),
        }
    }
}

async fn find(mother: &Client) -> Result<()> {
    #[derive(Deserialize)]
    struct Hits {
        hits: Vec<Value>,
    }
    let Hits { hits } = mother.get("/api/v1/search?q=khai%20sinh%20thuong%20tru").await?;
    let found = hits.iter().any(|hit| hit["online"] == BIRTH_GROUP);
    ensure!(found, "the service is not among {} hits", hits.len());
    Ok(())
}

/// The dossier of this birth, when the story was acted here before, to the end or not.
async fn filed_before(mother: &Client) -> Result<Option<DossierLine>> {
    #[derive(Deserialize)]
    struct Dossiers {
        dossiers: Vec<DossierLine>,
    }
    let Dossiers { dossiers } = mother.get("/api/v1/dossiers").await?;
    let alive = |status: Status| status == Status::Returned || !status.is_terminal();
    Ok(dossiers.into_iter().find(|line| line.procedure == BIRTH_GROUP && alive(line.status)))
}

async fn file(mother: &Client, prefilled: Prefilled) -> Result<Filed> {
    let body = json!({ "values": filing::birth(prefilled.values) });
    let path = format!("/api/v1/filings/{BIRTH_GROUP}");
    let key = format!("story-{:016x}", u64::from_le_bytes(Random::System.bytes()));
    let filed: Filed = mother.post_once(&path, &body, &key).await?;
    let again: Filed = mother.post_once(&path, &body, &key).await?;
    ensure!(filed == again, "two dossiers were made of one filing");
    Ok(filed)
}

#[derive(Deserialize)]
struct Inbox {
    tasks: Vec<TaskLine>,
}

/// Lets every officer do what waits for them, until the mother's dossier has ended.
async fn officers(
    teller: &mut Teller,
    nobody: &Client,
    accounts: &DemoAccounts,
    mother: &Client,
    filed: &Filed,
) -> Result<DossierView> {
    let mut signed_in: Vec<(&DemoAccount, Client)> = Vec::new();
    for name in OFFICERS {
        let account = accounts.get(name).with_context(|| format!("no account of the {name}"))?;
        let officer = teller.step(name, "signs in with password and code", nobody.sign_in(account)).await?;
        signed_in.push((account, officer));
    }
    let began = Instant::now();
    let mut look = interval(LOOK_EVERY);
    loop {
        look.tick().await;
        let view: DossierView = mother.get(&format!("/api/v1/dossiers/{}", filed.dossier)).await?;
        if matches!(view.head.status, Status::Finished | Status::Returned) {
            return Ok(view);
        }
        ensure!(!view.head.status.is_terminal(), "the dossier ended with status {}", view.head.status.number());
        ensure!(began.elapsed() < PATIENCE, "the bodies did not finish within {} s", PATIENCE.as_secs());
        for (name, (_, officer)) in OFFICERS.iter().zip(&signed_in) {
            let Inbox { tasks } = officer.get(&format!("/api/v1/inbox?code={}", filed.code)).await?;
            for task in tasks {
                let what = format!("compares with the registers and approves: {}", task.name.en);
                teller.step(name, &what, approve(officer, &task)).await?;
            }
        }
    }
}

async fn approve(officer: &Client, line: &TaskLine) -> Result<()> {
    let task: TaskView = officer.get(&format!("/api/v1/tasks/{}", line.id)).await?;
    if let Some(code) = task.fault {
        bail!("an approved task came back with {code}");
    }
    if let Some(differing) = task.compared.iter().find(|one| one.verdict == Verdict::Different) {
        bail!("the dossier and the register differ in: {}", differing.label.en);
    }
    let body = json!({ "version": task.line.version, "decision": { "kind": "approve" } });
    let _: Decided = officer.post(&format!("/api/v1/tasks/{}/decision", line.id), &body).await?;
    Ok(())
}

/// Four results. A page hides the child's number until it is asked for; the API gives it to the mother's own program.
async fn results(teller: &mut Teller, mother: &Client, view: &DossierView) -> Result<()> {
    let issued = |result: &ResultView| Issued {
        member: result.member.clone(),
        name: result.name.en.clone(),
        code: result.code.clone(),
        number: result.number.clone(),
        by: result.issued_by_name.en.clone(),
    };
    for member in RESULTS {
        ensure!(view.results.iter().any(|result| result.member == member), "no result of {member}");
    }
    let child = view.results.iter().find(|result| result.member == "birth").map(numbers).unwrap_or_default();
    let number = *child.first().context("the child's number is not in the birth certificate")?;
    let pages = hidden(mother, view, number);
    teller.step("mother", "sees her results, the child's number hidden", pages).await?;
    for result in &view.results {
        let number = result.number.as_deref().unwrap_or("-");
        teller.say(&format!("           {:<24} {} · {}", result.name.en, number, result.issued_by_name.en))?;
    }
    teller.say(&format!("           {:<24} {}", "Child's personal number", number.as_str()))?;
    teller.told.child_number = number.as_str().to_owned();
    teller.told.results = view.results.iter().map(issued).collect();
    Ok(())
}

/// Neither the first page nor that of the dossier shows the number; the document itself does, when it is opened.
async fn hidden(mother: &Client, view: &DossierView, number: PersonalNumber) -> Result<()> {
    for path in ["/toi".to_owned(), format!("/toi/ho-so/{}", view.head.id)] {
        let page = mother.text(&path).await.with_context(|| path.clone())?;
        ensure!(!page.contains(number.as_str()), "{path} shows the child's number without being asked");
    }
    let birth = view.results.iter().find(|result| result.member == "birth").context("no birth certificate")?;
    let path = format!("/toi/ket-qua/{}/{}", view.head.id, birth.id);
    let page = mother.text(&path).await.with_context(|| path.clone())?;
    ensure!(page.contains(number.as_str()), "the birth certificate does not show the child's number");
    Ok(())
}

/// Personal numbers that stand on a result as such.
fn numbers(result: &ResultView) -> Vec<PersonalNumber> {
    let mut found = Vec::new();
    collect(&result.data, &mut found);
    found
}

fn collect(value: &Value, found: &mut Vec<PersonalNumber>) {
    match value {
        Value::String(text) => found.extend(text.parse::<PersonalNumber>().ok()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| collect(field, found)),
        _ => {}
    }
}

#[derive(Deserialize)]
struct Line {
    entry: kernel::EntryId,
    body: kernel::BodyId,
}

async fn look(mother: &Client) -> Result<Vec<Line>> {
    #[derive(Deserialize)]
    struct Page {
        lines: Vec<Line>,
    }
    let mut lines: Vec<Line> = Vec::new();
    while lines.len() < LINES_MAX {
        let after = lines.last().map(|line| format!("?after={}", line.entry)).unwrap_or_default();
        let page: Page = mother.get(&format!("/api/v1/access-log{after}")).await?;
        if page.lines.is_empty() {
            break;
        }
        lines.extend(page.lines);
    }
    for body in ["commune-committee", "commune-police", "social-insurance"] {
        ensure!(lines.iter().any(|line| line.body.kind() == body), "no line says that {body} looked");
    }
    Ok(lines)
}

/// Proves every line, and that the log of each proof is the log of the published checkpoint: same key, not longer.
async fn prove_all(mother: &Client, nobody: &Client, key: &VerifierKey) -> Result<(usize, u64)> {
    let lines = look(mother).await?;
    let mut size = 0;
    for line in &lines {
        let proof = sealed(mother, line.entry).await?;
        let says =
            proof.verify_with(key).with_context(|| format!("the proof of entry {} does not hold", line.entry))?;
        ensure!(says.entry == line.entry, "the proof is of another entry");
        size = size.max(proof.tree_size);
    }
    let checkpoint = Checkpoint::open(&nobody.text("/checkpoint").await?, key).context("the checkpoint")?;
    ensure!(checkpoint.size >= size, "the published log is shorter than that of a proof");
    Ok((lines.len(), size))
}

/// The proof of an entry, which may still be on its way into the tree.
async fn sealed(mother: &Client, entry: kernel::EntryId) -> Result<Proof> {
    let began = Instant::now();
    let mut look = interval(LOOK_EVERY);
    loop {
        look.tick().await;
        match mother.get(&format!("/api/v1/access-log/{entry}/proof")).await {
            Err(error) if refused(&error) == Some(503) && began.elapsed() < PATIENCE => {}
            other => return other,
        }
    }
}
