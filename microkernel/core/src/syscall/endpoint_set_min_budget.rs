//! `EndpointSetMinBudget`: sets how much of its budget a caller must have left.

use weft_abi::{Kind, Refusal, Rights};
use weft_hal::{Arch, Context, Nanoseconds};
use weft_store::Ref;

use crate::Core;
use crate::object::{Endpoint, ThreadRef};
use crate::state::{Next, Outcome};

use super::sched_configure::LONGEST;

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let argument = |index| thread.context.argument(index);
    let endpoint: Ref<Endpoint<A>> =
        core.object(thread, argument(0), Kind::Endpoint, Rights::READ)?;
    let needed = argument(1);
    if needed > LONGEST {
        return Err(Refusal::OutOfRange);
    }
    let home = core.home();
    // The fast path would put the server on the line again.
    core.forget_all_named();
    if let Some(server) = endpoint.prepared(home) {
        core.disarm(server);
    }
    endpoint.min_budget.set(home, Nanoseconds(needed));
    Ok(Next::Caller)
}
