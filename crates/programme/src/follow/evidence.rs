//! What a report rests on: files known by their hash, figures, pages, what the platform measured.

use crate::Error;
use kernel::BodyId;
use kernel::text::{hex, unhex};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::collections::HashMap;
use time::Date;
use uuid::Uuid;

/// Most characters of a name or a link.
const NAME_MAX: usize = 500;

/// What a report rests on.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Evidence {
    /// A file that is kept elsewhere; its hash tells whether it is still the same.
    File {
        /// Its name.
        name: String,
        /// SHA-256, in hexadecimal.
        hash: String,
        /// Bytes.
        size: i64,
    },
    /// A figure that the body counted itself.
    Figure {
        /// What was counted.
        name: String,
        /// How many.
        figure: f64,
        /// Of what, such as `%`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit: Option<String>,
        /// On which day.
        #[serde(default, with = "kernel::iso_date::option")]
        as_of: Option<Date>,
    },
    /// A page that shows it.
    Link {
        /// What it shows.
        name: String,
        /// Its address.
        link: String,
    },
    /// What the platform measured itself. Only the program can say so.
    Measured {
        /// The name of the measure.
        name: String,
        /// The figure.
        figure: f64,
        /// On which day.
        #[serde(default, with = "kernel::iso_date::option")]
        as_of: Option<Date>,
    },
}

impl Evidence {
    /// Whether it has a name, and a value of its kind.
    pub(super) fn is_right(&self) -> bool {
        let named = |name: &str| (1..=NAME_MAX).contains(&name.chars().count());
        match self {
            Self::File { name, hash, size } => named(name) && unhex::<32>(hash).is_some() && *size >= 0,
            Self::Figure { name, figure, .. } | Self::Measured { name, figure, .. } => {
                named(name) && figure.is_finite()
            }
            Self::Link { name, link } => {
                named(name) && named(link) && (link.starts_with("https://") || link.starts_with('/'))
            }
        }
    }

    /// What can be held against it later, without anybody's words.
    pub(super) fn figure_or_hash(&self) -> Value {
        match self {
            Self::File { hash, .. } => json!({"file": hash}),
            Self::Figure { figure, .. } => json!({"figure": figure}),
            Self::Link { .. } => json!("link"),
            Self::Measured { name, figure, .. } => json!({"measured": name, "figure": figure}),
        }
    }
}

#[derive(Default, sqlx::FromRow)]
struct Row {
    report_id: Uuid,
    kind: String,
    name: String,
    file_hash: Option<Vec<u8>>,
    file_size: Option<i64>,
    figure: Option<f64>,
    unit: Option<String>,
    link: Option<String>,
    as_of: Option<Date>,
}

/// Keeps one piece of a report.
pub(super) async fn keep(
    conn: &mut PgConnection,
    body: &BodyId,
    report: Uuid,
    position: i16,
    evidence: &Evidence,
) -> Result<(), Error> {
    let row = match evidence.clone() {
        Evidence::File { name, hash, size } => Row {
            kind: "file".to_owned(),
            name,
            file_hash: unhex::<32>(&hash).map(Vec::from),
            file_size: Some(size),
            ..Row::default()
        },
        Evidence::Figure { name, figure, unit, as_of } => {
            Row { kind: "figure".to_owned(), name, figure: Some(figure), unit, as_of, ..Row::default() }
        }
        Evidence::Link { name, link } => Row { kind: "link".to_owned(), name, link: Some(link), ..Row::default() },
        Evidence::Measured { name, figure, as_of } => {
            Row { kind: "measured".to_owned(), name, figure: Some(figure), as_of, ..Row::default() }
        }
    };
    sqlx::query(
        "insert into programme.evidence (body, report_id, position, kind, name, file_hash, file_size, figure, unit, link, as_of)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(body.as_str())
    .bind(report)
    .bind(position)
    .bind(row.kind)
    .bind(row.name)
    .bind(row.file_hash)
    .bind(row.file_size)
    .bind(row.figure)
    .bind(row.unit)
    .bind(row.link)
    .bind(row.as_of)
    .execute(conn)
    .await?;
    Ok(())
}

impl Row {
    fn evidence(self) -> Result<Evidence, Error> {
        let lost = || Error::Fault("evidence without its value");
        Ok(match self.kind.as_str() {
            "file" => Evidence::File {
                name: self.name,
                hash: hex(&self.file_hash.ok_or_else(lost)?),
                size: self.file_size.unwrap_or(0),
            },
            "figure" => {
                let figure = self.figure.ok_or_else(lost)?;
                Evidence::Figure { name: self.name, figure, unit: self.unit, as_of: self.as_of }
            }
            "link" => Evidence::Link { name: self.name, link: self.link.ok_or_else(lost)? },
            _ => Evidence::Measured { name: self.name, figure: self.figure.ok_or_else(lost)?, as_of: self.as_of },
        })
    }
}

/// The evidence of a body's reports on a task, by report.
pub(super) async fn of_task(
    conn: &mut PgConnection,
    task: Uuid,
    body: &BodyId,
) -> Result<HashMap<Uuid, Vec<Evidence>>, Error> {
    let pieces: Vec<Row> = sqlx::query_as(
        "select e.report_id, e.kind, e.name, e.file_hash, e.file_size, e.figure, e.unit, e.link, e.as_of
         from programme.evidence e join programme.report r on r.body = e.body and r.report_id = e.report_id
         where e.body = $1 and r.task_id = $2 order by e.position",
    )
    .bind(body.as_str())
    .bind(task)
    .fetch_all(conn)
    .await?;
    let mut evidence: HashMap<Uuid, Vec<Evidence>> = HashMap::new();
    for piece in pieces {
        evidence.entry(piece.report_id).or_default().push(piece.evidence()?);
    }
    Ok(evidence)
}
