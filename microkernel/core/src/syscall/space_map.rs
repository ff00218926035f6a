//! `SpaceMap`: maps a frame, or changes the rights of its mapping.

use weft_abi::cap::MapFlags;
use weft_abi::{Kind, Refusal, Rights};
use weft_hal::{Arch, Context, VirtAddr};

use crate::Core;
use crate::object::ThreadRef;
use crate::space::MapRefusal;
use crate::state::{Next, Outcome};

pub(super) fn run<A: Arch>(core: &mut Core<A>, thread: ThreadRef<A>) -> Outcome<A> {
    let argument = |index| thread.context.argument(index);
    let space = core.space_argument(thread, 0)?;
    let frame = core.expect(thread, argument(1), Kind::Frame, Rights::READ)?;
    if frame.mapping.get(core.home()) != 0 {
        core.can_wait_for(thread, core.cores_to_ask(space))?;
    }
    let mapped = core.map_frame(frame, space, VirtAddr(argument(2)), MapFlags(argument(3)));
    if mapped.is_ok() && frame.tag.get(core.home()).is_busy() {
        return Ok(core.waits_for_round(thread));
    }
    core.mapped(thread, mapped)
}

impl<A: Arch> Core<A> {
    /// Ends a call that maps a page: a missing level goes to `a1`.
    pub(crate) fn mapped(
        &self,
        thread: ThreadRef<A>,
        result: Result<(), MapRefusal>,
    ) -> Outcome<A> {
        match result {
            Ok(()) => Ok(Next::Done),
            Err(MapRefusal::Because(refusal)) => Err(refusal),
            Err(MapRefusal::MissingTable(level)) => {
                thread.context.set_argument(1, u64::from(level));
                Err(Refusal::NoTable)
            }
        }
    }
}
