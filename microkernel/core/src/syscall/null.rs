//! `Null`: does nothing.

use weft_hal::Arch;

use crate::Core;
use crate::object::ThreadRef;
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let _ = (core, thread);
    Ok(Next::Done)
}
