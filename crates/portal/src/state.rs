//! What every page needs. Cheap to clone; the program puts it together once.

use axum::extract::FromRef;
use exchange::Exchange;
use identity::Identity;
use kernel::{BodyId, Ctx};
use pack::Text;
use procedure::{Procedures, Setting};
use std::sync::Arc;
use store::Db;
use web::Web;

/// The group that the home page offers first: a birth.
pub const BIRTH_GROUP: &str = "3.000722";

/// Shared by all pages.
#[derive(Clone)]
pub struct State {
    /// Languages, templates, sessions.
    pub web: Web,
    /// For the session table and for proofs of the ledger; personal data go through the exchange.
    pub db: Db,
    /// The door.
    pub exchange: Exchange,
    /// The engine of procedures.
    pub procedures: Procedures,
    /// Accounts.
    pub identity: Identity,
    /// Opening and keeping accounts, where the pack says who may have one.
    pub enrolment: Option<identity::enrolment::Enrolment>,
    /// The OpenID provider.
    pub provider: identity::openid::Provider,
    /// For which site passkeys are.
    pub passkeys: identity::Passkeys,
    /// Where browsers reach these pages, such as `https://dichvucong.example`.
    pub origin: Arc<str>,
    /// The national catalogue of procedures.
    pub catalogue: catalogue::Library,
    /// The index of the quality of service.
    pub index: indicator::stored::Desk,
    /// The programme of tasks.
    pub programme: programme::Desk,
    /// Accounts that the sign-in page may show. Only in the demonstration.
    pub demo: Option<Arc<DemoBox>>,
}

/// The accounts of the demonstration.
#[derive(Clone, Debug)]
pub struct DemoBox {
    /// In the order in which they are shown.
    pub accounts: Vec<DemoAccount>,
    /// People who have no account yet.
    pub newcomers: Vec<Newcomer>,
    /// What was sent to phones.
    pub messages: Arc<identity::KeptMessages>,
    /// The picture of who has this number, as an address that holds it.
    pub portrait: fn(&str) -> String,
}

/// Somebody made up who could ask for an account.
#[derive(Clone, Debug)]
pub struct Newcomer {
    /// Who it is.
    pub label: Text,
    /// `citizen` or `foreigner`.
    pub kind: String,
    /// Personal number, or a foreigner's.
    pub number: String,
    /// Name.
    pub full_name: String,
    /// Birth date.
    pub birth_date: time::Date,
    /// The phone that they would give.
    pub phone: String,
    /// Whether somebody else must ask for them.
    pub child: bool,
}

/// One account of the demonstration: all of it is shown, to everybody.
#[derive(Clone, Debug)]
pub struct DemoAccount {
    /// Whose it is: "Người mẹ, vừa sinh con".
    pub label: Text,
    /// Login.
    pub login: String,
    /// Password.
    pub password: String,
    /// Secret of the one-time codes, 20 bytes.
    pub totp_secret: Vec<u8>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("State")
    }
}

impl State {
    pub(crate) fn setting(&self) -> &Setting {
        self.procedures.setting()
    }

    /// The name of a body today.
    pub(crate) fn body_name(&self, ctx: &Ctx, body: &BodyId) -> Text {
        self.setting().body_name(body, ctx.today())
    }
}

impl FromRef<State> for Web {
    fn from_ref(state: &State) -> Self {
        state.web.clone()
    }
}
