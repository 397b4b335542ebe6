//! Where the names of the columns stand.

use crate::columns;
use std::collections::HashSet;

/// Rows among which the header is looked for: titles and blank rows may stand above it.
pub(crate) const HEADER_ROWS_MAX: usize = 25;

/// Where the names of the columns stand.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Header {
    /// To be found out.
    #[default]
    Detected,
    /// Nowhere: the first row is data.
    Absent,
    /// In this row, blank ones not counted, the first being 1.
    Row(u32),
}

/// What the first rows of a table say.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct Head {
    /// The position of the header among the rows.
    pub(crate) header: Option<usize>,
    /// The first position that is data.
    pub(crate) data: usize,
    /// The names, unique, as many as there are columns.
    pub(crate) names: Vec<String>,
}

/// Finds the header among the first rows. None where it is to stand in a row that there is not.
pub(crate) fn find(rows: &[Vec<String>], wish: Header) -> Option<Head> {
    let header = match wish {
        Header::Absent => None,
        Header::Row(row) => {
            let at = (row as usize).checked_sub(1)?;
            rows.get(at)?;
            Some(at)
        }
        Header::Detected => detected(rows),
    };
    let mut data = header.map_or_else(|| first_wide(rows), |at| at + 1);
    let mut names = header.map(|at| rows[at].clone()).unwrap_or_default();
    if let (Some(_), Some(below)) = (header, rows.get(data))
        && is_second_header(below)
    {
        names.resize(names.len().max(below.len()), String::new());
        for (name, second) in names.iter_mut().zip(below).filter(|(_, second)| !second.trim().is_empty()) {
            name.clone_from(second);
        }
        data += 1;
    }
    if header.is_some() && rows.get(data).is_some_and(|row| is_numbering(row, known(&names) >= 2)) {
        data += 1;
    }
    let width = width(&rows[data.min(rows.len())..], filled_width(&names));
    Some(Head { header, data, names: unique(&names, width) })
}

/// Whether a row below the header names parts of its columns (`Ngày | Tháng | Năm` under a merged `Ngày sinh`).
fn is_second_header(row: &[String]) -> bool {
    let filled = filled(row);
    let known = known(row);
    known >= 2 && known == filled
}

/// Whether a row numbers the columns, as forms do: `(1) (2) (3)`, perhaps after `A B`. Numbers without brackets are
/// data, unless they are many and stand under names that we know.
fn is_numbering(row: &[String], named: bool) -> bool {
    let mut numbers = Vec::new();
    let mut bracketed = true;
    for cell in row.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty()) {
        let bare = cell.trim_matches(['(', ')', '[', ']', ' ']);
        match bare.parse::<u32>() {
            Ok(number) => {
                numbers.push(number);
                bracketed &= bare.len() < cell.len();
            }
            Err(_) if numbers.is_empty() && bare.len() == 1 && bare.starts_with(|c: char| c.is_ascii_uppercase()) => {}
            Err(_) => return false,
        }
    }
    let enough = if bracketed { 3 } else { 5 };
    (bracketed || named) && numbers.len() >= enough && (1..).zip(&numbers).all(|(at, number)| *number == at)
}

/// How many of the cells are names that columns have.
fn known(row: &[String]) -> usize {
    row.iter().filter(|cell| columns::is_known(cell)).count()
}

fn detected(rows: &[Vec<String>]) -> Option<usize> {
    let head = &rows[..rows.len().min(HEADER_ROWS_MAX)];
    // Two words that columns are called, in one row that holds no data: nothing else looks like it.
    let best = |least: usize| head.iter().position(|row| known(row) >= least && !row.iter().any(|cell| is_data(cell)));
    if let Some(at) = best(2) {
        return Some(at);
    }
    let wide = first_wide(rows);
    if let Some(at) = best(1)
        && at <= wide
        && filled(&rows[at]) >= filled(head.get(wide)?).min(2)
    {
        return Some(at);
    }
    // Names that we do not know are still names, if they are not data.
    let row = head.get(wide)?;
    (!row.iter().any(|cell| is_data(cell))).then_some(wide)
}

/// The first row that is as wide as the rows usually are: titles above are narrower.
fn first_wide(rows: &[Vec<String>]) -> usize {
    let usual = rows.iter().map(|row| filled(row)).fold(0, usize::max);
    rows.iter().take(HEADER_ROWS_MAX).position(|row| filled(row) * 2 > usual).unwrap_or(0)
}

fn filled(row: &[String]) -> usize {
    row.iter().filter(|cell| !cell.trim().is_empty()).count()
}

/// The width of a row without the blank cells at its end.
fn filled_width(row: &[String]) -> usize {
    row.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |last| last + 1)
}

/// How wide the table is: as its header, or wider where most rows are; without a header as the widest row.
fn width(rows: &[Vec<String>], header: usize) -> usize {
    if header == 0 {
        return rows.iter().map(|row| filled_width(row)).max().unwrap_or(0);
    }
    let mut widths: Vec<usize> = rows.iter().map(|row| filled_width(row)).collect();
    widths.sort_unstable();
    widths.chunk_by(|a, b| a == b).filter(|run| run.len() * 2 > widths.len()).map(|run| run[0]).fold(header, usize::max)
}

/// Whether a cell is data rather than a name: mostly digits, and more than a year.
fn is_data(cell: &str) -> bool {
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    let others = cell.chars().filter(|c| !c.is_ascii_digit() && !c.is_whitespace()).count();
    digits >= 4 && digits > others
}

/// The names, each once, and one for every column.
pub(crate) fn unique(names: &[String], width: usize) -> Vec<String> {
    let mut seen = HashSet::new();
    (0..width)
        .map(|at| {
            let name =
                names.get(at).map_or("", |name| name.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}'));
            let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
            let base = if name.is_empty() { format!("#{}", at + 1) } else { name };
            let mut unique = base.clone();
            let mut count = 2;
            while !seen.insert(unique.clone()) {
                unique = format!("{base} ({count})");
                count += 1;
            }
            unique
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
    }

    fn head(text: &str) -> (Option<usize>, usize, Vec<String>) {
        let head = find(&rows(text), Header::Detected).unwrap();
        (head.header, head.data, head.names)
    }

    #[test]
    fn the_header_is_found_below_titles() {
        let text =
            "DANH SÁCH NGƯỜI THAM GIA,,,\nNăm 2020,,,\nSTT,Họ và tên,Ngày sinh,Ghi chú\n1,A,1/2/1990,\n2,B,3/4/1985,\n";
        assert_eq!(head(text), (Some(2), 3, ["STT", "Họ và tên", "Ngày sinh", "Ghi chú"].map(String::from).to_vec()));
    }

    #[test]
    fn names_that_nobody_knows_are_names_and_data_is_data() {
        assert_eq!(head("rec_id,given_name,surname\nrec-1,a,b\n").0, Some(0));
        assert_eq!(
            head("001090000001,A,1990\n001090000002,B,1985\n"),
            (None, 0, ["#1", "#2", "#3"].map(String::from).to_vec())
        );
        assert_eq!(head("Số CCCD\n001090000001\n").0, Some(0));
    }

    #[test]
    fn names_are_unique_and_every_column_has_one() {
        let names = head("Tên,Tên,,Tên (2)\na,b,c,d,e\na,b,c,d,e\n").2;
        assert_eq!(names, ["Tên", "Tên (2)", "#3", "Tên (2) (2)", "#5"]);
    }

    #[test]
    fn rows_that_belong_to_the_header_are_no_data() {
        let text = "STT,Họ tên,Ngày sinh,,\n,,Ngày,Tháng,Năm\n(1),(2),(3),(4),(5)\n1,A,1,2,1990\n";
        assert_eq!(head(text), (Some(0), 3, ["STT", "Họ tên", "Ngày", "Tháng", "Năm"].map(String::from).to_vec()));
        assert_eq!(head("STT,Họ tên,Điểm\n1,A,3\n2,B,4\n").1, 1);
        assert_eq!(head("x,y,z\n1,2,3\n2,3,4\n").1, 1);
        assert_eq!(head("STT,Họ tên,Ngày sinh,Phái,Địa chỉ\n1,2,3,4,5\n1,A,1990,Nam,Huế\n").1, 2);
    }

    #[test]
    fn a_wish_is_followed() {
        let rows = rows("a,b\nc,d\n");
        assert_eq!(find(&rows, Header::Absent).unwrap().data, 0);
        assert_eq!(find(&rows, Header::Row(2)).unwrap().names, ["c", "d"]);
        assert_eq!(find(&rows, Header::Row(3)), None);
        assert_eq!(find(&rows, Header::Row(0)), None);
    }
}
