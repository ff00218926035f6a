//! Samples of one figure, and what is told of them.
//!
//! A sample is the difference of two counters around one run, which may do something many times; what is
//! told is per time. The median of an even number of samples is the lower one in the middle, so that it is
//! always a value that was measured.

use alloc::vec::Vec;
use core::fmt;
use core::num::NonZeroU32;

/// How often a run does what the figure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch(NonZeroU32);

impl Batch {
    /// Once.
    pub const ONE: Self = Self(NonZeroU32::MIN);

    /// So often; `None` if never.
    pub const fn new(times: u32) -> Option<Self> {
        match NonZeroU32::new(times) {
            Some(times) => Some(Self(times)),
            None => None,
        }
    }

    /// How often.
    pub const fn times(self) -> u32 {
        self.0.get()
    }
}

/// What the counter itself costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overhead(pub u64);

/// Differences of counters, each of one run.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    runs: Vec<u64>,
}

impl Samples {
    /// None yet, with room for `count`.
    pub fn with_capacity(count: usize) -> Self {
        Self {
            runs: Vec::with_capacity(count),
        }
    }

    /// Adds one.
    pub fn push(&mut self, run: u64) {
        self.runs.push(run);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.runs.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// What is told of them; `None` if there is none. A run that took less than the overhead counts as 0.
    pub fn summary(mut self, batch: Batch, overhead: Overhead) -> Option<Summary> {
        self.runs.sort_unstable();
        let middle = self.runs.len().checked_sub(1)? / 2;
        let told = |run: &u64| Share {
            whole: run.saturating_sub(overhead.0),
            batch,
        };
        Some(Summary {
            count: self.runs.len(),
            least: told(self.runs.first()?),
            median: told(self.runs.get(middle)?),
            greatest: told(self.runs.last()?),
            batch,
        })
    }
}

/// What is told of a figure's samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// How many samples there were.
    pub count: usize,
    /// The least.
    pub least: Share,
    /// The one in the middle.
    pub median: Share,
    /// The greatest.
    pub greatest: Share,
    /// How often each run did it.
    pub batch: Batch,
}

/// A run's count, shown per time: as it is if the run did it once, else with two decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    whole: u64,
    batch: Batch,
}

impl Share {
    /// The whole run's count.
    pub const fn whole(self) -> u64 {
        self.whole
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let times = u64::from(self.batch.times());
        if times == 1 {
            return write!(f, "{}", self.whole);
        }
        let hundredths = (self.whole.saturating_mul(100) + times / 2) / times;
        write!(f, "{}.{:02}", hundredths / 100, hundredths % 100)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    fn summary(runs: &[u64], times: u32, overhead: u64) -> Option<Summary> {
        let mut samples = Samples::default();
        runs.iter().for_each(|run| samples.push(*run));
        samples.summary(Batch::new(times)?, Overhead(overhead))
    }

    #[test]
    fn the_median_is_a_value_that_was_measured() {
        let told = summary(&[9, 1, 5, 7], 1, 0).expect("there are samples");
        assert_eq!(told.median.to_string(), "5");
        assert_eq!(
            (told.least.to_string(), told.greatest.to_string()),
            ("1".to_string(), "9".to_string())
        );
        let odd = summary(&[3, 1, 2], 1, 0).expect("there are samples");
        assert_eq!(odd.median.to_string(), "2");
    }

    #[test]
    fn overhead_is_taken_off_each_run_before_it_is_shared() {
        let told = summary(&[1005], 8, 5).expect("there are samples");
        assert_eq!(told.median.to_string(), "125.00");
        let rounded = summary(&[1006], 3, 5).expect("there are samples");
        assert_eq!(rounded.median.to_string(), "333.67");
        let none = summary(&[3], 1, 5).expect("there are samples");
        assert_eq!(none.median.to_string(), "0");
    }

    #[test]
    fn without_samples_there_is_nothing_to_tell() {
        assert_eq!(summary(&[], 1, 0), None);
        assert_eq!(Batch::new(0), None);
    }
}
