//! The kernel's decisions: capabilities, memory, messages, scheduling.
//!
//! Safe and architecture-neutral: it is monomorphised over [`weft_hal::Arch`], and host tests run what ships
//! over the fake. An architecture saves registers and calls [`Core::trap`]; the answer says what runs next.
//!
//! | module | decides |
//! |---|---|
//! | `object` | what each object holds |
//! | `cspace` | lookup, derivation, deletion, revocation, retype |
//! | `space` | mapping and unmapping |
//! | `ipc` | messages, replies, notifications, faults, death |
//! | `remote` | what concerns other cores |
//! | `sched` | ready queues, budgets, deadlines |
//! | `syscall` | one function a system call |
//! | `boot` | making root |

#![no_std]
#![forbid(unsafe_code)]
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

#[cfg(test)]
extern crate std;

pub mod boot;
mod cspace;
mod interrupt;
mod ipc;
mod list;
mod log;
pub mod object;
mod remote;
mod sched;
mod shared;
mod space;
mod state;
mod syscall;
#[cfg(test)]
mod tests;

pub use log::KernelLog;
pub use shared::Shared;
pub use state::Core;
pub use syscall::Handlers;

/// Reports that an invariant of the kernel does not hold. The architecture's panic handler writes the report and
/// ends the machine.
#[track_caller]
pub(crate) fn bug(text: &str) -> ! {
    panic!("{}", weft_hal::Text(text))
}
