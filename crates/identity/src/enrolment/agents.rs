//! Agents of an organisation: whom its legal representative lets act for it (Bộ luật Dân sự 91/2015/QH13, Điều 138). The
//! organisation gives the authority, so that it outlasts a representative; the present one sees and ends it.

use super::{Enrolment, People, Said};
use crate::openid::{DelegationKind, end_delegation};
use crate::{Error, account};
use kernel::{AccountId, Actor, Ctx, SubjectId};
use serde_json::json;
use sqlx::PgConnection;
use time::Date;
use uuid::Uuid;

/// Agents of one organisation at a time.
const AGENTS_MAX: usize = 50;
const EVIDENCE_CHARS_MAX: usize = 300;

/// Whom a representative appoints.
#[derive(Clone, Copy)]
pub struct NewAgent<'a> {
    /// Personal number, or a foreigner's.
    pub number: &'a str,
    /// The name.
    pub full_name: &'a str,
    /// `yyyy-mm-dd`, or what is known of it.
    pub birth_date: &'a str,
    /// Number of the paper that says so.
    pub evidence: &'a str,
    /// Last day in force, itself included; none for open.
    pub until: Option<Date>,
}

/// An organisation as its legal representative sees it. Personal: no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Represented {
    /// Its code.
    pub code: String,
    /// Its name, as the register had it at the counter.
    pub name: String,
    /// Who acts for it, oldest first.
    pub agents: Vec<Agent>,
}

/// Who acts for an organisation. Personal: no `Debug`.
#[derive(Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Agent {
    /// Names the authority.
    #[sqlx(rename = "delegation_id")]
    pub id: Uuid,
    /// Who it is.
    #[sqlx(rename = "agent_name")]
    pub name: String,
    /// Number of the paper.
    pub evidence: String,
    /// First day in force.
    #[sqlx(rename = "from_day")]
    pub from: Date,
    /// Last day in force.
    #[sqlx(rename = "until_day")]
    pub until: Option<Date>,
    #[sqlx(try_from = "Uuid")]
    agent_account: Holder,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Holder(AccountId);

impl From<Uuid> for Holder {
    fn from(id: Uuid) -> Self {
        Self(AccountId(id))
    }
}

/// Code, name, and the organisation in its register.
type Organisation = (String, String, Uuid);

impl Enrolment {
    /// The organisation over which this authority of the acting citizen is, and its agents.
    ///
    /// # Errors
    /// `NotAllowed` unless a citizen of level 2 acts; `NoSuchGrant` when they do not represent it.
    pub async fn represented_by(&self, ctx: &Ctx, representation: Uuid) -> Result<Represented, Error> {
        let mut conn = self.identity.db.pool().acquire().await?;
        let (code, name, _) = organisation(&mut conn, ctx, representation).await?;
        let agents = agents(&mut conn, ctx, &code).await?;
        Ok(Represented { code, name, agents })
    }

    /// Lets a person act for the organisation. Number, name and birth date must be one person's in the register, with an active
    /// account of level 2: what is wrong of it is not told apart. Appointing somebody again replaces what they had.
    ///
    /// # Errors
    /// `NotAllowed`, `NoSuchGrant` as above; `ApplicationMalformed` names the field; `NoSuchAgent`; `TooManyAgents`; the
    /// register's own when it does not answer.
    pub async fn appoint_agent(&self, ctx: &Ctx, representation: Uuid, new: &NewAgent<'_>) -> Result<Uuid, Error> {
        let mut conn = self.identity.db.pool().acquire().await?;
        organisation(&mut conn, ctx, representation).await?;
        drop(conn);
        let (evidence, full_name) = (new.evidence.trim(), new.full_name.trim());
        let fits = !evidence.is_empty() && evidence.chars().count() <= EVIDENCE_CHARS_MAX;
        if !fits || evidence.chars().any(char::is_control) {
            return Err(Error::ApplicationMalformed("evidence"));
        }
        if new.until.is_some_and(|until| until < ctx.today()) {
            return Err(Error::ApplicationMalformed("until"));
        }
        let said = Said { number: new.number.trim(), full_name, birth_date: new.birth_date };
        let person = match self.known(ctx, People::Population, &said).await? {
            Some(citizen) => Some(citizen),
            None => self.known(ctx, People::ForeignResidents, &said).await?,
        };
        let person = person.ok_or(Error::NoSuchAgent)?;
        let mut tx = self.identity.db.begin().await?;
        let (code, name, subject) = organisation(&mut tx, ctx, representation).await?;
        // Of two windows that appoint, the second waits.
        sqlx::query("select pg_advisory_xact_lock(hashtextextended($1, 5))").bind(&code).execute(&mut *tx).await?;
        let holder: Option<Uuid> = sqlx::query_scalar(
            "select account.account_id from identity.login join identity.account using (account_id)
             where login = $1 and subject_id = $2 and level = 2 and disabled_at is null",
        )
        .bind(said.number)
        .bind(person.0)
        .fetch_optional(&mut *tx)
        .await?;
        let holder = AccountId(holder.ok_or(Error::NoSuchAgent)?);
        let present = agents(&mut tx, ctx, &code).await?;
        if let Some(same) = present.iter().find(|agent| agent.agent_account.0 == holder) {
            dismiss(&mut tx, ctx, same.id, (SubjectId(subject), &name)).await?;
        } else if present.len() >= AGENTS_MAX {
            return Err(Error::TooManyAgents);
        }
        let id = ctx.uuid();
        sqlx::query(
            "insert into identity.delegation (delegation_id, organisation, organisation_name, organisation_subject,
                agent_account, agent_name, kind, evidence, from_day, until_day, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(id)
        .bind(&code)
        .bind(&name)
        .bind(subject)
        .bind(holder.0)
        .bind(full_name)
        .bind(DelegationKind::Agent.as_str())
        .bind(evidence)
        .bind(ctx.today())
        .bind(new.until)
        .bind(ctx.now())
        .execute(&mut *tx)
        .await?;
        tell(&mut tx, ctx, "delegation-recorded", id, (holder, Some(person)), (SubjectId(subject), &name)).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Ends an agent's authority at once, and the tokens that speak of it.
    ///
    /// # Errors
    /// `NotAllowed`, `NoSuchGrant`: also when the agent is not this organisation's.
    pub async fn dismiss_agent(&self, ctx: &Ctx, representation: Uuid, agent: Uuid) -> Result<(), Error> {
        let mut tx = self.identity.db.begin().await?;
        let (code, name, subject) = organisation(&mut tx, ctx, representation).await?;
        if !agents(&mut tx, ctx, &code).await?.iter().any(|held| held.id == agent) {
            return Err(Error::NoSuchGrant);
        }
        dismiss(&mut tx, ctx, agent, (SubjectId(subject), &name)).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// The organisation that the acting citizen represents by this authority; in a transaction the authority does not end meanwhile.
async fn organisation(conn: &mut PgConnection, ctx: &Ctx, representation: Uuid) -> Result<Organisation, Error> {
    let Actor::Citizen { account, level: 2, .. } = ctx.actor else { return Err(Error::NotAllowed) };
    let found: Option<Organisation> = sqlx::query_as(
        "select organisation, coalesce(organisation_name, organisation), organisation_subject from identity.delegation
         where delegation_id = $1 and agent_account = $2 and kind = 'representative' and ended_at is null for share",
    )
    .bind(representation)
    .bind(account.0)
    .fetch_optional(conn)
    .await?;
    found.ok_or(Error::NoSuchGrant)
}

async fn agents(conn: &mut PgConnection, ctx: &Ctx, code: &str) -> Result<Vec<Agent>, Error> {
    let read = sqlx::query_as(
        "select delegation_id, coalesce(agent_name, '') as agent_name, evidence, from_day, until_day, agent_account
         from identity.delegation
         where organisation = $1 and kind = 'agent' and ended_at is null and (until_day is null or until_day >= $2)
         order by created_at, delegation_id limit $3",
    );
    Ok(read.bind(code).bind(ctx.today()).bind(AGENTS_MAX as i64).fetch_all(conn).await?)
}

async fn dismiss(
    conn: &mut PgConnection,
    ctx: &Ctx,
    agent: Uuid,
    organisation: (SubjectId, &str),
) -> Result<(), Error> {
    let Some((holder, _)) = end_delegation(conn, ctx, agent).await? else { return Ok(()) };
    let person = account::must_exist(conn, holder).await?;
    tell(conn, ctx, "delegation-ended", agent, (holder, person), organisation).await
}

/// Both hear of it: the organisation, and who acts for it, also in the history of their account.
async fn tell(
    conn: &mut PgConnection,
    ctx: &Ctx,
    event: &str,
    delegation: Uuid,
    (holder, person): (AccountId, Option<SubjectId>),
    (organisation, name): (SubjectId, &str),
) -> Result<(), Error> {
    let mut body = json!({"event": event, "delegation": delegation, "kind": "agent", "agent": holder, "name": name});
    account::log(conn, ctx, Some(organisation), body.clone()).await?;
    body["account"] = json!(holder);
    account::log(conn, ctx, person, body).await
}
