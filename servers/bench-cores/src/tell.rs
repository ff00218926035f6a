//! What is told, in the lines of the benchmark: a figure for all cores together, and the stretches that the witness
//! looks at.

use alloc::format;
use alloc::vec::Vec;

use libipc::Refusal;
use libipc::abi::boot;
use libipc::objects::Log;

use crate::Failure;
use crate::board::{CONTROL, Operation, STEP, Sheet, UNMAP};

impl Operation {
    /// The figure's name on so many cores.
    fn name(self, cores: usize) -> alloc::string::String {
        match self {
            Self::Counter => "counter.read".into(),
            Self::Call => format!("scale.call.{cores}"),
            Self::Map => format!("scale.map.{cores}"),
            Self::Fault => format!("scale.fault.{cores}"),
            Self::Signal => format!("scale.signal.{cores}"),
            Self::Alloc => format!("scale.alloc.{cores}"),
        }
    }
}

/// Tells all figures.
pub(crate) fn figures(cores: usize) -> Result<(), Failure> {
    let overhead = median(&samples(Operation::Counter, cores)?);
    for operation in Operation::ALL {
        let name = operation.name(cores);
        let overhead = match operation {
            Operation::Counter => 0,
            _ => overhead,
        };
        let runs = samples(operation, cores)?;
        let told = |run: u64| run.saturating_sub(overhead);
        let least = told(runs.first().copied().unwrap_or_default());
        let greatest = told(runs.last().copied().unwrap_or_default());
        let (count, median) = (runs.len(), told(median(&runs)));
        let (mark, phase) = (operation.mark(0), operation.phase());
        line(&format!(
            "bench figure {name} instructions {count} {least} {median} {greatest} {mark} 1\n\
             bench stretch {name} {phase} 0\n"
        ));
    }
    if cores > 1 {
        line(&format!("bench stretch control {CONTROL} 0\n"));
        line(&format!("bench stretch unmap {UNMAP} 0\n"));
    }
    line(&format!("bench cores {cores} {STEP}\n"));
    line(&format!("bench end {} 0\n", Operation::ALL.len()));
    Ok(())
}

/// The samples of all cores, the least first.
fn samples(operation: Operation, cores: usize) -> Result<Vec<u64>, Failure> {
    let mut all = Vec::new();
    for core in 0..cores {
        let runs = Sheet::at(core as u64).read(operation);
        all.extend(runs.map_err(|status| {
            let refusal = Refusal::from_status(status);
            format!("{operation:?} on core {core} was refused: {refusal:?}")
        })?);
    }
    all.sort_unstable();
    Ok(all)
}

/// The lower one in the middle.
fn median(sorted: &[u64]) -> u64 {
    let middle = sorted.len().saturating_sub(1) / 2;
    sorted.get(middle).copied().unwrap_or_default()
}

/// Writes to the kernel's log.
pub(crate) fn line(text: &str) {
    // A log that cannot be written has no place to complain to; the host then misses the line.
    let _ = Log::from(boot::LOG).write(text.as_bytes());
}
