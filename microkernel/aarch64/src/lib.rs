//! The aarch64 architecture of the kernel: QEMU's `virt`, booted through the arm64 Image header.
//!
//! The same files with the same duties as in `weft-x86_64`: the kernel binary names its `main` with
//! [`entry!`], gets a [`Handover`](weft_early::Handover), and hands its state to [`run`], which never returns:
//! from then on the stubs of `trap.S` call the state's [`System`](weft_early::System).
//!
//! What decides without touching the machine also builds on the host and is tested there: the device tree
//! (`fdt`, `board`), whose memory is whose (`layout`), page-table entries (`entry`), registers (`regs`), causes of exceptions (`cause`),
//! questions for the processor's features (`identify`), message-signalled interrupts (`its`, `gic_v2m`).

#![no_std]
#![allow(
    unsafe_code,
    reason = "programs the processor: registers, page tables, devices, entry stubs"
)]

#[cfg(test)]
extern crate std;

pub mod board;
pub mod cause;
pub mod cpus;
pub mod entry;
pub mod fdt;
pub mod gic_v2m;
pub mod identify;
pub mod its;
pub mod layout;
pub mod regs;

#[cfg(target_os = "none")]
mod boot;
#[cfg(target_os = "none")]
mod cache;
#[cfg(target_os = "none")]
mod cpu;
#[cfg(target_os = "none")]
mod firmware;
#[cfg(target_os = "none")]
mod gic_v2;
#[cfg(target_os = "none")]
mod gic_v3;
#[cfg(target_os = "none")]
mod init;
#[cfg(target_os = "none")]
mod irq;
#[cfg(target_os = "none")]
mod level;
#[cfg(target_os = "none")]
mod machine;
#[cfg(target_os = "none")]
mod mem;
#[cfg(target_os = "none")]
mod messages;
#[cfg(target_os = "none")]
mod mmio;
#[cfg(target_os = "none")]
mod paging;
#[cfg(target_os = "none")]
mod power;
#[cfg(target_os = "none")]
mod report;
#[cfg(target_os = "none")]
mod serial;
#[cfg(target_os = "none")]
mod sgi;
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
    cpu::Features, machine::Aarch64, report::bug, serial::stage, smp::Place, smp::start_cores,
    trap::run,
};

/// Names the kernel's entry, a `fn(Handover) -> !`, and its panic handler.
#[macro_export]
macro_rules! entry {
    ($main:path) => {
        #[unsafe(no_mangle)]
        extern "Rust" fn weft_kernel_main(handover: weft_early::Handover<$crate::Aarch64>) -> ! {
            $main(handover)
        }

        #[panic_handler]
        fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
            $crate::bug(info)
        }
    };
}
