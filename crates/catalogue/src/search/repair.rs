//! Typing errors: letters missed, doubled or exchanged; words typed as one; marks of Telex and VNI that stayed letters.

use super::index::TermId;
use super::syllable;

/// A word of the index that may have been meant.
#[derive(Clone, Debug)]
pub(super) struct Near {
    pub(super) word: String,
    pub(super) id: TermId,
    /// How likely, at most 1.
    pub(super) likeness: f32,
}

/// So many words may have been meant.
const NEAR_MAX: usize = 6;
/// Words of fewer letters have too many neighbours.
const LETTERS_MIN: usize = 3;
/// Longer words are not divided.
const TOGETHER_MAX: usize = 40;

/// How an unknown word reads in another way of typing, or divided into known words.
pub(super) fn rewritten(word: &str, known: impl Fn(&str) -> bool) -> Option<Vec<String>> {
    if !word.is_ascii() {
        return None;
    }
    for read in [telex(word), vni(word)] {
        if read != word && known(&read) {
            return Some(vec![read]);
        }
    }
    together(word, &known)
}

/// Telex keys that stayed letters: `giaays` → `giay`, `dduwowngf` → `duong`.
fn telex(word: &str) -> String {
    let mut read = String::with_capacity(word.len());
    let mut letters = word.chars().peekable();
    while let Some(c) = letters.next() {
        match (c, letters.peek()) {
            ('a' | 'e' | 'o' | 'd', Some(next)) if *next == c => {
                letters.next();
                read.push(c);
            }
            ('w', _) if !read.is_empty() => {}
            ('w', _) => read.push('u'),
            ('s' | 'f' | 'r' | 'x' | 'j', None) if read.len() > 1 => {}
            _ => read.push(c),
        }
    }
    read
}

/// VNI digits that stayed digits: `gia6y1` → `giay`.
fn vni(word: &str) -> String {
    if word.starts_with(|c: char| c.is_ascii_alphabetic()) {
        word.chars().filter(|c| !c.is_ascii_digit()).collect()
    } else {
        word.to_owned()
    }
}

/// A word divided into the fewest known words of at least two letters: `khaisinh` → `khai sinh`.
fn together(word: &str, known: &impl Fn(&str) -> bool) -> Option<Vec<String>> {
    if word.len() > TOGETHER_MAX {
        return None;
    }
    // best[i]: how few words make the first i letters, and where the last of them begins.
    let mut best: Vec<Option<(usize, usize)>> = vec![None; word.len() + 1];
    *best.first_mut()? = Some((0, 0));
    for end in 2..=word.len() {
        for start in end.saturating_sub(7)..end.saturating_sub(1) {
            if let Some((count, _)) = best[start]
                && best[end].is_none_or(|(least, _)| count + 1 < least)
                && syllable::is_one(&word[start..end])
                && known(&word[start..end])
            {
                best[end] = Some((count + 1, start));
            }
        }
    }
    let mut parts = Vec::new();
    let mut end = word.len();
    while end > 0 {
        let (_, start) = best[end]?;
        parts.push(word[start..end].to_owned());
        end = start;
    }
    parts.reverse();
    (parts.len() > 1).then_some(parts)
}

/// Words of the index at one error from the typed one (two for words of eight letters and more), the likeliest first.
pub(super) fn near(word: &str, ordered: &[(String, TermId)]) -> Vec<Near> {
    let letters = word.len();
    if letters < LETTERS_MIN || !word.is_ascii() || word.bytes().any(|b| b.is_ascii_digit()) {
        return Vec::new();
    }
    let errors_max = if letters >= 8 { 2 } else { 1 };
    // A syllable that exists was more likely meant than mistyped.
    let doubt = if syllable::is_one(word) { 0.45 } else { 1.0 };
    let mut found: Vec<Near> = ordered
        .iter()
        .filter(|(key, _)| key.is_ascii() && key.len().abs_diff(letters) <= errors_max && key.len() >= 2)
        .filter(|(key, _)| !key.bytes().any(|b| b.is_ascii_digit()))
        .filter_map(|(key, id)| {
            let errors = distance(word.as_bytes(), key.as_bytes(), errors_max)?;
            let first = if word.as_bytes().first() == key.as_bytes().first() { 1.0 } else { 0.7 };
            let likeness = first * doubt * if errors == 1 { 0.8 } else { 0.55 };
            Some(Near { word: key.clone(), id: *id, likeness })
        })
        .collect();
    found.sort_by(|a, b| b.likeness.total_cmp(&a.likeness).then_with(|| a.word.cmp(&b.word)));
    found.truncate(NEAR_MAX);
    found
}

/// Letters to add, leave out, exchange or put elsewhere beside (optimal string alignment); none above `max`.
fn distance(a: &[u8], b: &[u8], max: usize) -> Option<usize> {
    let width = b.len() + 1;
    let mut before_last = vec![usize::MAX / 2; width];
    let mut last: Vec<usize> = (0..width).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; width];
        for j in 1..width {
            let same = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + same);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before_last[j - 2] + 1);
            }
        }
        if row.iter().min().is_some_and(|least| *least > max) {
            return None;
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|errors| *errors <= max)
}

#[cfg(test)]
mod tests {
    use super::{distance, near, rewritten};

    #[test]
    fn other_ways_of_typing_are_read() {
        let known = |word: &str| ["khai", "sinh", "giay", "duong", "ho", "so", "chieu", "dat"].contains(&word);
        for (typed, read) in [
            ("giaays", Some("giay")),
            ("dduwowngf", Some("duong")),
            ("gia6y1", Some("giay")),
            ("khaisinh", Some("khai sinh")),
            ("giaykhaisinh", Some("giay khai sinh")),
            ("hochieu", Some("ho chieu")),
            ("xyz", None),
            ("123", None),
        ] {
            assert_eq!(rewritten(typed, known).map(|parts| parts.join(" ")).as_deref(), read, "{typed}");
        }
    }

    #[test]
    fn errors_are_counted() {
        for (a, b, errors) in [
            ("sing", "sinh", Some(1)),
            ("sihn", "sinh", Some(1)),
            ("snih", "khai", None),
            ("a", "a", Some(0)),
            ("", "a", Some(1)),
        ] {
            assert_eq!(distance(a.as_bytes(), b.as_bytes(), 1), errors, "{a} {b}");
        }
    }

    #[test]
    fn the_likeliest_word_comes_first() {
        let ordered: Vec<(String, u32)> =
            ["ban", "binh", "linh", "sinh", "tinh"].iter().zip(0..).map(|(w, i)| ((*w).to_owned(), i)).collect();
        let found: Vec<_> = near("sihn", &ordered).into_iter().map(|near| near.word).collect();
        assert_eq!(found, ["sinh"]);
        assert!(near("si", &ordered).is_empty() && near("123", &ordered).is_empty());
    }
}
