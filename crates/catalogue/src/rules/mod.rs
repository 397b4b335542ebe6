//! What the pack says about the catalogue: folder `catalogue`.

mod essential;
mod everyday;
mod online;
mod succession;
mod target;
mod vocabulary;

pub use essential::{Essential, Service};
pub use everyday::{Everyday, LifeEvent, Phrase};
pub use online::OnlineFact;
pub use succession::Succession;
pub use target::Target;
pub use vocabulary::{Level, Vocabulary, Who};

use pack::{Pack, Report};
use serde::de::DeserializeOwned;

/// Everything that the pack says about the catalogue.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// How to read the words of the national database.
    pub vocabulary: Vocabulary,
    /// Lists of essential services.
    pub essential: Vec<Essential>,
    /// Everyday words.
    pub everyday: Everyday,
    /// What took the place of what.
    pub successions: Vec<Succession>,
    /// How far procedures can be done online, beside what files say.
    pub online: Vec<OnlineFact>,
    /// What is to be reached by simplification.
    pub targets: Vec<Target>,
}

impl Rules {
    /// Reads the folder `catalogue`. Everything wrong goes to the report. A pack without the folder has no rules.
    #[must_use]
    pub fn read(pack: &Pack, report: &mut Report) -> Self {
        for doc in pack.documents("catalogue") {
            if !FILES.contains(&doc.path.as_str()) {
                report.add(doc, "", "CAT0020", "no reader knows this file");
            }
        }
        let rules = Self {
            vocabulary: one(pack, "catalogue/vocabulary.yaml", report).unwrap_or_default(),
            essential: many(pack, "catalogue/essential.yaml", report),
            everyday: one(pack, "catalogue/everyday.yaml", report).unwrap_or_default(),
            successions: many(pack, "catalogue/successions.yaml", report),
            online: one(pack, "catalogue/online.yaml", report).unwrap_or_default(),
            targets: many(pack, "catalogue/targets.yaml", report),
        };
        essential::check(pack, &rules.essential, report);
        everyday::check(pack, &rules.everyday, report);
        succession::check(pack, &rules.successions, report);
        rules
    }
}

const FILES: [&str; 6] = [
    "catalogue/essential.yaml",
    "catalogue/everyday.yaml",
    "catalogue/online.yaml",
    "catalogue/successions.yaml",
    "catalogue/targets.yaml",
    "catalogue/vocabulary.yaml",
];

fn one<T: DeserializeOwned>(pack: &Pack, path: &str, report: &mut Report) -> Option<T> {
    pack.file(path).first()?.parse(None, report)
}

fn many<T: DeserializeOwned>(pack: &Pack, path: &str, report: &mut Report) -> Vec<T> {
    pack.file(path).iter().filter_map(|doc| doc.parse(None, report)).collect()
}
