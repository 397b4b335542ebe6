//! Names of communes with one slip of the keyboard.

use super::words::{Before, Word, before, has_marks, key, marked};
use super::{PlaceId, Places};

/// A slip of the keyboard is looked for in names of at least so many letters: shorter ones are too near each other.
const COMMUNE_LETTERS_MIN: usize = 6;

impl Places {
    /// A commune of a known province with one slip of the keyboard, in its kind or in its name. Where marks are written
    /// they must fit too: many communes ended before the tables begin, and their neighbours' names are not far.
    pub(super) fn near(&self, words: &[Word], scope: PlaceId) -> Option<PlaceId> {
        let names = || {
            let provinces = self.provinces_today(scope).iter();
            provinces.filter_map(|at| self.names_by_province.get(usize::from(*at))).flatten()
        };
        let units = |name: &str| self.names.get(name).map(|units| self.in_province(units, scope)).unwrap_or_default();
        let (whole, with_marks) = (key(words), has_marks(words).then(|| marked(words)));
        let by_kind = names().filter_map(|name| {
            let kind = kind_near(words, whole.strip_suffix(name.as_str())?)?;
            let fits =
                |at: &u32| with_marks.as_ref().is_none_or(|marked| marked.ends_with(&self.units[*at as usize].marked));
            let units = units(name);
            let first = units.iter().find(|at| fits(at))?;
            let marked = if with_marks.is_some() { self.units[*first as usize].marked.as_str() } else { "" };
            Some(self.narrow(&units, marked, kind))
        });
        if let Some(units) = only(by_kind) {
            return Some(self.one(units, scope));
        }
        let (words, kind) = match before(words) {
            Some((Before::Commune(kind), length, _)) => (&words[length..], kind),
            Some(_) => return None,
            None => (words, ""),
        };
        let (key, with_marks) = (key(words), has_marks(words).then(|| marked(words)));
        // With the kind and with marks there is more that must fit: shorter names will do.
        let letters_min = COMMUNE_LETTERS_MIN - usize::from(!kind.is_empty() && with_marks.is_some());
        let by_name = names().filter(|name| is_slip(name, &key, letters_min)).filter_map(|name| {
            let units = units(name);
            let fits = |at: &u32| {
                with_marks.as_ref().is_none_or(|marked| is_slip(&self.units[*at as usize].marked, marked, 0))
            };
            units.iter().any(fits).then(|| self.narrow(&units, "", kind))
        });
        only(by_name).map(|units| self.one(units, scope))
    }
}

/// The kind that was meant by what stands before a name, with a slip of the keyboard or glued to the name.
fn kind_near(words: &[Word], before: &str) -> Option<&'static str> {
    const KINDS: [(&str, &str); 3] = [("phuong", "phường"), ("thitran", "thị trấn"), ("dackhu", "đặc khu")];
    // Two letters are too few for a slip, unless the rest is a whole name of two words or more.
    let first = &words[0];
    let half = first.folded == before && words.len() > 2 && before.len() == 2;
    let is_half = half && (before.starts_with('x') || first.marked.ends_with('ã'));
    let is_commune = is_half || matches!(before, "xa" | "ax" | "xaa" | "xxa") || (before == "a" && first.marked == "ã");
    let near = KINDS.iter().find(|(spelling, _)| is_slip(before, spelling, spelling.len() - 1));
    near.map(|(_, kind)| *kind).or(is_commune.then_some("xã"))
}

/// The one there is.
fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next()?;
    items.next().is_none().then_some(first)
}

/// Whether two long names are apart by one letter that is wrong, missing or too many, or by two that changed places.
pub(super) fn is_slip(a: &str, b: &str, letters_min: usize) -> bool {
    if a.len().min(b.len()) < letters_min {
        return false;
    }
    let (mut a, mut b) = (a.chars(), b.chars());
    while let (Some(x), Some(y)) = (a.clone().next(), b.clone().next())
        && x == y
    {
        a.next();
        b.next();
    }
    let (first_a, first_b) = (a.next(), b.next());
    let (rest_a, rest_b) = (a.as_str(), b.as_str());
    let with = |c: Option<char>, rest: &str| c.into_iter().chain(rest.chars()).collect::<String>();
    let swapped = || {
        let (second_a, second_b) = (a.clone().next(), b.clone().next());
        let tail = |chars: &std::str::Chars<'_>| chars.clone().skip(1).collect::<String>();
        first_a.is_some() && first_a == second_b && first_b == second_a && tail(&a) == tail(&b)
    };
    rest_a == rest_b || rest_a == with(first_b, rest_b) || with(first_a, rest_a) == rest_b || swapped()
}
