//! The weekly and the monthly report: what each body owes, did, and did late.

use crate::Error;
use kernel::BodyId;
use serde::Serialize;
use sqlx::{FromRow, PgConnection};
use time::{Date, Duration, Month};
use uuid::Uuid;

/// Days that a report is about, both included.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Period {
    /// First day.
    #[serde(with = "kernel::iso_date")]
    pub from: Date,
    /// Last day.
    #[serde(with = "kernel::iso_date")]
    pub until: Date,
}

impl Period {
    /// The week of a day, Monday to Sunday.
    #[must_use]
    pub fn week_of(day: Date) -> Self {
        let from = day - Duration::days(i64::from(day.weekday().number_days_from_monday()));
        Self { from, until: from + Duration::days(6) }
    }

    /// The month of a day.
    #[must_use]
    pub fn month_of(day: Date) -> Self {
        let length = Month::length(day.month(), day.year());
        let from = day - Duration::days(i64::from(day.day()) - 1);
        Self { from, until: from + Duration::days(i64::from(length) - 1) }
    }
}

/// A body in a period. Only tasks that it leads count. `owed = done_before + done + open`, and
/// `open = late + in_time + undated`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, FromRow)]
pub struct BodyPeriod {
    /// The body.
    #[sqlx(try_from = "String")]
    pub body: Body,
    /// Given to it by the last day, and not taken away since.
    pub owed: i64,
    /// Given to it in the period.
    pub new: i64,
    /// Ended before the period.
    pub done_before: i64,
    /// Ended in it.
    pub done: i64,
    /// Of these, after their last day.
    pub done_late: i64,
    /// Not ended by its last day.
    pub open: i64,
    /// Of these, past their last day.
    pub late: i64,
    /// Of these, not yet past it.
    pub in_time: i64,
    /// Of these, without a last day.
    pub undated: i64,
    /// Of these, reported as done and not decided on now.
    pub waiting: i64,
    /// Reports made in the period.
    pub reports: i64,
    /// Reports sent back in the period.
    pub returned: i64,
}

/// A body's id as a row gives it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(transparent)]
pub struct Body(pub BodyId);

impl From<String> for Body {
    fn from(text: String) -> Self {
        Self(BodyId::new(text))
    }
}

/// A line for each body that owes, or owed, something of a directive (None: of any), most late first.
///
/// # Errors
/// When the store fails.
pub async fn period(
    conn: &mut PgConnection,
    period: Period,
    directive: Option<Uuid>,
) -> Result<Vec<BodyPeriod>, Error> {
    let rows = sqlx::query_as(
        "with owed as (
             select o.*, (o.assigned_at at time zone 'Asia/Ho_Chi_Minh')::date as given_on,
                 o.ended_on is null or o.ended_on > $2 as is_open
             from programme.obligor o join programme.task t on t.task_id = o.task_id
             where o.part = 'lead' and o.state not in ('moved', 'dropped') and ($3::uuid is null or t.directive_id = $3)
               and (o.assigned_at at time zone 'Asia/Ho_Chi_Minh')::date <= $2),
         made as (
             select r.body, count(*) as reports, count(*) filter (where not d.approved) as returned
             from programme.report r
             join programme.task t on t.task_id = r.task_id
             left join programme.decision d on d.body = r.body and d.report_id = r.report_id
                 and (d.decided_at at time zone 'Asia/Ho_Chi_Minh')::date between $1 and $2
             where ($3::uuid is null or t.directive_id = $3)
               and (r.made_at at time zone 'Asia/Ho_Chi_Minh')::date between $1 and $2
             group by r.body)
         select o.body, count(*) as owed, count(*) filter (where given_on >= $1) as new,
             count(*) filter (where ended_on < $1) as done_before,
             count(*) filter (where ended_on between $1 and $2) as done,
             count(*) filter (where ended_on between $1 and $2 and ended_on > due_until) as done_late,
             count(*) filter (where is_open) as open,
             count(*) filter (where is_open and due_until < $2) as late,
             count(*) filter (where is_open and due_until >= $2) as in_time,
             count(*) filter (where is_open and due_until is null) as undated,
             count(*) filter (where is_open and state = 'reported') as waiting,
             coalesce(max(made.reports), 0) as reports, coalesce(max(made.returned), 0) as returned
         from owed o left join made on made.body = o.body
         group by o.body
         order by late desc, open desc, o.body",
    )
    .bind(period.from)
    .bind(period.until)
    .bind(directive)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::Period;
    use time::macros::date;

    #[test]
    fn weeks_begin_on_monday_and_months_have_their_length() {
        let week = Period { from: date!(2024 - 02 - 26), until: date!(2024 - 03 - 03) };
        assert_eq!(Period::week_of(date!(2024 - 02 - 29)), week);
        assert_eq!(Period::week_of(date!(2024 - 03 - 03)), week);
        assert_eq!(Period::month_of(date!(2024 - 02 - 11)).until, date!(2024 - 02 - 29));
    }
}
