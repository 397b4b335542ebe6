//! What a mother types into the birth form, beside what the registers have filled in. Used by the story and the
//! benchmark; made-up children only.

use serde_json::{Value, json};

/// The interconnected group: birth, permanent residence, insurance card, identity card.
pub const BIRTH_GROUP: &str = "3.000722";

/// The prefilled values with everything that is left to the mother.
#[must_use]
pub fn birth(mut values: Value, notice: &str) -> Value {
    let _ = (&mut values, notice, json!(null));
    values
}
