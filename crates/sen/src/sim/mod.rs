//! A made-up mobile operator of the demonstration, Sóng Xanh: registers a SIM after a sign-in with an identity account of
//! level 2, refuses above the number that one person may have the simple way, lists a person's numbers to the person.
//!
//! It is a relying party like any other: a web site of its own on its own port, which knows of the provider only its
//! address, and of a person only what the person allowed. It shares no session, no database and no function with the
//! provider. Deliberately absent: anything a real operator's billing has.

mod book;
mod client;
mod key;
mod pages;
mod rule;
mod session;

pub use client::{CLIENT_ID, metadata};
pub use key::ClientKey;
pub use pages::router;

use crate::country::Country;
use anyhow::{Context, Result};
use kernel::Ctx;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Everything the site needs. Cheap to clone.
#[derive(Clone)]
pub struct Site(Arc<Inner>);

struct Inner {
    ctx: Ctx,
    /// The party's side of OpenID Connect.
    client: client::Client,
    /// Who is signed in here, and who is on the way.
    sessions: session::Sessions,
    /// The subscribers.
    book: Mutex<book::Book>,
    rule: rule::Rule,
    words: pages::Words,
}

impl Site {
    /// The site at `origin`, a client of the provider `issuer`, whose subscribers are kept in `folder`.
    ///
    /// # Errors
    /// When the book of subscribers cannot be read, or the pack has no rule for subscribers.
    pub fn open(
        ctx: &Ctx,
        country: &Country,
        folder: &Path,
        issuer: &str,
        origin: &str,
        key: ClientKey,
    ) -> Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| format!("the folder {}", folder.display()))?;
        Ok(Self(Arc::new(Inner {
            ctx: ctx.clone(),
            client: client::Client::new(issuer, origin, key)?,
            sessions: session::Sessions::default(),
            book: Mutex::new(book::Book::open(&folder.join("subscribers.jsonl"))?),
            rule: rule::Rule::read(country)?,
            words: pages::Words::new()?,
        })))
    }
}
