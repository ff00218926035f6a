//! One component: a program in a protection domain of its own.

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Serialize};
use weft_abi::layout;

use crate::{Bus, ComponentId, Grant, ProgramId, Region};

/// A program in a protection domain of its own, with all that it is given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// Its name; unique in the system.
    pub name: String,
    /// The program that it runs.
    pub program: ProgramId,
    /// Whether it has vector and floating-point registers.
    pub fpu: Fpu,
    /// Whether it may read the processor's counters.
    pub counters: Counters,
    /// When it runs.
    pub schedule: Schedule,
    /// How much memory it has.
    pub sizes: Sizes,
    /// The interfaces that it serves; the place in the list is the interface's number in badges.
    pub serves: Vec<Served>,
    /// Its capabilities, in ascending order of slots.
    pub grants: Vec<Grant>,
    /// Its memory besides program, stack and heap.
    pub regions: Vec<Region>,
    /// How its devices reach memory.
    pub bus: Bus,
    /// Who receives its faults; root where there is none, and where the supervisor itself calls this
    /// component and so could not take the fault of a server that it waits for.
    pub faults_to: Option<ComponentId>,
    /// Its arguments.
    pub args: Vec<String>,
}

/// Whether a program has vector and floating-point registers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fpu {
    /// It has none, and is built without.
    #[default]
    Absent,
    /// It has them, and is built for them.
    Present,
}

/// Whether a program may read the processor's counters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Counters {
    /// Reading one is a fault.
    #[default]
    Closed,
    /// It may.
    Open,
}

/// Priority and share of processor time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// The core that it is on, with all its objects.
    pub core: u8,
    /// Priority of its scheduling context, 0..=63; greater is more urgent. 47 is that of all with deadlines.
    pub priority: u8,
    /// Priority ceiling: it serves every client at least with this one.
    pub ceiling: u8,
    /// Time that it may use in each period, in ns.
    pub budget_ns: u64,
    /// The period, in ns. Equal to the budget: plain round robin.
    pub period_ns: u64,
    /// The longest that servers above it keep the processor from it, in ns, if it has deadlines.
    pub blocking_ns: u64,
    /// How much of its budget a client must have left, in ns; 0 for any.
    pub min_budget_ns: u64,
}

/// Memory sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sizes {
    /// Pages of stack.
    pub stack_pages: u32,
    /// Pages of heap; 0 for none.
    pub heap_pages: u32,
    /// log2 of the number of slots in its CNode.
    pub cnode_size: u8,
}

impl Sizes {
    /// Bytes of heap.
    pub const fn heap_bytes(&self) -> u64 {
        self.heap_pages as u64 * layout::PAGE
    }

    /// Bytes of stack.
    pub const fn stack_bytes(&self) -> u64 {
        self.stack_pages as u64 * layout::PAGE
    }
}

/// An interface that a component serves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Served {
    /// The interface's name.
    pub interface: String,
    /// Digest of its definition.
    pub version: u64,
}
