//! Pages from templates: read from disk in development, from inside the program in release.

use crate::{Error, Language, Texts, format};
use minijinja::{Environment, UndefinedBehavior, Value, value::Kwargs};
use std::{fmt, sync::Arc};

/// Reads a template's source by name, such as `citizen/home.html`.
pub type Source = fn(&str) -> Option<String>;

/// The templates, once for each language, so that a macro speaks the page's language without being told.
pub struct Templates {
    vi: Environment<'static>,
    en: Environment<'static>,
    strict: bool,
}

impl fmt::Debug for Templates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Templates").field("strict", &self.strict).finish_non_exhaustive()
    }
}

impl Templates {
    /// Templates that read their sources with `source`, say sentences of `texts`, and name assets below `asset_root`.
    #[must_use]
    pub fn new(source: Source, texts: &Arc<Texts>, asset_root: &str) -> Self {
        Self::build(source, texts, asset_root, false)
    }

    /// The same for tests: a sentence that is missing is an error instead of its id in brackets.
    #[must_use]
    pub fn strict(source: Source, texts: &Arc<Texts>, asset_root: &str) -> Self {
        Self::build(source, texts, asset_root, true)
    }

    fn build(source: Source, texts: &Arc<Texts>, asset_root: &str, strict: bool) -> Self {
        let of = |language| environment(language, source, texts, asset_root, strict);
        Self { vi: of(Language::Vi), en: of(Language::En), strict }
    }

    /// The page.
    ///
    /// # Errors
    /// When there is no such template, or it uses what `context` does not give.
    pub fn render(&self, name: &str, language: Language, context: &serde_json::Value) -> Result<String, Error> {
        let environment = match language {
            Language::Vi => &self.vi,
            Language::En => &self.en,
        };
        environment
            .get_template(name)
            .and_then(|template| template.render(value(context)))
            .map_err(|error| Error::Template(name.to_owned(), error))
    }
}

/// JSON as a template's value.
#[must_use]
pub fn value(json: &serde_json::Value) -> Value {
    use serde_json::Value as Json;
    match json {
        Json::Null => Value::from(()),
        Json::Bool(flag) => Value::from(*flag),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Value::from(whole),
            (None, Some(real)) => Value::from(real),
            (None, None) => Value::from(()),
        },
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => Value::from(items.iter().map(value).collect::<Vec<_>>()),
        Json::Object(map) => Value::from_pairs(map.iter().map(|(key, item)| (key.as_str(), value(item)))),
    }
}

fn environment(
    language: Language,
    source: Source,
    texts: &Arc<Texts>,
    asset_root: &str,
    strict: bool,
) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
    environment.set_formatter(|out, state, value| match value.as_str() {
        // The usual formatter also escapes `/`, which needs no escaping and makes dates unreadable in the source.
        Some(text) if !value.is_safe() && matches!(state.auto_escape(), minijinja::AutoEscape::Html) => {
            escape(text).try_for_each(|part| out.write_str(part)).map_err(minijinja::Error::from)
        }
        _ => minijinja::escape_formatter(out, state, value),
    });
    environment.set_loader(move |name: &str| {
        let kept = name.to_owned();
        Ok(source(name).map(|text| {
            let seen = text.clone();
            minijinja::TemplateSource::new(text).with_uptodate_check(move || source(&kept).as_deref() == Some(&*seen))
        }))
    });
    environment.set_auto_reload(cfg!(debug_assertions));
    environment.add_global("lang", language.tag());
    let root = asset_root.to_owned();
    environment.add_function("asset", move |path: String| format!("{root}/{path}"));
    let own = Arc::clone(texts);
    environment.add_function("t", move |id: String, args: Kwargs| say(&own, language, &id, &args, strict));
    let own = Arc::clone(texts);
    environment.add_function("has_text", move |id: String| own.has(&id));
    environment.add_filter("date", |value: Value| format::date_filter(&value));
    environment.add_filter("moment", move |value: Value| format::moment_filter(language, &value));
    environment.add_filter("number", move |number: i64| format::number_text(language, number));
    environment.add_filter("money", move |dong: i64| format::money_text(language, dong));
    environment.add_filter("say", move |value: Value| bilingual(language, &value));
    environment
}

/// The text with everything escaped that means something in HTML.
fn escape(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(['&', '<', '>', '"', '\'']).flat_map(|part| {
        let (last, entity) = match part.as_bytes().last() {
            Some(b'&') => (1, "&amp;"),
            Some(b'<') => (1, "&lt;"),
            Some(b'>') => (1, "&gt;"),
            Some(b'"') => (1, "&quot;"),
            Some(b'\'') => (1, "&#39;"),
            _ => (0, ""),
        };
        [&part[..part.len() - last], entity]
    })
}

/// Function `t`: a sentence with named arguments.
fn say(texts: &Texts, language: Language, id: &str, args: &Kwargs, strict: bool) -> Result<String, minijinja::Error> {
    let mut given = Vec::new();
    for name in args.args() {
        given.push((name.to_owned(), args.get::<Value>(name)?.to_string()));
    }
    match texts.find(language, id, &given) {
        Some(text) => Ok(text),
        None if strict => {
            Err(minijinja::Error::new(minijinja::ErrorKind::InvalidOperation, format!("no sentence {id}")))
        }
        None => Ok(format!("[{id}]")),
    }
}

/// Filter `say`: the reader's side of `{vi: …, en: …}`; Vietnamese where English is missing; plain text as it is.
fn bilingual(language: Language, value: &Value) -> Value {
    if value.as_str().is_some() || value.is_none() || value.is_undefined() {
        return value.clone();
    }
    let side = |tag: &str| value.get_attr(tag).ok().filter(|text| text.as_str().is_some_and(|t| !t.is_empty()));
    side(language.tag()).or_else(|| side("vi")).unwrap_or_else(|| value.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn source(name: &str) -> Option<String> {
        Some(
            match name {
                "page.html" => {
                    "{% from 'macros.html' import greet %}{{ greet(who) }} {{ at|date }} {{ price|money }} {{ name|say }} {{ asset('sen.css') }} {{ lang }}"
                }
                "macros.html" => "{% macro greet(who) %}{{ t('hello', name=who) }}{% endmacro %}",
                "gap.html" => "{{ t('nobody-said-this') }}",
                "undefined.html" => "{{ missing }}",
                _ => return None,
            }
            .to_owned(),
        )
    }

    fn texts() -> Arc<Texts> {
        Arc::new(
            Texts::new(&[kernel::Messages { vi: "hello = Chào { $name }", en: "hello = Hello { $name }" }]).unwrap(),
        )
    }

    #[test]
    fn speaks_the_language_inside_macros_and_escapes_what_people_wrote() {
        let templates = Templates::strict(source, &texts(), "/assets/1");
        let context = json!({"who": "<b>", "at": "2026-11-22", "price": 8000, "name": {"vi": "Sen", "en": "Lotus"}});
        let vi = templates.render("page.html", Language::Vi, &context).unwrap();
        assert_eq!(
            vi,
            "Chào &lt;b&gt; 22/11/2026 8.000\u{a0}đ Sen &#x2f;assets&#x2f;1&#x2f;sen.css vi".replace("&#x2f;", "/")
        );
        let en = templates.render("page.html", Language::En, &context).unwrap();
        assert!(en.starts_with("Hello &lt;b&gt; 22/11/2026 8,000\u{a0}đ Lotus"), "{en}");
    }

    #[test]
    fn a_missing_sentence_fails_the_strict_templates_and_shows_its_id_in_the_others() {
        let strict = Templates::strict(source, &texts(), "");
        assert!(strict.render("gap.html", Language::Vi, &json!({})).is_err());
        let lenient = Templates::new(source, &texts(), "");
        assert_eq!(lenient.render("gap.html", Language::En, &json!({})).unwrap(), "[nobody-said-this]");
        assert!(lenient.render("undefined.html", Language::En, &json!({})).is_err());
        assert!(lenient.render("nowhere.html", Language::En, &json!({})).is_err());
    }
}
