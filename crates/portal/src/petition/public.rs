//! What was asked and answered, for everybody.

use super::body;
use crate::State;
use crate::page::{self, Answer, instant, query};
use axum::extract;
use axum::http::Uri;
use kernel::BodyId;
use serde_json::{Value, json};
use web::{Paging, Visitor};

/// `GET /phan-anh?tim=…&trang=…`: words of a body's name narrow the list.
pub(super) async fn list(
    extract::State(state): extract::State<State>,
    visitor: Visitor,
    uri: Uri,
    paging: Paging,
) -> Answer {
    let ctx = &visitor.ctx;
    let words = query(&uri, "tim").unwrap_or_default();
    let bodies = (!words.trim().is_empty()).then(|| body::search(&state, ctx, &words));
    let mut all = state.index.published_petitions(bodies.as_deref(), (paging.offset(), paging.limit())).await?;
    let pager = paging.cut(&mut all);
    let shown = |one: &indicator::petitions::Published| {
        json!({"code": one.code, "body": state.body_name(ctx, &BodyId::new(&one.body)), "question": one.public_text,
               "answer": one.answer, "at": instant(one.published_at)})
    };
    let content = json!({
        "words": words, "encoded": page::encoded(&words), "paging": pager,
        "petitions": all.iter().map(shown).collect::<Vec<Value>>(),
    });
    Ok(page::open(&state, &visitor, "petition/public.html", content)?)
}
