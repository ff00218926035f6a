//! The contract between the architecture-neutral kernel core and an architecture.
//!
//! Core decides; an architecture saves registers, encodes page-table entries, programs the timer and the
//! interrupt controller, and knows nothing of capabilities. The contract is one trait, [`Arch`], made of
//! small groups, so that core is monomorphised over it and host tests run the same code over [`fake`].
//!
//! Core calls every function here on the core that `self` belongs to, with interrupts masked.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(feature = "fake")]
extern crate std;

mod address;
mod context;
#[cfg(feature = "fake")]
pub mod fake;
mod groups;
mod next;
mod paging;
mod text;
mod tlb;

pub use address::{Asid, CoreId, Nanoseconds, PhysAddr, Root, VirtAddr};
pub use context::{Access, Context, Trap};
pub use groups::{Clock, Console, Cpu, Interrupts, IrqLine, IrqMode, Msi, Ports, Power, Width};
pub use next::{Answered, Direct, Next, Turn};
pub use paging::{Entry, Leaf, PageSize, Paging};
pub use text::Text;
pub use tlb::{CounterGate, Counters, OtherTlbs, Tlb, TlbTag};

/// An architecture: all groups, and the type that holds a thread's registers.
pub trait Arch:
    Cpu
    + Clock
    + Console
    + CounterGate
    + Interrupts
    + Paging
    + Ports
    + Power
    + Tlb
    + OtherTlbs
    + Sized
    + 'static
{
    /// A thread's saved user registers.
    type Context: Context;

    /// A thread that does not run is no longer the one that these registers were of: it is gone, or made into another. What
    /// the processor still holds of it must reach nobody, the next thread with these very registers included.
    fn forget(&mut self, context: &Self::Context);

    /// A thread that does not run any more is about to run on another core: what the processor still holds of it is put
    /// where these registers are, and is no longer its.
    fn put_away(&mut self, context: &Self::Context);
}
