//! Finding procedures by what people say.
//!
//! An [`Index`] is made once of all procedures and answers in memory. A question is divided into syllables, without
//! marks; everyday phrases of the pack bring the law's words beside the typed ones; a syllable that no procedure has
//! is taken for a typing error. Documents are ranked by BM25 over their fields (Robertson and Zaragoza, "The
//! Probabilistic Relevance Framework: BM25 and Beyond", 2009, section 3.6: fields weighted before saturation), over
//! syllables and pairs of syllables, times how much of the question was found.

mod answer;
mod doc;
mod index;
mod query;
mod repair;
mod score;
mod suggest;
mod syllable;
mod words;

pub use answer::{Answer, Filter, Found};
pub use doc::Doc;
pub use index::Index;
pub use suggest::Suggestion;
