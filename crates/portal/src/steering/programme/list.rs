//! Tasks that a body gave, and tasks that it owes.

use super::words::{self, line, sides};
use crate::State;
use crate::page::{self, Answer, encoded, query};
use axum::{extract, http::Uri};
use kernel::{BodyId, Ctx, Kind, Problem};
use programme::desk::{About, Side, Which};
use serde_json::{Value, json};
use web::{OfficerSession, Paging};

/// Side and sort as addresses write them.
const WHICH: [(&str, Which); 5] =
    [("tre", Which::Late), ("sap", Which::Soon), ("cho", Which::Waiting), ("mo", Which::Open), ("tat-ca", Which::All)];

/// `GET /dieu-hanh/nhiem-vu?phia=giao|nhan&loc=tre|sap|cho|mo|tat-ca&van-ban=…&don-vi=…&trang=…`
pub(super) async fn list(
    extract::State(state): extract::State<State>,
    me: OfficerSession,
    uri: Uri,
    paging: Paging,
) -> Answer {
    let ctx = &me.visit.ctx;
    let (gives, owes) = sides(&me);
    if !gives && !owes {
        return Err(Problem::new(Kind::Forbidden, web::codes::NOT_FOR_YOU).into());
    }
    let side = match query(&uri, "phia").as_deref() {
        Some("nhan") if owes => Side::Owed,
        Some("giao") if gives => Side::Given,
        _ if gives => Side::Given,
        _ => Side::Owed,
    };
    let (word, which) = query(&uri, "loc")
        .and_then(|word| WHICH.into_iter().find(|(known, _)| *known == word))
        .unwrap_or(("mo", Which::Open));
    let about = About {
        directive: query(&uri, "van-ban").and_then(|id| id.parse().ok()),
        body: query(&uri, "don-vi").map(BodyId::new).filter(|_| side == Side::Given),
        skip: paging.offset(),
        take: Some(paging.limit()),
    };
    let desk = &state.programme;
    let counts = desk.counts(ctx, side, &About { skip: 0, take: None, ..about.clone() }).await?;
    let mut lines = desk.lines(ctx, side, which, &about).await?;
    let pager = paging.cut(&mut lines);
    let directives = desk.directives(ctx).await?;
    let side_word = if side == Side::Given { "giao" } else { "nhan" };
    let mut base = format!("/dieu-hanh/nhiem-vu?phia={side_word}");
    for (name, value) in [
        ("van-ban", about.directive.map(|id| id.to_string())),
        ("don-vi", about.body.as_ref().map(|body| encoded(body.as_str()))),
    ] {
        if let Some(value) = value {
            base = format!("{base}&{name}={value}");
        }
    }
    let content = json!({
        "body": state.body_name(ctx, &me.body),
        "side": side_word, "both": gives && owes, "which": word, "base": base, "counts": counts,
        "lines": lines.iter().map(|one| line(&state, ctx, one)).collect::<Vec<Value>>(),
        "paging": pager,
        "directives": directives.iter().map(|one| json!({"value": one.directive_id, "label": one.number})).collect::<Vec<_>>(),
        "directive": about.directive,
        "bodies": if side == Side::Given { bodies(&state, ctx).await? } else { Vec::new() },
        "chosen": about.body,
        "about": about.body.as_ref().map(|body| words::name(&state, ctx, body.as_str())),
    });
    Ok(page::own(&state, &me.visit, "steering/tasks.html", content)?)
}

/// Who owes what the officer's body gave, by name.
async fn bodies(state: &State, ctx: &Ctx) -> Result<Vec<Value>, Problem> {
    let owing = state.programme.owing(ctx).await?;
    let mut named: Vec<_> = owing.into_iter().map(|body| (state.body_name(ctx, &body), body)).collect();
    named.sort_by(|(a, _), (b, _)| a.vi.cmp(&b.vi));
    Ok(named.into_iter().map(|(label, value)| json!({"value": value, "label": label})).collect())
}
