//! Which column of a file is which field, by its name and by what stands in it.
//!
//! A clerk confirms what is found, so every decision says why, how sure it is, and what else could have been meant.

mod content;
mod words;

use crate::mapping::Columns;
use crate::{Mapping, Schema};
use content::Content;
use serde::Serialize;
use words::{Role, Understood, understand};

/// What was made of the columns of a file.
#[derive(Clone, PartialEq, Debug)]
pub struct Recognised {
    /// The mapping, to be confirmed.
    pub mapping: Mapping,
    /// How each field came to its columns, in the order of the schema; fields without a column are not in it.
    pub fields: Vec<Found>,
    /// The columns that no field uses, in the order of the file.
    pub unused: Vec<Unused>,
}

impl Recognised {
    /// Whether a clerk should look before anything is done with it.
    #[must_use]
    pub fn is_doubtful(&self) -> bool {
        self.fields.is_empty() || self.fields.iter().any(|found| found.sureness == Sureness::Doubtful)
    }
}

/// How a field came to its columns.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Found {
    /// The field.
    pub field: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// How sure that is.
    pub sureness: Sureness,
    /// Why.
    pub why: Vec<Why>,
    /// Columns that could have been it as well.
    pub rivals: Vec<String>,
}

/// How sure a decision is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sureness {
    /// To be confirmed before use.
    Doubtful,
    /// Probably right.
    Likely,
    /// Name and content say the same.
    Sure,
}

/// Why a column was taken for a field. [`Why::id`] is the message that says it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// Its name is a usual one for the field.
    Name,
    /// Its name holds words that are usual for the field.
    Words,
    /// What stands in it is of the kind.
    Content,
    /// What stands in it is mostly of another kind.
    ContentDiffers,
    /// Several columns are parts of it.
    Parts,
    /// It holds addresses, in which the unit is looked for.
    Address,
    /// It holds numbers of new and of old papers.
    BothIds,
}

impl Why {
    /// The message that says it, in `messages/`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Name => "column-why-name",
            Self::Words => "column-why-words",
            Self::Content => "column-why-content",
            Self::ContentDiffers => "column-why-content-differs",
            Self::Parts => "column-why-parts",
            Self::Address => "column-why-address",
            Self::BothIds => "column-why-both-ids",
        }
    }
}

/// A column that no field uses.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Unused {
    /// Its name.
    pub column: String,
    /// Why.
    pub why: Left,
}

/// Why a column is left unused.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Left {
    /// It is known to hold something that no field is.
    Other,
    /// It holds a number of social or health insurance.
    Insurance,
    /// Another column is the better one.
    Rival,
    /// Nothing is known of it.
    Unknown,
    /// It is empty in the sample.
    Empty,
}

impl Left {
    /// The message that says it, in `messages/`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Other => "column-left-other",
            Self::Insurance => "column-left-insurance",
            Self::Rival => "column-left-rival",
            Self::Unknown => "column-left-unknown",
            Self::Empty => "column-left-empty",
        }
    }
}

/// Whether a cell is a name that columns have.
pub(crate) fn is_known(cell: &str) -> bool {
    // A title above a table may hold such words too; it is longer.
    cell.chars().count() <= 60 && understand(cell).is_some()
}

/// A column while it is judged.
struct Column<'a> {
    header: &'a str,
    understood: Option<Understood>,
    content: Content,
}

impl Column<'_> {
    fn is(&self, role: Role) -> bool {
        self.understood.is_some_and(|understood| understood.role == role)
    }
}

/// Finds the columns of the fields of `schema`. The sample has a cell for each header in each row.
#[must_use]
pub fn recognise(headers: &[String], sample: &[Vec<String>], schema: &Schema) -> Recognised {
    let columns: Vec<Column<'_>> = headers
        .iter()
        .enumerate()
        .map(|(at, header)| Column {
            header,
            understood: understand(header),
            content: content::look(sample.iter().filter_map(|row| row.get(at)).map(String::as_str)),
        })
        .collect();
    let mut search =
        Search { columns, used: vec![false; headers.len()], found: Vec::new(), sampled: !sample.is_empty() };
    // The register's own names, and those of files that are not about people.
    for field in &schema.fields {
        if let Some(at) = headers.iter().position(|header| header == &field.name) {
            search.take(&field.name, &[at], Sureness::Sure, vec![Why::Name], &[]);
        }
    }
    if *schema == Schema::people() {
        search.ids();
        search.names();
        search.dates();
        search.sex();
        search.places();
        search.kin();
        search.by_content();
    }
    search.finish(schema)
}

struct Search<'a> {
    columns: Vec<Column<'a>>,
    used: Vec<bool>,
    found: Vec<Found>,
    /// Whether there is any content to look at.
    sampled: bool,
}

/// A field, and the share of cells that fit it.
type Rule = (&'static str, fn(&Content) -> f32);

/// From this share on, the content of a column decides.
const MOSTLY: f32 = 0.6;

impl Search<'_> {
    fn has(&self, field: &str) -> bool {
        self.found.iter().any(|found| found.field == field)
    }

    fn take(&mut self, field: &str, columns: &[usize], sureness: Sureness, why: Vec<Why>, rivals: &[usize]) {
        if self.has(field) || columns.is_empty() || columns.iter().any(|&at| self.used[at]) {
            return;
        }
        let names = |columns: &[usize]| columns.iter().map(|&at| self.columns[at].header.to_owned()).collect();
        let (named, rivals) = (names(columns), names(rivals));
        for &at in columns {
            self.used[at] = true;
        }
        self.found.push(Found { field: field.to_owned(), columns: named, sureness, why, rivals });
    }

    /// The free columns of a role, those with a usual name first.
    fn of(&self, role: Role) -> Vec<usize> {
        let mut found: Vec<usize> =
            (0..self.columns.len()).filter(|&at| !self.used[at] && self.columns[at].is(role)).collect();
        found.sort_by_key(|&at| {
            let column = &self.columns[at];
            (!column.understood.is_some_and(|understood| understood.exact), column.content.filled == 0)
        });
        found
    }

    /// Takes the best column of the roles, in their order, and judges it by its content: `share` of the cells fit.
    fn take_best(&mut self, field: &str, roles: &[Role], share: impl Fn(&Content) -> f32, more: &[Why]) {
        let candidates: Vec<usize> = roles.iter().flat_map(|role| self.of(*role)).collect();
        let Some(best) = candidates.first().copied() else { return };
        let column = &self.columns[best];
        let exact = column.understood.is_some_and(|understood| understood.exact);
        let mut why = vec![if exact { Why::Name } else { Why::Words }];
        let fits = share(&column.content);
        let sureness = if column.content.filled == 0 || fits >= MOSTLY {
            why.extend((column.content.filled > 0).then_some(Why::Content));
            if exact { Sureness::Sure } else { Sureness::Likely }
        } else if fits > 0.2 {
            Sureness::Likely
        } else {
            why.push(Why::ContentDiffers);
            Sureness::Doubtful
        };
        why.extend_from_slice(more);
        self.take(field, &[best], sureness, why, &candidates[1..]);
    }

    fn ids(&mut self) {
        // The content decides which paper it is, whatever the column is called.
        let candidates: Vec<usize> =
            [Role::PersonalNumber, Role::AnyId, Role::OldId].iter().flat_map(|role| self.of(*role)).collect();
        let new = |at: &usize| self.columns[*at].content.personal;
        let old = |at: &usize| self.columns[*at].content.old;
        let named_old = |at: &usize| self.columns[*at].is(Role::OldId);
        let mut personal: Vec<usize> = candidates
            .iter()
            .copied()
            .filter(|at| {
                self.columns[*at].is(Role::PersonalNumber) || new(at) > 0.2 || (!named_old(at) && old(at) > 0.2)
            })
            .collect();
        // A column with the right name and the wrong content comes last.
        personal.sort_by_key(|at| new(at) <= 0.2);
        let any = |at: usize| self.columns[at].content;
        if let Some(&best) = personal.first() {
            let content = any(best);
            let exact = self.columns[best].understood.is_some_and(|understood| understood.exact);
            let named = self.columns[best].is(Role::PersonalNumber);
            let mut why = vec![if exact { Why::Name } else { Why::Words }];
            if content.personal > 0.05 && content.old > 0.05 {
                why.push(Why::BothIds);
            }
            let fits = content.filled == 0 || content.personal + content.old >= MOSTLY;
            why.push(if fits { Why::Content } else { Why::ContentDiffers });
            let sureness = match (named && exact, fits) {
                (true, true) => Sureness::Sure,
                (false, true) => Sureness::Likely,
                (_, false) if content.personal + content.old > 0.2 => Sureness::Likely,
                _ => Sureness::Doubtful,
            };
            self.take("personal_number", &[best], sureness, why, &personal[1..]);
        }
        self.take_best("old_id", &[Role::OldId], |content| content.old, &[]);
        // A second column of another paper may hold the old numbers.
        let second = self.of(Role::AnyId).into_iter().find(|&at| self.columns[at].content.old > MOSTLY);
        if let Some(second) = second {
            self.take("old_id", &[second], Sureness::Likely, vec![Why::Words, Why::Content], &[]);
        }
    }

    fn names(&mut self) {
        let full = self.of(Role::FullName);
        let given = self.of(Role::GivenName);
        let first = |found: Vec<usize>| found.into_iter().next();
        let (surname, middle) = (first(self.of(Role::Surname)), first(self.of(Role::MiddleName)));
        let surname_middle = first(self.of(Role::SurnameMiddle));
        let one_word = |at: &usize| self.columns[*at].content.name < 0.3;
        // `Họ và tên` in a column that holds no given name beside a column `Tên`: parts of one name.
        if full.is_empty()
            && let Some(given) = given.first().copied()
        {
            let parts: Vec<usize> = match (surname, surname_middle) {
                (Some(surname), _) => [Some(surname), middle, Some(given)].into_iter().flatten().collect(),
                (None, Some(both)) => vec![both, given],
                (None, None) => Vec::new(),
            };
            if !parts.is_empty() {
                self.take("full_name", &parts, Sureness::Sure, vec![Why::Name, Why::Parts], &[]);
            } else if !one_word(&given) || self.columns[given].content.filled == 0 {
                let why = vec![Why::Words, Why::Content];
                self.take("full_name", &[given], Sureness::Likely, why, &[]);
            }
            return;
        }
        self.take_best("full_name", &[Role::FullName], |content| content.name, &[]);
    }

    fn dates(&mut self) {
        let whole = self.of(Role::BirthDate);
        let first = |found: Vec<usize>| found.into_iter().next();
        let (day, month) = (first(self.of(Role::Day)), first(self.of(Role::Month)));
        let year = first(self.of(Role::BirthYear)).or(first(self.of(Role::Year)));
        let is_date = |at: &usize| self.columns[*at].content.date > 0.2 || self.columns[*at].content.filled == 0;
        if !whole.iter().any(is_date)
            && let (Some(month), Some(year)) = (month, year)
        {
            // `Ngày sinh | Tháng sinh | Năm sinh`: the first of them is a day then.
            let day = day.or(whole.first().copied());
            let parts: Vec<usize> = [day, Some(month), Some(year)].into_iter().flatten().collect();
            self.take("birth_date", &parts, Sureness::Sure, vec![Why::Name, Why::Parts], &[]);
            return;
        }
        self.take_best("birth_date", &[Role::BirthDate, Role::BirthYear], |content| content.date, &[]);
    }

    fn sex(&mut self) {
        self.take_best("sex", &[Role::Sex], |content| content.sex, &[]);
    }

    fn places(&mut self) {
        let anything = |_: &Content| 1.0;
        self.take_best("commune_code", &[Role::CommuneCode], |content| content.code, &[]);
        if !self.has("commune_code")
            && let Some(commune) = self.of(Role::Commune).first().copied()
        {
            let district = self.of(Role::District).first().copied();
            let names = self.columns[commune].content.code < MOSTLY;
            match district.filter(|_| names) {
                // A commune's name is not unique in its province; with the district's it nearly is.
                Some(district) => {
                    self.take("commune_code", &[commune, district], Sureness::Sure, vec![Why::Name, Why::Parts], &[]);
                }
                None => self.take_best("commune_code", &[Role::Commune], anything, &[]),
            }
        }
        self.take_best("commune_code", &[Role::HomeAddress, Role::Address], anything, &[Why::Address]);
        self.take_best("province_code", &[Role::ProvinceCode], |content| content.code, &[]);
        self.take_best("province_code", &[Role::Province], anything, &[]);
    }

    fn kin(&mut self) {
        self.take_best("father_name", &[Role::FatherName], |content| content.name, &[]);
        self.take_best("mother_name", &[Role::MotherName], |content| content.name, &[]);
    }

    /// Columns whose names say nothing, by what stands in them.
    fn by_content(&mut self) {
        const RULES: [Rule; 4] = [
            ("personal_number", |content| content.twelve),
            ("full_name", |content| content.name),
            ("birth_date", |content| content.full_date),
            ("sex", |content| content.sex_word),
        ];
        for (field, share) in RULES {
            let candidates: Vec<usize> = (0..self.columns.len())
                .filter(|&at| {
                    let column = &self.columns[at];
                    !self.used[at]
                        && column.understood.is_none()
                        && column.content.filled > 0
                        && share(&column.content) > 0.8
                })
                .collect();
            if let Some((best, rivals)) = candidates.split_first() {
                self.take(field, &[*best], Sureness::Doubtful, vec![Why::Content], rivals);
            }
        }
    }

    fn finish(mut self, schema: &Schema) -> Recognised {
        let place = |field: &str| schema.position(field).unwrap_or(usize::MAX);
        self.found.sort_by_key(|found| place(&found.field));
        let rivals: Vec<&String> = self.found.iter().flat_map(|found| &found.rivals).collect();
        let unused = self
            .columns
            .iter()
            .zip(&self.used)
            .filter(|(_, used)| !**used)
            .map(|(column, _)| {
                let why = match column.understood.map(|understood| understood.role) {
                    Some(Role::Insurance) => Left::Insurance,
                    Some(Role::Other) => Left::Other,
                    Some(_) => Left::Rival,
                    None if rivals.iter().any(|rival| *rival == column.header) => Left::Rival,
                    None if self.sampled && column.content.filled == 0 => Left::Empty,
                    None => Left::Unknown,
                };
                Unused { column: column.header.to_owned(), why }
            })
            .collect();
        let mut mapping = Mapping::default();
        if *schema != Schema::people() {
            mapping.fields.clone_from(&schema.fields);
        }
        for found in &self.found {
            mapping.columns.push((found.field.clone(), Columns(found.columns.clone())));
        }
        Recognised { mapping, fields: self.found, unused }
    }
}

#[cfg(test)]
mod tests;
