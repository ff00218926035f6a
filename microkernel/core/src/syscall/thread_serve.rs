//! `ThreadServe`: counts a thread among an endpoint's servers before it first receives.
//!
//! Without it, callers of a server that dies while it starts would wait for ever.

use weft_abi::{Kind, Rights};
use weft_hal::{Arch, Context};

use crate::Core;
use crate::object::ThreadRef;
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let target = core.thread_argument(thread)?;
    let cptr = thread.context.argument(1);
    let endpoint = core.object(thread, cptr, Kind::Endpoint, Rights::READ)?;
    core.serve(target, endpoint);
    Ok(Next::Caller)
}
