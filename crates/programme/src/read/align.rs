//! Which cell of a row stands for which column, when the row has too few or too many: told by what stands in the cells.

use super::Column;
use crate::bodies::Bodies;
use crate::deadline::Deadline;
use crate::doubt::At;
use time::Date;
use time::macros::date;

/// Most columns for which all ways of leaving some out are tried.
const COLUMNS_MAX: usize = 12;
/// The day on which names are looked up while columns are told apart; which province has which code does not matter here.
const ANY_DAY: Date = date!(2024 - 01 - 01);

/// How the cells of a row lie in the columns of the table.
#[derive(Debug)]
pub(super) struct Aligned {
    /// Cell by column.
    pub(super) cells: Vec<(Column, String)>,
    /// Columns without a cell.
    pub(super) missing: Vec<Column>,
    /// Cells without a column that hold something.
    pub(super) extra: Vec<String>,
    /// How many cells there were too many.
    pub(super) doubled: usize,
}

/// Lays the cells into the columns. A column of the table that is none of ours is `None`: its cells are extra.
pub(super) fn align(columns: &[Option<Column>], cells: &[String], bodies: &Bodies) -> Aligned {
    let doubled = cells.len().saturating_sub(columns.len());
    if cells.len() == columns.len() || columns.len() > COLUMNS_MAX || cells.len() > COLUMNS_MAX {
        return lay(columns, cells, &[], doubled);
    }
    if cells.len() < columns.len() {
        let best = choices(columns.len(), columns.len() - cells.len()).into_iter().max_by_key(|left_out| {
            let kept = (0..columns.len()).filter(|i| !left_out.contains(i));
            let fits: i32 = kept.zip(cells).map(|(i, cell)| fit(columns[i], cell, bodies)).sum();
            let loss: i32 = left_out.iter().map(|i| loss(columns[*i])).sum();
            fits - loss
        });
        return lay(columns, cells, &best.unwrap_or_default(), 0);
    }
    let best = choices(cells.len(), doubled).into_iter().max_by_key(|dropped| {
        let kept = (0..cells.len()).filter(|i| !dropped.contains(i));
        let fits: i32 = kept.zip(columns).map(|(i, column)| fit(*column, &cells[i], bodies)).sum();
        let empty = dropped.iter().filter(|i| cells[**i].is_empty()).count();
        fits + 2 * i32::try_from(empty).unwrap_or(0)
    });
    let dropped = best.unwrap_or_default();
    let kept: Vec<String> = (0..cells.len()).filter(|i| !dropped.contains(i)).map(|i| cells[i].clone()).collect();
    let mut aligned = lay(columns, &kept, &[], doubled);
    aligned.extra.extend(dropped.iter().map(|i| cells[*i].clone()).filter(|cell| !cell.is_empty()));
    aligned
}

fn lay(columns: &[Option<Column>], cells: &[String], left_out: &[usize], doubled: usize) -> Aligned {
    let mut aligned = Aligned { cells: Vec::new(), missing: Vec::new(), extra: Vec::new(), doubled };
    let mut rest = cells.iter();
    for (i, column) in columns.iter().enumerate() {
        let cell = if left_out.contains(&i) { None } else { rest.next() };
        match (column, cell) {
            (Some(column), Some(cell)) => aligned.cells.push((*column, cell.clone())),
            (Some(column), None) => aligned.missing.push(*column),
            (None, Some(cell)) if !cell.is_empty() => aligned.extra.push(cell.clone()),
            (None, _) => {}
        }
    }
    aligned.extra.extend(rest.filter(|cell| !cell.is_empty()).cloned());
    aligned
}

/// Every way of choosing `count` of `of`; ways that leave out later places come last, so that they win a draw.
fn choices(of: usize, count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let mut found = Vec::new();
    for last in (count - 1)..of {
        for mut rest in choices(last, count - 1) {
            rest.push(last);
            found.push(rest);
        }
    }
    found
}

/// How well a cell fits a column.
fn fit(column: Option<Column>, cell: &str, bodies: &Bodies) -> i32 {
    let empty = cell.is_empty();
    let party = || {
        let (parties, _) = bodies.find(cell, ANY_DAY, At::Row);
        let known = parties.iter().filter(|party| party.body.is_some() || party.group.is_some()).count();
        match (known, parties.len()) {
            (0, _) => -1,
            (known, all) if known == all => 3,
            _ => 1,
        }
    };
    match column {
        Some(Column::Number) if super::rows::is_number(cell) => 4,
        Some(Column::Number) if super::rows::mark(cell).is_some() => 3,
        Some(Column::Number) => i32::from(empty) - 1,
        Some(Column::Deadline) if Deadline::is_one(cell) => 3,
        Some(Column::Lead | Column::Support) if !empty => party(),
        Some(Column::Deadline) if !empty => -1,
        Some(Column::Content) => {
            if empty {
                -2
            } else {
                1
            }
        }
        Some(Column::Product) if !empty && !Deadline::is_one(cell) => 1,
        Some(Column::Lead) => -1,
        _ => 0,
    }
}

/// What it costs to take a column as the one that is missing.
const fn loss(column: Option<Column>) -> i32 {
    match column {
        None | Some(Column::Support) => 0,
        Some(Column::Product | Column::Section) => 1,
        Some(Column::Deadline) => 2,
        Some(Column::Lead) => 3,
        Some(Column::Number) => 5,
        Some(Column::Content) => 8,
    }
}
