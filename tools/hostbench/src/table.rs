//! The report for people.

use std::fmt::Write;

use crate::figure::Figure;
use crate::plan::Kind;
use crate::run::Report;

/// Draws a table: a line a figure, with how many times the ring is ahead: by slots, by pools, and through generated stubs.
#[must_use]
pub fn show(report: &Report) -> String {
    let mut text = format!("{}\n\n", report.host);
    let widest = report.figures.iter().map(|figure| figure.name.len()).max();
    let width = widest.unwrap_or_default();
    let heads = [
        "min",
        "median",
        "max",
        "unit",
        "weft",
        "weft-pool",
        "weft-stub",
    ];
    let [min, median, max, unit, ring, pool, stub] = heads;
    let _infallible = writeln!(
        text,
        "{:width$} {min:>11} {median:>11} {max:>11} {unit:10} {ring:>6} {pool:>9} {stub:>9}",
        "figure"
    );
    for figure in report
        .figures
        .iter()
        .filter(|figure| figure.unit != "ratio")
    {
        let ratio = |ours| ahead(report, figure, ours);
        let [ring, pool, stub] = [Kind::Ring, Kind::RingPool, Kind::Stub].map(ratio);
        let Figure {
            name,
            min,
            median,
            max,
            unit,
            ..
        } = figure;
        let _infallible = writeln!(
            text,
            "{name:width$} {min:>11.0} {median:>11.0} {max:>11.0} {unit:10} {ring:>6} {pool:>9} {stub:>9}"
        );
    }
    text
}

/// How many times one of ours is ahead of what a figure is of; nothing if it is of ours.
fn ahead(report: &Report, figure: &Figure, ours: Kind) -> String {
    let name = format!("{}.{ours}", figure.name);
    let ratio = report.figures.iter().find(|ratio| ratio.name == name);
    ratio.map_or_else(String::new, |ratio| format!("{:.2}", ratio.median))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Host;

    #[test]
    fn ratios_stand_in_the_line_of_what_the_ring_is_compared_with() {
        let figure = |name: &str, unit, value| {
            Figure::new(name.to_owned(), unit, &[value]).expect("a value")
        };
        let report = Report {
            host: Host::describe(),
            figures: vec![
                figure("a.pipe", "ns", 5000.0),
                figure("a.pipe.weft", "ratio", 12.345),
            ],
            missing: Vec::new(),
        };
        let text = show(&report);
        let line = text.lines().last().expect("lines");
        assert!(
            line.starts_with("a.pipe ") && line.contains(" 12.3"),
            "{line}"
        );
        assert_eq!(text.lines().count(), 4);
    }
}
