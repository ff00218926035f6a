//! `ThreadReadRegisters`: reads a stopped thread's registers.

use weft_abi::Refusal;
use weft_abi::message::BATCH;
use weft_hal::{Arch, Context};

use crate::Core;
use crate::object::{Blocked, ThreadRef};
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let target = core.thread_argument(thread)?;
    let state = target.state.get(core.home());
    let stopped = match state {
        Blocked::Suspended | Blocked::Faulted => true,
        Blocked::Away => false,
        _ => target.faulting.get(core.home()),
    };
    if !stopped {
        return Err(Refusal::Busy);
    }
    let mut count = 0_usize;
    while let Some(value) = target.context.dump(count) {
        core.set_page_word(thread, BATCH.wrapping_add(count), value);
        count = count.wrapping_add(1);
    }
    let values = [
        target.context.ip(),
        target.context.sp(),
        target.context.flags(),
        count as u64,
    ];
    for (register, value) in (1..).zip(values) {
        thread.context.set_argument(register, value);
    }
    Ok(Next::Caller)
}
