//! `CNodeDelete`: empties a slot, and destroys the object if its original stood there.
//!
//! An empty slot is no refusal: the call is repeated after an interrupt, when the slot may be empty already but
//! what it owned is not yet destroyed.

use weft_abi::Rights;
use weft_hal::Arch;

use crate::Core;
use crate::object::ThreadRef;
use crate::state::Outcome;

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    if !core.is_vacated(thread) {
        core.named_slot(thread, 0, Rights::WRITE)?;
    }
    core.work(thread, |core| {
        let slot = core.named_slot(thread, 0, Rights::WRITE).ok()?;
        Some(core.delete_step(slot))
    })
}
