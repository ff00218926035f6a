//! What drivers of serial ports have in common: the buffers between a chip and its clients, and the server of the
//! `serial` interface.
//!
//! A driver brings a [`Chip`]; [`Line`] keeps the two buffers, and [`Driver`] serves. Both directions go by
//! interrupt.

#![no_std]
#![forbid(unsafe_code)]

mod chip;
mod line;
mod server;

pub use chip::{Attention, Chip, Overrun, Received};
pub use line::{Arrival, Line, RECEIVE_BYTES, SEND_BYTES};
pub use server::Driver;
