//! Conditions and formulas of the pack: CEL expressions, compiled when the pack is read.
//!
//! Beside the standard functions: `age_on(birth, date)` and `years_between(from, to)` (whole years; a birth date of
//! which only the year or month is known counts from its last possible day, so that nobody is taken for older than
//! they surely are), `days_between(from, to)`, `add_years(date, n)`, and `fold(text)` (without marks, lower case). Dates are texts,
//! `2025-07-01`, which compare rightly as they are. `today` is a variable that the caller gives.

use cel::objects::{Key, Map};
use cel::{Context, Env, ExecutionError, Program, Value as Cel};
use kernel::PartialDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::Value;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

/// The longest expression, in bytes.
const SOURCE_BYTES_MAX: usize = 4_000;

/// What CEL brings, and what we add.
const FUNCTIONS: [&str; 26] = [
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "string",
    "int",
    "uint",
    "double",
    "bool",
    "bytes",
    "type",
    "dyn",
    "has",
    "all",
    "exists",
    "exists_one",
    "map",
    "filter",
    "max",
    "min",
    "age_on",
    "years_between",
    "days_between",
    "add_years",
    "fold",
];

static ENV: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

/// Why an expression is not usable, or came to no result.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ExprError {
    /// Not CEL, or it calls a function that does not exist.
    #[error("not an expression: {0}")]
    Syntax(String),
    /// It asked for something that the variables do not have, or mixed types. Holds nothing from the variables.
    #[error("the expression came to no result: {0}")]
    Evaluation(String),
    /// A condition gave something other than true or false.
    #[error("the condition gave neither true nor false")]
    NotBoolean,
}

/// A compiled expression. Cheap to clone.
#[derive(Clone)]
pub struct Expr(Arc<Inner>);

struct Inner {
    source: String,
    program: Program,
    variables: Vec<String>,
}

impl Expr {
    /// Compiles an expression.
    ///
    /// # Errors
    /// [`ExprError::Syntax`] with line and column inside the text.
    pub fn parse(source: &str) -> Result<Self, ExprError> {
        if source.len() > SOURCE_BYTES_MAX {
            return Err(ExprError::Syntax(format!("longer than {SOURCE_BYTES_MAX} bytes")));
        }
        let program = ENV.compile(source).map_err(|errors| {
            let texts: Vec<_> = errors
                .errors
                .iter()
                .map(|e| {
                    let first = e.msg.lines().next().unwrap_or_default();
                    format!("line {}, column {}: {first}", e.pos.0, e.pos.1)
                })
                .collect();
            ExprError::Syntax(texts.join("; "))
        })?;
        let references = program.references();
        let unknown = references
            .functions()
            .into_iter()
            .find(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()) && !FUNCTIONS.contains(name));
        if let Some(name) = unknown {
            return Err(ExprError::Syntax(format!("there is no function `{name}`")));
        }
        let mut variables: Vec<_> = references.variables().into_iter().map(str::to_owned).collect();
        variables.sort();
        drop(references);
        Ok(Self(Arc::new(Inner { source: source.to_owned(), program, variables })))
    }

    /// The text it was compiled from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// The variables it names (the first part of `child.birth_date` is `child`), the ones it binds itself included.
    #[must_use]
    pub fn variables(&self) -> &[String] {
        &self.0.variables
    }

    /// The result, with the members of `vars` (an object) as variables.
    ///
    /// # Errors
    /// [`ExprError::Evaluation`].
    pub fn eval(&self, vars: &Value) -> Result<Value, ExprError> {
        let mut context = Context::with_env(Arc::clone(&ENV));
        add_functions(&mut context)?;
        // Only what it reads: a form's values are large, and most conditions look at one of them.
        for name in &self.0.variables {
            if let Some(value) = vars.get(name) {
                context.add_variable_from_value(name.as_str(), to_cel(value));
            }
        }
        let result = self.0.program.execute(&context).map_err(|error| ExprError::Evaluation(masked(&error)))?;
        result.json().map_err(|_| ExprError::Evaluation("the result is no JSON".to_owned()))
    }

    /// Whether the condition holds.
    ///
    /// # Errors
    /// As [`Expr::eval`], and [`ExprError::NotBoolean`].
    pub fn test(&self, vars: &Value) -> Result<bool, ExprError> {
        self.eval(vars)?.as_bool().ok_or(ExprError::NotBoolean)
    }
}

fn add_functions(context: &mut Context<'_, '_>) -> Result<(), ExprError> {
    let declared = |_| ExprError::Evaluation("a function is declared twice".to_owned());
    context.add_function("age_on", |birth: Arc<String>, on: Arc<String>| years(&birth, &on)).map_err(declared)?;
    context.add_function("years_between", |from: Arc<String>, to: Arc<String>| years(&from, &to)).map_err(declared)?;
    context.add_function("add_years", |date: Arc<String>, years: i64| add_years(&date, years)).map_err(declared)?;
    context.add_function("days_between", |from: Arc<String>, to: Arc<String>| days(&from, &to)).map_err(declared)?;
    context.add_function("fold", |text: Arc<String>| kernel::text::fold(&text)).map_err(declared)
}

fn years(from: &str, to: &str) -> Result<i64, ExecutionError> {
    Ok(i64::from(date_of(from)?.least_age_on(date_of(to)?.latest())))
}

/// The same day so many years later; 29 February becomes the 28th where there is none.
fn add_years(date: &str, years: i64) -> Result<Cel, ExecutionError> {
    let date = date_of(date)?.latest();
    let year = i32::try_from(years).ok().and_then(|years| date.year().checked_add(years)).ok_or_else(not_a_date)?;
    let later = date.replace_year(year).or_else(|_| date.replace_day(28).and_then(|day| day.replace_year(year)));
    later.map(|day| Cel::String(Arc::new(PartialDate::Day(day).text()))).map_err(|_| not_a_date())
}

fn days(from: &str, to: &str) -> Result<i64, ExecutionError> {
    Ok((date_of(to)?.latest() - date_of(from)?.latest()).whole_days())
}

fn date_of(text: &str) -> Result<PartialDate, ExecutionError> {
    text.parse().map_err(|_| not_a_date())
}

fn not_a_date() -> ExecutionError {
    ExecutionError::function_error("date", "not a date")
}

/// What went wrong, without the values: they may be personal.
fn masked(error: &ExecutionError) -> String {
    match error {
        ExecutionError::NoSuchKey(name) => format!("there is no `{name}`"),
        ExecutionError::UndeclaredReference(name) => format!("there is no `{name}`"),
        ExecutionError::NoSuchOverload(call) => {
            format!("`{}` does not take {}", call.function(), call.argument_types().join(", "))
        }
        ExecutionError::FunctionError { function, message } => format!("{function}: {message}"),
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => "division by zero".to_owned(),
        ExecutionError::IndexOutOfBounds(_) => "the list is shorter".to_owned(),
        _ => "the types do not fit".to_owned(),
    }
}

// By hand: the library makes unsigned numbers of positive ones, which then do not add to others.
fn to_cel(value: &Value) -> Cel {
    match value {
        Value::Null => Cel::Null,
        Value::Bool(b) => Cel::Bool(*b),
        Value::Number(n) => n.as_i64().map_or_else(|| Cel::Float(n.as_f64().unwrap_or(f64::NAN)), Cel::Int),
        Value::String(text) => Cel::String(Arc::new(text.clone())),
        Value::Array(items) => Cel::List(Arc::new(items.iter().map(to_cel).collect())),
        Value::Object(members) => {
            let map: HashMap<_, _> =
                members.iter().map(|(k, v)| (Key::String(Arc::new(k.clone())), to_cel(v))).collect();
            Cel::Map(Map { map: Arc::new(map) })
        }
    }
}

impl fmt::Debug for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expr").field(&self.0.source).finish()
    }
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.0.source == other.0.source
    }
}

impl<'de> Deserialize<'de> for Expr {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl Serialize for Expr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.source)
    }
}

#[cfg(test)]
mod tests {
    use super::{Expr, ExprError};
    use serde_json::json;

    #[test]
    fn expressions_read_variables() {
        let vars = json!({
            "today": "2026-11-22", "n": 3, "price": 1.5, "absent": null,
            "child": {"birth_date": "2026-11-20", "name": "Đặng Thuỳ"}, "tags": ["a", "b"],
        });
        for (source, expected) in [
            ("n + 1", json!(4)),
            ("n > 2 && child.birth_date <= today", json!(true)),
            ("age_on('2010-11-23', today)", json!(15)),
            ("age_on('2010-11-22', today)", json!(16)),
            ("age_on('2010', today)", json!(15)),
            ("age_on('2010-11', today)", json!(15)),
            ("years_between('2000-02-29', '2001-02-28')", json!(0)),
            ("add_years('2024-02-29', 6)", json!("2030-02-28")),
            ("add_years('2024-11-22', 14)", json!("2038-11-22")),
            ("days_between(child.birth_date, today)", json!(2)),
            ("fold(child.name)", json!("dang thuy")),
            ("has(child.nickname)", json!(false)),
            ("has(child.name) ? 'x' : 'y'", json!("x")),
            ("'b' in tags && tags.exists(t, t == 'a')", json!(true)),
            ("tags.map(t, t + '!')", json!(["a!", "b!"])),
            ("{'k': n}", json!({"k": 3})),
            ("absent == null", json!(true)),
            ("price * 2.0", json!(3.0)),
        ] {
            assert_eq!(Expr::parse(source).unwrap().eval(&vars), Ok(expected), "{source}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_without_values() {
        for source in ["1 +", "agee_on('2010', '2011')", "a b", ""] {
            assert!(matches!(Expr::parse(source), Err(ExprError::Syntax(_))), "{source}");
        }
        let vars = json!({"person": {"name": "Nguyễn Văn Kín"}});
        for source in [
            "person.birth == 1",
            "nobody",
            "person.name + 1",
            "person.name > 3",
            "age_on(person.name, '2020')",
            "1 / 0",
        ] {
            let error = Expr::parse(source).unwrap().eval(&vars).unwrap_err().to_string();
            assert!(!error.contains("Kín"), "{source}: {error}");
        }
        assert_eq!(Expr::parse("1 + 1").unwrap().test(&vars), Err(ExprError::NotBoolean));
        assert_eq!(Expr::parse("person.name == other").unwrap().variables(), ["other", "person"]);
    }
}
