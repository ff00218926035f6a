//! `SchedBind`: gives a thread a scheduling context of its own.

use weft_abi::{Kind, Refusal, Rights};
use weft_hal::{Arch, Context};
use weft_store::Ref;

use crate::Core;
use crate::object::{SchedContext, ThreadRef};
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let home = core.home();
    let argument = |index| thread.context.argument(index);
    let sched: Ref<SchedContext<A>> =
        core.object(thread, argument(0), Kind::SchedContext, Rights::WRITE)?;
    let target: ThreadRef<A> = core.object(thread, argument(1), Kind::Thread, Rights::WRITE)?;
    if sched.owner.get(home).is_some() || target.own_sched.get(home).is_some() {
        return Err(Refusal::Busy);
    }
    sched.owner.set(home, Some(target));
    target.own_sched.set(home, Some(sched));
    core.take_up_own(target);
    Ok(Next::Caller)
}
