//! Large bodies are refused by their announced length, and read to their end within reason, so that the sender
//! gets the answer instead of a broken connection.

use crate::{Failure, codes};
use axum::{
    extract::Request,
    http::header,
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::StreamExt;
use kernel::{Kind, Problem};

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
        drain(request).await;
        let limit = BODY_BYTES_MAX / (1024 * 1024);
        return Failure(Problem::new(Kind::TooLarge, codes::TOO_LARGE).with("limit", limit)).into_response();
    }
    next.run(request).await
}

async fn drain(request: Request) {
    let mut stream = request.into_body().into_data_stream();
    let mut read = 0;
    while let Some(Ok(chunk)) = stream.next().await {
        read += chunk.len();
        if read > DRAIN_BYTES_MAX {
            break;
        }
    }
}
