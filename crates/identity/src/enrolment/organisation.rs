//! Accounts of organisations (NĐ 69/2024/NĐ-CP). An organisation has no password of its own: its legal representative, who
//! signed in with level 2, asks; the register of organisations must know code, name and representative together; after the
//! counter has confirmed, the representative acts for it. What the register hears later ends that.

use super::counter::{decide, document_of, officer};
use super::{ApplicantKind, Applied, Enrolment, PROVIDER, PURPOSE, application, system};
use crate::openid::{self, DelegationKind};
use crate::{Error, account};
use exchange::{Request, Scope};
use kernel::calendar::vietnam;
use kernel::{AccountId, Actor, BodyId, Ctx, Kind, SubjectId};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

/// Digits of an organisation's code (Luật Doanh nghiệp 59/2020/QH14, Điều 29).
const CODE_DIGITS: usize = 10;
const NAME_CHARS_MAX: usize = 255;
const EVIDENCE: &str = "register of organisations: legal representative";

/// What a representative says of the organisation.
#[derive(Clone, Copy, Debug)]
pub struct NewOrganisation<'a> {
    /// The code: ten digits.
    pub code: &'a str,
    /// The name, as registered.
    pub name: &'a str,
}

impl Enrolment {
    /// Takes in the application of a legal representative for their organisation. Whether the register agrees is told at the
    /// counter only.
    ///
    /// # Errors
    /// `NotAllowed` unless a citizen of level 2 acts; `ApplicationMalformed` names the field; `NotEligible` where the pack gives
    /// organisations no account; `TooManyApplications`; the register's own when it does not answer.
    pub async fn apply_for_organisation(&self, ctx: &Ctx, new: &NewOrganisation<'_>) -> Result<Applied, Error> {
        let Actor::Citizen { account, subject, level: 2 } = ctx.actor else { return Err(Error::NotAllowed) };
        let kind = ApplicantKind::Organisation;
        self.levels.asked_by(kind, None, 0).ok_or(Error::NotEligible)?;
        let (code, name) = (new.code.trim(), new.name.trim());
        if code.len() != CODE_DIGITS || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Error::ApplicationMalformed("number"));
        }
        if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
            return Err(Error::ApplicationMalformed("full_name"));
        }
        let organisation = self.represented(ctx, code, name, subject).await?;
        let due = self.calendar.add_working_days(ctx.now(), u32::from(self.levels.term(kind, None)));
        let (id, said) = (ctx.uuid(), application::new_code(ctx));
        let mut tx = self.identity.db.begin().await?;
        application::may_wait(&mut tx, ctx, code).await?;
        sqlx::query(
            "insert into identity.application (application_id, code, kind, number, full_name, birth_date, phone,
                representative_account, subject_id, state, made_at, due_on, evidence)
             values ($1, $2, 'organisation', $3, $4, '', '', $5, $6, 'waiting', $7, $8, '{}')",
        )
        .bind(id)
        .bind(&said)
        .bind(code)
        .bind(name)
        .bind(account.0)
        .bind(organisation.map(|organisation| organisation.0))
        .bind(ctx.now())
        .bind(vietnam(due).date())
        .execute(&mut *tx)
        .await?;
        let body = json!({"event": "account-asked-for", "application": id, "kind": kind.as_str(), "account": account});
        account::log(&mut tx, ctx, Some(subject), body).await?;
        tx.commit().await?;
        Ok(Applied { id, code: said })
    }

    /// Confirms at the counter, where the officer saw the paper that establishes the organisation. From now on the representative
    /// acts for it, and nobody who represented it before. The register is asked again now. Gives the authority.
    ///
    /// # Errors
    /// `NotAllowed`, `NoSuchApplication` (also for a person's), `AlreadyDecided`, `NotInRegister`, `ApplicationMalformed` without
    /// a paper's number.
    pub async fn confirm_organisation(&self, ctx: &Ctx, id: Uuid, document: &str) -> Result<Uuid, Error> {
        let (officer, _) = officer(ctx)?;
        let shown = self.application(ctx, id).await?;
        let document = document_of(document)?;
        let agent = shown.representative_account.map(AccountId).ok_or(Error::NoSuchApplication)?;
        let owner = self.account(ctx, agent).await?;
        if owner.state != super::AccountState::Active || owner.level != Some(2) {
            return Err(Error::NotEligible);
        }
        let mut conn = self.identity.db.pool().acquire().await?;
        let subject = account::must_exist(&mut conn, agent).await?.ok_or(Error::NotEligible)?;
        drop(conn);
        let known = self.represented(ctx, &shown.number, &shown.full_name, subject).await?;
        let organisation = known.ok_or(Error::NotInRegister)?;
        let evidence = json!({"document": document});
        let mut tx = self.identity.db.begin().await?;
        decide(&mut tx, ctx, id, ("activated", None, officer, Some(organisation)), &evidence).await?;
        // An organisation has one representative: of two counters that confirm for it, the second waits.
        sqlx::query("select pg_advisory_xact_lock(hashtextextended($1, 5))")
            .bind(&shown.number)
            .execute(&mut *tx)
            .await?;
        let before: Vec<Uuid> = sqlx::query_scalar(
            "select delegation_id from identity.delegation
             where organisation = $1 and kind = 'representative' and ended_at is null",
        )
        .bind(&shown.number)
        .fetch_all(&mut *tx)
        .await?;
        for one in before {
            end(&mut tx, ctx, one, "confirmed anew").await?;
        }
        let delegation = ctx.uuid();
        sqlx::query(
            "insert into identity.delegation (delegation_id, organisation, organisation_name, organisation_subject,
                agent_account, kind, evidence, from_day, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(delegation)
        .bind(&shown.number)
        .bind(&shown.full_name)
        .bind(organisation.0)
        .bind(agent.0)
        .bind(DelegationKind::Representative.as_str())
        .bind(EVIDENCE)
        .bind(ctx.today())
        .bind(ctx.now())
        .execute(&mut *tx)
        .await?;
        let body =
            json!({"event": "delegation-recorded", "delegation": delegation, "kind": "representative", "agent": agent});
        account::log(&mut tx, ctx, Some(organisation), body.clone()).await?;
        account::log(&mut tx, ctx, Some(subject), body).await?;
        tx.commit().await?;
        Ok(delegation)
    }

    /// The organisation that the register knows by code and name, active, with this person as its legal representative.
    async fn represented(
        &self,
        ctx: &Ctx,
        code: &str,
        name: &str,
        person: SubjectId,
    ) -> Result<Option<SubjectId>, Error> {
        let Some(number) = self.number_of(ctx, person).await? else { return Ok(None) };
        let request = ask("organisations.lookup").about(Scope::Search { limit: 1 }).only(["subject", "active"]);
        let asked = json!({"code": code, "name": name, "representative_number": number});
        let found = match self.exchange.call(&system(ctx), request, asked).await {
            Ok(found) => found,
            Err(problem) if matches!(problem.kind, Kind::NotFound | Kind::Invalid) => return Ok(None),
            Err(problem) => return Err(Error::Door(problem)),
        };
        if found.get("active") != Some(&Value::Bool(true)) {
            return Ok(None);
        }
        Ok(found.get("subject").and_then(Value::as_str).and_then(|id| id.parse().ok()).map(SubjectId))
    }

    /// The personal number that the population register has today; none for a foreigner.
    async fn number_of(&self, ctx: &Ctx, person: SubjectId) -> Result<Option<String>, Error> {
        let request = ask("population.get").about(Scope::of(person)).only(["personal_number"]);
        match self.exchange.call(&system(ctx), request, json!({"subject": person})).await {
            Ok(found) => Ok(found.get("personal_number").and_then(Value::as_str).map(str::to_owned)),
            Err(problem) if problem.kind == Kind::NotFound => Ok(None),
            Err(problem) => Err(Error::Door(problem)),
        }
    }

    /// Ends what a changed organisation allows no more: everything when it is dissolved, its representative's authority when
    /// another one represents it.
    pub(super) async fn look_at_organisation(&self, ctx: &Ctx, organisation: SubjectId) -> Result<(), Error> {
        let held: Vec<(Uuid, Option<Uuid>, String)> = sqlx::query_as(
            "select delegation_id, account.subject_id, kind from identity.delegation
             join identity.account on account.account_id = delegation.agent_account
             where ended_at is null and organisation in
                 (select organisation from identity.delegation where organisation_subject = $1)",
        )
        .bind(organisation.0)
        .fetch_all(self.identity.db.pool())
        .await?;
        if held.is_empty() {
            return Ok(());
        }
        let fields = ["active", "representative_number"];
        let request = ask("organisations.get").about(Scope::of(organisation)).only(fields);
        let found = match self.exchange.call(&system(ctx), request, json!({"subject": organisation})).await {
            Ok(found) => found,
            // Cancelled: there is no such organisation.
            Err(problem) if problem.kind == Kind::NotFound => json!({"active": false}),
            Err(problem) => return Err(Error::Door(problem)),
        };
        let active = found.get("active") == Some(&Value::Bool(true));
        let number = found.get("representative_number").and_then(Value::as_str);
        for (delegation, person, kind) in held {
            let represents = kind != DelegationKind::Representative.as_str()
                || match person {
                    Some(person) => self.number_of(ctx, SubjectId(person)).await?.as_deref() == number,
                    None => false,
                };
            if !active || !represents {
                let mut tx = self.identity.db.begin().await?;
                end(&mut tx, ctx, delegation, if active { "another representative" } else { "dissolved" }).await?;
                tx.commit().await?;
            }
        }
        Ok(())
    }
}

async fn end(conn: &mut PgConnection, ctx: &Ctx, delegation: Uuid, reason: &str) -> Result<(), Error> {
    if let Some((agent, about)) = openid::end_delegation(conn, ctx, delegation).await? {
        let body = json!({"event": "delegation-ended", "delegation": delegation, "agent": agent, "reason": reason});
        account::log(conn, ctx, about, body).await?;
    }
    Ok(())
}

fn ask(service: &str) -> Request {
    Request::new(BodyId::new(PROVIDER), BodyId::new(PROVIDER), service, PURPOSE)
}
