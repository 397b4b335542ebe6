//! Sentences by id and language (Fluent). A missing sentence is a fault that a test finds; a page shows its id.

use crate::{Error, Language};
use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use kernel::Messages;
use std::{borrow::Cow, collections::BTreeSet, fmt};

type Bundle = FluentBundle<FluentResource>;

/// The sentences of all contexts, in both languages.
pub struct Texts {
    vi: Bundle,
    en: Bundle,
    ids: [BTreeSet<String>; 2],
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Texts").field("sentences", &self.ids[0].len()).finish_non_exhaustive()
    }
}

impl Texts {
    /// Assembles the sentences of every context.
    ///
    /// # Errors
    /// When a source does not parse, or two contexts use the same id.
    pub fn new(all: &[Messages]) -> Result<Self, Error> {
        let (vi, vi_ids) = bundle(Language::Vi, all.iter().map(|messages| messages.vi))?;
        let (en, en_ids) = bundle(Language::En, all.iter().map(|messages| messages.en))?;
        Ok(Self { vi, en, ids: [vi_ids, en_ids] })
    }

    /// Ids that one language has and the other lacks: must be empty.
    #[must_use]
    pub fn lopsided(&self) -> Vec<&str> {
        self.ids[0].symmetric_difference(&self.ids[1]).map(String::as_str).collect()
    }

    /// Whether there is a sentence with this id.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.vi.has_message(id)
    }

    /// The sentence, or nothing when there is none with this id.
    #[must_use]
    pub fn find(&self, language: Language, id: &str, args: &[(String, String)]) -> Option<String> {
        let values = args.iter().map(|(name, value)| (name.as_str(), argument(value)));
        self.format(language, id, &values.collect())
    }

    /// The sentence; its id in brackets when there is none, so that the fault can be seen and reported.
    #[must_use]
    pub fn say(&self, language: Language, id: &str, args: &[(String, String)]) -> String {
        self.find(language, id, args).unwrap_or_else(|| format!("[{id}]"))
    }

    pub(crate) fn format(&self, language: Language, id: &str, args: &FluentArgs<'_>) -> Option<String> {
        let bundle = match language {
            Language::Vi => &self.vi,
            Language::En => &self.en,
        };
        let pattern = bundle.get_message(id)?.value()?;
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(args), &mut errors).into_owned();
        if !errors.is_empty() {
            tracing::warn!(id, language = language.tag(), "sentence lacks an argument");
        }
        Some(text)
    }
}

/// Counts become numbers, so that plurals work; all else stays text, and so does a code that looks like a number
/// (`00004`, a personal number): its zeros belong to it.
fn argument(value: &str) -> FluentValue<'_> {
    match value.parse::<i32>() {
        Ok(count) if count.to_string() == value => FluentValue::from(count),
        _ => FluentValue::String(Cow::Borrowed(value)),
    }
}

fn bundle<'a>(language: Language, sources: impl Iterator<Item = &'a str>) -> Result<(Bundle, BTreeSet<String>), Error> {
    let tag = language.tag();
    let locale = tag.parse().map_err(|_| Error::Texts(tag, "language tag".to_owned()))?;
    let mut bundle = Bundle::new_concurrent(vec![locale]);
    // Isolation marks (U+2068) break copying and searching; both our languages run left to right.
    bundle.set_use_isolating(false);
    let mut ids = BTreeSet::new();
    for source in sources {
        let resource = FluentResource::try_new(source.to_owned()).map_err(|(_, errors)| {
            Error::Texts(tag, errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
        })?;
        ids.extend(source.lines().filter_map(id_of).map(str::to_owned));
        bundle.add_resource(resource).map_err(|errors| {
            Error::Texts(tag, errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
        })?;
    }
    Ok((bundle, ids))
}

/// The id that a line of Fluent source defines.
fn id_of(line: &str) -> Option<&str> {
    let (id, _) = line.split_once('=')?;
    let id = id.trim_end();
    (id.starts_with(|c: char| c.is_ascii_alphabetic())
        && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_'))
    .then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: Messages = Messages {
        vi: "hello = Chào { $name }\nfiles = { $n } hồ sơ\n",
        en: "hello = Hello { $name }\nfiles = { $n ->\n    [one] one file\n   *[other] { $n } files\n }\n",
    };

    #[test]
    fn says_a_sentence_with_arguments_and_plurals() {
        let texts = Texts::new(&[SAMPLE]).unwrap();
        let args = |n: &str| vec![("n".to_owned(), n.to_owned())];
        assert_eq!(texts.say(Language::En, "files", &args("1")), "one file");
        assert_eq!(texts.say(Language::En, "files", &args("2")), "2 files");
        assert_eq!(texts.say(Language::Vi, "files", &args("2")), "2 hồ sơ");
        assert_eq!(texts.say(Language::Vi, "hello", &[("name".into(), "Sen".into())]), "Chào Sen");
        assert_eq!(texts.say(Language::Vi, "hello", &[("name".into(), "00004".into())]), "Chào 00004");
        assert_eq!(texts.say(Language::Vi, "nothing", &[]), "[nothing]");
        assert!(texts.lopsided().is_empty());
    }

    #[test]
    fn refuses_a_sentence_said_twice_and_names_what_one_language_lacks() {
        assert!(Texts::new(&[SAMPLE, SAMPLE]).is_err());
        let texts = Texts::new(&[Messages { vi: "a = x\nb = y\n", en: "a = x\n" }]).unwrap();
        assert_eq!(texts.lopsided(), ["b"]);
    }

    #[test]
    fn both_languages_of_this_crate_say_the_same_things() {
        let texts = Texts::new(&[crate::MESSAGES]).unwrap();
        assert!(texts.lopsided().is_empty(), "{:?}", texts.lopsided());
        for code in crate::codes::ALL {
            assert!(texts.has(&code.to_lowercase()), "{code}");
        }
    }
}
