//! What a mother types into the birth form, beside what the registers have filled in. Used by the story and the
//! benchmark; made-up children only.

use serde_json::{Value, json};

/// The interconnected group: birth, permanent residence, insurance card, identity card.
pub const BIRTH_GROUP: &str = "3.000722";

/// What made-up children are called, by sex.
const GIRL: &str = "An Nhiên";
const BOY: &str = "Minh Khang";
/// A number that no network gives out.
const PHONE: &str = "0900000000";

/// The prefilled values with everything that is left to the mother: the name of each child, which gets the father's
/// family name (the mother's where no father is established), and where to call her.
#[must_use]
pub fn birth(mut values: Value) -> Value {
    let family_name = ["/father/full_name", "/mother/full_name"]
        .into_iter()
        .find_map(|pointer| values.pointer(pointer)?.as_str()?.split(' ').next().map(str::to_owned))
        .unwrap_or_default();
    let children = values.get_mut("children").and_then(Value::as_array_mut).into_iter().flatten();
    for (at, child) in children.enumerate() {
        let given = if child.get("sex").and_then(Value::as_str) == Some("female") { GIRL } else { BOY };
        // Twins of one sex are not called the same.
        let middle = ["", "Bảo ", "Gia ", "Ngọc "].get(at).copied().unwrap_or_default();
        child["full_name"] = json!(format!("{family_name} {middle}{given}"));
    }
    if let Some(applicant) = values.get_mut("applicant") {
        applicant["phone"] = json!(PHONE);
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_every_child_after_the_father_else_the_mother() {
        let values = json!({
            "children": [{ "sex": "female" }, { "sex": "female" }],
            "mother": { "full_name": "Nguyễn Thị Mai Lan" },
            "father": { "full_name": "Trần Minh Quân" },
            "applicant": { "relation": "mother" },
        });
        let filed = birth(values.clone());
        assert_eq!(filed["children"][0]["full_name"], "Trần An Nhiên");
        assert_eq!(filed["children"][1]["full_name"], "Trần Bảo An Nhiên");
        assert_eq!(filed["applicant"], json!({ "relation": "mother", "phone": PHONE }));
        let mut alone = values;
        alone["father"] = json!({});
        assert_eq!(birth(alone)["children"][0]["full_name"], "Nguyễn An Nhiên");
    }
}
