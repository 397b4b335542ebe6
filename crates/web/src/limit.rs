//! Large bodies are refused by their announced length, and read to their end within reason, so that the sender
//! gets the answer instead of a broken connection.

use crate::{Failure, codes};
use axum::{
    body::{Body, BodyDataStream, HttpBody},
    extract::Request,
    http::header,
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::StreamExt;
use kernel::{Kind, Problem};
use std::sync::Arc;
use tokio::sync::Mutex;

/// Largest body that is taken, in bytes.
pub const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;
/// How much of a refused body is read and thrown away before the answer.
pub const DRAIN_BYTES_MAX: usize = 64 * 1024 * 1024;

pub(crate) async fn refuse_large(request: Request, next: Next) -> Response {
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.parse::<usize>().ok());
    if announced.is_some_and(|length| length > BODY_BYTES_MAX) {
        throw_away(&mut request.into_body().into_data_stream()).await;
        let limit = BODY_BYTES_MAX / (1024 * 1024);
        return Failure(Problem::new(Kind::TooLarge, codes::TOO_LARGE).with("limit", limit)).into_response();
    }
    if announced.is_some() || request.body().is_end_stream() {
        return next.run(request).await;
    }
    // Without a length, it shows only while it is read that a body is too large: what the page left is read to its end.
    let (parts, body) = request.into_parts();
    let body = Arc::new(Mutex::new(body.into_data_stream()));
    let shared = futures::stream::unfold(Arc::clone(&body), |body| async {
        let chunk = body.lock().await.next().await;
        chunk.map(|chunk| (chunk, body))
    });
    let response = next.run(Request::from_parts(parts, Body::from_stream(shared))).await;
    throw_away(&mut *body.lock().await).await;
    response
}

async fn throw_away(body: &mut BodyDataStream) {
    let mut read = 0;
    while let Some(Ok(chunk)) = body.next().await {
        read += chunk.len();
        if read > DRAIN_BYTES_MAX {
            break;
        }
    }
}
