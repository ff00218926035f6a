//! `IrqCreateMsi`: makes the handler of a message-signalled interrupt.

use weft_abi::{Kind, Refusal, Rights};
use weft_hal::{Arch, Context};

use crate::Core;
use crate::object::ThreadRef;
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let control = core.expect(
        thread,
        thread.context.argument(0),
        Kind::IrqControl,
        Rights::WRITE,
    )?;
    let place = core.empty_slot_argument(thread, 1, 2)?;
    let device = u16::try_from(thread.context.argument(3)).map_err(|_| Refusal::OutOfRange)?;
    let msi = core.arch.allocate_msi(device).ok_or(Refusal::Exhausted)?;
    core.install_irq(control, place, msi.line);
    thread.context.set_argument(1, msi.address);
    thread.context.set_argument(2, msi.data.into());
    Ok(Next::Caller)
}
