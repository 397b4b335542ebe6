//! How the pack says which value goes where: a template of JSON whose texts may be paths or formulas.
//!
//! `"$.child.full_name"` is the value at that path, and leaves its field out where there is none.
//! `"=a + b"` is a CEL formula. Everything else stands for itself. (`"\\$…"` is a text that begins with `$`.)

use crate::Error;
use pack::Expr;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// A template, read once.
#[derive(Clone, Debug)]
pub struct Mapping(Node);

#[derive(Clone, Debug)]
enum Node {
    Literal(Value),
    Path(Vec<String>),
    Formula(Expr),
    Object(Vec<(String, Node)>),
    List(Vec<Node>),
}

impl Mapping {
    /// Reads a template. The error says which formula is wrong.
    pub fn parse(value: &Value) -> Result<Self, String> {
        Node::parse(value).map(Self)
    }

    /// The template filled from `vars`; null where a path at its top finds nothing.
    pub fn fill(&self, vars: &Value) -> Result<Value, Error> {
        Ok(self.0.fill(vars)?.unwrap_or(Value::Null))
    }
}

impl Node {
    fn parse(value: &Value) -> Result<Self, String> {
        Ok(match value {
            Value::String(text) => {
                if let Some(path) = text.strip_prefix("$.") {
                    Self::Path(path.split('.').map(str::to_owned).collect())
                } else if let Some(formula) = text.strip_prefix('=') {
                    Self::Formula(Expr::parse(formula).map_err(|error| format!("{formula}: {error}"))?)
                } else {
                    Self::Literal(Value::String(text.strip_prefix('\\').unwrap_or(text).to_owned()))
                }
            }
            Value::Object(map) => Self::Object(
                map.iter().map(|(key, value)| Ok((key.clone(), Self::parse(value)?))).collect::<Result<_, String>>()?,
            ),
            Value::Array(list) => Self::List(list.iter().map(Self::parse).collect::<Result<_, _>>()?),
            other => Self::Literal(other.clone()),
        })
    }

    fn fill(&self, vars: &Value) -> Result<Option<Value>, Error> {
        Ok(match self {
            Self::Literal(value) => Some(value.clone()),
            Self::Path(path) => at_path(vars, path).filter(|value| !value.is_null()).cloned(),
            Self::Formula(expr) => {
                let value = expr.eval(vars).map_err(|error| Error::Definition(error.to_string()))?;
                Some(value).filter(|value| !value.is_null())
            }
            Self::Object(fields) => {
                let mut map = Map::new();
                for (key, node) in fields {
                    if let Some(value) = node.fill(vars)? {
                        map.insert(key.clone(), value);
                    }
                }
                // An object of nothing but absent things is absent: an unmarried mother's child has no empty father.
                if map.is_empty() && !fields.is_empty() { None } else { Some(Value::Object(map)) }
            }
            Self::List(nodes) => {
                let mut list = Vec::with_capacity(nodes.len());
                for node in nodes {
                    list.extend(node.fill(vars)?);
                }
                Some(Value::Array(list))
            }
        })
    }
}

fn at_path<'a>(vars: &'a Value, path: &[String]) -> Option<&'a Value> {
    path.iter().try_fold(vars, |value, key| match value {
        Value::Array(list) => key.parse::<usize>().ok().and_then(|index| list.get(index)),
        other => other.get(key),
    })
}

impl<'de> Deserialize<'de> for Mapping {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::parse(&value).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fills() {
        let check = |template: Value, expected: Value| {
            let vars = json!({"child": {"name": "An", "list": [{"n": 1}]}, "none": null});
            assert_eq!(Mapping::parse(&template).unwrap().fill(&vars).unwrap(), expected);
        };
        check(json!("$.child.name"), json!("An"));
        check(json!({"a": "$.child.list.0.n", "b": "$.child.absent", "c": "$.none"}), json!({"a": 1}));
        check(json!({"father": {"name": "$.father.name"}, "x": 1}), json!({"x": 1}));
        check(json!({"s": "='commune/' + child.name"}), json!({"s": "commune/An"}));
        check(json!(["$.child.name", "$.child.absent", "plain"]), json!(["An", "plain"]));
        check(json!("$.absent"), Value::Null);
    }

    #[test]
    fn a_wrong_formula_is_found_when_read() {
        assert!(Mapping::parse(&json!({"a": "=1 +"})).is_err());
    }
}
