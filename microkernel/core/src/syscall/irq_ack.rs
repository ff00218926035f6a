//! `IrqAck`: allows the next interrupt.

use weft_hal::Arch;

use crate::Core;
use crate::object::ThreadRef;
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let line = core.irq_argument(thread)?;
    core.arch.unmask(line);
    Ok(Next::Done)
}
