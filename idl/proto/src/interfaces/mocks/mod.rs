//! What tests put in the place of servers. Made by `idlc`.

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

use crate::sample::Random;

/// Hands the server's side of every interface a request that is made at random.
pub fn attacks(random: &mut Random) {
    bench_host::attack(random);
    bench_peer::attack(random);
    bench_ring::attack(random);
    block::attack(random);
    card_faults::attack(random);
    clock::attack(random);
    console::attack(random);
    counter::attack(random);
    ethernet::attack(random);
    filesystem::attack(random);
    firmware::attack(random);
    gpio::attack(random);
    memory::attack(random);
    outlets::attack(random);
    pci::attack(random);
    pci_control::attack(random);
    process::attack(random);
    processes::attack(random);
    screen::attack(random);
    serial::attack(random);
    storage::attack(random);
    system::attack(random);
    system_timer::attack(random);
    test_assist::attack(random);
    test_floats::attack(random);
    test_results::attack(random);
    vfs::attack(random);
    vfs_sessions::attack(random);
    watchdog::attack(random);
}

/// Tries the codec with a value of every type of every interface.
pub fn round_trips(random: &mut Random) {
    bench_host::round_trips(random);
    bench_peer::round_trips(random);
    bench_ring::round_trips(random);
    block::round_trips(random);
    card_faults::round_trips(random);
    clock::round_trips(random);
    console::round_trips(random);
    counter::round_trips(random);
    ethernet::round_trips(random);
    filesystem::round_trips(random);
    firmware::round_trips(random);
    gpio::round_trips(random);
    memory::round_trips(random);
    outlets::round_trips(random);
    pci::round_trips(random);
    pci_control::round_trips(random);
    process::round_trips(random);
    processes::round_trips(random);
    screen::round_trips(random);
    serial::round_trips(random);
    storage::round_trips(random);
    system::round_trips(random);
    system_timer::round_trips(random);
    test_assist::round_trips(random);
    test_floats::round_trips(random);
    test_results::round_trips(random);
    vfs::round_trips(random);
    vfs_sessions::round_trips(random);
    watchdog::round_trips(random);
}
