//! `Poll`: takes the signals that are there.

use weft_abi::{Kind, Refusal, Rights};
use weft_hal::{Arch, Context};
use weft_store::Ref;

use crate::Core;
use crate::object::{Notification, ThreadRef};
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let slot = core.expect(
        thread,
        thread.context.argument(0),
        Kind::Notification,
        Rights::READ,
    )?;
    let home = core.home();
    let notification: Ref<Notification<A>> = slot
        .object_of(home, Kind::Notification)
        .ok_or(Refusal::NoCapability)?;
    let word = notification.word.replace(home, 0);
    if word == 0 {
        return Err(Refusal::Empty);
    }
    thread.context.set_argument(0, word);
    Ok(Next::Caller)
}
