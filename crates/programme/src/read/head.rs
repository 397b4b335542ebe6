//! The directive's number and day, as its head says them: `Số: 04 /CT-TTg`, `ngày 11 tháng 02 năm 2024`.

use crate::deadline;
use crate::words::tidy;
use kernel::text::fold;
use time::Date;

/// How many characters around the number are searched for the day.
const NEAR: usize = 200;
/// Kinds of documents whose number may stand for that of the list (`Kèm theo Chỉ thị số …`).
const KINDS: [&str; 4] = ["chi thi so", "quyet dinh so", "ke hoach so", "cong dien so"];

/// Number and day, where they are said.
pub(super) fn head(text: &str) -> (Option<String>, Option<Date>) {
    let folded = fold(text);
    let mut best = None;
    for start in ["so:", "so :"].iter().chain(KINDS.iter()) {
        for (at, _) in folded.match_indices(start) {
            let rest = &folded[at + start.len()..];
            if let Some(number) = number(rest) {
                best = Some((at, number));
                break;
            }
        }
        if best.is_some() {
            break;
        }
    }
    let Some((at, found)) = best else { return (None, None) };
    let near: String = folded[at..].chars().take(NEAR).collect();
    let day = near.match_indices("ngay ").find_map(|(at, _)| {
        let rest: String = near[at..].chars().take(40).collect();
        let (read, _) = deadline::read(&rest);
        (read.kind == deadline::Kind::Day).then_some(read.until).flatten()
    });
    (Some(as_written(text, &found)), day)
}

/// `04 /ct-ttg` → `04/ct-ttg`.
fn number(folded: &str) -> Option<String> {
    let rest = folded.trim_start();
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let rest = rest[digits.len()..].trim_start().strip_prefix('/')?;
    let tail: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '/')).collect();
    (!digits.is_empty() && digits.len() <= 5 && tail.len() >= 2)
        .then(|| format!("{digits}/{}", tail.trim_end_matches('-')))
}

/// The folded number with the letters as the text writes them, where it stands there in one piece; else in capitals but
/// for `TTg`.
fn as_written(text: &str, number: &str) -> String {
    let tail = number.split_once('/').map_or("", |(_, tail)| tail);
    let tidied = tidy(text);
    let found = tidied.split([' ', ',', ';', '(', ')', '.', '|']).find_map(|word| {
        let (_, written) = word.split_once('/')?;
        (fold(written) == tail).then(|| written.to_owned())
    });
    let digits = number.split('/').next().unwrap_or_default();
    format!("{digits}/{}", found.unwrap_or_else(|| tail.to_uppercase().replace("TTG", "TTg")))
}

#[cfg(test)]
mod tests {
    use super::head;
    use time::macros::date;

    #[test]
    fn number_and_day_are_found() {
        let text = "CHÍNH PHỦ\nSố: 07 /CT-TTg\n\nHà Nội, ngày 05 tháng 3 năm 2025\n\nvề Nghị định 1/2020/NĐ-CP ngày 01/01/2020";
        assert_eq!(head(text), (Some("07/CT-TTg".to_owned()), Some(date!(2025 - 03 - 05))));
        let text = "(Kèm theo Quyết định số 12/QĐ-UBND ngày 6/7/2024)";
        assert_eq!(head(text), (Some("12/QĐ-UBND".to_owned()), Some(date!(2024 - 07 - 06))));
        assert_eq!(head("Không có gì"), (None, None));
    }
}
