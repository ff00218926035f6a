//! Kernel objects: a typed name for a slot, with the system calls that the object has as methods.
//!
//! The names are copies of a slot number and own nothing: they suit what a program keeps as long as it runs,
//! and what root and the memory and process servers count themselves. [`Cap`](crate::Cap) owns a slot. Every
//! method returns the kernel's [`Refusal`](crate::Refusal).

mod cnode;
mod devices;
mod endpoint;
mod frame;
mod machine;
mod notification;
mod sched;
mod space;
mod thread;
mod untyped;

pub use cnode::{CNode, SlotContent, SlotCount};
pub use devices::{IoPorts, IrqControl, IrqHandler, IrqMode, MessageInterrupt, PortWidth};
pub use endpoint::Endpoint;
pub use frame::{Frame, FrameDescription};
pub use machine::{Log, LogText, Machine};
pub use notification::Notification;
pub use sched::{Budget, SchedContext, SchedControl};
pub use space::{AddressSpace, MapError, PageTable};
pub use thread::{Start, Thread, ThreadConfiguration, ThreadDescription, ThreadRegisters};
pub use untyped::{Untyped, UntypedDescription};

/// Makes the name type of an object.
macro_rules! object {
    ($(#[doc = $doc:literal])+ $name:ident) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $name(weft_abi::CPtr);

        impl $name {
            /// The slot.
            pub const fn cptr(self) -> weft_abi::CPtr {
                self.0
            }
        }

        impl From<weft_abi::CPtr> for $name {
            fn from(slot: weft_abi::CPtr) -> Self {
                Self(slot)
            }
        }
    };
}
use object;
