//! The component that a person gives commands to. Without it the machine would run on, and nobody could end it:
//! when it ends, the machine is switched off, with everything that was written safe on its disks.
//!
//! The manifest names it (`session=NAME` among the server's arguments), because the server cannot know which component a
//! person sits in front of. An image in which nobody does names none.

use libipc::Transport;
use proto::{system, vfs};

/// The status of a machine whose session did not end by itself.
const FAILURE: u8 = 1;

/// The session's component, and the way to switch off.
pub struct Session<T> {
    pid: u32,
    system: system::Client<T>,
}

impl<T: Transport> Session<T> {
    /// The session in a component.
    pub fn new(pid: u32, system: system::Client<T>) -> Self {
        Self { pid, system }
    }

    /// Whether it is this process.
    pub(crate) fn is(&self, pid: u32) -> bool {
        self.pid == pid
    }

    /// Ends the machine, because the session has ended.
    pub(crate) fn close(&self, files: &vfs::Client<T>) {
        libipc::log!("the session is gone, and with it the only way to give commands");
        if let Err(error) = files.unmount_all() {
            libipc::log!("a volume could not be unmounted: {error}");
        }
        // There is no answer, unless the machine cannot be switched off.
        let refused = self.system.power_off(FAILURE);
        libipc::log!("the machine was not switched off: {refused:?}");
    }
}
