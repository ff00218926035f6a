//! Raw system calls: the only user-side assembly.
//!
//! One file an architecture holds the trap itself, the entry point and the instruction that stops a program;
//! everything else is the same code on every architecture. Numbers and layouts come from `weft-abi` and stand
//! there only. On a machine that is not a Weft target (unit tests on a host) every call is refused with
//! [`Refusal::Unsupported`](weft_abi::Refusal), and the message page is an ordinary static.
//!
//! Why functions and no typed objects here: types, ownership and errors for people are `libipc`'s, which is
//! the only intended user of this crate. Why four trap shapes: a message needs all nine arguments, everything
//! else at most six, what threads wake each other by at most two, and an argument that is not used costs an instruction in each call.
//!
//! Soundness: system calls cannot reach memory that the program's capabilities do not cover, but a program
//! that holds its own address space or thread can change its own memory by them, as `/proc/self/mem` does
//! elsewhere. That is a matter of the capabilities a program is given, and is not expressed by `unsafe`.

#![no_std]
#![allow(
    unsafe_code,
    reason = "system calls are inline assembly, the message page a fixed address"
)]

mod ipc;
pub mod measure;
#[cfg(any(target_os = "none", weft))]
mod note;
pub mod page;
pub mod words;

#[cfg(all(any(target_os = "none", weft), target_arch = "x86_64"))]
#[path = "x86_64.rs"]
mod arch;

#[cfg(all(any(target_os = "none", weft), target_arch = "aarch64"))]
#[path = "aarch64.rs"]
mod arch;

#[cfg(not(any(target_os = "none", weft)))]
#[path = "hosted.rs"]
mod arch;

pub use arch::stop;
pub use ipc::{
    Received, Words, call, clock_ns, null, recv, reply, reply_recv, send, signal, signal_wait,
    wait, yield_now,
};

use weft_abi::{CPtr, Refusal, Syscall};

/// What a core does between two looks at what another one is to write: it leaves its execution units to others for a moment. Where an
/// emulator runs one core after the other, the next has its turn.
#[inline(always)]
pub fn relax() {
    arch::relax();
}

/// Makes any system call, also one that does not exist, and returns its status: for tests. The first argument has 32 bits.
pub fn any(number: u64, arguments: [u64; 9]) -> u64 {
    let mut arguments = arguments;
    arguments[0] &= 0xffff_ffff;
    arch::trap_message(number, arguments).0
}

/// Invokes a capability with up to five further arguments; returns `a0 … a4`.
///
/// # Errors
/// The kernel's refusal; nothing has changed then.
#[inline]
pub fn invoke(call: Syscall, object: CPtr, arguments: [u64; 5]) -> Result<[u64; 5], Refusal> {
    let (outcome, results) = invoke_with_results(call, object, arguments);
    outcome.map(|()| results)
}

/// As [`invoke`], for calls whose results say more about a refusal.
#[inline]
pub fn invoke_with_results(
    call: Syscall,
    object: CPtr,
    arguments: [u64; 5],
) -> (Result<(), Refusal>, [u64; 5]) {
    let [a1, a2, a3, a4, a5] = arguments;
    let (status, results) = arch::trap(call as u64, [u64::from(object.0), a1, a2, a3, a4, a5]);
    (outcome(status), results)
}

/// Turns a status register into a result. A status that is not in the table counts as
/// [`Refusal::Unsupported`]: kernel and program do not agree on the ABI.
#[inline]
fn outcome(status: u64) -> Result<(), Refusal> {
    if status == 0 {
        return Ok(());
    }
    Err(Refusal::from_status(status).unwrap_or(Refusal::Unsupported))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_is_decoded_from_its_status() {
        for refusal in Refusal::ALL {
            assert_eq!(outcome(*refusal as u64), Err(*refusal));
        }
        assert_eq!(outcome(0), Ok(()));
        assert_eq!(outcome(999), Err(Refusal::Unsupported));
    }

    #[test]
    fn a_host_refuses_every_system_call() {
        let refused = invoke(Syscall::Signal, CPtr(4), [0; 5]);
        assert_eq!(refused, Err(Refusal::Unsupported));
    }
}
