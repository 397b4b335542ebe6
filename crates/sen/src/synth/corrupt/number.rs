//! Errors in numbers.

use super::super::dice::Dice;

/// Another digit somewhere in the text.
pub(super) fn digit(dice: &mut Dice, number: &str) -> Option<String> {
    let at = dice.index(number.len());
    let by = 1 + dice.below(9);
    let old = number.get(at..=at)?.parse::<u32>().ok()?;
    let new = char::from_digit((old + by) % 10, 10)?;
    Some(format!("{}{new}{}", &number[..at], &number[at + 1..]))
}

/// Two neighbouring digits swapped, where they differ.
pub(super) fn swapped(dice: &mut Dice, number: &str) -> Option<String> {
    let bytes = number.as_bytes();
    let places: Vec<usize> = (1..bytes.len()).filter(|at| bytes[at - 1] != bytes[*at]).collect();
    let at = *places.get(dice.index(places.len()))?;
    let mut bytes = bytes.to_vec();
    bytes.swap(at - 1, at);
    String::from_utf8(bytes).ok()
}

/// Without the zeros in front.
pub(super) fn without_zeros(number: &str) -> Option<String> {
    number.starts_with('0').then(|| number.trim_start_matches('0').to_owned())
}

/// Grouped, or forced to be text.
pub(super) fn spaced(dice: &mut Dice, number: &str) -> Option<String> {
    let groups = |glue: &str| {
        let groups: Option<Vec<&str>> = (0..number.len()).step_by(3).map(|at| number.get(at..at + 3)).collect();
        groups.map(|groups| groups.join(glue))
    };
    match dice.below(4) {
        0 => groups(" "),
        1 => groups("."),
        2 => Some(format!("'{number}")),
        _ => Some(format!(" {number} ")),
    }
}
