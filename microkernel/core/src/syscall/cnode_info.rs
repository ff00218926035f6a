//! `CNodeInfo`: how many slots a CNode has, and how many are used.

use weft_abi::{Kind, Refusal, Rights};
use weft_hal::{Arch, Context};

use crate::Core;
use crate::cspace::power;
use crate::object::{Slot, ThreadRef};
use crate::remote::used_slots;
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let cnode = core.expect(
        thread,
        thread.context.argument(0),
        Kind::CNode,
        Rights::READ,
    )?;
    let home = core.home();
    let zero = cnode
        .object_of::<Slot>(home, Kind::CNode)
        .ok_or(Refusal::NoCapability)?;
    thread
        .context
        .set_argument(1, power(cnode.tag.get(home).size()));
    thread
        .context
        .set_argument(2, used_slots(zero.badge.get(home)));
    Ok(Next::Caller)
}
