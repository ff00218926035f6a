//! What the functions behind the entry stubs of system calls return, in two registers or in one.

use core::mem::MaybeUninit;
use core::ptr;

use weft_hal::{Direct, Turn};

/// What the function behind the stub of Call returns.
#[repr(C)]
pub struct Sent<C> {
    /// Whose turn it is; null: the general path's.
    pub to: *const C,
    /// The stub looks at it only if it is somebody's turn.
    pub badge: MaybeUninit<u64>,
}

impl<C> Sent<C> {
    /// What the fast path said.
    #[inline(always)]
    pub fn new(direct: Option<Direct<'_, C>>) -> Self {
        match direct {
            Some(direct) => Self {
                to: direct.context,
                badge: MaybeUninit::new(direct.badge),
            },
            None => Self {
                to: ptr::null(),
                badge: MaybeUninit::uninit(),
            },
        }
    }
}

/// What the function behind a stub returns that may give the processor away: the caller goes on.
pub const CALLER: usize = 0;
/// The general path must do it. Anything else is the address of the registers that go on.
pub const GENERAL: usize = 1;

/// What the fast path said, in one word; `leave` makes somebody's thread the running one.
#[inline(always)]
pub fn turned<C>(turn: Option<Turn<'_, C>>, leave: impl FnOnce(&C) -> *const C) -> *const C {
    match turn {
        Some(Turn::Caller) => ptr::without_provenance(CALLER),
        None => ptr::without_provenance(GENERAL),
        Some(Turn::Of(context)) => leave(context),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_turn_differ() {
        let context = 7_u64;
        let words = [
            turned::<u64>(Some(Turn::Caller), |_| ptr::null()),
            turned::<u64>(None, |_| ptr::null()),
            turned(Some(Turn::Of(&context)), ptr::from_ref),
        ];
        assert_eq!(
            words.map(<*const u64>::addr),
            [0, 1, (&raw const context).addr()]
        );
    }

    #[test]
    fn a_message_that_goes_nowhere_is_null() {
        assert!(Sent::<u64>::new(None).to.is_null());
    }
}
