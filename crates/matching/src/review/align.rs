//! Two texts letter by letter, with what differs marked: a missing mark is another thing than another letter.
//!
//! An optimal alignment (Needleman and Wunsch 1970) with adjacent letters that changed places as one step (Damerau
//! 1964). Words in another order are found first, so that they are shown as moved and not as a heap of letters.

use std::ops::Range;
use unicode_normalization::{UnicodeNormalization, char::decompose_canonical};

/// How a piece of one text stands to the other.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Mark {
    /// The same letters.
    Same,
    /// Small for capital.
    Case,
    /// The same base letters with other marks (`ê` for `ế`, `d` for `đ`).
    Accent,
    /// Other letters.
    Other,
    /// Only here.
    Extra,
    /// Two neighbours that changed places.
    Swapped,
    /// A word that stands in another place there.
    Moved,
}

impl Mark {
    /// For style sheets and sentences.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Case => "case",
            Self::Accent => "accent",
            Self::Other => "other",
            Self::Extra => "extra",
            Self::Swapped => "swapped",
            Self::Moved => "moved",
        }
    }
}

/// A run of letters under one mark.
#[derive(Clone, PartialEq, Eq)]
pub struct Part {
    /// The letters, NFC.
    pub text: String,
    /// What they are.
    pub mark: Mark,
}

/// What a text holds may be somebody's name.
impl std::fmt::Debug for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}×{}", self.mark, self.text.chars().count())
    }
}

/// Longer texts are compared only from both ends.
const LETTERS_MAX: usize = 256;

const CASE: u32 = 1;
const ACCENT: u32 = 2;
const OTHER: u32 = 5;
const GAP: u32 = 4;
const SWAP: u32 = 5;

/// Both texts in pieces; the pieces of each side joined are that text in NFC.
#[must_use]
pub fn align(left: &str, right: &str) -> (Vec<Part>, Vec<Part>) {
    let left: Vec<char> = left.nfc().collect();
    let right: Vec<char> = right.nfc().collect();
    let (a, b) = by_words(&left, &right).unwrap_or_else(|| letters(&left, &right));
    (parts(&left, &a), parts(&right, &b))
}

/// The letter without its marks, small.
fn base(letter: char) -> char {
    let mut first = None;
    decompose_canonical(letter, |part| {
        first.get_or_insert(part);
    });
    match first.unwrap_or(letter) {
        'đ' | 'Đ' => 'd',
        plain => plain.to_lowercase().next().unwrap_or(plain),
    }
}

fn small(letter: char) -> char {
    letter.to_lowercase().next().unwrap_or(letter)
}

/// What it costs to take one letter for the other, and what it is then.
fn change(a: char, b: char) -> (u32, Mark) {
    if a == b {
        (0, Mark::Same)
    } else if small(a) == small(b) {
        (CASE, Mark::Case)
    } else if base(a) == base(b) {
        (ACCENT, Mark::Accent)
    } else {
        (OTHER, Mark::Other)
    }
}

type Marks = (Vec<Mark>, Vec<Mark>);

fn letters(a: &[char], b: &[char]) -> Marks {
    if a.len() > LETTERS_MAX || b.len() > LETTERS_MAX {
        return ends(a, b);
    }
    let width = b.len() + 1;
    let mut cost = vec![0_u32; (a.len() + 1) * width];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            cost[i * width + j] = steps(a, b, i, j).map(|(price, i, j)| cost[i * width + j] + price).min().unwrap_or(0);
        }
    }
    let mut marks = (vec![Mark::Extra; a.len()], vec![Mark::Extra; b.len()]);
    let (mut i, mut j) = (a.len(), b.len());
    while let Some((_, to_i, to_j)) =
        steps(a, b, i, j).find(|(price, x, y)| cost[x * width + y] + price == cost[i * width + j])
    {
        match (i - to_i, j - to_j) {
            (1, 1) => {
                let mark = change(a[to_i], b[to_j]).1;
                (marks.0[to_i], marks.1[to_j]) = (mark, mark);
            }
            (2, 2) => {
                marks.0[to_i..i].fill(Mark::Swapped);
                marks.1[to_j..j].fill(Mark::Swapped);
            }
            _ => {}
        }
        (i, j) = (to_i, to_j);
    }
    marks
}

/// The ways to come to this place of the table: what each costs and where it comes from. Letters against letters first.
fn steps<'a>(a: &'a [char], b: &'a [char], i: usize, j: usize) -> impl Iterator<Item = (u32, usize, usize)> + 'a {
    let pair = (i > 0 && j > 0).then(|| (change(a[i - 1], b[j - 1]).0, i - 1, j - 1));
    let crossed = i > 1
        && j > 1
        && a[i - 1] != a[i - 2]
        && small(a[i - 1]) == small(b[j - 2])
        && small(a[i - 2]) == small(b[j - 1]);
    let swap = crossed.then(|| (SWAP, i - 2, j - 2));
    let above = (i > 0).then(|| (GAP, i - 1, j));
    let left = (j > 0).then(|| (GAP, i, j - 1));
    [pair, swap, above, left].into_iter().flatten()
}

/// Very long texts: what they begin and end with alike, and the rest.
fn ends(a: &[char], b: &[char]) -> Marks {
    let shorter = a.len().min(b.len());
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let tail = a.iter().rev().zip(b.iter().rev()).take(shorter - head).take_while(|(x, y)| x == y).count();
    let side = |length: usize| {
        let mut marks = vec![Mark::Other; length];
        marks[..head].fill(Mark::Same);
        marks[length - tail..].fill(Mark::Same);
        marks
    };
    (side(a.len()), side(b.len()))
}

/// Where the words of a text are.
fn words(text: &[char]) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut at = 0;
    for word in text.split(|letter| *letter == ' ') {
        if !word.is_empty() {
            words.push(at..at + word.len());
        }
        at += word.len() + 1;
    }
    words
}

/// When the words that differ (but for marks and capitals) are the same ones in another place, they moved; when only one
/// side has words more, those are extra. Anything else is not for whole words to explain.
fn by_words(a: &[char], b: &[char]) -> Option<Marks> {
    let (in_a, in_b) = (words(a), words(b));
    if a.len() > LETTERS_MAX || b.len() > LETTERS_MAX {
        return None;
    }
    let folded = |text: &[char], words: &[Range<usize>]| -> Vec<String> {
        words.iter().map(|word| text[word.clone()].iter().map(|letter| base(*letter)).collect()).collect()
    };
    let (of_a, of_b) = (folded(a, &in_a), folded(b, &in_b));
    let kept = in_order(&of_a, &of_b);
    let left_over = |count: usize, side: fn(&(usize, usize)) -> usize| -> Vec<usize> {
        (0..count).filter(|at| !kept.iter().any(|pair| side(pair) == *at)).collect()
    };
    let (over_a, over_b) = (left_over(in_a.len(), |pair| pair.0), left_over(in_b.len(), |pair| pair.1));
    let sorted = |over: &[usize], of: &[String]| {
        let mut words: Vec<String> = over.iter().map(|at| of[*at].clone()).collect();
        words.sort();
        words
    };
    let mark = match (over_a.len(), over_b.len()) {
        // Letters alone differ, and the spaces between words may.
        (0, 0) => return None,
        (0, _) | (_, 0) if !kept.is_empty() => Mark::Extra,
        _ if sorted(&over_a, &of_a) == sorted(&over_b, &of_b) => Mark::Moved,
        _ => return None,
    };
    let mut marks = (vec![Mark::Same; a.len()], vec![Mark::Same; b.len()]);
    for (i, j) in kept {
        let (x, y) = letters(&a[in_a[i].clone()], &b[in_b[j].clone()]);
        marks.0[in_a[i].clone()].copy_from_slice(&x);
        marks.1[in_b[j].clone()].copy_from_slice(&y);
    }
    over_a.into_iter().for_each(|at| marks.0[in_a[at].clone()].fill(mark));
    over_b.into_iter().for_each(|at| marks.1[in_b[at].clone()].fill(mark));
    Some(marks)
}

/// The longest common subsequence of two lists of words, as pairs of places.
fn in_order(a: &[String], b: &[String]) -> Vec<(usize, usize)> {
    let width = b.len() + 1;
    let mut best = vec![0_u32; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            best[i * width + j] = if a[i] == b[j] {
                best[(i + 1) * width + j + 1] + 1
            } else {
                best[(i + 1) * width + j].max(best[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < a.len() && j < b.len() {
        if a[i] == b[j] {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if best[(i + 1) * width + j] >= best[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

fn parts(text: &[char], marks: &[Mark]) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for (letter, mark) in text.iter().zip(marks) {
        match parts.last_mut() {
            Some(part) if part.mark == *mark => part.text.push(*letter),
            _ => parts.push(Part { text: letter.to_string(), mark: *mark }),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// `=` stands before what is the same, `c` `'` `!` `+` `x` `>` before the rest.
    fn shown(parts: &[Part]) -> String {
        let sign = |mark| match mark {
            Mark::Same => '=',
            Mark::Case => 'c',
            Mark::Accent => '\'',
            Mark::Other => '!',
            Mark::Extra => '+',
            Mark::Swapped => 'x',
            Mark::Moved => '>',
        };
        parts.iter().map(|part| format!("{}[{}]", sign(part.mark), part.text)).collect()
    }

    fn check(left: &str, right: &str, a: &str, b: &str) {
        let (x, y) = align(left, right);
        assert_eq!((shown(&x).as_str(), shown(&y).as_str()), (a, b), "{left} / {right}");
    }

    #[test]
    fn a_missing_mark_is_shown_otherwise_than_another_letter() {
        check("Nguyen", "Nguyễn", "=[Nguy]'[e]=[n]", "=[Nguy]'[ễ]=[n]");
        check("Đo", "Dồ", "'[Đo]", "'[Dồ]");
        check("Lý", "Lí", "=[L]![ý]", "=[L]![í]");
        check("an", "An", "c[a]=[n]", "c[A]=[n]");
    }

    #[test]
    fn letters_too_many_too_few_and_changed_places() {
        check("Nguyênx", "Nguyên", "=[Nguyên]+[x]", "=[Nguyên]");
        check("001190012354", "001190012345", "=[0011900123]x[54]", "=[0011900123]x[45]");
        check("001190012345", "001190012346", "=[00119001234]![5]", "=[00119001234]![6]");
        check("Nguyễn An", "Nguyễn Văn An", "=[Nguyễn An]", "=[Nguyễn ]+[Văn]=[ An]");
    }

    #[test]
    fn words_in_another_order_have_moved() {
        check("Văn An Nguyễn", "Nguyễn Văn An", "=[Văn An ]>[Nguyễn]", ">[Nguyễn]=[ Văn An]");
        check("Van An Nguyễn", "Nguyễn Văn An", "=[V]'[a]=[n An ]>[Nguyễn]", ">[Nguyễn]=[ V]'[ă]=[n An]");
    }

    #[test]
    fn decomposed_text_is_the_same_text_and_long_ones_are_compared_from_their_ends() {
        check("Nguye\u{302}\u{303}n", "Nguyễn", "=[Nguyễn]", "=[Nguyễn]");
        let long = "a".repeat(300);
        check(&format!("{long}x"), &format!("{long}yz"), &format!("=[{long}]![x]"), &format!("=[{long}]![yz]"));
        check("", "An", "", "+[An]");
        check("a b", "a  b", "=[a b]", "=[a]+[ ]=[ b]");
    }

    proptest! {
        #[test]
        fn pieces_joined_are_the_text_and_equal_texts_have_no_mark(a in "[a-dăâđA-D ]{0,12}", b in "[a-dăâđA-D ]{0,12}") {
            let (x, y) = align(&a, &b);
            prop_assert_eq!(x.iter().map(|p| p.text.as_str()).collect::<String>(), a.clone());
            prop_assert_eq!(y.iter().map(|p| p.text.as_str()).collect::<String>(), b.clone());
            let plain = |parts: &[Part]| parts.iter().all(|part| part.mark == Mark::Same);
            prop_assert_eq!(plain(&x) && plain(&y), a == b);
        }
    }
}
