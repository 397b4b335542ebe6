//! Sessions in the database.

use kernel::{AccountId, Actor, Clock, Ctx, Random, SubjectId};
use serde_json::json;
use time::{Duration, OffsetDateTime, macros::datetime};
use web::{NewSession, end, end_all, end_session, find, open, sessions_of, strengthen, sweep};

const START: OffsetDateTime = datetime!(2026-11-22 08:00 UTC);

fn ctx(clock: &Clock) -> Ctx {
    Ctx::new(Actor::Anonymous, clock.clone(), Random::seeded(7))
}

fn session_of(ctx: &Ctx) -> NewSession {
    let account = AccountId(ctx.uuid());
    let actor = Actor::Citizen { account, subject: SubjectId(ctx.uuid()), level: 2 };
    NewSession {
        account,
        actor,
        facts: json!({"name": "Nguyễn Thị Lan"}),
        authentication: json!({"assurance": 1}),
        device: "Chrome, Android".to_owned(),
    }
}

#[tokio::test]
async fn a_session_lives_while_used_and_ends_at_its_hour_in_any_case() {
    let test = store::testing::database("web", &[&web::MIGRATOR]).await;
    let mut conn = test.db.pool().acquire().await.unwrap();
    let clock = Clock::fixed(START);
    let ctx = ctx(&clock);
    let new = session_of(&ctx);
    let opened = open(&mut conn, &ctx, &new).await.unwrap();
    assert!(!format!("{opened:?}").contains(&opened.token));

    let found = find(&mut conn, &ctx, &opened.token, false).await.unwrap().unwrap();
    assert_eq!((found.account, found.actor.clone()), (new.account, new.actor.clone()));
    assert!(!format!("{found:?}").contains("Lan"));
    assert!(find(&mut conn, &ctx, "another", false).await.unwrap().is_none());

    // Used every 20 minutes it lives on, until its twelve hours are over.
    let mut at = START;
    while at + Duration::minutes(20) < opened.ends_at {
        at += Duration::minutes(20);
        clock.set(at);
        assert!(find(&mut conn, &ctx, &opened.token, false).await.unwrap().is_some(), "{at}");
    }
    clock.set(opened.ends_at);
    assert!(find(&mut conn, &ctx, &opened.token, false).await.unwrap().is_none());
    assert_eq!(sweep(&mut conn, &ctx).await.unwrap(), 1);

    // Left alone for half an hour, it is over.
    let idle = open(&mut conn, &ctx, &new).await.unwrap();
    clock.set(opened.ends_at + Duration::minutes(30));
    assert!(find(&mut conn, &ctx, &idle.token, false).await.unwrap().is_none());
}

#[tokio::test]
async fn signing_out_ends_this_session_and_signing_out_everywhere_ends_all_of_the_account() {
    let test = store::testing::database("web", &[&web::MIGRATOR]).await;
    let mut conn = test.db.pool().acquire().await.unwrap();
    let ctx = ctx(&Clock::fixed(START));
    let (hers, his) = (session_of(&ctx), session_of(&ctx));
    let mut tokens = Vec::new();
    for new in [&hers, &hers, &hers, &his] {
        tokens.push(open(&mut conn, &ctx, new).await.unwrap().token);
    }
    end(&mut conn, &tokens[0]).await.unwrap();
    assert!(find(&mut conn, &ctx, &tokens[0], false).await.unwrap().is_none());
    assert!(find(&mut conn, &ctx, &tokens[1], true).await.unwrap().unwrap().by_bearer);
    assert_eq!(end_all(&mut conn, hers.account).await.unwrap().len(), 2);
    assert!(find(&mut conn, &ctx, &tokens[2], false).await.unwrap().is_none());
    assert!(find(&mut conn, &ctx, &tokens[3], false).await.unwrap().is_some());
}

#[tokio::test]
async fn a_session_is_listed_strengthened_and_ended_by_its_id() {
    let test = store::testing::database("web", &[&web::MIGRATOR]).await;
    let mut conn = test.db.pool().acquire().await.unwrap();
    let ctx = ctx(&Clock::fixed(START));
    let (hers, his) = (session_of(&ctx), session_of(&ctx));
    let first = open(&mut conn, &ctx, &hers).await.unwrap();
    let second = open(&mut conn, &ctx, &hers).await.unwrap();
    let listed = sessions_of(&mut conn, &ctx, hers.account).await.unwrap();
    assert_eq!(listed.len(), 2);
    assert!(listed.iter().all(|session| session.device == "Chrome, Android"));
    assert!(sessions_of(&mut conn, &ctx, his.account).await.unwrap().is_empty());

    // Proving more gives another token for the same session; the old token is nobody's any more.
    let before = find(&mut conn, &ctx, &first.token, false).await.unwrap().unwrap();
    let token = strengthen(&mut conn, &ctx, first.id, &json!({"assurance": 2})).await.unwrap().unwrap();
    assert!(find(&mut conn, &ctx, &first.token, false).await.unwrap().is_none());
    let after = find(&mut conn, &ctx, &token, false).await.unwrap().unwrap();
    assert_eq!((after.id, &after.authentication), (first.id, &json!({"assurance": 2})));
    assert_ne!(after.csrf, before.csrf);

    // Nobody ends another's session.
    assert!(!end_session(&mut conn, his.account, second.id).await.unwrap());
    assert!(end_session(&mut conn, hers.account, second.id).await.unwrap());
    assert!(find(&mut conn, &ctx, &second.token, false).await.unwrap().is_none());
    assert_eq!(end(&mut conn, &token).await.unwrap(), Some(first.id));
    assert_eq!(end(&mut conn, &token).await.unwrap(), None);
    assert!(strengthen(&mut conn, &ctx, first.id, &json!({})).await.unwrap().is_none());
}

/// A form of a cookie session needs the session's token; a bearer's request cannot be forged and needs none.
#[tokio::test]
async fn a_form_without_the_sessions_token_is_refused() {
    use axum::{Router, body::Body, http::Request, routing::post};
    use std::{num::NonZeroU32, sync::Arc};
    use tower::ServiceExt;

    let test = store::testing::database("web", &[&web::MIGRATOR]).await;
    let texts = Arc::new(web::Texts::new(&[web::MESSAGES]).unwrap());
    let web = web::Web::new(web::Settings {
        pool: test.db.pool().clone(),
        templates: web::Templates::strict(|_| None, &texts, ""),
        texts,
        clock: Clock::fixed(START),
        random: Random::seeded(3),
        secure: false,
        attempts: web::Attempts::per_minute(NonZeroU32::MIN),
    });
    let ctx = web.ctx(Actor::Anonymous);
    let mut conn = test.db.pool().acquire().await.unwrap();
    let token = open(&mut conn, &ctx, &session_of(&ctx)).await.unwrap().token;
    let csrf = find(&mut conn, &ctx, &token, false).await.unwrap().unwrap().csrf;
    drop(conn);

    let routes = Router::new().route("/form", post(|_: web::Form| async {})).with_state(web.clone());
    let router = web::layers(routes, &web);
    let check = |header: (&'static str, String), body: String, expected: u16| {
        let request = Request::post("/form")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .header(header.0, header.1)
            .body(Body::from(body))
            .unwrap();
        let router = router.clone();
        async move { assert_eq!(router.oneshot(request).await.unwrap().status().as_u16(), expected) }
    };
    check(("cookie", format!("sen={token}")), "a=1".to_owned(), 403).await;
    check(("cookie", format!("sen={token}")), "_csrf=wrong".to_owned(), 403).await;
    check(("cookie", format!("sen={token}")), format!("_csrf={csrf}"), 200).await;
    check(("authorization", format!("Bearer {token}")), "a=1".to_owned(), 200).await;
}
