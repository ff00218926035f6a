//! The functions behind the entry stubs of system calls with a fast path, made once for an architecture and the kernel's
//! type, and what they return, in two registers or in one.

use core::mem::MaybeUninit;
use core::ptr;

use weft_hal::{Answered, Arch, Direct, Turn};

use crate::System;

/// What an architecture does when such a function is done.
pub trait Stubs: Arch {
    /// What the stub gets so that it goes on with these registers, which are all there.
    fn leave(registers: &Self::Context) -> *const Self::Context;

    /// As [`leave`](Self::leave), for stubs that would go on in another way: gives up their frame.
    fn resume(registers: &Self::Context) -> !;
}

/// Call.
pub extern "C" fn on_call<A: Stubs, S: System<A>>(object: u64, system: &mut S) -> Sent<A::Context> {
    Sent::new(system.call(object))
}

/// Call with any information word.
pub extern "C" fn on_long_call<A: Stubs, S: System<A>>(
    object: u64,
    system: &mut S,
    info: u64,
) -> Sent<A::Context> {
    Sent::new(system.long_call(object, info))
}

/// ReplyRecv. The badge of an answer is 0, which the stub knows.
pub extern "C" fn on_reply_recv<A: Stubs, S: System<A>>(
    objects: u64,
    system: &mut S,
    info: u64,
) -> *const A::Context {
    answered::<A>(system.reply_recv(objects, info))
}

/// ReplyRecv with any information word.
pub extern "C" fn on_long_reply_recv<A: Stubs, S: System<A>>(
    objects: u64,
    system: &mut S,
    info: u64,
) -> *const A::Context {
    answered::<A>(system.long_reply_recv(objects, info))
}

/// A thread that had faulted goes on without the stub, which would give it the registers of a message.
#[inline(always)]
fn answered<A: Stubs>(answered: Option<Answered<'_, A::Context>>) -> *const A::Context {
    match answered {
        Some(Answered::Caller(context)) => context,
        Some(Answered::Faulted(context)) => A::resume(context),
        None => ptr::null(),
    }
}

/// Signal.
pub extern "C" fn on_signal<A: Stubs, S: System<A>>(
    object: u64,
    system: &mut S,
) -> *const A::Context {
    turned(system.signal(object), A::leave)
}

/// Wait.
pub extern "C" fn on_wait<A: Stubs, S: System<A>>(
    object: u64,
    system: &mut S,
    deadline: u64,
) -> *const A::Context {
    turned(system.wait(object, deadline), A::leave)
}

/// SignalWait.
pub extern "C" fn on_signal_wait<A: Stubs, S: System<A>>(
    objects: u64,
    system: &mut S,
    deadline: u64,
) -> *const A::Context {
    turned(system.signal_wait(objects, deadline), A::leave)
}

/// Yield.
pub extern "C" fn on_yield<A: Stubs, S: System<A>>(_: u64, system: &mut S) -> *const A::Context {
    turned(system.yield_now(), A::leave)
}

/// SpaceMap.
pub extern "C" fn on_map<A: Stubs, S: System<A>>(
    space: u64,
    system: &mut S,
    frame: u64,
    address: u64,
    flags: u64,
) -> *const A::Context {
    turned(system.map([space, frame, address, flags]), A::leave)
}

/// Null.
pub extern "C" fn on_null<A: Stubs, S: System<A>>() {
    S::null();
}

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

/// What the functions of the general path return for [`Next::Caller`](weft_hal::Next::Caller).
pub const SAME: usize = 1;

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
