//! The longest stretch that the kernel executes with interrupts masked.
//!
//! The kernel runs with interrupts masked from its entry until it returns to a process or waits. Long operations
//! look in between whether an interrupt waits and stop if one does, so such a look ends a stretch as well. What
//! runs before the first system call is not counted: nobody waits for interrupts yet. The first instruction in the
//! processes' half of the addresses would not do, because kernels begin at physical addresses.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::line::hex;

/// What was found, as it is written when the run ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Longest {
    /// Instructions of the kernel in the longest stretch.
    pub instructions: u64,
    /// The instruction that ended it.
    #[serde(with = "hex")]
    pub until: u64,
    /// How many stretches there were.
    pub stretches: u64,
}

/// Finds the longest stretch.
#[derive(Debug, Default)]
pub struct Masked {
    points: HashSet<u64>,
    /// Cores on which a process has called.
    started: HashSet<u32>,
    longest: Longest,
}

impl Masked {
    /// Stretches end also at these addresses.
    pub fn new(points: impl IntoIterator<Item = u64>) -> Self {
        Self {
            points: points.into_iter().collect(),
            ..Self::default()
        }
    }

    /// Whether an instruction of the kernel ends a stretch.
    pub fn is_point(&self, address: u64) -> bool {
        self.points.contains(&address)
    }

    /// A process makes a system call.
    pub fn called(&mut self, core: u32) {
        self.started.insert(core);
    }

    /// A stretch of so many instructions of the kernel ended before an instruction, of itself or of a process.
    pub fn ended(&mut self, core: u32, instructions: u64, until: u64) {
        if !self.started.contains(&core) {
            return;
        }
        self.longest.stretches += 1;
        if instructions > self.longest.instructions {
            self.longest.instructions = instructions;
            self.longest.until = until;
        }
    }

    /// What was found.
    pub fn longest(&self) -> Longest {
        self.longest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_after_the_first_system_call_is_found() {
        let mut masked = Masked::new([0x10]);
        assert!(masked.is_point(0x10) && !masked.is_point(0x11));
        masked.ended(0, 1_000_000, 0x10);
        masked.ended(0, 2_000_000, 0x20);
        masked.called(0);
        masked.ended(0, 70, 0x20);
        masked.ended(0, 90, 0x10);
        masked.ended(0, 80, 0x20);
        masked.ended(1, 3_000_000, 0x20);
        let expected = Longest {
            instructions: 90,
            until: 0x10,
            stretches: 3,
        };
        assert_eq!(masked.longest(), expected);
    }
}
