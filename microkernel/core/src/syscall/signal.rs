//! `Signal`: ORs a badge into a notification word.

use weft_abi::Rights;
use weft_hal::Arch;

use crate::Core;
use crate::object::ThreadRef;
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let (notification, bits) = core.notification_argument(thread, 0, Rights::WRITE)?;
    core.signal(notification, bits);
    Ok(Next::Caller)
}
