//! `IrqBind`: sets which notification an interrupt signals.

use weft_abi::{Kind, Refusal, Rights};
use weft_hal::{Arch, Context};

use crate::Core;
use crate::object::ThreadRef;
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let line = core.irq_argument(thread)?;
    let entry = core.irqs.entry(line).ok_or(Refusal::NoCapability)?;
    let wanted = match thread.context.argument(1) {
        0 => None,
        cptr => Some(core.expect(thread, cptr, Kind::Notification, Rights::WRITE)?),
    };
    let binding = entry.part(|entry| &entry.binding);
    if !binding.is_empty(core.home()) {
        core.unbind_slot(binding);
    }
    match wanted {
        Some(slot) => {
            core.copy_into(slot, binding, Rights::all())?;
            core.arch.unmask(line);
        }
        None => core.arch.mask(line),
    }
    Ok(Next::Caller)
}
