//! What is told: a line a figure, for the program on the host that reads them.
//!
//! ```text
//! bench figure NAME UNIT SAMPLES LEAST MEDIAN GREATEST MARK BATCH
//! bench error NAME REASON …
//! bench stretch NAME MARK SECONDS
//! bench end FIGURES ERRORS
//! ```
//!
//! `MARK` is the number of the figure's marked run, or 0 if none is marked; `BATCH` is how often that run, and
//! each sample, did what is counted. A stretch is a figure that only the onlooker counts, over so many seconds. Figures come in the order of the table and the end says how many lines
//! came before it, so that a reader knows that none was lost.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};

use crate::figure::{ALL, Figure};
use crate::samples::{Batch, Overhead, Samples, Summary};

/// In the place of a mark: no run has one.
const UNMARKED: u64 = 0;

/// What became of a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Told {
    Summary(Summary),
    Unmarked(Summary),
    Stretch(u64),
    Error(String),
}

/// The figures that were measured so far.
#[derive(Debug, Default)]
pub struct Report {
    told: Vec<(Figure, Told)>,
    overhead: Overhead,
}

impl Report {
    /// Sets what reading the counter costs, which is taken off all figures that are added from now on.
    pub fn set_overhead(&mut self, overhead: Overhead) {
        self.overhead = overhead;
    }

    /// Adds the samples of a figure.
    pub fn add(&mut self, figure: Figure, batch: Batch, samples: Samples) {
        let told = match samples.summary(batch, self.overhead) {
            Some(summary) => Told::Summary(summary),
            None => Told::Error("there are no samples".into()),
        };
        self.told.push((figure, told));
    }

    /// Adds samples that the clock told and not the counter, of which no run is marked.
    pub fn add_unmarked(&mut self, figure: Figure, samples: Samples) {
        let told = match samples.summary(Batch::ONE, Overhead(0)) {
            Some(summary) => Told::Unmarked(summary),
            None => Told::Error("there are no samples".into()),
        };
        self.told.push((figure, told));
    }

    /// Says that a figure is what an onlooker counted in a marked stretch of so many seconds.
    pub fn add_stretch(&mut self, figure: Figure, seconds: u64) {
        self.told.push((figure, Told::Stretch(seconds)));
    }

    /// Says why there is no figure. What was measured already stays.
    pub fn fail(&mut self, figure: Figure, reason: &str) {
        if self.find(figure).is_none() {
            let reason = reason.replace('\n', " ");
            self.told.push((figure, Told::Error(reason)));
        }
    }

    fn find(&self, figure: Figure) -> Option<&Told> {
        let found = self.told.iter().find(|(told, _)| *told == figure);
        found.map(|(_, told)| told)
    }

    /// Writes all lines.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn write(&self, unit: &str, out: &mut impl Write) -> fmt::Result {
        let (mut figures, mut errors) = (0, 0);
        for figure in ALL {
            match self.find(*figure) {
                Some(Told::Summary(summary)) => {
                    figures += 1;
                    write_figure((figure.name, figure.number), unit, summary, out)?;
                }
                Some(Told::Unmarked(summary)) => {
                    figures += 1;
                    write_figure((figure.name, UNMARKED), unit, summary, out)?;
                }
                Some(Told::Stretch(seconds)) => {
                    let (name, mark) = (figure.name, figure.number);
                    writeln!(out, "bench stretch {name} {mark} {seconds}")?;
                }
                Some(Told::Error(reason)) => {
                    errors += 1;
                    writeln!(out, "bench error {} {reason}", figure.name)?;
                }
                None => {
                    errors += 1;
                    writeln!(out, "bench error {} was not measured", figure.name)?;
                }
            }
        }
        writeln!(out, "bench end {figures} {errors}")
    }
}

/// Writes the line of a figure and its mark, 0 for none.
///
/// # Errors
/// If it cannot be written.
pub fn write_figure(
    (name, mark): (&str, u64),
    unit: &str,
    summary: &Summary,
    out: &mut impl Write,
) -> fmt::Result {
    writeln!(
        out,
        "bench figure {} {unit} {} {} {} {} {} {}",
        name,
        summary.count,
        summary.least,
        summary.median,
        summary.greatest,
        mark,
        summary.batch.times()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::{IDLE_WAKEUPS, IPC_CALL, IRQ_LOADED_MAX, RING_RPC_BATCH_8, SYSCALL_NULL};

    fn samples(runs: &[u64]) -> Samples {
        let mut samples = Samples::default();
        runs.iter().for_each(|run| samples.push(*run));
        samples
    }

    fn lines(report: &Report) -> Vec<String> {
        let mut text = String::new();
        report.write("instructions", &mut text).expect("written");
        text.lines().map(String::from).collect()
    }

    #[test]
    fn each_figure_has_a_line_and_the_end_counts_them() {
        let mut report = Report::default();
        report.set_overhead(Overhead(4));
        report.add(SYSCALL_NULL, Batch::ONE, samples(&[54, 64, 55]));
        let eight = Batch::new(8).expect("not 0");
        report.add(RING_RPC_BATCH_8, eight, samples(&[804]));
        report.fail(IPC_CALL, "the peer\nis gone");
        report.add_stretch(IDLE_WAKEUPS, 10);
        report.add_unmarked(IRQ_LOADED_MAX, samples(&[900]));
        let lines = lines(&report);
        assert_eq!(lines.len(), ALL.len() + 1);
        let told = |wanted: &str| lines.iter().any(|line| line == wanted);
        assert!(told(
            "bench figure syscall.null instructions 3 50 51 60 2 1"
        ));
        assert!(told(
            "bench figure irq.loaded_max instructions 1 900 900 900 0 1"
        ));
        let number = RING_RPC_BATCH_8.number;
        assert!(told(&alloc::format!(
            "bench figure ring.rpc_batch_8 instructions 1 100.00 100.00 100.00 {number} 8"
        )));
        assert!(told("bench error ipc.call the peer is gone"));
        assert!(told("bench error vfs.stat was not measured"));
        let number = IDLE_WAKEUPS.number;
        assert!(told(&alloc::format!(
            "bench stretch kernel.idle_wakeups_per_second {number} 10"
        )));
        let end = alloc::format!("bench end 3 {}", ALL.len() - 4);
        assert_eq!(lines.last(), Some(&end));
    }

    #[test]
    fn what_was_measured_is_not_taken_back() {
        let mut report = Report::default();
        report.add(SYSCALL_NULL, Batch::ONE, samples(&[54]));
        report.fail(SYSCALL_NULL, "a later one of its group");
        assert!(lines(&report)[1].starts_with("bench figure syscall.null"));
        report.add(IPC_CALL, Batch::ONE, Samples::default());
        assert!(lines(&report).contains(&"bench error ipc.call there are no samples".into()));
    }
}
