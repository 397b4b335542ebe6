//! `report.html`: one page that needs nothing else, in the reader's language. It holds personal data and says so.

use super::report::Report;
use super::say::{Say, harmless, results_in};
use anyhow::{Context, Result};
use matching::report::{Examples, Words};
use matching::review::{Mark, Part, align};
use matching::{Agreement, Kind, Schema, Status};
use minijinja::value::Kwargs;
use minijinja::{AutoEscape, Environment, Value, context};
use serde::Serialize;
use std::sync::Arc;

const TEMPLATE: &str = include_str!("../../templates/clean-report.html");
/// Communes shown, worst first.
const COMMUNES: usize = 20;
const AGREEMENTS: [Agreement; 4] = [Agreement::Same, Agreement::Similar, Agreement::Differs, Agreement::Missing];

/// How much a level speaks for or against a person.
#[derive(Clone, Debug)]
pub(super) struct WeightRow {
    /// The field.
    pub(super) field: usize,
    /// The level.
    pub(super) level: u8,
    /// How often the level occurs for one person.
    pub(super) m: f64,
    /// How often for two.
    pub(super) u: f64,
}

#[derive(Serialize)]
struct Share {
    id: &'static str,
    name: String,
    rows: u64,
    share: f64,
    hint: String,
}

#[derive(Serialize)]
struct FieldRow {
    name: String,
    note: String,
    parts: Vec<FieldPart>,
}

#[derive(Serialize)]
struct FieldPart {
    id: &'static str,
    name: &'static str,
    rows: u64,
    start: f64,
    share: f64,
}

#[derive(Serialize)]
struct Marked {
    text: String,
    mark: &'static str,
}

/// The page. `schema` and `words` are those of the results.
pub(super) fn render(
    say: &Arc<Say>,
    report: &Report<'_>,
    schema: &Schema,
    examples: &Examples,
    weights: &[WeightRow],
) -> Result<String> {
    let within = report.register.is_none();
    let words = Words::new(schema, results_in(say.language), within);
    let summary = report.summary;
    let rows = (summary.counts.rows + summary.unreadable).max(1) as f64;
    let context = context! {
        lang => say.language.tag(),
        file => value(&report.file),
        register => value(&report.register),
        options => value(&report.options),
        shares => value(&shares(say, &words, report)),
        next => next(say, report),
        flags => flags(&words, report),
        found => summary.fields.first().map_or(0, |f| f.same + f.similar + f.differs + f.missing),
        fields => value(&fields(say, &words, schema, report)),
        agreements => AGREEMENTS.map(|agreement| words.agreement(agreement)),
        by_commune => !summary.communes.is_empty(),
        communes => communes(say, report),
        place_heads => [words.status(Status::Review), words.status(Status::None)],
        bins => summary.probabilities.iter().map(|bin| context! {
            name => if bin.to >= 1.0 {
                say.say("report-from", &[("from", decimal(say, f64::from(bin.from)))])
            } else {
                let ends = [("from", decimal(say, f64::from(bin.from))), ("to", decimal(say, f64::from(bin.to)))];
                say.say("report-between", &ends)
            },
            id => if f64::from(bin.from) + 1e-6 >= report.options.threshold {
                "match"
            } else if f64::from(bin.from) + 1e-6 >= report.options.review {
                "review"
            } else {
                "none"
            },
            rows => bin.rows,
            share => bin.rows as f64 / rows,
        }).collect::<Vec<_>>(),
        examples => shown(say, &words, schema, report, examples),
        weights => weights.iter().map(|row| weight(say, &words, row)).collect::<Vec<_>>(),
        columns => report.columns.iter().map(|(field, headers)| context! {
            field => schema.position(field).map_or_else(|| field.clone(), |at| words.field(at).to_owned()),
            headers => harmless(&headers.join(" + ")),
        }).collect::<Vec<_>>(),
        steps => report.timings.steps.iter().map(|step| context! {
            name => say.say(&format!("clean-stage-{}", step.stage), &[]),
            seconds => step.seconds,
        }).collect::<Vec<_>>(),
        speed => speed(say, report),
        made => web::date_text(&report.made),
        version => report.version,
    };
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let texts = Arc::clone(say);
    environment.add_function("t", move |id: String, args: Kwargs| {
        let names: Vec<_> = args.args().collect();
        let values: Result<Vec<_>, _> = names.iter().map(|name| args.get::<String>(name).map(|v| (*name, v))).collect();
        values.map(|values| texts.say(&id, &values))
    });
    let texts = Arc::clone(say);
    environment.add_filter("number", move |number: u64| texts.number(number));
    let texts = Arc::clone(say);
    environment.add_filter("percent", move |share: f64| texts.percent(share));
    let texts = Arc::clone(say);
    environment.add_filter("decimal", move |number: f64, decimals: Option<usize>| match decimals {
        Some(decimals) => texts.decimal(number, decimals),
        None => decimal(&texts, number),
    });
    environment.add_filter("capital", capital);
    environment.add_template("clean-report.html", TEMPLATE)?;
    environment.get_template("clean-report.html")?.render(context).context("draw report.html")
}

/// Anything as a template's value.
fn value(data: &impl Serialize) -> Value {
    serde_json::to_value(data).map_or(Value::UNDEFINED, |json| web::value(&json))
}

/// As many decimals as it has, at most four.
fn decimal(say: &Say, number: f64) -> String {
    let text = format!("{number:.4}");
    let decimals = text.trim_end_matches('0').split_once('.').map_or(0, |(_, decimals)| decimals.len());
    say.decimal(number, decimals)
}

/// With a capital at the beginning.
fn capital(text: String) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn shares(say: &Say, words: &Words, report: &Report<'_>) -> Vec<Share> {
    let counts = report.summary.counts;
    let within = report.register.is_none();
    let all = (counts.rows + report.summary.unreadable).max(1) as f64;
    let found = [
        (Status::Match, "match", counts.matched),
        (Status::Review, "review", counts.review),
        (Status::None, "none", counts.none),
        (Status::Duplicate, "duplicate", counts.duplicate),
    ];
    let mut shares: Vec<_> = found
        .into_iter()
        .map(|(status, id, rows)| {
            let hint = if within && status != Status::Duplicate {
                format!("report-share-{id}-within")
            } else {
                format!("report-share-{id}")
            };
            Share {
                id,
                name: words.status(status).to_owned(),
                rows,
                share: rows as f64 / all,
                hint: say.say(&hint, &[]),
            }
        })
        .collect();
    if report.summary.unreadable > 0 {
        shares.push(Share {
            id: "unreadable",
            name: say.say("report-unreadable", &[]),
            rows: report.summary.unreadable,
            share: report.summary.unreadable as f64 / all,
            hint: say.say("report-share-unreadable", &[]),
        });
    }
    shares
}

fn next(say: &Say, report: &Report<'_>) -> Vec<String> {
    let counts = report.summary.counts;
    let within = report.register.is_none();
    let unmatched = if within { 0 } else { counts.none };
    let steps = [
        (if within { "report-next-review-within" } else { "report-next-review" }, counts.review),
        ("report-next-none", unmatched),
        ("report-next-unreadable", report.summary.unreadable),
    ];
    let steps = steps.into_iter().filter(|(_, rows)| *rows > 0);
    let mut steps: Vec<_> = steps.map(|(id, rows)| say.say(id, &[("rows", say.number(rows))])).collect();
    if steps.is_empty() {
        steps.push(say.say("report-next-nothing", &[]));
    }
    steps
}

fn flags(words: &Words, report: &Report<'_>) -> Vec<Value> {
    // Without a register, whose number it is remains unknown.
    let known = |flag: &str| report.register.is_some() || flag != "number-of-another";
    let flags = report.summary.flags.iter().filter(|flag| flag.rows > 0 && known(flag.flag));
    flags
        .map(|flag| context! { sentence => words.say(&format!("clean-flag-{}", flag.flag)), rows => flag.rows })
        .collect()
}

fn fields(say: &Say, words: &Words, schema: &Schema, report: &Report<'_>) -> Vec<FieldRow> {
    let with_commune = schema.fields.iter().any(|field| field.kind == Kind::Commune);
    let fields = report.summary.fields.iter().enumerate();
    fields
        .map(|(at, field)| {
            let rows = [field.same, field.similar, field.differs, field.missing];
            let all = rows.iter().sum::<u64>().max(1) as f64;
            let mut start = 0.0;
            let parts = AGREEMENTS.iter().zip(rows).map(|(agreement, rows)| {
                let id = matching::report::agreement_id(*agreement);
                let share = rows as f64 / all;
                let part = FieldPart { id, name: words.agreement(*agreement), rows, start, share };
                start += share;
                part
            });
            let province = with_commune && schema.fields[at].kind == Kind::Province;
            let note = if province { say.say("report-fields-province", &[]) } else { String::new() };
            FieldRow { name: words.field(at).to_owned(), note, parts: parts.collect() }
        })
        .collect()
}

fn communes(say: &Say, report: &Report<'_>) -> Vec<Value> {
    let worst = report.summary.worst_communes(COMMUNES);
    worst
        .iter()
        .map(|place| {
            let unknown = || say.say("report-unknown-place", &[]);
            context! {
                name => capital(if place.name.is_empty() { unknown() } else { place.name.clone() }),
                share => place.unsolved(),
                rows => place.counts.rows,
                review => place.counts.review,
                none => place.counts.none,
            }
        })
        .collect()
}

fn shown(say: &Say, words: &Words, schema: &Schema, report: &Report<'_>, examples: &Examples) -> Vec<Value> {
    let kinds = examples.shown().map(|shown| {
        let special = words.level(shown.field, shown.level);
        let plain = words.agreement(words.agrees(shown.field, shown.level));
        let kind = schema.fields[shown.field].kind;
        let pairs = shown.examples.iter().map(|example| {
            let (file, register) = beside(say, kind, &example.file, &example.register);
            context! { row => example.row, file => value(&marked(&file)), register => value(&marked(&register)) }
        });
        context! {
            field => words.field(shown.field),
            level => if special.is_empty() { plain } else { special },
            rows => report.summary.level_rows(shown.field, shown.level),
            examples => pairs.collect::<Vec<_>>(),
        }
    });
    kinds.collect()
}

/// Two values beside each other, what differs marked where letters can be compared.
fn beside(say: &Say, kind: Kind, file: &str, register: &str) -> (Vec<Part>, Vec<Part>) {
    let whole = |text: &str| vec![Part { text: text.to_owned(), mark: Mark::Same }];
    match kind {
        Kind::Date => {
            // The register's date is written as the file writes its own.
            let (apart, register) = (date_separator(file), web::date_text(register));
            match apart {
                Some(separator) => align(file, &register.replace('/', &separator.to_string())),
                None => (whole(file), whole(&register)),
            }
        }
        Kind::Sex => (whole(file), whole(&say.say(&format!("report-sex-{register}"), &[]))),
        Kind::Commune | Kind::Province => (whole(file), whole(register)),
        _ => align(file, register),
    }
}

/// What stands between day, month and year of a date that is written in this order; none for other forms.
fn date_separator(text: &str) -> Option<char> {
    let separator = text.chars().find(|c| !c.is_ascii_digit())?;
    let parts: Vec<_> = text.split(separator).collect();
    let digits = parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    (digits && parts.len() == 3 && parts[2].len() == 4 && matches!(separator, '/' | '-' | '.')).then_some(separator)
}

fn marked(parts: &[Part]) -> Vec<Marked> {
    parts.iter().map(|part| Marked { text: part.text.clone(), mark: part.mark.id() }).collect()
}

fn weight(say: &Say, words: &Words, row: &WeightRow) -> Value {
    let first = row.level == 0;
    let special = words.level(row.field, row.level);
    let level = if special.is_empty() { words.agreement(words.agrees(row.field, row.level)) } else { special };
    // Two digits that say something, and no more than seven decimals.
    let share = |share: f64| {
        let decimals = (1.0 - share.max(1e-9).log10().floor()).clamp(4.0, 7.0) as usize;
        if share < 1e-7 { format!("< {}", say.decimal(1e-7, 7)) } else { say.decimal(share, decimals) }
    };
    let bits = (row.m / row.u).log2();
    context! {
        field => if first { words.field(row.field) } else { "" },
        first => first,
        level => level,
        m => share(row.m),
        u => share(row.u),
        bits => if bits.is_finite() { say.decimal(bits, 1) } else { String::new() },
    }
}

fn speed(say: &Say, report: &Report<'_>) -> Vec<String> {
    let timings = &report.timings;
    let mut lines = Vec::new();
    if timings.pairs > 0 {
        let rate = say.number(timings.pairs_per_second_per_core as u64);
        lines.push(say.say("report-pairs", &[("pairs", say.number(timings.pairs)), ("rate", rate)]));
    }
    let memory = [
        ("megabytes", say.number(timings.peak_memory_bytes / 1_000_000)),
        ("cpu", say.decimal(timings.cpu_seconds, 1)),
    ];
    lines.push(say.say("report-memory", &memory));
    lines
}
