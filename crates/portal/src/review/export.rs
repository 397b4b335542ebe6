//! The decisions as a file.

use super::room::{Answer, Room};
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use kernel::{Kind, Problem};

pub(super) async fn export(State(room): State<Room>) -> Answer {
    let written = room.at_desk(|desk| {
        let mut out = Vec::new();
        matching::review::write_csv(desk, &mut out).map(|()| out)
    });
    let table = written.await?.map_err(|_| Problem::new(Kind::Internal, web::codes::INTERNAL))?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"decisions.csv\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, table).into_response())
}
