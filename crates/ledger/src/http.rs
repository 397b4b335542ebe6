//! The log over HTTP, read-only, as C2SP `tlog-tiles` lays it out. It publishes commitments and hashes, nothing else.

use crate::{
    Error,
    hash::Hash,
    stored::{Published, commitments, published, tile, verifier_key},
    tile::{Kind, TILE_WIDTH, TilePath, bundle, width_at},
};
use axum::{
    Router,
    extract::{Path, State},
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
    routing::get,
};
use kernel::Problem;
use sqlx::PgConnection;
use store::Db;

/// A tile never changes, nor does one of a given width.
const CACHE_FOR_EVER: &str = "public, max-age=31536000, immutable";
/// The next checkpoint may be there within the second.
const CACHE_BRIEFLY: &str = "public, max-age=1";
const CACHE_NEVER: &str = "no-store";
const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";
/// Longest path of a tile: seven groups of digits and a width.
const PATH_LENGTH_MAX: usize = 64;

/// `/checkpoint`, `/tile/{L}/{N…}[.p/{W}]`, `/tile/entries/{N…}[.p/{W}]` of the specification, and `/key`: the verifier
/// key. Put it under the prefix that the log's name gives.
pub fn router(db: Db) -> Router {
    Router::new()
        .route("/checkpoint", get(checkpoint))
        .route("/key", get(key))
        .route("/tile/{*path}", get(serve_tile))
        .with_state(db)
}

async fn checkpoint(State(db): State<Db>) -> Result<Response, Failure> {
    let state = current(&mut *acquire(&db).await?).await?;
    Ok(answer(TEXT, CACHE_BRIEFLY, state.note))
}

async fn key(State(db): State<Db>) -> Result<Response, Failure> {
    let key = verifier_key(&mut *acquire(&db).await?).await?.ok_or(Error::NotFound)?;
    Ok(answer(TEXT, CACHE_BRIEFLY, format!("{key}\n")))
}

async fn serve_tile(State(db): State<Db>, Path(path): Path<String>) -> Result<Response, Failure> {
    if path.len() > PATH_LENGTH_MAX {
        return Err(Error::NotFound.into());
    }
    let path: TilePath = format!("tile/{path}").parse().map_err(|_| Error::NotFound)?;
    let mut conn = acquire(&db).await?;
    let size = current(&mut conn).await?.size;
    let level = match path.kind {
        Kind::Hashes { level } => level,
        Kind::Entries => 0,
    };
    // A narrower tile is the beginning of the wider one: every width that ever was published stays there.
    if width_at(size, level, path.n) < path.width {
        return Err(Error::NotFound.into());
    }
    let bytes = match path.kind {
        Kind::Hashes { level } => {
            let hashes = tile(&mut conn, size, level, path.n).await?;
            let wanted = hashes.get(..usize::try_from(path.width).unwrap_or(usize::MAX)).ok_or(Error::Broken)?;
            Hash::concat(wanted)
        }
        Kind::Entries => {
            let entries = commitments(&mut conn, path.n * TILE_WIDTH, path.width).await?;
            let data: Vec<&[u8]> = entries.iter().map(|entry| &entry.0[..]).collect();
            bundle(&data).ok_or(Error::Broken)?
        }
    };
    Ok(answer(BYTES, CACHE_FOR_EVER, bytes))
}

async fn acquire(db: &Db) -> Result<sqlx::pool::PoolConnection<sqlx::Postgres>, Error> {
    Ok(db.pool().acquire().await?)
}

async fn current(conn: &mut PgConnection) -> Result<Published, Error> {
    published(conn).await?.ok_or(Error::NotFound)
}

fn answer(content_type: &'static str, cache: &'static str, body: impl IntoResponse) -> Response {
    ([(CONTENT_TYPE, content_type), (CACHE_CONTROL, cache)], body).into_response()
}

/// A failure as programs of other logs read one: the status, and the code as text.
struct Failure(Problem);

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into().into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        if self.0.kind.retryable() {
            tracing::error!(code = %self.0.code, "the ledger could not answer");
        }
        let status = StatusCode::from_u16(self.0.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, answer(TEXT, CACHE_NEVER, format!("{}\n", self.0.code))).into_response()
    }
}
