//! What an officer of the programme may look at beyond the own body.

use crate::Error;
use crate::follow::{COORDINATOR, REPORTER, acting};
use kernel::{BodyId, Ctx};
use sqlx::PgConnection;

/// Bodies that follow the whole programme, also while no directive names them: the Government Office, which follows what
/// the Prime Minister gives out, and the national portal, whose leaders answer for the country.
const CENTRES: [&str; 2] = ["government-office", "national-portal"];

/// Who looks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sight {
    /// The body acted for.
    pub body: BodyId,
    /// Every body's data, not the own only: a coordinator of a body that steers a directive, or of a centre.
    pub all: bool,
    /// Coordinates for its body.
    pub coordinates: bool,
    /// Reports for its body.
    pub reports: bool,
}

/// Who looks.
///
/// # Errors
/// [`Error::NotAllowed`] unless an officer in a role of the programme, or the program itself, asks.
pub async fn sight(conn: &mut PgConnection, ctx: &Ctx) -> Result<Sight, Error> {
    let (coordinator, reporter) = (acting(ctx, COORDINATOR), acting(ctx, REPORTER));
    let (coordinates, reports) = (coordinator.is_ok(), reporter.is_ok());
    let (body, _) = coordinator.or(reporter)?;
    let all = coordinates && (CENTRES.contains(&body.as_str()) || steers(conn, &body).await?);
    Ok(Sight { body, all, coordinates, reports })
}

async fn steers(conn: &mut PgConnection, body: &BodyId) -> Result<bool, Error> {
    let any = "select exists (select from programme.directive where steering_body = $1)";
    Ok(sqlx::query_scalar(any).bind(body.as_str()).fetch_one(conn).await?)
}

impl Sight {
    /// Which body's data are looked at: the one that is asked for, all where none is.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] for another body's data without the right to them.
    pub(crate) fn only(&self, asked: Option<&BodyId>) -> Result<Option<BodyId>, Error> {
        match asked {
            Some(body) if self.all || *body == self.body => Ok(Some(body.clone())),
            Some(_) => Err(Error::NotAllowed),
            None if self.all => Ok(None),
            None => Ok(Some(self.body.clone())),
        }
    }
}
