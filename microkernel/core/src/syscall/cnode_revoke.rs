//! `CNodeRevoke`: deletes everything derived from a capability.

use weft_hal::Arch;

use crate::Core;
use crate::object::ThreadRef;
use crate::state::Outcome;

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    core.named_used(thread, 0)?;
    core.work(thread, |core| {
        let slot = core.named_used(thread, 0).ok()?;
        Some(core.revoke_step(slot))
    })
}
