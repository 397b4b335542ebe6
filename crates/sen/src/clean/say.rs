//! What the command says to people, in their language.

use anyhow::Result;
use kernel::{Messages, Problem};
use web::{Language, Texts, number_text};

/// The sentences of the program itself.
pub(crate) const MESSAGES: Messages =
    Messages { vi: include_str!("../../messages/vi.ftl"), en: include_str!("../../messages/en.ftl") };

/// Sentences in one language.
pub(crate) struct Say {
    texts: Texts,
    pub(crate) language: Language,
}

impl Say {
    pub(crate) fn new(language: Language) -> Result<Self> {
        let texts = Texts::new(&[kernel::MESSAGES, pack::MESSAGES, matching::MESSAGES, MESSAGES])?;
        Ok(Self { texts, language })
    }

    /// A sentence; what stands in it is text.
    pub(crate) fn say(&self, id: &str, args: &[(&str, String)]) -> String {
        let args: Vec<_> = args.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        self.texts.say(self.language, id, &args)
    }

    /// A whole number with groups of three.
    pub(crate) fn number(&self, number: u64) -> String {
        number_text(self.language, i64::try_from(number).unwrap_or(i64::MAX))
    }

    /// A number with so many decimals.
    pub(crate) fn decimal(&self, number: f64, decimals: usize) -> String {
        let text = format!("{number:.decimals$}");
        let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
        let whole = whole.parse().map_or_else(
            |_| whole.to_owned(),
            |whole| match whole {
                0 if text.starts_with('-') => "-0".to_owned(),
                whole => number_text(self.language, whole),
            },
        );
        let point = match self.language {
            Language::Vi => ',',
            Language::En => '.',
        };
        if rest.is_empty() { whole } else { format!("{whole}{point}{rest}") }
    }

    /// A share as percent: `12,3 %`. Never rounded to nothing, nor to all.
    pub(crate) fn percent(&self, share: f64) -> String {
        let percent = share * 100.0;
        let decimals = match percent {
            0.0 | 100.0 => 0,
            ..0.1 | 99.9.. => 3,
            _ => 1,
        };
        let text = self.decimal(percent, decimals);
        match self.language {
            Language::Vi => format!("{text}\u{a0}%"),
            Language::En => format!("{text}%"),
        }
    }

    /// What went wrong: code and sentence in the reader's language where the failure has a code, else its own words.
    pub(crate) fn failure(&self, error: anyhow::Error) -> String {
        let shown = format!("{error:#}");
        let Some(problem) = problem(error) else { return shown };
        let args: Vec<_> = problem.args.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        match self.texts.find(self.language, &problem.code.to_lowercase(), &args) {
            Some(sentence) => format!("{}: {sentence}", problem.code),
            None => shown,
        }
    }

    /// The sentence of a code without arguments, such as the reason of an unreadable row.
    pub(crate) fn code(&self, code: &str) -> String {
        self.texts.say(self.language, &code.to_lowercase(), &[])
    }
}

fn problem(error: anyhow::Error) -> Option<Problem> {
    let error = match error.downcast::<matching::Error>() {
        Ok(error) => return Some(error.into()),
        Err(error) => error,
    };
    let error = match error.downcast::<matching::report::Error>() {
        Ok(error) => return Some(error.into()),
        Err(error) => error,
    };
    error.downcast::<Problem>().ok()
}

/// The language of the results for a language of the program.
pub(crate) const fn results_in(language: Language) -> matching::report::Language {
    match language {
        Language::Vi => matching::report::Language::Vi,
        Language::En => matching::report::Language::En,
    }
}

/// Text of a foreign file without what moves a terminal's cursor or changes its colours.
pub(crate) fn harmless(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_write_them() {
        let (vi, en) = (Say::new(Language::Vi).unwrap(), Say::new(Language::En).unwrap());
        for (number, decimals, in_vi, in_en) in [
            (1234.5, 1, "1.234,5", "1,234.5"),
            (0.0, 0, "0", "0"),
            (-0.25, 2, "-0,25", "-0.25"),
            (-12.34, 1, "-12,3", "-12.3"),
        ] {
            assert_eq!((vi.decimal(number, decimals).as_str(), en.decimal(number, decimals).as_str()), (in_vi, in_en));
        }
        assert_eq!(vi.percent(0.123), "12,3\u{a0}%");
        assert_eq!(en.percent(0.00012), "0.012%");
        assert_eq!(en.percent(0.99999), "99.999%");
        assert_eq!(en.percent(1.0), "100%");
    }

    #[test]
    fn a_failure_is_told_with_its_code_in_the_readers_language() {
        let failure = || {
            let error = matching::report::Error::Exists { path: "ra".to_owned() };
            anyhow::Error::from(error).context("clean")
        };
        let told = Say::new(Language::Vi).unwrap().failure(failure());
        assert!(told.starts_with("MAT0402: Thư mục ra đã có kết quả"), "{told}");
        let told = Say::new(Language::En).unwrap().failure(failure());
        assert!(told.starts_with("MAT0402: The folder ra holds results"), "{told}");
        assert_eq!(Say::new(Language::En).unwrap().failure(anyhow::anyhow!("x").context("y")), "y: x");
    }

    #[test]
    fn both_languages_have_every_sentence() {
        assert_eq!(Say::new(Language::Vi).unwrap().texts.lopsided(), Vec::<&str>::new());
    }

    #[test]
    fn foreign_text_cannot_steer_a_terminal() {
        assert_eq!(harmless("Họ\u{1b}[31m\u{7}"), "Họ\u{fffd}[31m\u{fffd}");
    }
}
