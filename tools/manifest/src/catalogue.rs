//! What exists outside the manifest: interfaces and programs.

/// An interface, as its definition says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its name.
    pub name: String,
    /// Digest of its definition.
    pub version: u64,
    /// Whether requests may travel through a ring.
    pub ring: RingSupport,
    /// Whether a client's requests carry capabilities.
    pub passes: Passes,
}

/// Whether requests of an interface may travel through a ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RingSupport {
    /// They may.
    Capable,
    /// Only calls, but some of them lend buffers, which lie in a ring's pools.
    PoolsOnly,
    /// Only calls.
    CallsOnly,
}

/// Whether a client's requests carry capabilities, so that it needs the right to send them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passes {
    /// Data only.
    Data,
    /// Capabilities too.
    Capabilities,
}

/// All interfaces and programs that a manifest may name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue {
    /// The interfaces.
    pub interfaces: Vec<Interface>,
    /// The programs.
    pub programs: Vec<String>,
}

impl Catalogue {
    /// Finds an interface by its name.
    pub fn interface(&self, name: &str) -> Option<&Interface> {
        self.interfaces
            .iter()
            .find(|interface| interface.name == name)
    }
}
