//! `SchedUnbind`: takes a scheduling context back from its thread.

use weft_abi::{Kind, Refusal, Rights};
use weft_hal::{Arch, Context};
use weft_store::Ref;

use crate::Core;
use crate::object::{SchedContext, ThreadRef};
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let home = core.home();
    let cptr = thread.context.argument(0);
    let sched: Ref<SchedContext<A>> =
        core.object(thread, cptr, Kind::SchedContext, Rights::WRITE)?;
    core.expect_at_home(sched.owner.get(home))?;
    let owner = sched.owner.replace(home, None).ok_or(Refusal::Empty)?;
    owner.own_sched.set(home, None);
    sched.paused.set(home, true);
    // What a call lent to its owner is taken back by the answer.
    if owner.sched.get(home) == Some(sched) && owner.lent_by.get(home).is_none() {
        core.dequeue(owner);
        owner.sched.set(home, None);
        sched.user.set(home, None);
    }
    Ok(Next::Caller)
}
