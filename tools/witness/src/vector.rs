//! What is counted in a stretch.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use crate::class::Class;

/// One access to memory, as the emulated processor makes it: a pair of registers of 64 bits is one access of 16
/// bytes, a vector of 32 bytes two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// What it does.
    pub kind: Kind,
    /// Where, as a physical address.
    pub physical: u64,
    /// How many bytes.
    pub bytes: u64,
    /// What is there.
    pub target: Target,
}

/// The direction of an access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It reads.
    Load,
    /// It writes.
    Store,
}

/// What an access goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Memory.
    Memory,
    /// A device's registers.
    Device,
    /// The register of an interrupt controller by which a core interrupts others.
    Command,
}

/// The figures of a stretch or of a part of it. Accesses are those that instructions make, among them the
/// descriptors that `iretq` loads; not counted is what the processor does between instructions: frames of exceptions
/// on x86_64, and walks of page tables.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vector {
    /// Retired instructions. A repeated string instruction counts as often as it is started, which with
    /// counting of instructions (`-icount`) is once for each element and once more at the end.
    pub instructions: u64,
    /// Instructions that were started and stopped by a fault of their access. They are not in `instructions`.
    pub faulted: u64,
    /// Loads. An atomic change is a load and a store.
    pub loads: u64,
    /// Stores.
    pub stores: u64,
    /// Those of the loads and stores that went to devices.
    pub device: u64,
    /// Distinct lines of 64 bytes of physical memory that were loaded from or stored to.
    pub data_lines: u64,
    /// Distinct lines of 64 bytes from which instructions were executed.
    pub code_lines: u64,
    /// See [`Class::RootWrite`].
    pub root_writes: u64,
    /// See [`Class::MsrWrite`].
    pub msr_writes: u64,
    /// Interrupts that were sent to other cores: see [`Class::Send`], and stores to [`Target::Command`].
    pub interrupts_sent: u64,
    /// See [`Class::MsrRead`].
    pub msr_reads: u64,
    /// See [`Class::TlsWrite`].
    pub tls_writes: u64,
    /// See [`Class::TlsRead`].
    pub tls_reads: u64,
    /// See [`Class::GsSwap`].
    pub gs_swaps: u64,
    /// See [`Class::Tlb`].
    pub tlb: u64,
    /// See [`Class::Control`].
    pub control: u64,
    /// See [`Class::FlagWrite`].
    pub flag_writes: u64,
    /// See [`Class::Cache`].
    pub cache: u64,
    /// See [`Class::BlockClear`].
    pub block_clears: u64,
    /// See [`Class::VectorSave`].
    pub vector_saves: u64,
    /// See [`Class::VectorRestore`].
    pub vector_restores: u64,
    /// See [`Class::Fence`].
    pub fences: u64,
    /// See [`Class::Locked`].
    pub locked: u64,
    /// See [`Class::Entry`].
    pub entries: u64,
    /// See [`Class::Exit`].
    pub exits: u64,
    /// See [`Class::Halt`].
    pub halts: u64,
    /// See [`Class::PortIo`].
    pub port_io: u64,
    /// See [`Class::ClockRead`].
    pub clock_reads: u64,
    /// Elements that `rep movs` and `rep stos` stored.
    pub rep_iterations: u64,
    /// Bytes that `rep movs` stored.
    pub copied_bytes: u64,
    /// Bytes that `rep stos` stored.
    pub cleared_bytes: u64,
}

impl Access {
    /// Whether it interrupts another core.
    pub fn sends(&self) -> bool {
        self.kind == Kind::Store && self.target == Target::Command
    }
}

impl Vector {
    /// Counts an instruction that has retired.
    pub fn retire(&mut self, class: Class) {
        self.instructions += 1;
        if let Some(figure) = self.figure(class) {
            *figure += 1;
        }
    }

    /// Counts an access of an instruction.
    pub fn access(&mut self, class: Class, access: &Access) {
        match access.kind {
            Kind::Load => self.loads += 1,
            Kind::Store => self.stores += 1,
        }
        if access.target != Target::Memory {
            self.device += 1;
        }
        if access.sends() {
            self.interrupts_sent += 1;
        }
        match (class, access.kind) {
            (Class::RepCopy, Kind::Store) => self.copied_bytes += access.bytes,
            (Class::RepFill, Kind::Store) => self.cleared_bytes += access.bytes,
            _ => return,
        }
        self.rep_iterations += 1;
    }

    fn figure(&mut self, class: Class) -> Option<&mut u64> {
        Some(match class {
            Class::Plain | Class::RepCopy | Class::RepFill => return None,
            Class::RootWrite => &mut self.root_writes,
            Class::MsrWrite => &mut self.msr_writes,
            Class::Send => &mut self.interrupts_sent,
            Class::MsrRead => &mut self.msr_reads,
            Class::TlsWrite => &mut self.tls_writes,
            Class::TlsRead => &mut self.tls_reads,
            Class::GsSwap => &mut self.gs_swaps,
            Class::Tlb => &mut self.tlb,
            Class::Control => &mut self.control,
            Class::FlagWrite => &mut self.flag_writes,
            Class::Cache => &mut self.cache,
            Class::BlockClear => &mut self.block_clears,
            Class::VectorSave => &mut self.vector_saves,
            Class::VectorRestore => &mut self.vector_restores,
            Class::Fence => &mut self.fences,
            Class::Locked => &mut self.locked,
            Class::Entry => &mut self.entries,
            Class::Exit => &mut self.exits,
            Class::Halt => &mut self.halts,
            Class::PortIo => &mut self.port_io,
            Class::ClockRead => &mut self.clock_reads,
        })
    }
}

/// Adds figure by figure. Lines that both sides have are then counted twice: who adds sets them.
impl AddAssign for Vector {
    fn add_assign(&mut self, other: Self) {
        let pairs = [
            (&mut self.instructions, other.instructions),
            (&mut self.faulted, other.faulted),
            (&mut self.loads, other.loads),
            (&mut self.stores, other.stores),
            (&mut self.device, other.device),
            (&mut self.data_lines, other.data_lines),
            (&mut self.code_lines, other.code_lines),
            (&mut self.root_writes, other.root_writes),
            (&mut self.msr_writes, other.msr_writes),
            (&mut self.interrupts_sent, other.interrupts_sent),
            (&mut self.msr_reads, other.msr_reads),
            (&mut self.tls_writes, other.tls_writes),
            (&mut self.tls_reads, other.tls_reads),
            (&mut self.gs_swaps, other.gs_swaps),
            (&mut self.tlb, other.tlb),
            (&mut self.control, other.control),
            (&mut self.flag_writes, other.flag_writes),
            (&mut self.cache, other.cache),
            (&mut self.block_clears, other.block_clears),
            (&mut self.vector_saves, other.vector_saves),
            (&mut self.vector_restores, other.vector_restores),
            (&mut self.fences, other.fences),
            (&mut self.locked, other.locked),
            (&mut self.entries, other.entries),
            (&mut self.exits, other.exits),
            (&mut self.halts, other.halts),
            (&mut self.port_io, other.port_io),
            (&mut self.clock_reads, other.clock_reads),
            (&mut self.rep_iterations, other.rep_iterations),
            (&mut self.copied_bytes, other.copied_bytes),
            (&mut self.cleared_bytes, other.cleared_bytes),
        ];
        for (mine, more) in pairs {
            *mine += more;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adding_leaves_no_figure_out() {
        // Every figure is 1 in a vector read from text, so each must be 2 in the sum.
        let text = serde_json::to_string(&Vector::default()).expect("figures");
        let ones: Vector = serde_json::from_str(&text.replace(":0", ":1")).expect("figures");
        let mut sum = ones;
        sum += ones;
        let sum = serde_json::to_string(&sum).expect("figures");
        assert_eq!(sum, text.replace(":0", ":2"));
    }

    #[test]
    fn a_plain_instruction_is_in_one_figure_and_a_fence_in_two() {
        let mut vector = Vector::default();
        vector.retire(Class::Plain);
        vector.retire(Class::Fence);
        let expected = Vector {
            instructions: 2,
            fences: 1,
            ..Vector::default()
        };
        assert_eq!(vector, expected);
    }

    #[test]
    fn a_store_to_a_command_register_sends_and_a_load_from_it_does_not() {
        let mut vector = Vector::default();
        let load = Access {
            kind: Kind::Load,
            physical: 0,
            bytes: 4,
            target: Target::Command,
        };
        vector.access(Class::Plain, &load);
        assert_eq!((vector.device, vector.interrupts_sent), (1, 0));
        let store = Access {
            kind: Kind::Store,
            ..load
        };
        vector.access(Class::Plain, &store);
        vector.retire(Class::Send);
        assert_eq!((vector.device, vector.interrupts_sent), (2, 2));
    }

    #[test]
    fn bytes_of_string_instructions_are_counted_where_they_are_stored() {
        let mut vector = Vector::default();
        let load = Access {
            kind: Kind::Load,
            physical: 0,
            bytes: 8,
            target: Target::Memory,
        };
        let store = Access {
            kind: Kind::Store,
            ..load
        };
        vector.access(Class::RepCopy, &load);
        vector.access(Class::RepCopy, &store);
        vector.access(Class::RepFill, &store);
        vector.access(Class::Plain, &store);
        assert_eq!((vector.copied_bytes, vector.cleared_bytes), (8, 8));
        assert_eq!(
            (vector.loads, vector.stores, vector.rep_iterations),
            (1, 3, 2)
        );
    }
}
