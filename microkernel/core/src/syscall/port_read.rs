//! `PortRead`: reads an I/O port.

use weft_abi::Rights;
use weft_hal::{Arch, Context};

use crate::Core;
use crate::object::ThreadRef;
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let (port, width) = core.port_argument(thread, Rights::READ)?;
    let value = core.arch.port_read(port, width);
    thread.context.set_argument(1, value.into());
    Ok(Next::Caller)
}
