//! `file`: a filing becomes a dossier with its steps, deadlines, case grant and first jobs, in one transaction.

use crate::definition::Group;
use crate::file_check::{About, Checked, only_asked_for};
use crate::graph::{Moves, Planned, StepKey, moves, plan, term, variables};
use crate::procedures::{FILE, citizen, own_request};
use crate::rows::{DossierRow, NewEvent, StepRow, standing, write_events};
use crate::setting::{people, people_json};
use crate::{Error, Filed, Procedures, Status, StepState, events, jobs};
use exchange::{CaseGrant, Purpose, SubjectRef};
use kernel::{AccountId, BodyId, Ctx, DossierId, Problem, SubjectId};
use pack::Dated;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime, UtcOffset};

/// How long a case stays open past its due date, unless it is closed before.
const CASE_MARGIN: Duration = Duration::days(365);
/// Longest idempotency key.
const KEY_CHARS_MAX: usize = 200;

/// A filing that passed its check, before it is written.
struct Filing {
    key: String,
    hash: Vec<u8>,
    account: AccountId,
    subject: SubjectId,
    row: DossierRow,
    steps: Vec<StepRow>,
    people: Vec<SubjectRef>,
    first: Moves,
}

impl Procedures {
    /// Files the values. The same key files once: a repetition answers with the dossier that is there.
    ///
    /// # Errors
    /// `PRO0006` with what is wrong at which field, `PRO0007` the key belongs to another filing, and those of `check`.
    pub async fn file(&self, ctx: &Ctx, code: &str, values: Value, idempotency_key: &str) -> Result<Filed, Problem> {
        let (account, subject) = citizen(ctx)?;
        let key = idempotency_key;
        if key.is_empty() || key.chars().count() > KEY_CHARS_MAX || key.chars().any(char::is_control) {
            return Err(Error::KeyMalformed.into());
        }
        let key = key.to_owned();
        let hash = fingerprint(code, &values)?;
        if let Some(filed) = filed_before(self.0.db.pool(), subject, &key, &hash).await? {
            return Ok(filed);
        }
        let setting = &self.0.setting;
        let group = setting.catalogue.need_group(code, ctx.today())?;
        let form = &self.form_of(&group.item.form, ctx.today())?.item;
        // Registers are asked in the portal's own name: first whether this citizen may file at all.
        self.0.exchange.allows(ctx, &own_request(FILE, subject)).await?;
        let values = only_asked_for(form, &values, ctx.today())?;
        let about = About { origin: &group.item.origin, subject, dossier: "" };
        let facts = match self.check_form(ctx, about, form, &values).await? {
            Checked::Fits(facts) => facts,
            Checked::Breaks(problems) => return Err(Error::Filing(problems).into()),
        };
        let code = self.0.numbers.next(self.0.db.pool(), &group.item.numbering, ctx.today()).await?;
        let filing = self.prepare(ctx, group, code, (values, facts), Filer { account, subject, key, hash })?;
        let (engine, by) = (self.clone(), ctx.clone());
        self.0
            .exchange
            .open(ctx, own_request(FILE, subject), move |tx, pass| {
                Box::pin(async move {
                    pass.admit(subject, None).map_err(Problem::from)?;
                    write(&engine, &by, tx, &filing).await
                })
            })
            .await
    }

    fn prepare(
        &self,
        ctx: &Ctx,
        group: &Dated<Group>,
        code: String,
        (values, facts): (Value, Value),
        filer: Filer,
    ) -> Result<Filing, Error> {
        let (now, id) = (ctx.now(), ctx.uuid());
        let calendar = &self.0.setting.calendar;
        let mut row = DossierRow {
            dossier_id: id,
            code,
            definition: group.item.code.clone(),
            version_from: group.from,
            origin: group.item.origin.clone(),
            applicant: filer.subject.0,
            people: json!([]),
            due_at: now,
            form_values: values,
            facts,
            status: i16::from(Status::Filed.number()),
            filed_at: now,
            paused_at: None,
            answer_until: None,
            reason: None,
            closed_at: None,
            version: 1,
        };
        let head = row.head(ctx, &self.0.setting);
        let values = &row.form_values;
        let planned = plan(&group.item, values, &head)?;
        if planned.is_empty() {
            return Err(Error::Definition(format!("{}: nothing to do for these values", group.item.code)));
        }
        let vars = variables(&group.item, values, 0, &[], &head);
        let mut references = vec![json!({ "id": filer.subject })];
        for person in &group.item.people {
            references.push(person.fill(&vars)?);
        }
        let people = people(references);
        let mut steps = steps(&group.item, planned);
        let first = moves(&group.item, &standing(&steps)?);
        for key in &first.send {
            let step_vars = variables(&group.item, values, key.child, &[], &head);
            send(&group.item, &mut steps, key, &step_vars, now, calendar)?;
        }
        // In UTC, as the database gives it back: the answer to a repetition is the first answer, byte for byte.
        row.due_at = calendar.due(now, term(&group.item.term, &vars)?).to_offset(UtcOffset::UTC);
        row.people = people_json(&people);
        let Filer { account, subject, key, hash } = filer;
        Ok(Filing { key, hash, account, subject, row, steps, people, first })
    }
}

struct Filer {
    account: AccountId,
    subject: SubjectId,
    key: String,
    hash: Vec<u8>,
}

fn steps(group: &Group, planned: Vec<Planned>) -> Vec<StepRow> {
    let position = |member: &str| group.members.iter().position(|m| m.id == member).unwrap_or(0);
    planned
        .into_iter()
        .map(|step| StepRow {
            position: i16::try_from(position(&step.key.member)).unwrap_or(i16::MAX),
            member: step.key.member,
            child: step.key.child,
            body: step.body.as_str().to_owned(),
            state: StepState::Waiting.as_str().to_owned(),
            round: 1,
            due_at: None,
            facts: json!({}),
            question: None,
            reason: None,
            ended_at: None,
        })
        .collect()
}

/// Marks a step as sent, with its due date.
pub(crate) fn send(
    group: &Group,
    steps: &mut [StepRow],
    key: &StepKey,
    vars: &Value,
    now: OffsetDateTime,
    calendar: &kernel::calendar::Calendar,
) -> Result<(), Error> {
    let member = group.member(&key.member).ok_or_else(|| Error::Definition(format!("no member {}", key.member)))?;
    let due = calendar.due(now, term(&member.term, vars)?);
    if let Some(step) = steps.iter_mut().find(|step| step.is(key)) {
        step.state = StepState::Sent.as_str().to_owned();
        step.due_at = Some(due);
    }
    Ok(())
}

async fn write(engine: &Procedures, ctx: &Ctx, tx: &mut PgConnection, filing: &Filing) -> Result<Filed, Error> {
    let row = &filing.row;
    let fresh = sqlx::query(
        "INSERT INTO procedure.own_dossier (subject_id, idempotency_key, request_hash, dossier_id, code, due_at, filed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT ON CONSTRAINT own_dossier_pk DO NOTHING",
    )
    .bind(filing.subject.0)
    .bind(&filing.key)
    .bind(&filing.hash)
    .bind(row.dossier_id)
    .bind(&row.code)
    .bind(row.due_at)
    .bind(row.filed_at)
    .execute(&mut *tx)
    .await?;
    if fresh.rows_affected() == 0 {
        return filed_before(&mut *tx, filing.subject, &filing.key, &filing.hash).await?.ok_or(Error::KeyReused);
    }
    insert(tx, filing).await?;
    let group = engine.0.setting.kept(&row.definition, row.version_from)?;
    let filed =
        NewEvent { kind: events::FILED, key: None, body: Some(row.origin.clone()), status: Status::Filed, note: None };
    write_events(tx, ctx, row, &group.item, &[filed]).await?;
    let case = CaseGrant {
        case: DossierId(row.dossier_id).into(),
        body: BodyId::new(&row.origin),
        officers: Vec::new(),
        subjects: filing.people.clone(),
        purposes: vec![Purpose::dossier()],
        until: row.due_at + CASE_MARGIN,
    };
    exchange::grant(tx, ctx, case).await.map_err(Problem::from)?;
    for key in &filing.first.send {
        jobs::enqueue_advance(tx, ctx, DossierId(row.dossier_id), key, 1).await?;
    }
    jobs::publish(tx, ctx, row, Status::Filed).await?;
    Ok(Filed { dossier: DossierId(row.dossier_id), code: row.code.clone(), due_at: row.due_at })
}

async fn insert(tx: &mut PgConnection, filing: &Filing) -> Result<(), Error> {
    let row = &filing.row;
    sqlx::query(
        "WITH code AS (INSERT INTO procedure.dossier_code (code, dossier_id) VALUES ($2, $1)) \
         INSERT INTO procedure.dossier (dossier_id, code, definition, version_from, origin, applicant, account, \
         people, form_values, status, filed_at, due_at, facts, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1)",
    )
    .bind(row.dossier_id)
    .bind(&row.code)
    .bind(&row.definition)
    .bind(row.version_from)
    .bind(&row.origin)
    .bind(row.applicant)
    .bind(filing.account.0)
    .bind(&row.people)
    .bind(&row.form_values)
    .bind(row.status)
    .bind(row.filed_at)
    .bind(row.due_at)
    .bind(&row.facts)
    .execute(&mut *tx)
    .await?;
    let steps = &filing.steps;
    sqlx::query(
        "INSERT INTO procedure.step (dossier_id, member, child, position, body, state, round, due_at, facts) \
         SELECT $1, s.member, s.child, s.position, s.body, s.state, 1, s.due_at, '{}'::jsonb \
         FROM unnest($2::text[], $3::smallint[], $4::smallint[], $5::text[], $6::text[], $7::timestamptz[]) \
         AS s(member, child, position, body, state, due_at)",
    )
    .bind(row.dossier_id)
    .bind(steps.iter().map(|s| s.member.as_str()).collect::<Vec<_>>())
    .bind(steps.iter().map(|s| s.child).collect::<Vec<_>>())
    .bind(steps.iter().map(|s| s.position).collect::<Vec<_>>())
    .bind(steps.iter().map(|s| s.body.as_str()).collect::<Vec<_>>())
    .bind(steps.iter().map(|s| s.state.as_str()).collect::<Vec<_>>())
    .bind(steps.iter().map(|s| s.due_at).collect::<Vec<_>>())
    .execute(tx)
    .await?;
    Ok(())
}

/// What this person filed under this key. Names nobody: the caller's own code and date.
async fn filed_before<'e>(
    db: impl sqlx::PgExecutor<'e>,
    subject: SubjectId,
    key: &str,
    hash: &[u8],
) -> Result<Option<Filed>, Error> {
    let found: Option<(Vec<u8>, uuid::Uuid, String, OffsetDateTime)> = sqlx::query_as(
        "SELECT request_hash, dossier_id, code, due_at FROM procedure.own_dossier \
         WHERE subject_id = $1 AND idempotency_key = $2",
    )
    .bind(subject.0)
    .bind(key)
    .fetch_optional(db)
    .await?;
    match found {
        None => Ok(None),
        Some((known, ..)) if known != hash => Err(Error::KeyReused),
        Some((_, dossier, code, due_at)) => Ok(Some(Filed { dossier: DossierId(dossier), code, due_at })),
    }
}

/// What makes two filings the same, whatever the order of their fields.
fn fingerprint(code: &str, values: &Value) -> Result<Vec<u8>, Error> {
    let bytes = serde_json_canonicalizer::to_vec(values).map_err(|_| Error::TooLarge)?;
    Ok(Sha256::new().chain_update(code).chain_update([0]).chain_update(bytes).finalize().to_vec())
}
