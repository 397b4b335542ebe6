//! Attacks on signing in: lists of stolen passwords from many addresses, guessing from one, keeping owners out, telling who
//! has an account by the work done.

use crate::{House, OFFICER, PASSWORD, START, house, number};
use identity::{Breached, KeptMessages, Origin, Phone};
use kernel::Problem;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use time::Duration;

/// A password that the operator's list has, and its line there.
const LEAKED: &str = "thuyền về bến cũ";
const LEAKED_SHA1: &str = "CB4728EE2849E8E16B08E3DF399E9325793F0E21";

/// [`PASSWORD`], hashed with weaker parameters, as an older release may have done.
fn old_hash() -> String {
    use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
    let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8, 1, 1, None).unwrap());
    let hash: argon2::PasswordHash = weak.hash_password_with_salt(PASSWORD.as_bytes(), &[7; 16]).unwrap();
    hash.to_string()
}

fn address(n: u32) -> Origin<'static> {
    Origin { address: Some(IpAddr::V4(Ipv4Addr::from(0xcb00_0000 + n))), device: None }
}

impl House {
    async fn from(&self, origin: Origin<'_>, login: &str, password: &str, code: Option<&str>) -> Result<(), String> {
        let tried = self.identity.sign_in_from(&self.visitor, login, password, code, &origin).await;
        tried.map(drop).map_err(|error| Problem::from(error).code.into_owned())
    }
}

#[tokio::test]
async fn a_stolen_list_from_a_thousand_addresses_is_noticed_and_then_told_nothing() {
    let house = house().await;
    let owner = house.identity.remember_device(&house.visitor, house.mother.0, None).await.unwrap();
    let before = house.identity.passwords_hashed();
    let mut answers = Vec::new();
    // One guess for each account and each address; the victim's password, which the list has, comes in the second half.
    for n in 0..1_000 {
        let (login, password) = if n == 600 { (number(1), PASSWORD) } else { (number(5_000 + n), "a leaked one") };
        answers.push(house.from(address(n), &login, password, None).await.unwrap_err());
    }
    assert_eq!(answers.iter().filter(|answer| *answer == "IDN0001").count(), 100);
    assert!(answers[100..].iter().all(|answer| answer == "IDN0085"), "also to the right password");
    assert_eq!(house.identity.passwords_hashed() - before, 100, "and nothing was looked at");
    assert!(house.identity.sign_in_alarm(&house.visitor));
    let alarms = house.logged(None).await.iter().filter(|line| *line == "system sign-in-alarm").count();
    assert_eq!(alarms, 1, "the operator learns of it once");
    // With junk for a code the right password looks like a wrong one, and is not looked at.
    let before = house.identity.passwords_hashed();
    assert_eq!(house.from(address(2_000), &number(1), PASSWORD, Some("000000")).await.unwrap_err(), "IDN0001");
    assert_eq!(house.from(address(2_001), &number(2), PASSWORD, Some("000000")).await.unwrap_err(), "IDN0001");
    assert_eq!(house.from(address(2_002), &number(777), "guess", Some("000000")).await.unwrap_err(), "IDN0001");
    assert_eq!(house.identity.passwords_hashed(), before);
    // Owners get in: with their app, and in the browser they used before (which is asked for the code as ever).
    house.from(address(3_000), OFFICER, PASSWORD, Some(&house.code())).await.unwrap();
    let known = Origin { device: Some(&owner), ..address(3_001) };
    assert_eq!(house.from(known, &number(2), PASSWORD, None).await.unwrap_err(), "IDN0003");
    house.from(known, &number(2), PASSWORD, Some(&house.code())).await.unwrap();
    // It ends.
    house.clock.set(START + Duration::minutes(31));
    house.from(address(3_002), &number(1), PASSWORD, None).await.unwrap();
}

#[tokio::test]
async fn a_village_behind_one_address_is_slowed_and_not_shut_out() {
    let house = house().await;
    let village = address(1);
    let mut tried = 0;
    let refused = loop {
        match house.from(village, &number(9_000 + tried), "guess", None).await.unwrap_err() {
            answer if answer == "IDN0001" => tried += 1,
            answer => break answer,
        }
    };
    assert_eq!((tried, refused.as_str()), (50, "IDN0086"));
    // A neighbour's password is right: seconds to wait, none with a code, none in a known browser; another address is free.
    assert_eq!(house.from(village, &number(1), PASSWORD, None).await.unwrap_err(), "IDN0086");
    house.from(village, &number(2), PASSWORD, Some(&house.code())).await.unwrap();
    house.from(address(2), &number(1), PASSWORD, None).await.unwrap();
    // A code is no way around it: a wrong one ends the attempt before the password is looked at.
    let before = house.identity.passwords_hashed();
    assert_eq!(house.from(village, &number(1), PASSWORD, Some("123456")).await.unwrap_err(), "IDN0001");
    assert_eq!(house.identity.passwords_hashed(), before);
    house.clock.set(START + Duration::seconds(5));
    house.from(village, &number(1), PASSWORD, None).await.unwrap();
}

#[tokio::test]
async fn people_who_sign_in_rightly_cost_their_address_nothing() {
    let house = house().await;
    for _ in 0..60 {
        house.from(address(1), &number(1), PASSWORD, None).await.unwrap();
    }
}

#[tokio::test]
async fn strangers_cannot_keep_an_owner_out_of_a_known_browser() {
    let house = house().await;
    let login = number(1);
    let account = house.identity.sign_in(&house.visitor, &login, PASSWORD, None).await.unwrap().account;
    let kept = house.identity.remember_device(&house.visitor, account, None).await.unwrap();
    for n in 0..7 {
        drop(house.from(address(n), &login, "guess", None).await);
    }
    assert_eq!(house.from(address(50), &login, PASSWORD, None).await.unwrap_err(), "IDN0002");
    let known = Origin { device: Some(&kept), ..address(51) };
    house.from(known, &login, PASSWORD, None).await.unwrap();
    assert_eq!(house.from(address(50), &login, PASSWORD, None).await.unwrap_err(), "IDN0002", "strangers still wait");
    // A stolen cookie is no way to guess: it has its own pause, and it is for one name.
    let answers = [house.from(known, &login, "a", None).await, house.from(known, &login, "b", None).await];
    assert!(answers.iter().all(|answer| answer.as_ref().unwrap_err() == "IDN0001"));
    for _ in 0..3 {
        drop(house.from(known, &login, "c", None).await);
    }
    assert_eq!(house.from(known, &login, PASSWORD, None).await.unwrap_err(), "IDN0002");
    assert!(!house.identity.knows_device(&house.visitor, &number(2), Some(&kept)));
}

#[tokio::test]
async fn the_work_for_a_name_that_nobody_has_is_the_same() {
    let house = house().await;
    let mut work = Vec::new();
    for login in [&number(1), &number(2), OFFICER, &number(777), "khong.co.ai"] {
        let before = house.identity.passwords_hashed();
        assert_eq!(house.from(address(1), login, "guess", None).await.unwrap_err(), "IDN0001");
        assert_eq!(house.from(address(1), login, "guess", Some("123456")).await.unwrap_err(), "IDN0001");
        work.push(house.identity.passwords_hashed() - before);
    }
    assert_eq!(work, [2; 5]);
    // Also for an account that was closed.
    sqlx::query("update identity.account set disabled_at = $2 where account_id = $1")
        .bind(house.mother.0.0)
        .bind(house.system.now())
        .execute(&house.test.owner)
        .await
        .unwrap();
    let before = house.identity.passwords_hashed();
    assert_eq!(house.from(address(1), &number(2), PASSWORD, None).await.unwrap_err(), "IDN0001");
    assert_eq!(house.identity.passwords_hashed() - before, 1);
}

#[tokio::test]
async fn attempts_of_one_address_side_by_side_do_not_get_past_its_budget() {
    let house = house().await;
    let logins: Vec<String> = (0..80).map(|n| number(9_000 + n)).collect();
    let attempts = logins.iter().map(|login| house.from(address(1), login, "guess", None));
    let answers = futures::future::join_all(attempts).await;
    // All are charged before one is looked at; of the others some may find no turn to be hashed.
    assert_eq!(answers.iter().filter(|answer| answer.as_ref().unwrap_err() == "IDN0086").count(), 30);
}

/// Sends a code to a citizen of level 1 and gives it out.
async fn sent(house: &House, gateway: &KeptMessages, login: &str) -> Option<String> {
    let before = gateway.shown().len();
    house.identity.send_code(&house.visitor, login, |code| code.to_owned(), &Origin::default()).await.unwrap();
    // The message leaves after the answer: other tasks get their turn.
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    (gateway.shown().len() > before).then(|| gateway.shown()[0].1.clone())
}

#[tokio::test]
async fn a_code_by_message_is_sent_seldom_works_once_and_ends_after_a_few_guesses() {
    let mut house = house().await;
    let gateway = Arc::new(KeptMessages::default());
    house.identity = house.identity.clone().with_gateway(gateway.clone());
    let login = number(1);
    let account = house.identity.sign_in(&house.visitor, &login, PASSWORD, None).await.unwrap().account;
    assert_eq!(sent(&house, &gateway, &login).await, None, "no phone");
    let mut conn = house.test.db.pool().acquire().await.unwrap();
    let phone = Phone::parse("0912 345 678").unwrap();
    house.identity.keep_phone(&mut conn, &house.system, account, &phone).await.unwrap();
    house.identity.keep_phone(&mut conn, &house.system, house.mother.0, &phone).await.unwrap();
    drop(conn);
    let sealed: Vec<u8> =
        sqlx::query_scalar("select sealed from identity.phone limit 1").fetch_one(&house.test.owner).await.unwrap();
    assert!(!sealed.windows(5).any(|part| part == b"91234"));
    assert_eq!(sent(&house, &gateway, &number(777)).await, None, "nobody");
    assert_eq!(sent(&house, &gateway, &number(2)).await, None, "who has an app uses it");
    let first = sent(&house, &gateway, &login).await.unwrap();
    let signed_in = house.identity.sign_in(&house.visitor, &login, PASSWORD, Some(&first)).await.unwrap();
    assert_eq!(signed_in.authentication.methods, [identity::Method::Password, identity::Method::Message]);
    assert_eq!(signed_in.authentication.assurance, identity::Assurance::Two);
    let again = house.identity.sign_in(&house.visitor, &login, PASSWORD, Some(&first)).await.unwrap();
    assert_eq!(again.authentication.assurance, identity::Assurance::One, "it was used");
    let second = sent(&house, &gateway, &login).await.unwrap();
    for _ in 0..5 {
        let guessed = house.identity.sign_in(&house.visitor, &login, PASSWORD, Some("no")).await.unwrap();
        assert_eq!(guessed.authentication.assurance, identity::Assurance::One);
    }
    let late = house.identity.sign_in(&house.visitor, &login, PASSWORD, Some(&second)).await.unwrap();
    assert_eq!(late.authentication.assurance, identity::Assurance::One, "five wrong guesses ended it");
    assert!(sent(&house, &gateway, &login).await.is_some());
    assert_eq!(sent(&house, &gateway, &login).await, None, "three in a quarter of an hour");
    house.clock.set(START + Duration::minutes(16));
    let late = sent(&house, &gateway, &login).await.unwrap();
    house.clock.set(START + Duration::minutes(21));
    let late = house.identity.sign_in(&house.visitor, &login, PASSWORD, Some(&late)).await.unwrap();
    assert_eq!(late.authentication.assurance, identity::Assurance::One, "five minutes");
    assert_eq!(house.identity.sweep(&house.system).await.unwrap(), 0);
    house.clock.set(START + Duration::days(2));
    assert!(house.identity.sweep(&house.system).await.unwrap() >= 4);
}

#[tokio::test]
async fn under_the_alarm_a_code_by_message_lets_in_who_has_no_app() {
    let mut house = house().await;
    let gateway = Arc::new(KeptMessages::default());
    house.identity = house.identity.clone().with_gateway(gateway.clone());
    let login = number(1);
    let account = house.identity.sign_in(&house.visitor, &login, PASSWORD, None).await.unwrap().account;
    let mut conn = house.test.db.pool().acquire().await.unwrap();
    house.identity.keep_phone(&mut conn, &house.system, account, &Phone::parse("0912345678").unwrap()).await.unwrap();
    drop(conn);
    for n in 0..100 {
        house.from(address(n), &number(5_000 + n), "guess", None).await.unwrap_err();
    }
    assert_eq!(house.from(address(500), &login, PASSWORD, None).await.unwrap_err(), "IDN0085");
    let code = sent(&house, &gateway, &login).await.unwrap();
    house.from(address(500), &login, PASSWORD, Some(&code)).await.unwrap();
    assert_eq!(house.from(address(500), &login, PASSWORD, Some(&code)).await.unwrap_err(), "IDN0001", "once");
}

#[tokio::test]
async fn a_leaked_password_is_refused_and_an_old_hash_is_made_anew() {
    let mut house = house().await;
    let (account, _) = house.mother;
    let change = async |house: &House, new: &str| {
        let changed = house.identity.change_password(&house.visitor, account, PASSWORD, new).await;
        changed.map_err(|error| Problem::from(error).code.into_owned())
    };
    assert_eq!(change(&house, "Anh Yêu Em 2026!").await.unwrap_err(), "IDN0087");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), format!("{LEAKED_SHA1}:12\n")).unwrap();
    house.identity = house.identity.clone().with_breached(Breached::open(file.path()).unwrap());
    assert_eq!(change(&house, LEAKED).await.unwrap_err(), "IDN0087");
    let old_hash = old_hash();
    sqlx::query("update identity.account set password_hash = $2 where account_id = $1")
        .bind(account.0)
        .bind(&old_hash)
        .execute(&house.test.owner)
        .await
        .unwrap();
    let hash = async || -> String {
        let read = sqlx::query_scalar("select password_hash from identity.account where account_id = $1");
        read.bind(account.0).fetch_one(&house.test.owner).await.unwrap()
    };
    let login = number(2);
    assert_eq!(house.try_in(&login, "wrong", Some(&house.code())).await.unwrap_err(), "IDN0001");
    assert_eq!(hash().await, old_hash);
    house.try_in(&login, PASSWORD, Some(&house.code())).await.unwrap();
    assert!(hash().await.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    house.clock.set(START + Duration::minutes(1));
    house.try_in(&login, PASSWORD, Some(&house.code())).await.unwrap();
}
