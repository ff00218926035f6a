//! `SchedBind`: gives a thread a scheduling context of its own.

use weft_abi::{Kind, Refusal, Rights};
use weft_hal::{Arch, Context};
use weft_store::Ref;

use crate::Core;
use crate::object::{SchedContext, Thread, ThreadRef};
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let home = core.home();
    let slot = core.expect(
        thread,
        thread.context.argument(0),
        Kind::SchedContext,
        Rights::WRITE,
    )?;
    let sched: Ref<SchedContext<A>> = slot
        .object_of(home, Kind::SchedContext)
        .ok_or(Refusal::NoCapability)?;
    let target = core.expect(
        thread,
        thread.context.argument(1),
        Kind::Thread,
        Rights::WRITE,
    )?;
    let target: Ref<Thread<A>> = target
        .object_of(home, Kind::Thread)
        .ok_or(Refusal::NoCapability)?;
    if sched.owner.get(home).is_some() || target.own_sched.get(home).is_some() {
        return Err(Refusal::Busy);
    }
    sched.owner.set(home, Some(target));
    target.own_sched.set(home, Some(sched));
    core.take_up_own(target);
    Ok(Next::Caller)
}
