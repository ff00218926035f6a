//! `Poll`: takes the signals that are there.

use weft_abi::{Refusal, Rights};
use weft_hal::{Arch, Context};

use crate::Core;
use crate::object::ThreadRef;
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let home = core.home();
    let (notification, _) = core.notification_argument(thread, 0, Rights::READ)?;
    let word = notification.word.replace(home, 0);
    if word == 0 {
        return Err(Refusal::Empty);
    }
    thread.context.set_argument(0, word);
    Ok(Next::Caller)
}
