//! `Wait`: waits for signals, until a deadline.

use weft_abi::Rights;
use weft_hal::{Arch, Context, Nanoseconds};

use crate::Core;
use crate::object::ThreadRef;
use crate::state::Outcome;

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let (notification, _) = core.notification_argument(thread, 0, Rights::READ)?;
    let deadline = Nanoseconds(thread.context.argument(1));
    core.wait(thread, notification, deadline)
}
