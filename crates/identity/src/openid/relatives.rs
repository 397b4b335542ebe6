//! What a person's page of authority shows beside what is in force: for whom they could record it, and what has ended.

use super::Provider;
use super::authority::{DelegationKind, LABEL, authority, in_force};
use crate::Error;
use kernel::{Actor, Ctx, SubjectId};
use serde_json::Value;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// Ended authorities that a page shows.
const PAST_MAX: i64 = 50;

/// Somebody the acting citizen could record authority over. Personal: no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Ward {
    /// The person.
    pub subject: SubjectId,
    /// `parent` or `guardian`: what the acting citizen is to them.
    pub kind: &'static str,
    /// Their name.
    pub name: String,
    /// Last day the authority could be in force.
    pub until: Option<Date>,
}

/// An authority that has ended. Personal: no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct PastDelegation {
    /// Where it came from: `parent`, `guardian`, `representative` or `agent`.
    pub kind: &'static str,
    /// The person's name while the register still knows them as a relative, or the organisation's with its code.
    pub name: Option<String>,
    /// The day it was recorded.
    pub from: Date,
    /// When it was withdrawn; none where it ran out.
    pub ended_at: Option<OffsetDateTime>,
    /// Its last day, where it had one.
    pub until: Option<Date>,
}

type PastRow = (Option<Uuid>, Option<String>, String, Date, Option<Date>, Option<OffsetDateTime>);

impl Provider {
    /// The acting citizen's children under age and wards over whom no authority is recorded yet, as the register has them
    /// today.
    ///
    /// # Errors
    /// `NotAllowed` unless a citizen of level 2 acts; the exchange's refusals.
    pub async fn wards(&self, ctx: &Ctx) -> Result<Vec<Ward>, Error> {
        let Actor::Citizen { account, subject, level: 2 } = ctx.actor else { return Err(Error::NotAllowed) };
        let mut conn = self.db().pool().acquire().await?;
        let held = in_force(&mut conn, ctx, account).await?;
        drop(conn);
        let kin = self.kin(ctx, subject).await?;
        let wards = kin.iter().filter_map(|kin| {
            let text = |field: &str| kin.get(field).and_then(Value::as_str);
            let person = SubjectId(text("subject")?.parse().ok()?);
            let (kind, until) = authority(kin, person, ctx.today())?;
            let new = !held.iter().any(|held| held.person == Some(person) && held.kind == kind);
            new.then_some(Ward { subject: person, kind: kind.as_str(), name: text("full_name")?.to_owned(), until })
        });
        Ok(wards.collect())
    }

    /// The acting citizen's authorities that were withdrawn or ran out, newest first.
    ///
    /// # Errors
    /// `NotAllowed` unless a citizen of level 2 acts; the exchange's refusals.
    pub async fn past_delegations(&self, ctx: &Ctx) -> Result<Vec<PastDelegation>, Error> {
        let Actor::Citizen { account, subject, level: 2 } = ctx.actor else { return Err(Error::NotAllowed) };
        let read = format!(
            "select principal_subject, {LABEL}, kind, from_day, until_day, ended_at from identity.delegation
             where agent_account = $1 and (ended_at is not null or until_day < $2)
             order by created_at desc, delegation_id limit $3"
        );
        let rows: Vec<PastRow> = sqlx::query_as(sqlx::AssertSqlSafe(read))
            .bind(account.0)
            .bind(ctx.today())
            .bind(PAST_MAX)
            .fetch_all(self.db().pool())
            .await?;
        let kin = if rows.iter().any(|row| row.0.is_some()) { self.kin(ctx, subject).await? } else { Vec::new() };
        let name = |person: Uuid| {
            let of = kin.iter().find(|kin| kin.get("subject").and_then(Value::as_str) == Some(&person.to_string()));
            of.and_then(|kin| kin.get("full_name")).and_then(Value::as_str).map(str::to_owned)
        };
        let past = rows.into_iter().map(|(person, organisation, kind, from, until, ended_at)| PastDelegation {
            kind: DelegationKind::of(&kind).as_str(),
            name: organisation.or_else(|| person.and_then(name)),
            from,
            ended_at,
            until,
        });
        Ok(past.collect())
    }
}
