//! Notifications: 64 flags to signal and wait for.

use weft_abi::syscall::NO_DEADLINE;
use weft_abi::{Refusal, Syscall};
use weft_sys::invoke;

super::object! {
    /// A 64-bit word of flags.
    Notification
}

impl Notification {
    /// ORs the capability's badge into the word and wakes a waiter.
    #[inline]
    pub fn signal(self) -> Result<(), Refusal> {
        weft_sys::signal(self.0)
    }

    /// Waits until the word is not zero, and takes it.
    #[inline]
    pub fn wait(self) -> Result<u64, Refusal> {
        self.wait_until(NO_DEADLINE)
    }

    /// As [`wait`](Self::wait), at most until `deadline_ns` of the monotonic clock.
    #[inline]
    pub fn wait_until(self, deadline_ns: u64) -> Result<u64, Refusal> {
        weft_sys::wait(self.0, deadline_ns)
    }

    /// Signals this notification and waits for another, in one system call: as [`signal`](Self::signal) and then
    /// [`wait`](Self::wait) of `awaited`, but the thread that is woken runs at once.
    #[inline]
    pub fn signal_and_wait(self, awaited: Notification) -> Result<u64, Refusal> {
        weft_sys::signal_wait(self.0, awaited.0, NO_DEADLINE)
    }

    /// Takes the word if it is not zero.
    #[inline]
    pub fn poll(self) -> Result<u64, Refusal> {
        let [word, ..] = invoke(Syscall::Poll, self.0, [0; 5])?;
        Ok(word)
    }
}
