//! An officer's decision, on the version of the task that the officer saw.

use super::task::{colleagues, content};
use crate::State;
use crate::page::{self, Answer, go};
use axum::{
    extract::{self, Path},
    http::StatusCode,
};
use kernel::{AccountId, Kind, Problem};
use procedure::{Decision, SupplementItem};
use time::{Date, Month, OffsetDateTime, Time, UtcOffset};
use uuid::Uuid;
use web::{Form, OfficerSession};

/// Things that one supplement request may list.
const ITEMS_MAX: usize = 30;
/// Appointments are for five in the afternoon, Vietnam time.
const APPOINTMENT_HOUR: u8 = 17;

pub(crate) async fn decide(
    extract::State(state): extract::State<State>,
    me: OfficerSession,
    Path(id): Path<Uuid>,
    form: Form,
) -> Answer {
    let outcome = match read(&form) {
        Ok((version, decision)) => {
            let decided = state.procedures.decide(&me.visit.ctx, id, version, decision).await;
            decided.map(drop)
        }
        Err(problem) => Err(problem),
    };
    let word = form.get("decision").unwrap_or_default();
    match outcome {
        // Taking a task in, one goes on with it; with everything else one is done.
        Ok(()) if word == "accept" => Ok(go(&format!("/can-bo/viec/{id}"))),
        Ok(()) => Ok(go(&format!("/can-bo?xong={word}"))),
        Err(problem) if matches!(problem.kind, Kind::Invalid | Kind::Conflict) => {
            // Where the other decision ended the case, the task cannot be shown any more: the conflict is still told.
            let Ok(task) = state.procedures.task(&me.visit.ctx, id).await else { return Err(problem.into()) };
            let colleagues = colleagues(&state, &me).await?;
            let content = content(&state, &me, &task, &colleagues, Some(&problem), &form);
            let status =
                if problem.kind == Kind::Conflict { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
            Ok(page::own_with_status(&state, &me.visit, status, "officer/task.html", content)?)
        }
        Err(problem) => Err(problem.into()),
    }
}

/// The version that was seen, and the decision.
///
/// # Errors
/// `POR0003` no such decision, `POR0004` no reason, `POR0005` nothing asked, `POR0007` no date.
pub(crate) fn read(form: &Form) -> Result<(i32, Decision), Problem> {
    let invalid = |code: &'static str| Problem::new(Kind::Invalid, code);
    let version = form.get("version").and_then(|version| version.parse().ok()).unwrap_or(0);
    let text = |name: &str| form.get(name).map(str::to_owned);
    let word = form.get("decision").unwrap_or_default();
    let decision = match word {
        "accept" => Decision::Accept,
        "approve" => Decision::Approve { note: text("note") },
        "refuse" => Decision::Refuse { reason: text("reason").ok_or_else(|| invalid("POR0004"))? },
        "ask-supplement" => {
            let items = items(form);
            if items.is_empty() {
                return Err(invalid("POR0005"));
            }
            Decision::AskSupplement { items, note: text("note").unwrap_or_default(), again_because: text("again") }
        }
        "hand-over" => {
            let to = form.get("to").and_then(|to| to.parse::<AccountId>().ok());
            Decision::HandOver { to: to.ok_or_else(|| invalid("POR0003").with("decision", "hand-over"))? }
        }
        "apologise" => Decision::Apologise {
            reason: text("reason").ok_or_else(|| invalid("POR0004"))?,
            new_due: form.get("new_due").and_then(appointment).ok_or_else(|| invalid("POR0007"))?,
        },
        _ => return Err(invalid("POR0003").with("decision", "?")),
    };
    Ok((version, decision))
}

/// Ticked fields, and one more thing for each line that was written.
fn items(form: &Form) -> Vec<SupplementItem> {
    let ticked = form
        .all("item")
        .filter_map(|item| item.split_once('|'))
        .map(|(pointer, what)| SupplementItem { pointer: Some(pointer.to_owned()), what: what.to_owned() });
    let written = form.get("other").unwrap_or_default().lines().map(str::trim).filter(|line| !line.is_empty());
    let written = written.map(|line| SupplementItem { pointer: None, what: line.to_owned() });
    ticked.chain(written).take(ITEMS_MAX).collect()
}

/// `27/03/2026` as an appointment on that day.
fn appointment(text: &str) -> Option<OffsetDateTime> {
    let mut parts = text.split('/').map(|part| part.trim().parse::<u16>().ok());
    let (d, m, y) = (parts.next()??, parts.next()??, parts.next()??);
    let month = Month::try_from(u8::try_from(m).ok()?).ok()?;
    let date = Date::from_calendar_date(i32::from(y), month, u8::try_from(d).ok()?).ok()?;
    let vietnam = UtcOffset::from_hms(7, 0, 0).ok()?;
    Some(date.with_time(Time::from_hms(APPOINTMENT_HOUR, 0, 0).ok()?).assume_offset(vietnam))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(fields: &[(&str, &str)]) -> Form {
        Form(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn a_supplement_request_lists_what_was_ticked_and_what_was_written() {
        let sent = form(&[
            ("version", "3"),
            ("decision", "ask-supplement"),
            ("item", "/children/0/birth_date|Xem lại ngày sinh"),
            ("other", "Giấy ủy quyền\n\n  Bản dịch "),
        ]);
        let (version, decision) = read(&sent).unwrap();
        assert_eq!(version, 3);
        let item = |pointer: Option<&str>, what: &str| SupplementItem {
            pointer: pointer.map(str::to_owned),
            what: what.to_owned(),
        };
        assert_eq!(
            decision,
            Decision::AskSupplement {
                items: vec![
                    item(Some("/children/0/birth_date"), "Xem lại ngày sinh"),
                    item(None, "Giấy ủy quyền"),
                    item(None, "Bản dịch")
                ],
                note: String::new(),
                again_because: None,
            }
        );
    }

    #[test]
    fn a_decision_without_what_it_needs_is_refused_with_a_code() {
        let check = |fields: &[(&str, &str)], code: &str| assert_eq!(read(&form(fields)).unwrap_err().code, code);
        check(&[("decision", "refuse"), ("reason", "  ")], "POR0004");
        check(&[("decision", "ask-supplement")], "POR0005");
        check(&[("decision", "apologise"), ("reason", "x"), ("new_due", "31/02/2026")], "POR0007");
        check(&[("decision", "shrug")], "POR0003");
    }

    #[test]
    fn an_appointment_is_for_five_in_the_afternoon() {
        assert_eq!(appointment("27/03/2026").unwrap().to_string(), "2026-03-27 17:00:00.0 +07:00:00");
    }
}
