//! Courses that officers took, and the roles that work only with one.

use crate::{Error, Identity, account};
use kernel::{AccountId, Actor, Ctx, Role};
use pack::Text;
use serde::Deserialize;
use serde_json::json;
use sqlx::PgConnection;
use std::sync::Arc;
use time::{Date, Duration};

const COURSE_CHARS_MAX: usize = 100;

/// A course, and the roles that work only so long after it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Course {
    /// What records call it.
    pub id: String,
    /// What people call it.
    pub name: Text,
    /// Days that it is good for, its day included.
    pub days: u16,
    /// The roles that demand it.
    pub roles: Vec<Role>,
}

/// The courses that roles demand. Cheap to clone; empty where nothing is demanded.
#[derive(Clone, Debug, Default)]
pub struct Trainings(Arc<[Course]>);

impl Trainings {
    /// These courses; a role that stands at two needs both.
    #[must_use]
    pub fn new(courses: Vec<Course>) -> Self {
        Self(courses.into())
    }

    /// All of them.
    #[must_use]
    pub fn courses(&self) -> &[Course] {
        &self.0
    }

    fn demands_of<'a>(&'a self, role: &'a Role) -> impl Iterator<Item = &'a Course> {
        self.0.iter().filter(move |course| course.roles.contains(role))
    }

    /// Leaves out the roles whose course was not taken, or too long ago.
    pub(crate) async fn only_trained(
        &self,
        conn: &mut PgConnection,
        ctx: &Ctx,
        account: AccountId,
        officers: Vec<Actor>,
    ) -> Result<Vec<Actor>, Error> {
        let roles = officers.iter().filter_map(|actor| match actor {
            Actor::Officer { roles, .. } => Some(roles),
            _ => None,
        });
        if !roles.flatten().any(|role| self.demands_of(role).next().is_some()) {
            return Ok(officers);
        }
        let taken = taken(conn, account).await?;
        let today = ctx.today();
        let good = |wanted: &Course| {
            let until = |day: Date| day.checked_add(Duration::days(i64::from(wanted.days)));
            let fresh = |day: Date| day <= today && until(day).is_none_or(|until| today < until);
            taken.iter().any(|(course, day)| *course == wanted.id && fresh(*day))
        };
        let trained = officers.into_iter().filter_map(|actor| match actor {
            Actor::Officer { account, body, mut roles } => {
                roles.retain(|role| self.demands_of(role).all(good));
                (!roles.is_empty()).then_some(Actor::Officer { account, body, roles })
            }
            other => Some(other),
        });
        Ok(trained.collect())
    }
}

/// The courses of an officer, with the day of each.
pub(crate) async fn taken(conn: &mut PgConnection, account: AccountId) -> Result<Vec<(String, Date)>, Error> {
    let taken =
        sqlx::query_as("select course, on_day from identity.training where account_id = $1 order by on_day, course");
    Ok(taken.bind(account.0).fetch_all(conn).await?)
}

impl Identity {
    /// The same, demanding these trainings.
    #[must_use]
    pub fn with_trainings(self, trainings: Trainings) -> Self {
        Self { trainings, ..self }
    }

    /// The courses that roles demand.
    #[must_use]
    pub fn trainings(&self) -> &Trainings {
        &self.trainings
    }
}

/// Records that an officer took a course; a course twice on one day is once.
pub(crate) async fn record(
    conn: &mut PgConnection,
    ctx: &Ctx,
    account: AccountId,
    course: &str,
    day: Date,
) -> Result<(), Error> {
    let course = course.trim();
    if course.is_empty() || course.chars().count() > COURSE_CHARS_MAX || day > ctx.today() {
        return Err(Error::TrainingMalformed);
    }
    let record = sqlx::query(
        "insert into identity.training (account_id, course, on_day, recorded_at) values ($1, $2, $3, $4)
         on conflict do nothing",
    );
    let record = record.bind(account.0).bind(course).bind(day).bind(ctx.now());
    if record.execute(&mut *conn).await?.rows_affected() == 0 {
        return Ok(());
    }
    let body = json!({"event": "training-recorded", "account": account, "name": course, "day": day.to_string()});
    account::log(conn, ctx, None, body).await
}
