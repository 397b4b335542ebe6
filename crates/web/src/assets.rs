//! Static files inside the program, below an address that changes with their content, so that browsers may keep
//! them for ever.

use axum::{
    Router,
    extract::Path,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};

/// One set of files, with the hash of all their contents.
#[derive(Clone, Debug)]
pub struct AssetSet {
    root: String,
    find: fn(&str) -> Option<EmbeddedFile>,
}

impl AssetSet {
    /// The files that `E` embeds.
    #[must_use]
    pub fn of<E: RustEmbed>() -> Self {
        let mut names: Vec<_> = E::iter().collect();
        names.sort();
        let mut all = Sha256::new();
        for name in &names {
            if let Some(file) = E::get(name) {
                all.update(name.as_bytes());
                all.update(file.metadata.sha256_hash());
            }
        }
        let hash = kernel::text::hex(&all.finalize()[..8]);
        Self { root: format!("/assets/{hash}"), find: E::get }
    }

    /// Path below which the files are, without a slash at its end.
    #[must_use]
    pub fn root(&self) -> &str {
        &self.root
    }

    /// Whether there is such a file.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        (self.find)(path).is_some()
    }

    /// Serves the files. An old hash gets today's files, without the right to keep them.
    pub fn router<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        let set = self.clone();
        Router::new().route(
            "/assets/{hash}/{*path}",
            get(move |Path((hash, path)): Path<(String, String)>| {
                let set = set.clone();
                async move { set.answer(&hash, &path) }
            }),
        )
    }

    fn answer(&self, hash: &str, path: &str) -> Response {
        let Some(file) = (self.find)(path) else { return StatusCode::NOT_FOUND.into_response() };
        let fresh = self.root.ends_with(hash) && !cfg!(debug_assertions);
        let cache = if fresh { "public, max-age=31536000, immutable" } else { "no-cache" };
        let headers = [(header::CONTENT_TYPE, media_type(path)), (header::CACHE_CONTROL, cache)];
        let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
        (headers, file.data.into_owned()).into_response()
    }
}

/// The few types that pages use.
fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("json" | "webmanifest") => "application/json",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
