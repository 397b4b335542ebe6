//! Drafts become tasks: deadlines and bodies are understood, numbers are looked over.

use super::head::head;
use super::{Draft, Drafts, Layout, Options, ReadTask, Reading, TASKS_MAX};
use crate::Error;
use crate::bodies::{Bodies, Party};
use crate::deadline;
use crate::doubt::{
    At, CONTENT_NONE, DEADLINE_EARLY, Doubt, HEAD_MISSING, LEAD_NONE, NUMBER_ODD, TASK_TWICE, TEXT_LEFT,
};
use std::collections::{BTreeMap, BTreeSet};
use time::Date;

/// Makes the reading.
///
/// # Errors
/// [`Error::NoTasks`]; [`Error::TooLarge`] for more than [`TASKS_MAX`].
pub(super) fn finish(
    layout: Layout,
    mut drafts: Drafts,
    preamble: &str,
    bodies: &Bodies,
    options: &Options,
) -> Result<Reading, Error> {
    if drafts.tasks.is_empty() {
        return Err(Error::NoTasks);
    }
    if drafts.tasks.len() > TASKS_MAX {
        return Err(Error::TooLarge(TASKS_MAX));
    }
    let (found_number, found_date) = head(preamble);
    let number = options.number.clone().or(found_number);
    let date = options.date.or(found_date);
    if number.is_none() || date.is_none() {
        drafts.doubts.push(Doubt::new(HEAD_MISSING, At::File));
    }
    if !drafts.left.is_empty() {
        drafts.doubts.push(Doubt::new(TEXT_LEFT, At::File).with("count", drafts.left.len()));
    }
    let day = date.or_else(|| earliest(&drafts.tasks)).unwrap_or(options.today);
    look_over_numbers(&mut drafts.tasks);
    let tasks = drafts.tasks.into_iter().map(|draft| task(draft, day, date, bodies, options.today)).collect();
    Ok(Reading {
        number,
        date,
        day,
        layout,
        sections: drafts.sections,
        tasks,
        doubts: drafts.doubts,
        left: drafts.left,
    })
}

/// The earliest day on which something is due: the directive is not younger.
fn earliest(tasks: &[Draft]) -> Option<Date> {
    tasks.iter().filter_map(|task| deadline::read(&task.deadline).0.until).min()
}

/// Numbers run from 1 in each section. One that is missing, or does not, keeps what it says.
fn look_over_numbers(tasks: &mut [Draft]) {
    let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
    let mut last: BTreeMap<String, u32> = BTreeMap::new();
    for task in tasks {
        task.number = task.number.trim_end_matches(['.', ')']).to_owned();
        if !task.number.is_empty() && !seen.insert((task.section.clone(), task.number.clone())) {
            let doubt = Doubt::new(TASK_TWICE, At::Number).with("section", &task.section).with("number", &task.number);
            task.doubts.push(doubt);
            continue;
        }
        let whole = task.number.split('.').next().and_then(|whole| whole.parse::<u32>().ok());
        let before = last.get(&task.section).copied().unwrap_or(0);
        let follows =
            whole.is_some_and(|whole| whole == before + 1 || task.number.contains('.') && whole >= before && whole > 0);
        if !follows {
            let doubt = Doubt::new(NUMBER_ODD, At::Number).with("expected", before + 1).with("found", &task.number);
            if !task.doubts.iter().any(|doubt| doubt.code == NUMBER_ODD) {
                task.doubts.push(doubt);
            }
        }
        last.insert(task.section.clone(), whole.unwrap_or(before + 1));
    }
}

fn task(draft: Draft, day: Date, date: Option<Date>, bodies: &Bodies, today: Date) -> ReadTask {
    let Draft { section, number, content, lead, support, deadline, product, mut doubts, line } = draft;
    if content.is_empty() {
        doubts.push(Doubt::new(CONTENT_NONE, At::Content));
    }
    let mut parties = |cell: &str, at| {
        let (mut found, doubtful) = bodies.find(cell, day, at);
        doubts.extend(doubtful);
        found.iter_mut().for_each(|party| succeed(party, bodies, day, today));
        found
    };
    let (lead, support) = (parties(&lead, At::Lead), parties(&support, At::Support));
    if lead.is_empty() {
        doubts.push(Doubt::new(LEAD_NONE, At::Lead));
    }
    let (deadline, doubtful) = deadline::read(&deadline);
    doubts.extend(doubtful);
    if let (Some(until), Some(date)) = (deadline.until, date)
        && until < date
    {
        doubts.push(Doubt::new(DEADLINE_EARLY, At::Deadline).with("until", kernel::iso_date::text(until)));
    }
    ReadTask { section, number, content, lead, support, deadline, product, doubts, line }
}

/// Names who answers today for a body that is no more.
fn succeed(party: &mut Party, bodies: &Bodies, day: Date, today: Date) {
    if let Some(body) = &party.body {
        let answering = bodies.answering(body, day, today);
        if answering != [body.clone()] {
            party.successors = answering;
        }
    }
}
