//! Another log's client reads ours over HTTP: it gets the checkpoint, builds the tree from the entry bundles and finds
//! the same tiles and the same root.

use crate::Log;
use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use ledger::{
    Checkpoint, Hash,
    hash::leaf,
    tile::{Kind, TilePath, unbundle, width_at},
    tree::Tree,
};
use tower::ServiceExt;

async fn get(log: &Log, path: &str) -> (StatusCode, String, String, Vec<u8>) {
    let request = Request::get(format!("/{path}")).body(Body::empty()).unwrap();
    let answer = ledger::router(log.test.db.clone()).oneshot(request).await.unwrap();
    let header = |name: &str| answer.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    let (status, kind, cache) = (answer.status(), header("content-type"), header("cache-control"));
    (status, kind, cache, to_bytes(answer.into_body(), 1 << 20).await.unwrap().to_vec())
}

#[tokio::test]
async fn a_client_rebuilds_the_tree_from_tiles() {
    let log = Log::new().await;
    assert_eq!(get(&log, "checkpoint").await.0, StatusCode::NOT_FOUND);
    log.add(Some(log.person()), 600).await;
    log.seal().await;

    let (status, kind, cache, note) = get(&log, "checkpoint").await;
    assert_eq!(
        (status, kind.as_str(), cache.as_str()),
        (StatusCode::OK, "text/plain; charset=utf-8", "public, max-age=1")
    );
    let (_, _, _, key) = get(&log, "key").await;
    assert_eq!(String::from_utf8(key).unwrap(), format!("{}\n", log.key));
    let signed = Checkpoint::open(std::str::from_utf8(&note).unwrap(), &log.key).unwrap();
    assert_eq!(signed.size, 600);

    let (mut tree, mut full) = (Tree::new(), Vec::new());
    for n in 0..3 {
        let width = width_at(600, 0, n);
        let path = TilePath { kind: Kind::Entries, n, width };
        let (status, kind, cache, bytes) = get(&log, &path.to_string()).await;
        assert_eq!((status, kind.as_str()), (StatusCode::OK, "application/octet-stream"), "{path}");
        assert_eq!(cache, "public, max-age=31536000, immutable");
        let leaves: Vec<_> = unbundle(&bytes).unwrap().into_iter().map(leaf).collect();
        leaves.iter().for_each(|leaf| tree.push(*leaf, &mut full));
        let (_, _, _, hashes) = get(&log, &TilePath { kind: Kind::Hashes { level: 0 }, n, width }.to_string()).await;
        assert_eq!(Hash::list(&hashes), Some(leaves));
    }
    assert_eq!(tree.root(), signed.root);
    let (_, _, _, upper) = get(&log, "tile/1/000.p/2").await;
    assert_eq!(Hash::list(&upper), Some(full.iter().map(|tile| tile.root).collect()));

    // Narrower tiles of earlier sizes stay.
    assert_eq!(get(&log, "tile/0/002.p/3").await.3.len(), 96);
    assert_eq!(get(&log, "tile/0/000.p/255").await.3.len(), 32 * 255);
    assert_eq!(get(&log, "tile/entries/002.p/88").await.3.len(), 34 * 88);
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let log = Log::new().await;
    log.add(None, 300).await;
    log.seal().await;
    let long = format!("tile/0/{}000", "x000/".repeat(50));
    for path in [
        "tile/0/001",
        "tile/0/001.p/45",
        "tile/1/000",
        "tile/1/000.p/2",
        "tile/2/000.p/1",
        "tile/0/0",
        "tile/0/000.p/256",
        "tile/9/000",
        "tile/entries/002.p/1",
        "tile/0/x999/999",
        "tile/0/..%2f000",
        &long,
    ] {
        let (status, _, cache, body) = get(&log, path).await;
        assert_eq!(
            (status, cache.as_str(), &body[..]),
            (StatusCode::NOT_FOUND, "no-store", &b"LED0001\n"[..]),
            "{path}"
        );
    }
    assert_eq!(get(&log, "tile/").await.0, StatusCode::NOT_FOUND);
}
