//! The modules of all interfaces. Made by `idlc`.

pub mod bench_host;
pub mod bench_peer;
pub mod bench_ring;
pub mod block;
pub mod card_faults;
pub mod clock;
pub mod console;
pub mod counter;
pub mod ethernet;
pub mod filesystem;
pub mod firmware;
pub mod gpio;
pub mod memory;
pub mod outlets;
pub mod pci;
pub mod pci_control;
pub mod process;
pub mod processes;
pub mod screen;
pub mod serial;
pub mod storage;
pub mod system;
pub mod system_timer;
pub mod test_assist;
pub mod test_floats;
pub mod test_results;
pub mod vfs;
pub mod vfs_sessions;
pub mod watchdog;
pub mod reflections;
#[cfg(any(test, feature = "mock"))]
pub mod mocks;

/// Name, number and version of every interface, in the order of their names.
pub const ALL: &[libipc::Interface] = &[
    bench_host::INTERFACE,
    bench_peer::INTERFACE,
    bench_ring::INTERFACE,
    block::INTERFACE,
    card_faults::INTERFACE,
    clock::INTERFACE,
    console::INTERFACE,
    counter::INTERFACE,
    ethernet::INTERFACE,
    filesystem::INTERFACE,
    firmware::INTERFACE,
    gpio::INTERFACE,
    memory::INTERFACE,
    outlets::INTERFACE,
    pci::INTERFACE,
    pci_control::INTERFACE,
    process::INTERFACE,
    processes::INTERFACE,
    screen::INTERFACE,
    serial::INTERFACE,
    storage::INTERFACE,
    system::INTERFACE,
    system_timer::INTERFACE,
    test_assist::INTERFACE,
    test_floats::INTERFACE,
    test_results::INTERFACE,
    vfs::INTERFACE,
    vfs_sessions::INTERFACE,
    watchdog::INTERFACE,
];
