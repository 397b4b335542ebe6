//! Dossier codes: a prefix, the Vietnam day, a number. Numbers are leased to a process in blocks, in transactions of
//! their own, so that nobody waits for a counter while filing; a block that is not used up leaves a gap.

use crate::Error;
use crate::definition::Numbering;
use sqlx::PgPool;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use time::Date;

/// Numbers in a block.
pub(crate) const BLOCK: i64 = 100;

/// The format of a code, read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Format(Vec<Part>);

#[derive(Clone, PartialEq, Eq, Debug)]
enum Part {
    Text(String),
    Prefix,
    Day { long: bool },
    Number { digits: usize },
}

impl Format {
    /// Reads `{prefix}-{yymmdd}-{seq:7}`. None where the day or the number is missing, or a mark is unknown.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            let (mark, after) = after.split_once('}')?;
            parts.push(match mark {
                "prefix" => Part::Prefix,
                "yymmdd" => Part::Day { long: false },
                "yyyymmdd" => Part::Day { long: true },
                other => Part::Number { digits: other.strip_prefix("seq:")?.parse().ok().filter(|n| *n <= 12)? },
            });
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        let whole = parts.iter().any(|part| matches!(part, Part::Day { .. }))
            && parts.iter().any(|part| matches!(part, Part::Number { .. }));
        whole.then_some(Self(parts))
    }

    fn print(&self, prefix: &str, day: Date, number: i64) -> String {
        let (year, month, date) = (day.year(), u8::from(day.month()), day.day());
        self.0
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.clone(),
                Part::Prefix => prefix.to_owned(),
                Part::Day { long: true } => format!("{year:04}{month:02}{date:02}"),
                Part::Day { long: false } => format!("{:02}{month:02}{date:02}", year.rem_euclid(100)),
                Part::Number { digits } => format!("{number:0digits$}"),
            })
            .collect()
    }
}

/// The blocks that this process has leased.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    leased: Mutex<HashMap<(String, Date), std::ops::Range<i64>>>,
}

impl Numbers {
    /// The next code. Leases another block when the last is used up.
    pub(crate) async fn next(&self, pool: &PgPool, numbering: &Numbering, day: Date) -> Result<String, Error> {
        let format =
            Format::parse(&numbering.format).ok_or_else(|| Error::Definition("numbering format".to_owned()))?;
        if let Some(number) = self.take(&numbering.prefix, day) {
            return Ok(format.print(&numbering.prefix, day, number));
        }
        let end: i64 = sqlx::query_scalar(
            "INSERT INTO procedure.code_block AS b (prefix, day, next) VALUES ($1, $2, $3 + 1) \
             ON CONFLICT ON CONSTRAINT code_block_pk DO UPDATE SET next = b.next + $3 RETURNING next",
        )
        .bind(&numbering.prefix)
        .bind(day)
        .bind(BLOCK)
        .fetch_one(pool)
        .await?;
        let mut block = end - BLOCK..end;
        let number = block.next().unwrap_or(end);
        let mut leased = self.leased.lock().unwrap_or_else(PoisonError::into_inner);
        // Yesterday's numbers are of no more use. Where another task leased a block meanwhile, one of them is a gap.
        leased.retain(|(_, of), _| *of >= day);
        leased.insert((numbering.prefix.clone(), day), block);
        Ok(format.print(&numbering.prefix, day, number))
    }

    fn take(&self, prefix: &str, day: Date) -> Option<i64> {
        let mut leased = self.leased.lock().unwrap_or_else(PoisonError::into_inner);
        leased.get_mut(&(prefix.to_owned(), day))?.next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn formats() {
        let check = |format: &str, expected: Option<&str>| {
            let printed = Format::parse(format).map(|f| f.print("G22.99.08", date!(2026 - 11 - 22), 42));
            assert_eq!(printed.as_deref(), expected, "{format}");
        };
        check("{prefix}-{yymmdd}-{seq:7}", Some("G22.99.08-261122-0000042"));
        check("{prefix}-{yyyymmdd}-{seq:4}", Some("G22.99.08-20261122-0042"));
        check("{prefix}-{seq:7}", None);
        check("{prefix}-{yymmdd}", None);
        check("{prefix}-{yymmdd}-{serial}", None);
    }
}
