//! Builds protection domains: the steps that whoever makes processes has in common.
//!
//! Root and the process server differ in where they take memory and slots from, what they read a program from,
//! and what they say when it fails. The rest is here: making the objects of a domain, mapping pages with the
//! page tables that they lack, filling pages that belong to others, putting a thread together. A server tells
//! by [`Builder`] what is its own, and gets the steps as that trait's provided methods; a trait, and no struct
//! around the server's parts, so that a server keeps its parts where it wants them.
//!
//! System calls go through [`Calls`], so that the steps are tested on a host against a kernel that is stricter
//! than the real one.
//!
//! | module | does |
//! |---|---|
//! | `builder` | page tables, pages and their content |
//! | `parts` | the objects of a domain, and its thread's start |
//! | `calls` | the system calls that building takes |
//! | `end` | what is left to do when a domain's thread is gone |
//! | `own` | the pages of the running program |
//! | `window` | writes a page of another process |

#![no_std]
#![allow(
    unsafe_code,
    reason = "writes pages of other processes through a window at a fixed address, and reads the program's own header"
)]

#[cfg(test)]
extern crate std;

mod builder;
mod calls;
mod end;
mod own;
mod parts;
mod window;

#[cfg(test)]
mod fake;
#[cfg(test)]
mod tests;

pub use builder::{AT_ONCE, Builder, Mapping};
pub use calls::{Calls, SystemCalls};
pub use end::disconnect;
pub use own::own_pages;
pub use parts::{Parts, Turn, Urgency};
pub use window::WINDOW;
