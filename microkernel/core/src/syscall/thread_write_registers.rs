//! `ThreadWriteRegisters`: sets where a suspended thread goes on.

use weft_abi::Refusal;
use weft_hal::{Arch, Context};

use crate::Core;
use crate::object::{Blocked, ThreadRef};
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let target = core.thread_argument(thread)?;
    if !matches!(
        target.state.get(core.home()),
        Blocked::Suspended | Blocked::Faulted
    ) {
        return Err(Refusal::Busy);
    }
    let argument = |index| thread.context.argument(index);
    target.drop_preparation(core.home());
    target.context.start(
        argument(1),
        argument(2),
        [argument(3), argument(4)],
        argument(5),
    );
    Ok(Next::Done)
}
