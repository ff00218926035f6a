//! `SignalWait`: signals one notification and waits for another.

use weft_abi::{Refusal, Rights};
use weft_hal::{Arch, Context, Nanoseconds};

use crate::Core;
use crate::object::ThreadRef;
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let (notification, bits) = core.notification_argument(thread, 0, Rights::WRITE)?;
    let (awaited, _) = core.notification_argument(thread, 8, Rights::READ)?;
    let deadline = Nanoseconds(thread.context.argument(1));
    let home = core.home();
    let other = awaited.waiter.get(home).is_some();
    if other && awaited != notification {
        return Err(Refusal::Busy);
    }
    let woken = core.signal_for(notification, bits);
    let waited = core.wait(thread, awaited, deadline);
    match woken {
        Some(woken) if matches!(waited, Ok(Next::Blocked)) => {
            core.make_ready_to_run(woken);
            // A switch on the same context leaves the timer as it is, and the deadline is new.
            core.set_timer();
            Ok(Next::Switch(woken))
        }
        Some(woken) => {
            core.make_ready(woken);
            waited
        }
        None => waited,
    }
}
