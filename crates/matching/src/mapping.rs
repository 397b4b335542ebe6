//! Which columns of a file hold which fields.
//!
//! A mapping is a YAML (or JSON) file that a clerk confirms and keeps:
//!
//! ```yaml
//! columns:
//!   full_name: "Họ và tên"
//!   birth_date: [Ngày, Tháng, Năm]
//! ```
//!
//! Files that are not about people say their fields too, and how rows are brought together:
//!
//! ```yaml
//! fields: [{name: given_name, kind: text}, {name: date_of_birth, kind: date}]
//! blocking: [[given_name, date_of_birth.year]]
//! ```

use crate::source::Fault;
use crate::{Error, FIELDS_MAX, Field, Kind, Schema};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;

/// Largest mapping file.
const MAPPING_BYTES_MAX: u64 = 1 << 20;

/// Which columns of a file hold which fields, in the order written.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Mapping {
    /// Field and its columns.
    pub columns: Vec<(String, Columns)>,
    /// The fields of a file that is not about people; empty for people.
    pub fields: Vec<Field>,
    /// The keys by which rows are brought together, each a list of fields (or `field.part`); empty for the usual ones.
    pub blocking: Vec<Vec<String>>,
}

/// The headers whose cells, joined, are a field's value.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize)]
#[serde(transparent)]
pub struct Columns(pub Vec<String>);

impl<'de> Deserialize<'de> for Columns {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a header, or a list of headers")]
        enum Written {
            One(String),
            Number(serde_json::Number),
            Several(Vec<String>),
        }
        Ok(Self(match Written::deserialize(deserializer)? {
            Written::One(header) => vec![header],
            Written::Number(header) => vec![header.to_string()],
            Written::Several(headers) => headers,
        }))
    }
}

/// The file as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    columns: serde_json::Map<String, serde_json::Value>,
    #[serde(default)]
    fields: Vec<Field>,
    #[serde(default)]
    blocking: Vec<Vec<String>>,
}

impl Mapping {
    /// The file at `path`, YAML or JSON.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let shown = path.display().to_string();
        let failed = |source| Error::File { path: shown.clone(), source };
        let mut text = String::new();
        let file = std::fs::File::open(path).map_err(failed)?;
        file.take(MAPPING_BYTES_MAX).read_to_string(&mut text).map_err(failed)?;
        Self::parse(&shown, &text)
    }

    /// The text of the file `path`.
    pub fn parse(path: &str, text: &str) -> Result<Self, Error> {
        let wrong = |line, what| Error::Source(Fault::Mapping { path: path.to_owned(), line, what });
        let mut report = pack::Report::default();
        let documents = pack::Document::read_text(path, text, &mut report);
        let written = documents.first().and_then(|document| document.parse::<Written>(None, &mut report));
        if let Some(finding) = report.problems().first() {
            return Err(wrong(finding.line, finding.message.clone()));
        }
        let (Some(document), Some(written)) = (documents.first(), written) else {
            return Err(wrong(1, "no mapping in it".to_owned()));
        };
        let mut columns = Vec::new();
        for (field, value) in written.columns {
            let headers = serde_json::from_value::<Columns>(value)
                .map_err(|error| wrong(document.line(&format!("/columns/{field}")), error.to_string()))?;
            if !headers.0.is_empty() {
                columns.push((field, headers));
            }
        }
        let mapping = Self { columns, fields: written.fields, blocking: written.blocking };
        mapping.check()?;
        Ok(mapping)
    }

    fn check(&self) -> Result<(), Error> {
        if self.fields.len() > FIELDS_MAX {
            return Err(Fault::TooManyFields { max: FIELDS_MAX }.into());
        }
        let schema = self.schema();
        let blocked =
            self.blocking.iter().flatten().map(|key| key.split_once('.').map_or(key.as_str(), |(name, _)| name));
        for field in self.columns.iter().map(|(field, _)| field.as_str()).chain(blocked) {
            if schema.position(field).is_none() {
                return Err(Fault::NoField { field: field.to_owned() }.into());
            }
        }
        Ok(())
    }

    /// Writes it to `path`, as YAML, so that it is read again as it is.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        std::fs::write(path, self.text()).map_err(|source| Error::File { path: path.display().to_string(), source })
    }

    /// The mapping as YAML.
    #[must_use]
    pub fn text(&self) -> String {
        // A JSON string is a YAML string: quoting it that way needs no rules of our own.
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let list = |texts: &[String]| texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", ");
        let mut text = String::new();
        if !self.columns.is_empty() {
            text.push_str("columns:\n");
        }
        for (field, Columns(headers)) in &self.columns {
            let _ = match headers.as_slice() {
                [header] => writeln!(text, "  {}: {}", quoted(field), quoted(header)),
                headers => writeln!(text, "  {}: [{}]", quoted(field), list(headers)),
            };
        }
        if !self.fields.is_empty() {
            text.push_str("fields:\n");
        }
        for field in &self.fields {
            let kind = serde_json::to_value(field.kind).unwrap_or_default();
            let _ = writeln!(text, "  - {{\"name\": {}, \"kind\": {kind}}}", quoted(&field.name));
        }
        if !self.blocking.is_empty() {
            text.push_str("blocking:\n");
        }
        for key in &self.blocking {
            let _ = writeln!(text, "  - [{}]", list(key));
        }
        if text.is_empty() {
            text.push_str("columns: {}\n");
        }
        text
    }

    /// The fields: those that the mapping names, or those of people.
    #[must_use]
    pub fn schema(&self) -> Schema {
        if self.fields.is_empty() { Schema::people() } else { Schema { fields: self.fields.clone() } }
    }

    /// The columns of a field, where it has any.
    #[must_use]
    pub fn columns_of(&self, field: &str) -> Option<&[String]> {
        self.columns.iter().find(|(name, _)| name == field).map(|(_, columns)| columns.0.as_slice())
    }

    /// Where each field of `schema` stands among `headers`: the positions of its columns, none where the file does
    /// not have the field. A field of a file that is not about people, and that the mapping gives no column, is the
    /// column of its own name.
    pub(crate) fn resolve(&self, headers: &[String], schema: &Schema) -> Result<Vec<Part>, Error> {
        let find = |header: &str| headers.iter().position(|known| known == header);
        let mut parts = Vec::with_capacity(schema.fields.len());
        for field in &schema.fields {
            let mut columns = Vec::new();
            match self.columns_of(&field.name) {
                Some(names) => {
                    for name in names {
                        let found = find(name).or_else(|| headers.iter().position(|known| known.trim() == name.trim()));
                        columns.push(
                            found.ok_or_else(|| Fault::NoColumn { field: field.name.clone(), column: name.clone() })?,
                        );
                    }
                }
                None if !self.fields.is_empty() => columns.extend(find(&field.name)),
                None => {}
            }
            let joint = match field.kind {
                Kind::Date => "/",
                Kind::Commune | Kind::Province => ", ",
                _ => " ",
            };
            parts.push(Part { columns, joint });
        }
        if parts.iter().all(|part| part.columns.is_empty()) {
            return Err(Fault::NothingMapped.into());
        }
        Ok(parts)
    }
}

/// Where a field's value stands in a row.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) columns: Vec<usize>,
    /// What stands between the cells of several columns.
    pub(crate) joint: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fault(text: &str) -> Fault {
        match Mapping::parse("map.yaml", text) {
            Err(Error::Source(fault)) => fault,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_mapping_is_read_from_yaml_and_from_json() {
        let yaml = "columns:\n  full_name: Họ và tên\n  birth_date: [Ngày, Tháng, Năm]\n  sex: 5\n";
        let json = r#"{"columns": {"full_name": "Họ và tên", "birth_date": ["Ngày", "Tháng", "Năm"], "sex": "5"}}"#;
        let mapping = Mapping::parse("a", yaml).unwrap();
        assert_eq!(mapping, Mapping::parse("b", json).unwrap());
        assert_eq!(mapping.columns_of("birth_date").unwrap(), ["Ngày", "Tháng", "Năm"]);
        assert_eq!(mapping.schema(), Schema::people());
        let parts = mapping.resolve(&["5", "Năm", "Tháng", "Ngày", "Họ và tên "].map(String::from), &Schema::people());
        let columns: Vec<_> = parts.unwrap().into_iter().map(|part| (part.columns, part.joint)).collect();
        assert_eq!(columns[1..4], [(vec![4], " "), (vec![3, 2, 1], "/"), (vec![0], " ")]);
    }

    #[test]
    fn files_that_are_not_about_people_say_their_fields() {
        let text = "fields: [{name: given_name, kind: text}, {name: date_of_birth, kind: date}]\n\
                    blocking: [[given_name, date_of_birth.year]]\n";
        let mapping = Mapping::parse("a", text).unwrap();
        assert_eq!(mapping.schema().fields[1].kind, Kind::Date);
        let parts = mapping.resolve(&["x".into(), "given_name".into()], &mapping.schema()).unwrap();
        assert_eq!((parts[0].columns.as_slice(), parts[1].columns.as_slice()), ([1].as_slice(), [].as_slice()));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        assert!(matches!(fault("columns:\n  full_name: [\n"), Fault::Mapping { .. }));
        assert!(matches!(fault("columns:\n  sex: a\n  full_name: {a: b}\n"), Fault::Mapping { line: 3, .. }));
        assert!(matches!(fault("colums: {}\n"), Fault::Mapping { line: 1, .. }));
        assert!(matches!(fault(""), Fault::Mapping { .. }));
        assert_eq!(fault("columns: {nme: a}"), Fault::NoField { field: "nme".into() });
        assert_eq!(fault("blocking: [[nme.year]]"), Fault::NoField { field: "nme".into() });
        let mapping = Mapping::parse("a", "columns: {full_name: Tên}").unwrap();
        let no_column = mapping.resolve(&["Họ".into()], &Schema::people()).unwrap_err();
        assert!(matches!(no_column, Error::Source(Fault::NoColumn { .. })), "{no_column}");
        let nothing = Mapping::default().resolve(&["Họ".into()], &Schema::people()).unwrap_err();
        assert!(matches!(nothing, Error::Source(Fault::NothingMapped)), "{nothing}");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            names in proptest::collection::vec(proptest::collection::vec("\\PC{0,12}", 1..4), 0..4),
            fields in proptest::bool::ANY,
        ) {
            let mut mapping = Mapping::default();
            if fields {
                mapping.fields = Schema::people().fields;
                mapping.blocking = vec![vec!["full_name".into(), "birth_date.year".into()]];
            }
            let schema = Schema::people();
            for (field, headers) in schema.fields.iter().zip(names) {
                mapping.columns.push((field.name.clone(), Columns(headers)));
            }
            prop_assert_eq!(Mapping::parse("m", &mapping.text()).unwrap(), mapping);
        }
    }
}
