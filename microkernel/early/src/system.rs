//! The kernel as an architecture sees it.

use weft_abi::FaultKind;
use weft_hal::{Answered, Arch, Direct, IrqLine, Next, Trap, Turn};

/// The kernel behind the traps.
///
/// An architecture makes its entry functions once for this type, so that it need not depend on the core
/// and the core's code is still compiled into them.
pub trait System<A: Arch>: 'static {
    /// Its architecture.
    fn arch(&mut self) -> &mut A;

    /// What runs first.
    fn first(&mut self) -> Next<'_, A::Context>;

    /// Handles a system call by the general path; says what runs next.
    fn syscall(&mut self) -> Next<'_, A::Context>;

    /// Handles any other trap; says what runs next.
    fn trap(&mut self, trap: Trap) -> Next<'_, A::Context>;

    /// Handles an exception (kind, address, and the architecture's own code), as [`trap`](Self::trap) does.
    fn fault(&mut self, fault: (FaultKind, u64, u64)) -> Next<'_, A::Context>;

    /// A device interrupt by the fast path, and who goes on; `None` if the general one must handle it.
    fn interrupt(&mut self, line: IrqLine) -> Option<&A::Context>;

    /// Call with this object by the fast path; `None` if the general one must do it, and nothing has changed. The lower
    /// half of the information word is at most [`REGISTER_WORDS`](weft_abi::REGISTER_WORDS).
    fn call(&mut self, object: u64) -> Option<Direct<'_, A::Context>>;

    /// As [`call`](Self::call), ReplyRecv with the endpoint in the lower half of `objects` and the reply in the upper.
    fn reply_recv(&mut self, objects: u64, info: u64) -> Option<Answered<'_, A::Context>>;

    /// As [`call`](Self::call), with any information word.
    fn long_call(&mut self, object: u64, info: u64) -> Option<Direct<'_, A::Context>>;

    /// As [`reply_recv`](Self::reply_recv), with any information word.
    fn long_reply_recv(&mut self, objects: u64, info: u64) -> Option<Answered<'_, A::Context>>;

    /// Signal by the fast path; `None` if the general one must do it, and nothing has changed.
    fn signal(&mut self, object: u64) -> Option<Turn<'_, A::Context>>;

    /// As [`signal`](Self::signal), Wait.
    fn wait(&mut self, object: u64, deadline: u64) -> Option<Turn<'_, A::Context>>;

    /// As [`signal`](Self::signal), SignalWait with the signalled notification in the lower half of `objects` and the
    /// awaited one in the upper.
    fn signal_wait(&mut self, objects: u64, deadline: u64) -> Option<Turn<'_, A::Context>>;

    /// As [`signal`](Self::signal), Yield.
    fn yield_now(&mut self) -> Option<Turn<'_, A::Context>>;

    /// As [`signal`](Self::signal), SpaceMap with these arguments.
    fn map(&mut self, arguments: [u64; 4]) -> Option<Turn<'_, A::Context>>;

    /// Null.
    fn null();
}
