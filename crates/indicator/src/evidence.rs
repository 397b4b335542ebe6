//! Evidence: a file from which anybody computes a body's score again and gets the same, to the last digit.
//!
//! One JSON text a line. First what is scored, by which version of the index, as of when; then every dossier, petition,
//! procedure and reported figure that counts; at the end the counts and points that were shown, and SHA-256 of all
//! lines before, so that a cut file is noticed. Nothing personal is in it.

use crate::definition::Level;
use crate::facts::{DossierFacts, Given, PetitionFacts, ProcedureFacts};
use crate::figures::Figures;
use crate::indicators::Indicators;
use crate::period::Period;
use crate::score::{Score, score};
use crate::tally::Tally;
use crate::{Error, fingerprint};
use kernel::BodyId;
use kernel::calendar::Calendar;
use kernel::text::hex;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, HashSet};
use std::io::{BufRead, Write};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// The form of the file.
pub(crate) const FORM: u32 = 1;
/// No line is longer.
const LINE_BYTES_MAX: usize = 1 << 20;

/// The first line: what is scored.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The form of the file: 1.
    pub evidence: u32,
    /// The index.
    pub indicator: String,
    /// The first day of its version.
    #[serde(with = "pack::date")]
    pub version_from: Date,
    /// SHA-256 of that version.
    pub fingerprint: String,
    /// The body.
    pub body: BodyId,
    /// What kind it is.
    pub level: Level,
    /// The body and everything below it: nobody else's facts count.
    pub bodies: Vec<BodyId>,
    /// The period.
    pub period: Period,
    /// As of when.
    #[serde(with = "time::serde::rfc3339")]
    pub now: OffsetDateTime,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Line {
    Dossier(Box<DossierFacts>),
    Petition(PetitionFacts),
    Procedure(ProcedureFacts),
    Given(Given),
    End(Box<End>),
}

/// The last line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    figures: Figures,
    score: Score,
    /// Of all lines before, line breaks included.
    sha256: String,
}

/// Writes evidence.
pub struct Writer<W: Write> {
    out: W,
    hash: Sha256,
}

impl<W: Write> Writer<W> {
    /// Begins a file.
    ///
    /// # Errors
    /// `File`.
    pub fn begin(out: W, head: &Head) -> Result<Self, Error> {
        let mut writer = Self { out, hash: Sha256::new() };
        writer.line(head)?;
        Ok(writer)
    }

    /// Writes a dossier.
    ///
    /// # Errors
    /// `File`.
    pub fn dossier(&mut self, facts: &DossierFacts) -> Result<(), Error> {
        self.line(&Line::Dossier(Box::new(facts.clone())))
    }

    /// Writes a petition.
    ///
    /// # Errors
    /// `File`.
    pub fn petition(&mut self, facts: &PetitionFacts) -> Result<(), Error> {
        self.line(&Line::Petition(facts.clone()))
    }

    /// Writes a procedure.
    ///
    /// # Errors
    /// `File`.
    pub fn procedure(&mut self, facts: &ProcedureFacts) -> Result<(), Error> {
        self.line(&Line::Procedure(facts.clone()))
    }

    /// Writes a reported figure.
    ///
    /// # Errors
    /// `File`.
    pub fn given(&mut self, given: &Given) -> Result<(), Error> {
        self.line(&Line::Given(given.clone()))
    }

    /// Ends the file with what was shown.
    ///
    /// # Errors
    /// `File`.
    pub fn end(mut self, figures: &Figures, score: &Score) -> Result<W, Error> {
        let sha256 = hex(&self.hash.clone().finalize());
        self.line(&Line::End(Box::new(End { figures: figures.clone(), score: score.clone(), sha256 })))?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn line(&mut self, line: &impl Serialize) -> Result<(), Error> {
        let mut bytes = serde_json::to_vec(line).map_err(|error| Error::File(error.into()))?;
        bytes.push(b'\n');
        self.hash.update(&bytes);
        Ok(self.out.write_all(&bytes)?)
    }
}

/// What a recomputation found.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Recomputed {
    /// What was scored.
    pub head: Head,
    /// Facts that were read: dossiers, petitions, procedures, figures.
    pub facts: [u64; 4],
    /// The counts, from the facts.
    pub figures: Figures,
    /// The points, from the counts.
    pub score: Score,
    /// What the file says was shown.
    pub shown: Score,
    /// Whether both are the same, counts included.
    pub same: bool,
}

/// Computes a score again from its evidence.
///
/// # Errors
/// `Evidence` for a line that cannot be used: not readable, a fact of another body, one that stands twice, a file that
/// was cut or changed; `UnknownIndicator`, `OtherVersion` where the pack has not the version; `File`.
pub fn recompute(mut source: impl BufRead, indicators: &Indicators, calendar: &Calendar) -> Result<Recomputed, Error> {
    let mut lines = Lines { source: &mut source, number: 0, hash: Sha256::new(), line: Vec::new() };
    let head: Head = lines.next()?.ok_or_else(|| lines.fault("the file is empty"))?;
    if head.evidence != FORM {
        return Err(lines.fault("another form of evidence"));
    }
    let version = indicators.on(&head.indicator, head.version_from).ok_or(Error::UnknownIndicator)?;
    let found = fingerprint(version);
    if found != head.fingerprint {
        return Err(Error::OtherVersion { wanted: head.fingerprint, found });
    }
    let mut reader = Reader {
        bodies: head.bodies.iter().cloned().collect(),
        ids: HashSet::new(),
        procedures: BTreeSet::new(),
        given: BTreeSet::new(),
        tally: Tally::new(&version.item, calendar, head.period, head.now),
        facts: [0; 4],
    };
    let end = loop {
        let before = hex(&lines.hash.clone().finalize());
        match lines.next::<Line>()? {
            Some(Line::End(end)) if end.sha256 == before => break end,
            Some(Line::End(_)) => return Err(lines.fault("the file was changed")),
            Some(line) => reader.take(line).map_err(|message| lines.fault(message))?,
            None => return Err(lines.fault("the file was cut")),
        }
    };
    if lines.next::<serde_json::Value>()?.is_some() {
        return Err(lines.fault("something follows the end"));
    }
    let figures = reader.tally.figures();
    let points = score(&version.item, &figures, head.level, head.period)?;
    let same = points == end.score && figures == end.figures;
    Ok(Recomputed { facts: reader.facts, head, figures, score: points, shown: end.score, same })
}

struct Reader<'a> {
    bodies: HashSet<BodyId>,
    ids: HashSet<Uuid>,
    procedures: BTreeSet<(BodyId, String)>,
    given: BTreeSet<(BodyId, u16, String)>,
    tally: Tally<'a>,
    facts: [u64; 4],
}

impl Reader<'_> {
    fn take(&mut self, line: Line) -> Result<(), &'static str> {
        let body = match &line {
            Line::Dossier(facts) => &facts.body,
            Line::Petition(facts) => &facts.body,
            Line::Procedure(facts) => &facts.body,
            Line::Given(given) => &given.body,
            Line::End(_) => return Ok(()),
        };
        if !self.bodies.contains(body) {
            return Err("a fact of another body");
        }
        let (kind, is_new) = match &line {
            Line::Dossier(facts) => (0, self.ids.insert(facts.dossier)),
            Line::Petition(facts) => (1, self.ids.insert(facts.petition)),
            Line::Procedure(facts) => (2, self.procedures.insert((facts.body.clone(), facts.procedure.clone()))),
            Line::Given(given) => {
                (3, self.given.insert((given.body.clone(), given.month.number(), given.counter.clone())))
            }
            Line::End(_) => return Ok(()),
        };
        if !is_new {
            return Err("a fact that stands twice");
        }
        self.facts[kind] += 1;
        match line {
            Line::Dossier(facts) => self.tally.dossier(&facts),
            Line::Petition(facts) => self.tally.petition(&facts),
            Line::Procedure(facts) => self.tally.procedure(&facts),
            Line::Given(given) => self.tally.given(&given),
            Line::End(_) => {}
        }
        Ok(())
    }
}

struct Lines<'a, R: BufRead> {
    source: &'a mut R,
    number: usize,
    hash: Sha256,
    line: Vec<u8>,
}

impl<R: BufRead> Lines<'_, R> {
    fn next<T: serde::de::DeserializeOwned>(&mut self) -> Result<Option<T>, Error> {
        self.line.clear();
        self.number += 1;
        let mut limited = std::io::Read::take(&mut *self.source, LINE_BYTES_MAX as u64);
        if limited.read_until(b'\n', &mut self.line)? == 0 {
            return Ok(None);
        }
        if self.line.last() != Some(&b'\n') {
            return Err(self.fault("the line was cut, or is too long"));
        }
        self.hash.update(&self.line);
        // Where it does not fit is said, not what stands there.
        serde_json::from_slice(&self.line).map(Some).map_err(|error| self.fault(&format!("column {}", error.column())))
    }

    fn fault(&self, message: &str) -> Error {
        Error::Evidence { line: self.number, message: message.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::{FORM, Head, Writer, recompute};
    use crate::facts::DossierFacts;
    use crate::tests::vietnam;
    use crate::{Level, Tally, fingerprint, score};
    use kernel::BodyId;
    use serde_json::json;
    use time::macros::{date, datetime};
    use uuid::Uuid;

    fn facts(n: u128, ended: &str) -> DossierFacts {
        serde_json::from_value(json!({
            "dossier": Uuid::from_u128(n), "body": "commune/00004", "procedure": "1.000001",
            "received_at": "2026-03-02T08:00:00+07:00", "due_at": "2026-03-06T17:00:00+07:00",
            "statuses": [{"status": 9, "at": ended}],
        }))
        .unwrap()
    }

    fn written(dossiers: &[DossierFacts]) -> String {
        let (_, indicators, calendar) = vietnam();
        let version = indicators.on("766", date!(2026 - 03 - 31)).unwrap();
        let head = Head {
            evidence: FORM,
            indicator: "766".to_owned(),
            version_from: version.from,
            fingerprint: fingerprint(version),
            body: BodyId::from("commune/00004"),
            level: Level::Commune,
            bodies: vec![BodyId::from("commune/00004")],
            period: "2026-03".parse().unwrap(),
            now: datetime!(2026-04-01 00:00 +7),
        };
        let mut tally = Tally::new(&version.item, calendar, head.period, head.now);
        let mut writer = Writer::begin(Vec::new(), &head).unwrap();
        for facts in dossiers {
            tally.dossier(facts);
            writer.dossier(facts).unwrap();
        }
        let figures = tally.figures();
        let points = score(&version.item, &figures, head.level, head.period).unwrap();
        String::from_utf8(writer.end(&figures, &points).unwrap()).unwrap()
    }

    #[test]
    fn the_same_score_comes_out_again() {
        let (_, indicators, calendar) = vietnam();
        let dossiers: Vec<_> = (0..7)
            .map(|n| facts(n, if n < 2 { "2026-03-09T08:00:00+07:00" } else { "2026-03-05T08:00:00+07:00" }))
            .collect();
        let text = written(&dossiers);
        let again = recompute(text.as_bytes(), indicators, calendar).unwrap();
        assert!(again.same && again.facts == [7, 0, 0, 0]);
        assert_eq!(again.score.component("2.1").unwrap().points.as_deref(), Some("14.29"));
        assert_eq!(again.score.component("2.1").unwrap().exact.as_deref(), Some("100/7"));
    }

    #[test]
    fn a_file_that_was_changed_is_refused_in_its_line() {
        let (_, indicators, calendar) = vietnam();
        let refused = |text: &str| recompute(text.as_bytes(), indicators, calendar).unwrap_err().to_string();
        let text = written(&[facts(1, "2026-03-05T08:00:00+07:00"), facts(2, "2026-03-05T08:00:00+07:00")]);
        let lines: Vec<_> = text.lines().collect();
        let joined = |lines: &[&str]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
        assert!(refused("").contains("empty"));
        assert!(refused(&joined(&lines[..3])).contains("line 4 of the evidence: the file was cut"));
        assert!(
            refused(&joined(&[lines[0], lines[1], lines[3]])).contains("line 3 of the evidence: the file was changed")
        );
        assert!(
            refused(&joined(&[lines[0], lines[1], lines[1], lines[2], lines[3]]))
                .contains("line 3 of the evidence: a fact that stands twice")
        );
        assert!(
            refused(&text.replace("commune/00004\",\"procedure", "commune/00008\",\"procedure"))
                .contains("line 2 of the evidence: a fact of another body")
        );
        assert!(
            refused(&text.replace("2026-03-05T", "2026-03-04T"))
                .contains("line 4 of the evidence: the file was changed")
        );
        assert!(refused(&text[..text.len() - 10]).contains("line 4"));
        assert!(refused(&text.replacen("\"fingerprint\":\"", "\"fingerprint\":\"0", 1)).contains("rests on version"));
        assert!(refused(&joined(&[lines[0], "{\"dossier\":{}}"])).contains("line 2 of the evidence: column"));
        assert!(refused(&format!("{text}{{}}\n")).contains("something follows"));
    }

    #[test]
    fn a_score_that_was_not_earned_is_seen() {
        let (_, indicators, calendar) = vietnam();
        let text = written(&[facts(1, "2026-03-09T08:00:00+07:00")]);
        // The last line is not below the hash: its points are compared instead.
        let boasting = text.replace("\"total\":\"12.00\"", "\"total\":\"92.00\"");
        assert!(text != boasting && !recompute(boasting.as_bytes(), indicators, calendar).unwrap().same);
    }
}
