//! The pages of the review on a port of this machine.

use crate::connections;
use anyhow::{Context, Result, ensure};
use kernel::{Clock, Random};
use matching::review::Desk;
use matching::value::place::Places;
use portal::review::{Gate, Names, Room, router, template_source};
use std::net::Ipv4Addr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use web::{Attempts, Settings, Templates, Texts, Web};

/// Pages that are being served.
pub(super) struct Serving {
    gate: Arc<Gate>,
    desk: Arc<Mutex<Desk>>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Serving {
    /// Serves the desk's pages.
    pub(super) async fn start(desk: Desk, port: u16, places: Arc<Places>) -> Result<Self> {
        ensure!(portal::assets_installed(), "the page assets are missing: run scripts/assets.sh and build again");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .with_context(|| format!("port {port} on 127.0.0.1 (another program may be listening; try --port 0)"))?;
        let gate = Arc::new(Gate::new(listener.local_addr()?.port(), Random::System));
        let weights = matching::review::read_weights(desk.folder())?.map(Arc::new);
        let desk = Arc::new(Mutex::new(desk));
        let names: Names = Arc::new(move |commune, province| {
            Some(places.find(commune, province)).filter(|id| *id != 0).map(|id| places.name(id))
        });
        let room = Room { web: web()?, gate: Arc::clone(&gate), desk: Arc::clone(&desk), names: Some(names), weights };
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(connections::serve(listener, router(room), stopped, connections::HEAD_WITHIN));
        Ok(Self { gate, desk, stop, task })
    }

    /// A new link for one browser.
    pub(super) fn link(&self) -> String {
        self.gate.link()
    }

    /// Rows without a decision.
    pub(super) fn left(&self) -> usize {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner).progress().left()
    }

    /// Lets what is being answered end.
    pub(super) async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.task.await;
    }
}

fn web() -> Result<Web> {
    let texts = [kernel::MESSAGES, matching::MESSAGES, web::MESSAGES, portal::MESSAGES];
    let texts = Arc::new(Texts::new(&texts)?);
    let templates = Templates::new(template_source, &texts, portal::assets().root());
    // No page of the review asks a database: this pool opens no connection unless somebody does.
    let pool = sqlx::PgPool::connect_lazy_with(sqlx::postgres::PgConnectOptions::new_without_pgpass());
    Ok(Web::new(Settings {
        pool,
        texts,
        templates,
        clock: Clock::System,
        random: Random::System,
        secure: false,
        attempts: Attempts::per_minute(NonZeroU32::MIN),
    }))
}
