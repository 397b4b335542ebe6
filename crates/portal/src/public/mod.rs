//! Pages for everybody.

mod home;
mod lists;
mod procedure;
mod search;
mod service;
mod sign_in;

use crate::State;
use crate::page::{self, Answer};
use axum::{Router, extract, routing::get};
use serde_json::json;
use web::Visitor;

pub(crate) use service::service_view;
pub(crate) use sign_in::{device, enter, session_for};

pub(crate) fn router() -> Router<State> {
    Router::new()
        .route("/", get(home::home))
        .route("/tim-kiem", get(search::search))
        .route("/tim-kiem/goi-y", get(search::suggest))
        .route("/dich-vu-cong", get(lists::overview))
        .route("/dich-vu-cong/thiet-yeu", get(lists::essential))
        .route("/dich-vu-cong/truc-tuyen", get(lists::online))
        .route("/dich-vu-cong/su-kien/{id}", get(lists::event))
        .route("/dich-vu-cong/don-gian-hoa", get(lists::simplification))
        .route("/dich-vu/{code}", get(service::service))
        .route("/du-lieu-cua-toi", get(your_data))
        .route("/tro-giup", get(help))
        .route("/dang-nhap", get(sign_in::form).post(sign_in::sign_in))
        .route("/dang-nhap/ma", axum::routing::post(sign_in::send_code))
        .route("/dang-xuat", axum::routing::post(sign_in::sign_out))
}

async fn your_data(extract::State(state): extract::State<State>, visitor: Visitor) -> Answer {
    Ok(page::open(&state, &visitor, "public/data.html", json!({}))?)
}

async fn help(extract::State(state): extract::State<State>, visitor: Visitor) -> Answer {
    Ok(page::open(&state, &visitor, "public/help.html", json!({}))?)
}
