//! Counts tests over all suites and remembers what failed, for one closing line.

use std::time::Duration;

/// The count so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    passed: u64,
    skipped: u64,
    failures: Vec<String>,
    reasons_to_skip: Vec<String>,
    times: Vec<(&'static str, Duration)>,
}

impl Tally {
    /// Counts tests that passed.
    pub fn pass(&mut self, count: u64) {
        self.passed += count;
    }

    /// Counts a test that failed, and shows it.
    pub fn fail(&mut self, name: &str, reason: &str) {
        let shown = format!("FAILED {name}: {reason}");
        println!("{shown}");
        self.failures.push(shown);
    }

    /// Counts tests that were not run.
    pub fn skip(&mut self, count: u64, reason: &str) {
        if count == 0 {
            return;
        }
        self.skipped += count;
        let shown = format!("skipped {count}: {reason}");
        println!("{shown}");
        self.reasons_to_skip.push(shown);
    }

    /// Adds what was counted beside.
    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.skipped += other.skipped;
        self.failures.extend(other.failures);
        self.reasons_to_skip.extend(other.reasons_to_skip);
        self.times.extend(other.times);
    }

    /// Remembers how long a suite took, with all that was built for it.
    pub fn took(&mut self, suite: &'static str, time: Duration) {
        self.times.push((suite, time));
    }

    /// How long each suite took, a line each.
    pub fn times(&self) -> impl Iterator<Item = String> {
        let line = |(suite, time): &(&str, Duration)| format!("{:>6} s  {suite}", time.as_secs());
        self.times.iter().map(line)
    }

    /// Whether anything failed.
    pub fn has_failures(&self) -> bool {
        !self.failures.is_empty()
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.passed == 0 && self.failures.is_empty() && self.skipped == 0
    }

    /// Everything that failed or was skipped, a paragraph each.
    pub fn details(&self) -> impl Iterator<Item = &str> {
        self.reasons_to_skip
            .iter()
            .chain(&self.failures)
            .map(String::as_str)
    }

    /// The line that everything closes with.
    pub fn closing_line(&self) -> String {
        let mut line = format!("{} passed, {} failed", self.passed, self.failures.len());
        if self.skipped > 0 {
            line.push_str(&format!(", {} skipped", self.skipped));
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_line_leaves_out_skipped_when_there_are_none() {
        let mut tally = Tally::default();
        tally.pass(12);
        assert_eq!(tally.closing_line(), "12 passed, 0 failed");
        tally.skip(2, "no nightly");
        tally.fail("x", "it broke");
        assert_eq!(tally.closing_line(), "12 passed, 1 failed, 2 skipped");
    }

    #[test]
    fn what_was_counted_beside_is_added() {
        let (mut tally, mut other) = (Tally::default(), Tally::default());
        tally.pass(2);
        other.pass(3);
        other.skip(1, "no nightly");
        other.fail("x", "it broke");
        other.took("boot", Duration::from_secs(5));
        tally.add(other);
        assert_eq!(tally.closing_line(), "5 passed, 1 failed, 1 skipped");
        assert_eq!((tally.details().count(), tally.times().count()), (2, 1));
    }

    #[test]
    fn times_are_told_in_the_order_of_suites() {
        let mut tally = Tally::default();
        tally.took("host", Duration::from_millis(61_900));
        tally.took("boot", Duration::from_secs(5));
        let lines: Vec<_> = tally.times().collect();
        assert_eq!(lines, ["    61 s  host", "     5 s  boot"]);
    }

    #[test]
    fn what_failed_is_told_again_at_the_end() {
        let mut tally = Tally::default();
        tally.skip(1, "no nightly");
        tally.fail("boot", "no prompt");
        let details: Vec<_> = tally.details().collect();
        assert_eq!(details, ["skipped 1: no nightly", "FAILED boot: no prompt"]);
    }
}
