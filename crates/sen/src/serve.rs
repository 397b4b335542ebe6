//! Running: the roles of this process, until it is told to stop.

use crate::connections;
use crate::house::{House, Role};
use anyhow::{Context, Result};
use axum::Router;
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

impl Running {
    /// Starts the roles. `port` zero takes any free one.
    ///
    /// # Errors
    /// When the port is taken or the database does not answer.
    pub async fn start(house: &House, roles: &[Role], port: u16, pages: Option<Router>) -> Result<Self> {
        let (stop, stopped) = watch::channel(false);
        let mut parts = house.start(roles, &stopped).await?;
        let mut address = None;
        if let Some(pages) = pages.filter(|_| roles.contains(&Role::Web)) {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
                .await
                .with_context(|| format!("port {port} on 127.0.0.1 (another program may be listening; try --port)"))?;
            address = Some(listener.local_addr()?);
            parts.spawn(connections::serve(listener, pages, stopped, connections::HEAD_WITHIN));
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
