//! `/tai-khoan/thiet-bi`: where the account is signed in, and ending it from here.

use crate::State;
use crate::page::{self, Answer, go};
use axum::{extract, http::Uri};
use kernel::Problem;
use serde_json::{Value, json};
use uuid::Uuid;
use web::{Form, SessionShown, SignedIn};

async fn sessions(state: &State, visit: &SignedIn) -> Result<Vec<SessionShown>, Problem> {
    let mut conn = state.db.pool().acquire().await.map_err(web::Error::from)?;
    Ok(web::sessions_of(&mut conn, &visit.ctx, visit.session.account).await?)
}

pub(crate) async fn show(extract::State(state): extract::State<State>, visit: SignedIn, uri: Uri) -> Answer {
    let one = |session: &SessionShown| {
        json!({
            "id": session.id, "device": session.device, "this": session.id == visit.session.id,
            "created_at": page::instant(session.created_at), "seen_at": page::instant(session.seen_at),
            "assurance": page::assurance(&session.authentication),
        })
    };
    let mut sessions: Vec<Value> = sessions(&state, &visit).await?.iter().map(one).collect();
    sessions.sort_by_key(|session| session["this"] != json!(true));
    let content = json!({"sessions": sessions, "done": page::query(&uri, "xong").is_some()});
    Ok(page::own(&state, &visit, "account/devices.html", content)?)
}

pub(crate) async fn end(extract::State(state): extract::State<State>, visit: SignedIn, form: Form) -> Answer {
    let ended: Vec<Uuid> = if form.get("_lam") == Some("tat-ca") {
        sessions(&state, &visit).await?.into_iter().map(|session| session.id).collect()
    } else {
        vec![page::id_in(&form, "phien")?]
    };
    for id in ended.into_iter().filter(|id| *id != visit.session.id) {
        page::end_session(&state, &visit.ctx, visit.session.account, id).await?;
    }
    Ok(go("/tai-khoan/thiet-bi?xong=1"))
}
