//! Errors in names of people.

use super::super::dice::Dice;
use super::word::{TONES, Typing, Word, capitalised, plain, unmarked};
use unicode_normalization::UnicodeNormalization;

/// Names that Catholics carry before their own.
const SAINTS: [&str; 6] = ["Maria", "Giuse", "Phêrô", "Anna", "Têrêsa", "Gioan"];
/// Names at home.
const NICKNAMES: [&str; 6] = ["Tèo", "Bé", "Út", "Hai", "Tư", "Cu"];
/// Neighbours on the keyboard.
const KEYS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
/// What may stand before an `i` or `y` that is written both ways.
const BEFORE_IY: [&str; 10] = ["l", "m", "t", "k", "s", "h", "v", "th", "qu", "tr"];

fn words(name: &str) -> Vec<&str> {
    name.split(' ').filter(|word| !word.is_empty()).collect()
}

/// With a saint's name, another name in brackets, or the surname of the husband or wife.
pub(super) fn other(dice: &mut Dice, name: &str, spouse_surname: Option<&str>) -> Option<String> {
    let words = words(name);
    match (dice.below(3), spouse_surname) {
        (0, _) => Some(format!("{} {name}", SAINTS[dice.index(SAINTS.len())])),
        (1, Some(surname)) if words.len() >= 2 => Some(format!("{} {surname} {}", words[0], words[1..].join(" "))),
        _ => Some(format!("{name} ({})", NICKNAMES[dice.index(NICKNAMES.len())])),
    }
}

/// Without middle names, or without one of several.
pub(super) fn middle_missing(dice: &mut Dice, name: &str) -> Option<String> {
    let mut words = words(name);
    if words.len() < 3 {
        return None;
    }
    if words.len() > 3 && dice.chance(600) {
        words.remove(1 + dice.index(words.len() - 2));
    } else {
        words.drain(1..words.len() - 1);
    }
    Some(words.join(" "))
}

/// Two middle names swapped, or the only middle name and the given name.
pub(super) fn middle_swapped(dice: &mut Dice, name: &str) -> Option<String> {
    let mut words = words(name);
    let at = match words.len() {
        ..4 => return None,
        count => 1 + dice.index(count - 3),
    };
    words.swap(at, at + 1);
    (words.join(" ") != name).then(|| words.join(" "))
}

/// The given name first.
pub(super) fn order(dice: &mut Dice, name: &str) -> Option<String> {
    let mut words = words(name);
    if words.len() < 2 {
        return None;
    }
    if dice.chance(500) {
        words.rotate_right(1);
    } else {
        words.rotate_left(1);
    }
    (words.join(" ") != name).then(|| words.join(" "))
}

/// Initials for the middle names, sometimes for the surname too.
pub(super) fn initials(dice: &mut Dice, name: &str) -> Option<String> {
    let words = words(name);
    let last = words.len().checked_sub(1).filter(|last| *last > 0)?;
    let initial = |word: &str| {
        let stop = if with_stop(name) { "." } else { "" };
        word.chars().next().map(|letter| format!("{}{stop}", letter.to_uppercase())).unwrap_or_default()
    };
    let with_surname = last == 1 || dice.chance(300);
    let short = words.iter().enumerate().map(|(at, word)| match at {
        0 if !with_surname => (*word).to_owned(),
        0 if *word == "Nguyễn" => "Ng.".to_owned(),
        at if at == last => (*word).to_owned(),
        _ => initial(word),
    });
    Some(short.collect::<Vec<_>>().join(" "))
}

/// Half of the clerks write a full stop; the name's length decides, so that one name is written one way.
fn with_stop(name: &str) -> bool {
    name.len().is_multiple_of(2)
}

/// The words of a name where a change is possible, one of them changed.
fn change_one(dice: &mut Dice, name: &str, change: impl Fn(&mut Dice, &str) -> Option<String>) -> Option<String> {
    let mut words: Vec<String> = words(name).into_iter().map(str::to_owned).collect();
    let mut places: Vec<usize> = (0..words.len()).collect();
    while !places.is_empty() {
        let at = places.swap_remove(dice.index(places.len()));
        if let Some(changed) = change(dice, &words[at]).filter(|changed| *changed != words[at]) {
            words[at] = changed;
            return Some(words.join(" "));
        }
    }
    None
}

/// `i` for `y` or the other way, in the last place of a word.
pub(super) fn iy(dice: &mut Dice, name: &str) -> Option<String> {
    change_one(dice, name, |_, word| {
        let mut word = Word::of(word);
        let (last, before) = word.letters.split_last_mut()?;
        let before: String = before.iter().flat_map(|letter| letter.to_lowercase()).collect();
        // Nobody writes the middle name Thị otherwise.
        let female_mark = before == "th" && word.tone.is_some_and(|(_, tone)| tone == TONES[4]);
        if !BEFORE_IY.contains(&before.as_str()) || female_mark {
            return None;
        }
        *last = match *last {
            'i' => 'y',
            'y' => 'i',
            _ => return None,
        };
        Some(word.text())
    })
}

/// The tone on the other vowel of an open `oa`, `oe`, `uy`.
pub(super) fn tone_place(dice: &mut Dice, name: &str) -> Option<String> {
    change_one(dice, name, |_, word| {
        let mut word = Word::of(word);
        let (at, tone) = word.tone?;
        let [before @ .., first, second] = word.letters.as_slice() else { return None };
        let pair = matches!((first.to_ascii_lowercase(), second), ('o', 'a' | 'e') | ('u', 'y'));
        if !pair || before.last().is_some_and(|letter| letter.eq_ignore_ascii_case(&'q')) {
            return None;
        }
        let end = word.letters.len();
        let other = if at + 1 == end { end - 2 } else { end - 1 };
        word.tone = Some((other, tone));
        Some(word.text())
    })
}

/// Another tone, most often hỏi for ngã or the other way, or none.
pub(super) fn tone(dice: &mut Dice, name: &str) -> Option<String> {
    change_one(dice, name, |dice, word| {
        let mut word = Word::of(word);
        let (at, tone) = word.tone?;
        let other = match (tone, dice.below(10)) {
            (_, 0 | 1) => None,
            ('\u{309}', 2..9) => Some('\u{303}'),
            ('\u{303}', 2..9) => Some('\u{309}'),
            _ => Some(TONES[dice.index(TONES.len())]).filter(|other| *other != tone),
        };
        word.tone = other.map(|other| (at, other));
        Some(word.text())
    })
}

/// One letter wrong, lost, doubled, or swapped with its neighbour.
pub(super) fn slip(dice: &mut Dice, text: &str) -> Option<String> {
    change_one(dice, text, |dice, word| {
        let mut letters: Vec<char> = word.chars().collect();
        if letters.len() < 3 || !letters.iter().all(|letter| letter.is_alphabetic()) {
            return None;
        }
        let at = dice.index(letters.len());
        match dice.below(4) {
            0 => {
                letters.remove(at);
            }
            1 => letters.insert(at, letters[at]),
            2 => letters.swap(at.max(1) - 1, at.max(1)),
            _ => letters[at] = neighbour(dice, letters[at])?,
        }
        let slipped: String = letters.into_iter().collect();
        let capital = word.chars().next().is_some_and(char::is_uppercase);
        Some(if capital { capitalised(&slipped.to_lowercase()) } else { slipped })
    })
}

/// A key beside the one that was meant.
fn neighbour(dice: &mut Dice, letter: char) -> Option<char> {
    let key = plain(letter).to_ascii_lowercase();
    let row = KEYS.iter().find(|row| row.contains(key))?;
    let at = row.find(key)?;
    let beside = if at == 0 || (at + 1 < row.len() && dice.chance(500)) { at + 1 } else { at - 1 };
    row[beside..].chars().next()
}

/// What stands in the file when the keyboard's program was off: all words, or one.
pub(super) fn typed(dice: &mut Dice, name: &str, typing: Typing) -> Option<String> {
    let late = typing != Typing::Viqr && dice.chance(if typing == Typing::Telex { 850 } else { 400 });
    let typed = if dice.chance(700) {
        words(name).into_iter().map(|word| typing.keys(word, late)).collect::<Vec<_>>().join(" ")
    } else {
        change_one(dice, name, |_, word| Some(typing.keys(word, late)))?
    };
    (typed != name).then_some(typed)
}

/// Without any mark.
pub(super) fn without_marks(text: &str) -> Option<String> {
    let plain = unmarked(text);
    (plain != text).then_some(plain)
}

/// Every mark a character of its own.
pub(super) fn decomposed(text: &str) -> Option<String> {
    let parts: String = text.nfd().collect();
    (parts != text).then_some(parts)
}

/// Spaces where none belong.
pub(super) fn spaces(dice: &mut Dice, name: &str) -> Option<String> {
    Some(match dice.below(4) {
        0 => format!(" {name}"),
        1 => format!("{name}  "),
        2 => name.replacen(' ', "\u{a0}", 1),
        _ => name.replacen(' ', "   ", 1),
    })
    .filter(|spaced| spaced != name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_change_as_said() {
        let mut dice = Dice::new(1);
        let dice = &mut dice;
        assert_eq!(iy(dice, "Nguyễn Thị Lý"), Some("Nguyễn Thị Lí".to_owned()));
        assert_eq!(iy(dice, "Nguyễn Văn Nam"), None);
        assert_eq!(tone_place(dice, "Trần Hòa"), Some("Trần Hoà".to_owned()));
        assert_eq!(tone_place(dice, "Trần Thuỷ"), Some("Trần Thủy".to_owned()));
        assert_eq!(tone_place(dice, "Trần Quý"), None);
        assert_eq!(tone_place(dice, "Trần Hoàn"), None);
        assert_eq!(middle_missing(dice, "Lê Văn Bình"), Some("Lê Bình".to_owned()));
        assert_eq!(middle_missing(dice, "Lê Bình"), None);
        assert_eq!(middle_swapped(dice, "Lê Thị Kim Ngân"), Some("Lê Kim Thị Ngân".to_owned()));
        assert_eq!(without_marks("Đỗ Thị Thơm"), Some("Do Thi Thom".to_owned()));
        for _ in 0..200 {
            let slipped = slip(dice, "Nguyễn Thị Hương").unwrap();
            assert_ne!(slipped, "Nguyễn Thị Hương");
            assert!(tone(dice, "Nguyễn Thị Hương").is_some_and(|other| other != "Nguyễn Thị Hương"));
        }
        let order: Vec<_> = (0..20).filter_map(|_| order(dice, "Lê Văn Bình")).collect();
        assert!(order.contains(&"Bình Lê Văn".to_owned()) && order.contains(&"Văn Bình Lê".to_owned()));
    }
}
