//! Root: builds every protection domain exactly as the system specification says.
//!
//! Root starts with everything the machine has. It decides nothing: which component holds which
//! capability in which slot, which memory it sees and where, was decided by the composer and stands in
//! the boot image. Root makes the objects, maps the memory, places the capabilities, compares what the
//! kernel reports with the specification, gives the rest of memory away and starts the components. Then it
//! serves the interface `system` and receives the faults that no supervisor can take.
//!
//! | module | does |
//! |---|---|
//! | [`pieces`], [`pool`], [`devices`], [`pages`] | plan, without the kernel; tested on a host |
//! | [`workshop`], [`boot_image`] | slots, plain memory, and the image as root sees it |
//! | [`registry`], [`rings`] | device memory and shared memory |
//! | [`domain`], [`contents`], [`grants`] | objects, memory and capabilities of a component |
//! | [`hand_over`], [`audit`], [`launch`] | the rest of memory, the comparison, the start |
//! | [`build`], [`service`] | the order of it all, and what comes afterwards |

#![no_std]
#![allow(unsafe_code, reason = "the boot image is memory at a fixed address")]

extern crate alloc;

pub mod audit;
pub mod boot_image;
pub mod build;
pub mod contents;
pub mod devices;
pub mod domain;
pub mod grants;
pub mod hand_over;
pub mod launch;
pub mod pages;
pub mod pieces;
pub mod pool;
pub mod registry;
pub mod rings;
pub mod service;
pub mod trouble;
pub mod workshop;
