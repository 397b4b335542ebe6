//! What people write for a place: `Xã Tân Lập, huyện Vũ Thư, tỉnh Thái Bình`, `P.5 Q.3 TPHCM`, `TT Mộc Châu`.
//!
//! Districts ended on 1 July 2025 and are in no table: what is written of them only separates the commune from the
//! province.

use super::{PlaceId, Places, UNKNOWN};
use crate::value::{is_blank, typing};
use kernel::text::{fold, tone_unified};

/// Longer texts are no address.
const TEXT_MAX: usize = 512;
/// Words of a part of an address that are looked at.
const WORDS_MAX: usize = 24;
/// A slip of the keyboard is looked for in names of at least so many letters: shorter ones are too near each other.
const COMMUNE_LETTERS_MIN: usize = 6;
/// The same for the few provinces.
const PROVINCE_LETTERS_MIN: usize = 5;

/// Cities below a province, where the province's name does not follow, folded and without spaces → the province's code.
const CITIES: [(&str, &str); 24] = [
    ("vinh", "40"),
    ("dalat", "68"),
    ("baoloc", "68"),
    ("nhatrang", "56"),
    ("camranh", "56"),
    ("buonmathuot", "66"),
    ("pleiku", "64"),
    ("quynhon", "52"),
    ("tuyhoa", "54"),
    ("bienhoa", "75"),
    ("longkhanh", "75"),
    ("thudaumot", "74"),
    ("dian", "74"),
    ("thuanan", "74"),
    ("mytho", "82"),
    ("longxuyen", "89"),
    ("chaudoc", "89"),
    ("rachgia", "91"),
    ("phuquoc", "91"),
    ("halong", "22"),
    ("viettri", "25"),
    ("phanthiet", "60"),
    ("tamky", "49"),
    ("thuduc", "79"),
];

/// A name in lower case with marks, without spaces and signs: `Ea H'leo` → `eahleo`.
pub(super) fn marked_key(name: &str) -> String {
    tone_unified(&name.to_lowercase()).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The same without marks.
pub(super) fn folded_key(marked: &str) -> String {
    fold(marked)
}

/// What stands before a name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// The kind of a commune.
    Commune(&'static str),
    /// `huyện`, `quận`.
    District,
    /// `thành phố`, `thị xã`: a district or a province.
    City,
    Province,
}

/// One word or two, folded; as it is written with marks; what it says.
const BEFORE: [(&str, &str, Before); 27] = [
    ("thi tran", "thị trấn", Before::Commune("thị trấn")),
    ("dac khu", "đặc khu", Before::Commune("đặc khu")),
    ("thi xa", "thị xã", Before::City),
    ("thanh pho", "thành phố", Before::City),
    ("t p", "", Before::City),
    ("t x", "", Before::City),
    ("t t", "", Before::Commune("thị trấn")),
    ("xa", "xã", Before::Commune("xã")),
    ("x", "", Before::Commune("xã")),
    ("phuong", "phường", Before::Commune("phường")),
    ("p", "", Before::Commune("phường")),
    ("ph", "", Before::Commune("phường")),
    ("phg", "", Before::Commune("phường")),
    ("f", "", Before::Commune("phường")),
    ("tt", "", Before::Commune("thị trấn")),
    ("ttr", "", Before::Commune("thị trấn")),
    ("dk", "", Before::Commune("đặc khu")),
    ("quan", "quận", Before::District),
    ("q", "", Before::District),
    ("huyen", "huyện", Before::District),
    ("h", "", Before::District),
    ("tx", "", Before::City),
    ("tp", "", Before::City),
    ("city", "", Before::City),
    ("tinh", "tỉnh", Before::Province),
    ("t", "", Before::Province),
    ("province", "", Before::Province),
];

/// How many words a name has.
pub(super) fn count(name: &str) -> u8 {
    words(name).len() as u8
}

/// A word with its marks, and folded.
struct Word {
    marked: String,
    folded: String,
}

/// A part of an address as words: lower case, no signs, numbers without leading zeros and apart from what they are
/// glued to (`P5`, `Q.03`).
fn words(part: &str) -> Vec<Word> {
    let lower = tone_unified(&part.to_lowercase());
    let mut words: Vec<String> = Vec::new();
    let mut open = false;
    let mut digits = false;
    for c in lower.chars() {
        // Ê Đê and related names: `Ea H'leo` is two words.
        if matches!(c, '\'' | '’' | 'ʼ' | '`') {
            continue;
        }
        if !c.is_alphanumeric() {
            open = false;
        } else if let (true, Some(last)) = (open && digits == c.is_ascii_digit(), words.last_mut()) {
            last.push(c);
        } else {
            words.push(c.to_string());
            open = true;
        }
        digits = c.is_ascii_digit();
    }
    words.truncate(WORDS_MAX);
    let word = |marked: String| {
        let number = marked.trim_start_matches('0');
        let marked = if number.is_empty() { marked } else { number.to_owned() };
        Word { folded: fold(&marked), marked }
    };
    words.into_iter().map(word).collect()
}

fn key(words: &[Word]) -> String {
    words.iter().map(|word| word.folded.as_str()).collect()
}

fn marked(words: &[Word]) -> String {
    words.iter().map(|word| word.marked.as_str()).collect()
}

fn has_marks(words: &[Word]) -> bool {
    words.iter().any(|word| word.folded != word.marked)
}

/// What the words begin with, how many words that is, and whether their marks say so as well.
fn before(words: &[Word]) -> Option<(Before, usize, bool)> {
    let (spelling, length, before) = BEFORE.iter().find_map(|(folded, spelling, before)| {
        let parts = folded.split(' ');
        let length = parts.clone().count();
        // Something must follow.
        let fits = words.len() > length && parts.zip(words).all(|(part, word)| part == word.folded);
        fits.then_some((*spelling, length, *before))
    })?;
    let written: Vec<_> = words[..length].iter().map(|word| word.marked.as_str()).collect();
    let sure = spelling.is_empty() || !has_marks(words) || written.join(" ") == spelling;
    Some((before, length, sure))
}

/// The number that a text of exactly so many digits is.
fn code(text: &str, length: usize) -> Option<usize> {
    let digits = text.as_bytes();
    if digits.len() != length {
        return None;
    }
    digits.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + usize::from(byte - b'0')))
}

/// The text with every word decoded that holds left-overs of typing; none where none does.
fn decoded(text: &str) -> Option<String> {
    let mut changed = false;
    let words = text.split_inclusive([' ', ',', ';', '-', '(', ')']).map(|word| {
        let bare = word.trim_end_matches([' ', ',', ';', '-', '(', ')']);
        match typing::decode(bare) {
            Some(decoded) => {
                changed = true;
                decoded + &word[bare.len()..]
            }
            None => word.to_owned(),
        }
    });
    let text: String = words.collect();
    changed.then_some(text)
}

fn known(id: PlaceId) -> Option<PlaceId> {
    (id != UNKNOWN).then_some(id)
}

impl Places {
    /// The place that a commune's cell and a province's cell name: each a code of any day or a text; either may be
    /// empty, and the commune's may hold the district and the province as well.
    ///
    /// A code that a commune of before the merger and one of after it bear names both. A commune that is not found
    /// leaves its province.
    #[must_use]
    pub fn find(&self, commune: &str, province: &str) -> PlaceId {
        let (commune, province) = (commune.trim(), province.trim());
        if let Some(id) = self.by_five_digits(commune) {
            return id;
        }
        let id = self.look_up(commune, province);
        let is_missed = self.today(id).is_empty() && (id == UNKNOWN || !is_blank(commune));
        if !is_missed || commune.len().max(province.len()) > TEXT_MAX {
            return id;
        }
        match (decoded(commune), decoded(province)) {
            (None, None) => id,
            (c, p) => {
                let again = self.look_up(c.as_deref().unwrap_or(commune), p.as_deref().unwrap_or(province));
                if again == UNKNOWN { id } else { again }
            }
        }
    }

    fn look_up(&self, commune: &str, province: &str) -> PlaceId {
        let province = self.find_province(province);
        if commune.len() > TEXT_MAX || is_blank(commune) {
            return province;
        }
        let whole = commune.strip_suffix(".0").unwrap_or(commune);
        if whole.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.by_short_code(whole, province);
        }
        self.by_text(commune, province)
    }

    fn by_five_digits(&self, text: &str) -> Option<PlaceId> {
        self.by_code.get(code(text, 5)?).copied().and_then(known)
    }

    /// A code whose zeros a spreadsheet ate, or the number of a ward.
    fn by_short_code(&self, digits: &str, province: PlaceId) -> PlaceId {
        // Where the province is known its numbered wards come first: the codes below 100 are Hà Nội's.
        let wards = if province == UNKNOWN { Vec::new() } else { self.named(&words(digits), "", province) };
        if !wards.is_empty() {
            return self.one(wards, province);
        }
        let is_short = digits.len() < 5 && !digits.starts_with('0');
        let code = is_short.then(|| code(digits, digits.len())).flatten();
        let id = code.and_then(|number| self.by_code.get(number).copied()).and_then(known);
        let agrees = |id: &PlaceId| {
            province == UNKNOWN || super::meet(self.provinces_today(*id), self.provinces_today(province))
        };
        id.filter(agrees).unwrap_or(province)
    }

    /// A province by its code of two digits, or of three as in personal numbers, or by its name of any day.
    fn find_province(&self, text: &str) -> PlaceId {
        let text = text.strip_suffix(".0").unwrap_or(text);
        if let (1..=3, Some(number)) = (text.len(), code(text, text.len())) {
            return self.by_province_code.get(number).copied().unwrap_or(UNKNOWN);
        }
        if text.len() > TEXT_MAX || is_blank(text) {
            return UNKNOWN;
        }
        let whole = words(text);
        let of_part = |part: &str| self.province_of(&words(part));
        self.province_of(&whole)
            .or_else(|| text.rsplit([',', ';', '(', ')', '-', '–']).find_map(of_part))
            .or_else(|| self.province_near(&whole))
            .unwrap_or(UNKNOWN)
    }

    /// A province's name, with or without `tỉnh`, `TP.`. Marks, where there are any, must be the name's: Thạnh Hóa is a
    /// district of Long An.
    fn province_of(&self, words: &[Word]) -> Option<PlaceId> {
        let named = |words: &[Word]| {
            let key = key(words);
            let id = *self.province_names.get(&key)?;
            let units = || self.sets[id as usize].units.iter().map(|at| &self.units[*at as usize]);
            let is_short_form = units().all(|unit| folded_key(&unit.marked) != key);
            let fits = is_short_form || !has_marks(words) || units().any(|unit| unit.marked == marked(words));
            fits.then_some(id)
        };
        let glued = |words: &[Word]| match words {
            [one] => self.province_names.get(one.folded.strip_prefix("tp")?).copied(),
            _ => None,
        };
        let bare = |words: &[Word]| match before(words)? {
            (Before::City | Before::Province, length, _) => named(&words[length..]),
            _ => None,
        };
        named(words).or_else(|| bare(words)).or_else(|| glued(words))
    }

    /// A province's name with wrong marks, or with one slip of the keyboard.
    fn province_near(&self, words: &[Word]) -> Option<PlaceId> {
        let words = match before(words) {
            Some((Before::City | Before::Province, length, _)) => &words[length..],
            _ => words,
        };
        let key = key(words);
        if let Some(id) = self.province_names.get(&key) {
            return Some(*id);
        }
        let mut near =
            self.province_names.iter().filter(|(name, _)| is_slip(name, &key, PROVINCE_LETTERS_MIN)).map(|(_, id)| *id);
        let first = near.next()?;
        near.all(|other| other == first).then_some(first)
    }

    /// A city below a province: its province.
    fn city_of(&self, words: &[Word]) -> Option<PlaceId> {
        let words = match before(words) {
            Some((Before::City, length, _)) => &words[length..],
            Some(_) => return None,
            None => words,
        };
        let name = key(words);
        let (_, province) = CITIES.iter().find(|(city, _)| *city == name)?;
        self.by_province_code.get(code(province, 2)?).copied().and_then(known)
    }

    fn by_text(&self, text: &str, asked: PlaceId) -> PlaceId {
        let split =
            |at: &[char]| -> Vec<Vec<Word>> { text.split(at).map(words).filter(|words| !words.is_empty()).collect() };
        let parts = split(&[',', ';', '|', '\n', '(', ')']);
        if let Some(id) = text.split(|c: char| !c.is_ascii_digit()).find_map(|digits| self.by_five_digits(digits)) {
            return id;
        }
        let found = match &parts[..] {
            [] => None,
            [one] => {
                let exact = self.alone(one, asked).or_else(|| self.near(one, asked));
                exact.or_else(|| self.unseparated(one, asked)).or_else(|| {
                    let dashed = split(&['-', '–', '—']);
                    let address = (dashed.len() > 1).then(|| self.address(&dashed, asked)).flatten();
                    address.or_else(|| self.province_at_end(one).map(|(_, id)| id))
                })
            }
            _ => self.address(&parts, asked),
        };
        found.unwrap_or(asked)
    }

    /// One name.
    fn alone(&self, words: &[Word], asked: PlaceId) -> Option<PlaceId> {
        match before(words) {
            Some((Before::Province | Before::City, ..)) if let Some(id) = self.province_of(words) => return Some(id),
            Some((Before::City, ..)) if let Some(id) = self.city_of(words) => {
                return Some(if asked == UNKNOWN { id } else { asked });
            }
            _ => {}
        }
        let communes = self.commune(words, asked);
        if communes.is_empty() { self.province_of(words) } else { Some(self.one(communes, asked)) }
    }

    /// A commune, parts that say nothing, and a province, in that order.
    fn address(&self, parts: &[Vec<Word>], asked: PlaceId) -> Option<PlaceId> {
        let of_part = |(at, part): (usize, &Vec<Word>)| {
            let before = before(part).map(|(before, ..)| before);
            let is_province = match before {
                Some(Before::Province | Before::City) => true,
                Some(Before::District) => false,
                // The first part is the commune, whatever else bears its name. `TT Huế` is no town.
                Some(Before::Commune(_)) | None => at > 0,
            };
            is_province.then(|| self.province_of(part)).flatten().map(|id| (at, id))
        };
        let own = parts.iter().enumerate().rev().find_map(of_part);
        let (end, own) = own.unwrap_or((parts.len(), UNKNOWN));
        let city = || parts.iter().skip(1).rev().find_map(|part| self.city_of(part));
        let own = known(own).or_else(|| if asked == UNKNOWN { city() } else { None }).unwrap_or(asked);
        let parts = &parts[..end];
        let is_commune = |part: &Vec<Word>| matches!(before(part), Some((Before::Commune(_), _, true)));
        let is_other = |part: &Vec<Word>| !matches!(before(part), Some((Before::Commune(_), ..)) | None);
        // A part that begins like a district is the commune only where it comes first: `Quan Hoa, Cau Giay, Ha Noi`.
        let mut likely: Vec<_> = parts.iter().enumerate().filter(|(at, part)| *at == 0 || !is_other(part)).collect();
        likely.sort_by_key(|(_, part)| !is_commune(part));
        let scopes = if own == asked || asked == UNKNOWN { &[own][..] } else { &[own, asked][..] };
        for scope in scopes {
            let found = likely.iter().map(|(_, part)| self.commune(part, *scope)).find(|units| !units.is_empty());
            if let Some(units) = found {
                let districts: Vec<_> = parts.iter().map(|part| district_key(part)).collect();
                return Some(self.one(self.in_districts(units, &districts), *scope));
            }
        }
        let looser = |(_, part): &(usize, &Vec<Word>)| self.near(part, own).or_else(|| self.unseparated(part, own));
        likely.iter().filter(|(_, part)| !is_other(part)).find_map(looser).or_else(|| known(own))
    }

    /// A commune and what follows it without any sign: `xã Tân Lập huyện Vũ Thư tỉnh Thái Bình`.
    fn unseparated(&self, words: &[Word], asked: PlaceId) -> Option<PlaceId> {
        let (end, scope) = self.province_at_end(words).unwrap_or((words.len(), asked));
        for cut in (1..=end).rev() {
            let district = &words[cut..end];
            let is_named = matches!(before(district), Some((Before::District | Before::City, ..)));
            // Most districts have names of two words: one word more is rather a part of the commune's name.
            if !(is_named || (scope != UNKNOWN && district.len() != 1)) {
                continue;
            }
            let units = self.commune(&words[..cut], scope);
            if !units.is_empty() {
                let district = [district_key(district)];
                return Some(self.one(self.in_districts(units, &district), scope));
            }
        }
        None
    }

    /// The province that the last words name, and where they begin.
    fn province_at_end(&self, words: &[Word]) -> Option<(usize, PlaceId)> {
        (1..words.len()).find_map(|at| self.province_of(&words[at..]).map(|id| (at, id)))
    }

    /// A commune of a known province with one slip of the keyboard, in its kind or in its name. Where marks are written
    /// they must fit too: many communes ended before the tables begin, and their neighbours' names are not far.
    fn near(&self, words: &[Word], scope: PlaceId) -> Option<PlaceId> {
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

    /// The communes of a name, with or without the kind before it, in a province.
    fn commune(&self, words: &[Word], province: PlaceId) -> Vec<u32> {
        let whole = || self.named(words, "", province);
        let Some((Before::Commune(kind), length, is_sure)) = before(words) else { return whole() };
        let bare = self.named(&words[length..], kind, province);
        // `Xa Dung` is a name, `xa Dung` would be the commune of Dung: the kind decides where there are no marks.
        let of_kind = bare.iter().any(|at| self.units[*at as usize].kind == kind);
        if is_sure && (of_kind || (has_marks(words) && !bare.is_empty())) {
            return bare;
        }
        let whole = whole();
        if whole.is_empty() { bare } else { whole }
    }

    fn named(&self, words: &[Word], kind: &str, province: PlaceId) -> Vec<u32> {
        let Some(units) = self.names.get(&key(words)) else { return Vec::new() };
        let here = self.in_province(units, province);
        if !has_marks(words) {
            return self.narrow(&here, "", kind);
        }
        // `Phưc An` is not Phú Cần: with other marks at least the words must be as many.
        let marked = marked(words);
        let fits = |at: &u32| {
            let unit = &self.units[*at as usize];
            unit.marked == marked || usize::from(unit.words) == words.len()
        };
        if here.iter().any(fits) { self.narrow(&here, &marked, kind) } else { Vec::new() }
    }

    /// The communes that lay in the province in their own days; where there are none, those that lie in it now.
    pub(super) fn in_province(&self, units: &[u32], province: PlaceId) -> Vec<u32> {
        let Some(province) = self.set(province) else { return units.to_vec() };
        let unit = |at: &u32| &self.units[*at as usize];
        let own: Vec<_> =
            units.iter().copied().filter(|at| super::meet(&unit(at).provinces, &province.units)).collect();
        if !own.is_empty() {
            return own;
        }
        let now = |at: &u32| super::meet(&unit(at).provinces_today, &province.provinces_today);
        units.iter().copied().filter(now).collect()
    }

    /// Those with these marks and of this kind, where there are such; empty asks for nothing.
    pub(super) fn narrow(&self, units: &[u32], marked: &str, kind: &str) -> Vec<u32> {
        let unit = |at: &u32| &self.units[*at as usize];
        let keep = |units: &[u32], fits: &dyn Fn(&u32) -> bool| {
            let kept: Vec<_> = units.iter().copied().filter(fits).collect();
            if kept.is_empty() { units.to_vec() } else { kept }
        };
        keep(&keep(units, &|at| unit(at).marked == marked), &|at| unit(at).kind == kind)
    }

    /// The set of these communes. Too many leave the province: the one asked for, or the one they all lie in.
    fn one(&self, units: Vec<u32>, province: PlaceId) -> PlaceId {
        if let Some(id) = self.interned.get(&units) {
            return *id;
        }
        if province != UNKNOWN {
            return province;
        }
        let mut provinces = units.iter().flat_map(|at| &self.units[*at as usize].provinces_today);
        let Some(first) = provinces.next() else { return UNKNOWN };
        let code = self.provinces_today.get(usize::from(*first)).and_then(|text| code(text, 2));
        let id = code.and_then(|number| self.by_province_code.get(number).copied()).unwrap_or(UNKNOWN);
        if provinces.all(|other| other == first) { id } else { UNKNOWN }
    }
}

/// The district that a part of an address names.
fn district_key(words: &[Word]) -> String {
    match before(words) {
        Some((Before::District | Before::City, length, _)) => key(&words[length..]),
        // A number alone is no district's.
        _ if words.iter().all(|word| word.folded.bytes().all(|byte| byte.is_ascii_digit())) => String::new(),
        _ => key(words),
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
fn is_slip(a: &str, b: &str, letters_min: usize) -> bool {
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
