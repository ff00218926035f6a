//! What all cores share: the log, and a mailbox for each core.

use crate::KernelLog;

/// The state that no core owns; lives as long as the machine.
pub struct Shared {
    /// The kernel log.
    pub log: KernelLog,
}

impl Shared {
    /// An empty log and empty mailboxes.
    pub const fn new() -> Self {
        Self {
            log: KernelLog::new(),
        }
    }
}

impl Default for Shared {
    fn default() -> Self {
        Self::new()
    }
}

impl<A: weft_hal::Arch> crate::Core<A> {
    /// Handles what other cores have put into this core's mailbox.
    pub(crate) fn receive_mail(&mut self) -> crate::state::Next<A> {
        crate::state::Next::Caller
    }
}
