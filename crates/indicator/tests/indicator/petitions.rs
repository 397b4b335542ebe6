//! Petitions: each step by whom it is for, in its state, within its term; and what the index makes of them.

use super::{MORNING, World, count};
use indicator::Error;
use indicator::facts::About;
use indicator::petitions::{Deed, NewPetition, Side, Stand, file, of_body, of_subject, petition, published, take};
use kernel::{AccountId, Actor, BodyId, Ctx, Role, SubjectId};
use time::Duration;
use uuid::Uuid;

const BODY: &str = "commune-committee/00004";

fn citizen(world: &World, n: u128) -> Ctx {
    let (account, subject) = (AccountId(Uuid::from_u128(100 + n)), SubjectId(Uuid::from_u128(n)));
    world.ctx.act_as(Actor::Citizen { account, subject, level: 1 })
}

fn officer(world: &World, body: &str, role: &str) -> Ctx {
    let account = AccountId(Uuid::from_u128(900));
    world.ctx.act_as(Actor::Officer { account, body: BodyId::from(body), roles: vec![Role::from(role)] })
}

impl World {
    async fn files(&self, ctx: &Ctx, text: &str, repeats: Option<Uuid>) -> Result<Uuid, Error> {
        let mut tx = self.test.db.begin().await.unwrap();
        let body = BodyId::from(BODY);
        let id = file(&mut tx, ctx, &NewPetition { body: &body, text, dossier: None, repeats }).await?;
        tx.commit().await.unwrap();
        Ok(id)
    }

    async fn takes(&self, ctx: &Ctx, id: Uuid, deed: Deed<'_>) -> Result<(), Error> {
        let mut tx = self.test.db.begin().await.unwrap();
        take(&mut tx, ctx, id, deed).await?;
        tx.commit().await.unwrap();
        Ok(())
    }
}

#[tokio::test]
async fn a_petition_is_asked_about_answered_published_and_judged() {
    let world = World::new().await;
    let figured = world.figured(None).await;
    let (lan, officer) = (citizen(&world, 1), officer(&world, BODY, "civil-status-officer"));
    let id = world.files(&lan, "  Đường ngập, đã báo hai lần.  ", None).await.unwrap();
    world.later(Duration::days(1));
    world.takes(&officer, id, Deed::Ask("Ở đoạn nào?")).await.unwrap();
    // Who is asked has all the time: the body's clock stands.
    world.later(Duration::days(20));
    world.takes(&lan, id, Deed::Supply("Trước số nhà 12.")).await.unwrap();
    world.takes(&officer, id, Deed::Answer(About::Other, "Đã nạo vét cống.")).await.unwrap();
    world.takes(&officer, id, Deed::Publish("Đường ngập khi mưa.")).await.unwrap();
    world.takes(&lan, id, Deed::Judge(true)).await.unwrap();
    world.settle(&figured).await;
    let counts =
        ["petitions", "petitions_on_time", "petitions_satisfied", "petitions_open"].map(|c| count(&figured, c));
    assert_eq!(counts, [1, 1, 1, 0]);

    let mut conn = world.test.db.pool().acquire().await.unwrap();
    let whole = petition(&mut conn, &lan, id).await.unwrap();
    assert_eq!((whole.line.stand, whole.side, whole.liked), (Stand::Published, Side::Writer, Some(true)));
    assert_eq!(whole.line.text, "Đường ngập, đã báo hai lần.");
    let kinds: Vec<&str> = whole.steps.iter().map(|step| step.kind.as_str()).collect();
    assert_eq!(kinds, ["filed", "asked", "supplied", "answered", "published", "liked"]);
    let all = published(&mut conn, None, (0, 10)).await.unwrap();
    assert_eq!((all.len(), all[0].public_text.as_str()), (1, "Đường ngập khi mưa."));
    assert_eq!(published(&mut conn, Some(&[BodyId::from("ministry-health")]), (0, 10)).await.unwrap(), []);
    let entries: i64 = sqlx::query_scalar("select count(*) from ledger.opening").fetch_one(&mut *conn).await.unwrap();
    assert_eq!(entries, 6, "every step is in the ledger");
}

#[tokio::test]
async fn a_petition_that_is_handed_on_is_the_other_bodys_alone_and_its_clocks_begin_again() {
    let world = World::new().await;
    let figured = world.figured(None).await;
    let other = BodyId::from("province-committee/01");
    let (lan, first) = (citizen(&world, 1), officer(&world, BODY, "leader"));
    let second = officer(&world, other.as_str(), "leader");
    let id = world.files(&lan, "Cầu hỏng", None).await.unwrap();
    world.later(Duration::days(1));
    let own = BodyId::from(BODY);
    assert!(matches!(world.takes(&first, id, Deed::HandOn(&own, "x")).await, Err(Error::PetitionState)), "to itself");
    assert!(matches!(world.takes(&first, id, Deed::HandOn(&other, " ")).await, Err(Error::TextLength(_))));
    assert!(matches!(world.takes(&second, id, Deed::HandOn(&own, "x")).await, Err(Error::UnknownPetition)));
    world.takes(&first, id, Deed::HandOn(&other, "Cầu do tỉnh quản lý.")).await.unwrap();
    let mut conn = world.test.db.pool().acquire().await.unwrap();
    assert!(matches!(petition(&mut conn, &first, id).await, Err(Error::UnknownPetition)), "no longer theirs");
    let seen = petition(&mut conn, &second, id).await.unwrap();
    assert_eq!(
        (seen.line.body, seen.line.facts.received_at),
        (other.clone(), world.ctx.now()),
        "the clocks begin again"
    );
    let step = seen.steps.last().unwrap();
    assert_eq!((step.kind.as_str(), step.body.as_deref()), ("handed-on", Some(BODY)));
    assert_eq!(of_subject(&mut conn, &lan, (0, 10)).await.unwrap()[0].body, other, "who wrote it sees where it is");
    world.settle(&figured).await;
    let of = |body: &BodyId| {
        let live = figured.read();
        let number = live.bodies().number(body).unwrap();
        live.figures(number, "2026-03".parse().unwrap(), None).unwrap().get("petitions_open")
    };
    assert_eq!((of(&own), of(&other)), (0, 1), "nothing of it stays with the first");
    // Back and forth has an end.
    world.takes(&second, id, Deed::HandOn(&own, "Đã giao cho phường.")).await.unwrap();
    assert!(!petition(&mut conn, &first, id).await.unwrap().movable);
    let third = world.takes(&first, id, Deed::HandOn(&other, "Vẫn của tỉnh.")).await;
    assert!(matches!(third, Err(Error::PetitionState)));
    world.takes(&first, id, Deed::Answer(About::Other, "Đã sửa.")).await.unwrap();
}

#[tokio::test]
async fn a_petition_is_handed_on_in_the_time_to_refuse_only() {
    let world = World::new().await;
    let desk = world.desk();
    let (lan, first) = (citizen(&world, 1), officer(&world, BODY, "leader"));
    let other = BodyId::from("province-committee/01");
    let id = world.files(&lan, "Cầu hỏng", None).await.unwrap();
    world.later(Duration::days(7));
    let late = desk.step_petition(&first, id, Deed::HandOn(&other, "Của tỉnh.")).await;
    assert!(matches!(late, Err(Error::HandOnLate)), "{late:?}");
    let again = world.files(&lan, "Cầu hỏng nữa", None).await.unwrap();
    desk.step_petition(&first, again, Deed::HandOn(&other, "Của tỉnh.")).await.unwrap();
}

#[tokio::test]
async fn steps_that_the_state_does_not_allow_are_refused_and_change_nothing() {
    let world = World::new().await;
    let (lan, officer) = (citizen(&world, 1), officer(&world, BODY, "leader"));
    let id = world.files(&lan, "Một việc", None).await.unwrap();
    let not_yet = [Deed::Publish("x"), Deed::Supply("x"), Deed::Judge(true)];
    for (n, deed) in not_yet.into_iter().enumerate() {
        let ctx = if n == 0 { &officer } else { &lan };
        assert!(matches!(world.takes(ctx, id, deed).await, Err(Error::PetitionState)), "{n}");
    }
    let long = "x".repeat(4001);
    for text in ["", "  ", &long] {
        assert!(matches!(world.takes(&officer, id, Deed::Refuse(text)).await, Err(Error::TextLength(4000))));
    }
    world.takes(&officer, id, Deed::Refuse("Không thuộc thẩm quyền.")).await.unwrap();
    for deed in [Deed::Refuse("x"), Deed::Ask("x"), Deed::Answer(About::Other, "x"), Deed::Publish("x")] {
        assert!(matches!(world.takes(&officer, id, deed).await, Err(Error::PetitionState)));
    }
    let mut conn = world.test.db.pool().acquire().await.unwrap();
    assert_eq!(petition(&mut conn, &lan, id).await.unwrap().steps.len(), 2);
}

#[tokio::test]
async fn nobody_else_finds_a_petition() {
    let world = World::new().await;
    let lan = citizen(&world, 1);
    let id = world.files(&lan, "Một việc", None).await.unwrap();
    let others = [
        citizen(&world, 2),
        officer(&world, "commune-committee/00008", "leader"),
        officer(&world, BODY, "programme-reporter"),
        world.ctx.act_as(Actor::Anonymous),
        world.ctx.clone(),
    ];
    let mut conn = world.test.db.pool().acquire().await.unwrap();
    for other in &others {
        assert!(matches!(petition(&mut conn, other, id).await, Err(Error::UnknownPetition)));
        for deed in [Deed::Answer(About::Other, "x"), Deed::Supply("x"), Deed::Judge(false)] {
            assert!(matches!(world.takes(other, id, deed).await, Err(Error::UnknownPetition)));
        }
    }
    assert!(
        matches!(world.takes(&lan, id, Deed::Refuse("x")).await, Err(Error::UnknownPetition)),
        "not from that side"
    );
    assert_eq!(of_subject(&mut conn, &others[0], (0, 10)).await.unwrap(), []);
    assert_eq!(of_body(&mut conn, &others[1], true, (0, 10)).await.unwrap(), []);
    assert!(of_body(&mut conn, &others[2], true, (0, 10)).await.is_err());
    assert_eq!(of_subject(&mut conn, &lan, (0, 10)).await.unwrap().len(), 1);
    let desk = officer(&world, BODY, "leader");
    assert_eq!(of_body(&mut conn, &desk, true, (0, 10)).await.unwrap().len(), 1);
    assert_eq!(of_body(&mut conn, &desk, false, (0, 10)).await.unwrap(), []);
}

#[tokio::test]
async fn what_is_late_or_did_not_help_is_counted_so() {
    let world = World::new().await;
    let figured = world.figured(None).await;
    let (lan, officer) = (citizen(&world, 1), officer(&world, BODY, "leader"));
    let (first, second) =
        (world.files(&lan, "Một", None).await.unwrap(), world.files(&lan, "Hai", None).await.unwrap());
    for id in [first, second] {
        world.takes(&officer, id, Deed::Answer(About::Regulation, "Đã trả lời.")).await.unwrap();
        world.takes(&officer, id, Deed::Publish("Hỏi.")).await.unwrap();
    }
    world.takes(&lan, first, Deed::Judge(false)).await.unwrap();
    assert!(matches!(world.takes(&lan, first, Deed::Judge(true)).await, Err(Error::PetitionState)), "once");
    let third = world.files(&lan, "Hai, lần nữa", Some(second)).await.unwrap();
    assert!(matches!(world.files(&citizen(&world, 2), "x", Some(first)).await, Err(Error::UnknownPetition)));
    world.settle(&figured).await;
    let counts = |names: [&str; 4]| names.map(|name| count(&figured, name));
    let names = ["petitions", "petitions_regulation", "petitions_satisfied", "petitions_overdue"];
    assert_eq!(counts(names), [3, 2, 1, 0], "one was disliked, one repeated; nothing is late yet");
    // Nobody looks at the third, and it is late after 15 working days.
    world.later(Duration::days(21));
    figured.catch_up(&world.ctx).await.unwrap();
    assert_eq!(counts(names)[3], 0);
    world.later(Duration::days(2));
    figured.catch_up(&world.ctx).await.unwrap();
    assert_eq!(counts(names)[3], 1, "since {MORNING}");
    world.takes(&officer, third, Deed::Answer(About::Other, "Muộn.")).await.unwrap();
    world.settle(&figured).await;
    assert_eq!(count(&figured, "petitions_on_time"), 2);
    assert_eq!(figured.read().audit(), vec![]);
    let again = world.figured(None).await;
    let march = "2026-03".parse().unwrap();
    assert_eq!(again.read().score(2, march).unwrap(), figured.read().score(2, march).unwrap());
}

#[tokio::test]
async fn a_citizen_files_so_many_a_day() {
    let world = World::new().await;
    let lan = citizen(&world, 1);
    for n in 0..10 {
        world.files(&lan, &format!("Việc {n}"), None).await.unwrap();
    }
    assert!(matches!(world.files(&lan, "Thêm", None).await, Err(Error::TooManyPetitions)));
    world.later(Duration::days(1));
    world.files(&lan, "Hôm sau", None).await.unwrap();
}

#[tokio::test]
async fn the_component_of_petitions_in_time_moves_with_each_of_them() {
    let world = World::new().await;
    let figured = world.figured(None).await;
    let (lan, officer) = (citizen(&world, 1), officer(&world, BODY, "civil-status-officer"));
    let march = "2026-03".parse().unwrap();
    let in_time = || {
        let score = figured.read().score(2, march).unwrap();
        let component = score.component("6.3").unwrap();
        (component.numerator, component.denominator, component.points.clone().unwrap())
    };
    assert_eq!(in_time(), (0, 0, "6.00".to_owned()), "where nobody wrote, nothing was late");
    let first = world.files(&lan, "Một", None).await.unwrap();
    let second = world.files(&lan, "Hai", None).await.unwrap();
    world.settle(&figured).await;
    assert_eq!(in_time(), (2, 2, "6.00".to_owned()));
    // To refuse there are two working days, of which three pass.
    world.later(Duration::days(3));
    world.takes(&officer, first, Deed::Refuse("Không thuộc thẩm quyền.")).await.unwrap();
    world.settle(&figured).await;
    assert_eq!(in_time(), (1, 2, "3.00".to_owned()), "refused too late");
    world.takes(&officer, second, Deed::Ask("Ở đâu?")).await.unwrap();
    world.settle(&figured).await;
    assert_eq!(in_time(), (1, 2, "3.00".to_owned()), "to ask there are five");
    assert_eq!(figured.read().audit(), vec![]);
    let again = world.figured(None).await;
    assert_eq!(again.read().score(2, march).unwrap(), figured.read().score(2, march).unwrap());
}
