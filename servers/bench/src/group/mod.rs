//! The groups of figures: one file an area.

mod beside;
mod cspace;
mod disks;
mod faults;
mod files;
mod idle;
mod interrupts;
mod ipc;
mod memory;
mod notifications;
mod processes;
pub(crate) mod rings;
mod syscalls;
mod threads;
mod vectors;
mod vspace;

use bench::figure::Figure;
use bench::report::Report;

use crate::check::Outcome;
use crate::stage::Stage;

/// Figures that are measured together.
pub(crate) struct Group {
    /// Which.
    pub(crate) figures: &'static [Figure],
    /// Measures them.
    pub(crate) run: fn(&mut Stage, &mut Report) -> Outcome,
}

/// All groups; the first measures what the counter costs, and the last waits for the host, after which nothing is
/// exact any more.
pub(crate) const ALL: &[Group] = &[
    syscalls::COUNTER,
    syscalls::NULL,
    threads::YIELD,
    threads::CREATE,
    ipc::ONE_WAY,
    ipc::ROUND_TRIP,
    ipc::TEN_WORDS,
    ipc::SAME_SPACE,
    vectors::ROUND_TRIP,
    notifications::SIGNAL,
    notifications::SWITCH,
    notifications::PING_PONG,
    interrupts::TO_USER,
    interrupts::LOADED,
    faults::EXCEPTION,
    faults::PAGER,
    processes::BARE,
    vspace::MAPPINGS,
    memory::FRAMES,
    cspace::CAPABILITIES,
    rings::MESSAGE,
    rings::REQUESTS,
    beside::OTHERS,
    processes::SPAWN,
    files::PRESENT,
    files::PASSING,
    files::CONTENT,
    files::CREATE,
    idle::WAKEUPS,
    disks::REQUESTS,
];
