//! What the manifests of the tests refer to.

use manifest::{Catalogue, Interface, Passes, RingSupport};

/// The board of the tests.
pub(crate) const BOARD: &str = include_str!("../board.toml");

/// The interfaces and programs of the tests.
pub(crate) fn catalogue() -> Catalogue {
    let interface = |name: &str, version, ring, passes| Interface {
        name: name.to_owned(),
        version,
        ring,
        passes,
    };
    let programs = [
        "ns16550",
        "console",
        "shell",
        "vfs",
        "storage",
        "virtio-blk",
        "process",
        "memory",
    ];
    Catalogue {
        interfaces: vec![
            interface("process", 8, RingSupport::CallsOnly, Passes::Data),
            interface("system", 9, RingSupport::CallsOnly, Passes::Data),
            interface("serial", 1, RingSupport::CallsOnly, Passes::Data),
            interface("console", 2, RingSupport::CallsOnly, Passes::Data),
            interface("block", 3, RingSupport::Capable, Passes::Data),
            interface("vfs", 4, RingSupport::CallsOnly, Passes::Capabilities),
            interface("lending", 10, RingSupport::PoolsOnly, Passes::Data),
            interface("memory", 5, RingSupport::CallsOnly, Passes::Capabilities),
        ],
        programs: programs.map(str::to_owned).to_vec(),
    }
}
