//! `ThreadInfo`: state, processor time, priority, last fault.

use core::sync::atomic::Ordering;

use weft_abi::syscall::ThreadState;
use weft_hal::{Arch, Context};

use crate::Core;
use crate::object::{Blocked, ThreadRef};
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let target = core.thread_argument(thread)?;
    core.charge_now();
    let values = [
        state_of(core, target) as u64,
        time_of(core, target),
        u64::from(core.priority_of(target)),
        fault_of(core, target) | u64::from(target.place.load(Ordering::Relaxed)) << 8,
    ];
    for (register, value) in (1..).zip(values) {
        thread.context.set_argument(register, value);
    }
    Ok(Next::Caller)
}

/// Processor time used on the thread's own scheduling context.
fn time_of<A: Arch>(core: &Core<A>, target: ThreadRef<A>) -> u64 {
    let home = core.home();
    if target.lodges.get(home) {
        return target.spent.get(home).0;
    }
    let own = target.own_sched.get(home);
    own.map_or(0, |sched| sched.used.get(home).0)
}

fn state_of<A: Arch>(core: &Core<A>, target: ThreadRef<A>) -> ThreadState {
    let home = core.home();
    if target.lodges.get(home) {
        return ThreadState::Ready;
    }
    let state = target.state.get(home);
    if state != Blocked::Away && target.faulting.get(home) {
        return ThreadState::Faulted;
    }
    match state {
        Blocked::Suspended => ThreadState::Suspended,
        Blocked::Ready if core.runnable(target) => ThreadState::Ready,
        Blocked::Ready => ThreadState::Throttled,
        Blocked::Sending(_) => ThreadState::Sending,
        Blocked::Receiving(_) => ThreadState::Receiving,
        Blocked::AwaitingReply(_) | Blocked::Away => ThreadState::AwaitingReply,
        Blocked::Waiting(_) => ThreadState::Waiting,
        Blocked::Faulted => ThreadState::Faulted,
    }
}

/// The number of the last fault's kind, of a thread that is here.
fn fault_of<A: Arch>(core: &Core<A>, target: ThreadRef<A>) -> u64 {
    let home = core.home();
    let last = target.fault.get(home).filter(|_| !target.lodges.get(home));
    last.map_or(0, |(kind, _, _)| kind as u64)
}
