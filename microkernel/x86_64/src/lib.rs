//! The x86_64 architecture of the kernel: q35 and other PCs, booted through the PVH entry.
//!
//! Implements [`weft_hal::Arch`] and knows nothing of capabilities. The kernel binary names its `main` with
//! [`entry!`], gets a [`Handover`](weft_early::Handover), and hands its state to [`run`], which never returns:
//! from then on the stubs of `trap.S` call the state's [`System`](weft_early::System).
//!
//! What decides without touching the machine stands in modules that also build on the host and are tested
//! there: memory maps (`pvh`, `layout`), firmware tables (`acpi`), page-table entries (`entry`), registers
//! (`regs`), reads of counters (`counters`), message-signalled lines (`msi`), the page in which cores start (`trampoline`).

#![no_std]
#![allow(
    unsafe_code,
    reason = "programs the processor: registers, page tables, ports, entry stubs"
)]

#[cfg(test)]
extern crate std;

pub mod acpi;
pub mod counters;
pub mod entry;
pub mod layout;
pub mod msi;
pub mod pvh;
pub mod regs;
pub mod trampoline;

#[cfg(target_os = "none")]
mod boot;
#[cfg(target_os = "none")]
mod cpu;
#[cfg(target_os = "none")]
mod descriptor;
#[cfg(target_os = "none")]
mod init;
#[cfg(target_os = "none")]
mod irq;
#[cfg(target_os = "none")]
mod machine;
#[cfg(target_os = "none")]
mod mmio;
#[cfg(target_os = "none")]
mod paging;
#[cfg(target_os = "none")]
mod port;
#[cfg(target_os = "none")]
mod power;
#[cfg(target_os = "none")]
mod report;
#[cfg(target_os = "none")]
mod serial;
#[cfg(target_os = "none")]
mod smp;
#[cfg(target_os = "none")]
mod timer;
#[cfg(target_os = "none")]
mod tlb;
#[cfg(target_os = "none")]
mod trap;

pub use regs::Registers;

#[cfg(target_os = "none")]
pub use {
    cpu::Features, machine::X86_64, report::bug, serial::stage, smp::Place, smp::start_cores,
    trap::run,
};

/// Names the kernel's entry, a `fn(Handover) -> !`, and its panic handler.
#[macro_export]
macro_rules! entry {
    ($main:path) => {
        #[unsafe(no_mangle)]
        extern "Rust" fn weft_kernel_main(handover: weft_early::Handover<$crate::X86_64>) -> ! {
            $main(handover)
        }

        #[panic_handler]
        fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
            $crate::bug(info)
        }
    };
}
