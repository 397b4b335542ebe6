//! Reads every version of a subject's records.

use crate::{Error, Register, Version, read};
use exchange::Pass;
use kernel::{Ctx, SubjectId};
use sqlx::PgConnection;

/// Every version of the subject's records in a register, oldest first within each record, with the fields that the
/// pass names. `recorded` keeps what was recorded up to that position of the change feed.
///
/// # Errors
/// A refusal when the subject is outside the pass, a database failure.
pub async fn history(
    conn: &mut PgConnection,
    _ctx: &Ctx,
    pass: &Pass,
    register: &Register,
    subject: SubjectId,
    recorded: Option<i64>,
) -> Result<Vec<Version>, Error> {
    pass.admit(subject, None)?;
    let mut versions = read::versions(conn, register, subject).await?;
    if let Some(position) = recorded {
        versions = read::recorded_by(conn, versions, position).await?;
    }
    Ok(versions.into_iter().map(|version| read::projected(pass, version)).collect())
}
