//! `ReplyRecv`: answers a caller, then waits for the next message.

use weft_abi::Rights;
use weft_hal::{Arch, Context};

use crate::Core;
use crate::object::Blocked;
use crate::object::ThreadRef;
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let from = core.receiving(thread)?;
    let (endpoint, reply) = (thread.context.argument(0), thread.context.argument(8));
    let info = core.sendable(thread, Rights::all())?;
    let caller = from
        .reply
        .and_then(|reply| core.answer(thread, reply, info));
    core.free_for_receive(from.reply)?;
    let next = core.receive(thread, from);
    core.remember_named(thread, endpoint, reply);
    let Some(caller) = caller else {
        return Ok(next);
    };
    if matches!(next, Next::Blocked) && caller.state.get(core.home()) == Blocked::Ready {
        return Ok(Next::Switch(caller));
    }
    core.resume_answered(caller);
    Ok(next)
}
