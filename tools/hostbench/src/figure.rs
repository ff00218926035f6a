//! A figure: the least, the middle and the greatest of one value a round.

use serde::Serialize;

/// The board that these figures are of: this machine's processor, not an emulated one.
const BOARD: &str = "host";

/// What was measured in all rounds of one job.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// What was measured: `place.cores.candidate.policy.job`.
    pub name: String,
    /// What the values count: `messages/s`, `ns`, or `ratio` (above 1: the ring is ahead).
    pub unit: &'static str,
    /// Of how many rounds.
    pub n: usize,
    /// The least.
    pub min: f64,
    /// The one in the middle; the mean of the two in the middle if `n` is even.
    pub median: f64,
    /// The greatest.
    pub max: f64,
    /// Where: always `host`.
    pub board: &'static str,
}

impl Figure {
    /// Sums up one value a round; `None` if there are none, or one is not a number.
    #[must_use]
    pub fn new(name: String, unit: &'static str, values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let middle = sorted.len() / 2;
        let upper = *sorted.get(middle)?;
        let median = if sorted.len().is_multiple_of(2) {
            (sorted.get(middle.checked_sub(1)?)? + upper) / 2.0
        } else {
            upper
        };
        (min.is_finite() && max.is_finite()).then_some(Self {
            name,
            unit,
            n: sorted.len(),
            min,
            median,
            max,
            board: BOARD,
        })
    }
}

/// What could not be measured, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// What.
    pub name: String,
    /// Why.
    pub error: String,
    /// Where: always `host`.
    pub board: &'static str,
}

impl Missing {
    /// Notes that `name` was not measured.
    #[must_use]
    pub fn new(name: String, error: String) -> Self {
        Self {
            name,
            error,
            board: BOARD,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(values: &[f64]) -> Option<Figure> {
        Figure::new("x".to_owned(), "ns", values)
    }

    #[test]
    fn the_median_does_not_depend_on_the_order_of_rounds() {
        let figure = figure(&[9.0, 1.0, 4.0]).expect("values");
        assert_eq!((figure.min, figure.median, figure.max), (1.0, 4.0, 9.0));
        assert_eq!(figure.n, 3);
    }

    #[test]
    fn the_median_of_an_even_number_is_the_mean_of_the_middle_two() {
        assert_eq!(figure(&[8.0, 1.0, 2.0, 4.0]).expect("values").median, 3.0);
    }

    #[test]
    fn no_values_and_values_that_are_no_numbers_make_no_figure() {
        assert_eq!(figure(&[]), None);
        assert_eq!(figure(&[1.0, f64::INFINITY]), None);
        assert_eq!(figure(&[f64::NAN]), None);
    }

    #[test]
    fn a_figure_is_one_line_of_json() {
        let line = serde_json::to_string(&figure(&[1.5]).expect("values")).expect("plain data");
        let expected =
            r#"{"name":"x","unit":"ns","n":1,"min":1.5,"median":1.5,"max":1.5,"board":"host"}"#;
        assert_eq!(line, expected);
    }
}
