//! Taking connections: so many at once, and each has only so long to say what it wants. A request that has been read has
//! its own limit of time (`web::layers`); this is about those who never finish asking.

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

/// The head of a request has arrived within this time, counted from when the connection was ready for it.
pub(crate) const HEAD_WITHIN: Duration = Duration::from_secs(30);
/// Connections open at once; whoever comes next waits in the system's queue.
const OPEN_MAX: usize = 4_096;
/// Requests being answered when the program stops get so long.
const STOP_WITHIN: Duration = Duration::from_secs(10);
/// When the system has no more files to give, it helps to wait.
const PAUSE: Duration = Duration::from_millis(200);

/// Serves until told to stop, then lets running requests end.
pub(crate) async fn serve(listener: TcpListener, pages: Router, stopped: watch::Receiver<bool>, head_within: Duration) {
    let places = Arc::new(Semaphore::new(OPEN_MAX));
    let mut open = JoinSet::new();
    let mut until = stopped.clone();
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await.ok()?;
            Some((listener.accept().await, place))
        };
        let next = tokio::select! {
            next = next => next,
            () = told(&mut until) => None,
        };
        match next {
            None => break,
            Some((Ok((stream, _)), place)) => {
                open.spawn(connection(stream, pages.clone(), stopped.clone(), head_within, place));
            }
            Some((Err(error), _)) => {
                tracing::warn!(%error, "a connection could not be taken");
                drop(tokio::time::timeout(PAUSE, told(&mut until)).await);
            }
        }
        while open.try_join_next().is_some() {}
    }
    drop(listener);
    let all_ended = async { while open.join_next().await.is_some() {} };
    if tokio::time::timeout(STOP_WITHIN, all_ended).await.is_err() {
        tracing::warn!("requests were cut off at the end");
    }
}

/// Until told to stop, or whoever could tell is gone.
async fn told(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stop| *stop).await;
}

async fn connection(
    stream: TcpStream,
    pages: Router,
    mut stopped: watch::Receiver<bool>,
    head_within: Duration,
    place: OwnedSemaphorePermit,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection waits before it sends");
    }
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head_within);
    let mut served = pin!(http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(pages)));
    let ended = tokio::select! {
        ended = served.as_mut() => ended,
        () = told(&mut stopped) => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    // Clients that hang up or never finish asking are everyday life.
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
    drop(place);
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use std::time::Instant;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test]
    async fn who_never_finishes_asking_is_sent_away_and_others_are_served() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = watch::channel(false);
        let pages = Router::new().route("/", get(|| async { "here" }));
        let server = tokio::spawn(serve(listener, pages, stopped, Duration::from_millis(300)));
        let began = Instant::now();
        let mut slow = TcpStream::connect(address).await.unwrap();
        slow.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nx-").await.unwrap();
        let mut quick = TcpStream::connect(address).await.unwrap();
        quick.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
        let mut said = String::new();
        quick.read_to_string(&mut said).await.unwrap();
        assert!(said.starts_with("HTTP/1.1 200") && said.ends_with("here"), "{said}");
        let mut answer = Vec::new();
        tokio::time::timeout(Duration::from_secs(5), slow.read_to_end(&mut answer)).await.unwrap().unwrap();
        assert!(began.elapsed() >= Duration::from_millis(250) && !String::from_utf8_lossy(&answer).contains("200"));
        stop.send(true).unwrap();
        tokio::time::timeout(Duration::from_secs(5), server).await.unwrap().unwrap();
    }
}
