//! Device registers and DMA memory: the only unsafe of the drivers.
//!
//! Registers are reached by volatile accesses with checked offsets. Memory that a device uses at
//! the same moment is reached by volatile copies only; there is no way to a reference into it. Both
//! are made from what the program was given: an entry of its start-up page, or a capability that a
//! bus server handed out. An access outside a region behaves as on a bus where nobody answers:
//! reads give all ones, writes are lost. No driver logic depends on that; it keeps a confused
//! device or driver from becoming a panic.

#![no_std]
#![allow(
    unsafe_code,
    reason = "volatile accesses to device registers and to memory that devices use"
)]

mod dma;
mod map;
mod region;
mod registers;

pub use dma::{Dma, barrier, bus_offset};
pub use map::{MapFailure, map_registers};
pub use registers::Registers;
