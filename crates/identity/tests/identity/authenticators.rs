//! Recovery codes, apps, phones that are signed in, and proving more in a session.

use crate::{House, PASSWORD, house, number};
use async_trait::async_trait;
use identity::{Assurance, BiometricMatcher, Error, Likeness, Method, Proof, QrAnswer};
use kernel::SubjectId;
use std::sync::Arc;
use time::Duration;
use web::Session;

/// A session that was begun with the password and a code.
async fn session(house: &House) -> Session {
    let signed_in = house.try_in(&number(2), PASSWORD, Some(&house.code())).await.unwrap();
    assert_eq!(signed_in.authentication.assurance, Assurance::Two);
    assert_eq!(signed_in.authentication.methods, [Method::Password, Method::Totp]);
    let mut conn = house.test.db.pool().acquire().await.unwrap();
    let new = web::NewSession {
        account: signed_in.account,
        actor: signed_in.choices[0].clone(),
        facts: serde_json::json!({}),
        authentication: serde_json::to_value(&signed_in.authentication).unwrap(),
        device: "Chrome, Android".to_owned(),
    };
    let opened = web::open(&mut conn, &house.visitor, &new).await.unwrap();
    web::find(&mut conn, &house.visitor, &opened.token, false).await.unwrap().unwrap()
}

async fn events(house: &House) -> Vec<String> {
    let events = house.identity.history(&house.owner()).await.unwrap();
    let mut events: Vec<String> = events.into_iter().map(|event| event.what).collect();
    // Events of one instant have no order.
    events.sort();
    events
}

#[tokio::test]
async fn a_recovery_code_replaces_a_code_once_and_a_new_set_replaces_the_old() {
    let house = house().await;
    let account = house.mother.0;
    let old = house.identity.make_recovery_codes(&house.visitor, account).await.unwrap();
    let codes = house.identity.make_recovery_codes(&house.visitor, account).await.unwrap();
    assert_eq!(house.identity.recovery_codes_left(account).await.unwrap(), 10);
    assert_eq!(house.try_in(&number(2), PASSWORD, Some(&old[0])).await.unwrap_err(), "IDN0001");
    let typed = codes[3].to_uppercase().replace('-', " ");
    let signed_in = house.try_in(&number(2), PASSWORD, Some(&typed)).await.unwrap();
    assert_eq!(signed_in.authentication.methods, [Method::Password, Method::RecoveryCode]);
    assert_eq!(house.try_in(&number(2), PASSWORD, Some(&codes[3])).await.unwrap_err(), "IDN0001");
    assert_eq!(house.identity.recovery_codes_left(account).await.unwrap(), 9);
    // Another's codes are nobody's here, and without the password a code is nothing.
    assert_eq!(house.try_in(crate::OFFICER, PASSWORD, Some(&codes[4])).await.unwrap_err(), "IDN0001");
    assert_eq!(house.try_in(&number(2), "another long one", Some(&codes[4])).await.unwrap_err(), "IDN0001");
    assert_eq!(
        events(&house).await,
        [
            "account-created",
            "recovery-codes-made",
            "recovery-codes-made",
            "sign-in-refused",
            "sign-in-refused",
            "sign-in-refused",
            "signed-in"
        ]
    );
}

#[tokio::test]
async fn an_app_is_set_up_by_a_code_of_it() {
    let house = house().await;
    let account = house.mother.0;
    let (secret, sealed) = house.identity.draw_totp(&house.visitor, account).unwrap();
    let code = identity::totp_now(&secret, house.visitor.now());
    assert!(!house.identity.keep_totp(&house.visitor, account, &sealed, "000000").await.unwrap());
    // What was sealed for one account is nothing for another.
    assert!(house.identity.keep_totp(&house.visitor, house.officer, &sealed, &code).await.is_err());
    assert!(house.identity.keep_totp(&house.visitor, account, &sealed, &code).await.unwrap());
    assert_eq!(house.try_in(&number(2), PASSWORD, Some(&house.code())).await.unwrap_err(), "IDN0001", "the old app");
    assert_eq!(house.try_in(&number(2), PASSWORD, Some(&code)).await.unwrap_err(), "IDN0001", "used to set up");
    house.clock.set(crate::START + Duration::seconds(30));
    let next = identity::totp_now(&secret, house.visitor.now());
    house.try_in(&number(2), PASSWORD, Some(&next)).await.unwrap();
}

#[tokio::test]
async fn more_is_proved_in_a_session_and_a_wrong_proof_counts() {
    let house = house().await;
    let mut weak = session(&house).await;
    weak.authentication =
        serde_json::json!({"assurance": "urn:sen:assurance:1", "methods": ["password"], "at": "2026-11-22T08:00:00Z"});
    let confirm = async |proof: Proof<'_>| house.identity.confirm(&house.visitor, &weak, proof).await;
    let used = house.code();
    assert!(confirm(Proof::default()).await.is_err());
    assert!(confirm(Proof { code: Some(&used), ..Proof::default() }).await.is_err(), "used at the sign-in");
    assert!(confirm(Proof { password: Some("another long one"), ..Proof::default() }).await.is_err());
    house.clock.set(crate::START + Duration::minutes(5));
    let again = confirm(Proof { password: Some(PASSWORD), ..Proof::default() }).await.unwrap();
    assert_eq!((again.assurance, again.at), (Assurance::One, house.visitor.now()));
    let more = confirm(Proof { code: Some(&house.code()), ..Proof::default() }).await.unwrap();
    assert_eq!((more.assurance, more.methods), (Assurance::Two, vec![Method::Password, Method::Totp]));
    // Guessing ends as at a sign-in.
    for _ in 0..5 {
        assert!(confirm(Proof { code: Some("000000"), ..Proof::default() }).await.is_err());
    }
    let locked = confirm(Proof { code: Some("000000"), ..Proof::default() }).await.unwrap_err();
    assert!(matches!(locked, identity::Error::Locked(_)), "{locked:?}");
}

#[tokio::test]
async fn a_phone_signs_a_computer_in_by_the_number_it_shows() {
    let house = house().await;
    let phone = session(&house).await;
    let ctx = &house.visitor;
    let begun = house.identity.qr_begin(ctx, "browser", "Firefox, Windows").await.unwrap();
    assert!(matches!(house.identity.qr_poll(ctx, "browser").await.unwrap(), QrAnswer::Waiting));
    assert!(matches!(house.identity.qr_poll(ctx, "another").await.unwrap(), QrAnswer::Over));
    let seen = house.identity.qr_seen(ctx, &begun.token).await.unwrap().unwrap();
    assert_eq!((seen.numbers.len(), seen.device.as_str()), (3, "Firefox, Windows"));
    assert!(seen.numbers.contains(&begun.number));
    assert!(house.identity.qr_choose(ctx, &phone, &begun.token, Some(begun.number)).await.unwrap());
    assert!(house.identity.qr_choose(ctx, &phone, &begun.token, Some(begun.number)).await.is_err(), "once");
    let QrAnswer::SignedIn(known) = house.identity.qr_poll(ctx, "browser").await.unwrap() else {
        unreachable!("not signed in")
    };
    assert_eq!((known.account, known.authentication.assurance), (house.mother.0, Assurance::Two));
    assert_eq!(known.authentication.methods[0], Method::Qr);
    assert!(matches!(house.identity.qr_poll(ctx, "browser").await.unwrap(), QrAnswer::Over), "told once");
}

#[tokio::test]
async fn a_wrong_number_or_two_minutes_end_it() {
    let house = house().await;
    let phone = session(&house).await;
    let ctx = &house.visitor;
    let begun = house.identity.qr_begin(ctx, "browser", "").await.unwrap();
    let wrong = house.identity.qr_seen(ctx, &begun.token).await.unwrap().unwrap().numbers;
    let wrong = wrong.into_iter().find(|number| *number != begun.number);
    assert!(!house.identity.qr_choose(ctx, &phone, &begun.token, wrong).await.unwrap());
    assert!(house.identity.qr_choose(ctx, &phone, &begun.token, Some(begun.number)).await.is_err(), "one try");
    assert!(matches!(house.identity.qr_poll(ctx, "browser").await.unwrap(), QrAnswer::Refused));
    assert!(events(&house).await.contains(&"qr-refused".to_owned()));

    let begun = house.identity.qr_begin(ctx, "browser", "").await.unwrap();
    house.clock.set(crate::START + Duration::seconds(121));
    assert!(house.identity.qr_seen(ctx, &begun.token).await.unwrap().is_none());
    assert!(house.identity.qr_choose(ctx, &phone, &begun.token, Some(begun.number)).await.is_err());
    assert!(matches!(house.identity.qr_poll(ctx, "browser").await.unwrap(), QrAnswer::Over));
    assert_eq!(house.identity.sweep_challenges(ctx).await.unwrap(), 1);
}

#[tokio::test]
async fn a_challenge_for_a_passkey_is_answered_once_and_rightly() {
    let house = house().await;
    let site = identity::Passkeys::of("http://127.0.0.1:8080").unwrap();
    let (ctx, account) = (&house.visitor, house.mother.0);
    let begun = house.identity.passkey_register_begin(ctx, &site, account).await.unwrap();
    assert_eq!(begun.options["publicKey"]["rp"]["id"], "localhost");
    assert_eq!(begun.options["publicKey"]["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(begun.options["publicKey"]["authenticatorSelection"]["userVerification"], "required");
    let wrong = serde_json::json!({"id": "AA", "rawId": "AA", "type": "public-key", "extensions": {},
        "response": {"attestationObject": "AA", "clientDataJSON": "AA"}});
    let finish = async |account| {
        house.identity.passkey_register_finish(ctx, &site, account, begun.state, "x", wrong.clone()).await
    };
    assert!(finish(house.officer).await.is_err(), "another account's challenge");
    assert!(finish(account).await.is_err());
    assert!(house.identity.passkeys(account).await.unwrap().is_empty());
    let begun = house.identity.passkey_sign_in_begin(ctx, &site).await.unwrap();
    assert!(begun.options["publicKey"]["allowCredentials"].as_array().is_none_or(Vec::is_empty), "tells nobody's keys");
    assert!(house.identity.passkey_confirm_begin(ctx, &site, account).await.is_err(), "it has none");
}

/// Takes the picture `hers` for the mother; whether it tells life is its field.
struct Faces(bool);

#[async_trait]
impl BiometricMatcher for Faces {
    async fn matches(&self, _: SubjectId, image: &[u8]) -> Result<Likeness, Error> {
        Ok(match image {
            b"hers" => Likeness::Same,
            b"" => Likeness::Unknown,
            _ => Likeness::Different,
        })
    }

    fn tells_life(&self) -> bool {
        self.0
    }
}

#[tokio::test]
async fn a_face_beside_password_and_code_is_the_fourth_level_and_proves_nothing_without_sign_of_life() {
    let house = house().await;
    let session = session(&house).await;
    let face = |image| Proof { face: Some(image), ..Proof::default() };
    let with = |matcher| house.identity.clone().with_matcher(Arc::new(matcher));
    for identity in [house.identity.clone(), with(Faces(false))] {
        assert!(!identity.knows_faces());
        let refused = identity.confirm(&house.visitor, &session, face(b"hers")).await;
        assert!(matches!(refused, Err(Error::FaceNotSeen)));
    }
    let identity = with(Faces(true));
    for image in [&b"his"[..], b""] {
        let refused = identity.confirm(&house.visitor, &session, face(image)).await;
        assert!(matches!(refused, Err(Error::FaceNotSeen)));
    }
    let proved = identity.confirm(&house.visitor, &session, face(b"hers")).await.unwrap();
    assert_eq!(proved.assurance, Assurance::Four);
    assert_eq!(proved.amr(), ["pwd", "otp", "face", "mfa"]);
    let begun = Session { authentication: serde_json::json!({}), ..session };
    let alone = identity.confirm(&house.visitor, &begun, face(b"hers")).await.unwrap();
    assert_eq!(alone.assurance, Assurance::One, "a face alone is one factor");
    for _ in 0..5 {
        identity.confirm(&house.visitor, &begun, face(b"his")).await.unwrap_err();
    }
    let locked = identity.confirm(&house.visitor, &begun, face(b"hers")).await.unwrap_err();
    assert!(matches!(locked, Error::Locked(_)), "wrong pictures count like wrong passwords: {locked:?}");
}
