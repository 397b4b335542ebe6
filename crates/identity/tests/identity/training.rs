//! Roles that work only after a course.

use crate::enrolment::desk;
use crate::{OFFICER, PASSWORD, START};
use identity::{Course, Trainings};
use kernel::{Actor, Problem, Role};
use time::Duration;

fn roles(choices: &[Actor]) -> Vec<&str> {
    let roles = choices.iter().filter_map(|actor| match actor {
        Actor::Officer { roles, .. } => Some(roles),
        _ => None,
    });
    roles.flatten().map(Role::as_str).collect()
}

#[tokio::test]
async fn a_role_that_demands_a_course_works_from_the_course_until_it_is_old() {
    let desk = desk().await;
    let mut house = desk.house;
    let course = Course {
        id: "population-data".to_owned(),
        name: pack::Text::new("Dữ liệu dân cư", "Population data"),
        days: 730,
        roles: vec![Role::from("residence-officer")],
    };
    house.identity = house.identity.clone().with_trainings(Trainings::new(vec![course]));
    let signed_in = house.try_in(OFFICER, PASSWORD, Some(&house.code())).await.unwrap();
    assert_eq!(roles(&signed_in.choices), ["civil-status-officer", "leader"], "not yet");
    let today = house.system.today();
    let tomorrow = today.next_day().unwrap();
    for (ctx, course, day, expected) in [
        (&house.visitor, "population-data", today, Err("IDN0007")),
        (&house.system, "  ", today, Err("IDN0090")),
        (&house.system, "population-data", tomorrow, Err("IDN0090")),
        (&house.system, "first-aid", today, Ok(())),
        (&house.system, "population-data", today, Ok(())),
        (&house.system, "population-data", today, Ok(())),
    ] {
        let recorded = desk.enrolment.record_training(ctx, house.officer, course, day).await;
        let recorded = recorded.map_err(|error| Problem::from(error).code.into_owned());
        assert_eq!(recorded.as_ref().map(drop).map_err(String::as_str), expected.map(drop), "{course} {day}");
    }
    let taken = desk.enrolment.trainings_of(&house.system, house.officer).await.unwrap();
    assert_eq!(taken, [("first-aid".to_owned(), today), ("population-data".to_owned(), today)]);
    let now = house.identity.choices(&house.visitor, house.officer).await.unwrap();
    assert_eq!(roles(&now), ["civil-status-officer", "leader", "residence-officer"]);
    for (days, works) in [(729, true), (730, false)] {
        house.clock.set(START + Duration::days(days));
        let then = house.identity.choices(&house.visitor, house.officer).await.unwrap();
        assert_eq!(roles(&then).contains(&"residence-officer"), works, "{days}");
    }
}
