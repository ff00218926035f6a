//! `IrqCreate`: makes the handler of an interrupt line.

use weft_abi::{Kind, Refusal, Rights};
use weft_hal::{Arch, Context, IrqLine, IrqMode};

use crate::Core;
use crate::object::ThreadRef;
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let argument = |index| thread.context.argument(index);
    let control = core.expect(thread, argument(0), Kind::IrqControl, Rights::WRITE)?;
    let line = u16::try_from(argument(1)).map_err(|_| Refusal::OutOfRange)?;
    let mode = match argument(2) {
        0 => IrqMode::Edge,
        1 => IrqMode::LevelLow,
        2 => IrqMode::LevelHigh,
        _ => return Err(Refusal::InvalidArgument),
    };
    let place = core.empty_slot_argument(thread, 3, 4)?;
    let line = IrqLine(line);
    let entry = core.irqs.entry(line).ok_or(Refusal::OutOfRange)?;
    if entry.taken.get(core.home()) {
        return Err(Refusal::Busy);
    }
    if !core.arch.configure(line, mode) {
        return Err(Refusal::OutOfRange);
    }
    core.install_irq(control, place, line);
    Ok(Next::Caller)
}
