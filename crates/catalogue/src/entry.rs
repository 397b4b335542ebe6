//! What the national database says of one procedure, as it says it.

use crate::Code;
use serde::{Deserialize, Serialize};
use time::Date;

/// A procedure as a file of the catalogue has it. Words stay as they were written ([`crate::Vocabulary`] reads them);
/// what the file does not say is absent, which means unknown and never "no".
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// National code.
    pub code: Code,
    /// Its name in law.
    pub name: String,
    /// Whose it is: the ministry's id in the file, such as `bo-tu-phap`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub ministry: String,
    /// Field of administration.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub field: String,
    /// Levels of administration, such as `Cấp xã`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<String>,
    /// Kind (loại thủ tục).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The decision that published it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<String>,
    /// Who may ask for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<String>,
    /// Codes of what one gets, such as `KQ.G15.000031`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub results: Vec<String>,
    /// Bodies that carry it out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bodies: Vec<String>,
    /// Other words people search with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
    /// How far it can be done online.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub online: Option<Online>,
    /// First day in force.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "pack::date::option")]
    pub from: Option<Date>,
    /// Last day in force, itself included.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "pack::date::option")]
    pub until: Option<Date>,
    /// The codes that took its place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced_by: Vec<Code>,
    /// How heavy it is for the citizen.
    #[serde(default, skip_serializing_if = "Burden::is_unknown")]
    pub burden: Burden,
}

/// How far a procedure can be done online (NĐ 42/2022/NĐ-CP, Điều 11: toàn trình, một phần).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Online {
    /// Toàn trình: all of it.
    Full,
    /// Một phần: some of it.
    Partial,
    /// Not at all.
    No,
}

impl Online {
    /// As files write it: `toàn trình`, `một phần`, `full`, `partial`, `no`, or the former levels 4 and 3.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        match kernel::text::fold(text.trim()).replace(['-', '_'], " ").as_str() {
            "toan trinh" | "full" | "4" => Some(Self::Full),
            "mot phan" | "partial" | "3" => Some(Self::Partial),
            "khong" | "no" | "none" | "1" | "2" => Some(Self::No),
            _ => None,
        }
    }
}

/// What a procedure costs the citizen: by this one tells whether it was simplified.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Burden {
    /// Papers to hand in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub papers: Option<u32>,
    /// Days it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// Fee in đồng.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<i64>,
}

impl Burden {
    /// Whether nothing is known of it.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::Online;

    #[test]
    fn levels_online_are_read_as_files_write_them() {
        for (text, online) in [
            ("Toàn trình", Some(Online::Full)),
            ("toan-trinh", Some(Online::Full)),
            ("Một phần ", Some(Online::Partial)),
            ("no", Some(Online::No)),
            ("", None),
            ("chưa rõ", None),
        ] {
            assert_eq!(Online::read(text), online, "{text:?}");
        }
    }
}
