//! The kernel as an architecture sees it.

use weft_hal::{Arch, Trap};

/// The kernel behind the traps.
///
/// An architecture makes its entry functions once for this type, so that it need not depend on the core
/// and the core's code is still compiled into them.
pub trait System<A: Arch>: 'static {
    /// Its architecture.
    fn arch(&mut self) -> &mut A;

    /// What runs first.
    fn first(&mut self) -> Next<'_, A::Context>;

    /// Handles a trap; says what runs next.
    fn trap(&mut self, trap: Trap) -> Next<'_, A::Context>;

    /// Call with this object by the fast path; `None` if the general one must do it, and nothing has changed. The lower
    /// half of the information word is at most [`REGISTER_WORDS`](weft_abi::REGISTER_WORDS).
    fn call(&mut self, object: u64) -> Option<Direct<'_, A::Context>>;

    /// As [`call`](Self::call), ReplyRecv with the endpoint in the lower half of `objects` and the reply in the upper.
    fn reply_recv(&mut self, objects: u64) -> Option<Direct<'_, A::Context>>;

    /// As [`call`](Self::call), with any information word.
    fn long_call(&mut self, object: u64, info: u64) -> Option<Direct<'_, A::Context>>;

    /// As [`reply_recv`](Self::reply_recv), with any information word.
    fn long_reply_recv(&mut self, objects: u64, info: u64) -> Option<Direct<'_, A::Context>>;

    /// Signal, if the caller simply goes on; `None` if the general path must do it, and nothing has changed.
    fn signal(&mut self, object: u64) -> Option<()>;

    /// Null.
    fn null();
}

/// Where a message goes directly: to a thread that waits in a system call and runs now.
#[derive(Debug)]
pub struct Direct<'a, C> {
    /// Its registers. The message's words and information word are not there but still in the processor's.
    pub context: &'a C,
    /// The badge that it receives.
    pub badge: u64,
}

/// What a core does when the kernel is done. The registers stay where they are until another answer.
#[derive(Debug)]
pub enum Next<'a, C> {
    /// Goes on in user mode with these registers.
    User(&'a C),
    /// Waits for an interrupt.
    Idle,
}
