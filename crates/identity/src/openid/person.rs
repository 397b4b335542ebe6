//! Reads of the registers what a relying party may be told about a person, through the exchange: as the keeper of
//! electronic identification, for the purpose `electronic-authentication`, with the relying party's name in the line.

use super::Client;
use super::OAuthError;
use super::Provider;
use super::claims::{self, People, Standing};
use super::subject::Principal;
use super::token::family::Begun;
use axum::http::StatusCode;
use exchange::{Request, Scope};
use kernel::{Actor, BodyId, Ctx, Kind, Problem, SubjectId};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Who keeps electronic identification (NĐ 69/2024/NĐ-CP), and the registers that it reads.
const KEEPER: &str = "ministry-public-security";
const PURPOSE: &str = "electronic-authentication";

/// These claims, as far as the registers know them, and what stands behind them: a child has no account level here.
pub(crate) async fn read(
    provider: &Provider,
    ctx: &Ctx,
    client: &Client,
    begun: &Begun,
    names: &BTreeSet<&'static str>,
) -> Result<(Map<String, Value>, Standing), OAuthError> {
    let mut known = Map::new();
    let (mut person, mut residence) = (Value::Null, Value::Null);
    let level = begun.level.filter(|_| begun.delegation.is_none());
    let mut standing = Standing { level, people: People::Population };
    match &begun.principal {
        Principal::Person(subject) => {
            let mut needed = claims::needed(names);
            if !needed.population.is_empty() {
                person = ask(provider, ctx, client, *subject, "population.get", &needed.population).await?;
            }
            needed.population.retain(|field| People::ForeignResidents.has(field));
            // Whom the population register does not know may be a foreigner who resides here.
            if person.is_null() && !needed.population.is_empty() {
                person = ask(provider, ctx, client, *subject, "foreign-residents.get", &needed.population).await?;
                standing.people = People::ForeignResidents;
            }
            if needed.residence {
                residence = ask(provider, ctx, client, *subject, "residence.get", &["commune_code", "address"]).await?;
            }
        }
        Principal::Organisation(code) => drop(known.insert("organisation".to_owned(), json!({"code": code}))),
        Principal::Account(_) => {}
    }
    known.append(&mut claims::written(names, &person, &residence, standing));
    Ok((known, standing))
}

async fn ask(
    provider: &Provider,
    ctx: &Ctx,
    client: &Client,
    subject: SubjectId,
    service: &str,
    fields: &[&str],
) -> Result<Value, OAuthError> {
    let ctx = ctx.act_as(Actor::System { body: BodyId::from(KEEPER), on_decision_of: None });
    let request = Request::new(KEEPER, KEEPER, service, PURPOSE)
        .about(Scope::of(subject))
        .only(fields.iter().copied())
        .decided_in(format!("openid:{}", client.id.as_str()));
    match provider.exchange().call(&ctx, request, json!({"subject": subject})).await {
        Ok(reply) => Ok(reply),
        // Nobody there, or nothing recorded: then there is nothing to tell.
        Err(Problem { kind: Kind::NotFound, .. }) => Ok(Value::Null),
        Err(problem) => {
            tracing::warn!(code = %problem.code, service, "claims could not be read");
            Err(OAuthError::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "temporarily_unavailable",
                "IDN0168",
                "the registers do not answer at the moment",
            ))
        }
    }
}
