//! What was read, as lines for a person.

use crate::clean::harmless;
use programme::doubt::Doubt;
use programme::follow::{AGAIN, Imported};
use programme::read::Reading;
use programme::{Bodies, Party, deadline::Deadline};
use std::collections::BTreeMap;
use time::Date;
use web::{Language, Texts};

/// Widths of the columns, in characters.
const WIDTHS: [usize; 4] = [9, 52, 40, 26];

struct Say<'t> {
    texts: &'t Texts,
    language: Language,
}

impl Say<'_> {
    fn say(&self, id: &str, args: &[(&str, String)]) -> String {
        let args: Vec<_> = args.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        self.texts.say(self.language, id, &args)
    }

    fn doubt(&self, place: &str, doubt: &Doubt) -> String {
        // The name of a column in the reader's language; everything else is the directive's.
        let value = |(name, value): (&String, &String)| match name.as_str() {
            "column" => (name.clone(), self.say(&format!("programme-column-{value}"), &[])),
            _ => (name.clone(), harmless(value)),
        };
        let args: Vec<_> = doubt.args.iter().map(value).collect();
        let sentence = self.texts.say(self.language, &doubt.code.to_lowercase(), &args);
        let line = [("place", place.to_owned()), ("code", doubt.code.to_string()), ("sentence", sentence)];
        self.say("programme-doubt-line", &line)
    }
}

/// Everything: head, tasks, doubts, what is left over.
pub(super) fn table(reading: &Reading, texts: &Texts, language: Language, bodies: &Bodies) -> Vec<String> {
    let say = Say { texts, language };
    let count = ("tasks", reading.tasks.len().to_string());
    let title = match (&reading.number, reading.date) {
        (Some(number), Some(date)) => {
            say.say("programme-title", &[("number", harmless(number)), ("date", day(date)), count])
        }
        _ => say.say("programme-title-unknown", &[count]),
    };
    let mut by_section: BTreeMap<&str, usize> = BTreeMap::new();
    reading.tasks.iter().for_each(|task| *by_section.entry(&task.section).or_default() += 1);
    let order =
        reading.sections.iter().filter_map(|section| Some((&section.mark, by_section.get(section.mark.as_str())?)));
    let list: Vec<_> = order.map(|(mark, count)| format!("{} {count}", harmless(mark))).collect();
    let mut lines = vec![title];
    if !list.is_empty() {
        lines.push(say.say("programme-sections", &[("list", list.join(", "))]));
    }
    lines.push(String::new());
    let heads = ["number", "content", "lead", "deadline"].map(|head| say.say(&format!("programme-head-{head}"), &[]));
    lines.push(row(&heads, &say.say("programme-head-doubts", &[])));
    for task in &reading.tasks {
        let leads: Vec<_> = task.lead.iter().map(|party| name(party, &say, bodies, reading.day)).collect();
        let mut codes: Vec<_> = task.doubts.iter().map(|doubt| doubt.code.to_string()).collect();
        codes.dedup();
        let cells =
            [place(&task.section, &task.number), task.content.clone(), leads.join("; "), until(&task.deadline, &say)];
        lines.push(row(&cells.map(|cell| harmless(&cell)), &codes.join(" ")));
    }
    lines.push(String::new());
    lines.extend(doubts(reading, &say));
    lines
}

/// What concerns the file and none of its tasks.
pub(super) fn of_the_file(reading: &Reading, texts: &Texts, language: Language) -> Vec<String> {
    let say = Say { texts, language };
    let file = say.say("programme-in-file", &[]);
    let left = reading.left.iter().map(|left| {
        let text = cut(&harmless(&left.text), WIDTHS[1]);
        say.say("programme-left", &[("line", left.line.to_string()), ("text", text)])
    });
    reading.doubts.iter().map(|doubt| say.doubt(&file, doubt)).chain(left).collect()
}

fn doubts(reading: &Reading, say: &Say<'_>) -> Vec<String> {
    let doubtful: Vec<_> = reading.tasks.iter().filter(|task| !task.doubts.is_empty()).collect();
    let count: usize = doubtful.iter().map(|task| task.doubts.len()).sum();
    let mut lines = of_the_file(reading, say.texts, say.language);
    if count == 0 && lines.is_empty() {
        return vec![say.say("programme-no-doubts", &[])];
    }
    lines.push(say.say("programme-doubts", &[("count", count.to_string()), ("tasks", doubtful.len().to_string())]));
    for task in doubtful {
        let place = place(&task.section, &task.number);
        lines.extend(task.doubts.iter().map(|doubt| say.doubt(&harmless(&place), doubt)));
    }
    lines
}

/// `A3`; a section with a long heading stands for itself.
fn place(section: &str, number: &str) -> String {
    if section.chars().count() <= 4 { format!("{section}{number}") } else { format!("{}… {number}", cut(section, 4)) }
}

fn name(party: &Party, say: &Say<'_>, bodies: &Bodies, on: Date) -> String {
    let in_language = |text: pack::Text| match say.language {
        Language::Vi => text.vi,
        Language::En => text.en,
    };
    let name = match (&party.body, party.group.as_deref().and_then(|id| bodies.group(id))) {
        (Some(body), _) => in_language(bodies.name(body, on)),
        (None, Some(group)) => in_language(group.name.clone()),
        (None, None) => format!("? {}", party.text),
    };
    if let Some(count) = party.members {
        return say.say("programme-members", &[("name", name), ("count", count.to_string())]);
    }
    if party.successors.is_empty() {
        return name;
    }
    let now: Vec<_> = party.successors.iter().map(|body| in_language(bodies.name(body, Date::MAX))).collect();
    say.say("programme-now", &[("name", name), ("successors", now.join(", "))])
}

fn until(deadline: &Deadline, say: &Say<'_>) -> String {
    let text = |date: Option<Date>| date.map_or_else(|| "…".to_owned(), day);
    let dated = deadline.kind == programme::deadline::Kind::Roadmap && deadline.until.is_some();
    let id = format!("programme-kind-{}{}", deadline.kind.word(), if dated { "-until" } else { "" });
    say.say(&id, &[("from", text(deadline.from)), ("until", text(deadline.until))])
}

fn day(date: Date) -> String {
    format!("{:02}/{:02}/{}", date.day(), u8::from(date.month()), date.year())
}

fn row(cells: &[String; 4], last: &str) -> String {
    let padded: Vec<_> = cells.iter().zip(WIDTHS).map(|(cell, width)| pad(&cut(cell, width), width)).collect();
    format!("{}  {last}", padded.join("  ")).trim_end().to_owned()
}

fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{kept}…")
}

fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.chars().count())))
}

/// What became of the reading.
pub(super) fn of_what_was_kept(kept: &Imported, texts: &Texts, language: Language) -> Vec<String> {
    let say = Say { texts, language };
    if kept.again {
        return vec![String::new(), format!("{AGAIN}: {}", say.say(&AGAIN.to_lowercase(), &[]))];
    }
    let counts = [
        ("new", kept.new.len().to_string()),
        ("changed", kept.changed.len().to_string()),
        ("same", kept.unchanged.to_string()),
    ];
    let mut lines = vec![String::new(), say.say("programme-kept", &counts)];
    for (id, count) in
        [("programme-kept-missing", kept.missing.len()), ("programme-kept-unassigned", kept.unassigned.len())]
    {
        if count > 0 {
            lines.push(say.say(id, &[("count", count.to_string())]));
        }
    }
    lines
}
