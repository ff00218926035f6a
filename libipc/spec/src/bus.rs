//! How devices see memory.

use serde::{Deserialize, Serialize};

/// Whether devices look into the processors' caches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Coherence {
    /// They do: memory for devices is like other memory.
    Coherent,
    /// They do not: what processors and devices share is not cached.
    Incoherent,
}

/// The bus by which a component's devices reach memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bus {
    /// What is added to a physical address for the device.
    pub offset: u64,
    /// The physical address from which on nothing is reached.
    pub limit: u64,
}

impl Bus {
    /// One that shows all memory as it is.
    pub const DIRECT: Self = Self {
        offset: 0,
        limit: u64::MAX,
    };
}

/// The name of a start-up entry that tells a component of its bus, if that is not direct: `v0` is the offset, `v1` the limit.
pub const BUS_ENTRY: &str = "bus";
