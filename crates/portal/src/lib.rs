//! The pages: public, citizen, officer. No SQL here: every page asks the contexts' functions, and personal data come
//! through the exchange like everybody else's.
//!
//! Always true here: a page that shows a person's data says for what it was read and that the reading was logged;
//! every page works without JavaScript; every sentence stands in both languages.

mod embedded;

pub use embedded::{assets, assets_installed, template_source};

/// Sentences of the pages.
pub const MESSAGES: kernel::Messages = kernel::Messages {
    vi: concat!(
        include_str!("../messages/vi.ftl"),
        include_str!("../messages/leader.vi.ftl"),
        include_str!("../messages/admin.vi.ftl")
    ),
    en: concat!(
        include_str!("../messages/en.ftl"),
        include_str!("../messages/leader.en.ftl"),
        include_str!("../messages/admin.en.ftl")
    ),
};
