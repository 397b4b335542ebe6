//! The authorize end-point: who is asked what, who is answered at once, and what never leaves our own pages.

use crate::front::{BROWSER, SESSION, led, led_away, request};
use crate::house::{BACK, ISSUER, START, house};
use identity::openid::Needs;
use identity::{Assurance, Error};
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

#[tokio::test]
async fn a_person_is_asked_and_the_code_goes_to_the_client_once() {
    let house = house().await;
    let (id, browser) = house.ask(&request("bank", json!({"scope": "openid profile"}))).await.page();
    let seen = house.seen(id, &browser).await;
    assert_eq!((seen.client.name_vi.as_str(), seen.client.host.as_str()), ("bank", "bank.test"));
    assert_eq!(seen.origin, "https://bank.test");
    let Needs::Consent { scopes, claims } = seen.needs else { panic!("{:?}", seen.needs) };
    assert_eq!(scopes, ["openid", "profile"]);
    assert!(claims.iter().all(|claim| claim.essential && !claim.known_before));
    assert_eq!(claims.iter().map(|claim| claim.name.as_str()).collect::<Vec<_>>(), ["name", "birthdate", "gender"]);
    let away = house.provider.allow(&house.citizen(), id, &browser, &house.session, &[], None).await.unwrap();
    assert!(!format!("{away:?}").contains("code"));
    let led = led_away(&away);
    assert_eq!(led.to, BACK);
    assert_eq!((led.text("state"), led.text("iss")), ("s-1", ISSUER));
    let tokens = house.redeem(led.text("code")).await.good();
    assert_eq!(crate::house::said(&tokens.text("id_token"))["nonce"], "n-1");
    assert!(house.events(house.mother.1).await.contains(&"consent-given".to_owned()));
    // The answer was given; nobody answers again.
    let again = house.provider.allow(&house.citizen(), id, &browser, &house.session, &[], None).await;
    assert!(matches!(again, Err(Error::InteractionGone)));
    house.redeem(led.text("code")).await.refused("invalid_grant", "IDN0162");
}

#[tokio::test]
async fn a_code_is_kept_as_a_hash_and_good_for_a_minute() {
    let house = house().await;
    let led = house.agree(&request("bank", json!({})), &[]).await;
    let rows: Vec<String> = sqlx::query_scalar("select c::text from identity.authorization_code c")
        .fetch_all(&house.test.owner)
        .await
        .unwrap();
    assert!(!rows.is_empty() && !rows[0].contains(led.text("code")));
    house.later(Duration::seconds(60));
    assert_eq!(house.redeem(led.text("code")).await.error(), "invalid_grant");
}

#[tokio::test]
async fn who_has_agreed_before_is_answered_at_once_unless_more_is_asked() {
    let house = house().await;
    house.agree(&request("bank", json!({"scope": "openid phone"})), &[]).await;
    let at_once = led(&house.ask(&request("bank", json!({"scope": "openid"}))).await.location());
    assert_eq!(at_once.to, BACK);
    house.redeem(at_once.text("code")).await.good();
    let at_once = led(&house.ask(&request("bank", json!({"prompt": "none"}))).await.location());
    assert!(at_once.fields.contains_key("code"));
    // More scopes, an explicit wish, another claim: asked.
    for over in [json!({"scope": "openid phone email"}), json!({"prompt": "consent"})] {
        house.ask(&request("bank", over)).await.page();
    }
    let wish = json!({"userinfo": {"address": {"purpose": "to send you the card"}}}).to_string();
    let (id, browser) = house.ask(&request("bank", json!({"claims": wish}))).await.page();
    let Needs::Consent { claims, .. } = house.seen(id, &browser).await.needs else { panic!("not asked") };
    let address = claims.iter().find(|claim| claim.name == "address").unwrap();
    assert_eq!(address.purpose.as_deref(), Some("to send you the card"));
    assert!(!address.essential);
    // Declined once, it is not asked for again; it is when the client cannot do without.
    house.provider.allow(&house.citizen(), id, &browser, &house.session, &[], None).await.unwrap();
    assert!(led(&house.ask(&request("bank", json!({"claims": wish}))).await.location()).fields.contains_key("code"));
    let essential = json!({"userinfo": {"address": {"essential": true}}}).to_string();
    house.ask(&request("bank", json!({"claims": essential}))).await.page();
    // Another client of the same person starts from nothing.
    house.client("shop", "openid", json!({})).await;
    house.ask(&request("shop", json!({}))).await.page();
}

#[tokio::test]
async fn a_consent_that_was_withdrawn_is_asked_for_again() {
    let house = house().await;
    house.agree(&request("bank", json!({})), &[]).await;
    let grants = house.provider.grants_of(&house.citizen(), house.mother.0).await.unwrap();
    house.provider.withdraw(&house.citizen(), house.mother.0, grants[0].id).await.unwrap();
    house.ask(&request("bank", json!({}))).await.page();
}

#[tokio::test]
async fn nobody_is_sent_to_an_address_that_was_not_registered() {
    let house = house().await;
    for uri in [
        "https://evil.test/cb",
        "https://bank.test/cb/",
        "https://bank.test/cb?x=1",
        "https://bank.test/cb#x",
        "https://bank.test:443/cb",
        "https://BANK.test/cb",
        "https://bank.test/%63b",
        "https://bank.test@evil.test/cb",
        "https://bank.test.evil.test/cb",
        "//bank.test/cb",
        "javascript:alert(1)",
        "https://shop.test/cb",
    ] {
        // Whatever else is wrong with the request, it stays with us.
        for over in [json!({"redirect_uri": uri}), json!({"redirect_uri": uri, "response_type": "token"})] {
            house.ask(&request("bank", over)).await.stays("IDN0102");
        }
    }
    house.ask(&request("bank", json!({"redirect_uri": null}))).await.stays("IDN0100");
}

#[tokio::test]
async fn unknown_pending_and_suspended_clients_are_not_served() {
    let house = house().await;
    house.ask(&request("nobody", json!({}))).await.stays("IDN0101");
    house.ask(&request("bank", json!({"client_id": null}))).await.stays("IDN0101");
    house.ask(&request("bank", json!({}))).await.page();
    let (id, browser) = house.ask(&request("bank", json!({}))).await.page();
    // Another process suspends it: five seconds later it is out here, too, in the middle of everything.
    house.suspend("bank").await;
    house.later(Duration::seconds(5));
    house.ask(&request("bank", json!({}))).await.stays("IDN0101");
    let gone = house.provider.allow(&house.citizen(), id, &browser, &house.session, &[], None).await;
    assert!(matches!(gone, Err(Error::InteractionGone)));
}

#[tokio::test]
async fn every_broken_rule_is_told_to_the_client_with_its_state_and_our_name() {
    let house = house().await;
    let cases = [
        (json!({"response_type": null}), "invalid_request", "IDN0100"),
        (json!({"response_type": "token"}), "unsupported_response_type", "IDN0110"),
        (json!({"response_type": "code id_token"}), "unsupported_response_type", "IDN0110"),
        (json!({"response_mode": "web_message"}), "invalid_request", "IDN0110"),
        (json!({"code_challenge": null}), "invalid_request", "IDN0111"),
        (json!({"code_challenge_method": "plain"}), "invalid_request", "IDN0111"),
        (json!({"code_challenge_method": null}), "invalid_request", "IDN0111"),
        (json!({"code_challenge": "short"}), "invalid_request", "IDN0111"),
        (json!({"scope": null}), "invalid_scope", "IDN0109"),
        (json!({"scope": "openid administrator"}), "invalid_scope", "IDN0109"),
        (json!({"prompt": "none login"}), "invalid_request", "IDN0100"),
        (json!({"prompt": "dance"}), "invalid_request", "IDN0100"),
        (json!({"max_age": "-1"}), "invalid_request", "IDN0100"),
        (json!({"claims": "no json"}), "invalid_request", "IDN0100"),
        (json!({"claims": r#"{"userinfo":{"name":{},"name":{}}}"#}), "invalid_request", "IDN0100"),
        (json!({"claims": r#"{"userinfo":{"personal_number":null}}"#}), "invalid_request", "IDN0128"),
        (json!({"claims": r#"{"userinfo":{"personal_number":{"purpose":"x"}}}"#}), "invalid_request", "IDN0128"),
        (json!({"id_token_hint": "a.b.c"}), "invalid_request", "IDN0100"),
        (json!({"resource": "https://other.test/api"}), "invalid_target", "IDN0115"),
        (json!({"dpop_jkt": "x"}), "invalid_request", "IDN0100"),
        (json!({"registration": "{}"}), "registration_not_supported", "IDN0100"),
        (json!({"request": "a.b.c"}), "invalid_request_object", "IDN0112"),
        (
            json!({"claims": r#"{"id_token":{"acr":{"essential":true,"value":"urn:other:9"}}}"#}),
            "unmet_authentication_requirements",
            "IDN0126",
        ),
    ];
    for (over, error, code) in cases {
        let led = led(&house.ask(&request("bank", over.clone())).await.location());
        assert_eq!(led.error(), (error, code), "{over}");
        assert_eq!((led.to.as_str(), led.text("state"), led.text("iss")), (BACK, "s-1", ISSUER), "{over}");
        assert!(!led.fields.contains_key("code"));
    }
    // A parameter that stands twice, and a request that is fetched from elsewhere, leave nothing to trust.
    let twice = format!("/openid/authorize?{}&scope=openid", crate::front::query(&request("bank", json!({}))));
    house.visit(&twice, &[]).await.stays("IDN0100");
    house.ask(&request("bank", json!({"request_uri": "https://bank.test/request"}))).await.stays("IDN0113");
}

#[tokio::test]
async fn who_is_not_signed_in_is_asked_to_and_nobody_is_asked_where_the_client_forbids_it() {
    let house = house().await;
    let good = request("bank", json!({"login_hint": "0912"}));
    let (id, browser) = house.ask_with(&good, &[]).await.page();
    let seen = house.provider.interaction(&house.system, id, &browser, None).await.unwrap();
    assert_eq!(seen.needs, Needs::SignIn { login_hint: Some("0912".to_owned()) });
    let silent = |over: Value| request("bank", over);
    let none = led(&house.ask_with(&silent(json!({"prompt": "none"})), &[]).await.location());
    assert_eq!(none.error(), ("login_required", "IDN0116"));
    let none = led(&house.ask(&silent(json!({"prompt": "none"}))).await.location());
    assert_eq!(none.error(), ("consent_required", "IDN0117"));
    // A token in a header is a program's: it does not stand for a person at a browser.
    let path = format!("/openid/authorize?{}", crate::front::query(&silent(json!({"prompt": "none"}))));
    let bearer = house.get(&path, &[("authorization", &format!("Bearer {}", house.cookie))]).await;
    assert_eq!(led(&bearer.location()).error(), ("login_required", "IDN0116"));
}

#[tokio::test]
async fn a_newer_sign_in_is_demanded_where_the_client_wants_one() {
    let mut house = house().await;
    house.agree(&request("bank", json!({})), &[]).await;
    house.later(Duration::seconds(100));
    assert!(led(&house.ask(&request("bank", json!({"max_age": "100"}))).await.location()).fields.contains_key("code"));
    for over in [
        json!({"max_age": "99"}),
        json!({"max_age": "0"}),
        json!({"prompt": "login"}),
        json!({"prompt": "select_account"}),
    ] {
        let (id, browser) = house.ask(&request("bank", over.clone())).await.page();
        assert!(matches!(house.seen(id, &browser).await.needs, Needs::SignIn { .. }), "{over}");
        let tried = house.provider.allow(&house.citizen(), id, &browser, &house.session, &[], None).await;
        assert!(matches!(tried, Err(Error::NotEnough)), "{over}");
        // The person signs in anew: the same request goes on.
        let old = house.session.authentication.clone();
        let mut how = crate::house::authentication();
        how.at = house.clock.now();
        house.session.authentication = serde_json::to_value(how).unwrap();
        assert_eq!(house.seen(id, &browser).await.needs, Needs::Nothing, "{over}");
        house.provider.allow(&house.citizen(), id, &browser, &house.session, &[], None).await.unwrap();
        house.session.authentication = old;
    }
}

#[tokio::test]
async fn a_higher_level_is_demanded_where_the_client_wants_one() {
    let mut house = house().await;
    let wish = request("bank", json!({"acr_values": "urn:sen:assurance:3"}));
    let (id, browser) = house.ask(&wish).await.page();
    assert_eq!(house.seen(id, &browser).await.needs, Needs::StepUp { wanted: Assurance::Three });
    let tried = house.provider.allow(&house.citizen(), id, &browser, &house.session, &[], None).await;
    assert!(matches!(tried, Err(Error::NotEnough)));
    let essential = r#"{"id_token":{"acr":{"essential":true,"values":["urn:sen:assurance:3"]}}}"#;
    let none = led(&house.ask(&request("bank", json!({"claims": essential, "prompt": "none"}))).await.location());
    assert_eq!(none.error(), ("unmet_authentication_requirements", "IDN0126"));
    let mut how = crate::house::authentication();
    how.assurance = Assurance::Three;
    house.session.authentication = serde_json::to_value(how).unwrap();
    assert!(matches!(house.seen(id, &browser).await.needs, Needs::Consent { .. }));
    // Any of several levels will do, and an unknown one is no hindrance.
    let any = request("bank", json!({"acr_values": "urn:other:1 urn:sen:assurance:4 urn:sen:assurance:2"}));
    let (id, browser) = house.ask(&any).await.page();
    assert!(matches!(house.seen(id, &browser).await.needs, Needs::Consent { .. }));
}

#[tokio::test]
async fn a_request_belongs_to_the_browser_that_brought_it() {
    let house = house().await;
    let (id, browser) = house.ask(&request("bank", json!({}))).await.page();
    let strange = jose::encode([7; 32]);
    let ctx = house.citizen();
    for (id, browser) in [(id, strange.as_str()), (id, ""), (Uuid::from_u128(1), browser.as_str())] {
        assert!(matches!(house.provider.interaction(&ctx, id, browser, None).await, Err(Error::InteractionGone)));
        let tried = house.provider.allow(&ctx, id, browser, &house.session, &[], None).await;
        assert!(matches!(tried, Err(Error::InteractionGone)));
        assert!(matches!(house.provider.refuse(&ctx, id, browser).await, Err(Error::InteractionGone)));
    }
    // Two tabs of one browser: both can be answered, each once.
    let cookies = [(SESSION, house.cookie.as_str()), (BROWSER, browser.as_str())];
    let (other, same) = house.ask_with(&request("bank", json!({"state": "s-2"})), &cookies).await.page();
    assert_eq!(same, browser);
    let refused = led_away(&house.provider.refuse(&ctx, other, &browser).await.unwrap());
    assert_eq!((refused.error(), refused.text("state")), (("access_denied", "IDN0119"), "s-2"));
    house.provider.allow(&ctx, id, &browser, &house.session, &[], None).await.unwrap();
    // Half an hour is enough for anybody.
    let (late, browser) = house.ask(&request("bank", json!({"prompt": "consent"}))).await.page();
    house.later(Duration::minutes(30));
    assert!(matches!(house.provider.interaction(&ctx, late, &browser, None).await, Err(Error::InteractionGone)));
}

#[tokio::test]
async fn two_answers_at_once_give_one_code() {
    let house = house().await;
    let (id, browser) = house.ask(&request("bank", json!({}))).await.page();
    let ctx = house.citizen();
    let allow = || house.provider.allow(&ctx, id, &browser, &house.session, &[], None);
    let (one, two) = tokio::join!(allow(), allow());
    assert_eq!([one.is_ok(), two.is_ok()].iter().filter(|ok| **ok).count(), 1);
}

#[tokio::test]
async fn nobody_acts_for_another_without_recorded_authority() {
    let house = house().await;
    let (id, browser) = house.ask(&request("bank", json!({}))).await.page();
    let ctx = house.citizen();
    let none = Some(Uuid::from_u128(9));
    let tried = house.provider.allow(&ctx, id, &browser, &house.session, &[], none).await;
    assert!(matches!(tried, Err(Error::NotAllowed)));
    // Nothing happened: the request is still open.
    house.provider.allow(&ctx, id, &browser, &house.session, &[], None).await.unwrap();
}

#[tokio::test]
async fn answers_travel_in_the_query_the_fragment_or_a_form_and_signed_where_wanted() {
    let house = house().await;
    house.agree(&request("bank", json!({})), &[]).await;
    let state = "a b&c=\"<é>";
    let ask = |mode: &'static str| request("bank", json!({"response_mode": mode, "state": state}));
    let fragment = house.ask(&ask("fragment")).await.location();
    assert!(fragment.starts_with(&format!("{BACK}#")));
    assert_eq!(led(&fragment).text("state"), state);
    assert_eq!(led(&house.ask(&ask("query")).await.location()).text("state"), state);
    let form = house.ask(&ask("form_post")).await;
    assert!(form.text.contains(&format!(r#"action="{BACK}""#)), "{}", form.text);
    assert!(form.text.contains(r#"name="state" value="a b&amp;c=&quot;&lt;é&gt;""#), "{}", form.text);
    let policy = form.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("form-action 'self' https://bank.test;"), "{policy}");
    let keys: jose::Jwks = serde_json::from_value(house.get("/openid/jwks", &[]).await.body).unwrap();
    let signed = led(&house.ask(&ask("jwt")).await.location());
    assert_eq!(signed.fields.len(), 1);
    let rules = jose::Rules {
        issuer: Some(ISSUER),
        audience: Some(&["bank"]),
        max_life: Some(600),
        required: &["exp"],
        ..jose::Rules::new(house.clock.now(), jose::Typ::Is("JWT"))
    };
    let token = jose::verify(signed.text("response"), &keys.keys, &rules).unwrap();
    assert_eq!(token.text("state"), Some(state));
    house.redeem(token.text("code").unwrap()).await.good();
    // Errors, too.
    let wrong = request("bank", json!({"response_mode": "fragment.jwt", "scope": "nothing"}));
    let wrong = house.ask(&wrong).await.location();
    assert!(wrong.starts_with(&format!("{BACK}#response=")));
    let token = jose::verify(led(&wrong).text("response"), &keys.keys, &rules).unwrap();
    assert_eq!(token.text("error"), Some("invalid_scope"));
}

#[tokio::test]
async fn a_hint_of_somebody_else_asks_for_another_sign_in() {
    let house = house().await;
    let led_once = house.agree(&request("bank", json!({})), &[]).await;
    let tokens = house.redeem(led_once.text("code")).await.good();
    let hint = tokens.text("id_token");
    house.later(Duration::minutes(20));
    let own = request("bank", json!({"id_token_hint": hint, "prompt": "none"}));
    let answer = led(&house.ask(&own).await.location());
    assert!(answer.fields.contains_key("code"), "expired, and still a hint: {:?}", answer.fields);
    // The same token means nothing from another client, and nobody else can be hinted at with it.
    house.client("shop", "openid", json!({})).await;
    let other = led(&house.ask(&request("shop", json!({"id_token_hint": hint}))).await.location());
    assert_eq!(other.error(), ("invalid_request", "IDN0100"));
    let mut stranger = crate::house::said(&hint);
    stranger["sub"] = json!("somebody-else");
    let forged = crate::house::key().sign("JWT", &stranger).unwrap();
    let forged = led(&house.ask(&request("bank", json!({"id_token_hint": forged}))).await.location());
    assert_eq!(forged.error(), ("invalid_request", "IDN0100"));
    assert!(house.clock.now() > START);
}
