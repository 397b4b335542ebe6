//! Recorded authority to act for somebody else, as it is kept, and what the register's kinship gives authority for.

use super::subject::Principal;
use crate::Error;
use kernel::{AccountId, Ctx, PartialDate, SubjectId};
use serde_json::Value;
use sqlx::PgConnection;
use std::str::FromStr;
use time::{Date, Month};
use uuid::Uuid;

/// Of age from this birthday on (Bộ luật Dân sự 91/2015/QH13, Điều 20).
const OF_AGE: i32 = 18;

/// An organisation as pages name it.
pub(super) const LABEL: &str = "coalesce(organisation_name || ' (' || organisation || ')', organisation)";

/// Where an authority comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum DelegationKind {
    /// A mother or father, by the register's kinship.
    Parent,
    /// A guardian, by the register's kinship.
    Guardian,
    /// The legal representative of an organisation, by the register of organisations.
    Representative,
    /// An agent whom an organisation has authorised.
    Agent,
}

impl DelegationKind {
    /// As the table keeps it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Parent => "parent",
            Self::Guardian => "guardian",
            Self::Representative => "representative",
            Self::Agent => "agent",
        }
    }

    pub(crate) fn of(text: &str) -> Self {
        match text {
            "parent" => Self::Parent,
            "guardian" => Self::Guardian,
            "representative" => Self::Representative,
            _ => Self::Agent,
        }
    }
}

/// An authority in force.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Authority {
    pub(crate) id: Uuid,
    pub(crate) kind: DelegationKind,
    /// The person acted for, where it is one.
    pub(crate) person: Option<SubjectId>,
    /// The code of the organisation acted for, where it is one.
    pub(crate) organisation: Option<String>,
    /// How it is called.
    pub(crate) label: Option<String>,
    pub(crate) until: Option<Date>,
}

impl Authority {
    /// Whom a token speaks of.
    pub(crate) fn principal(&self) -> Option<Principal> {
        let organisation = || self.organisation.clone().map(Principal::Organisation);
        self.person.map(Principal::Person).or_else(organisation)
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    delegation_id: Uuid,
    principal_subject: Option<Uuid>,
    organisation: Option<String>,
    label: Option<String>,
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
            label: row.label,
            until: row.until_day,
        }
    }
}

/// The authorities of an account that are in force today.
pub(crate) async fn in_force(conn: &mut PgConnection, ctx: &Ctx, agent: AccountId) -> Result<Vec<Authority>, Error> {
    let read = format!(
        "select delegation_id, principal_subject, organisation, {LABEL} as label, kind, until_day from identity.delegation
         where agent_account = $1 and ended_at is null and from_day <= $2 and (until_day is null or until_day >= $2)
         order by created_at, delegation_id"
    );
    let rows: Vec<Row> =
        sqlx::query_as(sqlx::AssertSqlSafe(read)).bind(agent.0).bind(ctx.today()).fetch_all(conn).await?;
    Ok(rows.into_iter().map(Authority::from).collect())
}

/// Ends an authority within a transaction, and the tokens that speak of it: who held it, and the person or the organisation it
/// was for; none where it has ended already.
pub(crate) async fn end(
    conn: &mut PgConnection,
    ctx: &Ctx,
    id: Uuid,
) -> Result<Option<(AccountId, Option<SubjectId>)>, Error> {
    let row: Option<(Uuid, Option<Uuid>)> = sqlx::query_as(
        "update identity.delegation set ended_at = $2 where delegation_id = $1 and ended_at is null
         returning agent_account, coalesce(principal_subject, organisation_subject)",
    )
    .bind(id)
    .bind(ctx.now())
    .fetch_optional(&mut *conn)
    .await?;
    let Some((agent, about)) = row else { return Ok(None) };
    let ended = "update identity.token_family set revoked_at = $2
                 where revoked_at is null and detail ->> 'delegation' = $1";
    sqlx::query(ended).bind(id.to_string()).bind(ctx.now()).execute(conn).await?;
    Ok(Some((AccountId(agent), about.map(SubjectId))))
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
pub(crate) fn authority(kin: &Value, person: SubjectId, today: Date) -> Option<(DelegationKind, Option<Date>)> {
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
    use serde_json::json;
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
