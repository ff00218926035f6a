//! `UntypedInfo`: describes an untyped.

use weft_abi::{Kind, Rights};
use weft_hal::{Arch, Context};

use crate::Core;
use crate::cspace::power;
use crate::object::ThreadRef;
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let untyped = core.expect(
        thread,
        thread.context.argument(0),
        Kind::Untyped,
        Rights::empty(),
    )?;
    let home = core.home();
    let tag = untyped.tag.get(home);
    let base = if tag.rights().contains(Rights::PHYS) {
        untyped.object.get(home)
    } else {
        0
    };
    // What a retype would do first: nothing derived means that all of it is free.
    let used = untyped
        .child
        .get(home)
        .map_or(0, |_| untyped.badge.get(home));
    thread.context.set_argument(1, base);
    thread.context.set_argument(2, u64::from(tag.size()));
    thread
        .context
        .set_argument(3, power(tag.size()).saturating_sub(used));
    thread.context.set_argument(4, tag.class() as u64);
    Ok(Next::Caller)
}
