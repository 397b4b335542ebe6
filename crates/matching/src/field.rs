//! What is known of somebody, field by field, and how each kind of field is compared.

use serde::{Deserialize, Serialize};

/// Most fields of a schema.
pub const FIELDS_MAX: usize = 16;

/// How a field is read and compared.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The personal number: 12 digits. Nine digits in its place are an old identity paper.
    PersonalNumber,
    /// The number of the old identity paper: 9 digits.
    OldId,
    /// The person's full name, surname first.
    FullName,
    /// A parent's full name; its surname is often the person's own.
    KinName,
    /// A date that may be known to the month or the year only.
    Date,
    /// `male` or `female`, in any usual spelling.
    Sex,
    /// A commune: a code of any day, or a name.
    Commune,
    /// A province: a code of any day, or a name.
    Province,
    /// A few words, compared word by word and letter by letter (a street, a foreign name).
    Text,
    /// A number of up to 18 digits that is no identity paper's, compared digit by digit.
    Number,
    /// A value that is the same or is not (a state, a class).
    Code,
}

/// A column of the register and of the file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Field {
    /// Its name in the register, such as `full_name`.
    pub name: String,
    /// How it is compared.
    pub kind: Kind,
}

/// The fields, in the order of every [`crate::Batch`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Schema {
    /// At most [`FIELDS_MAX`].
    pub fields: Vec<Field>,
}

impl Schema {
    /// The extract of a register of people.
    #[must_use]
    pub fn people() -> Self {
        let fields = [
            ("personal_number", Kind::PersonalNumber),
            ("full_name", Kind::FullName),
            ("birth_date", Kind::Date),
            ("sex", Kind::Sex),
            ("old_id", Kind::OldId),
            ("commune_code", Kind::Commune),
            ("province_code", Kind::Province),
            ("father_name", Kind::KinName),
            ("mother_name", Kind::KinName),
        ];
        Self { fields: fields.map(|(name, kind)| Field { name: name.to_owned(), kind }).to_vec() }
    }

    /// Where a field stands.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }
}
