//! `ThreadBindNotification`: lets Recv also wake for signals.

use weft_abi::{Kind, Refusal, Rights};
use weft_hal::{Arch, Context};
use weft_store::Ref;

use crate::Core;
use crate::object::{Notification, ThreadRef};
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let target = core.thread_argument(thread)?;
    let home = core.home();
    let wanted = match thread.context.argument(1) {
        0 => None,
        cptr => Some(core.expect(thread, cptr, Kind::Notification, Rights::READ)?),
    };
    let notification: Option<Ref<Notification<A>>> =
        wanted.and_then(|slot| slot.object_of(home, Kind::Notification));
    if notification.is_some_and(|notification| {
        notification
            .bound
            .get(home)
            .is_some_and(|bound| bound != target)
    }) {
        return Err(Refusal::Busy);
    }
    let place = target.part(|target| &target.notification);
    if !place.is_empty(home) {
        core.unbind_slot(place);
    }
    if let (Some(slot), Some(notification)) = (wanted, notification) {
        core.copy_into(slot, place, Rights::all())?;
        notification.bound.set(home, Some(target));
        // Signals that came before are not to wait for the next one.
        core.signal(notification, 0);
    }
    Ok(Next::Caller)
}
