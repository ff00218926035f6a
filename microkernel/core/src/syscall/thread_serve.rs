//! `ThreadServe`: counts a thread among an endpoint's servers before it first receives.
//!
//! Without it, callers of a server that dies while it starts would wait for ever.

use weft_abi::{Kind, Refusal, Rights};
use weft_hal::{Arch, Context};
use weft_store::Ref;

use crate::Core;
use crate::object::{Endpoint, ThreadRef};
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let target = core.thread_argument(thread)?;
    let slot = core.expect(
        thread,
        thread.context.argument(1),
        Kind::Endpoint,
        Rights::READ,
    )?;
    let endpoint: Ref<Endpoint<A>> = slot
        .object_of(core.home(), Kind::Endpoint)
        .ok_or(Refusal::NoCapability)?;
    core.serve(target, endpoint);
    Ok(Next::Caller)
}
