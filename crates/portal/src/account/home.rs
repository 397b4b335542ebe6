//! `/tai-khoan`: the account at a glance, and what waits for the person.

use crate::State;
use crate::page::{self, Answer};
use axum::extract;
use kernel::Actor;
use serde_json::{Value, json};
use web::SignedIn;

/// The parts of the account, by name and address.
const CARDS: [(&str, &str); 5] = [
    ("parties", "/tai-khoan/ben-thu-ba"),
    ("devices", "/tai-khoan/thiet-bi"),
    ("history", "/tai-khoan/lich-su"),
    ("security", "/tai-khoan/bao-mat"),
    ("device", "/ma-thiet-bi"),
];

pub(crate) async fn show(extract::State(state): extract::State<State>, visit: SignedIn) -> Answer {
    let level = match visit.session.actor {
        Actor::Citizen { level, .. } => Some(level),
        _ => None,
    };
    let askings = state.provider.asked_of(&visit.ctx, visit.session.account).await?;
    let kin = [("authority", "/tai-khoan/uy-quyen"), ("child", "/tai-khoan/con")];
    let kin = kin.into_iter().filter(|_| level == Some(2));
    let cards: Vec<Value> =
        CARDS.into_iter().chain(kin).map(|(name, href)| json!({"href": href, "name": name})).collect();
    let content = json!({
        "askings": askings.len(), "level": level, "cards": cards, "assurance": page::assurance(&visit.session.authentication),
    });
    Ok(page::own(&state, &visit, "account/home.html", content)?)
}
