//! Figures as tables for people.

use super::bars::Bars;
use super::figure::{Figure, Figures, Seen};
use super::join;
use super::value::Value;

/// The classes of privileged and ordering instructions that have a column.
const SPECIAL: [(&str, &str); 6] = [
    ("ROOT", "root_writes"),
    ("MSR", "msr_writes"),
    ("TLB", "tlb"),
    ("VECTOR", "vector_saves"),
    ("FENCE", "fences"),
    ("LOCK", "locked"),
];

/// A table with a row a figure.
pub fn show(figures: &Figures, bars: &Bars) -> String {
    let head = [
        "FIGURE", "UNIT", "MEDIAN", "BAR", "MIN", "MAX", "LOADS", "STORES", "LINES", "CODE",
    ];
    let head = head.into_iter().chain(SPECIAL.map(|(title, _)| title));
    let head = head.chain(["COPIED", "CLEARED"]).map(str::to_owned);
    let mut rows = vec![head.collect()];
    rows.extend(figures.all.iter().map(|figure| row(figure, bars)));
    aligned(&rows)
}

/// What is absent and what is missing, a line each.
pub fn unmeasured(figures: &Figures) -> String {
    let mut text = String::new();
    for absent in &figures.absent {
        text += &format!("absent: {}: {}\n", absent.name, absent.absent);
    }
    for missing in &figures.missing {
        text += &format!(
            "error: {} was not measured: {}\n",
            missing.name, missing.error
        );
    }
    text
}

fn row(figure: &Figure, bars: &Bars) -> Vec<String> {
    let mut cells = vec![figure.name.clone(), figure.unit.clone()];
    cells.extend([figure.median.to_string(), bars.beside(figure)]);
    cells.extend([figure.min, figure.max].map(|value| value.to_string()));
    match &figure.seen {
        Some(seen) => cells.extend(vector(seen).iter().map(Value::to_string)),
        None => cells.extend(std::iter::repeat_n("-".to_owned(), 6 + SPECIAL.len())),
    }
    cells
}

fn vector(seen: &Seen) -> Vec<Value> {
    let special = |(_, name)| seen.special.get(name).copied().unwrap_or_default();
    let mut all = vec![seen.loads, seen.stores, seen.data_lines, seen.code_lines];
    all.extend(SPECIAL.map(special));
    all.extend([seen.copied_bytes, seen.cleared_bytes]);
    all
}

/// What guest and witness counted, figure by figure.
pub fn witness(figures: &Figures, slack: Value) -> String {
    let head = ["FIGURE", "UNIT", "MIN", "MEDIAN", "MAX", "WITNESS", "AGREE"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for figure in &figures.all {
        let mut cells = vec![figure.name.clone(), figure.unit.clone()];
        cells.extend([figure.min, figure.median, figure.max].map(|value| value.to_string()));
        let seen = figure
            .seen
            .as_ref()
            .map(|seen| seen.instructions.to_string());
        let agree = match (&seen, join::disagreement(figure, slack)) {
            (None, _) => "no marked run",
            (Some(_), None) => "yes",
            (Some(_), Some(_)) => "NO",
        };
        cells.extend([seen.unwrap_or_else(|| "-".to_owned()), agree.to_owned()]);
        rows.push(cells);
    }
    aligned(&rows)
}

/// What each figure was and is.
pub fn compare(before: &[Figure], now: &Figures) -> String {
    let head = ["FIGURE", "UNIT", "BEFORE", "NOW", "CHANGE"].map(str::to_owned);
    let mut rows = vec![head.to_vec()];
    for figure in &now.all {
        let was = before.iter().find(|was| was.name == figure.name);
        let change = was.map_or_else(|| "new".to_owned(), |was| change(was.median, figure.median));
        let was = was.map_or_else(|| "-".to_owned(), |was| was.median.to_string());
        rows.push(vec![
            figure.name.clone(),
            figure.unit.clone(),
            was,
            figure.median.to_string(),
            change,
        ]);
    }
    for was in before.iter().filter(|was| now.find(&was.name).is_none()) {
        let (name, unit) = (was.name.clone(), was.unit.clone());
        rows.push(vec![
            name,
            unit,
            was.median.to_string(),
            "-".to_owned(),
            "gone".to_owned(),
        ]);
    }
    aligned(&rows)
}

fn change(was: Value, is: Value) -> String {
    if was == is {
        return "=".to_owned();
    }
    if was == Value::default() {
        return "from 0".to_owned();
    }
    format!("{:+.2} %", 100.0 * (is.as_f64() / was.as_f64() - 1.0))
}

/// Instructions by function, most first.
pub fn functions(figure: &Figure) -> String {
    let Some(seen) = &figure.seen else {
        return format!("{}: no run of it is marked\n", figure.name);
    };
    let mut all: Vec<_> = seen.functions.iter().collect();
    all.sort_by_key(|(name, count)| (u64::MAX - count.hundredths(), (*name).clone()));
    let sum = all.iter().map(|(_, count)| count.hundredths()).sum::<u64>();
    let head = ["INSTRUCTIONS", "SHARE", "FUNCTION"].map(str::to_owned);
    let mut rows = vec![head.to_vec()];
    for (name, count) in all {
        let share = format!("{} %", Value::share(count.hundredths() * 100, sum.max(1)));
        rows.push(vec![count.to_string(), share, name.clone()]);
    }
    let total = Value::share(sum, 100);
    format!(
        "{}: {total} instructions, those of reading the counter among them\n{}",
        figure.name,
        aligned(&rows)
    )
}

/// Rows with the first column and text left, everything else right.
pub fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<_> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            let is_number = cell.starts_with(|c: char| c.is_ascii_digit() || "+-=".contains(c));
            line += &if is_number {
                format!("{cell:>width$}  ")
            } else {
                format!("{cell:<width$}  ")
            };
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::figure::tests::figure;
    use super::*;

    #[test]
    fn changes_are_told_by_figure() {
        let now = Figures {
            all: vec![figure("a", 110), figure("b", 5), figure("d", 7)],
            ..Figures::default()
        };
        let text = compare(&[figure("a", 100), figure("b", 5), figure("c", 1)], &now);
        let expected = "FIGURE  UNIT          BEFORE  NOW  CHANGE\n\
                        a       instructions     100  110  +10.00 %\n\
                        b       instructions       5    5         =\n\
                        d       instructions       -    7  new\n\
                        c       instructions       1    -  gone\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn functions_come_in_the_order_of_what_they_take() {
        let mut figure = figure("a", 10);
        let functions =
            [("x", 3), ("y", 9)].map(|(name, count)| (name.to_owned(), Value::whole(count)));
        figure.seen = Some(Seen {
            functions: functions.into_iter().collect(),
            ..Seen::default()
        });
        let lines: Vec<_> = functions_lines(&figure);
        assert_eq!(lines[2], "           9   75 %  y");
        assert_eq!(lines[3], "           3   25 %  x");
    }

    fn functions_lines(figure: &Figure) -> Vec<String> {
        functions(figure).lines().map(str::to_owned).collect()
    }

    #[test]
    fn the_witness_has_a_row_a_figure_with_what_it_thinks_of_it() {
        let mut apart = figure("a", 100);
        apart.seen = Some(Seen {
            instructions: Value::whole(113),
            ..Seen::default()
        });
        let mut alike = apart.clone();
        (alike.name, alike.max) = ("b".to_owned(), Value::whole(110));
        let figures = Figures {
            all: vec![apart, alike, figure("c", 7)],
            ..Figures::default()
        };
        let text = witness(&figures, Value::whole(12));
        let lines: Vec<_> = text.lines().map(str::trim_end).collect();
        assert!(lines[1].ends_with("113  NO"), "{text}");
        assert!(lines[2].ends_with("113  yes"), "{text}");
        assert!(lines[3].ends_with("-  no marked run"), "{text}");
    }

    #[test]
    fn what_is_absent_or_missing_has_a_line_with_its_reason() {
        let figures = Figures {
            all: vec![figure("a", 1)],
            missing: vec![super::super::figure::Missing {
                name: "b".to_owned(),
                error: "no reason".to_owned(),
                board: "q35".to_owned(),
            }],
            absent: vec![super::super::figure::Absent {
                name: "c".to_owned(),
                absent: "no disk".to_owned(),
                board: "q35".to_owned(),
            }],
        };
        let expected = "absent: c: no disk\nerror: b was not measured: no reason\n";
        assert_eq!(unmeasured(&figures), expected);
    }
}
