//! `Signal`: ORs a badge into a notification word.

use weft_abi::{Kind, Refusal, Rights};
use weft_hal::{Arch, Context};

use crate::Core;
use crate::object::ThreadRef;
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let slot = core.expect(
        thread,
        thread.context.argument(0),
        Kind::Notification,
        Rights::WRITE,
    )?;
    let home = core.home();
    let notification = slot
        .object_of(home, Kind::Notification)
        .ok_or(Refusal::NoCapability)?;
    core.signal(notification, slot.badge.get(home));
    Ok(Next::Caller)
}
