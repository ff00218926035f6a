//! How a server makes sure that it is woken: by a signal of its own.

use weft_abi::startup::slots;
use weft_abi::{Refusal, Rights};

use crate::objects::{CNode, Notification};

/// The right to signal the server's own notification, which is made when it is first needed: most servers never do.
pub(super) struct Again {
    made: Option<Notification>,
    signal: fn(&mut Option<Notification>, u64) -> Result<(), Refusal>,
}

impl Default for Again {
    fn default() -> Self {
        Self {
            made: None,
            signal: signal_own,
        }
    }
}

impl Again {
    /// Signals by `signal` instead.
    #[cfg(test)]
    pub(super) fn by(signal: fn(&mut Option<Notification>, u64) -> Result<(), Refusal>) -> Self {
        Self { made: None, signal }
    }

    /// Signals `bits`, the same ones each time.
    pub(super) fn signal(&mut self, bits: u64) -> Result<(), Refusal> {
        (self.signal)(&mut self.made, bits)
    }
}

#[cold]
fn signal_own(made: &mut Option<Notification>, bits: u64) -> Result<(), Refusal> {
    if let Some(notification) = made {
        return notification.signal();
    }
    let slot = crate::slots::allocate().ok_or(Refusal::NoMemory)?;
    let own = slots::NOTIFICATION;
    if let Err(refusal) = CNode::OWN.mint(slot, CNode::OWN, own, Rights::WRITE, bits) {
        crate::slots::release(slot);
        return Err(refusal);
    }
    let notification = Notification::from(slot);
    *made = Some(notification);
    notification.signal()
}
