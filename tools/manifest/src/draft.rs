//! A manifest after reading: kinds of values are right, names are not resolved yet.

use weft_spec::{Counters, Fpu};

use crate::diagnostic::{At, Place};

/// A manifest.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) name: At<String>,
    /// The boards that it is for, the usual one first.
    pub(crate) boards: Vec<At<String>>,
    /// The program in the place of root, if it is another one.
    pub(crate) root: Option<At<String>>,
    /// Whether its programs count what they are asked.
    pub(crate) meters: bool,
    pub(crate) components: Vec<DraftComponent>,
}

impl Draft {
    /// The component of a name: its own, or that of one of its instances.
    pub(crate) fn component(&self, name: &str) -> Option<&DraftComponent> {
        self.components
            .iter()
            .find(|component| component.instances().any(|(instance, _)| instance == name))
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.components
            .iter()
            .map(|component| component.name.value.as_str())
    }
}

/// A component.
#[derive(Clone, Debug)]
pub(crate) struct DraftComponent {
    pub(crate) name: At<String>,
    pub(crate) program: At<String>,
    /// Whether it has vector registers.
    pub(crate) fpu: Fpu,
    /// Whether it may read the processor's counters.
    pub(crate) counters: Counters,
    /// The cores that it is on, at least one: an instance is started on each.
    pub(crate) cores: Vec<At<u8>>,
    pub(crate) priority: At<u8>,
    pub(crate) ceiling: At<u8>,
    pub(crate) budget_ns: At<u64>,
    pub(crate) period_ns: At<u64>,
    /// How long servers above it keep the processor from it, if it has deadlines.
    pub(crate) blocking_ns: Option<At<u64>>,
    /// What clients must have left of their budgets.
    pub(crate) min_budget_ns: Option<At<u64>>,
    pub(crate) stack_pages: u32,
    pub(crate) heap_pages: u32,
    pub(crate) slots: Option<At<u32>>,
    pub(crate) replies: u32,
    pub(crate) provides: Vec<At<String>>,
    pub(crate) uses: Vec<Use>,
    pub(crate) irqs: Vec<At<String>>,
    pub(crate) ports: Vec<At<String>>,
    pub(crate) registers: Vec<At<String>>,
    pub(crate) device_memory: Vec<At<String>>,
    pub(crate) dma: Vec<(At<String>, u32)>,
    /// The board's bus by which its devices reach memory, if they do not reach all of it as it is.
    pub(crate) bus: Option<At<String>>,
    pub(crate) files: Vec<(At<String>, u32)>,
    pub(crate) kernel: Vec<At<KernelRight>>,
    pub(crate) priorities: Option<At<u8>>,
    pub(crate) supervises: Option<Supervises>,
    pub(crate) mints: Vec<At<String>>,
    pub(crate) args: Vec<At<String>>,
}

impl DraftComponent {
    /// The name of each of its instances, and the core that it is on. The first has the component's own name.
    pub(crate) fn instances(&self) -> impl Iterator<Item = (String, &At<u8>)> {
        let own = &self.name.value;
        self.cores
            .iter()
            .enumerate()
            .map(move |(place, core)| match place {
                0 => (own.clone(), core),
                _ => (format!("{own}.{}", core.value), core),
            })
    }

    /// The core of its first instance.
    pub(crate) fn core(&self) -> u8 {
        self.cores.first().map_or(0, |core| core.value)
    }
}

/// The component that a name means, where it may be that of an instance: no component's own name has a dot.
pub(crate) fn without_core(name: &str) -> &str {
    name.split_once('.')
        .map_or(name, |(component, _)| component)
}

/// A connection that a component has.
#[derive(Clone, Debug)]
pub(crate) struct Use {
    pub(crate) name: At<String>,
    pub(crate) server: At<String>,
    pub(crate) interface: Option<At<String>>,
    pub(crate) ring: Option<DraftRing>,
}

impl Use {
    /// The interface and where it is named: the connection's own name unless said otherwise.
    pub(crate) fn interface(&self) -> &At<String> {
        self.interface.as_ref().unwrap_or(&self.name)
    }
}

/// The ring of a connection.
#[derive(Clone, Debug)]
pub(crate) struct DraftRing {
    pub(crate) place: Place,
    pub(crate) slots: u16,
    pub(crate) client_pool_pages: u32,
    pub(crate) server_pool_pages: u32,
    pub(crate) reach: PoolReach,
    pub(crate) end: ServerEnd,
}

/// What a client learns of its server's end while it does not wait for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ServerEnd {
    /// Nothing.
    Silent,
    /// It is told, as a server of its clients' ends.
    Told,
}

/// Who reaches a ring's pools.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PoolReach {
    /// The two processes.
    Processes,
    /// Also a device of the server, so that the pools are contiguous and their address is known.
    Device,
}

/// Whom a component supervises.
#[derive(Clone, Debug)]
pub(crate) enum Supervises {
    /// Every other component.
    All(Place),
    /// These.
    Some(Vec<At<String>>),
}

/// A capability of the kernel's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KernelRight {
    LogWrite,
    LogRead,
    Machine,
    IrqControl,
    FreeMemory,
    AddressSpace,
    Thread,
}

impl KernelRight {
    pub(crate) const ALL: [(&'static str, Self); 7] = [
        ("log-write", Self::LogWrite),
        ("log-read", Self::LogRead),
        ("machine", Self::Machine),
        ("irq-control", Self::IrqControl),
        ("free-memory", Self::FreeMemory),
        ("address-space", Self::AddressSpace),
        ("thread", Self::Thread),
    ];

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, right)| *right)
    }
}
