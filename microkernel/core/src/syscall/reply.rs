//! `Reply`: answers the caller that a reply object holds.

use weft_abi::{Kind, Refusal, Rights};
use weft_hal::{Arch, Context};

use crate::Core;
use crate::object::ThreadRef;
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let reply = core.object(
        thread,
        thread.context.argument(0),
        Kind::Reply,
        Rights::WRITE,
    )?;
    let info = core.sendable(thread, Rights::all())?;
    let caller = core.answer(thread, reply, info).ok_or(Refusal::Empty)?;
    core.resume_answered(caller);
    Ok(Next::Caller)
}
