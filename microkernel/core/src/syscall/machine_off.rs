//! `MachineOff`: ends the machine.

use weft_abi::{Kind, Refusal, Rights};
use weft_hal::{Arch, Context};

use crate::Core;
use crate::object::ThreadRef;
use crate::state::Outcome;

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    core.expect(
        thread,
        thread.context.argument(0),
        Kind::Machine,
        Rights::WRITE,
    )?;
    let code = u8::try_from(thread.context.argument(1)).map_err(|_| Refusal::OutOfRange)?;
    if code > 127 {
        return Err(Refusal::OutOfRange);
    }
    core.arch.off(code)
}
