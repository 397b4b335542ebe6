//! A form as it stands for given values: which pages and fields there are, what must be filled, what may be chosen.

use super::{Field, Form, FormOption, Needed, Page, Section};
use crate::Error;
use crate::graph::holds;
use serde_json::{Map, Value, json};

/// A field as it stands on a page for these values.
#[derive(Clone, Debug)]
pub struct FieldState<'a> {
    /// Its definition.
    pub field: &'a Field,
    /// JSON Pointer of its value.
    pub pointer: String,
    /// The section it is in.
    pub section: &'a Section,
    /// Which entry of a repeated section, from 0.
    pub index: Option<usize>,
    /// Whether it must be filled now.
    pub required: bool,
    /// Its value; null where there is none.
    pub value: Value,
    /// What may be chosen now.
    pub options: Vec<&'a FormOption>,
}

/// At most so many entries in a repeated section.
pub const ENTRIES_MAX: usize = crate::graph::CHILDREN_MAX;
/// How many conditions may hang on each other.
const HIDDEN_BY_HIDDEN_MAX: usize = 8;

impl Form {
    /// Turns the code sets that fields name into options. Answers which are unknown: (page, section, field).
    pub(crate) fn fill_options(&mut self, codes: &pack::codes::CodeSets, on: time::Date) -> Vec<(usize, usize, usize)> {
        let mut unknown = Vec::new();
        for (p, page) in self.pages.iter_mut().enumerate() {
            for (s, section) in page.sections.iter_mut().enumerate() {
                for (f, field) in section.fields.iter_mut().enumerate() {
                    let Some(id) = &field.codes else { continue };
                    let Some(set) = codes.set(id) else {
                        unknown.push((p, s, f));
                        continue;
                    };
                    field.options.extend(set.iter().filter(|code| code.covers(on)).map(|code| FormOption {
                        value: code.code.clone(),
                        label: code.name.clone(),
                        when: None,
                    }));
                }
            }
        }
        unknown
    }

    /// The page of this id.
    #[must_use]
    pub fn page(&self, id: &str) -> Option<&Page> {
        self.pages.iter().find(|page| page.id == id)
    }

    /// The pages that are asked for these values.
    pub fn pages_for(&self, values: &Value, today: &str) -> Result<Vec<&Page>, Error> {
        let vars = vars(values, today);
        let mut pages = Vec::new();
        for page in &self.pages {
            if holds(page.when.as_ref(), &vars)? {
                pages.push(page);
            }
        }
        Ok(pages)
    }

    /// Every field that is asked for these values, page by page.
    pub fn fields(&self, values: &Value, today: &str) -> Result<Vec<FieldState<'_>>, Error> {
        let mut fields = Vec::new();
        for page in self.pages_for(values, today)? {
            fields.extend(page.fields(values, today)?);
        }
        Ok(fields)
    }

    /// The values without whatever the form does not ask for in this situation: what an answer that was changed left
    /// behind, and what was never a field. Nobody has checked those, so they must not go on to any body. Malformed
    /// lists stay, for the check to name them.
    ///
    /// # Errors
    /// When a condition of the pack does not work out.
    pub fn asked_for(&self, values: &Value, today: &str) -> Result<Value, Error> {
        let mut kept = values.clone();
        // What goes may have hidden or shown something else: until nothing goes any more.
        for _ in 0..HIDDEN_BY_HIDDEN_MAX {
            let next = self.only_asked_for(&kept, today)?;
            if next == kept {
                break;
            }
            kept = next;
        }
        Ok(kept)
    }

    fn only_asked_for(&self, values: &Value, today: &str) -> Result<Value, Error> {
        if !values.is_object() {
            return Ok(values.clone());
        }
        let mut kept = json!({});
        for list in self.pages.iter().flat_map(|page| &page.sections).filter_map(|section| section.each.as_deref()) {
            match values.get(list) {
                Some(Value::Array(entries)) if entries.len() <= ENTRIES_MAX => {
                    let empty = entries.iter().map(|entry| if entry.is_object() { json!({}) } else { entry.clone() });
                    set(&mut kept, list, empty.collect());
                }
                Some(other) => set(&mut kept, list, other.clone()),
                None => {}
            }
        }
        for field in self.fields(values, today)? {
            let entry = field.section.each.as_deref().zip(field.index);
            let malformed = entry.is_some_and(|(list, index)| !kept[list][index].is_object());
            if !field.value.is_null() && !malformed {
                put(&mut kept, &field.pointer, field.value);
            }
        }
        Ok(kept)
    }

    /// The page on which a pointer is asked, so that a summary of errors can lead there.
    #[must_use]
    pub fn page_of(&self, pointer: &str) -> Option<&Page> {
        let named = |page: &&Page| {
            page.sections.iter().any(|section| {
                section.fields.iter().any(|field| {
                    let name = format!("/{}", field.name.replace('.', "/"));
                    section.each.as_ref().map_or_else(
                        || pointer == name,
                        |list| {
                            pointer
                                .strip_prefix(&format!("/{list}/"))
                                .and_then(|rest| rest.split_once('/'))
                                .is_some_and(|(_, rest)| format!("/{rest}") == name)
                        },
                    )
                })
            })
        };
        self.pages.iter().find(named)
    }
}

impl Page {
    /// The fields of this page that are asked for these values.
    pub fn fields(&self, values: &Value, today: &str) -> Result<Vec<FieldState<'_>>, Error> {
        let mut states = Vec::new();
        for section in &self.sections {
            let entries: Vec<Option<usize>> = match &section.each {
                None => vec![None],
                Some(list) => {
                    let count = values.get(list).and_then(Value::as_array).map_or(0, Vec::len).min(ENTRIES_MAX);
                    (0..count).map(Some).collect()
                }
            };
            for index in entries {
                section.states(index, values, today, &mut states)?;
            }
        }
        Ok(states)
    }
}

impl Section {
    fn states<'a>(
        &'a self,
        index: Option<usize>,
        values: &Value,
        today: &str,
        states: &mut Vec<FieldState<'a>>,
    ) -> Result<(), Error> {
        let mut vars = vars(values, today);
        let base = match (&self.each, index) {
            (Some(list), Some(index)) => {
                set(&mut vars, "entry", values.get(list).and_then(|l| l.get(index)).cloned().unwrap_or(json!({})));
                set(&mut vars, "index", json!(index));
                format!("/{list}/{index}")
            }
            _ => String::new(),
        };
        if !holds(self.when.as_ref(), &vars)? {
            return Ok(());
        }
        for field in &self.fields {
            if !holds(field.visible.as_ref(), &vars)? {
                continue;
            }
            let pointer = format!("{base}/{}", field.name.replace('.', "/"));
            let required = match &field.required {
                Needed::Fixed(required) => *required,
                Needed::When(expr) => holds(Some(expr), &vars)?,
            };
            let mut options = Vec::new();
            for option in &field.options {
                if holds(option.when.as_ref(), &vars)? {
                    options.push(option);
                }
            }
            let value = values.pointer(&pointer).cloned().unwrap_or(Value::Null);
            states.push(FieldState { field, pointer, section: self, index, required, value, options });
        }
        Ok(())
    }
}

/// What formulas of a form see.
#[must_use]
pub fn vars(values: &Value, today: &str) -> Value {
    let mut vars = Map::new();
    vars.insert("today".into(), json!(today));
    vars.insert("values".into(), if values.is_object() { values.clone() } else { json!({}) });
    Value::Object(vars)
}

pub(crate) fn set(vars: &mut Value, name: &str, value: Value) {
    if let Some(map) = vars.as_object_mut() {
        map.insert(name.to_owned(), value);
    }
}

/// Puts `value` at a JSON Pointer, making the objects and list entries on the way. Lists grow to `ENTRIES_MAX` at most.
pub fn put(values: &mut Value, pointer: &str, value: Value) {
    let mut place = values;
    for key in pointer.split('/').skip(1) {
        let list_key = key.parse::<usize>().ok().filter(|index| *index < ENTRIES_MAX);
        if let (Some(index), true) = (list_key, place.is_array() || place.is_null()) {
            if place.is_null() {
                *place = json!([]);
            }
            let Some(list) = place.as_array_mut() else { return };
            while list.len() <= index {
                list.push(Value::Null);
            }
            place = &mut list[index];
        } else {
            if !place.is_object() {
                *place = json!({});
            }
            let Some(map) = place.as_object_mut() else { return };
            place = map.entry(key.to_owned()).or_insert(Value::Null);
        }
    }
    *place = value;
}

#[cfg(test)]
mod tests {
    use super::super::Pattern;
    use super::*;

    fn form() -> Form {
        serde_json::from_value(json!({
            "id": "card", "title": {"vi": "Thẻ", "en": "Card"},
            "pages": [{"id": "one", "title": {"vi": "Một", "en": "One"}, "sections": [
                {"id": "head", "fields": [
                    {"name": "mother.full_name", "type": "name", "label": {"vi": "Tên", "en": "Name"}, "required": true},
                    {"name": "father.full_name", "type": "name", "label": {"vi": "Cha", "en": "Father"},
                     "visible": "values.situation == 'married'", "required": "values.situation == 'married'"}]},
                {"id": "kids", "each": "children", "fields": [
                    {"name": "sex", "type": "choice", "label": {"vi": "Giới", "en": "Sex"},
                     "options": [{"value": "male", "label": {"vi": "Nam", "en": "Male"}}]}]}]}],
        }))
        .unwrap()
    }

    #[test]
    fn fields_follow_the_values() {
        let check = |values: Value, expected: &[(&str, bool)]| {
            let form = form();
            let fields = form.fields(&values, "2026-11-22").unwrap();
            let found: Vec<(&str, bool)> = fields.iter().map(|f| (f.pointer.as_str(), f.required)).collect();
            assert_eq!(found, expected);
        };
        check(
            json!({"situation": "married", "children": [{}]}),
            &[("/mother/full_name", true), ("/father/full_name", true), ("/children/0/sex", false)],
        );
        check(
            json!({"situation": "unmarried", "children": [{}, {}]}),
            &[("/mother/full_name", true), ("/children/0/sex", false), ("/children/1/sex", false)],
        );
    }

    #[test]
    fn a_pointer_leads_to_its_page() {
        assert_eq!(form().page_of("/children/3/sex").map(|p| p.id.as_str()), Some("one"));
        assert!(form().page_of("/children/3/shoes").is_none());
    }

    #[test]
    fn put_makes_the_way() {
        let mut values = json!({});
        put(&mut values, "/children/1/full_name", json!("An"));
        put(&mut values, "/mother/ethnicity", json!("Kinh"));
        assert_eq!(values, json!({"children": [null, {"full_name": "An"}], "mother": {"ethnicity": "Kinh"}}));
        put(&mut values, "/children/99999999/x", json!(1));
        assert_eq!(values["children"], json!({"99999999": {"x": 1}}));
    }

    #[test]
    fn patterns() {
        let pattern = Pattern("99999.GCS.AAAAA.99".into());
        assert!(pattern.fits("00123.GCS.01A01.26"));
        assert!(!pattern.fits("0012.GCS.01A01.26") && !pattern.fits("00123.gcs.01A01.26"));
    }
}
