//! Running: the roles of this process, until it is told to stop.

use crate::connections;
use crate::house::{House, Role};
use anyhow::{Context, Result};
use axum::Router;
use identity::openid::Provider;
use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// A started program: where it listens, and how to stop it.
pub struct Running {
    /// Where the pages are, when this process has them.
    pub address: Option<SocketAddr>,
    stop: watch::Sender<bool>,
    parts: tokio::task::JoinSet<()>,
}

/// Pages, and where they are to be.
pub struct Place {
    /// Already bound, so that the pages can know their own address.
    pub listener: TcpListener,
    /// What is served there.
    pub pages: Router,
}

/// Takes a port of 127.0.0.1; zero takes any free one.
///
/// # Errors
/// When the port is taken.
pub async fn bind(port: u16) -> Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .with_context(|| format!("port {port} on 127.0.0.1 (another program may be listening; try --port)"))
}

impl Running {
    /// Starts the roles, and the pages in their places; the first is the program's own.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn start(house: &House, provider: &Provider, roles: &[Role], places: Vec<Place>) -> Result<Self> {
        let (stop, stopped) = watch::channel(false);
        let mut parts = house.start(roles, Some(provider), &stopped).await?;
        let mut address = None;
        for place in places {
            address = address.or(Some(place.listener.local_addr()?));
            parts.spawn(connections::serve(place.listener, place.pages, stopped.clone(), connections::HEAD_WITHIN));
        }
        Ok(Self { address, stop, parts })
    }

    /// Tells every part to finish what it is doing, and waits.
    pub async fn stop(mut self) {
        let _ = self.stop.send(true);
        while self.parts.join_next().await.is_some() {}
    }
}

/// Ends when the operator asks: Ctrl-C or SIGTERM.
///
/// # Errors
/// When signals cannot be listened for.
pub fn asked_to_stop() -> Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
