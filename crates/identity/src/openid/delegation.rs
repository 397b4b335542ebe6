//! Acting for somebody else with recorded authority: a parent for a child, a guardian for a ward, the legal
//! representative or an agent of an organisation. Tokens then speak of whom one acts for (`sub`) and say who acts (`act`, RFC 8693, section 4.1).
//!
//! Kinship is the register's: it is read when the authority is recorded, in the name of the person who claims it, so that
//! the passage is in the access logs of both. Authority over a child ends the day before it comes of age.

use super::Provider;
use super::authority::{authority, end, in_force};
use super::keys::may_decide;
use crate::Error;
use exchange::{Request, Scope};
use kernel::{AccountId, Actor, Ctx, Kind, SubjectId};
use ledger::Entry;
use serde_json::{Value, json};
use time::Date;
use uuid::Uuid;

/// An authority in force, as its holder sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct Delegation {
    /// Names it.
    pub id: Uuid,
    /// Where it comes from: `parent`, `guardian`, `representative` or `agent`.
    pub kind: &'static str,
    /// Whom one acts for: the person's name, or the organisation's with its code.
    pub name: String,
    /// Last day in force, itself included.
    pub until: Option<Date>,
}

// Whose child somebody is, is personal.
impl std::fmt::Debug for Delegation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Delegation").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
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
            let name = known.person.map_or_else(|| known.label.clone(), name)?;
            Some(Delegation { id: known.id, kind: known.kind.as_str(), name, until: known.until })
        });
        Ok(shown.collect())
    }

    /// The acting citizen's relatives, as the register has them.
    pub(super) async fn kin(&self, ctx: &Ctx, own: SubjectId) -> Result<Vec<Value>, Error> {
        let request = Request::new("national-portal", "ministry-public-security", "population.get", "self-service")
            .about(Scope::of(own))
            .only(["kin"]);
        let mut read = match self.exchange().call(ctx, request, json!({"subject": own})).await {
            Ok(read) => read,
            // A foreigner: the population register knows no kin of theirs.
            Err(problem) if problem.kind == Kind::NotFound => return Ok(Vec::new()),
            Err(problem) => return Err(Error::Door(problem)),
        };
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
        let (agent, about) = end(&mut tx, ctx, delegation).await?.ok_or(Error::NoSuchGrant)?;
        let own = matches!(ctx.actor, Actor::Citizen { account, .. } if account == agent);
        if !own {
            may_decide(ctx)?;
        }
        let body = json!({"event": "delegation-ended", "delegation": delegation, "by": ctx.actor});
        ledger::append(&mut tx, ctx, Entry { subject: about, kind: "change", body }).await?;
        tx.commit().await?;
        Ok(())
    }
}
