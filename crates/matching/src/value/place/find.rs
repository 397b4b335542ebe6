//! A place by its code or by what people write: `Xã Tân Lập, huyện Vũ Thư, tỉnh Thái Bình`, `P.5 Q.3 TPHCM`,
//! `TT Quán Lào`.
//!
//! Districts ended on 1 July 2025 and are in no table: what is written of them only separates the commune from the
//! province, but for [`super::district`].

use super::words::{Before, Word, before, district_key, has_marks, key, marked, words};
use super::{PlaceId, Places, UNKNOWN};
use crate::value::{is_blank, typing};

/// Longer texts are no address.
pub(super) const TEXT_MAX: usize = 512;

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
    pub(super) fn one(&self, units: Vec<u32>, province: PlaceId) -> PlaceId {
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

/// The number that a text of exactly so many digits is.
pub(super) fn code(text: &str, length: usize) -> Option<usize> {
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

pub(super) fn known(id: PlaceId) -> Option<PlaceId> {
    (id != UNKNOWN).then_some(id)
}
