//! Searches a register by name with year or date of birth and unit.

use crate::{Error, Register, Version, definition::text_of, read};
use exchange::Pass;
use kernel::{Ctx, PartialDate};
use sqlx::PgConnection;
use std::collections::BTreeSet;
use time::Date;
use uuid::Uuid;

/// How many bearers of a name and year are looked at before a unit or date narrows them.
pub const CANDIDATES_MAX: i64 = 500;

/// What to search by.
#[derive(Clone)]
pub struct Criteria {
    /// The name, with or without marks.
    pub name: String,
    /// Year, month or day of birth.
    pub birth: Option<PartialDate>,
    /// Code of the unit the person lives in.
    pub unit: Option<String>,
    /// How many may come back.
    pub limit: usize,
}

impl std::fmt::Debug for Criteria {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Criteria (not shown), at most {}", self.limit)
    }
}

/// Whether a search may go by name alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NameAlone {
    /// The birth must be given too.
    Refused,
    /// The caller has checked a special right.
    Allowed,
}

/// The records on a valid day whose name is the same without marks and whose birth fits, with the fields that the pass
/// names. Every person who comes back is admitted, and so named in the ledger.
///
/// # Errors
/// [`Error::NameAlone`], [`Error::Definition`] for a register that cannot be searched, a refusal when the pass lets
/// through fewer people than fit, a database failure.
pub async fn search(
    conn: &mut PgConnection,
    _ctx: &Ctx,
    pass: &Pass,
    register: &Register,
    criteria: &Criteria,
    name_alone: NameAlone,
    valid: Date,
) -> Result<Vec<Version>, Error> {
    let found = unadmitted(conn, register, criteria, name_alone, valid).await?;
    for version in &found {
        pass.admit(version.subject, None)?;
    }
    Ok(found.into_iter().map(|version| read::projected(pass, version)).collect())
}

/// [`search`] whole and without admission, which the caller does.
pub(crate) async fn unadmitted(
    conn: &mut PgConnection,
    register: &Register,
    criteria: &Criteria,
    name_alone: NameAlone,
    valid: Date,
) -> Result<Vec<Version>, Error> {
    if criteria.birth.is_none() && name_alone == NameAlone::Refused {
        return Err(Error::NameAlone);
    }
    let Some(search) = &register.search else {
        return Err(Error::Definition(format!("{} cannot be searched", register.name)));
    };
    let folded = kernel::text::fold(&criteria.name);
    let year = criteria.birth.as_ref().and_then(|birth| i16::try_from(birth.year()).ok());
    let subjects: Vec<Uuid> = sqlx::query_scalar(
        "SELECT DISTINCT subject_id FROM register.name_index
         WHERE name_folded = $1 AND register = $2 AND ($3::smallint IS NULL OR birth_year = $3)
         ORDER BY subject_id LIMIT $4",
    )
    .bind(&folded)
    .bind(&register.name)
    .bind(year)
    .bind(CANDIDATES_MAX)
    .fetch_all(&mut *conn)
    .await?;
    let mut found = read::states(conn, &[&register.name], &subjects, valid).await?;
    // The index remembers former names and dates: what counts is the record's state.
    found.retain(|version| {
        let name = version.body.pointer(&search.name).and_then(|name| name.as_str());
        let birth = version.body.pointer(&search.birth).and_then(text_of);
        name.is_some_and(|name| kernel::text::fold(name) == folded)
            && criteria.birth.as_ref().is_none_or(|asked| birth.is_some_and(|birth| fits(asked, &birth)))
    });
    if let (Some(code), Some(place)) = (&criteria.unit, &search.unit) {
        let subjects: Vec<_> = found.iter().map(|version| version.subject.0).collect();
        let living: BTreeSet<_> = read::states(conn, &[&place.register], &subjects, valid)
            .await?
            .into_iter()
            .filter(|version| version.body.pointer(&place.pointer).and_then(text_of).as_ref() == Some(code))
            .map(|version| version.subject)
            .collect();
        found.retain(|version| living.contains(&version.subject));
    }
    found.truncate(criteria.limit);
    Ok(found)
}

/// Whether a recorded birth fits what is asked for: as far as both know.
fn fits(asked: &PartialDate, recorded: &str) -> bool {
    recorded
        .parse::<PartialDate>()
        .is_ok_and(|recorded| asked.earliest() <= recorded.latest() && recorded.earliest() <= asked.latest())
}
