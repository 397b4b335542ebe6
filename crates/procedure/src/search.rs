//! Finding a procedure by what people type: without marks, by code, in Vietnamese or English.

use crate::definition::{Group, Procedure};
use kernel::text::fold;
use pack::{Dated, Text};
use serde::Serialize;

/// At most so many hits.
pub const HITS_MAX: usize = 50;
/// Longer texts are cut.
const TEXT_CHARS_MAX: usize = 200;

/// A procedure or group that was found.
#[derive(Clone, Debug, Serialize)]
pub struct Hit {
    /// National code.
    pub code: String,
    /// Its name in everyday words.
    pub title: Text,
    /// Its name in law.
    pub name: Text,
    /// What it gives.
    pub summary: Option<Text>,
    /// Field of administration; absent for a group.
    pub field: Option<Text>,
    /// Filed here by this code: its own, or that of the group through which it goes.
    pub online: Option<String>,
    /// Several procedures at once.
    pub group: bool,
    /// One of the 25 essential services.
    pub essential: bool,
    /// How well it fits; more is better.
    pub score: u32,
    #[serde(skip)]
    words: Words,
}

#[derive(Clone, Debug, Default)]
struct Words {
    name: Vec<String>,
    more: Vec<String>,
    phrase: String,
    whole: String,
}

pub(crate) fn of_group(group: &Dated<Group>) -> Hit {
    let item = &group.item;
    let parts: String = item.members.iter().map(|m| format!(" {} {}", m.name.vi, m.name.en)).collect();
    Hit {
        code: item.code.clone(),
        title: item.title().clone(),
        name: item.name.clone(),
        summary: item.summary.clone(),
        field: None,
        online: Some(item.code.clone()),
        group: item.members.len() > 1,
        essential: item.essential.is_some(),
        score: 0,
        words: words(&item.name, item.title.as_ref(), item.summary.as_ref(), &item.keywords, &parts),
    }
}

pub(crate) fn of_procedure(procedure: &Dated<Procedure>) -> Hit {
    let item = &procedure.item;
    let parts = format!("{} {}", item.field.vi, item.field.en);
    Hit {
        code: item.code.clone(),
        title: item.name.clone(),
        name: item.name.clone(),
        summary: item.summary.clone(),
        field: Some(item.field.clone()),
        online: item.through.clone(),
        group: false,
        essential: item.essential.is_some(),
        score: 0,
        words: words(&item.name, None, item.summary.as_ref(), &item.keywords, &parts),
    }
}

fn words(name: &Text, title: Option<&Text>, summary: Option<&Text>, keywords: &[String], parts: &str) -> Words {
    let split = |text: &str| -> Vec<String> {
        fold(text).split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_owned).collect()
    };
    let title = title.map(|t| format!("{} | {}", t.vi, t.en)).unwrap_or_default();
    let names = format!("{} {} {title}", name.vi, name.en);
    let summary = summary.map(|s| format!("{} {}", s.vi, s.en)).unwrap_or_default();
    let more = format!("{summary} {} {parts}", keywords.join(" "));
    let phrase = split(&format!("{} | {} | {title} | {}", name.vi, name.en, keywords.join(" | "))).join(" ");
    let whole = format!(" | {} | {} | ", split(&name.vi).join(" "), split(&name.en).join(" "));
    Words { name: split(&names), more: split(&more), phrase, whole }
}

/// The hits for `text`, best first. Every word must be found; an empty text finds everything, essential ones first.
pub(crate) fn rank(text: &str, all: impl Iterator<Item = Hit>) -> Vec<Hit> {
    let text: String = text.chars().take(TEXT_CHARS_MAX).collect();
    let folded = fold(text.trim());
    let asked: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric() && c != '.').filter(|w| !w.is_empty()).collect();
    let mut hits: Vec<Hit> = all
        .filter_map(|mut hit| {
            hit.score = score(&hit, &asked)?;
            Some(hit)
        })
        .collect();
    hits.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| a.code.cmp(&b.code)));
    hits.truncate(HITS_MAX);
    hits
}

fn score(hit: &Hit, asked: &[&str]) -> Option<u32> {
    let mut score = u32::from(hit.essential) * 2 + u32::from(hit.online.is_some()) * 4 + u32::from(hit.group) * 3;
    for word in asked {
        score += if hit.code == *word {
            1000
        } else if word.contains('.') && hit.code.starts_with(word) {
            200
        } else if hit.words.name.iter().any(|w| w == word) {
            20
        } else if word.len() > 1 && hit.words.name.iter().any(|w| w.starts_with(word)) {
            12
        } else if hit.words.more.iter().any(|w| w == word) {
            6
        } else if word.len() > 1 && hit.words.more.iter().any(|w| w.starts_with(word)) {
            3
        } else {
            return None;
        };
    }
    // Words in the order they were typed say more than the same words apart.
    if asked.len() > 1 && hit.words.phrase.contains(&asked.join(" ")) {
        score += 30;
    }
    // The very name was typed.
    let typed = format!(" | {} | ", asked.join(" "));
    if hit.words.whole.contains(&typed) {
        score += 60;
    }
    // Of two that fit as well, the one with the shorter name is nearer to what was asked.
    Some(score * 10 + 30_u32.saturating_sub(u32::try_from(hit.words.name.len()).unwrap_or(30).min(30)) / 3)
}
