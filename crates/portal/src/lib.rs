//! The pages: public, citizen, officer, leader, administrator; and the JSON API that mirrors them. No SQL here: every page asks the contexts'
//! functions, and personal data come through the exchange like everybody else's.
//!
//! Always true here: a page that shows a person's data says for what it was read and that the reading was logged;
//! every page works without JavaScript; every sentence stands in both languages.

mod account;
mod admin;
mod again;
mod api;
mod bodies;
mod citizen;
mod csv_file;
mod embedded;
mod form;
mod leader;
mod officer;
mod page;
mod petition;
mod public;
pub mod review;
mod show;
mod state;
mod steering;

pub use embedded::{assets, assets_installed, template_source};
pub use state::{BIRTH_GROUP, DemoAccount, DemoBox, Newcomer, State};
pub use steering::MEASURES_INDEX;

/// Sentences of the pages.
pub const MESSAGES: kernel::Messages = kernel::Messages {
    vi: concat!(
        include_str!("../messages/vi.ftl"),
        include_str!("../messages/catalogue.vi.ftl"),
        include_str!("../messages/leader.vi.ftl"),
        include_str!("../messages/index.vi.ftl"),
        include_str!("../messages/programme.vi.ftl"),
        include_str!("../messages/petition.vi.ftl"),
        include_str!("../messages/admin.vi.ftl"),
        include_str!("../messages/review.vi.ftl"),
        include_str!("../messages/account.vi.ftl")
    ),
    en: concat!(
        include_str!("../messages/en.ftl"),
        include_str!("../messages/catalogue.en.ftl"),
        include_str!("../messages/leader.en.ftl"),
        include_str!("../messages/index.en.ftl"),
        include_str!("../messages/programme.en.ftl"),
        include_str!("../messages/petition.en.ftl"),
        include_str!("../messages/admin.en.ftl"),
        include_str!("../messages/review.en.ftl"),
        include_str!("../messages/account.en.ftl")
    ),
};

/// All pages and the API, with the layers around them. The program adds the ledger's router beside it.
pub fn router(state: State) -> axum::Router {
    let web = state.web.clone();
    web::layers(routes().with_state(state), &web)
}

/// The pages without the layers, for a program that adds routes of its own before [`web::layers`].
pub fn routes() -> axum::Router<State> {
    axum::Router::new()
        .merge(public::router())
        .merge(citizen::router())
        .merge(form::router())
        .merge(officer::router())
        .merge(leader::router())
        .merge(admin::router())
        .merge(steering::router())
        .merge(petition::router())
        .merge(account::router())
        .nest("/api/v1", api::router())
        .merge(assets().router())
}
