//! YAML to JSON values that remember their lines.
//!
//! The subset is small on purpose: YAML 1.2 core schema, no anchors, no tags except `!!str`. A bare number with
//! leading zeros (`00004`) is refused where it stands, because it is a code whose zeros would be lost.

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput, Tag};
use serde_json::{Map, Number, Value};
use std::borrow::Cow;
use std::collections::HashMap;

/// How deep a definition may be nested.
const DEPTH_MAX: usize = 64;

/// One document of a file.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) value: Value,
    /// JSON Pointer → line (from 1).
    pub(crate) lines: HashMap<String, usize>,
}

/// Something wrong in the text itself.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) line: usize,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

/// Every document of `text`, and every fault found. After a syntax error the documents read so far are kept.
pub(crate) fn parse(text: &str) -> (Vec<Parsed>, Vec<Fault>) {
    let mut reader = Reader { parser: Parser::new_from_str(text), faults: Vec::new(), lines: HashMap::new() };
    let mut documents = Vec::new();
    loop {
        match reader.next() {
            Some((Event::StreamEnd, _)) | None => break,
            Some((Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing, _)) => {}
            Some((event, span)) => {
                reader.lines.clear();
                let Some(value) = reader.node(event, span, "", 0) else { break };
                let lines = std::mem::take(&mut reader.lines);
                if !value.is_null() {
                    documents.push(Parsed { value, lines });
                }
            }
        }
    }
    (documents, reader.faults)
}

struct Reader<'t> {
    parser: Parser<'t, StrInput<'t>>,
    faults: Vec<Fault>,
    lines: HashMap<String, usize>,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Option<(Event<'t>, Span)> {
        match self.parser.next_event()? {
            Ok(event) => Some(event),
            Err(error) => {
                self.fault(error.marker().line(), "PAC0001", format!("not YAML: {}", error.info()));
                None
            }
        }
    }

    fn fault(&mut self, line: usize, code: &'static str, message: String) {
        self.faults.push(Fault { line, code, message });
    }

    /// The value that begins with `event`. None when the rest of the file cannot be read.
    fn node(&mut self, event: Event<'t>, span: Span, pointer: &str, depth: usize) -> Option<Value> {
        let line = span.start.line();
        // A member of a mapping keeps the line of its key, which is where an author looks for it.
        self.lines.entry(pointer.to_owned()).or_insert(line);
        if depth > DEPTH_MAX {
            self.fault(line, "PAC0005", format!("nested deeper than {DEPTH_MAX} levels"));
            return None;
        }
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.plainness(line, anchor, tag.as_ref());
                Some(self.scalar(&text, style, tag.as_ref(), line))
            }
            Event::SequenceStart(anchor, tag) => {
                self.plainness(line, anchor, tag.as_ref());
                self.sequence(pointer, depth)
            }
            Event::MappingStart(anchor, tag) => {
                self.plainness(line, anchor, tag.as_ref());
                self.mapping(pointer, depth)
            }
            Event::Alias(_) => {
                self.fault(line, "PAC0005", "aliases (*name) are not used in packs: write the value out".to_owned());
                Some(Value::Null)
            }
            _ => None,
        }
    }

    fn sequence(&mut self, pointer: &str, depth: usize) -> Option<Value> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Some(Value::Array(items)),
                (event, span) => {
                    let item = self.node(event, span, &format!("{pointer}/{}", items.len()), depth + 1)?;
                    items.push(item);
                }
            }
        }
    }

    fn mapping(&mut self, pointer: &str, depth: usize) -> Option<Value> {
        let mut members = Map::new();
        loop {
            let (event, span) = self.next()?;
            let line = span.start.line();
            let key = match event {
                Event::MappingEnd => return Some(Value::Object(members)),
                Event::Scalar(text, ..) => text.into_owned(),
                _ => {
                    self.fault(line, "PAC0005", "a key must be a plain text".to_owned());
                    return None;
                }
            };
            let inner = format!("{pointer}/{}", escape(&key));
            let seen = members.contains_key(&key);
            if seen {
                self.fault(line, "PAC0002", format!("the key `{key}` stands here twice"));
            } else {
                self.lines.insert(inner.clone(), line);
            }
            let (event, span) = self.next()?;
            let value = self.node(event, span, &inner, depth + 1)?;
            if !seen {
                members.insert(key, value);
            }
        }
    }

    fn plainness(&mut self, line: usize, anchor: usize, tag: Option<&Cow<'t, Tag>>) {
        if anchor != 0 {
            self.fault(line, "PAC0005", "anchors (&name) are not used in packs: write the value out".to_owned());
        }
        if let Some(tag) = tag.filter(|tag| !tag.is_yaml_core_schema()) {
            self.fault(line, "PAC0005", format!("the tag `{tag}` is not used in packs"));
        }
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, tag: Option<&Cow<'t, Tag>>, line: usize) -> Value {
        let is_text = tag.is_some_and(|tag| tag.is_yaml_core_schema() && tag.suffix == "str");
        if style != ScalarStyle::Plain || is_text {
            return Value::String(text.to_owned());
        }
        match text {
            "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
            "true" | "True" | "TRUE" => return Value::Bool(true),
            "false" | "False" | "FALSE" => return Value::Bool(false),
            _ => {}
        }
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        if !digits.starts_with(|c: char| c.is_ascii_digit()) {
            return Value::String(text.to_owned());
        }
        if digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit()) {
            let message = format!("`{text}` begins with zero, so it is a code: write it in quotes, '{text}'");
            self.fault(line, "PAC0003", message);
            return Value::String(text.to_owned());
        }
        if let Ok(whole) = text.parse::<i64>() {
            return Value::Number(whole.into());
        }
        match text.parse::<f64>().ok().and_then(Number::from_f64) {
            Some(number) => Value::Number(number),
            None => Value::String(text.to_owned()),
        }
    }
}

/// A key as one reference token of a JSON Pointer (RFC 6901).
pub(crate) fn escape(key: &str) -> Cow<'_, str> {
    if key.contains(['~', '/']) { Cow::Owned(key.replace('~', "~0").replace('/', "~1")) } else { Cow::Borrowed(key) }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    #[test]
    fn values_keep_their_lines() {
        let text =
            "# a comment\nid: birth\nsteps:\n  - name: one\n    days: 2\n  - name: |\n      two\n---\n'a/b': '00004'\n";
        let (documents, faults) = parse(text);
        assert!(faults.is_empty(), "{faults:?}");
        let [first, second] = documents.as_slice() else { panic!("two documents") };
        assert_eq!(first.value, json!({"id": "birth", "steps": [{"name": "one", "days": 2}, {"name": "two\n"}]}));
        for (pointer, line) in
            [("/id", 2), ("/steps", 3), ("/steps/0", 4), ("/steps/0/days", 5), ("/steps/1", 6), ("/steps/1/name", 6)]
        {
            assert_eq!(first.lines.get(pointer), Some(&line), "{pointer}");
        }
        assert_eq!(second.value, json!({"a/b": "00004"}));
        assert_eq!(second.lines.get("/a~1b"), Some(&9));
    }

    #[test]
    fn scalars_of_the_core_schema() {
        for (text, expected) in [
            ("12", json!(12)),
            ("-3", json!(-3)),
            ("1.5", json!(1.5)),
            ("0", json!(0)),
            ("0.5", json!(0.5)),
            ("no", json!("no")),
            ("2025-07-01", json!("2025-07-01")),
            ("1.000894", json!(1.000894)),
            ("G22.99.08", json!("G22.99.08")),
            ("'12'", json!("12")),
            ("!!str 12", json!("12")),
            ("true", json!(true)),
            (".inf", json!(".inf")),
        ] {
            let (documents, faults) = parse(&format!("v: {text}"));
            assert!(faults.is_empty(), "{text}: {faults:?}");
            assert_eq!(documents[0].value["v"], expected, "{text}");
        }
    }

    /// Every JSON text is YAML, so what JSON says must be read here as it is.
    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::from),
            "[ -~àđ]{0,12}".prop_map(Value::String),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
                prop::collection::vec(("[a-z/~ ]{1,6}", inner), 0..5)
                    .prop_map(|m| Value::Object(m.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn json_is_read_as_it_is(value in any_json().prop_filter("an empty document is none", |v| !v.is_null())) {
            let (documents, faults) = parse(&serde_json::to_string_pretty(&value).unwrap());
            prop_assert!(faults.is_empty(), "{:?}", faults);
            prop_assert_eq!(&documents[0].value, &value);
        }

        #[test]
        fn no_text_brings_it_down(text in "[ \n:,\\[\\]{}'\"#&*!|>%@`a-c0-9-]{0,60}") {
            let lines = text.lines().count().max(1) + 1;
            let (_, faults) = parse(&text);
            prop_assert!(faults.iter().all(|fault| fault.line <= lines), "{:?}", faults);
        }
    }

    #[test]
    fn faults_name_their_lines() {
        for (text, code, line) in [
            ("a: 1\nb: 00004\n", "PAC0003", 2),
            ("a: 1\nb: 2\na: 3\n", "PAC0002", 3),
            ("a: &x 1\n", "PAC0005", 1),
            ("a: 1\nb: !custom 1\n", "PAC0005", 2),
            ("a: [1, 2\nb: 3\n", "PAC0001", 2),
        ] {
            let (_, faults) = parse(text);
            let found: Vec<_> = faults.iter().map(|f| (f.code, f.line)).collect();
            assert_eq!(found, [(code, line)], "{text:?} {faults:?}");
        }
    }
}
