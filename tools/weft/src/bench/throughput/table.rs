//! Throughput as a table: a row a way and length, a column a batch.

use super::point::{Point, Way, length};
use super::{Throughput, UNIT};
use crate::bench::table;

/// What stands where there is no number.
const NO_NUMBER: &str = "error";

/// The table, and below it why numbers are missing.
pub fn show(throughput: &Throughput) -> String {
    let mut text = String::new();
    if !throughput.points.is_empty() {
        text += &format!("{UNIT}; the columns say how many messages travel together\n");
        text += &table::aligned(&rows(throughput));
    }
    for (name, reason) in &throughput.missing {
        text += &format!("error: {name} was not measured: {reason}\n");
    }
    text
}

fn rows(throughput: &Throughput) -> Vec<Vec<String>> {
    let mut head = ["WAY", "LENGTH"].map(str::to_owned).to_vec();
    head.extend(throughput.batches().iter().map(u32::to_string));
    let mut rows = vec![head];
    for way in Way::ALL {
        let row = |bytes| row(throughput, way, bytes);
        rows.extend(throughput.lengths().into_iter().filter_map(row));
    }
    rows
}

/// A row; `None` if a filter left nothing of it.
fn row(throughput: &Throughput, way: Way, bytes: u32) -> Option<Vec<String>> {
    let cells: Vec<_> = throughput
        .batches()
        .into_iter()
        .map(|batch| cell(throughput, Point { way, bytes, batch }))
        .collect();
    let is_chosen = cells.iter().any(|cell| !cell.is_empty());
    let named = [way.name().to_owned(), length(bytes)];
    is_chosen.then(|| named.into_iter().chain(cells).collect())
}

fn cell(throughput: &Throughput, point: Point) -> String {
    let name = point.name();
    match throughput.points.get(&point) {
        Some(value) => format!("{:.2}", value.as_f64()),
        None if throughput.missing.iter().any(|(known, _)| *known == name) => NO_NUMBER.to_owned(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::throughput;
    use super::*;

    #[test]
    fn a_row_has_a_number_or_an_error_in_each_column() {
        let expected = "messages/10^6 instructions; the columns say how many messages travel together\n\
                        WAY        LENGTH       1        8\n\
                        call         64 B  500.00   500.00\n\
                        ring         64 B  250.00  error\n\
                        ring-pool    64 B  222.22  2666.67\n\
                        error: throughput.ring.64.b8 was not measured: no room\n";
        assert_eq!(show(&throughput()), expected);
    }

    #[test]
    fn what_a_filter_left_out_has_no_row() {
        let mut chosen = throughput();
        chosen.retain("throughput.call");
        assert_eq!(show(&chosen).lines().count(), 3);
    }

    #[test]
    fn without_a_number_there_is_only_the_reason() {
        let throughput = Throughput {
            missing: vec![("throughput".to_owned(), "there is no ring".to_owned())],
            ..Throughput::default()
        };
        let expected = "error: throughput was not measured: there is no ring\n";
        assert_eq!(show(&throughput), expected);
    }
}
