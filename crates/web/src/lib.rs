//! What every end-point needs: languages, templates, sessions, protection against forged requests, problem
//! documents, limits, static assets. No pages: the portal brings its own templates and texts.
//!
//! Always true here: a session is found only by the hash of its token; a failure leaves as a problem with a stable
//! code, as HTML or as `application/problem+json` by what the client accepts, and carries nothing personal.

mod address;
mod assets;
mod csrf;
mod device;
mod error;
mod extract;
mod form;
mod format;
mod headers;
mod language;
mod layers;
mod limit;
mod paging;
mod problem;
mod rate;
mod session;
mod state;
mod templates;
mod texts;
mod upload;

pub use address::address_of;
pub use assets::AssetSet;
pub use device::device_name;
pub use error::Error;
pub use extract::{CitizenSession, OfficerSession, SignedIn, Visitor};
pub use form::{Form, Json};
pub use format::{date_text, encoded, money_text, number_text};
pub use headers::FormAction;
pub use language::Language;
pub use layers::layers;
pub use limit::{BODY_BYTES_MAX, DRAIN_BYTES_MAX};
pub use paging::Paging;
pub use problem::{Failure, codes};
pub use rate::Attempts;
pub use session::{
    ABSOLUTE_HOURS, Facts, IDLE_MINUTES, NewSession, Opened, Session, SessionShown, end, end_all, end_session, find,
    open, sessions_of, strengthen, sweep,
};
pub use state::{Settings, Web};
pub use templates::{Source, Templates, value};
pub use texts::Texts;
pub use upload::{Upload, Uploaded};

/// Sentences of this crate.
pub const MESSAGES: kernel::Messages =
    kernel::Messages { vi: include_str!("../messages/vi.ftl"), en: include_str!("../messages/en.ftl") };

/// The session table.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");
