//! `PortWrite`: writes an I/O port.

use weft_abi::Rights;
use weft_hal::{Arch, Context};

use crate::Core;
use crate::object::ThreadRef;
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let (port, width) = core.port_argument(thread, Rights::WRITE)?;
    core.arch
        .port_write(port, width, thread.context.argument(3) as u32);
    Ok(Next::Caller)
}
