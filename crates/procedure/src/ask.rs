//! Questions to registers that the pack describes: for a form's first values, for its check, for an officer's page.

use crate::definition::Lookup;
use crate::graph::holds;
use crate::setting::people;
use crate::{Error, Procedures};
use exchange::{Request, Scope};
use kernel::{BodyId, CaseId, Ctx, Kind, Problem};
use serde_json::Value;

/// The door's code for a record about somebody whom the question did not name.
const OUT_OF_SCOPE: &str = "EXC0008";

/// For whom and why a register is asked.
pub(crate) struct Asker {
    pub(crate) consumer: BodyId,
    pub(crate) purpose: &'static str,
    pub(crate) case: Option<CaseId>,
}

/// What came of a question.
pub(crate) enum Answer {
    /// The register's answer.
    Found(Value),
    /// Nobody and nothing fits.
    NotFound,
    /// It was not asked: its condition does not hold, or what it needs is not filled.
    NotAsked,
    /// It refused, or can not answer now.
    Failed(Problem),
}

impl Procedures {
    /// Asks a register what the pack's `lookup` says, with values from `vars`.
    pub(crate) async fn ask(&self, ctx: &Ctx, asker: &Asker, lookup: &Lookup, vars: &Value) -> Result<Answer, Error> {
        if !holds(lookup.when.as_ref(), vars)? {
            return Ok(Answer::NotAsked);
        }
        let payload = lookup.payload.fill(vars)?;
        let about = people(lookup.people.iter().map(|person| person.fill(vars)).collect::<Result<Vec<_>, _>>()?);
        if payload.is_null() {
            return Ok(Answer::NotAsked);
        }
        let mut request =
            Request::new(asker.consumer.clone(), BodyId::new(&lookup.provider), lookup.service.as_str(), asker.purpose)
                .about(if about.is_empty() { Scope::None } else { Scope::Subjects(about) })
                .only(lookup.fields.iter());
        request.case = asker.case;
        Ok(match self.0.exchange.call(ctx, request, payload).await {
            Ok(Value::Null) => Answer::NotFound,
            Ok(reply) => Answer::Found(reply),
            // About somebody else than the one it was asked for: to the asker it is not there.
            Err(problem) if problem.kind == Kind::NotFound || problem.code == OUT_OF_SCOPE => Answer::NotFound,
            Err(problem) => Answer::Failed(problem),
        })
    }
}
