//! What user mode may learn of a slot.

use weft_abi::{Kind, Refusal, Rights};
use weft_hal::{Arch, Context};
use weft_store::Ref;

use crate::Core;
use crate::object::{AddressSpace, SlotRef, ThreadRef};

/// Mixes the bits of a number, one to one (the finalizer of SplitMix64).
const fn mixed(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

impl<A: Arch> Core<A> {
    /// A number that is equal for capabilities of one object and no others; 0 for an empty slot. It is mixed so that
    /// nobody mistakes it for an address; it is not a secret.
    pub(crate) fn identity(&self, slot: SlotRef) -> u64 {
        let Some(kind) = slot.tag.get(self.home()).kind() else {
            return 0;
        };
        // Objects are aligned to 64 bytes, so that the kind has room below; interrupt lines are shifted to make it.
        let object = match kind {
            Kind::IrqHandler => slot.object.get(self.home()).wrapping_shl(6),
            _ => slot.object.get(self.home()),
        };
        mixed(object | kind as u64)
    }

    /// The badge of a capability that has one. Other kinds keep the kernel's own numbers there.
    pub(crate) fn visible_badge(&self, slot: SlotRef) -> u64 {
        match slot.tag.get(self.home()).kind() {
            Some(Kind::Endpoint | Kind::Notification | Kind::IoPorts | Kind::SchedControl) => {
                slot.badge.get(self.home())
            }
            _ => 0,
        }
    }

    /// The rights in an argument of a system call; bits that mean nothing are refused.
    pub(crate) fn rights_argument(
        &self,
        thread: ThreadRef<A>,
        index: usize,
    ) -> Result<Rights, Refusal> {
        let bits = u8::try_from(thread.context.argument(index)).ok();
        bits.and_then(Rights::from_bits)
            .ok_or(Refusal::InvalidArgument)
    }

    /// The address space in an argument of a system call; needs WRITE.
    #[inline(always)]
    pub(crate) fn space_argument(
        &self,
        thread: ThreadRef<A>,
        index: usize,
    ) -> Result<Ref<AddressSpace>, Refusal> {
        let cptr = thread.context.argument(index);
        self.object(thread, cptr, Kind::AddressSpace, Rights::WRITE)
    }
}
