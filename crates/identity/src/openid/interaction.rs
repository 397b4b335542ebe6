//! A request that a person is looking at: what is still needed of them, and their answer. Bound to the browser that asked by a
//! cookie, so that nobody answers for somebody else.

use super::codes::{self, CodeRow};
use super::consent::{self, ClaimShown, Holder};
use super::response::{Away, Back};
use super::subject::Principal;
use super::{AuthorizationRequest, Client, ClientId, OAuthError, Provider, authority};
use crate::{Assurance, Authentication, Error};
use kernel::{Actor, BodyId, Ctx};
use serde_json::Value;
use sqlx::{FromRow, PgConnection};
use std::sync::Arc;
use subtle::ConstantTimeEq;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;
use web::Session;

/// How long a person may take.
pub(crate) const LIFE: Duration = Duration::minutes(30);

/// Name of the cookie that binds an interaction to a browser.
#[must_use]
pub const fn browser_cookie(secure: bool) -> &'static str {
    if secure { "__Host-sen-oi" } else { "sen-oi" }
}

/// A client as people are shown it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClientShown {
    /// Its id.
    pub id: ClientId,
    /// Its name for readers of Vietnamese.
    pub name_vi: String,
    /// Its name for readers of English.
    pub name_en: String,
    /// The host that it is known by.
    pub host: String,
    /// The body that it acts for.
    pub body: Option<BodyId>,
}

impl ClientShown {
    /// How a client is shown.
    #[must_use]
    pub fn of(client: &Client) -> Self {
        let metadata = &client.metadata;
        let name = |tongue: &Option<String>| tongue.clone().unwrap_or_else(|| metadata.client_name.clone());
        Self {
            id: client.id.clone(),
            name_vi: name(&metadata.client_name_vi),
            name_en: name(&metadata.client_name_en),
            host: client.host(),
            body: metadata.body.as_deref().map(BodyId::from),
        }
    }
}

/// What is needed of the person next.
#[derive(Clone, PartialEq, Debug)]
pub enum Needs {
    /// To sign in (again).
    SignIn {
        /// Who, as the client believes.
        login_hint: Option<String>,
    },
    /// To prove more.
    StepUp {
        /// The level that must be reached.
        wanted: Assurance,
    },
    /// To decide.
    Consent {
        /// Scopes asked for.
        scopes: Vec<String>,
        /// Claims asked for.
        claims: Vec<ClaimShown>,
    },
    /// Nothing more: they have agreed before.
    Nothing,
}

/// A request as the pages see it.
#[derive(Clone, PartialEq, Debug)]
pub struct Interaction {
    /// Who asks.
    pub client: ClientShown,
    /// What is needed next.
    pub needs: Needs,
    /// Languages that the client wishes for, best first.
    pub ui_locales: Vec<String>,
    /// Origin of the redirect URI, for `form-action`.
    pub origin: String,
    /// Until when.
    pub expires_at: OffsetDateTime,
}

#[derive(FromRow)]
struct Row {
    browser_hash: Vec<u8>,
    client_id: String,
    request: Value,
    created_at: OffsetDateTime,
    expires_at: OffsetDateTime,
}

struct Opened {
    client: Arc<Client>,
    request: AuthorizationRequest,
    created_at: OffsetDateTime,
    expires_at: OffsetDateTime,
}

impl Provider {
    /// What a request still needs of the person with this session.
    ///
    /// # Errors
    /// `InteractionGone` when it is unknown, answered, expired, of another browser, or its client was suspended.
    pub async fn interaction(
        &self,
        ctx: &Ctx,
        id: Uuid,
        browser: &str,
        session: Option<&Session>,
    ) -> Result<Interaction, Error> {
        let mut conn = self.db().pool().acquire().await.map_err(store::Error::from)?;
        let row: Option<Row> = sqlx::query_as(
            "select browser_hash, client_id, request, created_at, expires_at from identity.interaction
             where interaction_id = $1 and answered_at is null and expires_at > $2",
        )
        .bind(id)
        .bind(ctx.now())
        .fetch_optional(&mut *conn)
        .await?;
        let opened = self.opened(ctx, row, browser).await?;
        let needs = self.needs(&mut conn, ctx, &opened.client, &opened.request, opened.created_at, session).await?;
        let back = Away::To(opened.request.redirect_uri.clone());
        Ok(Interaction {
            client: ClientShown::of(&opened.client),
            needs,
            ui_locales: opened.request.ui_locales,
            origin: back.origin(),
            expires_at: opened.expires_at,
        })
    }

    /// The person agrees: gives what is essential and the claims that they chose. `acting_for` is the delegation they act
    /// under.
    ///
    /// # Errors
    /// `InteractionGone`; `NotEnough` when they must sign in (again) or prove more first; `NotAllowed` without the
    /// authority they would act under.
    pub async fn allow(
        &self,
        ctx: &Ctx,
        id: Uuid,
        browser: &str,
        session: &Session,
        claims: &[String],
        acting_for: Option<Uuid>,
    ) -> Result<Away, Error> {
        let mut tx = self.db().begin().await?;
        let opened = self.answered(&mut tx, ctx, id, browser).await?;
        let mut request = opened.request;
        let needs = self.needs(&mut tx, ctx, &opened.client, &request, opened.created_at, Some(session)).await?;
        let holder = Holder { account: session.account, subject: subject_of(session) };
        let grant = match needs {
            Needs::SignIn { .. } | Needs::StepUp { .. } => return Err(Error::NotEnough),
            Needs::Consent { .. } | Needs::Nothing => {
                consent::give(&mut tx, ctx, &opened.client, holder, &request, claims).await?
            }
        };
        if let Some(wanted) = acting_for {
            let held = authority::one_in_force(&mut tx, ctx, session.account, wanted).await?;
            request.acting_for = Some(held.ok_or(Error::NotAllowed)?.id);
        }
        let code = self.code(&mut tx, ctx, &opened.client, &request, session, grant).await?;
        tx.commit().await?;
        Back::of(&opened.client, &request).code(self, ctx, &code).await
    }

    /// The person refuses.
    ///
    /// # Errors
    /// `InteractionGone`.
    pub async fn refuse(&self, ctx: &Ctx, id: Uuid, browser: &str) -> Result<Away, Error> {
        let mut tx = self.db().begin().await?;
        let opened = self.answered(&mut tx, ctx, id, browser).await?;
        tx.commit().await?;
        let error = OAuthError::bad("access_denied", "IDN0119", "the person refused");
        Back::of(&opened.client, &opened.request).error(self, ctx, &error).await
    }

    /// Takes an interaction for an answer: one of several at once wins. Rolled back, it is open again.
    async fn answered(&self, conn: &mut PgConnection, ctx: &Ctx, id: Uuid, browser: &str) -> Result<Opened, Error> {
        let row: Option<Row> = sqlx::query_as(
            "update identity.interaction set answered_at = $2
             where interaction_id = $1 and browser_hash = $3 and answered_at is null and expires_at > $2
             returning browser_hash, client_id, request, created_at, expires_at",
        )
        .bind(id)
        .bind(ctx.now())
        .bind(&jose::sha256(browser)[..])
        .fetch_optional(conn)
        .await?;
        self.opened(ctx, row, browser).await
    }

    async fn opened(&self, ctx: &Ctx, row: Option<Row>, browser: &str) -> Result<Opened, Error> {
        let row = row.filter(|row| bool::from(row.browser_hash.ct_eq(&jose::sha256(browser)[..])));
        let row = row.ok_or(Error::InteractionGone)?;
        let client = self.approved(ctx, &row.client_id).await?.ok_or(Error::InteractionGone)?;
        let request = serde_json::from_value(row.request).map_err(|_| Error::Fault("a request does not read"))?;
        Ok(Opened { client, request, created_at: row.created_at, expires_at: row.expires_at })
    }

    /// What is needed of the person with this session. `asked_at` is when the client asked: a sign-in that it demands anew
    /// must be younger.
    pub(crate) async fn needs(
        &self,
        conn: &mut PgConnection,
        ctx: &Ctx,
        client: &Client,
        request: &AuthorizationRequest,
        asked_at: OffsetDateTime,
        session: Option<&Session>,
    ) -> Result<Needs, Error> {
        let sign_in = || Needs::SignIn { login_hint: request.login_hint.clone() };
        let Some((session, how)) = session.and_then(|session| Some((session, authentication(session)?))) else {
            return Ok(sign_in());
        };
        let anew = request.prompts("login") || request.prompts("select_account");
        if anew && how.at < asked_at {
            return Ok(sign_in());
        }
        if let Some(max) = request.max_age
            && ctx.now() - how.at > Duration::seconds(i64::try_from(max).unwrap_or(i64::MAX))
            // Signed in for this very request, which is fresh enough for `max_age=0`.
            && how.at < asked_at
        {
            return Ok(sign_in());
        }
        let principal = Principal::of(session.account, subject_of(session));
        if request.id_token_hint_sub.as_ref().is_some_and(|sub| *sub != self.sub(client, &principal)) {
            return Ok(sign_in());
        }
        if let Some(wanted) = lowest(request).filter(|wanted| how.assurance < *wanted) {
            return Ok(Needs::StepUp { wanted });
        }
        let before = consent::open(conn, session.account, client.id.as_str()).await?;
        if request.prompts("consent") || consent::must_ask(request, before.as_ref()) {
            let claims = consent::asked(request, before.as_ref());
            return Ok(Needs::Consent { scopes: request.scope.clone(), claims });
        }
        Ok(Needs::Nothing)
    }

    /// A code for what was agreed to.
    pub(crate) async fn code(
        &self,
        conn: &mut PgConnection,
        ctx: &Ctx,
        client: &Client,
        request: &AuthorizationRequest,
        session: &Session,
        grant: Uuid,
    ) -> Result<String, Error> {
        let row = CodeRow {
            family: ctx.uuid(),
            grant,
            client_id: client.id.0.clone(),
            request: request.clone(),
            authentication: authentication(session).ok_or(Error::NotEnough)?,
            account: session.account,
            subject: subject_of(session),
            session_id: session.id,
        };
        codes::give(conn, ctx, &row).await
    }
}

/// How the person of a session signed in; nothing for a session that does not say.
pub(crate) fn authentication(session: &Session) -> Option<Authentication> {
    serde_json::from_value(session.authentication.clone()).ok()
}

/// The person of a session, where it is a citizen's.
pub(crate) fn subject_of(session: &Session) -> Option<kernel::SubjectId> {
    match &session.actor {
        Actor::Citizen { subject, .. } => Some(*subject),
        _ => None,
    }
}

/// The least of the levels asked for: reaching any of them will do (OpenID Connect Core, section 5.5.1.1).
fn lowest(request: &AuthorizationRequest) -> Option<Assurance> {
    request.acr_values.iter().filter_map(|acr| Assurance::of_acr(acr)).min()
}
