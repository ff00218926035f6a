//! What all cores share: the log, and the mailboxes of each.

use weft_hal::{Arch, CoreId};

use crate::KernelLog;
use crate::remote::Boxes;

/// The state that no core owns; lives as long as the machine.
pub struct Shared<A: Arch> {
    /// The kernel log.
    pub log: KernelLog,
    pub(crate) boxes: [Boxes<A>; CoreId::MAX],
}

impl<A: Arch> Shared<A> {
    /// An empty log and empty mailboxes.
    pub const fn new() -> Self {
        Self {
            log: KernelLog::new(),
            boxes: [const { Boxes::new() }; CoreId::MAX],
        }
    }
}

impl<A: Arch> Default for Shared<A> {
    fn default() -> Self {
        Self::new()
    }
}
