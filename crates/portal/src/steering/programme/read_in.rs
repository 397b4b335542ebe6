//! A coordinator reads a directive in: what was read is kept, and its page says what is doubtful.

use super::directives::list_again;
use crate::State;
use crate::page::{Answer, go};
use axum::extract;
use kernel::Problem;
use programme::Error;
use programme::desk::NewDirective;
use time::Date;
use uuid::Uuid;
use web::{Form, OfficerSession, Upload};

/// `POST /dieu-hanh/van-ban`: file `directive`; fields `number`, `issued_on` (three fields), `amends` (an id).
pub(super) async fn send(extract::State(state): extract::State<State>, me: OfficerSession, upload: Upload) -> Answer {
    let Upload { form, files } = upload;
    let file = files.into_iter().find(|file| file.field == "directive");
    let kept = match (file, issued(&form)) {
        (None, _) => Err(Error::Malformed("directive")),
        (_, Err(error)) => Err(error),
        (Some(file), Ok(date)) => {
            let new = NewDirective {
                name: file.name,
                bytes: file.bytes,
                number: form.get("number").map(str::to_owned),
                date,
                amends: form.get("amends").and_then(|id| id.parse::<Uuid>().ok()),
            };
            state.programme.import(&me.visit.ctx, new).await
        }
    };
    match kept {
        Ok(kept) => {
            let done = if kept.again { "nhu-truoc" } else { "da-doc" };
            Ok(go(&format!("/dieu-hanh/van-ban/{}?xong={done}", kept.directive)))
        }
        Err(error) => {
            let at = if matches!(error, Error::NoHead) { "number" } else { "directive" };
            list_again(&state, &me, (Problem::from(error), &form), at).await
        }
    }
}

/// The day of the three fields; none where all are empty.
fn issued(form: &Form) -> Result<Option<Date>, Error> {
    let parts = ["d", "m", "y"].map(|part| form.get(&format!("issued_on.{part}")));
    if parts.iter().all(Option::is_none) {
        return Ok(None);
    }
    let wrong = Error::Malformed("issued_on");
    let [Some(d), Some(m), Some(y)] = parts.map(|part| part.and_then(|text| text.parse::<u16>().ok())) else {
        return Err(wrong);
    };
    let month = u8::try_from(m).ok().and_then(|month| time::Month::try_from(month).ok());
    let (Some(month), Ok(day)) = (month, u8::try_from(d)) else { return Err(wrong) };
    Date::from_calendar_date(i32::from(y), month, day).map(Some).map_err(|_| wrong)
}
