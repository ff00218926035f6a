//! Places typed objects in untyped memory, and gives safe references to them.
//!
//! The kernel has no heap: objects live where user mode's untyped memory is. Rust cannot see why that is
//! sound, so the whole argument stands here, in one small crate. Core keeps five promises, and the feature
//! `checked` turns the first, second and fourth into assertions for core's host tests:
//!
//! 1. Memory is given to [`Memory::place`] and [`Memory::fill`] only while nothing else lives in it (the untyped's
//!    watermark).
//! 2. A [`Ref`] is followed only between `place` or `adopt` and [`Memory::retire`] of its object (the derivation
//!    tree: an object is retired after the last capability and the last link to it are gone).
//! 3. Physical addresses given to [`Memory`] lie in the direct map that it was made for, and those given to
//!    [`Memory::page`] begin pages.
//! 4. Memory is given to [`Memory::adopt`] only after `fill` wrote objects of that type there, and nothing was
//!    written there since (the untyped's mark of what is prepared, and for what).
//! 5. A [`HomeCell`] is opened by one core at a time: the home of its object, or the core that took the object, or the
//!    thread that the call is made for, out of its [`Mailbox`].
//!
//! Every field that a core changes is a [`HomeCell`]; only a core's [`Home`] token opens it.

#![cfg_attr(not(loom), no_std)]
#![allow(
    unsafe_code,
    reason = "turns untyped memory into typed references; see docs/soundness.md"
)]

#[cfg(any(test, feature = "checked"))]
extern crate std;

#[cfg(any(test, feature = "checked"))]
mod checked;
mod home;
mod mailbox;
mod memory;
mod reference;
mod requests;
#[cfg(test)]
mod tests;

#[cfg(any(test, feature = "checked"))]
pub use checked::Arena;
pub use home::{Home, HomeCell};
pub use mailbox::{Bell, Letter, Mailbox};
pub use memory::{Memory, Page, Table, WORDS};
pub use reference::Ref;
pub use requests::Requests;
