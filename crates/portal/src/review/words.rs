//! A row and its candidates as people read them: fields by name, values in one form on both sides, letters marked,
//! levels and weights in words.

use super::Room;
use kernel::Sex;
use matching::review::{Candidate, Case, Cells, Entry, Mark, Part, agreement, align, bits as bits_of};
use matching::{Kind, Schema, value};
use serde_json::{Value, json};
use web::Language;

/// The weight that fills a bar, in bits.
const BAR_BITS: f64 = 20.0;
/// Half of a bar's width.
const BAR_HALF: f64 = 40.0;

/// The name of a field.
pub(super) fn field(room: &Room, language: Language, name: &str) -> String {
    room.web.texts.find(language, &format!("clerk-field-{name}"), &[]).unwrap_or_else(|| name.replace('_', " "))
}

/// A level in words, as the result of the cleaning says it; empty for what its agreement says completely.
pub(super) fn level(room: &Room, language: Language, field: &str, id: &str) -> String {
    let schema = Schema::people();
    let groups = match schema.position(field).map(|at| schema.fields[at].kind) {
        Some(Kind::FullName | Kind::KinName) => &["name"][..],
        Some(Kind::Date) => &["date"],
        Some(Kind::PersonalNumber | Kind::OldId) => &["number"],
        Some(Kind::Sex) => &["sex"],
        Some(Kind::Commune | Kind::Province) => &["commune"],
        // Fields of other files.
        _ => &["text", "name", "date", "number"],
    };
    let of_group =
        groups.iter().find_map(|group| room.web.texts.find(language, &format!("clean-level-{group}-{id}"), &[]));
    let in_general = || room.web.texts.find(language, &format!("clean-agreement-{id}"), &[]);
    of_group.or_else(in_general).unwrap_or_else(|| id.replace('-', " "))
}

/// A reason in words.
pub(super) fn reason(room: &Room, language: Language, id: &str) -> String {
    let sentence = room.web.texts.find(language, &format!("clean-flag-{id}"), &[]);
    sentence.map_or_else(|| id.replace('-', " "), |text| text.trim_end_matches('.').to_owned())
}

/// A value in the form in which both sides are compared, and as it was written where that is another.
struct Shown {
    text: String,
    written: Option<String>,
}

fn shown(room: &Room, language: Language, field: &str, cells: &Cells) -> Shown {
    let text = cells.get(field).trim();
    let read = match field {
        "birth_date" => value::date::parse(text).ok().flatten().map(|date| web::date_text(&date.text())),
        "sex" => value::sex::parse(text).map(|sex| {
            let id = if sex == Sex::Male { "sex-male" } else { "sex-female" };
            room.web.texts.say(language, id, &[])
        }),
        "commune_code" => unit(room, text, cells.get("province_code")),
        "province_code" => unit(room, "", text),
        _ => None,
    };
    match read {
        Some(read) if read != text => Shown { written: Some(text.to_owned()), text: read },
        _ => Shown { written: None, text: text.to_owned() },
    }
}

/// The name of the unit that a file means. What names units already, as registers' values do, stays as it is.
fn unit(room: &Room, commune: &str, province: &str) -> Option<String> {
    let text = if commune.is_empty() { province } else { commune };
    if text.is_empty() || text.contains(" / ") {
        return None;
    }
    room.names.as_ref().and_then(|names| names(commune, province))
}

/// Whether a field names a place: of two places it is not letters that differ.
fn is_place(field: &str) -> bool {
    matches!(field, "commune_code" | "province_code")
}

/// A file in capitals alone differs from the register in its keyboard, not in its people.
fn without_case(text: &str, mut parts: Vec<Part>) -> Vec<Part> {
    let in_one_case = !text.chars().any(char::is_lowercase) || !text.chars().any(char::is_uppercase);
    for part in parts.iter_mut().filter(|part| in_one_case && part.mark == Mark::Case) {
        part.mark = Mark::Same;
    }
    parts
}

fn parts(parts: &[Part]) -> Vec<Value> {
    parts.iter().map(|part| json!({"text": part.text, "mark": part.mark.id()})).collect()
}

/// How many letters differ in which way, for those who do not see the marks.
fn said(room: &Room, language: Language, left: &[Part], right: &[Part]) -> String {
    let letters = |parts: &[Part], mark: Mark| -> usize {
        parts.iter().filter(|part| part.mark == mark).map(|part| part.text.chars().count()).sum()
    };
    let marks = [Mark::Accent, Mark::Other, Mark::Extra, Mark::Swapped, Mark::Moved, Mark::Case];
    let counted = marks.into_iter().filter_map(|mark| {
        let count = match mark {
            Mark::Extra => letters(left, mark) + letters(right, mark),
            _ => letters(left, mark).max(letters(right, mark)),
        };
        (count > 0).then(|| room.say(language, &format!("clerk-diff-{}", mark.id()), &[("n", count.to_string())]))
    });
    counted.collect::<Vec<_>>().join("; ")
}

/// One decimal, with its sign.
fn bits(language: Language, weight: f64) -> String {
    let text = format!("{weight:+.1}").replace('-', "−");
    if language == Language::Vi { text.replace('.', ",") } else { text }
}

/// `61 %`; what is not certain is never shown as 0 or 100.
pub(super) fn percent(probability: f64) -> String {
    match probability * 100.0 {
        p if p > 0.0 && p < 1.0 => "< 1 %".to_owned(),
        p if p < 100.0 && p > 99.0 => "> 99 %".to_owned(),
        p => format!("{p:.0} %"),
    }
}

/// The fields of the row beside those of a candidate.
fn rows(room: &Room, language: Language, case: &Case, candidate: &Candidate) -> Vec<Value> {
    let known = room.weights.as_ref().map(|weights| bits_of(weights, candidate)).unwrap_or_default();
    let row = |name: &str| {
        let (own, other) = (shown(room, language, name, &case.file), shown(room, language, name, &candidate.values));
        let level_id = candidate.levels.get(name).map(String::as_str).filter(|id| !id.is_empty());
        let lacking = own.text.is_empty() || other.text.is_empty();
        let whole_values = lacking || (is_place(name) && own.text != other.text);
        let (left, right) = if whole_values {
            let whole = |text: &str| Part { text: text.to_owned(), mark: Mark::Same };
            (vec![whole(&own.text)], vec![whole(&other.text)])
        } else {
            let (left, right) = align(&own.text, &other.text);
            (without_case(&own.text, left), without_case(&own.text, right))
        };
        let by_eye = if own.text == other.text { "same" } else { "differs" };
        let weight =
            candidate.weights.get(name).or_else(|| known.get(name)).copied().filter(|weight| weight.is_finite());
        let bar = weight.filter(|_| level_id != Some("missing")).map(|weight| {
            let length = (weight.abs() / BAR_BITS * BAR_HALF).min(BAR_HALF);
            let start = if weight < 0.0 { BAR_HALF - length } else { BAR_HALF };
            json!({"x": format!("{start:.1}"), "width": format!("{length:.1}"), "against": weight < 0.0, "text": bits(language, weight)})
        });
        json!({
            "label": field(room, language, name),
            "file": {"parts": parts(&left), "written": own.written, "empty": own.text.is_empty()},
            "register": {"parts": parts(&right), "written": Value::Null, "empty": other.text.is_empty()},
            "said": if whole_values { String::new() } else { said(room, language, &left, &right) },
            "agreement": level_id.and_then(|id| agreement(name, id)).map_or(by_eye, matching::report::agreement_id),
            "missing": lacking,
            "compared": level_id != Some("missing"),
            "level": level_id.filter(|id| !lacking && *id != "missing").map(|id| level(room, language, name, id)),
            "level_id": level_id,
            "bar": bar,
        })
    };
    let fields = case.fields();
    let is_empty = |name: &str| case.file.get(name).trim().is_empty() && candidate.values.get(name).trim().is_empty();
    fields.into_iter().filter(|name| !is_empty(name)).map(row).collect()
}

/// What one calls a record: the full name, else its first words.
pub(super) fn title(cells: &Cells) -> String {
    let full = cells.get("full_name").trim();
    if !full.is_empty() {
        return full.to_owned();
    }
    cells
        .fields()
        .map(|field| cells.get(field).trim())
        .filter(|text| !text.is_empty())
        .take(2)
        .collect::<Vec<_>>()
        .join(" ")
}

/// The candidates of a row, compared.
pub(super) fn candidates(room: &Room, language: Language, case: &Case) -> Vec<Value> {
    let of = |(at, candidate): (usize, &Candidate)| {
        json!({
            "number": at + 1,
            "title": title(&candidate.values),
            "born": shown(room, language, "birth_date", &candidate.values).text,
            "personal_number": candidate.personal_number,
            "probability": percent(candidate.probability),
            "share": format!("{:.0}", candidate.probability.clamp(0.0, 1.0) * 100.0),
            "weight": bits(language, candidate.weight),
            "rows": rows(room, language, case, candidate),
        })
    };
    case.candidates.iter().enumerate().map(of).collect()
}

/// A decision as it stands on pages.
pub(super) fn decision(entry: &Entry) -> Value {
    json!({
        "seq": entry.seq,
        "row": entry.row,
        "deed": entry.deed.id(),
        "personal_number": entry.personal_number,
        "takes_back": entry.takes_back,
        "clerk": entry.clerk,
        "at": entry.at.format(&time::format_description::well_known::Rfc3339).unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_certain_is_not_shown_as_certain() {
        let of = |p| percent(p);
        assert_eq!(
            (of(0.0), of(0.004), of(0.61), of(0.996), of(1.0)),
            ("0 %".into(), "< 1 %".into(), "61 %".into(), "> 99 %".into(), "100 %".into())
        );
        assert_eq!((bits(Language::Vi, 8.25), bits(Language::En, -3.04)), ("+8,2".to_owned(), "−3.0".to_owned()));
    }
}
