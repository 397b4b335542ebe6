//! Slips of the fingers: words and numbers that are nearly the same.

/// Whether one letter was put in, left out, changed, or two neighbours were exchanged (Damerau 1964).
pub(crate) fn one_slip(left: &str, right: &str) -> bool {
    if left.is_ascii() && right.is_ascii() {
        return slipped(left.as_bytes(), right.as_bytes());
    }
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    slipped(&left, &right)
}

fn slipped<T: PartialEq>(left: &[T], right: &[T]) -> bool {
    let (short, long) = if left.len() <= right.len() { (left, right) } else { (right, left) };
    if long.len() - short.len() > 1 {
        return false;
    }
    let same = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    let (short, long) = (&short[same..], &long[same..]);
    if short.len() < long.len() {
        return short == &long[1..];
    }
    match short {
        [] => false,
        [_, rest @ ..] if rest == &long[1..] => true,
        [a, b, rest @ ..] => *a == long[1] && *b == long[0] && rest == &long[2..],
        _ => false,
    }
}

/// Whether two numbers of so many digits differ in one digit, or in two neighbours exchanged.
pub(crate) fn digit_slip(left: u64, right: u64, digits: u32) -> bool {
    let (mut a, mut b) = (left, right);
    let mut first = None;
    for _ in 0..digits {
        if a % 10 != b % 10 {
            let rest = (a / 10, b / 10);
            if rest.0 == rest.1 {
                return true;
            }
            first = Some(((a % 10, b % 10), rest));
            break;
        }
        a /= 10;
        b /= 10;
    }
    first.is_some_and(|((x, y), (a, b))| a % 10 == y && b % 10 == x && a / 10 == b / 10)
}

/// Jaro–Winkler similarity of two words (Winkler 1990): 0 to 1, a common beginning of up to four letters counts more.
pub(crate) fn jaro_winkler(left: &str, right: &str) -> f64 {
    let (a, b): (Vec<char>, Vec<char>) = (left.chars().take(64).collect(), right.chars().take(64).collect());
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let window = (a.len().max(b.len()) / 2).saturating_sub(1);
    let mut taken = [false; 64];
    let mut matched = Vec::with_capacity(a.len());
    for (at, letter) in a.iter().enumerate() {
        let near = at.saturating_sub(window)..(at + window + 1).min(b.len());
        if let Some(there) = near.into_iter().find(|there| !taken[*there] && b[*there] == *letter) {
            taken[there] = true;
            matched.push(*letter);
        }
    }
    if matched.is_empty() {
        return 0.0;
    }
    let others = b.iter().zip(taken).filter_map(|(letter, taken)| taken.then_some(letter));
    let moved = matched.iter().zip(others).filter(|(x, y)| x != y).count() as f64 / 2.0;
    let share = matched.len() as f64;
    let jaro = (share / a.len() as f64 + share / b.len() as f64 + (share - moved) / share) / 3.0;
    let beginning = a.iter().zip(&b).take(4).take_while(|(x, y)| x == y).count() as f64;
    jaro + beginning * 0.1 * (1.0 - jaro)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_is_one() {
        for (left, right) in [("hung", "hunh"), ("hung", "hug"), ("hug", "hung"), ("hung", "hugn"), ("đan", "dan")] {
            assert!(one_slip(left, right), "{left} {right}");
        }
        for (left, right) in [("hung", "hung"), ("hung", "hoang"), ("an", "binh"), ("abcd", "badc"), ("", "ab")] {
            assert!(!one_slip(left, right), "{left} {right}");
        }
    }

    #[test]
    fn a_digit_slips_or_two_change_places() {
        for (left, right) in [(1_990_123, 1_990_128), (123, 923), (123, 132), (123, 213)] {
            assert!(digit_slip(left, right, 12), "{left} {right}");
        }
        for (left, right) in [(123, 123), (123, 321), (123, 145)] {
            assert!(!digit_slip(left, right, 12), "{left} {right}");
        }
    }

    #[test]
    fn jaro_winkler_gives_the_values_of_the_paper() {
        for (left, right, value) in
            [("martha", "marhta", 0.961), ("dwayne", "duane", 0.84), ("dixon", "dicksonx", 0.813)]
        {
            assert!((jaro_winkler(left, right) - value).abs() < 0.001, "{left} {right}");
        }
        assert_eq!(jaro_winkler("", "a"), 0.0);
    }
}
