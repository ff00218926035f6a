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
}

/// What a core does when the kernel is done. The registers stay where they are until another answer.
#[derive(Debug)]
pub enum Next<'a, C> {
    /// Goes on in user mode with these registers.
    User(&'a C),
    /// Waits for an interrupt.
    Idle,
}
