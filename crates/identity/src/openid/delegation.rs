//! Acting for somebody else with recorded authority: a parent for a child, a guardian for a ward, an agent of an
//! organisation. Tokens then speak of whom one acts for (`sub`) and say who acts (`act`, RFC 8693, section 4.1).
//!
//! Kinship is the register's: it is read when the authority is recorded, in the name of the person who claims it, so that
//! the passage is in the access logs of both. Authority over a child ends the day before it comes of age.

use super::Provider;
use super::subject::Principal;
use crate::{Error, account::may_manage};
use exchange::{Request, Scope};
use kernel::{AccountId, Actor, Ctx, PartialDate, SubjectId};
use ledger::Entry;
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::str::FromStr;
use time::{Date, Month};
use uuid::Uuid;

/// Of age from this birthday on (Bộ luật Dân sự 91/2015/QH13, Điều 20).
const OF_AGE: i32 = 18;
const TEXT_CHARS_MAX: usize = 300;

/// Where an authority comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum DelegationKind {
    /// A mother or father, by the register's kinship.
    Parent,
    /// A guardian, by the register's kinship.
    Guardian,
    /// An agent whom an organisation has authorised.
    Agent,
}

impl DelegationKind {
    /// As the table keeps it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Parent => "parent",
            Self::Guardian => "guardian",
            Self::Agent => "agent",
        }
    }

    fn of(text: &str) -> Self {
        match text {
            "parent" => Self::Parent,
            "guardian" => Self::Guardian,
            _ => Self::Agent,
        }
    }
}

/// An authority in force, as its holder sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct Delegation {
    /// Names it.
    pub id: Uuid,
    /// Where it comes from: `parent`, `guardian` or `agent`.
    pub kind: &'static str,
    /// Whom one acts for: the person's name, or the organisation's code.
    pub name: String,
    /// Last day in force, itself included.
    pub until: Option<Date>,
}

/// An authority in force.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Authority {
    pub(crate) id: Uuid,
    pub(crate) kind: DelegationKind,
    /// The person acted for, where it is one.
    pub(crate) person: Option<SubjectId>,
    /// The code of the organisation acted for, where it is one.
    organisation: Option<String>,
    until: Option<Date>,
}

// Whose child somebody is, is personal.
impl std::fmt::Debug for Delegation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Delegation").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Authority {
    /// Whom a token speaks of.
    pub(crate) fn principal(&self) -> Option<Principal> {
        let organisation = || self.organisation.clone().map(Principal::Organisation);
        self.person.map(Principal::Person).or_else(organisation)
    }
}

/// An organisation's authority for an agent.
#[derive(Clone, Debug)]
pub struct NewAgent<'a> {
    /// The organisation's code.
    pub organisation: &'a str,
    /// Who may act.
    pub agent: AccountId,
    /// Number of the paper that says so.
    pub evidence: &'a str,
    /// Last day in force, itself included; none for open.
    pub until: Option<Date>,
}

#[derive(sqlx::FromRow)]
struct Row {
    delegation_id: Uuid,
    principal_subject: Option<Uuid>,
    organisation: Option<String>,
    kind: String,
    until_day: Option<Date>,
}

impl From<Row> for Authority {
    fn from(row: Row) -> Self {
        Self {
            id: row.delegation_id,
            kind: DelegationKind::of(&row.kind),
            person: row.principal_subject.map(SubjectId),
            organisation: row.organisation,
            until: row.until_day,
        }
    }
}

impl Provider {
    /// Records that the acting citizen acts for a child or a ward. The register must know them as such today.
    /// Recording it twice gives the same authority.
    ///
    /// # Errors
    /// `NotAllowed` unless a citizen of level 2 acts; `NoAuthority` when the register does not know the relation, or the
    /// child is of age; the exchange's refusals.
    pub async fn delegate_kin(&self, ctx: &Ctx, person: SubjectId) -> Result<Uuid, Error> {
        let Actor::Citizen { account, subject: own, level: 2 } = ctx.actor else { return Err(Error::NotAllowed) };
        let kin = self.kin(ctx, own).await?;
        let (kind, until) = kin.iter().find_map(|kin| authority(kin, person, ctx.today())).ok_or(Error::NoAuthority)?;
        let mut tx = self.db().begin().await?;
        // Two taps at once are one record.
        sqlx::query("select pg_advisory_xact_lock(hashtextextended($1::text, 4))")
            .bind(account.0)
            .execute(&mut *tx)
            .await?;
        let known = in_force(&mut tx, ctx, account).await?;
        if let Some(known) = known.into_iter().find(|known| known.person == Some(person) && known.kind == kind) {
            return Ok(known.id);
        }
        let id = ctx.uuid();
        sqlx::query(
            "insert into identity.delegation
                 (delegation_id, principal_subject, agent_account, kind, evidence, from_day, until_day, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(id)
        .bind(person.0)
        .bind(account.0)
        .bind(kind.as_str())
        .bind("population register: kinship")
        .bind(ctx.today())
        .bind(until)
        .bind(ctx.now())
        .execute(&mut *tx)
        .await?;
        let event = json!({"event": "delegation-recorded", "delegation": id, "kind": kind.as_str(), "agent": account});
        let about = |subject| Entry { subject: Some(subject), kind: "change", body: event.clone() };
        ledger::append_all(&mut tx, ctx, vec![about(own), about(person)]).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Records an organisation's agent. Administrators and the program itself may.
    ///
    /// # Errors
    /// `NotAllowed`, `NoSuchAccount`, `LabelMalformed` for an empty or overlong code or evidence.
    pub async fn delegate_agent(&self, ctx: &Ctx, new: &NewAgent<'_>) -> Result<Uuid, Error> {
        may_manage(ctx)?;
        let fits = |text: &str| !text.trim().is_empty() && text.chars().count() <= TEXT_CHARS_MAX;
        if !fits(new.organisation) || !fits(new.evidence) {
            return Err(Error::LabelMalformed);
        }
        let mut tx = self.db().begin().await?;
        let subject = crate::account::must_exist(&mut tx, new.agent).await?;
        let id = ctx.uuid();
        sqlx::query(
            "insert into identity.delegation
                 (delegation_id, organisation, agent_account, kind, evidence, from_day, until_day, created_at)
             values ($1, $2, $3, 'agent', $4, $5, $6, $7)",
        )
        .bind(id)
        .bind(new.organisation.trim())
        .bind(new.agent.0)
        .bind(new.evidence.trim())
        .bind(ctx.today())
        .bind(new.until)
        .bind(ctx.now())
        .execute(&mut *tx)
        .await?;
        let body = json!({
            "event": "delegation-recorded", "delegation": id, "kind": "agent", "agent": new.agent,
            "organisation": new.organisation.trim(), "by": ctx.actor,
        });
        ledger::append(&mut tx, ctx, Entry { subject, kind: "change", body }).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// For whom the account may act today. The names of people are read from the register in the name of the acting citizen;
    /// whom the register no longer knows as a relative is left out.
    ///
    /// # Errors
    /// The exchange's refusals; when the database does not answer.
    pub async fn delegations_of(&self, ctx: &Ctx, account: AccountId) -> Result<Vec<Delegation>, Error> {
        let mut conn = self.db().pool().acquire().await?;
        let known = in_force(&mut conn, ctx, account).await?;
        drop(conn);
        let kin = match ctx.actor {
            Actor::Citizen { subject, level: 2, .. } if known.iter().any(|known| known.person.is_some()) => {
                self.kin(ctx, subject).await?
            }
            _ => Vec::new(),
        };
        let name = |person: SubjectId| {
            let of = kin.iter().find(|kin| kin.get("subject").and_then(Value::as_str) == Some(&person.to_string()));
            of.and_then(|kin| kin.get("full_name")).and_then(Value::as_str).map(str::to_owned)
        };
        let shown = known.into_iter().filter_map(|known| {
            let name = known.person.map_or_else(|| known.organisation.clone(), name)?;
            Some(Delegation { id: known.id, kind: known.kind.as_str(), name, until: known.until })
        });
        Ok(shown.collect())
    }

    /// The acting citizen's relatives, as the register has them.
    async fn kin(&self, ctx: &Ctx, own: SubjectId) -> Result<Vec<Value>, Error> {
        let request = Request::new("national-portal", "ministry-public-security", "population.get", "self-service")
            .about(Scope::of(own))
            .only(["kin"]);
        let mut read = self.exchange().call(ctx, request, json!({"subject": own})).await.map_err(Error::Door)?;
        match read.get_mut("kin").map(Value::take) {
            Some(Value::Array(kin)) => Ok(kin),
            _ => Ok(Vec::new()),
        }
    }

    /// Ends an authority at once; tokens that speak of it end with it. The agent may, and administrators.
    ///
    /// # Errors
    /// `NotAllowed`; `NoSuchGrant` when there is none in force.
    pub async fn end_delegation(&self, ctx: &Ctx, delegation: Uuid) -> Result<(), Error> {
        let mut tx = self.db().begin().await?;
        let row: Option<(Uuid, Option<Uuid>)> = sqlx::query_as(
            "update identity.delegation set ended_at = $2 where delegation_id = $1 and ended_at is null
             returning agent_account, principal_subject",
        )
        .bind(delegation)
        .bind(ctx.now())
        .fetch_optional(&mut *tx)
        .await?;
        let (agent, person) = row.ok_or(Error::NoSuchGrant)?;
        let own = matches!(ctx.actor, Actor::Citizen { account, .. } if account.0 == agent);
        if !own {
            may_manage(ctx)?;
        }
        let ended = "update identity.token_family set revoked_at = $2
                     where revoked_at is null and detail ->> 'delegation' = $1";
        sqlx::query(ended).bind(delegation.to_string()).bind(ctx.now()).execute(&mut *tx).await?;
        let body = json!({"event": "delegation-ended", "delegation": delegation, "by": ctx.actor});
        ledger::append(&mut tx, ctx, Entry { subject: person.map(SubjectId), kind: "change", body }).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// The authorities of an account that are in force today.
pub(crate) async fn in_force(conn: &mut PgConnection, ctx: &Ctx, agent: AccountId) -> Result<Vec<Authority>, Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "select delegation_id, principal_subject, organisation, kind, until_day from identity.delegation
         where agent_account = $1 and ended_at is null and from_day <= $2 and (until_day is null or until_day >= $2)
         order by created_at, delegation_id",
    )
    .bind(agent.0)
    .bind(ctx.today())
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Authority::from).collect())
}

/// One authority of an account, if it is in force today.
pub(crate) async fn one_in_force(
    conn: &mut PgConnection,
    ctx: &Ctx,
    agent: AccountId,
    id: Uuid,
) -> Result<Option<Authority>, Error> {
    Ok(in_force(conn, ctx, agent).await?.into_iter().find(|delegation| delegation.id == id))
}

/// What one of the register's relatives gives authority for: over a child under age, over a ward.
fn authority(kin: &Value, person: SubjectId, today: Date) -> Option<(DelegationKind, Option<Date>)> {
    let text = |field: &str| kin.get(field).and_then(Value::as_str);
    if text("subject")? != person.to_string() || text("death_date").is_some() {
        return None;
    }
    match text("relation")? {
        "child" => {
            // Known only to the month or year: of age on the earliest day that it can be.
            let birth = PartialDate::from_str(text("birth_date")?).ok()?.earliest();
            let last = last_day_under_age(birth)?;
            (today <= last).then_some((DelegationKind::Parent, Some(last)))
        }
        "ward" => Some((DelegationKind::Guardian, None)),
        _ => None,
    }
}

fn last_day_under_age(birth: Date) -> Option<Date> {
    let year = birth.year() + OF_AGE;
    // Who was born on 29 February comes of age on 1 March of a year that has none.
    let birthday = Date::from_calendar_date(year, birth.month(), birth.day())
        .or_else(|_| Date::from_calendar_date(year, Month::March, 1));
    birthday.ok()?.previous_day()
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    fn kin(relation: &str, born: &str) -> Value {
        json!({"relation": relation, "subject": Uuid::from_u128(1), "birth_date": born})
    }

    #[test]
    fn only_a_child_under_age_or_a_ward_gives_authority() {
        let child = SubjectId(Uuid::from_u128(1));
        let today = date!(2026 - 11 - 22);
        let parent = |until| Some((DelegationKind::Parent, Some(until)));
        let check = [
            (kin("child", "2020-05-01"), parent(date!(2038 - 04 - 30))),
            (kin("child", "2008-11-23"), parent(date!(2026 - 11 - 22))),
            (kin("child", "2008-11-22"), None),
            (kin("child", "2012-02-29"), parent(date!(2030 - 02 - 28))),
            (kin("child", "2008"), None),
            (kin("ward", "1950-01-01"), Some((DelegationKind::Guardian, None))),
            (kin("spouse", "1990-01-01"), None),
            (kin("mother", "1960-01-01"), None),
            (json!({"relation": "child", "subject": Uuid::from_u128(2), "birth_date": "2020-05-01"}), None),
            (json!({"relation": "child", "subject": Uuid::from_u128(1)}), None),
        ];
        for (kin, expected) in check {
            assert_eq!(authority(&kin, child, today), expected, "{kin}");
        }
        let mut dead = kin("ward", "1950-01-01");
        dead["death_date"] = json!("2026-01-01");
        assert_eq!(authority(&dead, child, today), None);
    }
}
