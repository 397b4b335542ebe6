//! A coordinator reads a directive in: what was read is kept, and its page says what is doubtful.

use super::directives::list_again;
use crate::State;
use crate::page::{self, Answer, go};
use axum::extract;
use kernel::Problem;
use programme::Error;
use programme::desk::NewDirective;
use uuid::Uuid;
use web::{OfficerSession, Upload};

/// `POST /dieu-hanh/van-ban`: file `directive`; fields `number`, `issued_on` (three fields), `amends` (an id).
pub(super) async fn send(extract::State(state): extract::State<State>, me: OfficerSession, upload: Upload) -> Answer {
    let Upload { form, files } = upload;
    let file = files.into_iter().find(|file| file.field == "directive");
    let kept = match (file, page::day_in(&form, "issued_on")) {
        (None, _) => Err(Error::Malformed("directive")),
        (_, Err(_)) => Err(Error::Malformed("issued_on")),
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
