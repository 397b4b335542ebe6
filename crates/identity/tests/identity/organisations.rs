//! Organisations: who represents one, and whom the representative lets act for it.

use crate::enrolment::{Desk, LAN, MARIA, desk};
use crate::number;
use identity::Error;
use identity::enrolment::{ApplicantKind, NewAgent, NewApplication, NewOrganisation};
use kernel::{Actor, Ctx, SubjectId};
use serde_json::{Value, json};
use uuid::Uuid;

const COMPANY: &str = "0101234567";
const NAME: &str = "Công ty TNHH Sen Hồng 2";

impl Desk {
    /// An organisation that the mother of the house represents.
    fn company(&self) -> SubjectId {
        let subject = SubjectId(self.house.system.uuid());
        let record = json!({"code": COMPANY, "name": NAME, "representative_number": number(2), "active": true});
        self.people.lock().unwrap().push((subject, record));
        subject
    }

    fn representative(&self, level: u8) -> Ctx {
        let (account, subject) = self.house.mother;
        self.house.system.act_as(Actor::Citizen { account, subject, level })
    }

    async fn asks_for(&self, code: &str, name: &str) -> Uuid {
        let new = NewOrganisation { code, name };
        let applied = self.enrolment.apply_for_organisation(&self.representative(2), &new).await.unwrap();
        self.enrolment.call_up(&self.officer, &applied.code).await.unwrap();
        applied.id
    }

    async fn authorities(&self) -> Vec<(String, String)> {
        sqlx::query_as("select kind, organisation from identity.delegation where ended_at is null order by kind")
            .fetch_all(&self.house.test.owner)
            .await
            .unwrap()
    }

    /// The register tells of a change.
    async fn hears(&self, organisation: SubjectId, field: &str, value: Value) {
        {
            let mut people = self.people.lock().unwrap();
            people.iter_mut().find(|(id, _)| *id == organisation).unwrap().1[field] = value;
        }
        let system = &self.house.system;
        let mut conn = self.house.test.db.pool().acquire().await.unwrap();
        store::feed::append(&mut conn, system, "register.organisations", organisation, "amended", &json!({}))
            .await
            .unwrap();
        store::feed::Sequencer::new(self.house.test.db.clone(), system.clone()).run_once().await.unwrap();
        assert_eq!(self.enrolment.look_at_organisations(system).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn a_representative_acts_for_an_organisation_until_another_does_or_it_is_dissolved() {
    let desk = desk().await;
    let company = desk.company();
    let represents = vec![("representative".to_owned(), COMPANY.to_owned())];
    for (field, value, back) in
        [("active", json!(false), json!(true)), ("representative_number", json!(number(LAN)), json!(number(2)))]
    {
        let id = desk.asks_for(COMPANY, NAME).await;
        assert!(desk.enrolment.application(&desk.officer, id).await.unwrap().agrees);
        assert!(desk.authorities().await.is_empty(), "nothing before the counter");
        desk.enrolment.confirm_organisation(&desk.officer, id, "ĐKKD 12/2026").await.unwrap();
        assert_eq!(desk.authorities().await, represents);
        let again = desk.enrolment.confirm_organisation(&desk.officer, id, "ĐKKD 12/2026").await;
        assert!(matches!(again, Err(Error::AlreadyDecided)));
        desk.hears(company, "name", json!(NAME)).await;
        assert_eq!(desk.authorities().await, represents, "another change ends nothing");
        desk.hears(company, field, value).await;
        assert!(desk.authorities().await.is_empty(), "{field}");
        desk.hears(company, field, back).await;
        assert!(desk.authorities().await.is_empty(), "it begins only at a counter");
    }
    let two = [desk.asks_for(COMPANY, NAME).await, desk.asks_for(COMPANY, NAME).await];
    for id in two {
        desk.enrolment.confirm_organisation(&desk.officer, id, "ĐKKD 12/2026").await.unwrap();
    }
    assert_eq!(desk.authorities().await, represents, "one at a time");
}

#[tokio::test]
async fn an_organisation_whose_register_disagrees_is_given_to_nobody() {
    let desk = desk().await;
    let company = desk.company();
    for (code, name) in [("0101234568", NAME), (COMPANY, "Công ty TNHH Sen Trắng")] {
        let id = desk.asks_for(code, name).await;
        assert!(!desk.enrolment.application(&desk.officer, id).await.unwrap().agrees);
        let refused = desk.enrolment.confirm_organisation(&desk.officer, id, "ĐKKD 12/2026").await;
        assert!(matches!(refused, Err(Error::NotInRegister)), "{code} {name}");
    }
    let id = desk.asks_for(COMPANY, NAME).await;
    desk.hears(company, "representative_number", json!(number(LAN))).await;
    let refused = desk.enrolment.confirm_organisation(&desk.officer, id, "ĐKKD 12/2026").await;
    assert!(matches!(refused, Err(Error::NotInRegister)), "somebody else represents it");
    let refused = desk.enrolment.confirm_organisation(&desk.representative(2), id, "ĐKKD 12/2026").await;
    assert!(matches!(refused, Err(Error::NotAllowed)), "only the counter confirms");

    let new = NewOrganisation { code: COMPANY, name: NAME };
    for ctx in [desk.representative(1), desk.house.visitor.clone(), desk.officer.clone()] {
        let refused = desk.enrolment.apply_for_organisation(&ctx, &new).await;
        assert!(matches!(refused, Err(Error::NotAllowed)), "level 2 asks");
    }
    let stranger = NewApplication { kind: ApplicantKind::Organisation, level: None, ..MARIA };
    let refused = desk.enrolment.apply(&desk.house.visitor, &stranger, str::to_owned).await;
    assert!(matches!(refused, Err(Error::NotEligible)), "nobody asks for one without signing in");
    assert!(desk.authorities().await.is_empty());
}

const GRANT: NewAgent<'static> = NewAgent {
    number: "",
    full_name: "Nguyễn Thị Lan",
    birth_date: "1995-03-04",
    evidence: "12/2026/GUQ",
    until: None,
};

impl Desk {
    /// The authority of the mother over the company.
    async fn represented(&self) -> Uuid {
        let id = self.asks_for(COMPANY, NAME).await;
        self.enrolment.confirm_organisation(&self.officer, id, "ĐKKD 12/2026").await.unwrap()
    }

    async fn appoints(&self, representation: Uuid, new: &NewAgent<'_>) -> Result<Uuid, Error> {
        self.enrolment.appoint_agent(&self.representative(2), representation, new).await
    }
}

#[tokio::test]
async fn a_representative_appoints_agents_who_stay_when_another_represents_it() {
    let desk = desk().await;
    let company = desk.company();
    let representation = desk.represented().await;
    let lan = number(LAN);
    let new = NewAgent { number: &lan, ..GRANT };
    let refused = desk.appoints(representation, &new).await;
    assert!(matches!(refused, Err(Error::NoSuchAgent)), "Lan has no account yet");
    let (account, _) = desk.opened().await;
    let first = desk.appoints(representation, &new).await.unwrap();
    let until = Some(desk.house.system.today() + time::Duration::days(30));
    let second = desk.appoints(representation, &NewAgent { until, ..new }).await.unwrap();
    assert_ne!(first, second, "anew, with another last day");
    let shown = desk.enrolment.represented_by(&desk.representative(2), representation).await.unwrap();
    assert_eq!((shown.code.as_str(), shown.name.as_str(), shown.agents.len()), (COMPANY, NAME, 1));
    let agent = &shown.agents[0];
    assert_eq!((agent.id, agent.name.as_str(), agent.until), (second, "Nguyễn Thị Lan", until));

    let acts = desk.house.system.act_as(Actor::Citizen { account, subject: desk.lan, level: 2 });
    let seen = desk.enrolment.history(&acts, account).await.unwrap();
    let told: Vec<&str> = seen.iter().map(|event| event.what.as_str()).collect();
    for what in ["delegation-recorded", "delegation-ended"] {
        assert!(told.contains(&what), "{told:?}");
    }
    let refused = desk.enrolment.appoint_agent(&acts, second, &new).await;
    assert!(matches!(refused, Err(Error::NoSuchGrant)), "an agent appoints nobody");

    desk.hears(company, "representative_number", json!(number(LAN))).await;
    assert_eq!(desk.authorities().await, vec![("agent".to_owned(), COMPANY.to_owned())]);
    let refused = desk.enrolment.represented_by(&desk.representative(2), representation).await;
    assert!(matches!(refused, Err(Error::NoSuchGrant)), "who represents it no more sees nothing");
    desk.hears(company, "active", json!(false)).await;
    assert!(desk.authorities().await.is_empty(), "dissolved");
}

#[tokio::test]
async fn whom_a_representative_may_not_appoint_or_dismiss() {
    let desk = desk().await;
    desk.company();
    let representation = desk.represented().await;
    desk.opened().await;
    let lan = number(LAN);
    let new = NewAgent { number: &lan, ..GRANT };
    for wrong in [
        NewAgent { full_name: "Nguyễn Thị Liên", ..new },
        NewAgent { birth_date: "1995-03-05", ..new },
        NewAgent { number: MARIA.number, ..new },
        NewAgent { number: "x", ..new },
    ] {
        let refused = desk.appoints(representation, &wrong).await;
        assert!(matches!(refused, Err(Error::NoSuchAgent)), "{refused:?}");
    }
    let yesterday = desk.house.system.today().previous_day();
    for wrong in [NewAgent { evidence: " ", ..new }, NewAgent { until: yesterday, ..new }] {
        let refused = desk.appoints(representation, &wrong).await;
        assert!(matches!(refused, Err(Error::ApplicationMalformed(_))), "{refused:?}");
    }
    let agent = desk.appoints(representation, &new).await.unwrap();
    for ctx in [desk.representative(1), desk.officer.clone(), desk.house.system.clone()] {
        let refused = desk.enrolment.dismiss_agent(&ctx, representation, agent).await;
        assert!(matches!(refused, Err(Error::NotAllowed)));
    }
    let own = desk.enrolment.dismiss_agent(&desk.representative(2), representation, representation).await;
    assert!(matches!(own, Err(Error::NoSuchGrant)), "the representative's own authority is no agent's");
    desk.enrolment.dismiss_agent(&desk.representative(2), representation, agent).await.unwrap();
    assert_eq!(desk.authorities().await, vec![("representative".to_owned(), COMPANY.to_owned())]);
    let again = desk.enrolment.dismiss_agent(&desk.representative(2), representation, agent).await;
    assert!(matches!(again, Err(Error::NoSuchGrant)));
}
