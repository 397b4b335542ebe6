//! The pages, the JSON API and the log's tiles, on one address.

use crate::accounts::DemoAccounts;
use crate::house::House;
use crate::newcomers::Newcomer;
use crate::portraits;
use anyhow::{Result, ensure};
use axum::Router;
use identity::KeptMessages;
use identity::openid::Provider;
use kernel::Messages;
use pack::{Report, Text};
use portal::{DemoAccount, DemoBox, State};
use std::num::NonZeroU32;
use std::sync::Arc;
use web::{Attempts, Settings, Templates, Texts, Web};

/// How often one login may be tried in a minute, before the account's own lock-out has its say.
const SIGN_INS_PER_MINUTE: NonZeroU32 = NonZeroU32::new(20).unwrap();

/// Every context's sentences, and those of the pack's own rules.
///
/// # Errors
/// When a text does not parse or two contexts claim one id.
pub fn texts(house: &House) -> Result<Texts> {
    let mut report = Report::new();
    let operations = register::definitions(&house.country.pack, &house.country.registers, &mut report);
    let (vi, en) = house.country.registers.messages(&operations);
    // Once for the life of the program: the contexts' own sentences are static, so are these.
    let of_rules = Messages { vi: String::leak(vi), en: String::leak(en) };
    Ok(Texts::new(&[
        kernel::MESSAGES,
        store::MESSAGES,
        pack::MESSAGES,
        ledger::MESSAGES,
        matching::MESSAGES,
        web::MESSAGES,
        exchange::MESSAGES,
        register::MESSAGES,
        identity::MESSAGES,
        catalogue::MESSAGES,
        procedure::MESSAGES,
        indicator::MESSAGES,
        programme::MESSAGES,
        portal::MESSAGES,
        of_rules,
    ])?)
}

/// The router. With `demo`, the sign-in page shows these accounts and their codes, and a page what was sent to phones.
///
/// # Errors
/// When the page assets were not installed before building, or a text is at fault.
pub fn router(house: &House, provider: &Provider, demo: Option<DemoBox>) -> Result<Router> {
    ensure!(portal::assets_installed(), "the page assets are missing: run scripts/assets.sh and build again");
    let texts = Arc::new(texts(house)?);
    let templates = Templates::new(portal::template_source, &texts, portal::assets().root());
    let web = Web::new(Settings {
        pool: house.db.pool().clone(),
        texts,
        templates,
        clock: house.ctx.clock.clone(),
        random: house.ctx.random.clone(),
        // Cookies say so where browsers come over https.
        secure: provider.issuer().starts_with("https://"),
        attempts: Attempts::per_minute(SIGN_INS_PER_MINUTE),
    });
    let state = State {
        web: web.clone(),
        db: house.db.clone(),
        exchange: house.exchange.clone(),
        procedures: house.procedures.clone(),
        identity: house.identity.clone(),
        enrolment: house.enrolment.clone(),
        provider: provider.clone(),
        passkeys: identity::Passkeys::of(provider.issuer())?,
        origin: provider.issuer().into(),
        catalogue: house.catalogue.clone(),
        index: house.index.clone(),
        programme: house.programme.clone(),
        demo: demo.map(Arc::new),
    };
    let provider = identity::openid::router(provider.clone(), web.clone());
    let pages = portal::routes().with_state(state).merge(ledger::router(house.db.clone())).merge(provider);
    Ok(web::layers(pages, &web))
}

/// What the pages of the demonstration show.
#[must_use]
pub fn demo_box(accounts: &DemoAccounts, newcomers: &[Newcomer], messages: Arc<KeptMessages>) -> DemoBox {
    let accounts = accounts.values().map(|account| DemoAccount {
        label: Text { vi: account.vi.clone(), en: account.en.clone() },
        login: account.login.clone(),
        password: account.password.clone(),
        totp_secret: account.totp_bytes(),
    });
    DemoBox {
        accounts: accounts.collect(),
        newcomers: newcomers.iter().map(Newcomer::shown).collect(),
        messages,
        portrait: portraits::as_url,
    }
}
