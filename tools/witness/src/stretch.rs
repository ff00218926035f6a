//! One stretch on one core, from its begin marker to its end marker. Neither marker is counted.
//!
//! An instruction is counted when the next one starts or the stretch ends, because only then it is known whether
//! it retired: one that always accesses memory and made no access was stopped by a fault, and starts again
//! later. This is also how QEMU counts for the guest's clock (`-icount`).

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::class::{Class, Memory};
use crate::table::{Index, Instruction, Side, lines};
use crate::vector::{Access, Target, Vector};

/// An instruction that has started.
#[derive(Debug)]
struct Current {
    index: Index,
    class: Class,
    memory: Memory,
    side: Side,
    lines: Vec<u64>,
    root: u64,
    accesses: u64,
}

/// The vector of one side, and the lines that it has touched.
#[derive(Debug, Default)]
struct Part {
    vector: Vector,
    data: HashSet<u64>,
    code: HashSet<u64>,
}

impl Part {
    fn finished(&self) -> Vector {
        Vector {
            data_lines: count(self.data.len()),
            code_lines: count(self.code.len()),
            ..self.vector
        }
    }
}

/// What is found in a stretch.
#[derive(Debug, PartialEq, Eq)]
pub struct Counts {
    /// Everything.
    pub total: Vector,
    /// What code of processes did.
    pub user: Vector,
    /// What the kernel did.
    pub kernel: Vector,
    /// Retired instructions by the root of the address space.
    pub spaces: BTreeMap<u64, u64>,
    /// Executions by root and instruction.
    pub places: HashMap<(u64, Index), u64>,
}

/// A stretch that is open.
#[derive(Debug, Default)]
pub struct Stretch {
    current: Option<Current>,
    user: Part,
    kernel: Part,
    places: HashMap<(u64, Index), u64>,
}

impl Stretch {
    /// An instruction starts, of a kind, in the address space of a root.
    pub fn start(
        &mut self,
        index: Index,
        instruction: &Instruction,
        (class, memory): (Class, Memory),
        root: u64,
    ) {
        self.settle();
        self.current = Some(Current {
            index,
            class,
            memory,
            side: instruction.side(),
            lines: instruction.lines().collect(),
            root,
            accesses: 0,
        });
    }

    /// The instruction that has started last makes an access. Those of a marker before are nobody's.
    pub fn access(&mut self, access: &Access) {
        let Some(current) = &mut self.current else {
            return;
        };
        current.accesses += 1;
        let (class, side) = (current.class, current.side);
        let part = self.part(side);
        part.vector.access(class, access);
        if access.target == Target::Memory {
            part.data.extend(lines(access.physical, access.bytes));
        }
    }

    /// The stretch ends.
    pub fn finish(mut self) -> Counts {
        self.settle();
        let (user, kernel) = (self.user.finished(), self.kernel.finished());
        let mut total = user;
        total += kernel;
        total.data_lines = count(self.user.data.union(&self.kernel.data).count());
        total.code_lines = count(self.user.code.union(&self.kernel.code).count());
        let mut spaces = BTreeMap::new();
        for ((root, _), executions) in &self.places {
            *spaces.entry(*root).or_default() += executions;
        }
        Counts {
            total,
            user,
            kernel,
            spaces,
            places: self.places,
        }
    }

    fn settle(&mut self) {
        let Some(current) = self.current.take() else {
            return;
        };
        let part = self.part(current.side);
        if current.memory == Memory::Always && current.accesses == 0 {
            part.vector.faulted += 1;
            return;
        }
        part.vector.retire(current.class);
        part.code.extend(current.lines);
        *self
            .places
            .entry((current.root, current.index))
            .or_default() += 1;
    }

    fn part(&mut self, side: Side) -> &mut Part {
        match side {
            Side::User => &mut self.user,
            Side::Kernel => &mut self.kernel,
        }
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[path = "stretch_tests.rs"]
mod tests;
