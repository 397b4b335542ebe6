//! Made-up people straight into the registers, through the registers' own bulk load.

use super::cast::Cast;
use super::model::{Household, Kin, Marital, Person};
use super::notice::BirthNotice;
use super::places::MERGER;
use super::world::World;
use anyhow::Context;
use kernel::{Ctx, iso_date};
use register::load::{LoadPerson, LoadRecord, Loader};
use serde_json::{Value, json};
use time::{Date, Month};

/// People that are loaded in one transaction.
const BATCH_PEOPLE: usize = 5_000;
/// Whoever is this old has an identity card, among the cast.
const CARD_AGE: i32 = 14;

/// How many were loaded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Loaded {
    /// People.
    pub people: u64,
    /// Households.
    pub households: u64,
}

/// Loads households as they come, two batches at a time. `progress` is told how many people are in.
///
/// A crash leaves whole batches: what is there can be told by counting, and a half-filled register is made anew.
///
/// # Errors
/// When a batch is refused; the batches before it stay.
pub async fn into_registers(
    loader: &Loader,
    ctx: &Ctx,
    world: &World,
    households: impl Iterator<Item = Household>,
    mut progress: impl FnMut(u64),
) -> anyhow::Result<Loaded> {
    let mut households = households.peekable();
    let mut loaded = Loaded::default();
    while households.peek().is_some() {
        let (one, other) = (batch(&mut households), batch(&mut households));
        let (first, second) = futures::try_join!(load(loader, ctx, world, &one), load(loader, ctx, world, &other))?;
        for part in [first, second] {
            loaded.people += part.people;
            loaded.households += part.households;
        }
        progress(loaded.people);
    }
    Ok(loaded)
}

/// Loads the cast, with its identity cards and birth notices.
///
/// # Errors
/// When it is refused.
pub async fn cast_into_registers(loader: &Loader, ctx: &Ctx, world: &World, cast: &Cast) -> anyhow::Result<Loaded> {
    let loaded = load(loader, ctx, world, &cast.households).await?;
    let grown = |person: &&Person| person.died.is_none() && person.birth.least_age_on(world.as_of) >= CARD_AGE;
    let cards = cast.households.iter().flat_map(|household| &household.members).filter(grown).map(|p| card(p, world));
    loader.records(ctx, cards.collect()).await.context("load the cast's identity cards")?;
    notices_into_registers(loader, ctx, &cast.notices).await?;
    Ok(loaded)
}

/// Loads birth notices.
///
/// # Errors
/// When a batch is refused.
pub async fn notices_into_registers(loader: &Loader, ctx: &Ctx, notices: &[BirthNotice]) -> anyhow::Result<u64> {
    let mut loaded = 0;
    for batch in notices.chunks(BATCH_PEOPLE) {
        let records = batch.iter().map(|notice| LoadRecord {
            register: "birth-notice".to_owned(),
            subject: notice.mother,
            valid_from: notice.birth_date,
            body: notice.body(),
        });
        loaded += loader.records(ctx, records.collect()).await.context("load birth notices")?;
    }
    Ok(loaded)
}

fn batch(households: &mut impl Iterator<Item = Household>) -> Vec<Household> {
    let mut batch = Vec::new();
    let mut people = 0;
    while people < BATCH_PEOPLE {
        let Some(household) = households.next() else { break };
        people += household.members.len();
        batch.push(household);
    }
    batch
}

async fn load(loader: &Loader, ctx: &Ctx, world: &World, households: &[Household]) -> anyhow::Result<Loaded> {
    if households.is_empty() {
        return Ok(Loaded::default());
    }
    let records = |household: &Household| {
        let people = household.members.iter().map(|member| person(household, member, world));
        people.flat_map(LoadPerson::into_records).chain([home(household)]).collect::<Vec<_>>()
    };
    let records = households.iter().flat_map(records).collect();
    loader.records(ctx, records).await.context("load a batch of people")?;
    Ok(Loaded {
        people: households.iter().map(|household| household.members.len() as u64).sum(),
        households: households.len() as u64,
    })
}

fn home(household: &Household) -> LoadRecord {
    LoadRecord {
        register: "household".to_owned(),
        subject: household.subject,
        valid_from: MERGER,
        body: json!({
            "head": household.members.first().map(|head| head.subject),
            "commune_code": household.commune_code,
            "address": household.address,
            "residence_file_number": household.number,
        }),
    }
}

fn person(household: &Household, person: &Person, world: &World) -> LoadPerson {
    let born = person.birth.earliest();
    let place = world.places.find_label(&person.birth_commune);
    let mut body = json!({
        "personal_number": person.personal_number,
        "full_name": person.full_name,
        "birth_date": person.birth,
        "sex": person.sex,
        "birth_place": place,
        "birth_registration": place,
        "hometown": place,
        "ethnicity": person.ethnicity,
        "religion": "none",
        "nationality": "VNM",
    });
    if let Some(number) = &person.old_id {
        body["old_identity_number"] = json!(number);
    }
    if let Some(phone) = &person.phone {
        body["phone"] = json!(phone);
    }
    if let Some(day) = person.died {
        body["death_date"] = json!(iso_date::text(day));
    }
    let residence = json!({
        "kind": "permanent",
        "commune_code": household.commune_code,
        "address": household.address,
        "household": household.subject,
        "relation": person.relation.as_str(),
        "residence_file_number": household.number,
    });
    LoadPerson {
        subject: person.subject,
        born,
        body,
        relatives: relatives(person),
        residence: person.died.is_none().then_some((born.max(MERGER), residence)),
        marital_status: marital(person, world.as_of),
    }
}

fn relatives(person: &Person) -> Vec<Value> {
    let kin = |relation: &str, kin: &Kin| match kin.subject {
        Some(subject) => json!({ "relation": relation, "subject": subject }),
        None => json!({ "relation": relation, "full_name": kin.name, "nationality": "VNM" }),
    };
    let mut relatives: Vec<_> =
        person.children.iter().map(|it| json!({ "relation": "child", "subject": it })).collect();
    relatives.extend(person.mother.as_ref().map(|mother| kin("mother", mother)));
    relatives.extend(person.father.as_ref().map(|father| kin("father", father)));
    relatives.extend(person.spouse.as_ref().map(|spouse| kin("spouse", spouse)));
    relatives
}

/// The day of a wedding is not made up: the record is valid from the beginning of the year in which the person
/// turned twenty, the age from which men may marry.
fn marital(person: &Person, as_of: Date) -> Option<(Date, Value)> {
    if person.marital == Marital::Single {
        return None;
    }
    let from = Date::from_calendar_date(person.birth.year() + 20, Month::January, 1).unwrap_or(as_of).min(as_of);
    let mut body = json!({ "status": person.marital.as_str() });
    if let Some(spouse) = person.spouse.as_ref().and_then(|spouse| spouse.subject) {
        body["spouse"] = json!(spouse);
    }
    Some((from, body))
}

/// A card of somebody of the cast: issued two years ago, until the age at which it is to be renewed.
fn card(person: &Person, world: &World) -> LoadRecord {
    let age = person.birth.least_age_on(world.as_of);
    // Luật Căn cước 26/2023/QH15, Điều 21: at 14, 25, 40 and 60.
    let renewed_at = [25, 40, 60].into_iter().find(|renewal| age < *renewal);
    let day = |year: i32| Date::from_calendar_date(year, Month::June, 1).unwrap_or(world.as_of);
    let issued = day(world.as_of.year() - 2).max(day(person.birth.year() + CARD_AGE)).min(world.as_of);
    let expires = renewed_at.map_or(Date::MAX, |renewal| {
        let born = person.birth.latest();
        Date::from_calendar_date(born.year() + renewal, born.month(), born.day().min(28)).unwrap_or(Date::MAX)
    });
    LoadRecord {
        register: "identity-card".to_owned(),
        subject: person.subject,
        valid_from: issued,
        body: json!({
            "card_number": person.personal_number,
            "issued_on": iso_date::text(issued),
            "issued_by": "Bộ Công an",
            "expires_on": iso_date::text(expires),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::{AS_OF, Notices, Population, cast};
    use kernel::{Actor, BodyId, Clock, Random};
    use pack::units::Units;
    use pack::{Pack, Report};
    use register::Registers;
    use std::collections::BTreeMap;
    use std::sync::Arc;
    use time::macros::datetime;

    fn vietnam() -> (World, Arc<Registers>) {
        let pack = Pack::embedded("vn").unwrap();
        let mut report = Report::new();
        let units = Arc::new(Units::read(&pack, &mut report));
        let world = World::read(&pack, &units, AS_OF, &mut report).unwrap();
        assert!(report.is_clean(), "{report}");
        // Whether these are sound is for the pack's own check to say.
        let catalogue = exchange::Catalogue::read(&pack, &units, &mut report);
        let registers = Registers::read(&pack, &catalogue, units, &mut report);
        (world, Arc::new(registers))
    }

    fn ctx() -> Ctx {
        let actor = Actor::System { body: BodyId::new("ministry-public-security"), on_decision_of: None };
        Ctx::new(actor, Clock::fixed(datetime!(2026-11-01 03:00 UTC)), Random::seeded(1))
    }

    #[test]
    fn every_record_has_the_shape_that_its_register_asks_for() {
        let (world, registers) = vietnam();
        let cast = cast(&world, AS_OF);
        let households: Vec<_> = Population::new(&world, 3, 3_000).chain(cast.households.iter().cloned()).collect();
        let mut records: Vec<_> = households.iter().map(home).collect();
        for household in &households {
            for member in &household.members {
                records.extend(person(household, member, &world).into_records());
                records.push(card(member, &world));
            }
        }
        let mut notices = Notices::new(&world, 3, 50).unwrap();
        households.iter().for_each(|household| notices.look_at(household));
        for notice in notices.finish().iter().chain(&cast.notices) {
            let at = notice.birth_date;
            let register = "birth-notice".to_owned();
            records.push(LoadRecord { register, subject: notice.mother, valid_from: at, body: notice.body() });
        }
        let mut counts = BTreeMap::new();
        for record in &records {
            let register = registers.required(&record.register).unwrap();
            let found = register.schema.check(&record.body);
            assert!(found.is_empty(), "{}: {found:?}", record.register);
            *counts.entry(record.register.as_str()).or_insert(0) += 1;
        }
        let all: Vec<_> = counts.into_keys().collect();
        assert_eq!(
            all,
            ["birth-notice", "household", "identity-card", "kinship", "marital-status", "population", "residence"]
        );
    }

    #[test]
    fn kin_is_given_from_both_sides() {
        let (world, _) = vietnam();
        let mut said = BTreeMap::new();
        for household in Population::new(&world, 3, 5_000) {
            for member in &household.members {
                for relative in relatives(member) {
                    let Some(other) = relative["subject"].as_str() else { continue };
                    let key = (member.subject.to_string(), other.to_owned());
                    said.insert(key, relative["relation"].as_str().unwrap().to_owned());
                }
            }
        }
        for ((one, other), relation) in &said {
            let back = said.get(&(other.clone(), one.clone())).map(String::as_str);
            match relation.as_str() {
                "mother" | "father" => assert_eq!(back, Some("child")),
                "child" => assert!(matches!(back, Some("mother" | "father"))),
                _ => assert_eq!(back, Some("spouse")),
            }
        }
        assert!(said.len() > 5_000);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn people_cast_and_notices_go_into_the_registers() {
        let (world, registers) = vietnam();
        let db = store::testing::database("sen-synth", &[&register::MIGRATOR]).await;
        let loader = Loader::new(db.owner.clone(), registers, "ministry-public-security", "made up");
        let ctx = ctx();
        let mut told = Vec::new();
        let people = Population::new(&world, 3, 12_000);
        let loaded = into_registers(&loader, &ctx, &world, people, |people| told.push(people)).await.unwrap();
        assert_eq!(loaded.people, 12_000);
        assert_eq!(told.last(), Some(&12_000));

        let cast = cast(&world, AS_OF);
        cast_into_registers(&loader, &ctx, &world, &cast).await.unwrap();
        let mut notices = Notices::new(&world, 3, 40).unwrap();
        Population::new(&world, 3, 12_000).for_each(|household| notices.look_at(&household));
        assert_eq!(notices_into_registers(&loader, &ctx, &notices.finish()).await.unwrap(), 40);

        // The same people again: their numbers are taken, and nothing of the batch stays.
        let again = into_registers(&loader, &ctx, &world, Population::new(&world, 3, 100), |_| ()).await;
        assert!(again.is_err());
    }
}
