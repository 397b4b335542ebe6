//! JSON that means one thing: a member that stands twice is refused, at every depth (RFC 7515, section 4; RFC 8259 leaves
//! open which of the two counts, and two readers may differ).

use crate::Error;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// Deepest nesting that is read.
const DEPTH_MAX: u8 = 16;

/// The value of these bytes.
///
/// # Errors
/// `Json` when it is no JSON, nests too deep, or a member stands twice.
pub fn json(bytes: &[u8]) -> Result<Value, Error> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Strict { depth: DEPTH_MAX }.deserialize(&mut reader).map_err(|_| Error::Json)?;
    reader.end().map_err(|_| Error::Json)?;
    Ok(value)
}

/// The object of these bytes.
pub(crate) fn object(bytes: &[u8]) -> Result<Map<String, Value>, Error> {
    match json(bytes)? {
        Value::Object(object) => Ok(object),
        _ => Err(Error::Json),
    }
}

#[derive(Clone, Copy)]
struct Strict {
    depth: u8,
}

impl Strict {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        let depth = self.depth.checked_sub(1).ok_or_else(|| E::custom("nested too deep"))?;
        Ok(Self { depth })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("no number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut reader: A) -> Result<Value, A::Error> {
        let deeper = self.deeper()?;
        let mut items = Vec::new();
        while let Some(item) = reader.next_element_seed(deeper)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut reader: A) -> Result<Value, A::Error> {
        let deeper = self.deeper()?;
        let mut object = Map::new();
        while let Some(name) = reader.next_key::<String>()? {
            if object.contains_key(&name) {
                return Err(serde::de::Error::custom("a member stands twice"));
            }
            object.insert(name, reader.next_value_seed(deeper)?);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        assert_eq!(json(br#"{"a":[1,{"b":null}],"c":1.5}"#).unwrap().to_string(), r#"{"a":[1,{"b":null}],"c":1.5}"#);
        for text in [r#"{"a":1,"a":2}"#, r#"{"x":[{"a":1,"\u0061":2}]}"#, "{} {}", "{", "", "{\"a\":NaN}", "\u{feff}{}"]
        {
            assert_eq!(json(text.as_bytes()), Err(Error::Json), "{text}");
        }
        let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(json(deep(16).as_bytes()).is_ok());
        assert_eq!(json(deep(17).as_bytes()), Err(Error::Json));
        assert_eq!(json(&[b'[', b'"', 0xff, b'"', b']']), Err(Error::Json));
    }
}
