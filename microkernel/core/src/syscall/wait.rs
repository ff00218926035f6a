//! `Wait`: waits for signals, until a deadline.

use weft_abi::{Kind, Refusal, Rights};
use weft_hal::{Arch, Context, Nanoseconds};

use crate::Core;
use crate::object::ThreadRef;
use crate::state::Outcome;

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let slot = core.expect(
        thread,
        thread.context.argument(0),
        Kind::Notification,
        Rights::READ,
    )?;
    let notification = slot
        .object_of(core.home(), Kind::Notification)
        .ok_or(Refusal::NoCapability)?;
    let deadline = Nanoseconds(thread.context.argument(1));
    core.wait(thread, notification, deadline)
}
