//! Which column is what: recognised, shown, confirmed.

use super::args::CleanArgs;
use super::say::{Say, harmless, results_in};
use anyhow::{Result, bail};
use matching::columns::{Recognised, Sureness};
use matching::report::Words;
use matching::source::Table;
use matching::{Mapping, Schema};
use std::fmt::Write as _;
use std::io::{BufRead, IsTerminal, Write as _};

/// Cells shown of a column.
const SAMPLES: usize = 3;
/// Most letters shown of a header or cell.
const WIDTH_MAX: usize = 32;

/// The columns of a file as its names and content say.
pub(super) fn recognise(table: &Table, schema: &Schema) -> Result<Recognised> {
    Ok(matching::columns::recognise(table.headers(), table.sample(), schema))
}

/// The columns of the file to clean: those of `--columns`, or recognised ones that the clerk confirms.
pub(super) fn choose(args: &CleanArgs, table: &Table, say: &Say, quiet: bool) -> Result<Mapping> {
    if let Some(path) = &args.columns {
        let mapping = Mapping::read(path)?;
        write(args, &mapping, say, quiet)?;
        return Ok(mapping);
    }
    let recognised = recognise(table, &Schema::people())?;
    write(args, &recognised.mapping, say, quiet)?;
    if quiet {
        return Ok(recognised.mapping);
    }
    let mut stderr = std::io::stderr();
    write!(stderr, "{}", shown(table, &recognised, say))?;
    if !args.yes && std::io::stdin().is_terminal() && stderr.is_terminal() {
        write!(stderr, "{} ", say.say("clean-columns-ask", &[]))?;
        let mut answer = String::new();
        std::io::stdin().lock().read_line(&mut answer)?;
        if !matches!(answer.trim(), "c" | "C" | "y" | "Y") {
            bail!(say.say("clean-columns-refused", &[]));
        }
    }
    Ok(recognised.mapping)
}

fn write(args: &CleanArgs, mapping: &Mapping, say: &Say, quiet: bool) -> Result<()> {
    let Some(path) = &args.columns_out else { return Ok(()) };
    mapping.write(path)?;
    if !quiet {
        let told = say.say("clean-columns-written", &[("path", path.display().to_string())]);
        writeln!(std::io::stderr(), "{told}")?;
    }
    Ok(())
}

/// The table of what was recognised. Cells show their shape only.
fn shown(table: &Table, recognised: &Recognised, say: &Say) -> String {
    let schema = recognised.mapping.schema();
    let words = Words::new(&schema, results_in(say.language), false);
    let head = ["column", "field", "why", "sample"].map(|id| say.say(&format!("clean-columns-head-{id}"), &[]));
    let mut rows = vec![head.to_vec()];
    for found in &recognised.fields {
        let doubt = if found.sureness == Sureness::Doubtful { "? " } else { "" };
        let field = schema.position(&found.field).map_or(found.field.as_str(), |at| words.field(at));
        let why: Vec<_> = found.why.iter().map(|why| say.say(why.id(), &[])).collect();
        rows.push(vec![
            format!("{doubt}{}", cut(&found.columns.join(" + "))),
            field.to_owned(),
            why.join("; "),
            samples(table, &found.columns),
        ]);
    }
    let file = table.path().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut text = format!("{}\n", say.say("clean-columns-title", &[("file", harmless(&file))]));
    if recognised.fields.is_empty() {
        let _ = writeln!(text, "{}", say.say("clean-columns-none", &[]));
    } else {
        push_table(&mut text, &rows);
    }
    if !recognised.unused.is_empty() {
        let unused =
            recognised.unused.iter().map(|left| format!("{} ({})", cut(&left.column), say.say(left.why.id(), &[])));
        let columns = unused.collect::<Vec<_>>().join(", ");
        let _ = writeln!(text, "{}", say.say("clean-columns-unused", &[("columns", columns)]));
    }
    text
}

fn push_table(text: &mut String, rows: &[Vec<String>]) {
    let columns = rows.first().map_or(0, Vec::len);
    let widest = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0);
    let widths: Vec<_> = (0..columns).map(widest).collect();
    for row in rows {
        let mut line = String::from(" ");
        for (cell, width) in row.iter().zip(&widths) {
            let _ = write!(line, " {cell}{}", " ".repeat(width - cell.chars().count() + 1));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
}

/// The first different shapes of the cells of these columns.
fn samples(table: &Table, columns: &[String]) -> String {
    let at: Vec<_> =
        columns.iter().filter_map(|name| table.headers().iter().position(|header| header == name)).collect();
    let mut shapes: Vec<String> = Vec::new();
    for row in table.sample() {
        let cells: Vec<_> = at.iter().filter_map(|at| row.get(*at)).map(|cell| shape(cell)).collect();
        let joined = cells.join(" + ");
        if !cells.iter().all(String::is_empty) && !shapes.contains(&joined) {
            shapes.push(joined);
        }
        if shapes.len() == SAMPLES {
            break;
        }
    }
    shapes.join(" · ")
}

/// What a value looks like, without the value: `Xxxxxx Xxx Xx`, `99/99/9999`.
fn shape(cell: &str) -> String {
    let mask = |c: char| match c {
        c if c.is_numeric() => '9',
        c if c.is_uppercase() => 'X',
        c if c.is_alphabetic() => 'x',
        c if c.is_whitespace() => ' ',
        c if c.is_ascii_punctuation() => c,
        _ => '·',
    };
    cut(&cell.trim().chars().map(mask).collect::<String>())
}

fn cut(text: &str) -> String {
    let mut cut: String = harmless(text).chars().take(WIDTH_MAX).collect();
    if text.chars().count() > WIDTH_MAX {
        cut.push('…');
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;
    use matching::source::{self, Options};
    use web::Language;

    #[test]
    fn a_shape_gives_no_value_away() {
        for (cell, masked) in [
            ("Nguyễn Văn An", "Xxxxxx Xxx Xx"),
            (" 12/03/1990 ", "99/99/9999"),
            ("001090000123", "999999999999"),
            ("", ""),
            ("a\u{1b}b–c", "x·x·x"),
        ] {
            assert_eq!(shape(cell), masked);
        }
        assert_eq!(shape(&"đ".repeat(40)).chars().count(), WIDTH_MAX + 1);
    }

    #[test]
    fn the_table_shows_columns_reasons_and_shapes_but_no_person() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("ds.csv");
        let text = "Họ và tên,Ngày sinh,Số CCCD,Ghi chú\nNguyễn Văn An,12/03/1990,001090000123,x\n\
                    Trần Thị Bình,1/1/1985,001185000777,y\n";
        std::fs::write(&path, text).unwrap();
        let table = source::open(&path, &Options::default()).unwrap();
        let recognised = recognise(&table, &Schema::people()).unwrap();
        let say = Say::new(Language::Vi).unwrap();
        let shown = shown(&table, &recognised, &say);
        for expected in ["Họ và tên", "Xxxxxx Xxx Xx", "99/99/9999", "999999999999", "số định danh", "Ghi chú ("]
        {
            assert!(shown.contains(expected), "{expected} is not in\n{shown}");
        }
        assert!(!shown.contains("Bình") && !shown.contains("1990") && !shown.contains('['), "{shown}");
    }
}
