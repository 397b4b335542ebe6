//! The words of a result: what each status, field, level and flag is called, and the reason of a row.
//!
//! Ten million reasons are written in a run, so the sentences are taken out of `messages/*.ftl` once; they are single
//! lines with at most one place to fill.

use crate::{Agreement, Decision, Flags, Kind, MESSAGES, NOBODY, Schema, Status};
use std::collections::HashMap;

/// A language of the results.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Vietnamese, the first language.
    #[default]
    Vi,
    /// English.
    En,
}

/// All flags that are told with a row, and the ids of their sentences.
pub(super) const FLAGS: [(Flags, &str); 8] = [
    (Flags::NUMBER_OF_ANOTHER, "number-of-another"),
    (Flags::AMBIGUOUS, "ambiguous"),
    (Flags::TOO_LITTLE, "too-little"),
    (Flags::NUMBER_UNUSABLE, "number-unusable"),
    (Flags::DATE_UNUSABLE, "date-unusable"),
    (Flags::PLACE_UNUSABLE, "place-unusable"),
    (Flags::NAME_DECODED, "name-decoded"),
    (Flags::SEX_INFERRED, "sex-inferred"),
];

/// Flags that a level of a field tells already.
const TOLD_BY_LEVELS: Flags = Flags::NAME_DECODED.with(Flags::SEX_INFERRED);

/// The agreements that a reason lists, in this order.
const LISTED: [Agreement; 4] = [Agreement::Same, Agreement::Similar, Agreement::Differs, Agreement::Missing];

/// What everything in a result is called, in one language, for one schema.
pub struct Words {
    fields: Vec<Named>,
    sentences: HashMap<&'static str, &'static str>,
    lists: [(&'static str, &'static str); LISTED.len()],
    flags: [&'static str; FLAGS.len()],
    within: bool,
}

/// A field, and how its levels are told.
struct Named {
    name: String,
    levels: Vec<(Agreement, &'static str)>,
    /// The field that says it too: a commune says its province.
    part_of: Option<usize>,
}

impl Words {
    /// Words for results of this schema. `within`: the file is compared with itself, and there is no register.
    #[must_use]
    pub fn new(schema: &Schema, language: Language, within: bool) -> Self {
        let sentences = sentences(match language {
            Language::Vi => MESSAGES.vi,
            Language::En => MESSAGES.en,
        });
        let find = |id: &str| sentences.get(id).copied();
        let commune = schema.fields.iter().position(|field| field.kind == Kind::Commune);
        let fields = schema.fields.iter().map(|field| Named {
            name: find(&format!("clean-field-{}", field.name)).map_or_else(|| field.name.clone(), str::to_owned),
            levels: field
                .kind
                .levels()
                .iter()
                .map(|level| (level.agreement, find(&level_id(field.kind, level.id)).unwrap_or_default()))
                .collect(),
            part_of: if field.kind == Kind::Province { commune } else { None },
        });
        let fields = fields.collect();
        let lists = LISTED.map(|agreement| {
            let sentence = find(&format!("clean-reason-{}", agreement_id(agreement))).unwrap_or_default();
            sentence.split_once("{ $fields }").unwrap_or((sentence, ""))
        });
        let flags = FLAGS.map(|(_, id)| find(&format!("clean-flag-{id}")).unwrap_or_default());
        Self { fields, lists, flags, within, sentences }
    }

    /// A sentence of the crate, empty where there is none with this id.
    #[must_use]
    pub fn say(&self, id: &str) -> &'static str {
        self.sentences.get(id).copied().unwrap_or_default()
    }

    /// What a status is called.
    #[must_use]
    pub fn status(&self, status: Status) -> &'static str {
        let own = match (self.within, status) {
            (true, Status::Match) => self.say("clean-status-first"),
            (true, Status::None) => self.say("clean-status-alone"),
            _ => "",
        };
        if !own.is_empty() {
            return own;
        }
        self.say(&format!("clean-status-{}", status_id(status)))
    }

    /// What an agreement is called.
    #[must_use]
    pub fn agreement(&self, agreement: Agreement) -> &'static str {
        self.say(&format!("clean-agreement-{}", agreement_id(agreement)))
    }

    /// What a field is called; its own name where the schema is not about people.
    #[must_use]
    pub fn field(&self, field: usize) -> &str {
        self.fields.get(field).map_or("", |named| named.name.as_str())
    }

    /// What is special about a level of a field; empty for a level that its agreement says completely.
    #[must_use]
    pub fn level(&self, field: usize, level: u8) -> &'static str {
        self.fields.get(field).and_then(|named| named.levels.get(usize::from(level))).map_or("", |(_, words)| words)
    }

    /// How a field agrees at a level.
    #[must_use]
    pub fn agrees(&self, field: usize, level: u8) -> Agreement {
        let named = self.fields.get(field);
        named.and_then(|named| named.levels.get(usize::from(level))).map_or(Agreement::Missing, |level| level.0)
    }

    /// Appends why a row has its status: what agreed, what did not, what stood in the way.
    pub fn reason(&self, decision: &Decision, out: &mut String) {
        // A row of a file without a register is compared with rows that are perhaps the same person only.
        // Who shares next to nothing with a row is nobody's nearest.
        let near = decision.status != Status::None || (decision.weight > 0.0 && !self.within);
        let compared = decision.person != NOBODY && near;
        match (decision.status, self.within) {
            (Status::Match, false) => out.push_str(self.say("clean-reason-match")),
            (Status::Match, true) => out.push_str(self.say("clean-reason-first")),
            (Status::None, true) => out.push_str(self.say("clean-reason-alone")),
            (Status::Review, false) => out.push_str(self.say("clean-reason-review")),
            (Status::Review, true) => out.push_str(self.say("clean-reason-review-within")),
            (Status::None, false) if compared => {}
            (Status::None, false) => out.push_str(self.say("clean-reason-none")),
            (Status::Duplicate, _) => {
                let sentence = self.say("clean-reason-duplicate");
                let (before, after) = sentence.split_once("{ $row }").unwrap_or((sentence, ""));
                out.push_str(before);
                push_number(out, decision.duplicate_of);
                out.push_str(after);
            }
        }
        for ((flag, _), sentence) in FLAGS.iter().zip(self.flags) {
            // Without a register, whose number it is remains unknown.
            let known = !self.within || *flag != Flags::NUMBER_OF_ANOTHER;
            if known && decision.flags.has(*flag) && !(compared && TOLD_BY_LEVELS.has(*flag)) {
                push_sentence(out, sentence);
            }
        }
        if compared {
            if decision.status == Status::None && !self.within {
                push_sentence(out, self.say("clean-reason-none-near"));
            }
            self.comparison(&decision.levels, out);
        }
    }

    /// Appends how the fields agree, agreement by agreement.
    pub fn comparison(&self, levels: &[u8], out: &mut String) {
        for (agreement, (before, after)) in LISTED.iter().zip(self.lists) {
            let mut first = true;
            for (at, (named, level)) in self.fields.iter().zip(levels).enumerate() {
                let told =
                    named.part_of.is_some_and(|whole| levels.get(whole).is_some_and(|l| *l != Decision::MISSING));
                if self.agrees(at, *level) != *agreement || (told && *agreement == Agreement::Missing) {
                    continue;
                }
                if first {
                    push_sentence(out, before);
                    first = false;
                } else {
                    out.push_str("; ");
                }
                out.push_str(&named.name);
                let special = self.level(at, *level);
                if !special.is_empty() {
                    out.push_str(" (");
                    out.push_str(special);
                    out.push(')');
                }
            }
            if !first {
                out.push_str(after);
            }
        }
    }
}

/// The stable name of a status, as in the files.
#[must_use]
pub const fn status_id(status: Status) -> &'static str {
    match status {
        Status::Match => "match",
        Status::Review => "review",
        Status::None => "none",
        Status::Duplicate => "duplicate",
    }
}

/// The stable name of an agreement, as in the files.
#[must_use]
pub const fn agreement_id(agreement: Agreement) -> &'static str {
    match agreement {
        Agreement::Same => "same",
        Agreement::Similar => "similar",
        Agreement::Differs => "differs",
        Agreement::Missing => "missing",
    }
}

/// The id of the sentence that says what is special about a level.
fn level_id(kind: Kind, level: &str) -> String {
    let group = match kind {
        Kind::FullName | Kind::KinName => "name",
        Kind::Date => "date",
        Kind::PersonalNumber | Kind::OldId | Kind::Number => "number",
        Kind::Sex => "sex",
        Kind::Commune | Kind::Province => "commune",
        Kind::Text | Kind::Code => "text",
    };
    format!("clean-level-{group}-{level}")
}

fn push_sentence(out: &mut String, sentence: &str) {
    if !out.is_empty() && !out.ends_with(' ') {
        out.push(' ');
    }
    out.push_str(sentence);
}

fn push_number(out: &mut String, number: u64) {
    use std::fmt::Write;
    // Writing to a string cannot fail.
    let _ = write!(out, "{number}");
}

/// The messages that are one line each.
fn sentences(source: &'static str) -> HashMap<&'static str, &'static str> {
    source.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase())).filter_map(split).collect()
}

fn split(line: &'static str) -> Option<(&'static str, &'static str)> {
    line.split_once('=').map(|(id, sentence)| (id.trim(), sentence.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::decision;

    fn reason(words: &Words, decision: &Decision) -> String {
        let mut out = String::new();
        words.reason(decision, &mut out);
        out
    }

    #[test]
    fn everything_has_words_in_both_languages() {
        for language in [Language::Vi, Language::En] {
            let words = Words::new(&Schema::people(), language, false);
            for (at, field) in Schema::people().fields.iter().enumerate() {
                assert!(!words.say(&format!("clean-field-{}", field.name)).is_empty(), "{language:?} {at}");
            }
            for kind in [Kind::FullName, Kind::Date, Kind::OldId, Kind::Sex, Kind::Commune, Kind::Text, Kind::Code] {
                for level in kind.levels() {
                    let plain = matches!(level.id, "same" | "differs");
                    let id = level_id(kind, level.id);
                    assert_eq!(words.say(&id).is_empty(), plain, "{language:?} {id}");
                }
            }
            for status in [Status::Match, Status::Review, Status::None, Status::Duplicate] {
                assert!(!words.status(status).is_empty());
            }
            assert!(words.lists.iter().all(|(before, after)| !before.is_empty() && !after.is_empty()));
            assert!(words.flags.iter().all(|sentence| sentence.ends_with('.')));
            for id in ["match", "review", "none", "none-near", "alone", "first", "review-within", "duplicate"] {
                assert!(!words.say(&format!("clean-reason-{id}")).is_empty(), "{id}");
            }
        }
    }

    #[test]
    fn a_reason_says_what_agreed_what_did_not_and_what_stood_in_the_way() {
        let words = Words::new(&Schema::people(), Language::Vi, false);
        let en = Words::new(&Schema::people(), Language::En, false);
        let mut found = decision(5, Status::Match);
        found.levels[..9].copy_from_slice(&[0, 2, 2, 0, u8::MAX, 1, 0, 12, u8::MAX]);
        assert_eq!(
            reason(&words, &found),
            "Khớp. Giống: số định danh; giới tính; tỉnh, thành phố. Gần giống: họ và tên (viết không dấu); ngày sinh \
             (đảo ngày và tháng); xã, phường (đã sáp nhập, chia tách hoặc đổi tên). Khác: tên cha. Thiếu: số CMND cũ; \
             tên mẹ."
        );
        found.status = Status::Duplicate;
        found.duplicate_of = 3;
        assert!(reason(&en, &found).starts_with("The same person as row 3. Same: personal number; sex; province."));
        found.status = Status::None;
        found.flags = Flags::NUMBER_OF_ANOTHER;
        assert!(reason(&words, &found).starts_with(
            "Số định danh trong tệp là của người khác. Không ai trong CSDL khớp. So với người gần nhất: Giống:"
        ));
        found.person = NOBODY;
        found.flags = Flags::TOO_LITTLE;
        assert_eq!(reason(&en, &found), "Nobody in the register fits. The row says too little to be compared.");
        let within = Words::new(&Schema::people(), Language::Vi, true);
        assert!(reason(&within, &found).starts_with("Không trùng với dòng nào khác."));
    }
}
